/**
 * Fractional sample interpolation (clause 8.4.2.2). Half-sample planes of a reference picture are computed lazily, tile by
 * tile, when a vector first needs them; a quarter sample is the mean of two samples of these planes. Positions of the
 * figure 8-4 of the clause: G full sample, b half to the right, h half below, j half in both.
 */
import type { PictureLayout, ReconstructedPicture, SampleMemory } from './picture.ts';

/** Tiles are 16x16 and start this many samples left of and above the picture. */
const TILE_MARGIN = 32;

/** Tiles across and down for a picture of that many macroblocks. */
export function tileColumns(widthInMbs: number): number {
  return widthInMbs + (2 * TILE_MARGIN) / 16;
}

const COLUMNS = 16 + 5;
const vertical = /* @__PURE__ */ new Int32Array(COLUMNS * 16);

/**
 * Computes the 16x16 tile of the planes b, h and j at `pos`, clause 8.4.2.2.1. Three samples around the tile are read.
 * The intermediate h1 of 21 columns serves both h and j, since the filter is separable.
 */
function interpolateTile(
  bytes: Uint8Array,
  clamped: Uint8ClampedArray,
  pos: number,
  stride: number,
  planeSize: number,
): void {
  for (let column = 0; column < COLUMNS; column++) {
    let at = pos + column - 2 - 2 * stride;
    let e = bytes[at];
    let f = bytes[at + stride];
    let g = bytes[at + 2 * stride];
    let h = bytes[at + 3 * stride];
    let i = bytes[at + 4 * stride];
    at += 5 * stride;
    for (let row = 0; row < 16; row++) {
      const j = bytes[at];
      vertical[row * COLUMNS + column] = e + j - 5 * (f + i) + 20 * (g + h);
      e = f;
      f = g;
      g = h;
      h = i;
      i = j;
      at += stride;
    }
  }
  for (let row = 0; row < 16; row++) {
    let at = pos + row * stride;
    let e = bytes[at - 2];
    let f = bytes[at - 1];
    let g = bytes[at];
    let h = bytes[at + 1];
    let i = bytes[at + 2];
    let from = row * COLUMNS;
    let ve = vertical[from];
    let vf = vertical[from + 1];
    let vg = vertical[from + 2];
    let vh = vertical[from + 3];
    let vi = vertical[from + 4];
    const end = at + 16;
    for (; at < end; at++, from++) {
      const j = bytes[at + 3];
      clamped[at + planeSize] = (e + j - 5 * (f + i) + 20 * (g + h) + 16) >> 5;
      e = f;
      f = g;
      g = h;
      h = i;
      i = j;
      const vj = vertical[from + 5];
      clamped[at + 2 * planeSize] = (vg + 16) >> 5;
      clamped[at + 3 * planeSize] = (ve + vj - 5 * (vf + vi) + 20 * (vg + vh) + 512) >> 10;
      ve = vf;
      vf = vg;
      vg = vh;
      vh = vi;
      vi = vj;
    }
  }
}

/**
 * Makes sure that the half-sample planes hold the rectangle from (x0, y0) to (x1, y1), inclusive, in luma samples; it lies
 * within TILE_MARGIN of the picture.
 */
export function ensureHalfSamples(
  memory: SampleMemory,
  layout: PictureLayout,
  picture: ReconstructedPicture,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  const columns = tileColumns(layout.widthInMbs);
  const firstColumn = (x0 + TILE_MARGIN) >> 4;
  const lastColumn = (x1 + TILE_MARGIN) >> 4;
  const lastRow = (y1 + TILE_MARGIN) >> 4;
  const done = picture.tileDone;
  for (let row = (y0 + TILE_MARGIN) >> 4; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const tile = row * columns + column;
      if (done[tile] !== 0) continue;
      done[tile] = 1;
      const x = column * 16 - TILE_MARGIN;
      const y = row * 16 - TILE_MARGIN;
      interpolateTile(
        memory.bytes,
        memory.clamped,
        picture.luma + y * layout.lumaStride + x,
        layout.lumaStride,
        layout.lumaPlaneSize,
      );
    }
  }
}

/**
 * Table 8-12 (clause 8.4.2.2.1) as pairs of samples to average: 4·yFrac + xFrac => first plane, second plane (0 G, 1 b,
 * 2 h, 3 j), and whether each is taken one sample to the right (1) or below (2). Single samples name one plane twice.
 */
// biome-ignore format: one row per yFrac, one group of four numbers per xFrac
const QUARTER_PAIRS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 0, 0,  0, 0, 1, 0,  1, 0, 1, 0,  1, 0, 0, 1,
  0, 0, 2, 0,  1, 0, 2, 0,  1, 0, 3, 0,  1, 0, 2, 1,
  2, 0, 2, 0,  2, 0, 3, 0,  3, 0, 3, 0,  3, 0, 2, 1,
  0, 2, 2, 0,  2, 0, 1, 2,  3, 0, 1, 2,  2, 1, 1, 2);

function pairOffset(shift: number, stride: number): number {
  return shift === 0 ? 0 : shift === 1 ? 1 : stride;
}

/**
 * Position of the first of the two samples that make the luma sample at (x, y), in quarter samples; see
 * `secondLumaPosition`.
 */
export function firstLumaPosition(
  luma: number,
  stride: number,
  planeSize: number,
  x: number,
  y: number,
): number {
  const pair = ((y & 3) * 4 + (x & 3)) * 4;
  return (
    luma +
    (y >> 2) * stride +
    (x >> 2) +
    QUARTER_PAIRS[pair] * planeSize +
    pairOffset(QUARTER_PAIRS[pair + 1], stride)
  );
}

/** Position of the second sample; equal to the first where the sample needs no mean. */
export function secondLumaPosition(
  luma: number,
  stride: number,
  planeSize: number,
  x: number,
  y: number,
): number {
  const pair = ((y & 3) * 4 + (x & 3)) * 4 + 2;
  return (
    luma +
    (y >> 2) * stride +
    (x >> 2) +
    QUARTER_PAIRS[pair] * planeSize +
    pairOffset(QUARTER_PAIRS[pair + 1], stride)
  );
}

/**
 * Copies a block of `width` (a multiple of 4) by `height` samples, four at a time.
 * @param from any position; `to` and the strides are multiples of 4
 */
export function copyBlock(
  words: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  width: number,
  height: number,
): void {
  const shift = (from & 3) << 3;
  const count = width >> 2;
  let row = from >> 2;
  let at = to >> 2;
  if (shift === 0) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < count; x++) words[at + x] = words[row + x];
      row += fromStride >> 2;
      at += toStride >> 2;
    }
    return;
  }
  const left = 32 - shift;
  for (let y = 0; y < height; y++) {
    let word = words[row];
    for (let x = 0; x < count; x++) {
      const next = words[row + x + 1];
      words[at + x] = (word >>> shift) | (next << left);
      word = next;
    }
    row += fromStride >> 2;
    at += toStride >> 2;
  }
}

/**
 * Means (a + b + 1) >> 1 of two blocks, clause 8.4.2.2.1, equation 8-250 and following, four samples at a time: since
 * a + b = 2·(a | b) - (a ^ b), the mean is (a | b) - ((a ^ b) >> 1) in each byte.
 */
export function averageBlocks(
  words: Int32Array,
  a: number,
  b: number,
  stride: number,
  to: number,
  toStride: number,
  width: number,
  height: number,
): void {
  const shiftA = (a & 3) << 3;
  const shiftB = (b & 3) << 3;
  // A shift by 32 is a shift by 0 here, so the left shifts are done in two steps.
  const leftA = 31 - shiftA;
  const leftB = 31 - shiftB;
  const count = width >> 2;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let at = to >> 2;
  for (let y = 0; y < height; y++) {
    let wordA = words[rowA];
    let wordB = words[rowB];
    for (let x = 0; x < count; x++) {
      const nextA = words[rowA + x + 1];
      const nextB = words[rowB + x + 1];
      const p = (wordA >>> shiftA) | ((nextA << leftA) << 1);
      const q = (wordB >>> shiftB) | ((nextB << leftB) << 1);
      words[at + x] = (p | q) - (((p ^ q) >>> 1) & 0x7f7f7f7f);
      wordA = nextA;
      wordB = nextB;
    }
    rowA += stride >> 2;
    rowB += stride >> 2;
    at += toStride >> 2;
  }
}

/**
 * Luma prediction of a block, clause 8.4.2.2.1.
 * @param x, y position of the block in the reference in quarter luma samples
 * @param to destination, a multiple of 4, as is `toStride`; `width` 4, 8 or 16
 */
export function predictLuma(
  memory: SampleMemory,
  layout: PictureLayout,
  picture: ReconstructedPicture,
  x: number,
  y: number,
  width: number,
  height: number,
  to: number,
  toStride: number,
): void {
  const stride = layout.lumaStride;
  if (((x | y) & 3) === 0) {
    copyBlock(
      memory.words,
      picture.luma + (y >> 2) * stride + (x >> 2),
      stride,
      to,
      toStride,
      width,
      height,
    );
    return;
  }
  const fullX = x >> 2;
  const fullY = y >> 2;
  ensureHalfSamples(memory, layout, picture, fullX, fullY, fullX + width, fullY + height);
  const a = firstLumaPosition(picture.luma, stride, layout.lumaPlaneSize, x, y);
  const b = secondLumaPosition(picture.luma, stride, layout.lumaPlaneSize, x, y);
  if (a === b) copyBlock(memory.words, a, stride, to, toStride, width, height);
  else averageBlocks(memory.words, a, b, stride, to, toStride, width, height);
}

/**
 * Chroma prediction of a block, clause 8.4.2.2.2: bilinear, in eighths of a sample.
 * @param plane position of the chroma plane's first sample
 * @param x, y position of the block in eighths of a chroma sample
 * @param width 2, 4 or 8
 */
export function predictChroma(
  bytes: Uint8Array,
  plane: number,
  stride: number,
  x: number,
  y: number,
  width: number,
  height: number,
  to: number,
  toStride: number,
): void {
  const xFrac = x & 7;
  const yFrac = y & 7;
  const weightA = (8 - xFrac) * (8 - yFrac);
  const weightB = xFrac * (8 - yFrac);
  const weightC = (8 - xFrac) * yFrac;
  const weightD = xFrac * yFrac;
  let above = plane + (y >> 3) * stride + (x >> 3);
  if (weightA === 64) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) bytes[to + column] = bytes[above + column];
      above += stride;
      to += toStride;
    }
    return;
  }
  for (let row = 0; row < height; row++) {
    const below = above + stride;
    let a = bytes[above];
    let c = bytes[below];
    for (let column = 0; column < width; column++) {
      const b = bytes[above + column + 1];
      const d = bytes[below + column + 1];
      bytes[to + column] = (weightA * a + weightB * b + weightC * c + weightD * d + 32) >> 6;
      a = b;
      c = d;
    }
    above = below;
    to += toStride;
  }
}
