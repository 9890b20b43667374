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
  /** Bytes of one row, level-shifted, as float32. */
  grayToReal(from: number, to: number, count: number): void;
  /** Rows of red, green and blue, `distance` apart, to level-shifted luma, Cb and Cr in float32 (T.871 clause 7), without rounding to integers. */
  colorsToReal(
    from: number,
    distance: number,
    toLuma: number,
    toCb: number,
    toCr: number,
    count: number,
  ): void;
  /** Means of float32 of two rows: sample by sample, or of two by two samples (`count` means then). */
  meanRows(a: number, b: number, to: number, count: number): void;
  meanPairs(a: number, b: number, to: number, count: number): void;
  /**
   * The forward DCT of `count` blocks side by side (any number), in units of quantization steps; see plain/real-blocks.ts.
   * @param samples float32, rows `stride` bytes apart, level-shifted
   * @param factors see `writeFactors`
   * @param levels gets 64 float32 a block in raster order
   * @param masks gets two words a block: bit k, counted over both, is set if the AC level with index k in the zig-zag sequence is at least
   * one half
   * @param variances gets a float32 a block: the sum of its squared AC coefficients over 64
   */
  realLevels(
    samples: number,
    stride: number,
    count: number,
    factors: number,
    levels: number,
    masks: number,
    variances: number,
  ): void;
  /** Gives those blocks other levels that have white or black samples beside others; see plain/dering-blocks.ts. The same arguments. */
  deringBlocks(
    samples: number,
    stride: number,
    count: number,
    factors: number,
    levels: number,
    masks: number,
    variances: number,
  ): void;
}

/** The kernels of decoding; each is the same as the function of its name in `standard`, over one memory. */
export interface ReadKernels {
  /**
   * `inverseDct` of standard/idct.ts for `count` blocks side by side (any number).
   * @param coefficients 64 of 16 bits a block, in raster order; any values
   * @param quant 64 quantization steps of 16 bits in raster order
   * @param samples gets 8 rows of bytes, `stride` apart
   */
  inverseBlocks(
    coefficients: number,
    quant: number,
    samples: number,
    stride: number,
    count: number,
  ): void;
  /**
   * Rows of standard/upsample.ts, any number of samples. Up to 16 bytes behind `near` and `far` are read, up to 32 behind the row at `to`
   * are written.
   */
  doubleRow(from: number, count: number, to: number): void;
  doubleBetween(near: number, far: number, count: number, to: number): void;
  rowBetween(near: number, far: number, count: number, to: number, bias: number): void;
  /**
   * Rows of standard/color.ts, any number of pixels: Y, Cb, Cr to RGB or RGBA, and three rows side by side. Up to 15 bytes behind the rows
   * are read, up to 64 behind the pixels written.
   */
  yccToRgb(first: number, second: number, third: number, count: number, to: number): void;
  yccToRgba(first: number, second: number, third: number, count: number, to: number): void;
  interleaveRgb(first: number, second: number, third: number, count: number, to: number): void;
  interleaveRgba(first: number, second: number, third: number, count: number, to: number): void;
}
