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
 * the standard's normAdjust times the transform's gain (16, 25·16/16·…) is about 2^21; the test checks the law.
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
  /** Smallest |c| that does not quantize to 0, by scan index. */
  readonly threshold: Int32Array;
  /** The smallest of `threshold` over all positions but DC. */
  readonly acThreshold: number;
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
  const threshold = new Int32Array(16);
  const rescale = new Int32Array(16);
  let acThreshold = 0x7fffffff;
  for (let i = 0; i < 16; i++) {
    const position = ZIGZAG[i];
    scale[i] = QUANT_SCALE[m * 3 + normAdjustColumn(position)];
    threshold[i] = Math.ceil((2 ** bits - offset) / scale[i]);
    rescale[i] = levelScale[m * 16 + position] << shift;
    if (i > 0) acThreshold = Math.min(acThreshold, threshold[i]);
  }
  return { qp, scale, bits, offset, threshold, acThreshold, rescale };
}

/**
 * Quantizes a 4x4 block.
 * @param coefficients 16 coefficients from `start`, raster order; become the scaled coefficients of the way back
 *   (clause 8.5.12.1), 0 where the level is 0. If `first` is 1 the DC is left alone.
 * @param levels receives 16 levels from `start`, scan order, each within ±MAX_LEVEL
 * @param first 0, or 1 to leave the DC out
 * @returns mask of nonzero levels, bit i for scan index i
 */
export function quantize4x4(
  quantizer: Quantizer,
  coefficients: Int32Array,
  start: number,
  levels: Int32Array,
  first: number,
): number {
  const { scale, threshold, rescale, bits, offset } = quantizer;
  let mask = 0;
  for (let i = first; i < 16; i++) {
    const position = start + ZIGZAG[i];
    const c = coefficients[position];
    const limit = threshold[i];
    if (c < limit && c > -limit) {
      coefficients[position] = 0;
      levels[start + i] = 0;
      continue;
    }
    mask |= 1 << i;
    const magnitude = Math.min((Math.imul(c < 0 ? -c : c, scale[i]) + offset) >> bits, MAX_LEVEL);
    const level = c < 0 ? -magnitude : magnitude;
    levels[start + i] = level;
    coefficients[position] = Math.imul(level, rescale[i]);
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
