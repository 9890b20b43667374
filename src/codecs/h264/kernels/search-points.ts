/** Where motion search looks around a vector, in full samples. */

/** Corners of the hexagon of radius 2, clockwise. */
// biome-ignore format: pairs
export const HEXAGON: Int8Array = /* @__PURE__ */ Int8Array.of(-2, 0,  -1, -2,  1, -2,  2, 0,  1, 2,  -1, 2);

/** The 16 points of the uneven multi-hexagon, radius 1 of each ring, wider than high since motion is. */
// biome-ignore format: pairs
export const SIXTEEN_POINTS: Int8Array = /* @__PURE__ */ Int8Array.of(
  -4, 2,  -4, 1,  -4, 0,  -4, -1,  -4, -2,  4, -2,  4, -1,  4, 0,  4, 1,  4, 2,
  2, 3,  0, 4,  -2, 3,  -2, -3,  0, -4,  2, -3);
