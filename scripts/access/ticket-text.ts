/** A pairing ticket as text and as a picture: what the QR code in the car shows (B34). */

import { create } from 'qrcode';

const PREFIX = 'BORDBOX:';

export function ticketText(ticket: Uint8Array): string {
  return PREFIX + Buffer.from(ticket).toString('base64url');
}

/** Null when it is no such text. */
export function ticketFrom(text: string): Uint8Array | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith(PREFIX) || !/^[\w-]+$/.test(trimmed.slice(PREFIX.length))) return null;
  return Uint8Array.from(Buffer.from(trimmed.slice(PREFIX.length), 'base64url'));
}

/** Two modules of the code in each character, dark on light, with the margin that readers want. */
export function qrPicture(text: string): string {
  const { modules } = create(text, { errorCorrectionLevel: 'L' });
  const { size } = modules;
  const margin = 2;
  const dark = (row: number, column: number): boolean =>
    row >= 0 && row < size && column >= 0 && column < size && modules.get(row, column) !== 0;
  const lines: string[] = [];
  for (let row = -margin; row < size + margin; row += 2) {
    let line = '';
    for (let column = -margin; column < size + margin; column++) {
      const [upper, lower] = [dark(row, column), dark(row + 1, column)];
      // A terminal shows light text on dark, so what is printed is what is light.
      line += upper ? (lower ? ' ' : '▄') : lower ? '▀' : '█';
    }
    lines.push(line);
  }
  return lines.join('\n');
}
