/** What a person sees of a running demonstration: a picture on a terminal, a line now and then elsewhere. */

import type { Town } from '../simulator/town.ts';
import type { DemoScene } from './demo-run.ts';
import { TownPicture } from './town-picture.ts';

export interface DemoView {
  show(scene: DemoScene): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

const FRAME_MS = 150;
const LINE_VIRTUAL_MS = 30_000;
const EVENTS_SHOWN = 6;

export function demoView(town: Town, tenantLine: string): DemoView {
  return process.stdout.isTTY ? new TerminalView(town, tenantLine) : new LineView(tenantLine);
}

export const noView: DemoView = { show: () => {}, close: () => {} };

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

function drivingText({ car, station }: DemoScene): string {
  const { speedKmh, roadName, limitKmh, engineOn } = car.view();
  const limit = limitKmh === null ? 'no limit' : `limit ${limitKmh}`;
  const led = station.ledGreen ? 'LED green' : 'LED off';
  return `${speedKmh.toFixed(0).padStart(3)} km/h on ${roadName} (${limit}), engine ${engineOn ? 'on' : 'off'}, ${led}`;
}

function frameText({ maker, station }: DemoScene): string {
  const { framesJournaled, transmissions } = maker.totals();
  const link = station.radio.linkUp ? 'link up' : 'link down';
  return `${framesJournaled} frames journaled, ${transmissions} sent, ${maker.waiting} without receipt, ${link}`;
}

class LineView implements DemoView {
  private nextMs = 0;
  private told = 0;

  constructor(tenantLine: string) {
    process.stdout.write(`${tenantLine}\n`);
  }

  show(scene: DemoScene): void {
    for (; this.told < scene.events.length; this.told++) {
      const { type, data } = scene.events[this.told];
      process.stdout.write(`${clock(scene.world.nowMs)}  backend plane: ${type} ${JSON.stringify(data)}\n`);
    }
    if (scene.world.nowMs < this.nextMs || scene.station.feedEnded) return;
    this.nextMs = scene.world.nowMs + LINE_VIRTUAL_MS;
    process.stdout.write(`${clock(scene.world.nowMs)}  ${drivingText(scene)}; ${frameText(scene)}\n`);
  }

  close(): void {}
}

class TerminalView implements DemoView {
  private readonly picture: TownPicture;
  private readonly tenantLine: string;
  private nextMs = 0;
  private open = false;

  constructor(town: Town, tenantLine: string) {
    this.picture = new TownPicture(town, Math.max(40, Math.min(100, (process.stdout.columns ?? 80) - 2)));
    this.tenantLine = tenantLine;
  }

  show(scene: DemoScene): void {
    const { latDeg, lonDeg } = scene.car.view();
    this.picture.drive(latDeg, lonDeg);
    if (performance.now() < this.nextMs) return;
    this.nextMs = performance.now() + FRAME_MS;
    if (!this.open) process.stdout.write('\x1b[?25l\x1b[2J');
    this.open = true;
    const events = scene.events.slice(-EVENTS_SHOWN).map(({ type, data }) => `${type} ${JSON.stringify(data)}`);
    const width = process.stdout.columns ?? 80;
    const text = [
      ...this.picture.lines(true),
      `${clock(scene.world.nowMs)}  ${drivingText(scene)}`,
      `       ${frameText(scene)}`,
      '',
      this.tenantLine,
      ...events.map((line) => `  ${line}`.slice(0, width - 1)),
    ];
    process.stdout.write(`\x1b[H${text.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`);
  }

  close(): void {
    if (this.open) process.stdout.write('\x1b[?25h\n');
  }
}
