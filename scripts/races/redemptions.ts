/**
 * One TAN, a thousand redemptions at one instant through two gateway processes on one store (A14). Each gateway has a
 * broker of its own, and the box is connected to the first: a lease that the second issues has to cross over.
 */

import { randomBytes } from 'node:crypto';
import { decodePayload } from '../../gateway/core/audit/payload.ts';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { ID_BYTES } from '../../protocol/access-fields.ts';
import type { Reply, Request } from '../../protocol/access-messages.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { DEMO_CARRIER } from '../demo-cast.ts';
import { CommandError, EXIT } from '../exit.ts';
import { AccessStage, wordsOf } from '../stage/access-stage.ts';
import { Burst } from './burst.ts';

const WAIT_S = 120;
const WINDOW_S = 7200;
/** The lease's end, an inquiry about it, and a slow machine. */
const PATIENCE_MS = 240_000;
const PAGE = 1000;
const ACCESS = { quotaPerHour: 1_000_000, rate: { perSecond: 100_000, burst: 100_000 } };

export interface RedemptionFigures {
  readonly redemptions: number;
  /** Final words by verdict and reason. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** How often the car's lid was unlatched. */
  readonly openings: number;
  /** In the audit log: attempts to redeem, and openings that the box has signed. */
  readonly audited: { readonly attempts: number; readonly openings: number };
  readonly ok: boolean;
}

interface Parcel {
  readonly delivery: Uint8Array;
  readonly tan: string;
}

export async function raceForOneTan(redemptions: number, onStep: (share: number) => void): Promise<RedemptionFigures> {
  const stage = await AccessStage.open({ gateways: 2, access: ACCESS });
  const bursts: Burst[] = [];
  try {
    onStep(0.2);
    const parcel = await orderAndLoad(stage);
    const { courier: party, issuer, box } = stage.people;
    for (const url of stage.urls) bursts.push(new Burst({ url, party, issuer, crypto: stage.crypto }));
    await Promise.all(bursts.map((burst) => burst.ready()));
    const shots = Array.from({ length: redemptions }, (_, n) =>
      bursts[n % bursts.length].prepare(redemption(party.id, box.id, parcel)),
    );
    onStep(0.4);
    const words = await Promise.all(shots.map((shot) => inTime(shot.send())));
    onStep(0.9);
    const verdicts: Record<string, number> = {};
    for (const word of words.map(wordsOf)) verdicts[word] = (verdicts[word] ?? 0) + 1;
    const { unlatches: openings } = await stage.carCounts();
    const audited = await auditOf(stage, box.id);
    const once = verdicts.executed === 1 && openings === 1 && audited.openings === 1;
    const ok = once && verdicts['no answer'] === undefined && audited.attempts === redemptions;
    return { redemptions, verdicts, openings, audited, ok };
  } finally {
    for (const burst of bursts) await burst.close();
    await stage.close();
  }
}

async function orderAndLoad(stage: AccessStage): Promise<Parcel> {
  const { owner, courier, box } = stage.people;
  const home = await stage.phone(owner);
  const fromS = Math.floor(Date.now() / 1000);
  const order = { kind: 'order', box: box.id, carrier: DEMO_CARRIER, fromS, toS: fromS + WINDOW_S } as const;
  const { reply } = await home.ask(order, WAIT_S);
  const { delivery, tan } = reply ?? {};
  if (delivery === undefined || tan === undefined) throw failed('no delivery', reply);
  const van = await stage.phone(courier);
  const loaded = await van.ask({ kind: 'load', box: box.id, delivery }, WAIT_S);
  if (loaded.reply?.verdict !== 'executed') throw failed('the courier was not bound', loaded.reply);
  await van.close();
  return { delivery, tan };
}

function redemption(courier: string, box: string, { delivery, tan }: Parcel): Request {
  const iat = Math.floor(Date.now() / 1000);
  const cti = Uint8Array.from(randomBytes(ID_BYTES));
  return { iss: courier, aud: box, iat, exp: iat + WAIT_S, cti, kind: 'redeem', delivery, tan };
}

function inTime(reply: Promise<Reply>): Promise<Reply | null> {
  return Promise.race([reply, new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null).unref())]);
}

async function auditOf({ folder, people, crypto }: AccessStage, box: string): Promise<RedemptionFigures['audited']> {
  const store = new SqliteAccessStore(dataFolder(folder).database, { crypto, log: deviceIdOf(people.issuer, crypto) });
  const audited = { attempts: 0, openings: 0 };
  try {
    for (let from = 1; ; from += PAGE) {
      const entries = await store.audit.entries(box, from, PAGE);
      for (const { secret } of entries) {
        const payload = secret === null ? null : decodePayload(secret.payload);
        if (payload === null || !payload.ok) continue;
        const { value } = payload;
        if (value.kind === 'attempt' && value.what === 'redeem') audited.attempts++;
        if (value.kind === 'outcome' && value.what === 'trunk' && value.result !== undefined) audited.openings++;
      }
      if (entries.length < PAGE) return audited;
    }
  } finally {
    await store.close();
  }
}

function failed(what: string, reply: Reply | null): CommandError {
  return new CommandError(EXIT.failed, `races: ${what}: ${wordsOf(reply)}`);
}
