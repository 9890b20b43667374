/** Turns pictures as programs hold them into frames: arrays, `ImageData`, planes, frames that are there already. */
import { ConfigError, described } from '../base/errors.ts';
import { asPictureArray } from '../frames/element-type.ts';
import type { VideoFrame } from '../frames/frame.ts';
import { type ArrayView, type NdArray, ndarray, requireNdArray } from '../frames/ndarray.ts';
import {
  type PixFmt,
  type PixFmtInfo,
  type PixFmtName,
  pixFmtInfo,
  requirePixFmt,
} from '../frames/pixel-format.ts';
import {
  createReferenceVideoFrame,
  type ImageDataLike,
  type PlaneArrays,
} from '../frames/reference-video.ts';
import { VideoFrames } from '../frames/video-frames.ts';

/**
 * One picture. By format, arrays are
 * - rgb24, bgr24, rgb48: (H, W, 3); rgba, bgra, rgba64: (H, W, 4); ya8, ya16: (H, W, 2)
 * - gray, gray16, gray10: (H, W) or (H, W, 1)
 * - yuv444p: (3, H, W); yuv420p, nv12: (H * 3 / 2, W); yuv422p: (H * 2, W), even sizes
 */
export type PictureData = NdArray | ImageDataLike | PlaneArrays | VideoFrames | VideoFrame;

/**
 * `data` as one frame, in a list of its own.
 * @param given its format; undefined to tell by the shape: (H, W) is gray, (H, W, 3) RGB, (H, W, 4) RGBA, of 8 or 16 bits
 * Throws `ConfigError` naming `where` for what does not fit the format.
 */
export function pictureFrames(
  where: string,
  data: PictureData,
  given: PixFmtName | undefined,
): VideoFrames {
  if (typeof data !== 'object' || data === null) {
    throw new ConfigError(
      `${where}.data`,
      `got ${described(data)}, needed is an NdArray, ImageData, { planes }, or a frame`,
    );
  }
  const pixFmt = given === undefined ? undefined : requirePixFmt(`${where}.pixFmt`, given);
  if (data instanceof VideoFrames) return requireOne(where, data, pixFmt);
  if ('pixFmt' in data) {
    const { width, height, pixFmt: own } = data;
    const numPlanes = pixFmtInfo(requirePixFmt(`${where}.data.pixFmt`, own)).samplesPerPixel.length;
    const description = { pixFmt: own, width, height, numPlanes, timeBase: [1, 1] as const };
    return requireOne(where, new VideoFrames([{ ...data, pts: 0 }], description), pixFmt);
  }
  if ('planes' in data) return frameOf(data, pixFmt ?? 'yuv420p');
  if ('width' in data) return frameOf(data, pixFmt ?? 'rgba');
  const view = requireNdArray(`${where}.data`, data);
  const format = pixFmt ?? formatOf(where, view);
  return frameOf(asBatch(where, view, pixFmtInfo(format)), format);
}

function frameOf(array: NdArray | PlaneArrays | ImageDataLike, pixFmt: PixFmt): VideoFrames {
  return createReferenceVideoFrame({ array, pixFmt, frameRate: 1, pts: 0 });
}

function requireOne(where: string, frames: VideoFrames, pixFmt: PixFmt | undefined): VideoFrames {
  if (frames.numFrames !== 1) {
    throw new ConfigError(
      `${where}.data`,
      `got ${frames.numFrames} frames, a picture is one; take frames.slice(0, 1), or write a sequence with Muxer('name-%04d.png')`,
    );
  }
  if (pixFmt === undefined || pixFmt === frames.pixFmt) return frames;
  throw new ConfigError(`${where}.pixFmt`, `got ${pixFmt}, but the frame is ${frames.pixFmt}`);
}

/** The format that the shape and the elements of an array say. */
function formatOf(where: string, { shape, data }: ArrayView): PixFmt {
  const channels = shape.length === 2 ? 1 : shape.length === 3 ? shape[2]! : 0;
  const names: Readonly<Record<number, readonly [PixFmt, PixFmt]>> = {
    1: ['gray', 'gray16le'],
    2: ['ya8', 'ya16le'],
    3: ['rgb24', 'rgb48le'],
    4: ['rgba', 'rgba64le'],
  };
  const found = names[channels]?.[data.BYTES_PER_ELEMENT - 1];
  if (found !== undefined) return found;
  throw new ConfigError(
    `${where}.data`,
    `shape (${shape.join(', ')}) of elements of ${data.BYTES_PER_ELEMENT * 8} bits; needed is (H, W), (H, W, 3) or (H, W, 4) of 8 or 16 bits, or give pixFmt`,
  );
}

/** The array with an axis of one picture before the others; a copy where the samples of a row do not lie together. */
function asBatch(where: string, view: ArrayView, info: PixFmtInfo): NdArray {
  const { shape } = view;
  requireShape(where, shape, info);
  asPictureArray(`${where}.data`, view.data, info);
  const isDense = hasDenseRows(view, info);
  const { data, strides, offset } = isDense ? view : ndarray(view.toDense(), shape);
  return { data, shape: [1, ...shape], strides: [0, ...strides], offset };
}

/** Checks the axes against those that the format has. */
function requireShape(where: string, shape: readonly number[], info: PixFmtInfo): void {
  const [needed, isRight] = shapeRule(shape, info);
  if (isRight && shape.every((extent) => extent >= 1)) return;
  throw new ConfigError(
    `${where}.data`,
    `the shape must be ${needed} for ${info.name}, found (${shape.join(', ')})`,
  );
}

function shapeRule(shape: readonly number[], info: PixFmtInfo): readonly [string, boolean] {
  const axes = shape.length;
  const samples = info.samplesPerPixel[0]!;
  const planes = info.samplesPerPixel.length;
  if (planes === 1 && samples > 1)
    return [`(H, W, ${samples})`, axes === 3 && shape[2] === samples];
  if (planes === 1) return ['(H, W)', axes === 2 || (axes === 3 && shape[2] === 1)];
  if (info.chromaShiftX === 0) return [`(${planes}, H, W)`, axes === 3 && shape[0] === planes];
  return [info.chromaShiftY === 0 ? '(H * 2, W)' : '(H * 3 / 2, W)', axes === 2];
}

function hasDenseRows({ shape, strides }: ArrayView, info: PixFmtInfo): boolean {
  const last = strides.at(-1);
  const isPacked = info.samplesPerPixel[0]! > 1;
  if (isPacked) return last === 1 && (strides[1] === shape[2] || shape[1] === 1);
  if (info.model === 'gray') return (shape.length === 3 ? strides[1] : last) === 1;
  // Planes of half the width lie two rows in one row of the array, which leaves no gap.
  const isStacked = info.samplesPerPixel.length === 3 && info.chromaShiftX === 1;
  return last === 1 && (!isStacked || strides[0] === shape[1]);
}
