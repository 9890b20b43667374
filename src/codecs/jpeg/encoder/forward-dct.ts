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

/** What the flow graph makes too large at frequency k, in one direction, against the definition. */
function excess(k: number): number {
  return k === 0 ? 2 * Math.SQRT2 : 4 * COSINES[k]!;
}

/**
 * Factors that turn the flow graph's output into coefficients in units of their quantization steps.
 * @param steps 64 quantization steps in raster order
 * @returns 64 factors in zig-zag order
 */
export function levelFactors(steps: Int16Array): Float64Array {
  return Float64Array.from(
    ZIGZAG,
    (place) => 1 / (excess(place >> 3) * excess(place & 7) * steps[place]!),
  );
}

/**
 * Transforms a block of 8x8 samples from `from` on, rows `stride` apart, and divides by the quantization steps.
 * @param samples level-shifted, -128..127 or somewhat beyond
 * @param factors from `levelFactors`
 * @param work 64 elements of scratch
 * @param out gets 64 real levels in zig-zag order from `to` on
 */
export function forwardDct(
  samples: Float32Array,
  from: number,
  stride: number,
  factors: Float64Array,
  work: Float64Array,
  out: Float32Array,
  to: number,
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
  for (let k = 0; k < 64; k++) out[to + k] = work[ZIGZAG[k]!]! * factors[k]!;
}
