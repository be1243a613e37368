/**
 * Runs one scenario against one target. Time is the scenario's: the device gets what its sensors see and passes time
 * up to the next thing that happens in the world, or to the first thing that it does itself; then the world follows.
 */

import { readManifest } from '../../gateway/core/enrolment.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { seal } from '../../protocol/envelope.ts';
import { Configuration, Receipt } from '../../protocol/messages.ts';
import { rigIssuerKey } from '../../protocol/serial-identity.ts';
import type { DownlinkChannel } from '../../protocol/topics.ts';
import { Rng } from '../../simulator/rng.ts';
import { momentOf, type Scenario, type Step } from '../../simulator/scenario.ts';
import type { Fact } from '../../simulator/scenario-facts.ts';
import { Hearing } from '../../simulator/scenario-hear.ts';
import { ScenarioNetwork } from '../../simulator/scenario-network.ts';
import { type PlannedFeed, planScenario } from '../../simulator/scenario-plan.ts';
import { type Pending, type Verdict, Watch } from '../../simulator/scenario-watch.ts';
import { World } from '../../simulator/world.ts';
import { type CloudEvent, InProcessGateway } from '../in-process-gateway.ts';
import { testKey } from '../test-keys.ts';
import { Conversation, DeviceError, type Told } from './conversation.ts';
import type { RunLog } from './run-log.ts';
import { type Order, RigError, type Target } from './target.ts';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly feed: PlannedFeed;
  readonly target: Target;
  readonly crypto: Crypto;
  readonly log: RunLog;
  readonly onStep: (nowMs: number, pending: Pending | null) => void;
}

export interface RunResult {
  readonly verdicts: readonly Verdict[];
  /** What ended the run early; the device's fault. */
  readonly trouble: string | null;
  readonly endMs: number;
}

/** The in-process gateway commits so long after the first message, and looks around so often. */
const COMMIT_MS = 100;
const TICK_MS = 60_000;
const EARLIEST_UTC_MS = Date.UTC(2000, 0, 1);

export async function runScenario(options: RunOptions): Promise<RunResult> {
  const run = new RigRun(options);
  let trouble: string | null = null;
  try {
    await run.start();
    await run.toTheEnd();
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    trouble = error.message;
  }
  return run.result(trouble);
}

class RigRun {
  private readonly options: RunOptions;
  private readonly world = new World();
  private readonly watch: Watch;
  private readonly talk: Conversation;
  private readonly gateway: InProcessGateway;
  private readonly store = new MemoryStore();
  /** What has to be done with the device before its time goes on. */
  private readonly due: (() => Promise<void>)[] = [];
  private readonly plan: ReturnType<typeof planScenario>;
  private stimulus = 0;
  private device = '';
  private hearing: Hearing | null = null;
  private network: ScenarioNetwork | null = null;

  constructor(options: RunOptions) {
    const { scenario, feed, target, crypto, log } = options;
    this.options = options;
    this.watch = new Watch(scenario);
    this.talk = new Conversation(target, log);
    this.plan = planScenario(scenario, feed);
    this.gateway = new InProcessGateway({
      world: this.world,
      crypto,
      store: this.store,
      roads: null,
      placeOf: () => 'somewhere',
      startUtcMs: Math.max(EARLIEST_UTC_MS, scenario.startUtcMs),
      downlink: (_device, channel, bytes) => this.toDevice(channel, bytes),
      onEvent: (_topic, event) => this.onEvent(event),
      log: (line) => log.say(this.world.nowMs, `= gateway: ${line}`),
    });
  }

  /** Power off, time zero, a blank device that the gateway knows, and the world set up. */
  async start(): Promise<void> {
    const { scenario } = this.options;
    const { talk, world } = this;
    const state = await talk.ask({ kind: 'query' }, true);
    if (state.kind === 'state' && state.powered) await talk.ask({ kind: 'power-cut', holdUpMs: 0 }, true);
    const time = await talk.ask({ kind: 'time', mode: 'manual', nowMs: 0 }, true);
    if (time.kind === 'state' && time.verdict === 'not-supported') {
      throw new RigError('this device has no manual time, and scenarios need it');
    }
    if (time.kind !== 'state' || time.verdict !== 'done') throw new DeviceError('it does not let its time be set');
    talk.anew();
    await this.enrol();
    // A moment comes before what happens at it.
    for (const step of scenario.timeline) world.schedule(step.atMs, () => this.step(step));
    const rng = Rng.seeded(scenario.seed).fork('rig');
    this.network = new ScenarioNetwork(scenario, {
      world,
      rng: rng.fork('radio'),
      device: this.device,
      gateway: this.gateway,
      toDevice: (input) => {
        if (input.kind === 'link') this.fact({ kind: 'link', fields: { up: input.up } });
        this.due.push(async () => {
          if (input.kind === 'downlink') {
            const { channel, bytes } = input;
            talk.downlink({ kind: 'signed', channel, bytes }, world.nowMs);
            if (channel === 'receipt') this.onReceipt(bytes);
          } else {
            const verdict = input.up ? 'welcome' : 'ended';
            talk.downlink({ kind: 'verdict', verdict, reason: input.up ? '' : 'the network is gone' }, world.nowMs);
          }
        });
      },
      onUplink: ({ channel, bytes }) => {
        this.facts(this.hearing?.hear(channel, bytes) ?? []);
        // The loop must stop where the gateway commits.
        world.schedule(world.nowMs + COMMIT_MS, () => undefined);
      },
    });
    for (const { atMs, on } of this.plan.engine) {
      world.schedule(atMs, () => {
        this.moment(on ? 'engine start' : 'engine stop');
        this.fact({ kind: 'engine', fields: { on } });
      });
    }
    for (const { atMs, order } of this.plan.orders) world.schedule(atMs, () => this.order(order));
    for (let ms = TICK_MS; ms < scenario.lastsMs; ms += TICK_MS) world.schedule(ms, () => undefined);
  }

  async toTheEnd(): Promise<void> {
    const { world, watch, talk, gateway } = this;
    const { scenario, onStep, log } = this.options;
    world.runUntil(0);
    await this.doDue();
    while (world.nowMs < scenario.lastsMs) {
      const untilMs = Math.min(world.nextEventMs(), scenario.lastsMs);
      const { nowMs } = await talk.advance(untilMs, this.stimulate(untilMs));
      const told = talk.told(nowMs);
      await gateway.run(nowMs);
      this.hear(told);
      await this.doDue();
      watch.until(nowMs - 1);
      onStep(nowMs, watch.next());
    }
    // Log lines have the least of the line's turns.
    await talk.ask({ kind: 'query' });
    const { refused } = await talk.order({ kind: 'query' });
    if (refused > 0) throw new DeviceError(`it refused ${refused} of the messages that it was sent`);
    watch.finish(scenario.lastsMs);
    log.say(scenario.lastsMs, '= end');
  }

  result(trouble: string | null): RunResult {
    const { world, watch } = this;
    if (trouble !== null) watch.finish(world.nowMs);
    return { verdicts: watch.verdicts, trouble, endMs: world.nowMs };
  }

  private async enrol(): Promise<void> {
    const { scenario, crypto } = this.options;
    const seed = Uint8Array.of(scenario.seed >>> 24, scenario.seed >>> 16, scenario.seed >>> 8, scenario.seed);
    const { gatewayKey } = this.gateway;
    const answer = await this.talk.ask({ kind: 'identity', seed, gatewayKey, manifestNumber: 1, erase: true });
    if (answer.kind !== 'identity') throw new DeviceError('it does not take an identity');
    await this.store.pin(crypto.publicKey(rigIssuerKey(crypto)));
    const enrolment = readManifest(answer.manifest, await this.store.manufacturers(), crypto);
    if (!enrolment.ok) throw new DeviceError(`the manifest of its identity is wrong: ${enrolment.reason}`);
    await this.store.enrol(enrolment.value);
    this.device = answer.device;
    this.hearing = new Hearing(answer.device, answer.publicKey, crypto);
  }

  /** Sends what is due up to `untilMs`; how many stimuli that are, with those that were sent before. */
  private stimulate(untilMs: number): number {
    const { stimuli } = this.plan;
    for (; this.stimulus < stimuli.length && stimuli[this.stimulus].atMs <= untilMs; this.stimulus++) {
      const { bytes, atMs } = stimuli[this.stimulus];
      this.talk.stimulate(bytes, atMs);
    }
    // The device may have stopped early, and more than these may have been sent.
    let due = this.stimulus;
    while (due > 0 && stimuli[due - 1].atMs > untilMs) due--;
    return due;
  }

  /** Orders and downlinks, and what the device does about them at once. */
  private async doDue(): Promise<void> {
    for (let work = this.due.shift(); work !== undefined; work = this.due.shift()) {
      await work();
      this.hear(this.talk.told(this.world.nowMs));
    }
  }

  private hear(told: readonly Told[]): void {
    for (const item of told) {
      if (item.kind === 'seen') this.seen(item.seen);
      else if (item.uplink.kind === 'connect') {
        const { proof, will } = item.uplink;
        this.fact({ kind: 'connect', fields: {} });
        this.network?.send({ kind: 'connect', proof, will });
      } else {
        const { channel, bytes } = item.uplink;
        this.network?.send({ kind: 'publish', channel, bytes, retain: channel === 'state' });
      }
    }
  }

  private seen({ what, value }: Extract<Told, { readonly kind: 'seen' }>['seen']): void {
    if (what === 'led') this.fact({ kind: 'led', fields: { green: value === 1 } });
    else if (what === 'booted') this.fact({ kind: 'boot', fields: { reason: RESET_NAMES[value - 1] ?? `${value}` } });
    else if (what === 'off') {
      this.fact({ kind: 'off', fields: {} });
      this.network?.powerOff();
    }
  }

  private step(step: Step): void {
    const { scenario } = this.options;
    this.moment(momentOf(step));
    if ('forMs' in step && step.do !== 'corner') {
      const endMs = step.atMs + step.forMs;
      if (endMs <= scenario.lastsMs) this.world.schedule(endMs, () => this.moment(`${momentOf(step)} over`));
    }
    if (step.do === 'configure') this.configure(step, testKey('gateway', this.options.crypto));
    else if (step.do === 'forge-configuration') this.configure({ vehicle: 0, ...step }, this.strangersKey());
    else if (step.do === 'forge-receipt') this.forgeReceipt();
    else if (step.do === 'repeat-downlinks') this.network?.repeatDownlinks();
  }

  private order(order: Order): void {
    this.due.push(async () => {
      await this.talk.order(order);
    });
  }

  private configure({ number, vehicle, blocker }: Configuration, key: Uint8Array): void {
    const scope = { type: 'bb-config', direction: 'dn', device: this.device } as const;
    const bytes = seal(Configuration, { number, vehicle, blocker }, scope, key, this.options.crypto);
    this.toDevice('config', bytes);
  }

  /** Says that everything of every boot has arrived. */
  private forgeReceipt(): void {
    const { crypto } = this.options;
    const scope = { type: 'bb-receipt', direction: 'dn', device: this.device } as const;
    for (const boot of this.hearing?.boots() ?? []) {
      const receipt: Receipt = { boot, through: 1000, missing: [], refused: [] };
      this.toDevice('receipt', seal(Receipt, receipt, scope, this.strangersKey(), crypto));
    }
  }

  private strangersKey(): Uint8Array {
    return testKey('a stranger', this.options.crypto);
  }

  private toDevice(channel: DownlinkChannel, bytes: Uint8Array): void {
    this.network?.downlink(channel, bytes);
  }

  private onReceipt(bytes: Uint8Array): void {
    this.facts(this.hearing?.receipted(bytes, this.gateway.gatewayKey) ?? []);
  }

  private onEvent({ type, data }: CloudEvent): void {
    if (type === 'trip.started') this.fact({ kind: 'trip', fields: { what: 'started' } });
    else if (type === 'trip.closed') {
      const { revision, whole } = data as { readonly revision: number; readonly whole: boolean };
      const km = Number(data['Vehicle.TripMeterReading']);
      const durationS = Number(data['Vehicle.TripDuration']);
      this.fact({ kind: 'trip', fields: { what: 'closed', whole, km, durationS, revision } });
    } else if (type === 'trip.scored') {
      const { score, total } = data as { readonly score: number | null; readonly total: number | null };
      this.fact({ kind: 'score', fields: { score: score ?? 0, total: total ?? 0 } });
    }
  }

  private moment(name: string): void {
    const { nowMs } = this.world;
    this.options.log.say(nowMs, `= moment ${name}`);
    this.watch.moment(name, nowMs);
  }

  private facts(news: readonly Omit<Fact, 'atMs'>[]): void {
    for (const one of news) this.fact(one);
  }

  private fact(news: Omit<Fact, 'atMs'>): void {
    const fact = { ...news, atMs: this.world.nowMs };
    this.options.log.fact(fact);
    this.watch.take(fact);
  }
}

const RESET_NAMES = ['power-on', 'brown-out', 'watchdog', 'software'];
