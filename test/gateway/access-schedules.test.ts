import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AccessShell } from '../../gateway/edge/access-shell.ts';
import { Reply } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Claims, Phone, Said } from './access-parties.ts';
import { AccessRig, opened, type Sent } from './access-rig.ts';
import { filled } from './frame-maker.ts';
import { type Luck, ModelBox } from './model-box.ts';

type Step =
  | { readonly do: 'ask'; readonly kind: 'unlock' | 'lock' | 'trunk' }
  | { readonly do: 'redeem'; readonly isRight: boolean }
  | { readonly do: 'again'; readonly nth: number }
  | { readonly do: 'carry'; readonly nth: number; readonly fate: 'once' | 'lost' | 'twice'; readonly gateway: number }
  | { readonly do: 'hear'; readonly nth: number; readonly fate: 'once' | 'lost' | 'twice' }
  | { readonly do: 'wait'; readonly ms: number; readonly gateway: number }
  | { readonly do: 'box'; readonly what: 'clock' | 'cut' | 'lose-flash' | 'say-again' }
  | { readonly do: 'luck'; readonly luck: Luck }
  | { readonly do: 'restart'; readonly gateway: number };

const fate = fc.constantFrom('once' as const, 'once' as const, 'once' as const, 'lost' as const, 'twice' as const);
const gateway = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('ask' as const), kind: fc.constantFrom('unlock', 'lock', 'trunk') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('redeem' as const), isRight: fc.constantFrom(true, true, false) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), nth: fc.nat(20) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('carry' as const), nth: fc.nat(6), fate, gateway }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hear' as const), nth: fc.nat(6), fate }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(10, 1000, 20_000, 61_000), gateway }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('box' as const),
      what: fc.constantFrom('clock', 'clock', 'cut', 'lose-flash', 'say-again'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('luck' as const),
      luck: fc.constantFrom('jammed', 'moving', 'cut-before', 'cut-after'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), gateway }) },
) as fc.Arbitrary<Step>;

/** Two gateways on one store, a box, an owner and a courier, and a network between them that does what it likes. */
class Schedule {
  readonly rig = new AccessRig();
  readonly box = new ModelBox(1, this.rig);
  owner!: Phone;
  courier!: Phone;
  delivery!: Uint8Array;
  tan!: string;
  /** What phones have asked, by `cti`. */
  readonly asked = new Map<string, { readonly said: Said; readonly phone: Phone; readonly kind: string }>();
  /** Final replies by `cti`, as text. */
  readonly verdicts = new Map<string, Set<string>>();
  private readonly shells: AccessShell[] = [];
  private readonly toBox: Sent[] = [];
  private readonly toGateway: Said[] = [];

  static async start(): Promise<Schedule> {
    const schedule = new Schedule();
    const { rig, box } = schedule;
    schedule.owner = await rig.phone(1);
    schedule.courier = await rig.phone(2, 'courier');
    await rig.store.enrol({ manufacturer: filled(32, 1), number: 1, devices: [box.car.record] });
    await rig.say(box.car.clock());
    await schedule.owner.ask(box.car, box.car.pairing(schedule.owner));
    const fromS = Math.floor(rig.nowMs / 1000);
    const order = await schedule.owner.ask(box.car, { kind: 'order', carrier: 'DHL', fromS, toS: fromS + 36_000 });
    schedule.delivery = order.delivery ?? filled(16, 0);
    schedule.tan = order.tan ?? '';
    await schedule.courier.ask(box.car, { kind: 'load', delivery: schedule.delivery });
    rig.sent.length = 0;
    rig.onSend = (sent) => schedule.onSend(sent);
    schedule.shells.push(rig.shell, rig.newShell());
    return schedule;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const one of steps) await this.take(one);
    await this.calm();
  }

  private onSend(sent: Sent): void {
    if (sent.to === this.box.car.id) this.toBox.push(sent);
    if (sent.channel !== 'reply') return;
    const reply = opened(Reply, sent.bytes, 'bb-reply', sent.to);
    const cti = toHex(reply.cti);
    if (reply.verdict === 'pending' || !this.asked.has(cti)) return;
    const words = this.verdicts.get(cti) ?? new Set();
    this.verdicts.set(cti, words.add(`${reply.verdict} ${reply.reason ?? ''}`));
  }

  private async take(one: Step): Promise<void> {
    if (one.do === 'ask') this.ask(this.owner, { kind: one.kind });
    else if (one.do === 'redeem') {
      this.ask(this.courier, { kind: 'redeem', delivery: this.delivery, tan: one.isRight ? this.tan : 'WRONG000' });
    } else if (one.do === 'again') this.askAgain(one.nth);
    else if (one.do === 'carry') await this.carry(one.nth, one.fate, one.gateway);
    else if (one.do === 'hear') this.hear(one.nth, one.fate);
    else if (one.do === 'wait') await this.wait(one.ms, one.gateway);
    else if (one.do === 'luck') this.box.luck = one.luck;
    else if (one.do === 'restart') this.shells[one.gateway] = this.rig.newShell();
    else if (one.what === 'clock') this.box.clock();
    else if (one.what === 'cut') this.box.cut();
    else if (one.what === 'lose-flash') this.box.loseFlash();
    else this.box.sayAgain();
  }

  private ask(phone: Phone, claims: Claims): void {
    const request = phone.claims(this.box.car, claims);
    const said = phone.request(request);
    this.asked.set(toHex(request.cti), { said, phone, kind: claims.kind });
    this.toGateway.push(said);
  }

  private askAgain(nth: number): void {
    const all = [...this.asked.values()];
    if (all.length > 0) this.toGateway.push(all[nth % all.length].said);
  }

  /** One of the messages under way, in any order, to one of the gateways, or to both at the same instant. */
  private async carry(nth: number, fated: 'once' | 'lost' | 'twice', to: number): Promise<void> {
    this.toGateway.push(...this.box.said.splice(0));
    if (this.toGateway.length === 0) return;
    const [said] = this.toGateway.splice(nth % this.toGateway.length, 1);
    if (fated === 'lost') return;
    const shells = fated === 'twice' ? this.shells : [this.shells[to]];
    for (const shell of shells) shell.receive(said.device, said.channel, said.bytes);
    await Promise.all(shells.map((shell) => shell.flush()));
  }

  private hear(nth: number, fated: 'once' | 'lost' | 'twice'): void {
    if (this.toBox.length === 0) return;
    const [sent] = this.toBox.splice(nth % this.toBox.length, 1);
    if (fated !== 'lost') this.box.hear(sent);
    if (fated === 'twice') this.box.hear(sent);
  }

  private async wait(ms: number, by: number): Promise<void> {
    this.rig.nowMs += ms;
    await this.shells[by].tick();
  }

  /** Nothing is lost any more, and everybody says again what was not answered. */
  private async calm(): Promise<void> {
    this.box.luck = 'good';
    for (let round = 0; round < 12; round++) {
      this.box.sayAgain();
      this.toGateway.push(...this.box.said.splice(0), ...[...this.asked.values()].map(({ said }) => said));
      for (const said of this.toGateway.splice(0))
        this.shells[round % 2].receive(said.device, said.channel, said.bytes);
      await this.shells[round % 2].flush();
      for (const sent of this.toBox.splice(0)) this.box.hear(sent);
      await this.wait(31_000, round % 2);
    }
  }
}

test('B59, A14, A16: whatever the network, the box and the gateways go through, every request ends in exactly one verdict', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
      const schedule = await Schedule.start();
      await schedule.run(steps);
      const { rig, box, asked, verdicts } = schedule;
      for (const [cti, { kind }] of asked) {
        assert.equal(verdicts.get(cti)?.size, 1, `${kind}: ${[...(verdicts.get(cti) ?? ['none'])].join(', ')}`);
      }
      // One TAN opens once; nothing acts twice, or late, or for a request that did not end that way.
      const log = await rig.audit(box.car.id);
      assert.ok(box.motions.filter(({ delivery }) => delivery !== null).length <= 1, 'the TAN opened twice');
      for (const { lease, late } of box.motions) {
        assert.ok(!late);
        assert.equal(box.motions.filter((other) => other.lease === lease).length, 1);
        const outcome = log.find((entry) => entry.kind === 'outcome' && toHex(entry.lease ?? filled(1, 0)) === lease);
        assert.ok(outcome?.kind === 'outcome');
        assert.ok(outcome.outcome === 'executed' || outcome.outcome === 'interrupted', outcome.outcome);
      }
      const attempts = log.filter((entry) => entry.kind === 'attempt' && asked.has(toHex(entry.cti ?? filled(1, 0))));
      const reached = [...asked.keys()].filter((cti) => verdicts.has(cti));
      assert.equal(attempts.length, reached.length, 'one entry for each attempt');
    }),
    { numRuns: 150 },
  );
});
