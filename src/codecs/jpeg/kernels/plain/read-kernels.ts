/** The kernels of decoding as plain functions: those of `standard`, over one memory. */
import { interleaveRgb, yccToRgb } from '../../standard/color.ts';
import { inverseDct } from '../../standard/idct.ts';
import { doubleBetween, doubleRow, rowBetween } from '../../standard/upsample.ts';
import type { ReadKernels } from '../contract.ts';

/** All of them. */
export function plainReadKernels(buffer: ArrayBuffer): ReadKernels {
  const bytes = new Uint8Array(buffer);
  const clamped = new Uint8ClampedArray(buffer);
  const halves = new Int16Array(buffer);
  const work = new Int16Array(64);
  return {
    inverseBlocks(coefficients, quant, samples, stride, count) {
      for (let i = 0; i < count; i++) {
        const at = (coefficients >> 1) + 64 * i;
        inverseDct(halves, at, halves, quant >> 1, work, clamped, samples + 8 * i, stride);
      }
    },
    doubleRow: (from, count, to) => doubleRow(bytes, from, count, to),
    doubleBetween: (near, far, count, to) => doubleBetween(bytes, near, far, count, to),
    rowBetween: (near, far, count, to, bias) => rowBetween(bytes, near, far, count, to, bias),
    yccToRgb: (...rows) => yccToRgb(bytes, clamped, ...rows, 3),
    yccToRgba: (...rows) => yccToRgb(bytes, clamped, ...rows, 4),
    interleaveRgb: (...rows) => interleaveRgb(bytes, clamped, ...rows, 3),
    interleaveRgba: (...rows) => interleaveRgb(bytes, clamped, ...rows, 4),
  };
}
