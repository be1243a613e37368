/** Those who want to speak or to listen where they have no business, and receipts that nobody gave. */

import type { MqttClient } from 'mqtt';
import { backendFilter, backendTopic, downlinkFilter, downlinkTopic, uplinkTopic } from '../../protocol/topics.ts';
import type { HostileCase } from './case.ts';
import { connect } from './party.ts';
import type { Stage } from './stage.ts';
import { allOf, fact, type Verdict } from './verdict.ts';

function asTenant({ gateway }: Stage): Promise<MqttClient> {
  const { tenant, password } = gateway.access;
  return connect(gateway.url, { username: tenant, password });
}

/** Every filter is refused, and each refusal counted. */
async function wants(stage: Stage, client: MqttClient, filters: readonly string[]): Promise<Verdict> {
  let granted = 0;
  const counters = await stage.counted({ 'refused/subscription': filters.length }, async () => {
    for (const filter of filters) {
      // The library reports a refusal as an error.
      const grants = await client.subscribeAsync(filter, { qos: 1 }).catch(() => []);
      granted += grants.filter(({ qos }) => qos < 128).length;
    }
  });
  return allOf(counters, fact(granted === 0, `${granted} of ${filters.length} filters granted`));
}

const tenantPublishes: HostileCase = {
  name: 'a backend tenant that publishes: frames, receipts, scores',
  async run(stage) {
    const client = await asTenant(stage);
    const { id } = stage.honest.maker.identity;
    const topics = [
      uplinkTopic(id, 'frame'),
      downlinkTopic(id, 'receipt'),
      backendTopic(stage.gateway.access.tenant, 'tariff', 'trip.scored'),
      backendTopic('otherinsurer', 'tariff', 'trip.scored'),
      '$SYS/anything',
    ];
    try {
      return await stage.counted({ 'quarantine/foreign-topic': topics.length }, async () => {
        for (const topic of topics) await client.publishAsync(topic, '{"score":7}', { qos: 1, retain: true });
      });
    } finally {
      await client.endAsync(true);
    }
  },
};

const tenantListens: HostileCase = {
  name: "a backend tenant that reads the device plane or another tenant's",
  async run(stage) {
    const client = await asTenant(stage);
    const { id } = stage.honest.maker.identity;
    const filters = ['#', 'bb/#', 'bb/1/out/+/#', backendFilter('otherinsurer'), uplinkTopic(id, 'frame'), '$SYS/#'];
    try {
      return await wants(stage, client, filters);
    } finally {
      await client.endAsync(true);
    }
  },
};

const deviceListens: HostileCase = {
  name: "a device that reads another device's downlink or the backend plane",
  async run(stage) {
    const session = await stage.mallory.connect(stage.gateway.url);
    const filters = [
      '#',
      'bb/1/d/+/dn/+',
      downlinkFilter(stage.honest.maker.identity.id),
      backendFilter(stage.gateway.access.tenant),
    ];
    try {
      return await wants(stage, session.client, filters);
    } finally {
      await session.close();
    }
  },
};

const receiptPublished: HostileCase = {
  name: "a forged receipt, published on the honest device's topic",
  async run(stage) {
    const session = await stage.mallory.connect(stage.gateway.url);
    const { identity } = stage.honest.maker;
    const receipts = (): number => {
      const { receipts: believed, refusedDownlinks } = stage.honest.maker.totals();
      return believed + refusedDownlinks;
    };
    const before = receipts();
    try {
      const counters = await stage.counted({ 'quarantine/foreign-topic': 1 }, async () => {
        const receipt = { boot: stage.mallory.boot, through: 99, missing: [], refused: [] };
        const bytes = stage.mallory.receipt(receipt, { device: identity.id });
        await session.publish(bytes, downlinkTopic(identity.id, 'receipt'));
      });
      return allOf(counters, fact(receipts() === before, `the device hears ${receipts() - before} of it`));
    } finally {
      await session.close();
    }
  },
};

const receiptInjected: HostileCase = {
  name: "forged receipts on the device's own radio",
  cuts: 1,
  async run(stage) {
    const { honest, mallory } = stage;
    // Without a network frames pile up in flash: something to lose.
    honest.reachable = false;
    honest.station.radio.lose();
    await honest.drive(() => honest.waiting >= 2);
    const { waiting } = honest;
    const before = honest.maker.totals().refusedDownlinks;
    const boot = honest.boot;
    const all = { boot, through: 0xffffffff, missing: [], refused: [] };
    const { id } = honest.maker.identity;
    const good = mallory.receipt(all, { device: id });
    const forged = [
      good,
      mallory.receipt(all, { device: mallory.id }),
      mallory.receipt(all, { device: id, type: 'bb-frame' }),
      good.subarray(0, good.length - 1),
      Uint8Array.of(...good, 0),
      new Uint8Array(),
      new Uint8Array(4000).fill(0x81),
    ];
    for (const bytes of forged) honest.station.input({ kind: 'downlink', channel: 'receipt', bytes });
    const refused = honest.maker.totals().refusedDownlinks - before;
    const kept = honest.waiting;
    honest.reachable = true;
    return allOf(
      fact(refused === forged.length, `the device refuses ${refused} of ${forged.length}`),
      fact(kept === waiting && kept >= 2, `keeps ${kept} of ${waiting} frames`),
    );
  },
};

export const PLANE_CASES: readonly HostileCase[] = [
  tenantPublishes,
  tenantListens,
  deviceListens,
  receiptPublished,
  receiptInjected,
];
