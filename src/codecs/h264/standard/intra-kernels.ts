/**
 * Kernels of intra prediction, clause 8.3, over the one memory of an encoder. Here as plain functions; vector/intra.ts gives
 * the same bits. Vertical prediction is a copy (`copyBlock` with the row above and stride 0).
 */
import { predictIntra4x4 } from './intra-4x4.ts';
import { predictHorizontal, predictPlane16x16, predictPlaneChroma } from './intra-16x16.ts';

/** Positions and strides are in bytes, `to` and all strides multiples of 4. The neighbors are around `from`. */
export interface IntraKernels {
  /**
   * Predicts a 4x4 block in every mode whose neighbors are available, clause 8.3.1.2. See `predictIntra4x4`.
   * @param hasAboveRight 1 or 0
   */
  predictIntra4x4(
    from: number,
    stride: number,
    to: number,
    available: number,
    hasAboveRight: number,
  ): void;
  /** Horizontal prediction of `size` 16 or 8, clauses 8.3.3.2 and 8.3.4.2. See `predictHorizontal`. */
  predictHorizontal(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    size: number,
  ): void;
  /** Plane prediction of `size` 16 (luma, clause 8.3.3.4) or 8 (chroma, clause 8.3.4.4). */
  predictPlane(from: number, fromStride: number, to: number, toStride: number, size: number): void;
}

/** The plain functions over a memory, clause 8.3. */
export function plainIntraKernels(bytes: Uint8Array, words: Int32Array): IntraKernels {
  return {
    predictIntra4x4: (from, stride, to, available, hasAboveRight) =>
      predictIntra4x4(bytes, words, from, stride, to >> 2, available, hasAboveRight !== 0),
    predictHorizontal: (from, fromStride, to, toStride, size) =>
      predictHorizontal(bytes, words, from, fromStride, to, toStride, size),
    predictPlane: (from, fromStride, to, toStride, size) => {
      if (size === 16) predictPlane16x16(bytes, from, fromStride, to, toStride);
      else predictPlaneChroma(bytes, from, fromStride, to, toStride);
    },
  };
}
