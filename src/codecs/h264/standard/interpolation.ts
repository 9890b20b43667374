/**
 * Fractional sample interpolation (clause 8.4.2.2). Half-sample planes of a reference picture are computed lazily, tile by
 * tile, when a vector first needs them; a quarter sample is the mean of two samples of these planes. Positions of the
 * figure 8-4 of the clause: G full sample, b half to the right, h half below, j half in both.
 */
import type { PictureLayout, ReconstructedPicture, SampleMemory } from './picture.ts';

/** Tiles are 16x16 and start this many samples left of and above the picture. */
export const TILE_MARGIN = 32;

/** Tiles across or down for a picture of that many macroblocks; not normative. */
export function tileColumns(widthInMbs: number): number {
  return widthInMbs + (2 * TILE_MARGIN) / 16;
}

/** Bits of `tileDone`: which half-sample planes of a tile exist. */
const HAS_B = 1;
const HAS_H = 2;
const HAS_J = 4;

/** Plane numbers of b, h and j, as in QUARTER_PAIRS. */
const PLANE_H = 2;
const PLANE_J = 3;

/**
 * Table 8-12 (clause 8.4.2.2.1) as pairs of samples to average: 4·yFrac + xFrac => plane (0 G, 1 b, 2 h, 3 j) and place
 * (0 here, 1 one sample to the right, 2 below) of the first, then of the second. Single samples name one plane twice.
 */
// biome-ignore format: one row per yFrac, one group of four numbers per xFrac
const QUARTER_PAIRS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 0, 0,  0, 0, 1, 0,  1, 0, 1, 0,  1, 0, 0, 1,
  0, 0, 2, 0,  1, 0, 2, 0,  1, 0, 3, 0,  1, 0, 2, 1,
  2, 0, 2, 0,  2, 0, 3, 0,  3, 0, 3, 0,  3, 0, 2, 1,
  0, 2, 2, 0,  2, 0, 1, 2,  3, 0, 1, 2,  2, 1, 1, 2);

/** Table 8-12 again: 4·yFrac + xFrac => the half-sample planes that the pair comes from, as bits of `tileDone`. */
const QUARTER_PLANES: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 16 }, (_, i) => {
  let planes = 0;
  for (const plane of [QUARTER_PAIRS[4 * i], QUARTER_PAIRS[4 * i + 2]]) {
    if (plane > 0) planes |= plane === PLANE_J ? HAS_J : plane === PLANE_H ? HAS_H : HAS_B;
  }
  return planes;
});

/** Half-sample planes that the samples at (x, y), in quarter samples, are made from, as bits of `tileDone`; clause 8.4.2.2.1. */
export function planesAt(x: number, y: number): number {
  return QUARTER_PLANES[((y & 3) << 2) | (x & 3)];
}

/** Column or row of the tile that a luma sample lies in; not normative. */
export function tileAt(position: number): number {
  return (position + TILE_MARGIN) >> 4;
}

/**
 * Makes sure that the half-sample planes in `planes` (bits of `tileDone`) hold the tiles of those columns and rows,
 * inclusive. Clause 8.4.2.2.1.
 */
export function ensureTiles(
  memory: SampleMemory,
  picture: ReconstructedPicture,
  planes: number,
  firstColumn: number,
  firstRow: number,
  lastColumn: number,
  lastRow: number,
): void {
  const { layout } = memory;
  const columns = tileColumns(layout.widthInMbs);
  const done = picture.tileDone;
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const tile = row * columns + column;
      const missing = planes & ~done[tile];
      if (missing === 0) continue;
      const x = column * 16 - TILE_MARGIN;
      const y = row * 16 - TILE_MARGIN;
      const { kernels } = memory;
      const { lumaStride, lumaPlaneSize } = layout;
      const pos = picture.luma + y * lumaStride + x;
      if (missing & HAS_B) kernels.interpolateB(pos, lumaStride, lumaPlaneSize);
      if (missing & HAS_H) kernels.interpolateH(pos, lumaStride, lumaPlaneSize);
      if (missing & HAS_J) kernels.interpolateJ(pos, lumaStride, lumaPlaneSize);
      // Marked last: whoever sees the mark finds the samples.
      done[tile] |= missing;
    }
  }
}

/**
 * Table 8-12 (clause 8.4.2.2.1) in bytes, for pictures of one layout: 2·(4·yFrac + xFrac) => from a full sample of the luma
 * plane to the first sample of the pair, then to the second. Both are the same where no mean is needed.
 */
export function quarterOffsets(lumaStride: number, lumaPlaneSize: number): Int32Array {
  const places = [0, 1, lumaStride];
  return Int32Array.from(
    { length: 32 },
    (_, i) => QUARTER_PAIRS[2 * i] * lumaPlaneSize + places[QUARTER_PAIRS[2 * i + 1]],
  );
}

/**
 * Position of the first of the two samples that make the luma sample at (x, y), in quarter samples (clause 8.4.2.2.1); see
 * `secondLumaPosition`.
 */
export function firstLumaPosition(
  luma: number,
  layout: PictureLayout,
  x: number,
  y: number,
): number {
  const fraction = ((y & 3) << 3) | ((x & 3) << 1);
  return luma + (y >> 2) * layout.lumaStride + (x >> 2) + layout.quarterOffsets[fraction];
}

/** Position of the second sample (clause 8.4.2.2.1); equal to the first where no mean is needed. */
export function secondLumaPosition(
  luma: number,
  layout: PictureLayout,
  x: number,
  y: number,
): number {
  const fraction = ((y & 3) << 3) | ((x & 3) << 1);
  return luma + (y >> 2) * layout.lumaStride + (x >> 2) + layout.quarterOffsets[fraction + 1];
}

/**
 * Luma prediction of a block, clause 8.4.2.2.1.
 * @param x, y position of the block in the reference in quarter luma samples
 * @param to destination, a multiple of 4, as is `toStride`; `width` 4, 8 or 16
 */
export function predictLuma(
  memory: SampleMemory,
  picture: ReconstructedPicture,
  x: number,
  y: number,
  width: number,
  height: number,
  to: number,
  toStride: number,
): void {
  const { layout } = memory;
  const stride = layout.lumaStride;
  if (((x | y) & 3) === 0) {
    const from = picture.luma + (y >> 2) * stride + (x >> 2);
    memory.kernels.copyBlock(from, stride, to, toStride, width, height);
    return;
  }
  const x0 = x >> 2;
  const y0 = y >> 2;
  ensureTiles(
    memory,
    picture,
    planesAt(x, y),
    tileAt(x0),
    tileAt(y0),
    tileAt(x0 + width),
    tileAt(y0 + height),
  );
  const a = firstLumaPosition(picture.luma, layout, x, y);
  const b = secondLumaPosition(picture.luma, layout, x, y);
  if (a === b) memory.kernels.copyBlock(a, stride, to, toStride, width, height);
  else memory.kernels.averageBlocks(a, b, stride, to, toStride, width, height);
}

/**
 * Chroma prediction of a block, clause 8.4.2.2.2: bilinear, in eighths of a sample.
 * @param plane position of the chroma plane's first sample; `toStride` and (unless width is 2) `to` are multiples of 4
 * @param x, y position of the block in eighths of a chroma sample
 * @param width 2, 4 or 8
 */
export function predictChroma(
  memory: SampleMemory,
  plane: number,
  x: number,
  y: number,
  width: number,
  height: number,
  to: number,
  toStride: number,
): void {
  const stride = memory.layout.chromaStride;
  const xFrac = x & 7;
  const yFrac = y & 7;
  const from = plane + (y >> 3) * stride + (x >> 3);
  if (width === 2) {
    predictChromaPairs(memory.bytes, from, stride, xFrac, yFrac, height, to, toStride);
  } else if ((xFrac | yFrac) === 0) {
    memory.kernels.copyBlock(from, stride, to, toStride, width, height);
  } else {
    memory.kernels.predictChroma(from, stride, xFrac, yFrac, width, height, to, toStride);
  }
}

/** The formula of clause 8.4.2.2.2 sample by sample, for blocks two samples wide. */
function predictChromaPairs(
  bytes: Uint8Array,
  from: number,
  stride: number,
  xFrac: number,
  yFrac: number,
  height: number,
  to: number,
  toStride: number,
): void {
  const weightA = (8 - xFrac) * (8 - yFrac);
  const weightB = xFrac * (8 - yFrac);
  const weightC = (8 - xFrac) * yFrac;
  const weightD = xFrac * yFrac;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < 2; column++) {
      const a = from + column;
      bytes[to + column] =
        (weightA * bytes[a] +
          weightB * bytes[a + 1] +
          weightC * bytes[a + stride] +
          weightD * bytes[a + stride + 1] +
          32) >>
        6;
    }
    from += stride;
    to += toStride;
  }
}
