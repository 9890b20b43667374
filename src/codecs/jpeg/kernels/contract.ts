/**
 * The kernels of fast encoding and of decoding: the innermost loops over one memory, each written twice, in `plain` and in `vector`, to
 * the same bits. Positions are in bytes; counts are those of samples, multiples of 16 unless a line says otherwise, and rows have
 * room for them.
 */

/** All kernels. */
export interface JpegKernels {
  /** Pixels of 3 or 4 channels to rows of red, green and blue, bytes, `count` each, one after another from `to` on, `distance` apart. */
  splitPixels3(from: number, to: number, distance: number, count: number): void;
  splitPixels4(from: number, to: number, distance: number, count: number): void;
  /** Bytes of one row, level-shifted, as 16-bit samples. */
  shiftRow(from: number, to: number, count: number): void;
  /** Rows of red, green and blue, `distance` apart, to level-shifted luma in 16 bits (T.871 clause 7). */
  lumaRow(from: number, distance: number, to: number, count: number): void;
  /** 16-bit sums of two rows of bytes: sample by sample, or of two by two samples (`count` sums then). */
  sumRows(a: number, b: number, to: number, count: number): void;
  sumPairs(a: number, b: number, to: number, count: number): void;
  /**
   * Rows of such sums of red, green and blue, `distance` apart, to Cb and Cr in 16 bits (T.871 clause 7). `shift` is 15 and the
   * binary logarithm of how many samples a sum has.
   */
  chromaRow(
    from: number,
    distance: number,
    toCb: number,
    toCr: number,
    count: number,
    shift: number,
  ): void;
  /**
   * The forward DCT and quantization of `count` blocks side by side (any number); see plain/forward-dct.ts.
   * @param samples 16 bits each, rows `stride` bytes apart
   * @param quantizer see `writeQuantizer`
   * @param levels gets 64 levels of 16 bits a block in raster order
   * @param masks gets 8 bytes a block: bit x of byte y is set if the level of row y and column x is not zero
   */
  transformBlocks(
    samples: number,
    stride: number,
    count: number,
    quantizer: number,
    levels: number,
    masks: number,
  ): void;
}
