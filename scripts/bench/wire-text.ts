import { GOALS, type WireFigures } from './wire-figures.ts';

interface Column {
  readonly title: string;
  readonly of: (figures: WireFigures) => string | number;
}

const POSITION: readonly Column[] = [
  { title: 'bordbox', of: (f) => f.bytesPerPosition.bordbox },
  { title: 'signed', of: (f) => f.bytesPerPosition.bordboxSigned },
  { title: 'entropy', of: (f) => f.bytesPerPosition.entropy },
  { title: 'ratio', of: (f) => f.bytesPerPosition.ratio },
  { title: 'protobuf', of: (f) => f.bytesPerPosition.protobuf },
  { title: 'codec 8E', of: (f) => f.bytesPerPosition.codec8e },
  { title: 'CBOR', of: (f) => f.bytesPerPosition.cbor },
  { title: 'JSON', of: (f) => f.bytesPerPosition.json },
];

const ACCELERATION: readonly Column[] = [
  { title: 'bordbox', of: (f) => f.bytesPerAcceleration.bordbox },
  { title: 'entropy', of: (f) => f.bytesPerAcceleration.entropy },
  { title: 'ratio', of: (f) => f.bytesPerAcceleration.ratio },
];

const HOUR: readonly Column[] = [
  { title: 'hours', of: (f) => f.hours },
  { title: 'events', of: (f) => String(f.harshEvents) },
  { title: 'frames', of: (f) => f.kilobytesPerHour.signedFrames },
  { title: '10 events', of: (f) => f.kilobytesPerHour.with10Events },
  { title: 'samples', of: (f) => f.kilobytesPerHour.samples },
  { title: 'protobuf', of: (f) => f.kilobytesPerHour.protobuf },
  { title: 'codec 8E', of: (f) => f.kilobytesPerHour.codec8e },
  { title: 'CBOR', of: (f) => f.kilobytesPerHour.cbor },
  { title: 'JSON', of: (f) => f.kilobytesPerHour.json },
];

const APART: readonly Column[] = [
  { title: 'notices', of: (f) => f.kilobytesPerHour.apart.notices },
  { title: 'states', of: (f) => f.kilobytesPerHour.apart.states },
  { title: 'receipts', of: (f) => f.kilobytesPerHour.apart.receipts },
  { title: 'topics', of: (f) => f.kilobytesPerHour.apart.topics },
  { title: 'transport', of: (f) => f.kilobytesPerHour.apart.transport },
];

const held = (holds: boolean): string => (holds ? 'yes' : 'NO');
const HOLDS: readonly Column[] = [
  { title: `<= ${GOALS.bytesPerPosition} bytes`, of: (f) => held(f.holds.bytesPerPosition) },
  { title: `<= ${GOALS.entropyRatio} x entropy`, of: (f) => held(f.holds.entropyRatio) },
  { title: `<= ${GOALS.kilobytesPerHour} KB/h`, of: (f) => held(f.holds.kilobytesPerHour) },
];

/** `rows`: the drives and, last, all together. */
export function wireText(rows: readonly WireFigures[]): string {
  const parts: readonly [string, readonly Column[]][] = [
    ['bytes per 1 Hz position sample (signed: all of the signed frames but the accelerations)', POSITION],
    ['bytes per second of accelerations: minimum, maximum, mean of three axes', ACCELERATION],
    ['KB per driving hour (1000 bytes): signed frames; others unsigned, positions and accelerations', HOUR],
    ['KB per driving hour, apart from the frames', APART],
    ['promised', HOLDS],
  ];
  return parts.map(([title, columns]) => `${title}\n${table(rows, columns)}\n`).join('\n');
}

function table(rows: readonly WireFigures[], columns: readonly Column[]): string {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(nameWidth)} ${cells.map((cell, i) => cell.padStart(Math.max(9, columns[i].title.length) + 1)).join('')}`;
  const head = columns.map(({ title }) => title);
  const cell = (value: string | number): string => (typeof value === 'number' ? value.toFixed(2) : value);
  return [
    line('', head),
    ...rows.map((row) =>
      line(
        row.name,
        columns.map(({ of }) => cell(of(row))),
      ),
    ),
  ].join('\n');
}
