/**
 * Trigonometry from `+ - * /` and `Math.sqrt` alone, which IEEE 754 defines to the last bit.
 * The runtime's own `Math.sin` may differ between versions of Node in that bit, and a run must give
 * the same bytes everywhere. Errors stay below 1e-13 for |x| < 500.
 */

const HALF_PI = Math.PI / 2;
const SQRT3 = Math.sqrt(3);
const TAN_15_DEG = 2 - SQRT3;

export const RAD_PER_DEG = Math.PI / 180;
/** Mean Earth radius of the sphere used for all distances, metres (IUGG R1). */
export const EARTH_RADIUS_M = 6_371_008.8;
export const M_PER_DEG = EARTH_RADIUS_M * RAD_PER_DEG;

/** Taylor series; |x| <= pi/4. */
function sinKernel(x: number): number {
  const s = x * x;
  return (
    x *
    (1 - (s / 6) * (1 - (s / 20) * (1 - (s / 42) * (1 - (s / 72) * (1 - (s / 110) * (1 - (s / 156) * (1 - s / 210)))))))
  );
}

function cosKernel(x: number): number {
  const s = x * x;
  return (
    1 -
    (s / 2) *
      (1 -
        (s / 12) * (1 - (s / 30) * (1 - (s / 56) * (1 - (s / 90) * (1 - (s / 132) * (1 - (s / 182) * (1 - s / 240)))))))
  );
}

export function sin(x: number): number {
  const quarter = Math.round(x / HALF_PI);
  const r = x - quarter * HALF_PI;
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return sinKernel(r);
    case 1:
      return cosKernel(r);
    case 2:
      return -sinKernel(r);
    default:
      return -cosKernel(r);
  }
}

export function cos(x: number): number {
  return sin(x + HALF_PI);
}

/** Taylor series; |x| <= tan 15 degrees. */
function atanKernel(x: number): number {
  const s = x * x;
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = 1 / n - s * sum;
  return x * sum;
}

function atan(x: number): number {
  if (x < 0) return -atan(-x);
  if (x > 1) return HALF_PI - atan(1 / x);
  if (x > TAN_15_DEG) return Math.PI / 6 + atanKernel((SQRT3 * x - 1) / (SQRT3 + x));
  return atanKernel(x);
}

/** Angle of the point (x, y) in -pi..pi; 0 for the origin. */
export function atan2(y: number, x: number): number {
  if (x > 0) return atan(y / x);
  if (x < 0) return y >= 0 ? atan(y / x) + Math.PI : atan(y / x) - Math.PI;
  if (y > 0) return HALF_PI;
  return y < 0 ? -HALF_PI : 0;
}

/** Great-circle distance in metres between two points in degrees (haversine). */
export function distanceM(latA: number, lonA: number, latB: number, lonB: number): number {
  const sLat = sin(((latB - latA) * RAD_PER_DEG) / 2);
  const sLon = sin(((lonB - lonA) * RAD_PER_DEG) / 2);
  const h = sLat * sLat + cos(latA * RAD_PER_DEG) * cos(latB * RAD_PER_DEG) * sLon * sLon;
  return 2 * EARTH_RADIUS_M * atan2(Math.sqrt(h), Math.sqrt(Math.max(0, 1 - h)));
}
