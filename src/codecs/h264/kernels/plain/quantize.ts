/**
 * Quantization. The standard fixes only the way back (clause 8.5.12.1); levels are chosen here. The plain quantizer is a
 * division with a dead zone, as in the reference model (JVT-L032 and earlier): level = (|c|·scale + offset) >> bits, where the
 * offset is a third of a step in intra macroblocks (INTRA_ROUNDING) and 0.23 of a step in inter macroblocks (INTER_ROUNDING).
 */
import { MAX_LEVEL } from '../../standard/cavlc.ts';
import { ZIGZAG } from '../../standard/macroblock.ts';
import { LEVEL_SCALE, normAdjustColumn } from '../../standard/scaling.ts';

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
  /** Its place among `createQuantizers`. */
  readonly index: number;
  /** Multipliers by scan index. */
  readonly scale: Int32Array;
  /** 15 + qp / 6. */
  readonly bits: number;
  /** Dead-zone rounding of 4x4 blocks: 2^bits times the rounding of the kind. */
  readonly offset: number;
  /** The same for levels above 1 (BEYOND_1_ROUNDING). */
  readonly offsetBeyond1: number;
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
  /** The way back by scan index, (level·rescale + round) >> down: levelScale << (qp / 6) alone where all weights are 16. */
  readonly rescale: Int32Array;
  readonly round: number;
  readonly down: number;
  /** LevelScale4x4(qP % 6, 0, 0) (clause 8.5.9), for DC levels that are coded by themselves. */
  readonly dcScale: number;
}

/** A quantizer for `qp` 0..51; `rounding` is the offset of the dead zone as a fraction of a step. */
export function createQuantizer(qp: number, rounding: number, index = 0): Quantizer {
  const m = qp % 6;
  const shift = Math.floor(qp / 6);
  const bits = 15 + shift;
  const offset = Math.floor(2 ** bits * rounding);
  const offsetBeyond1 = Math.floor(2 ** bits * Math.max(rounding, BEYOND_1_ROUNDING));
  const scale = new Int32Array(16);
  const step = new Float64Array(16);
  const rescale = new Int32Array(16);
  for (let i = 0; i < 16; i++) {
    const position = ZIGZAG[i];
    scale[i] = QUANT_SCALE[m * 3 + normAdjustColumn(position)];
    step[i] = 2 ** bits / scale[i];
    rescale[i] = LEVEL_SCALE[m * 16 + position] << shift;
  }
  // Scan indexes 0, 4 and 1 are positions (0, 0), (1, 1) and (0, 1).
  const largest = (i: number) => Math.ceil((2 ** bits - offset) / scale[i]) - 1;
  const even = largest(0);
  const odd = largest(4);
  const mixed = largest(1);
  const emptySad = Math.min(even, mixed >> 1, odd >> 2);
  return {
    qp,
    index,
    scale,
    bits,
    offset,
    offsetBeyond1,
    even,
    odd,
    mixed,
    emptySad,
    step,
    rescale,
    round: 0,
    down: 0,
    dcScale: 16 * LEVEL_SCALE[m * 16],
  };
}

/**
 * Dead-zone rounding, in steps. Inter: between the reference model's 1/6 and 1/3; against 1/6, five clips, QP 22..37,
 * BD-rate -0.9 % at superfast and -0.7 % at veryfast.
 */
export const INTRA_ROUNDING = 1 / 3;
export const INTER_ROUNDING = 0.23;
/**
 * Rounding where `decideLevels` follows, which only moves levels toward zero. Against 1/2, four clips, QP 22..37, medium:
 * BD-rate 0.0 %, time 0.87 to 0.9, since most of what 1/2 keeps goes in the end.
 */
export const FULL_ROUNDING = 0.4;

/**
 * Choice: levels above 1 are rounded like this at least, for a step more costs them fewer bits than 1 costs instead of 0. Five
 * clips, QP 22..37: BD-rate -0.5 % at superfast, the same with 0.33 as with 0.42.
 */
export const BEYOND_1_ROUNDING = 3 / 8;

/** Kinds of quantizers, one of each QP: quantizer `qp` of a kind is that many after the kind's first. */
export const QUANTIZE_INTRA = 0;
export const QUANTIZE_INTER = 52;
export const QUANTIZE_FULL = 104;
/** Quantizers of one plane where planes, and intra and inter macroblocks, have weights of their own: all of these kinds, and intra ones beside QUANTIZE_FULL. */
export const QUANTIZERS_OF_PLANE = 208;

/** All quantizers of an encoder. */
export function createQuantizers(): Quantizer[] {
  return [INTRA_ROUNDING, INTER_ROUNDING, FULL_ROUNDING].flatMap((rounding, kind) =>
    Array.from({ length: 52 }, (_, qp) => createQuantizer(qp, rounding, 52 * kind + qp)),
  );
}

/** Where vector kernels find the quantizers in an encoder's memory, and words of each: field => word. */
export const QUANTIZERS_AT = 64;
export const QUANTIZER_FIELD = {
  bits: 0,
  offset: 1,
  scaleEven: 2,
  scaleMixed: 3,
  scaleOdd: 4,
  thresholdEven: 5,
  thresholdMixed: 6,
  thresholdOdd: 7,
  rescaleEven: 8,
  rescaleMixed: 9,
  rescaleOdd: 10,
  offsetBeyond1: 11,
} as const;
/** Bytes of one quantizer there. */
export const QUANTIZER_BYTES = 48;
/** Bytes of all quantizers there. */
export const QUANTIZERS_BYTES = 3 * 52 * QUANTIZER_BYTES;

/** Where vector kernels find the quantizers of 8x8 blocks (residual-8x8.ts), and bytes of one and of all. */
export const QUANTIZERS_8X8_AT: number = QUANTIZERS_AT + QUANTIZERS_BYTES;
export const QUANTIZER_8X8_BYTES = 288;
export const QUANTIZERS_8X8_BYTES: number = 4 * 52 * QUANTIZER_8X8_BYTES;

/** Writes the quantizers to where vector kernels look for them. */
export function writeQuantizers(words: Int32Array, quantizers: readonly Quantizer[]): void {
  for (const quantizer of quantizers) {
    const { index, bits, offset, offsetBeyond1, scale, even, mixed, odd, rescale } = quantizer;
    // Scan indexes 0, 1 and 4 have an even, a mixed and an odd place, as in `createQuantizer`.
    const fields = [bits, offset, scale[0], scale[1], scale[4], even, mixed, odd];
    fields.push(rescale[0], rescale[1], rescale[4], offsetBeyond1);
    words.set(fields, (QUANTIZERS_AT + index * QUANTIZER_BYTES) >> 2);
  }
}

/** Negative if |c| > t, else not: an integer test that many coefficients can share by `|`. */
function beyond(c: number, t: number): number {
  return (t + c) | (t - c);
}

/** Whether any coefficient of a 4x4 block, from scan index `first`, does not quantize to 0. Most blocks have none, so this is all that is done to them. */
function isSignificant(
  quantizer: Quantizer,
  coefficients: Int16Array,
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
 * @param coefficients 16 coefficients from `start`, raster order
 * @param levels receives the levels, scan order from `out`, if any is nonzero; else it is left as it was
 * @param first 0, or 1 to leave the DC out: its level is then 0
 * @returns mask of nonzero levels, bit i for scan index i
 */
export function quantize4x4(
  quantizer: Quantizer,
  coefficients: Int16Array,
  start: number,
  levels: Int16Array,
  out: number,
  first: number,
): number {
  if (!isSignificant(quantizer, coefficients, start, first)) return 0;
  const { scale, bits, offset, offsetBeyond1 } = quantizer;
  let mask = 0;
  levels[out] = 0;
  for (let i = first; i < 16; i++) {
    const c = coefficients[start + ZIGZAG[i]];
    const sign = c >> 31;
    // |c| is at most 9180 and the scale 13107: the product is below 2^27, the level at most 1632 (QP 0).
    const product = Math.imul((c ^ sign) - sign, scale[i]);
    const beyond = (product + offsetBeyond1) >> bits;
    const magnitude = beyond > 1 ? beyond : (product + offset) >> bits;
    levels[out + i] = (magnitude ^ sign) - sign;
    if (magnitude !== 0) mask |= 1 << i;
  }
  return mask;
}

/**
 * Quantizes DC coefficients that went through a second transform: one more bit of precision, the scale of position 0.
 *
 * Choice: beyond 1 to the nearest level, since a step more then costs a fraction of a bit, and what DC misses all samples miss.
 * Six clips, QP 22..37: BD-rate 0.0 % at superfast and medium, but black pictures come out black, for which one of them needs
 * 10 % fewer bits at medium.
 * @param values `count` values from `start`; left unchanged
 * @param levels receives the levels from `out`; `scan` gives the value of each (null: in order)
 * @returns mask of nonzero levels
 */
export function quantizeDc(
  quantizer: Quantizer,
  values: Int32Array,
  start: number,
  levels: Int16Array,
  out: number,
  count: number,
  scan: Uint8Array | null,
): number {
  const bits = quantizer.bits + 1;
  const offset = 2 * quantizer.offset;
  const half = 1 << (bits - 1);
  const scale = quantizer.scale[0];
  let mask = 0;
  for (let i = 0; i < count; i++) {
    const c = values[start + (scan === null ? i : scan[i])];
    // |c| is at most 32640 and the scale 13107: the product is below 2^29.
    const product = Math.imul(c < 0 ? -c : c, scale);
    const nearest = (product + half) >> bits;
    const magnitude = nearest > 1 ? Math.min(nearest, MAX_LEVEL) : (product + offset) >> bits;
    levels[out + i] = c < 0 ? -magnitude : magnitude;
    if (magnitude !== 0) mask |= 1 << i;
  }
  return mask;
}

/** Whether the four chroma DC coefficients in `dc` are so small that `quantizeDc` makes 0 of them all. */
export function isChromaDcEmpty({ even }: Quantizer, dc: Int32Array): boolean {
  // The bit more doubles what becomes 0.
  const limit = 2 * even;
  return (
    (beyond(dc[0], limit) | beyond(dc[1], limit) | beyond(dc[2], limit) | beyond(dc[3], limit)) >= 0
  );
}

/**
 * Puts the scaled coefficients of the way back (clause 8.5.12.1) for given levels, raster order, from scan index `first`; 0
 * where `mask` has none. At most 23,500 and half a step of 5,888: 16 bits are enough.
 * @param levels scan order from `start`; `coefficients` from `out`
 */
export function scaleLevels(
  quantizer: Quantizer,
  levels: Int16Array,
  start: number,
  mask: number,
  coefficients: Int16Array,
  out: number,
  first: number,
): void {
  const { rescale, round, down } = quantizer;
  for (let i = first; i < 16; i++) {
    coefficients[out + ZIGZAG[i]] =
      ((mask >> i) & 1) === 0 ? 0 : (Math.imul(levels[start + i], rescale[i]) + round) >> down;
  }
}
