/** `bench serial`: how much of a serial line carries messages, with simulated pacing. */

import { Command } from 'commander';
import { SerialLink } from '../../protocol/serial.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import type { LineMessage } from '../../protocol/serial-events.ts';
import { numberIn, wholeNumberIn } from '../arguments.ts';
import { EXIT } from '../exit.ts';
import { printJson } from '../output.ts';
import { SerialCable } from './serial-cable.ts';

const BAUDS = [115_200, 921_600] as const;
const SHARE_GOAL = 0.85;
/** The handshake and the first round trips are no steady state. */
const WARM_UP_MS = 1000;

const EXAMPLE = `
Two ends and the cable between them, in virtual time: a cable carries baud / 10 bytes a second each way, and what is
handed to it arrives later by --latency, as with USB adapters. The share is that of the bytes of whole messages that
arrived, before they were cut into frames; "both ways" is the worse of two directions that are busy at once.

Example:
  npm run bench -- serial --json

Exit codes: 0 each share is at least ${SHARE_GOAL}, 1 one is not, 2 wrong words.`;

interface Options {
  readonly messageBytes: number;
  readonly seconds: number;
  readonly latency: number;
  readonly json?: boolean;
}

interface LineFigures {
  readonly baud: number;
  readonly traffic: 'one way' | 'both ways';
  readonly messagesPerSecond: number;
  readonly share: number;
}

export function serialBench(): Command {
  return new Command('serial')
    .description("messages per second and share of a serial line's capacity")
    .option('--message-bytes <n>', 'length of a message', wholeNumberIn(1, 4097), 200)
    .option('--seconds <s>', 'measured virtual seconds', wholeNumberIn(1, 600), 10)
    .option('--latency <ms>', 'of the adapters, each way', numberIn(0, 100), 5)
    .option('--json', 'one JSON document as the last line of standard output')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

function run(options: Options): void {
  const lines = BAUDS.flatMap((baud) => [measure(baud, 'one way', options), measure(baud, 'both ways', options)]);
  const ok = lines.every(({ share }) => share >= SHARE_GOAL);
  const { messageBytes, seconds, latency: latencyMs } = options;
  if (options.json) printJson({ messageBytes, seconds, latencyMs, lines, goals: { share: SHARE_GOAL }, ok });
  else process.stdout.write(text(lines, ok));
  if (!ok) process.exitCode = EXIT.failed;
}

function text(lines: readonly LineFigures[], ok: boolean): string {
  const rows = lines.map(
    ({ baud, traffic, messagesPerSecond, share }) =>
      `${String(baud).padStart(7)} baud  ${traffic.padEnd(9)}  ${messagesPerSecond.toFixed(1).padStart(6)} messages/s  ${(100 * share).toFixed(1)} % of the capacity`,
  );
  return `${rows.join('\n')}\n${ok ? 'all shares hold' : `a share is below ${100 * SHARE_GOAL} %`}\n`;
}

function measure(
  baud: number,
  traffic: LineFigures['traffic'],
  { messageBytes, seconds, latency }: Options,
): LineFigures {
  const bytesPerSecond = baud / 10;
  const device = end('device', bytesPerSecond, 1);
  const host = end('host', bytesPerSecond, 2);
  const message = Uint8Array.from({ length: messageBytes }, (_, i) => i);
  const arrived = new Map<SerialLink, number>([
    [device, 0],
    [host, 0],
  ]);
  const cable = new SerialCable({ bytesPerSecond, latencyMs: latency }, device, host, (at, event) => {
    if (event.kind !== 'message') return;
    arrived.set(at, (arrived.get(at) ?? 0) + 1);
    at.release(event satisfies LineMessage, cable.nowMs);
  });
  const fill = (): boolean => {
    pour(device, 'uplink', message);
    if (traffic === 'both ways') pour(host, 'downlink', message);
    return false;
  };
  cable.plug();
  cable.run(WARM_UP_MS, fill);
  for (const at of arrived.keys()) arrived.set(at, 0);
  cable.run(WARM_UP_MS + seconds * 1000, fill);
  const measured = traffic === 'both ways' ? [device, host] : [host];
  const messagesPerSecond = Math.min(...measured.map((at) => arrived.get(at) ?? 0)) / seconds;
  const share = (messagesPerSecond * messageBytes) / bytesPerSecond;
  return { baud, traffic, messagesPerSecond, share: Math.round(share * 10_000) / 10_000 };
}

function end(role: 'device' | 'host', bytesPerSecond: number, number: number): SerialLink {
  const random = (into: Uint8Array): void => void into.fill(number);
  return new SerialLink({ role, build: 'product', firmware: 'bench', bytesPerSecond, random });
}

/** Always something to send. */
function pour(link: SerialLink, channel: SerialChannel, message: Uint8Array): void {
  while (link.send(channel, message).ok);
}
