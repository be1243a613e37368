import { Command, Option } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { fromHex } from '../../protocol/bytes.ts';
import { type Temperament, TRAITS } from '../../simulator/temperament.ts';
import { durationS, numberIn, wholeNumberIn } from '../arguments.ts';
import { type AuditVerdict, verifyDemoAudit } from '../demo-audit.ts';
import { type DemoResult, runDemo } from '../demo-run.ts';
import { setUpDemo } from '../demo-setup.ts';
import { demoView, noView } from '../demo-view.ts';
import { EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { SensorMaker } from '../simulated-device.ts';
import { ownBrokerLine } from '../subscriber-line.ts';
import { testIdentity } from '../test-keys.ts';
import { tripText } from '../trip-text.ts';

const EXAMPLE = `
Durations are virtual time; the restart is a SIGKILL of the gateway's process between a frame and its receipt.

Examples:
  npm start
  npm start -- --exit --json --loss 0.3 --outage 120s --restart-gateway

Exit codes: 0 done as told, 1 frames were lost, no trip was scored or a lock did what it should not, 2 wrong words, 3 the machine refused.`;

interface Options {
  readonly exit?: boolean;
  readonly json?: boolean;
  readonly seed: number;
  readonly pace: number;
  readonly driver: Temperament;
  readonly loss: number;
  readonly outage: number;
  readonly restartGateway?: boolean;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('a simulated car, its sensor and box, a broker, the gateway, a score, a delivery: all of it, now')
    .option('--exit', 'end after one trip, as fast as the machine can')
    .option('--json', 'one JSON document as the last line of standard output')
    .option('--seed <n>', 'seed of the whole world', wholeNumberIn(0, 0xffffffff), 1)
    .option('--pace <x>', 'virtual seconds per second', numberIn(0.1, 1000), 20)
    .addOption(new Option('--driver <temperament>', 'who drives').choices(Object.keys(TRAITS)).default('normal'))
    .option('--loss <p>', 'share of messages that the radio loses, each way', numberIn(0, 0.95), 0)
    .option('--outage <duration>', 'no network for so long in the middle of the drive', durationS, 0)
    .option('--restart-gateway', 'kill the gateway in the middle of the drive and start it again')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const startedMs = performance.now();
  const crypto = nodeCrypto();
  const quiet = options.json === true;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  // The sensor must know the gateway's key, and the gateway the sensor's: the sensor's comes first.
  const unborn = testIdentity(`demo ${options.seed}`, new Uint8Array(32), crypto);
  const devices = [unborn.publicKey];
  const setup = await setUpDemo({ seed: options.seed, crypto, devices });
  const { port, tenant, password, publicKey } = setup.gateway.access;
  const maker = new SensorMaker({ ...unborn, gatewayKey: fromHex(publicKey) ?? new Uint8Array() }, crypto);
  const tenantLine = ownBrokerLine({ host: '127.0.0.1', port }, { name: tenant, password });
  const view = quiet ? noView : demoView(setup.town, tenantLine);
  try {
    const result = await runDemo({
      seed: options.seed,
      temperament: options.driver,
      pace: options.exit ? Number.POSITIVE_INFINITY : options.pace,
      once: options.exit === true,
      loss: options.loss,
      outageS: options.outage,
      restartGateway: options.restartGateway === true,
      crypto,
      maker,
      setup,
      log: quiet ? () => {} : log,
      stop: stop.signal,
      onStep: (scene) => view.show(scene),
    });
    view.close();
    const key = fromHex(publicKey) ?? new Uint8Array();
    const audit = await verifyDemoAudit(setup.folder, setup.cast.box.id, key, result.events, crypto);
    report(options, result, audit, performance.now() - startedMs);
  } finally {
    await setup.gateway.kill();
    setup.clear();
  }
}

function report(options: Options, result: DemoResult, audit: AuditVerdict, tookMs: number): void {
  const { stats, access } = result;
  const { stored, duplicate } = stats.frames;
  const lost = result.sent - stored;
  const last = result.trips.at(-1);
  if (options.json) {
    printJson({
      trips: result.trips.length,
      frames: { sent: result.sent, stored, duplicate, lost },
      transmissions: result.transmissions,
      score: last?.score ?? null,
      total: last?.total ?? null,
      subscores: last?.subscores ?? {},
      km: last?.km ?? 0,
      events: last?.events ?? {},
      access: { ...access, auditVerified: audit.verified },
      quarantined: stats.quarantined,
      gatewayRestarts: result.gatewayRestarts,
      behindMsMax: result.behindMsMax,
      seconds: Math.round(tookMs / 100) / 10,
    });
  } else {
    process.stdout.write(
      `${[
        `frames: ${result.sent} sent in ${result.transmissions} transmissions, ${stored} stored, ${duplicate} duplicate, ${lost} lost`,
        `trips:  ${result.trips.length}`,
        ...result.trips.flatMap(tripText),
        accessText(result, audit),
      ].join('\n')}\n`,
    );
  }
  // Ended by hand, frames may still be in the sensor's flash, which is no loss.
  if (options.exit && (lost !== 0 || last === undefined || !asTold(result, audit))) process.exitCode = EXIT.failed;
}

/** The trunk opened once, the doors once, the TAN was refused when it came again, and all of it can be proved. */
function asTold({ access }: DemoResult, { verified }: AuditVerdict): boolean {
  return access.unlocked === 1 && access.trunkOpened === 1 && access.tanRefused >= 1 && verified;
}

function accessText({ access, played }: DemoResult, { verified, entries }: AuditVerdict): string {
  if (!played) return 'access: ended before the second act was over';
  const { trunkOpened, unlocked, tanRefused } = access;
  const proof = verified ? 'verified with its public key alone' : 'NOT verified';
  return `access: trunk opened ${trunkOpened} x, doors unlocked ${unlocked} x, TAN refused ${tanRefused} x; audit log of ${entries} entries ${proof}`;
}
