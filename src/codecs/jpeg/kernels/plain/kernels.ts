/** The plain kernels over one memory. */
import type { JpegKernels } from '../contract.ts';
import { deringBlocks } from './dering-blocks.ts';
import { chromaRow, lumaRow, shiftRow, splitPixels, sumPairs, sumRows } from './encode-rows.ts';
import { transformBlocks } from './forward-dct.ts';
import { realLevels } from './real-blocks.ts';
import { colorsToReal, grayToReal, meanPairs, meanRows } from './real-rows.ts';

/** All kernels as plain functions. */
export function plainKernels(buffer: ArrayBuffer): JpegKernels {
  const bytes = new Uint8Array(buffer);
  const halves = new Int16Array(buffer);
  const words = new Int32Array(buffer);
  const singles = new Float32Array(buffer);
  const work = new Int16Array(64);
  const scratch = { work: new Float32Array(64), block: new Float32Array(64) };
  return {
    splitPixels3: (from, to, distance, count) => splitPixels(bytes, from, to, distance, count, 3),
    splitPixels4: (from, to, distance, count) => splitPixels(bytes, from, to, distance, count, 4),
    shiftRow: (from, to, count) => shiftRow(bytes, halves, from, to, count),
    lumaRow: (from, distance, to, count) => lumaRow(bytes, halves, from, distance, to, count),
    sumRows: (a, b, to, count) => sumRows(bytes, halves, a, b, to, count),
    sumPairs: (a, b, to, count) => sumPairs(bytes, halves, a, b, to, count),
    chromaRow: (from, distance, toCb, toCr, count, shift) =>
      chromaRow(halves, from, distance, toCb, toCr, count, shift),
    transformBlocks: (samples, stride, count, quantizer, levels, masks) =>
      transformBlocks(halves, bytes, work, samples, stride, count, quantizer, levels, masks),
    grayToReal: (from, to, count) => grayToReal(bytes, singles, from, to, count),
    colorsToReal: (...places) => colorsToReal(bytes, singles, ...places),
    meanRows: (a, b, to, count) => meanRows(singles, a, b, to, count),
    meanPairs: (a, b, to, count) => meanPairs(singles, a, b, to, count),
    realLevels: (...places) => realLevels(singles, words, scratch.work, ...places),
    deringBlocks: (...places) => deringBlocks(singles, words, scratch, ...places),
  };
}
