/**
 * Quantization. The standard fixes only the way back (clause 8.5.12.1); levels are chosen here. The plain quantizer is a
 * division with a dead zone: level = (|c|·scale + offset) >> bits, the offset a third of a step in intra and a sixth in
 * inter macroblocks, as in the reference model (JVT-L032 and earlier).
 */
import { MAX_LEVEL } from '../standard/cavlc.ts';
import { ZIGZAG } from '../standard/macroblock.ts';
import { normAdjustColumn } from '../standard/scaling.ts';

/**
 * Multipliers of the reference model, 2^15·(inverse of the step): row qP % 6; columns as normAdjustColumn. Each times
 * the standard's normAdjust times the gain of the two transforms (16, 25, 20) is about 2^21; the test checks the law.
 */
// biome-ignore format: one row per qP % 6
const QUANT_SCALE: Int32Array = /* @__PURE__ */ Int32Array.of(
  13107, 5243, 8066,
  11916, 4660, 7490,
  10082, 4194, 6554,
   9362, 3647, 5825,
   8192, 3355, 5243,
   7282, 2893, 4559);

/** Everything the quantizer needs for one QP, by scan position. */
export interface Quantizer {
  readonly qp: number;
  /** Multipliers by scan index. */
  readonly scale: Int32Array;
  /** 15 + qp / 6. */
  readonly bits: number;
  /** Dead-zone rounding of 4x4 blocks: 2^bits / 3 or / 6. */
  readonly offset: number;
  /** Largest |c| that quantizes to 0, in even rows and columns, in odd ones, and in one of each. */
  readonly even: number;
  readonly odd: number;
  readonly mixed: number;
  /**
   * A 4x4 block whose differences sum to at most this, signs aside, quantizes to nothing: no coefficient is more than 1, 2 or
   * 4 times that sum, in even rows and columns, in one of each, and in odd ones.
   */
  readonly emptySad: number;
  /** Size of a step in units of the forward transform, by scan index: 2^bits / scale. */
  readonly step: Float64Array;
  /** Factors of the way back by scan index: levelScale << (qp / 6). */
  readonly rescale: Int32Array;
}

/** A quantizer for `qp` 0..51; `rounding` is the dead zone's offset as a fraction of a step (1/3 intra, 1/6 inter). */
export function createQuantizer(qp: number, rounding: number, levelScale: Int32Array): Quantizer {
  const m = qp % 6;
  const shift = Math.floor(qp / 6);
  const bits = 15 + shift;
  const offset = Math.floor(2 ** bits * rounding);
  const scale = new Int32Array(16);
  const step = new Float64Array(16);
  const rescale = new Int32Array(16);
  for (let i = 0; i < 16; i++) {
    const position = ZIGZAG[i];
    scale[i] = QUANT_SCALE[m * 3 + normAdjustColumn(position)];
    step[i] = 2 ** bits / scale[i];
    rescale[i] = levelScale[m * 16 + position] << shift;
  }
  // Scan indexes 0, 4 and 1 are positions (0, 0), (1, 1) and (0, 1).
  const largest = (i: number) => Math.ceil((2 ** bits - offset) / scale[i]) - 1;
  const even = largest(0);
  const odd = largest(4);
  const mixed = largest(1);
  const emptySad = Math.min(even, mixed >> 1, odd >> 2);
  return { qp, scale, bits, offset, even, odd, mixed, emptySad, step, rescale };
}

/** Negative if |c| > t, else not: an integer test that many coefficients can share by `|`. */
function beyond(c: number, t: number): number {
  return (t + c) | (t - c);
}

/** Whether any coefficient of a 4x4 block, from scan index `first`, does not quantize to 0. Most blocks have none, so this is all that is done to them. */
function isSignificant(
  quantizer: Quantizer,
  coefficients: Int32Array,
  start: number,
  first: number,
): boolean {
  const { even, odd, mixed } = quantizer;
  return (
    ((first === 0 ? beyond(coefficients[start], even) : 0) |
      beyond(coefficients[start + 1], mixed) |
      beyond(coefficients[start + 2], even) |
      beyond(coefficients[start + 3], mixed) |
      beyond(coefficients[start + 4], mixed) |
      beyond(coefficients[start + 5], odd) |
      beyond(coefficients[start + 6], mixed) |
      beyond(coefficients[start + 7], odd) |
      beyond(coefficients[start + 8], even) |
      beyond(coefficients[start + 9], mixed) |
      beyond(coefficients[start + 10], even) |
      beyond(coefficients[start + 11], mixed) |
      beyond(coefficients[start + 12], mixed) |
      beyond(coefficients[start + 13], odd) |
      beyond(coefficients[start + 14], mixed) |
      beyond(coefficients[start + 15], odd)) <
    0
  );
}

/**
 * Quantizes a 4x4 block.
 * @param coefficients 16 coefficients from `start`, raster order; if any level is nonzero they become the scaled
 *   coefficients of the way back (clause 8.5.12.1)
 * @param levels receives the nonzero levels, scan order from `start`; the others are left as they were
 * @param first 0, or 1 to leave the DC out (it then becomes 0 on the way back)
 * @returns mask of nonzero levels, bit i for scan index i
 */
export function quantize4x4(
  quantizer: Quantizer,
  coefficients: Int32Array,
  start: number,
  levels: Int32Array,
  first: number,
): number {
  if (!isSignificant(quantizer, coefficients, start, first)) return 0;
  const { scale, rescale, bits, offset } = quantizer;
  let mask = 0;
  for (let i = 0; i < first; i++) coefficients[start + ZIGZAG[i]] = 0;
  for (let i = first; i < 16; i++) {
    const at = start + ZIGZAG[i];
    const c = coefficients[at];
    const sign = c >> 31;
    // |c| is at most 9180 and the scale 13107: the product is below 2^27, the level at most 1632 (QP 0).
    const magnitude = (Math.imul((c ^ sign) - sign, scale[i]) + offset) >> bits;
    const level = (magnitude ^ sign) - sign;
    coefficients[at] = Math.imul(level, rescale[i]);
    if (level !== 0) {
      mask |= 1 << i;
      levels[start + i] = level;
    }
  }
  return mask;
}

/**
 * Quantizes DC coefficients that went through a second transform: one more bit of precision, the scale of position 0.
 * @param values `count` values from `start`; left unchanged
 * @param levels receives the levels from `out`; `scan` gives the value of each (null: in order)
 * @returns mask of nonzero levels
 */
export function quantizeDc(
  quantizer: Quantizer,
  values: Int32Array,
  start: number,
  levels: Int32Array,
  out: number,
  count: number,
  scan: Uint8Array | null,
): number {
  const bits = quantizer.bits + 1;
  const offset = 2 * quantizer.offset;
  const scale = quantizer.scale[0];
  let mask = 0;
  for (let i = 0; i < count; i++) {
    const c = values[start + (scan === null ? i : scan[i])];
    // |c| is at most 32640 and the scale 13107: the product is below 2^29.
    const magnitude = Math.min((Math.imul(c < 0 ? -c : c, scale) + offset) >> bits, MAX_LEVEL);
    levels[out + i] = c < 0 ? -magnitude : magnitude;
    if (magnitude !== 0) mask |= 1 << i;
  }
  return mask;
}

/**
 * Puts the scaled coefficients of the way back (clause 8.5.12.1) for given levels, raster order; 0 where `mask` has none.
 */
export function scaleLevels(
  quantizer: Quantizer,
  levels: Int32Array,
  start: number,
  mask: number,
  coefficients: Int32Array,
): void {
  for (let i = 0; i < 16; i++) {
    coefficients[start + ZIGZAG[i]] =
      ((mask >> i) & 1) === 0 ? 0 : Math.imul(levels[start + i], quantizer.rescale[i]);
  }
}
