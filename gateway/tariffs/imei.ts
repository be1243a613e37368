/** The device's number (F8): 15 digits, of which the last checks the others (Luhn, 3GPP TS 23.003 annex B). */

import { accept, type Result, refuse } from '../../protocol/result.ts';

/** Blanks, dashes and slashes are how people write it. The value is 15 digits. */
export function checkImei(text: string): Result<string, string> {
  const digits = text.replace(/[\s/-]/g, '');
  if (!/^\d{15}$/.test(digits))
    return refuse(`an IMEI has 15 digits: dial *#06# to see it (${digits.length} characters given)`);
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const doubled = Number(digits[i]) * (i % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0
    ? accept(digits)
    : refuse('the last digit of the IMEI does not match the others: read it again');
}
