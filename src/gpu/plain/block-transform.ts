/** Transform and quantization of all 4x4 blocks of a picture. The plain form of a frame kernel (frame-kernels.ts). */
import type { BlockQuantizer } from '../frame-kernels.ts';

/** `FrameKernels.transformQuantize`. */
export function transformQuantizeBlocks(
  residual: Int16Array,
  width: number,
  height: number,
  quantizer: BlockQuantizer,
): Int16Array {
  const levels = new Int16Array(width * height);
  const rows = new Int32Array(16);
  for (let y = 0; y < height; y += 4) {
    for (let x = 0; x < width; x += 4) {
      const at = y * width + x;
      for (let i = 0; i < 4; i++) transform4(residual, at + i * width, 1, rows, 4 * i, 1);
      for (let i = 0; i < 4; i++) transform4(rows, i, 4, rows, i, 4);
      for (let i = 0; i < 16; i++) {
        levels[at + (i >> 2) * width + (i & 3)] = quantize(rows[i], i, quantizer);
      }
    }
  }
  return levels;
}

/** One row or column of the core transform. */
function transform4(
  from: Int16Array | Int32Array,
  at: number,
  step: number,
  to: Int32Array,
  start: number,
  toStep: number,
): void {
  const d0 = from[at];
  const d1 = from[at + step];
  const d2 = from[at + 2 * step];
  const d3 = from[at + 3 * step];
  to[start] = d0 + d1 + d2 + d3;
  to[start + toStep] = 2 * (d0 - d3) + d1 - d2;
  to[start + 2 * toStep] = d0 - d1 - d2 + d3;
  to[start + 3 * toStep] = d0 - d3 - 2 * (d1 - d2);
}

/** The level of the coefficient at `position` in raster order. Products stay below 2^28. */
function quantize(coefficient: number, position: number, quantizer: BlockQuantizer): number {
  const oddAxes = (position & 1) + ((position >> 2) & 1);
  const { even, odd, mixed, offset, bits } = quantizer;
  const multiplier = oddAxes === 0 ? even : oddAxes === 2 ? odd : mixed;
  const level = (Math.abs(coefficient) * multiplier + offset) >> bits;
  return coefficient < 0 ? -level : level;
}
