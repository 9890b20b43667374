/** Small functions on numbers that the standards define and share; named as in H.264 clause 5.7. */

/** Clip3(min, max, value), H.264 clause 5.7. */
export function clip3(min: number, max: number, value: number): number {
  return value < min ? min : value > max ? max : value;
}

/** Clip1 for 8-bit samples: Clip3(0, 255, value), H.264 clause 5.7. */
export function clip1(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Median(a, b, c), H.264 clause 5.7. */
export function median(a: number, b: number, c: number): number {
  return a > b ? (b > c ? b : a > c ? c : a) : a > c ? a : b > c ? c : b;
}

/** The nearest integer; of two that are equally near the even one. */
export function roundHalfEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** How many bits of a mask of 32 bits are set. */
export function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}

/** Greatest common divisor of two non-negative safe integers; gcd(0, 0) is 0. */
export function gcd(a: number, b: number): number {
  while (b !== 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
