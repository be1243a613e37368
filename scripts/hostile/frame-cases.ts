/** Messages of those who were let in. */

import mqtt from 'mqtt';
import { encodeCbor } from '../../protocol/cbor.ts';
import { encodeMessage } from '../../protocol/envelope.ts';
import { Frame } from '../../protocol/messages.ts';
import { backendFilter, uplinkTopic } from '../../protocol/topics.ts';
import type { HostileCase } from './case.ts';
import { CBOR_BOMBS } from './cbor-bombs.ts';
import { connect, type Party, type Session, within } from './party.ts';
import type { Stage } from './stage.ts';
import { allOf, fact, type Growth, type Verdict } from './verdict.ts';

/** In a session of its own; each message is acknowledged by the broker, or the case fails. */
function asParty(
  name: string,
  wish: Growth,
  work: (session: Session, stage: Stage) => Promise<Verdict | undefined>,
  who: (stage: Stage) => Party = (stage) => stage.mallory,
): HostileCase {
  return {
    name,
    async run(stage) {
      const session = await who(stage).connect(stage.gateway.url);
      try {
        let more: Verdict | undefined;
        const counters = await stage.counted(wish, async () => {
          more = await work(session, stage);
        });
        const stays = fact(session.client.connected, session.client.connected ? 'acknowledged' : 'thrown out');
        return more === undefined ? allOf(counters, stays) : allOf(counters, stays, more);
      } finally {
        await session.close();
      }
    },
  };
}

const FLOOD = 5000;
const FORGED_SEQ = 1000;

const alarm: HostileCase = {
  name: 'the same identity with another body (fork)',
  async run(stage) {
    const { gateway, mallory } = stage;
    const { tenant, password } = gateway.access;
    const backend = await connect(gateway.url, { username: tenant, password });
    const heard: string[] = [];
    backend.on('message', (topic) => heard.push(topic));
    await backend.subscribeAsync(backendFilter(tenant), { qos: 1 });
    const session = await mallory.connect(gateway.url);
    try {
      let receipted = false;
      const counters = await stage.counted({ stored: 1, fork: 1, 'quarantine/fork': 1 }, async () => {
        await session.publish(mallory.frame(20));
        await session.publish(mallory.frame(20, { startMs: 7 }));
        receipted = await session.hears(({ refused }) => refused.includes(20));
      });
      const alarmed = await within(3000, () => heard.some((topic) => topic.endsWith('/device.alarm')));
      return allOf(
        counters,
        fact(receipted, receipted ? 'the receipt refuses it' : 'no receipt refuses it'),
        fact(alarmed, alarmed ? 'device.alarm on the backend plane' : 'no alarm'),
      );
    } finally {
      await session.close();
      await backend.endAsync(true);
    }
  },
};

const flood: HostileCase = {
  name: `a flood: ${FLOOD} messages at once from one device`,
  async run(stage) {
    const session = await stage.flooder.connect(stage.gateway.url);
    try {
      const noise = new Uint8Array(100).fill(0x81);
      const before = stage.honest.journaled;
      const some = { atLeast: 1000 };
      const wish = { 'quarantine/rate': some, 'quarantine/framing': some, quarantined: FLOOD };
      return await stage.counted(wish, async () => {
        const sent = Array.from({ length: FLOOD }, () => session.publish(noise));
        // The honest device drives on meanwhile.
        await stage.honest.drive(() => stage.honest.journaled > before && stage.honest.waiting === 0);
        await Promise.all(sent);
      });
    } finally {
      await session.close();
    }
  },
};

export const FRAME_CASES: readonly HostileCase[] = [
  asParty('a forged signature', { 'quarantine/signature': 1 }, async (session, { mallory }) => {
    const bytes = mallory.frame(FORGED_SEQ);
    bytes[bytes.length - 1] ^= 1;
    await session.publish(bytes);
    return undefined;
  }),
  asParty(
    "another device's signed frame on my topic",
    { 'quarantine/signature': 1 },
    async (session, { bystander }) => {
      await session.publish(bystander.frame(0));
      return undefined;
    },
  ),
  asParty("a frame on another device's topic", { 'quarantine/foreign-topic': 2 }, async (session, stage) => {
    const topic = uplinkTopic(stage.bystander.id, 'frame');
    await session.publish(stage.bystander.frame(0), topic);
    await session.publish(stage.mallory.frame(0), topic);
    return undefined;
  }),
  asParty('a signed event in place of a frame', { 'quarantine/type': 1 }, async (session, { mallory }) => {
    const frame = { boot: mallory.boot, seq: 0, startMs: 0, occurrences: [] };
    await session.publish(mallory.signed(encodeMessage(Frame, frame), { type: 'bb-event' }));
    return undefined;
  }),
  asParty('a replayed frame', { stored: 1, duplicate: 2 }, async (session, { mallory }) => {
    const bytes = mallory.frame(10);
    for (let i = 0; i < 3; i++) await session.publish(bytes);
    const receipted = await session.hears(({ through, missing }) => through >= 10 && !missing.includes(10));
    return fact(receipted, receipted ? 'receipted, stored once' : 'no receipt');
  }),
  alarm,
  asParty('a gap that no number has', { 'quarantine/sequence': 1 }, async (session, { mallory }) => {
    const { boot } = mallory;
    await session.publish(mallory.frame(FORGED_SEQ, { dropped: [{ boot, from: 0xffffffff, count: 5 }] }));
    return undefined;
  }),
  asParty('a body of another schema, well signed', { stored: 1, raw: 1 }, async (session, { mallory }) => {
    const body = new Map<number, unknown>([
      [1, mallory.boot],
      [2, 30],
      [99, 'tomorrow'],
    ]);
    await session.publish(mallory.signed(encodeCbor(body as Parameters<typeof encodeCbor>[0])));
    const receipted = await session.hears(({ through }) => through >= 30);
    return fact(receipted, receipted ? 'kept raw and receipted' : 'no receipt');
  }),
  asParty('an old state after a newer one', { state: 1, 'quarantine/stale': 1 }, async (session, { mallory }) => {
    const topic = uplinkTopic(mallory.id, 'state');
    await session.publish(mallory.state(1000), topic);
    await session.publish(mallory.state(500), topic);
    return undefined;
  }),
  asParty(`CBOR bombs: ${CBOR_BOMBS.length} kinds`, { 'quarantine/framing': CBOR_BOMBS.length }, async (session) => {
    for (const bomb of CBOR_BOMBS) await session.publish(bomb);
    return undefined;
  }),
  asParty(
    'the same CBOR bombs, well signed',
    { 'quarantine/schema': CBOR_BOMBS.length },
    async (session, { mallory }) => {
      for (const bomb of CBOR_BOMBS) await session.publish(mallory.signed(bomb));
      return undefined;
    },
  ),
  {
    name: 'a device that was revoked while it is connected',
    async run(stage) {
      const session = await stage.revoked.connect(stage.gateway.url);
      const counters = await stage.counted({ 'quarantine/revoked': 1, 'refused/bad-proof': 1 }, async () => {
        await stage.store.revoke(stage.revoked.id);
        await session.publish(stage.revoked.frame(0));
        await session.close();
        await mqtt
          .connectAsync(stage.gateway.url, { ...stage.revoked.login, reconnectPeriod: 0 }, false)
          .catch(() => null);
      });
      return counters;
    },
  },
  flood,
];
