/**
 * Table file. Quantization steps at three qualities, luma and chroma, as real numbers; others are between them. They were found by
 * descent: each step is a function of its distance from DC and of how diagonal it is, and the numbers of that function went where the bytes for
 * the same SSIMULACRA2 and SSIM (the mean of both) became fewest, over 14 pieces of photos, drawings, charts, screenshots and video. Tables are
 * symmetric: pictures may lie on their side.
 */

/** Luma at quality 30. Raster order. */
// biome-ignore format: rows of a block
export const LUMA_LOW: Float64Array = /* @__PURE__ */ Float64Array.of(
  24.4, 22.2, 31.9, 33.5, 47.8, 57.8, 71.5, 62.3,
  22.2, 28.0, 35.8, 39.7, 54.7, 64.6, 76.3, 69.0,
  31.9, 35.8, 39.2, 50.5, 63.1, 73.8, 78.8, 81.3,
  33.5, 39.7, 50.5, 63.4, 72.5, 85.0, 78.4, 100.6,
  47.8, 54.7, 63.1, 72.5, 84.2, 85.2, 86.2, 129.9,
  57.8, 64.6, 73.8, 85.0, 85.2, 81.8, 117.9, 170.5,
  71.5, 76.3, 78.8, 78.4, 86.2, 117.9, 165.8, 210.6,
  62.3, 69.0, 81.3, 100.6, 129.9, 170.5, 210.6, 263.5,
);

/** Luma at quality 75. Raster order. */
// biome-ignore format: rows of a block
export const LUMA_MIDDLE: Float64Array = /* @__PURE__ */ Float64Array.of(
  8.1, 9.0, 14.5, 12.3, 15.0, 16.2, 19.6, 21.4,
  9.0, 11.2, 14.4, 13.1, 15.7, 16.9, 20.2, 22.0,
  14.5, 14.4, 13.3, 14.7, 16.5, 18.3, 21.0, 23.0,
  12.3, 13.1, 14.7, 16.4, 17.3, 20.2, 22.1, 24.2,
  15.0, 15.7, 16.5, 17.3, 19.7, 21.7, 23.4, 25.8,
  16.2, 16.9, 18.3, 20.2, 21.7, 23.2, 25.3, 28.5,
  19.6, 20.2, 21.0, 22.1, 23.4, 25.3, 27.4, 37.2,
  21.4, 22.0, 23.0, 24.2, 25.8, 28.5, 37.2, 49.8,
);

/** Luma at quality 92. Raster order. */
// biome-ignore format: rows of a block
export const LUMA_HIGH: Float64Array = /* @__PURE__ */ Float64Array.of(
  3.2, 3.2, 4.7, 5.5, 6.7, 7.0, 6.5, 7.1,
  3.2, 3.5, 4.5, 5.3, 6.2, 6.5, 6.2, 6.9,
  4.7, 4.5, 4.8, 5.4, 6.0, 6.1, 6.1, 6.8,
  5.5, 5.3, 5.4, 5.7, 5.9, 5.7, 6.1, 6.8,
  6.7, 6.2, 6.0, 5.9, 5.7, 5.8, 6.3, 7.0,
  7.0, 6.5, 6.1, 5.7, 5.8, 6.1, 6.7, 7.5,
  6.5, 6.2, 6.1, 6.1, 6.3, 6.7, 7.2, 8.7,
  7.1, 6.9, 6.8, 6.8, 7.0, 7.5, 8.7, 10.4,
);

/** Cb at quality 30; Cr has these times `CR_FACTORS`. Raster order. */
// biome-ignore format: rows of a block
export const CHROMA_LOW: Float64Array = /* @__PURE__ */ Float64Array.of(
  23.6, 55.8, 77.3, 90.9, 87.3, 91.5, 102.2, 136.2,
  55.8, 78.3, 103.9, 118.7, 115.1, 115.4, 126.1, 163.2,
  77.3, 103.9, 132.9, 143.2, 141.4, 142.0, 158.4, 199.2,
  90.9, 118.7, 143.2, 156.9, 159.0, 166.6, 198.5, 244.1,
  87.3, 115.1, 141.4, 159.0, 174.9, 201.2, 245.3, 298.1,
  91.5, 115.4, 142.0, 166.6, 201.2, 246.9, 298.7, 361.8,
  102.2, 126.1, 158.4, 198.5, 245.3, 298.7, 361.9, 435.9,
  136.2, 163.2, 199.2, 244.1, 298.1, 361.8, 435.9, 524.7,
);

/** Cb at quality 75. Raster order. */
// biome-ignore format: rows of a block
export const CHROMA_MIDDLE: Float64Array = /* @__PURE__ */ Float64Array.of(
  11.2, 27.3, 39.3, 30.3, 32.7, 34.3, 37.2, 51.1,
  27.3, 33.6, 39.8, 33.2, 35.6, 36.9, 40.3, 54.5,
  39.3, 39.8, 35.6, 36.4, 38.2, 39.7, 45.5, 60.1,
  30.3, 33.2, 36.4, 39.1, 40.2, 42.4, 53.2, 68.0,
  32.7, 35.6, 38.2, 40.2, 42.7, 49.7, 63.0, 78.5,
  34.3, 36.9, 39.7, 42.4, 49.7, 61.5, 74.8, 92.1,
  37.2, 40.3, 45.5, 53.2, 63.0, 74.8, 90.1, 109.0,
  51.1, 54.5, 60.1, 68.0, 78.5, 92.1, 109.0, 130.6,
);

/** Cb at quality 92. Raster order. */
// biome-ignore format: rows of a block
export const CHROMA_HIGH: Float64Array = /* @__PURE__ */ Float64Array.of(
  4.5, 8.1, 9.7, 11.4, 10.9, 14.4, 15.6, 16.0,
  8.1, 10.1, 12.2, 13.8, 13.8, 17.1, 18.0, 18.5,
  9.7, 12.2, 15.0, 15.9, 17.5, 20.0, 20.4, 21.9,
  11.4, 13.8, 15.9, 17.9, 21.8, 22.5, 22.4, 26.5,
  10.9, 13.8, 17.5, 21.8, 23.3, 24.0, 25.5, 32.3,
  14.4, 17.1, 20.0, 22.5, 24.0, 25.2, 31.5, 39.4,
  15.6, 18.0, 20.4, 22.4, 25.5, 31.5, 39.1, 47.2,
  16.0, 18.5, 21.9, 26.5, 32.3, 39.4, 47.2, 56.7,
);
