/** Costs of blocks of 8x8 samples by intra and inter prediction. The plain forms of frame kernels (frame-kernels.ts). */
import type { BlockVectors, SamplePlane } from '../frame-kernels.ts';
import { padPlane } from './sample-planes.ts';

/** Blocks are SIZE by SIZE. */
const SIZE = 8;
/** Vectors reach no farther. */
const REACH = 32;

/** `FrameKernels.intraCosts`. */
export function intraCosts(plane: SamplePlane): Int32Array {
  const { samples, width: stride } = padPlane(plane, 1);
  const across = plane.width / SIZE;
  const costs = new Int32Array(across * (plane.height / SIZE));
  const prediction = new Uint8Array(SIZE * SIZE);
  for (let block = 0; block < costs.length; block++) {
    const at = (SIZE * Math.floor(block / across) + 1) * stride + SIZE * (block % across) + 1;
    costs[block] = intraCost(samples, at, stride, prediction);
  }
  return costs;
}

/**
 * The cost of the block that begins at `at`, whose plane has samples to its left and above.
 * @param prediction 64 samples, overwritten
 */
export function intraCost(
  samples: Uint8Array,
  at: number,
  stride: number,
  prediction: Uint8Array,
): number {
  let sum = SIZE;
  for (let i = 0; i < SIZE; i++) sum += samples[at - stride + i] + samples[at - 1 + i * stride];
  prediction.fill(sum >> 4);
  let best = satd8x8(samples, at, stride, prediction, 0, SIZE);
  for (let i = 0; i < SIZE * SIZE; i++) prediction[i] = samples[at - 1 + (i >> 3) * stride];
  best = Math.min(best, satd8x8(samples, at, stride, prediction, 0, SIZE));
  // A row that is its own neighbor all the way down: stride 0 repeats the row above.
  return Math.min(best, satd8x8(samples, at, stride, samples, at - stride, 0));
}

/** `FrameKernels.interCosts`. */
export function interCosts(
  current: SamplePlane,
  reference: SamplePlane,
  vectors: Pick<BlockVectors, 'x' | 'y'>,
): Int32Array {
  const padded = padPlane(reference, REACH);
  const across = current.width / SIZE;
  const costs = new Int32Array(across * (current.height / SIZE));
  for (let block = 0; block < costs.length; block++) {
    const blockX = SIZE * (block % across);
    const blockY = SIZE * Math.floor(block / across);
    const at = blockY * current.width + blockX;
    const row = blockY + vectors.y[block] + REACH;
    const from = row * padded.width + blockX + vectors.x[block] + REACH;
    costs[block] = satd8x8(current.samples, at, current.width, padded.samples, from, padded.width);
  }
  return costs;
}

/** SATD of 8x8 samples: over its four 4x4 blocks, half the sum of the magnitudes of the Hadamard transform. */
export function satd8x8(
  a: Uint8Array,
  at: number,
  strideA: number,
  b: Uint8Array,
  from: number,
  strideB: number,
): number {
  let sum = 0;
  for (let y = 0; y < SIZE; y += 4) {
    for (let x = 0; x < SIZE; x += 4) {
      sum += satd4x4(a, at + y * strideA + x, strideA, b, from + y * strideB + x, strideB);
    }
  }
  return sum;
}

/** The same of one 4x4 block. Column by column of the transformed rows, so that no array is needed. */
function satd4x4(
  a: Uint8Array,
  at: number,
  strideA: number,
  b: Uint8Array,
  from: number,
  strideB: number,
): number {
  let sum = 0;
  for (let u = 0; u < 4; u++) {
    const d0 = rowTerm(a, at, b, from, u);
    const d1 = rowTerm(a, at + strideA, b, from + strideB, u);
    const d2 = rowTerm(a, at + 2 * strideA, b, from + 2 * strideB, u);
    const d3 = rowTerm(a, at + 3 * strideA, b, from + 3 * strideB, u);
    const s01 = d0 + d1;
    const s23 = d2 + d3;
    const t01 = d0 - d1;
    const t23 = d2 - d3;
    sum += Math.abs(s01 + s23) + Math.abs(s01 - s23) + Math.abs(t01 + t23) + Math.abs(t01 - t23);
  }
  return sum >> 1;
}

/** Number `u` of the Hadamard transform of a row of four differences; signs by the bits of `u`. */
function rowTerm(a: Uint8Array, at: number, b: Uint8Array, from: number, u: number): number {
  const d0 = a[at] - b[from];
  const d1 = a[at + 1] - b[from + 1];
  const d2 = a[at + 2] - b[from + 2];
  const d3 = a[at + 3] - b[from + 3];
  const low = u & 1 ? d0 - d1 : d0 + d1;
  const high = u & 1 ? d2 - d3 : d2 + d3;
  return u & 2 ? low - high : low + high;
}
