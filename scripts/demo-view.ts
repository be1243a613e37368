/** What a person sees of a running demonstration: a picture on a terminal, a line now and then elsewhere. */

import type { Town } from '../simulator/town.ts';
import { carPicture } from './car-picture.ts';
import type { DemoScene } from './demo-run.ts';
import type { CloudEvent } from './in-process-gateway.ts';
import { TownPicture } from './town-picture.ts';

export interface DemoView {
  show(scene: DemoScene): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

const FRAME_MS = 150;
const LINE_VIRTUAL_MS = 30_000;
const EVENTS_SHOWN = 5;
/** Lines below the picture. */
const TEXT_ROWS = EVENTS_SHOWN + 8;

export function demoView(town: Town, tenantLine: string): DemoView {
  return process.stdout.isTTY ? new TerminalView(town, tenantLine) : new LineView(tenantLine);
}

export const noView: DemoView = { show: () => {}, close: () => {} };

/** An event of the backend plane in a few words. */
function eventText({ type, data }: CloudEvent): string {
  if (type === 'trip.scored') return `${type}: score ${data.score} of 7, ${data.total} of 100`;
  if (type === 'trip.closed')
    return `${type}: ${data['Vehicle.TripMeterReading']} km, ${JSON.stringify(data.occurrences)}`;
  if (type === 'trip.started') return `${type}: ${(data.start as { time: string | null }).time ?? 'time unknown'}`;
  if (type === 'device.state') return `${type}: ${data.online ? 'online' : 'offline'}, ${data.firmware}`;
  if (type === 'audit.checkpoint') return `${type}: number ${data.number} over ${data.size} entries`;
  if (type.startsWith('delivery.')) return `${type}: ${data.carrier}`;
  if (type === 'access.opened') return `${type}: ${data.what}, by a ${data.by}`;
  return `${type}: ${JSON.stringify(data)}`;
}

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
  private toldOfAct = 0;

  constructor(tenantLine: string) {
    process.stdout.write(`${tenantLine}\n`);
  }

  show(scene: DemoScene): void {
    const { lines } = scene.act;
    for (; this.toldOfAct < lines.length; this.toldOfAct++) {
      process.stdout.write(`${clock(scene.world.nowMs)}  ${lines[this.toldOfAct]}\n`);
    }
    for (; this.told < scene.events.length; this.told++) {
      process.stdout.write(`${clock(scene.world.nowMs)}  backend plane: ${eventText(scene.events[this.told])}\n`);
    }
    if (scene.world.nowMs < this.nextMs || scene.station.feedEnded) return;
    this.nextMs = scene.world.nowMs + LINE_VIRTUAL_MS;
    process.stdout.write(`${clock(scene.world.nowMs)}  ${drivingText(scene)}; ${frameText(scene)}\n`);
  }

  close(): void {}
}

/** The second act while it is played, and what the backend hears otherwise. */
function belowText({ act, events }: DemoScene): string[] {
  if (act.car === null || act.over) return events.slice(-EVENTS_SHOWN).map(eventText);
  return [...carPicture(act.car), act.lines.at(-1) ?? ''];
}

class TerminalView implements DemoView {
  private readonly picture: TownPicture;
  private readonly tenantLine: string;
  private nextMs = 0;
  private open = false;

  constructor(town: Town, tenantLine: string) {
    const { columns = 80, rows = 24 } = process.stdout;
    this.picture = new TownPicture(town, columns - 1, Math.max(8, rows - TEXT_ROWS));
    this.tenantLine = tenantLine;
  }

  show(scene: DemoScene): void {
    const { latDeg, lonDeg } = scene.car.view();
    this.picture.drive(latDeg, lonDeg);
    if (performance.now() < this.nextMs) return;
    this.nextMs = performance.now() + FRAME_MS;
    if (!this.open) process.stdout.write('\x1b[?25l\x1b[2J');
    this.open = true;
    const width = (process.stdout.columns ?? 80) - 1;
    const margin = ' '.repeat(Math.max(0, Math.floor((width - this.picture.columns) / 2)));
    const text = [
      ...this.picture.lines(true).map((line) => margin + line),
      `${clock(scene.world.nowMs)}  ${drivingText(scene)}`.slice(0, width),
      `       ${frameText(scene)}`.slice(0, width),
      ...belowText(scene).map((line) => `  ${line}`.slice(0, width)),
      '',
      'the same for a backend:',
      this.tenantLine,
    ];
    process.stdout.write(`\x1b[H${text.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`);
  }

  close(): void {
    if (this.open) process.stdout.write('\x1b[?25h\n\n');
    this.open = false;
  }
}
