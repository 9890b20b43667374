/**
 * The forward DCT (T.81 clause A.3.3) in float32, after the flow graph of Arai, Agui and Nakajima (Trans. IEICE E-71, 1988): five
 * multiplications for eight samples, and a factor for each frequency that is joined with the quantization step. Columns, then rows; each
 * operation rounds to float32, as the vector twin's do.
 */
import { ZIGZAG } from '../../standard/zigzag.ts';

const f = Math.fround;

const C4_EXACT = Math.SQRT1_2;
const C2_EXACT = Math.sqrt(2 + Math.SQRT2) / 2;
const C6_EXACT = Math.sqrt(2 - Math.SQRT2) / 2;
/** The constants of the graph. */
export const C4 = f(C4_EXACT);
export const C6 = f(C6_EXACT);
export const C2_MINUS_C6 = f(C2_EXACT - C6_EXACT);
export const C2_PLUS_C6 = f(C2_EXACT + C6_EXACT);

/** cos(k pi / 16), k = 0..7. Square roots are exact in every engine, cosines need not be. */
// biome-ignore format: k and its complement
const COSINES = [
  1, Math.sqrt((1 + C2_EXACT) / 2), C2_EXACT, Math.sqrt((1 + C6_EXACT) / 2),
  C4_EXACT, Math.sqrt((1 - C6_EXACT) / 2), C6_EXACT, Math.sqrt((1 - C2_EXACT) / 2),
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

/** Bytes of the factors of a component: 64 float32 from the flow graph's output to levels, 64 from squared levels to variance, and 64 steps. */
export const FACTORS_BYTES = 3 * 64 * 4;

/** Writes the factors for 64 quantization steps in raster order from element `at` on. The square of DC counts for nothing. */
export function writeFactors(singles: Float32Array, at: number, steps: Int16Array): void {
  for (let place = 0; place < 64; place++) {
    const step = steps[place]!;
    singles[at + place] = 1 / (excess(place >> 3) * excess(place & 7) * step);
    singles[at + 64 + place] = place === 0 ? 0 : (step * step) / 64;
    singles[at + 128 + place] = step;
  }
}

/** By place in raster order: the bit of that coefficient in the two words of a mask. */
const LOW_BIT = /* @__PURE__ */ bitsOf(0);
const HIGH_BIT = /* @__PURE__ */ bitsOf(32);

function bitsOf(first: number): Int32Array {
  const bits = new Int32Array(64);
  for (let bit = 0; bit < 32; bit++) bits[ZIGZAG[first + bit]!] = 1 << bit;
  return bits;
}

/** The flow graph on eight samples, `step` apart from `from` on, to `work` in the same arrangement of its own. */
function transformLine(
  samples: Float32Array,
  from: number,
  step: number,
  work: Float32Array,
  to: number,
  toStep: number,
): void {
  const a0 = samples[from]!;
  const a1 = samples[from + step]!;
  const a2 = samples[from + 2 * step]!;
  const a3 = samples[from + 3 * step]!;
  const a4 = samples[from + 4 * step]!;
  const a5 = samples[from + 5 * step]!;
  const a6 = samples[from + 6 * step]!;
  const a7 = samples[from + 7 * step]!;
  const s0 = f(a0 + a7);
  const s7 = f(a0 - a7);
  const s1 = f(a1 + a6);
  const s6 = f(a1 - a6);
  const s2 = f(a2 + a5);
  const s5 = f(a2 - a5);
  const s3 = f(a3 + a4);
  const s4 = f(a3 - a4);
  const e0 = f(s0 + s3);
  const e3 = f(s0 - s3);
  const e1 = f(s1 + s2);
  const z1 = f(f(f(s1 - s2) + e3) * C4);
  work[to] = f(e0 + e1);
  work[to + 4 * toStep] = f(e0 - e1);
  work[to + 2 * toStep] = f(e3 + z1);
  work[to + 6 * toStep] = f(e3 - z1);
  const o0 = f(s4 + s5);
  const o1 = f(f(s5 + s6) * C4);
  const o2 = f(s6 + s7);
  const z5 = f(f(o0 - o2) * C6);
  const z2 = f(f(C2_MINUS_C6 * o0) + z5);
  const z4 = f(f(C2_PLUS_C6 * o2) + z5);
  const z11 = f(s7 + o1);
  const z13 = f(s7 - o1);
  work[to + 5 * toStep] = f(z13 + z2);
  work[to + 3 * toStep] = f(z13 - z2);
  work[to + toStep] = f(z11 + z4);
  work[to + 7 * toStep] = f(z11 - z4);
}

/** Levels of one block and what is known of them; places count elements. `work` has 64 elements of scratch. */
export function realLevelsOfBlock(
  singles: Float32Array,
  words: Int32Array,
  work: Float32Array,
  source: Float32Array,
  samples: number,
  stride: number,
  factors: number,
  levels: number,
  mask: number,
  variance: number,
): void {
  for (let x = 0; x < 8; x++) transformLine(source, samples + x, stride, work, x, 8);
  for (let y = 0; y < 64; y += 8) transformLine(work, y, 1, work, y, 1);
  let low = 0;
  let high = 0;
  const sums: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < 64; i++) {
    const level = f(work[i]! * singles[factors + i]!);
    singles[levels + i] = level;
    const square = f(f(level * level) * singles[factors + 64 + i]!);
    sums[i & 3] = f(sums[i & 3]! + square);
    if (i > 0 && (level >= 0.5 || level <= -0.5)) {
      low |= LOW_BIT[i]!;
      high |= HIGH_BIT[i]!;
    }
  }
  words[mask] = low;
  words[mask + 1] = high;
  singles[variance] = f(f(sums[0] + sums[2]) + f(sums[1] + sums[3]));
}

/** See `JpegKernels.realLevels`. `work` has 64 elements of scratch. */
export function realLevels(
  singles: Float32Array,
  words: Int32Array,
  work: Float32Array,
  samples: number,
  stride: number,
  count: number,
  factors: number,
  levels: number,
  masks: number,
  variances: number,
): void {
  for (let block = 0; block < count; block++) {
    realLevelsOfBlock(
      singles,
      words,
      work,
      singles,
      (samples >> 2) + 8 * block,
      stride >> 2,
      factors >> 2,
      (levels >> 2) + 64 * block,
      (masks >> 2) + 2 * block,
      (variances >> 2) + block,
    );
  }
}
