/**
 * The pictures that a GPU must know the answers to. Full search is asked where the best vector is: each row and column of the range, both
 * ends on both axes, and the padding around a picture must decide the answer of some block, or what computes them could be missing.
 */
import type { SamplePlane, SearchRange } from './frame-kernels.ts';

/** The pictures' size: blocks of 8 samples enough for every row and column of the longer range. */
const WIDTH = 96;
const HEIGHT = 64;
const SIZE = 8;

/** Numbers from 0 to 255, the same on every call: a linear congruential generator (Numerical Recipes, 1992). */
export function createBytes(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

/** A plane by its samples. */
export function planeOf(
  sample: (x: number, y: number) => number,
  width = WIDTH,
  height = HEIGHT,
): SamplePlane {
  const samples = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) samples[to] = sample(x, y);
  }
  return { samples, width, height };
}

/** Random samples, not close to black or white. */
export function noise(bytes: () => number): SamplePlane {
  return planeOf(() => 16 + (bytes() * 7) / 8);
}

/**
 * Blocks of `size` samples of `reference`, moved by vectors that take on all rows and all columns of the range, as far as there are blocks
 * enough, its ends first. Some samples are off by a little, so that small costs other than 0 appear.
 */
export function movedBlocks(reference: SamplePlane, size: number, range: SearchRange): SamplePlane {
  const { samples, width, height } = reference;
  const xs = vectorParts(range);
  const ys = vectorParts(range);
  const moved = new Uint8Array(samples.length);
  for (let top = 0; top < height; top += size) {
    for (let left = 0; left < width; left += size) {
      const x = takePart(xs, left, width, size);
      const y = takePart(ys, top, height, size);
      for (let i = 0; i < size * size; i++) {
        const column = left + (i % size);
        const row = top + Math.floor(i / size);
        const from = clamp(row + y, height) * width + clamp(column + x, width);
        const error = i < (left >> 3) % 6 ? 1 : 0;
        moved[row * width + column] = samples[from] + error;
      }
    }
  }
  return { samples: moved, width, height };
}

function clamp(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}

/** The components of vectors, the longest first. */
function vectorParts(range: number): number[] {
  const parts: number[] = [];
  for (let length = range; length > 0; length--) parts.push(-length, length);
  return [...parts, 0];
}

/**
 * Takes the first component with which a block keeps two rows or columns in the picture: beyond them all are alike, and a shorter vector
 * is as good. Any may be taken again when all were.
 */
function takePart(parts: number[], at: number, all: number, size: number): number {
  const isInside = (part: number) => at + part > 1 - size && at + part < all - 1;
  const index = parts.findIndex(isInside);
  if (index < 0) return 0;
  const [part] = parts.splice(index, 1);
  return part;
}

/** Periods of the picture that `tied` is: stripes both ways, a checkerboard, flat. */
const TILE = 24;

/** A picture that repeats in all ways, moved by half a period: many vectors cost the same, and the first of them counts. */
export function tiedPicture(moved: boolean): SamplePlane {
  const shift = moved ? 2 : 0;
  const light = (on: number) => (on === 0 ? 40 : 200);
  return planeOf((x, y) => {
    switch (Math.floor(x / TILE)) {
      case 0:
        return light((x + shift) & 2);
      case 1:
        return light((y + shift) & 2);
      case 2:
        return light((x + y + (shift >> 1)) & 1);
      default:
        return 90;
    }
  });
}

/** Signs of a 4x4 block whose Hadamard transform has the same magnitude everywhere: none costs more. */
const BENT = [0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0];

/** Blocks that cost most; `inverted`: against each other. */
export function bentPicture(inverted: boolean): SamplePlane {
  const on = inverted ? 0 : 255;
  return planeOf((x, y) => (BENT[4 * (y & 3) + (x & 3)] === 0 ? on : 255 - on));
}

/** Black and white at all edges of a gray picture: padding of another color would be a better match than the picture is. */
export function edgedPicture(): SamplePlane {
  return planeOf((x, y) => {
    const block = Math.floor(x / SIZE) + Math.floor(y / SIZE);
    const isEdge = x < SIZE || y < SIZE || x >= WIDTH - SIZE || y >= HEIGHT - SIZE;
    if (!isEdge) return 120 + ((x * 5 + y * 3) & 7);
    return block & 1 ? 255 : 0;
  });
}

/** A slope with a ripple: intra prediction leaves little, but something. */
export function slopedPicture(): SamplePlane {
  return planeOf((x, y) => x + y + ((x * y) & 1) + 20);
}

/** A picture of twice the size which halves to `plane`, its four samples rounding to their mean from above and below. */
export function doubled(plane: SamplePlane): SamplePlane {
  const { samples, width, height } = plane;
  return planeOf(
    (x, y) => {
      const sample = samples[(y >> 1) * width + (x >> 1)];
      if (sample < 2 || sample > 253) return sample;
      // The four add 1 or take 2 away: (4 s + 1 + 2) >> 2 and (4 s - 2 + 2) >> 2 are both s.
      const isAbove = ((x >> 1) + (y >> 1)) & 1;
      if (isAbove === 1) return (x & 1) + (y & 1) === 2 ? sample + 1 : sample;
      return x & 1 ? sample - 1 : sample;
    },
    2 * width,
    2 * height,
  );
}
