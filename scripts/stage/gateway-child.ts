/** The gateway as it always runs, in a process of its own, with the bounds that a measurement needs. */

import type { GatewayConfig } from '../../gateway/main.ts';
import { startGateway } from '../../gateway/main.ts';

export interface GatewayReady {
  readonly port: number | null;
}

/** What a running gateway answers to any question. */
export interface GatewayCounts {
  /** Frames stored so far. */
  readonly stored: number;
  /** Processor milliseconds of this process. */
  readonly cpuMs: number;
}

const config = JSON.parse(process.argv[2]) as GatewayConfig;
const gateway = await startGateway({ ...config, log: (line) => process.stderr.write(`${line}\n`) });

process.on('message', async () => {
  const { frames } = await gateway.stats();
  const { user, system } = process.cpuUsage();
  const counts: GatewayCounts = { stored: frames.stored, cpuMs: (user + system) / 1000 };
  process.send?.(counts);
});
process.on('disconnect', async () => {
  await gateway.close();
  process.exit(0);
});
const ready: GatewayReady = { port: gateway.port };
process.send?.(ready);
