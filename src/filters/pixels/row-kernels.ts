/** Rows of samples over rows of others, plain. */

/** to = (to · (255 - a) + from · a) / 255, rounded. */
export function mixRow(
  from: Uint8Array,
  p: number,
  fromStep: number,
  to: Uint8Array,
  q: number,
  toStep: number,
  alpha: Uint8Array,
  x: number,
  count: number,
): void {
  for (let i = 0; i < count; i++, p += fromStep, q += toStep) {
    const a = alpha[x + i]!;
    if (a === 0) continue;
    const sum = to[q]! * (255 - a) + from[p]! * a + 128;
    to[q] = (sum + (sum >> 8)) >> 8;
  }
}

/** Colors that were multiplied by their opacity: to = (to - zero) · (255 - a) / 255 + from, rounded. */
export function addRow(
  from: Uint8Array,
  p: number,
  fromStep: number,
  to: Uint8Array,
  q: number,
  toStep: number,
  alpha: Uint8Array,
  x: number,
  count: number,
  zero: number,
): void {
  for (let i = 0; i < count; i++, p += fromStep, q += toStep) {
    const sum = (to[q]! - zero) * (255 - alpha[x + i]!);
    const value = Math.round(sum / 255) + from[p]!;
    to[q] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}
