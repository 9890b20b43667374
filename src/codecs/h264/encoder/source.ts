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
  copyPlane(memory.bytes, target.luma, sourceLumaStride, codedHeight, y, width, height);
  const half = codedHeight / 2;
  copyPlane(memory.bytes, target.cb, sourceChromaStride, half, cb, chromaWidth, chromaHeight);
  copyPlane(memory.bytes, target.cr, sourceChromaStride, half, cr, chromaWidth, chromaHeight);
}

/** Copies `width` by `height` samples and extends them to `stride` by `codedHeight`. */
function copyPlane(
  bytes: Uint8Array,
  to: number,
  stride: number,
  codedHeight: number,
  plane: Plane,
  width: number,
  height: number,
): void {
  const data = plane.data as Uint8Array;
  for (let y = 0; y < height; y++) {
    const row = to + y * stride;
    const from = plane.offset + y * plane.stride;
    bytes.set(data.subarray(from, from + width), row);
    if (width < stride) bytes.fill(bytes[row + width - 1], row + width, row + stride);
  }
  const last = to + (height - 1) * stride;
  for (let y = height; y < codedHeight; y++) bytes.copyWithin(to + y * stride, last, last + stride);
}
