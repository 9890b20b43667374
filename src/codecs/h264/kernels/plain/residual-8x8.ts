/**
 * Residual coding of 8x8 blocks: difference, forward transform and quantization, and the way back. Only the way back is
 * normative (clauses 8.5.9 and 8.5.13). Coefficients lie column after column (transform-8x8.ts); levels in scan order.
 */
import {
  addInverse8x8,
  normAdjust8x8,
  scaleLevels8x8,
  ZIGZAG_8X8_BY_COLUMN,
} from '../../standard/transform-8x8.ts';
import type { Kernels8x8 } from '../contract.ts';
import { intra8x8Costs } from './intra-8x8-costs.ts';
import type { KernelViews } from './kernels.ts';
import {
  BEYOND_1_ROUNDING,
  FULL_ROUNDING,
  INTER_ROUNDING,
  INTRA_ROUNDING,
  QUANTIZER_8X8_BYTES,
  QUANTIZERS_8X8_AT,
} from './quantize.ts';
import { sa8d } from './sa8d.ts';

/** Everything that the quantizer of one QP needs, by place in the columns. */
export interface Quantizer8x8 {
  readonly qp: number;
  /** Its place among `createQuantizers8x8`. */
  readonly index: number;
  /** Multipliers, at most 65535. */
  readonly scale: Int32Array;
  /** level = (|c|·scale + offset) >> bits. */
  readonly bits: number;
  readonly offset: number;
  /** The same for levels above 1. */
  readonly offsetBeyond1: number;
  /** Size of a step in units of the forward transform, by scan index: 2^bits / scale. */
  readonly step: Float64Array;
  /** LevelScale8x8 of clause 8.5.9: weightScale times normAdjust8x8, at most 14790. */
  readonly levelScale: Int32Array;
}

/** Squared norm of row i of the transform's matrix: 8 for 0 and 4, 5 for 2 and 6, 289/32 for the odd ones. */
export function squaredNorm8x8(i: number): number {
  return (i & 1) === 1 ? 289 / 32 : (i & 2) === 0 ? 8 : 5;
}

/** Bits of the multipliers at QP 0..5 with flat weights, as in the reference model. */
const SCALE_BITS = 16;
const MAX_SCALE = 0xffff;
/** A weight of flat matrices, clause 7.4.2.1.1.1. */
export const FLAT_WEIGHT = 16;

/**
 * A quantizer for `qp` 0..51.
 * @param weights weightScale8x8 of 64 places by column (clause 8.5.9)
 * @param rounding offset of the dead zone, as a fraction of a step
 * @param roundingBeyond1 the same for levels above 1
 */
export function createQuantizer8x8(
  qp: number,
  weights: Uint8Array,
  rounding: number,
  roundingBeyond1: number,
  index: number,
): Quantizer8x8 {
  const m = qp % 6;
  const levelScale = Int32Array.from(weights, (weight, at) => weight * normAdjust8x8(m, at));
  // A step in units of the forward transform, at QP 0..5: LevelScale / 64 of the inverse, times what both transforms gain.
  const steps = Float64Array.from(levelScale, (scale, at) => {
    return (scale * squaredNorm8x8(at >> 3) * squaredNorm8x8(at & 7)) / 4096;
  });
  // Fine weights would need larger multipliers than 16 bits hold: all lose the same number of bits then.
  let scaleBits = SCALE_BITS;
  const least = Math.min(...steps);
  while (2 ** scaleBits / least > MAX_SCALE) scaleBits--;
  const scale = Int32Array.from(steps, (step) => Math.round(2 ** scaleBits / step));
  const bits = scaleBits + Math.floor(qp / 6);
  return {
    qp,
    index,
    scale,
    bits,
    offset: Math.floor(2 ** bits * rounding),
    offsetBeyond1: Math.floor(2 ** bits * Math.max(rounding, roundingBeyond1)),
    step: Float64Array.from({ length: 64 }, (_, i) => 2 ** bits / scale[ZIGZAG_8X8_BY_COLUMN[i]]),
    levelScale,
  };
}

/** The kind beside those of 4x4 blocks: of intra macroblocks, where levels are decided. */
export const QUANTIZE_FULL_INTRA = 156;

/**
 * All quantizers of an encoder, numbered as those of 4x4 blocks (`createQuantizers`), and those from QUANTIZE_FULL_INTRA on.
 * @param intra, inter weightScale8x8 of intra and inter macroblocks, 64 places by column
 */
export function createQuantizers8x8(intra: Uint8Array, inter: Uint8Array): Quantizer8x8[] {
  const kinds = [
    [intra, INTRA_ROUNDING],
    [inter, INTER_ROUNDING],
    [inter, FULL_ROUNDING],
    [intra, FULL_ROUNDING],
  ] as const;
  return kinds.flatMap(([weights, rounding], kind) =>
    Array.from({ length: 52 }, (_, qp) =>
      createQuantizer8x8(qp, weights, rounding, BEYOND_1_ROUNDING, 52 * kind + qp),
    ),
  );
}

/** Forward 8x8 transform of eight values, `step` apart, in place. Not normative: the transpose of clause 8.5.13.2. */
function forwardPass(c: Int16Array, at: number, step: number): void {
  const i1 = at + step;
  const i2 = i1 + step;
  const i3 = i2 + step;
  const i4 = i3 + step;
  const i5 = i4 + step;
  const i6 = i5 + step;
  const i7 = i6 + step;
  const s07 = c[at] + c[i7];
  const s16 = c[i1] + c[i6];
  const s25 = c[i2] + c[i5];
  const s34 = c[i3] + c[i4];
  const d07 = c[at] - c[i7];
  const d16 = c[i1] - c[i6];
  const d25 = c[i2] - c[i5];
  const d34 = c[i3] - c[i4];
  const e0 = s07 + s34;
  const e1 = s16 + s25;
  const e2 = s07 - s34;
  const e3 = s16 - s25;
  const e4 = d16 + d25 + d07 + (d07 >> 1);
  const e5 = d07 - d34 - d25 - (d25 >> 1);
  const e6 = d07 + d34 - d16 - (d16 >> 1);
  const e7 = d16 - d25 + d34 + (d34 >> 1);
  c[at] = e0 + e1;
  c[i1] = e4 + (e7 >> 2);
  c[i2] = e2 + (e3 >> 1);
  c[i3] = e5 + (e6 >> 2);
  c[i4] = e0 - e1;
  c[i5] = e6 - (e5 >> 2);
  c[i6] = (e2 >> 1) - e3;
  c[i7] = (e4 >> 2) - e7;
}

/**
 * Forward 8x8 transform of the difference of two blocks.
 * @param out receives 64 coefficients by column from `start`, each within ±16320 (64·255)
 */
export function forwardDifference8x8(
  bytes: Uint8Array,
  source: number,
  sourceStride: number,
  prediction: number,
  predictionStride: number,
  out: Int16Array,
  start: number,
): void {
  for (let y = 0; y < 8; y++) {
    const a = source + y * sourceStride;
    const b = prediction + y * predictionStride;
    for (let x = 0; x < 8; x++) out[start + 8 * x + y] = bytes[a + x] - bytes[b + x];
  }
  for (let x = 0; x < 8; x++) forwardPass(out, start + 8 * x, 1);
  for (let y = 0; y < 8; y++) forwardPass(out, start + y, 8);
}

/**
 * Levels of 64 coefficients by dead zone, in scan order.
 * @param coefficients by column, from there in `halves`; levels go to `levels` in it
 * @returns whether any is nonzero
 */
export function quantize8x8(
  { scale, bits, offset, offsetBeyond1 }: Quantizer8x8,
  halves: Int16Array,
  coefficients: number,
  levels: number,
): boolean {
  let any = 0;
  for (let i = 0; i < 64; i++) {
    const at = ZIGZAG_8X8_BY_COLUMN[i];
    const c = halves[coefficients + at];
    const sign = c >> 31;
    // |c| is at most 16320 and the scale 65535: the product is below 2^30.
    const product = Math.imul((c ^ sign) - sign, scale[at]);
    const beyond = (product + offsetBeyond1) >> bits;
    const magnitude = beyond > 1 ? beyond : (product + offset) >> bits;
    halves[levels + i] = (magnitude ^ sign) - sign;
    any |= magnitude;
  }
  return any !== 0;
}

/** Mask of the nonzero levels among 32 from `at`. */
export function maskOf32(halves: Int16Array, at: number): number {
  let mask = 0;
  for (let i = 0; i < 32; i++) if (halves[at + i] !== 0) mask |= 1 << i;
  return mask;
}

/** Bytes of the fields of a quantizer in an encoder's memory (QUANTIZERS_8X8_AT) from its beginning. */
export const QUANTIZER_8X8_FIELD = {
  /** 64 of 16 bits each, by column. */
  scale: 0,
  levelScale: 128,
  bits: 256,
  offset: 260,
  offsetBeyond1: 264,
  /** The way back: ((level·levelScale << up) + round) >> down (clause 8.5.13.1). */
  up: 268,
  round: 272,
  down: 276,
} as const;

/** Writes the quantizers to where vector kernels look for them. */
export function writeQuantizers8x8(
  words: Int32Array,
  halves: Int16Array,
  quantizers: readonly Quantizer8x8[],
): void {
  for (const { qp, index, scale, levelScale, bits, offset, offsetBeyond1 } of quantizers) {
    const first = QUANTIZERS_8X8_AT + QUANTIZER_8X8_BYTES * index;
    halves.set(scale, (first + QUANTIZER_8X8_FIELD.scale) >> 1);
    halves.set(levelScale, (first + QUANTIZER_8X8_FIELD.levelScale) >> 1);
    const per = Math.floor(qp / 6);
    const up = Math.max(0, per - 6);
    const down = Math.max(0, 6 - per);
    const fields = [bits, offset, offsetBeyond1, up, down === 0 ? 0 : 1 << (down - 1), down];
    words.set(fields, (first + QUANTIZER_8X8_FIELD.bits) >> 2);
  }
}

/** The plain kernels of 8x8 blocks over a memory; `quantizers` by index. */
export function plainKernels8x8(
  { bytes, clamped, words, halves }: KernelViews,
  quantizers: readonly Quantizer8x8[],
): Kernels8x8 {
  const scratch = new Int32Array(64);
  const scale = (index: number, levels: number, coefficients: number) => {
    const { levelScale, qp } = quantizers[index];
    scaleLevels8x8(halves, levels >> 1, levelScale, 0, qp, halves, coefficients >> 1);
  };
  return {
    quantize8x8: (source, strideA, prediction, strideB, index, keeps, to, levels, masks) => {
      forwardDifference8x8(bytes, source, strideA, prediction, strideB, halves, to >> 1);
      if (!quantize8x8(quantizers[index], halves, to >> 1, levels >> 1)) return 0;
      if (keeps === 0) scale(index, levels, to);
      words[masks >> 2] = maskOf32(halves, levels >> 1);
      words[(masks >> 2) + 1] = maskOf32(halves, (levels >> 1) + 32);
      return 1;
    },
    scale8x8: scale,
    intra8x8Costs: (from, stride, available, hasAboveRight, source, sourceStride, to) =>
      intra8x8Costs(
        ...([bytes, words, from, stride, available, hasAboveRight !== 0] as const),
        ...([source, sourceStride, to] as const),
      ),
    sa8d: (a, strideA, b, strideB) => sa8d(bytes, a, strideA, b, strideB, scratch),
    add8x8: (pos, stride, coefficients) =>
      addInverse8x8(clamped, pos, stride, halves, coefficients >> 1),
  };
}
