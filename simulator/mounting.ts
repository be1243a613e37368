/** How the device sits in its socket: rotations from the vehicle's axes (forward, left, up) to the sensor's. */

import type { Rng } from './rng.ts';

/** Row-major 3 x 3; row k is sensor axis k expressed in the vehicle's axes. */
export type Rotation = Float64Array;

export function upright(): Rotation {
  return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
}

/** From a random quaternion; any orientation can come. */
export function anyRotation(rng: Rng): Rotation {
  let w = rng.gauss();
  let x = rng.gauss();
  let y = rng.gauss();
  let z = rng.gauss();
  const norm = Math.sqrt(w * w + x * x + y * y + z * z);
  if (norm < 0.01) return upright();
  w /= norm;
  x /= norm;
  y /= norm;
  z /= norm;
  return Float64Array.of(
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  );
}
