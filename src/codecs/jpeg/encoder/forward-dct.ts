/**
 * The forward DCT (T.81 clause A.3.3) in floating point, after the flow graph of Arai, Agui and Nakajima (Trans. IEICE E-71, 1988): five
 * multiplications for eight samples, and a factor for each frequency that is joined with the quantization step.
 */
import { ZIGZAG } from '../standard/zigzag.ts';

const C4 = Math.SQRT1_2;
const C2 = Math.sqrt(2 + Math.SQRT2) / 2;
const C6 = Math.sqrt(2 - Math.SQRT2) / 2;
const C2_MINUS_C6 = C2 - C6;
const C2_PLUS_C6 = C2 + C6;

/** cos(k pi / 16), k = 0..7. Square roots are exact in every engine, cosines need not be. */
// biome-ignore format: k and its complement
const COSINES = [
  1, Math.sqrt((1 + C2) / 2), C2, Math.sqrt((1 + C6) / 2),
  C4, Math.sqrt((1 - C6) / 2), C6, Math.sqrt((1 - C2) / 2),
];

/** cos(n pi / 16) for n of 0 and above. */
export function cosine(n: number): number {
  const turn = n % 32;
  const half = turn > 16 ? 32 - turn : turn;
  if (half === 8) return 0;
  return half > 8 ? -COSINES[16 - half]! : COSINES[half]!;
}

/** What the flow graph makes too large at frequency k, in one direction, against the definition. */
function excess(k: number): number {
  return k === 0 ? 2 * Math.SQRT2 : 4 * COSINES[k]!;
}

/** By place in raster order: the bit of that coefficient in the two words of a mask. */
const LOW_BIT = /* @__PURE__ */ bitsOf(0);
const HIGH_BIT = /* @__PURE__ */ bitsOf(32);

function bitsOf(first: number): Int32Array {
  const bits = new Int32Array(64);
  for (let bit = 0; bit < 32; bit++) bits[ZIGZAG[first + bit]!] = 1 << bit;
  return bits;
}

/** Real levels of blocks, and what is known of each block. */
export interface RealLevels {
  /** 64 a block in raster order: coefficients in units of their quantization steps. */
  readonly levels: Float32Array;
  /** Two words a block: bit k, counted over both, is set if the AC level with index k in the zig-zag sequence is at least one half; all others become zero. */
  readonly masks: Int32Array;
  /** Variance of the block's samples: the sum of its squared AC coefficients over 64. */
  readonly variances: Float32Array;
}

/** What a component's transform multiplies with, in raster order. */
export interface TransformFactors {
  /** From the flow graph's output to real levels. */
  readonly levels: Float64Array;
  /** From squared real levels to variance. */
  readonly squares: Float64Array;
  /** Quantization steps. */
  readonly steps: Float64Array;
}

/** Factors for 64 quantization steps in raster order. */
export function transformFactors(steps: Int16Array): TransformFactors {
  const exactSteps = Float64Array.from(steps);
  return {
    levels: exactSteps.map((step, place) => 1 / (excess(place >> 3) * excess(place & 7) * step)),
    squares: exactSteps.map((step) => (step * step) / 64),
    steps: exactSteps,
  };
}

/**
 * Transforms a block of 8x8 samples from `from` on, rows `stride` apart, and divides by the quantization steps.
 * @param samples level-shifted, -128..127 or somewhat beyond
 * @param work 64 elements of scratch
 * @param out gets the block as its number `block`
 */
export function forwardDct(
  samples: Float32Array,
  from: number,
  stride: number,
  factors: TransformFactors,
  work: Float64Array,
  out: RealLevels,
  block: number,
): void {
  transformRows(samples, from, stride, work);
  transformColumns(work);
  finishBlock(work, factors, out, block);
}

/** The flow graph on each row of a block; written apart from that on columns, since steps in variables take 20 % more time. */
function transformRows(
  samples: Float32Array,
  from: number,
  stride: number,
  work: Float64Array,
): void {
  for (let y = 0; y < 64; y += 8, from += stride) {
    const s0 = samples[from]! + samples[from + 7]!;
    const s7 = samples[from]! - samples[from + 7]!;
    const s1 = samples[from + 1]! + samples[from + 6]!;
    const s6 = samples[from + 1]! - samples[from + 6]!;
    const s2 = samples[from + 2]! + samples[from + 5]!;
    const s5 = samples[from + 2]! - samples[from + 5]!;
    const s3 = samples[from + 3]! + samples[from + 4]!;
    const s4 = samples[from + 3]! - samples[from + 4]!;
    const e0 = s0 + s3;
    const e3 = s0 - s3;
    const e1 = s1 + s2;
    const z1 = (s1 - s2 + e3) * C4;
    work[y] = e0 + e1;
    work[y + 4] = e0 - e1;
    work[y + 2] = e3 + z1;
    work[y + 6] = e3 - z1;
    const o0 = s4 + s5;
    const o1 = (s5 + s6) * C4;
    const o2 = s6 + s7;
    const z5 = (o0 - o2) * C6;
    const z2 = C2_MINUS_C6 * o0 + z5;
    const z4 = C2_PLUS_C6 * o2 + z5;
    const z11 = s7 + o1;
    const z13 = s7 - o1;
    work[y + 5] = z13 + z2;
    work[y + 3] = z13 - z2;
    work[y + 1] = z11 + z4;
    work[y + 7] = z11 - z4;
  }
}

/** The flow graph on each column of `work`. */
function transformColumns(work: Float64Array): void {
  for (let x = 0; x < 8; x++) {
    const s0 = work[x]! + work[x + 56]!;
    const s7 = work[x]! - work[x + 56]!;
    const s1 = work[x + 8]! + work[x + 48]!;
    const s6 = work[x + 8]! - work[x + 48]!;
    const s2 = work[x + 16]! + work[x + 40]!;
    const s5 = work[x + 16]! - work[x + 40]!;
    const s3 = work[x + 24]! + work[x + 32]!;
    const s4 = work[x + 24]! - work[x + 32]!;
    const e0 = s0 + s3;
    const e3 = s0 - s3;
    const e1 = s1 + s2;
    const z1 = (s1 - s2 + e3) * C4;
    work[x] = e0 + e1;
    work[x + 32] = e0 - e1;
    work[x + 16] = e3 + z1;
    work[x + 48] = e3 - z1;
    const o0 = s4 + s5;
    const o1 = (s5 + s6) * C4;
    const o2 = s6 + s7;
    const z5 = (o0 - o2) * C6;
    const z2 = C2_MINUS_C6 * o0 + z5;
    const z4 = C2_PLUS_C6 * o2 + z5;
    const z11 = s7 + o1;
    const z13 = s7 - o1;
    work[x + 40] = z13 + z2;
    work[x + 24] = z13 - z2;
    work[x + 8] = z11 + z4;
    work[x + 56] = z11 - z4;
  }
}

/** From the flow graph's output to real levels, and what is known of them. */
function finishBlock(
  work: Float64Array,
  factors: TransformFactors,
  out: RealLevels,
  block: number,
): void {
  const { levels, masks, variances } = out;
  const { levels: scale, squares } = factors;
  const to = 64 * block;
  levels[to] = work[0]! * scale[0]!;
  let variance = 0;
  let low = 0;
  let high = 0;
  for (let i = 1; i < 64; i++) {
    const level = work[i]! * scale[i]!;
    levels[to + i] = level;
    variance += level * level * squares[i]!;
    if (level >= 0.5 || level <= -0.5) {
      low |= LOW_BIT[i]!;
      high |= HIGH_BIT[i]!;
    }
  }
  masks[2 * block] = low;
  masks[2 * block + 1] = high;
  variances[block] = variance;
}
