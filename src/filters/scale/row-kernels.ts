/**
 * The inner loops of the scaler over 8-bit samples, plain. Lines between the horizontal and the vertical step are 16-bit integers in
 * units of 1/64: a weighted sum of 255 with overshoot stays within ±32767 as long as the magnitudes of the weights sum to less than 2.
 */

/**
 * Weighted sums along a row: `line[i] = (sum of source[from + (start[i] + k) · step] · weights[i · taps + k] + 128) >> 8`.
 * @param step elements from one sample to the next
 */
export function scaleRow(
  source: Uint8Array,
  from: number,
  step: number,
  start: Int32Array,
  weights: Int16Array,
  taps: number,
  line: Int16Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    let p = from + start[i]! * step;
    let sum = 128;
    const end = (i + 1) * taps;
    for (let w = i * taps; w < end; w++, p += step) sum += source[p]! * weights[w]!;
    line[to + i] = sum >> 8;
  }
}

/**
 * Weighted sums of lines: `target[to + i · step]` = the sum over k of `lines[at[k] + i] · weights[w + k]`, as a byte.
 * @param at position of each line in `lines`
 * @param w index of the first weight
 */
export function blendLines(
  lines: Int16Array,
  at: Int32Array,
  weights: Int16Array,
  w: number,
  taps: number,
  target: Uint8Array,
  to: number,
  step: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    let sum = 1 << 19;
    for (let k = 0; k < taps; k++) sum += lines[at[k]! + i]! * weights[w + k]!;
    const value = sum >> 20;
    target[to + i * step] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}
/** `scaleRow` for pixels of three or four samples; the line has four a pixel, the fourth of three is 255. */
export function scalePixels(
  source: Uint8Array,
  from: number,
  step: number,
  start: Int32Array,
  weights: Int16Array,
  taps: number,
  line: Int16Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    let p = from + start[i]! * step;
    let [a, b, c, d] = [128, 128, 128, 128];
    for (let w = i * taps; w < (i + 1) * taps; w++, p += step) {
      const weight = weights[w]!;
      a += source[p]! * weight;
      b += source[p + 1]! * weight;
      c += source[p + 2]! * weight;
      d += (step === 4 ? source[p + 3]! : 255) * weight;
    }
    const q = to + i * 4;
    line[q] = a >> 8;
    line[q + 1] = b >> 8;
    line[q + 2] = c >> 8;
    line[q + 3] = d >> 8;
  }
}

/** Pixels of four samples as pixels of three: the fourth is left out. */
export function packThree(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    target[to + 3 * i] = source[from + 4 * i]!;
    target[to + 3 * i + 1] = source[from + 4 * i + 1]!;
    target[to + 3 * i + 2] = source[from + 4 * i + 2]!;
  }
}
