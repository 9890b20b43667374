/**
 * Sine and cosine from the four operations alone. `Math.sin` and `Math.cos` may differ in the last bit between engines;
 * where such a bit could reach the samples of a filter, these are used, whose every step IEEE 754 fixes.
 */

/** cos(2π·turns), absolute error below 1e-15 for |turns| < 1000. Multiples of a quarter give exactly -1, 0 and 1. */
export function cosTurns(turns: number): number {
  return fromQuarter(turns, 1);
}

/** sin(2π·turns), absolute error below 1e-15 for |turns| < 1000. Multiples of a quarter give exactly -1, 0 and 1. */
export function sinTurns(turns: number): number {
  return fromQuarter(turns, 0);
}

/** sin(2π·(turns + quarters / 4)). The angle is taken from the nearest quarter of a turn, at most π/4 away. */
function fromQuarter(turns: number, quarters: number): number {
  const fraction = turns - Math.floor(turns);
  const nearest = Math.round(fraction * 4);
  const y = (fraction - nearest / 4) * (2 * Math.PI);
  const quarter = nearest + quarters;
  const value = (quarter & 1) === 0 ? sineSeries(y) : cosineSeries(y);
  return (quarter & 2) === 0 ? value : 0 - value;
}

/** cos(x) for x in radians; the error grows with |x|·1e-16. */
export function cosine(x: number): number {
  return cosTurns(x / (2 * Math.PI));
}

/** sin(x) for x in radians; the error grows with |x|·1e-16. */
export function sine(x: number): number {
  return sinTurns(x / (2 * Math.PI));
}

/** Taylor's series for |y| <= π/4: the first term that is left out, y^19/19!, is below 1e-19. */
function sineSeries(y: number): number {
  const square = y * y;
  let sum = 1;
  for (let n = 16; n >= 2; n -= 2) sum = 1 - (square / (n * (n + 1))) * sum;
  return y * sum;
}

/** Taylor's series for |y| <= π/4: the first term that is left out, y^18/18!, is below 3e-18. */
function cosineSeries(y: number): number {
  const square = y * y;
  let sum = 1;
  for (let n = 15; n >= 1; n -= 2) sum = 1 - (square / (n * (n + 1))) * sum;
  return sum;
}
