/** Brings a frame into the encoder's memory. */
import { ConfigError } from '../../../base/errors.ts';
import type { Plane, VideoFrame } from '../../../frames/frame.ts';
import type { EncoderMemory, SourcePicture } from './memory.ts';

/**
 * Copies the planes of a yuv420p frame (any strides, flipped views too) to a source picture. Rows and columns up to whole
 * macroblocks repeat the last ones: they are coded, and cropped by every decoder.
 */
export function loadSourcePicture(
  memory: EncoderMemory,
  target: SourcePicture,
  frame: VideoFrame,
): void {
  if (frame.pixFmt !== 'yuv420p' && frame.pixFmt !== 'yuvj420p') {
    throw new ConfigError(
      'h264.encode.frame.pixFmt',
      `got ${frame.pixFmt}, allowed are yuv420p, yuvj420p`,
    );
  }
  const { width, height } = frame;
  const { layout, sourceLumaStride, sourceChromaStride } = memory;
  const codedHeight = 16 * layout.heightInMbs;
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const [y, cb, cr] = frame.planes;
  checkPlane(0, y, width, height);
  checkPlane(1, cb, chromaWidth, chromaHeight);
  checkPlane(2, cr, chromaWidth, chromaHeight);
  copyPlane(memory.bytes, target.luma, sourceLumaStride, codedHeight, y, width, height);
  const half = codedHeight / 2;
  copyPlane(memory.bytes, target.cb, sourceChromaStride, half, cb, chromaWidth, chromaHeight);
  copyPlane(memory.bytes, target.cr, sourceChromaStride, half, cr, chromaWidth, chromaHeight);
}

/** Throws `ConfigError` if a plane is missing, holds no bytes, or does not reach its last row. */
export function checkPlane(
  index: number,
  plane: Plane | undefined,
  width: number,
  height: number,
): void {
  const where = `h264.encode.frame.planes[${index}]`;
  const data = plane?.data;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new ConfigError(where, 'allowed are planes whose data is a Uint8Array, three of them');
  }
  const { offset, stride } = plane as Plane;
  const last = offset + (height - 1) * stride;
  const isInside = Math.min(offset, last) >= 0 && Math.max(offset, last) + width <= data.length;
  if (!Number.isInteger(offset) || !Number.isInteger(stride) || !isInside) {
    throw new ConfigError(
      where,
      `got ${data.length} samples, offset ${offset}, stride ${stride}; ${height} rows of ${width} must lie inside`,
    );
  }
}

/** Copies `width` by `height` samples and extends them to `stride` by `codedHeight`. */
export function copyPlane(
  bytes: Uint8Array,
  to: number,
  stride: number,
  codedHeight: number,
  plane: Plane,
  width: number,
  height: number,
): void {
  const data = plane.data as Uint8Array;
  if (width === stride && plane.stride === stride) {
    bytes.set(data.subarray(plane.offset, plane.offset + height * stride), to);
  } else {
    for (let y = 0; y < height; y++) {
      const row = to + y * stride;
      const from = plane.offset + y * plane.stride;
      bytes.set(data.subarray(from, from + width), row);
      if (width < stride) bytes.fill(bytes[row + width - 1], row + width, row + stride);
    }
  }
  const last = to + (height - 1) * stride;
  for (let y = height; y < codedHeight; y++) bytes.copyWithin(to + y * stride, last, last + stride);
}
