/** Full search of blocks in another picture, in full samples. The plain forms of frame kernels (frame-kernels.ts). */
import type { BlockVectors, SamplePlane, SearchedSize, SearchRange } from '../frame-kernels.ts';
import { padPlane } from './sample-planes.ts';

/** How far the vectors of an analysis reach, in samples of half the size: as far as the encoder's own (picture-analysis.ts). */
export const ANALYSIS_RANGE = 16;

/** `FrameKernels.searchBlocks`. */
export function searchBlocks(
  current: SamplePlane,
  reference: SamplePlane,
  size: SearchedSize,
  range: SearchRange,
): BlockVectors {
  const padded = padPlane(reference, range);
  const across = current.width / size;
  const count = across * (current.height / size);
  const costs = new Int32Array(count);
  const vectorsX = new Int8Array(count);
  const vectorsY = new Int8Array(count);
  const found: FoundVector = { cost: 0, x: 0, y: 0 };
  for (let block = 0; block < count; block++) {
    const blockX = size * (block % across);
    const blockY = size * Math.floor(block / across);
    found.cost = NO_LIMIT;
    searchBlock(current, blockX, blockY, padded, size, range, found);
    costs[block] = found.cost;
    vectorsX[block] = found.x;
    vectorsY[block] = found.y;
  }
  return { costs, x: vectorsX, y: vectorsY };
}

/** No cost is as high. */
export const NO_LIMIT = 0x7fffffff;

/** A vector and what it costs. */
export interface FoundVector {
  cost: number;
  x: number;
  y: number;
}

/**
 * Searches one block at (blockX, blockY) in a plane that is padded by `range` samples. Puts the first vector whose cost is the least and
 * below `found.cost` into `found`; leaves it as it is if there is none.
 */
export function searchBlock(
  current: SamplePlane,
  blockX: number,
  blockY: number,
  padded: SamplePlane,
  size: SearchedSize,
  range: SearchRange,
  found: FoundVector,
): void {
  for (let y = -range; y <= range; y++) {
    for (let x = -range; x <= range; x++) {
      const length = Math.abs(x) + Math.abs(y);
      const from = (blockY + y + range) * padded.width + blockX + x + range;
      const limit = found.cost - length;
      const cost = length + sad(current, blockX, blockY, padded, from, size, limit);
      if (cost >= found.cost) continue;
      found.cost = cost;
      found.x = x;
      found.y = y;
    }
  }
}

/** `FrameKernels.sadField`. */
export function sadField(
  current: SamplePlane,
  reference: SamplePlane,
  size: SearchedSize,
  range: SearchRange,
): Int32Array {
  const padded = padPlane(reference, range);
  const side = 2 * range + 1;
  const across = current.width / size;
  const count = across * (current.height / size);
  const field = new Int32Array(count * side * side);
  for (let block = 0, to = 0; block < count; block++) {
    const blockX = size * (block % across);
    const blockY = size * Math.floor(block / across);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++, to++) {
        const from = (blockY + y) * padded.width + blockX + x;
        field[to] = sad(current, blockX, blockY, padded, from, size, NO_LIMIT);
      }
    }
  }
  return field;
}

/** SAD of a block and the one at `from` of `reference`; stops after a row with which it has reached `limit`. */
export function sad(
  current: SamplePlane,
  blockX: number,
  blockY: number,
  reference: SamplePlane,
  from: number,
  size: number,
  limit: number,
): number {
  const a = current.samples;
  const b = reference.samples;
  let at = blockY * current.width + blockX;
  let sum = 0;
  for (let y = 0; y < size && sum < limit; y++) {
    for (let x = 0; x < size; x++) sum += Math.abs(a[at + x] - b[from + x]);
    at += current.width;
    from += reference.width;
  }
  return sum;
}
