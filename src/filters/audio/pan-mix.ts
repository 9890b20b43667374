/** Weighted sums of channels, in the arithmetic that ffmpeg's `pan` has for each kind of samples. */
import { roundHalfEven } from '../../base/math.ts';

const ONE = 32768;

/** Gains in parts of 2^15; what rounding takes from one gain of a row is carried on to the next. */
function inParts(row: Float64Array): Int32Array {
  const parts = new Int32Array(row.length);
  let rest = 0;
  for (let c = 0; c < row.length; c++) {
    const wanted = row[c] * ONE + rest;
    parts[c] = roundHalfEven(wanted);
    rest += wanted - parts[c];
  }
  return parts;
}

const isPlain = (row: Float64Array): number => {
  const used = [...row.keys()].filter((c) => row[c] !== 0);
  return used.length === 1 && row[used[0]] === 1 ? used[0] : -1;
};

/**
 * Samples of 16 bits or fewer: (sum of sample · gain in parts of 2^15 + 2^14) >> 15, clamped. `from` and `to` have channels as doubles
 * whose full scale is 1; `step` is what one step of a sample is of 16 bits, 256 for those of 8, which lose the rest.
 */
export function mixIntegers(
  matrix: readonly Float64Array[],
  from: readonly Float64Array[],
  to: readonly Float64Array[],
  count: number,
  step: number,
): void {
  for (const [o, row] of matrix.entries()) {
    const plain = isPlain(row);
    if (plain >= 0) {
      to[o].set(from[plain].subarray(0, count));
      continue;
    }
    const used = [...row.keys()].filter((c) => row[c] !== 0);
    // Sums of three and more channels take each gain to its nearest part.
    const parts =
      used.length > 2 ? Int32Array.from(row, (g) => roundHalfEven(g * ONE)) : inParts(row);
    const sums = to[o].fill(0, 0, count);
    for (const c of used) addInteger(sums, from[c], parts[c], count);
    for (let i = 0; i < count; i++) {
      const value = Math.floor((sums[i] + ONE / 2) / ONE);
      const clamped = value < -ONE ? -ONE : value > ONE - 1 ? ONE - 1 : value;
      sums[i] = (Math.floor(clamped / step) * step) / ONE;
    }
  }
}

function addInteger(sums: Float64Array, samples: Float64Array, gain: number, count: number): void {
  for (let i = 0; i < count; i++) sums[i] += samples[i] * ONE * gain;
}

/** Floats of 32 bits (`single`) or doubles; integers of 32 bits pass through doubles. */
export function mixFloats(
  matrix: readonly Float64Array[],
  from: readonly Float64Array[],
  to: readonly Float64Array[],
  count: number,
  single: boolean,
): void {
  for (const [o, row] of matrix.entries()) {
    const sums = to[o].fill(0, 0, count);
    for (let c = 0; c < row.length; c++) {
      if (row[c] === 0) continue;
      if (single) addSingle(sums, from[c], Math.fround(row[c]), count);
      else addDouble(sums, from[c], row[c], count);
    }
  }
}

function addSingle(sums: Float64Array, samples: Float64Array, gain: number, count: number): void {
  for (let i = 0; i < count; i++) {
    sums[i] = Math.fround(sums[i] + Math.fround(samples[i] * gain));
  }
}

function addDouble(sums: Float64Array, samples: Float64Array, gain: number, count: number): void {
  for (let i = 0; i < count; i++) sums[i] += samples[i] * gain;
}
