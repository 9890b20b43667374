/**
 * The forward DCT (T.81 clause A.3.3) in integers and the quantization of its result: eight transforms of the columns, then eight of the
 * rows, each split into sums and differences of samples. Constants as in standard/idct.ts. 2 bits of fraction are kept between the
 * passes, 3 at the end.
 */
import { COS1, COS2, COS3, COS5, COS6, COS7 } from '../../standard/idct.ts';

/** Bits of fraction after the columns. */
const KEPT_BITS = 2;
/** Bits that are shifted out after the columns, and after the rows. */
export const COLUMN_SHIFT = 11;
export const ROW_SHIFT = 15;

/** Bytes of a quantizer in the kernels' memory: 64 factors and 64 dead zones of 16 bits in raster order. */
export const QUANTIZER_BYTES = 256;

/**
 * Share of a step that magnitudes are made smaller by before they are rounded. Choice: levels near one half cost more bits than they are
 * worth; 0.1 for AC saves 2.0 % of the bytes at the same SSIMULACRA2 against none: BD-rate at 4:4:4, qualities 50 to 94, mean of nine
 * shared pictures, from +0.6 (a screenshot) to -3.9 %.
 */
const DEAD_ZONE = 0.1;

/** Writes the quantizer for 64 steps in raster order, as `transformBlocks` wants it, from element `at` on. */
export function writeQuantizer(halves: Int16Array, at: number, steps: Int16Array): void {
  for (let i = 0; i < 64; i++) {
    // Coefficients have 3 bits of fraction, factors 15: level = coefficient * 2^12 / step / 2^15.
    halves[at + i] = Math.round(4096 / steps[i]!);
    halves[at + 64 + i] = i === 0 ? 0 : Math.floor(8 * DEAD_ZONE * steps[i]!);
  }
}

/**
 * One transform: eight samples, `fromStep` elements apart, to eight coefficients, `step` apart. `out` may be `samples`, at the same places.
 */
function transformLine(
  samples: Int16Array,
  from: number,
  fromStep: number,
  out: Int16Array,
  to: number,
  step: number,
  shift: number,
  isRow: boolean,
): void {
  const a0 = samples[from]!;
  const a1 = samples[from + fromStep]!;
  const a2 = samples[from + 2 * fromStep]!;
  const a3 = samples[from + 3 * fromStep]!;
  const a4 = samples[from + 4 * fromStep]!;
  const a5 = samples[from + 5 * fromStep]!;
  const a6 = samples[from + 6 * fromStep]!;
  const a7 = samples[from + 7 * fromStep]!;
  const s0 = a0 + a7;
  const s1 = a1 + a6;
  const s2 = a2 + a5;
  const s3 = a3 + a4;
  const d0 = a0 - a7;
  const d1 = a1 - a6;
  const d2 = a2 - a5;
  const d3 = a3 - a4;
  const half = 1 << (shift - 1);
  const e0 = s0 + s3;
  const e1 = s1 + s2;
  const f0 = s0 - s3;
  const f1 = s1 - s2;
  if (isRow) {
    out[to] = (e0 + e1 + 2) >> KEPT_BITS;
    out[to + 4 * step] = (e0 - e1 + 2) >> KEPT_BITS;
  } else {
    out[to] = (e0 + e1) << KEPT_BITS;
    out[to + 4 * step] = (e0 - e1) << KEPT_BITS;
  }
  out[to + 2 * step] = (f0 * COS2 + f1 * COS6 + half) >> shift;
  out[to + 6 * step] = (f0 * COS6 - f1 * COS2 + half) >> shift;
  out[to + step] = (d0 * COS1 + d1 * COS3 + (d2 * COS5 + d3 * COS7) + half) >> shift;
  out[to + 3 * step] = (d0 * COS3 - d1 * COS7 + (-d2 * COS1 - d3 * COS5) + half) >> shift;
  out[to + 5 * step] = (d0 * COS5 - d1 * COS1 + (d2 * COS7 + d3 * COS3) + half) >> shift;
  out[to + 7 * step] = (d0 * COS7 - d1 * COS5 + (d2 * COS3 - d3 * COS1) + half) >> shift;
}

/** See `JpegKernels.transformBlocks`. `work` has 64 elements of scratch. */
export function transformBlocks(
  halves: Int16Array,
  bytes: Uint8Array,
  work: Int16Array,
  samples: number,
  stride: number,
  count: number,
  quantizer: number,
  levels: number,
  masks: number,
): void {
  const factors = quantizer >> 1;
  for (let block = 0; block < count; block++) {
    const from = (samples >> 1) + 8 * block;
    const rowStep = stride >> 1;
    for (let x = 0; x < 8; x++) {
      transformLine(halves, from + x, rowStep, work, x, 8, COLUMN_SHIFT, false);
    }
    for (let y = 0; y < 64; y += 8) transformLine(work, y, 1, work, y, 1, ROW_SHIFT, true);
    const to = (levels >> 1) + 64 * block;
    for (let y = 0; y < 8; y++) {
      let mask = 0;
      for (let x = 0; x < 8; x++) {
        const i = 8 * y + x;
        const value = work[i]!;
        const kept = (value < 0 ? -value : value) - halves[factors + 64 + i]!;
        let level = 0;
        if (kept > 0) {
          level = (kept * halves[factors + i]! + 0x4000) >> 15;
          if (level !== 0) mask |= 1 << x;
          if (value < 0) level = -level;
        }
        halves[to + i] = level;
      }
      bytes[masks + 8 * block + y] = mask;
    }
  }
}
