/** Arrays seen as pictures, without a copy. */
import { ConfigError, rejectUnknownKeys, requireInteger } from '../base/errors.ts';
import { type FrameRate, inverse, requireFrameRate } from '../base/rational.ts';
import { asPictureArray } from './element-type.ts';
import type { Plane, VideoFrame } from './frame.ts';
import { type ArrayView, type NdArray, requireNdArray } from './ndarray.ts';
import {
  type PixFmtInfo,
  type PixFmtName,
  pixFmtInfo,
  planeHeight,
  planeRowLength,
  planeWidth,
  requirePixFmt,
} from './pixel-format.ts';
import { VideoFrames } from './video-frames.ts';

/** What a canvas gives: rows of RGBA without gaps. */
export interface ImageDataLike {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * One array per plane: (N, rows, columns), (rows, columns) for one picture, and (N, rows, columns, 2) for the second
 * plane of nv12. The way to give planes with gaps, planes of their own, and chroma of odd sizes.
 */
export interface PlaneArrays {
  readonly planes: readonly NdArray[];
}

/** All are required. */
export interface ReferenceVideoOptions {
  /**
   * Pictures, never copied: the frames see later changes. Steps between rows and between pictures are free (crops,
   * every second row, flipped views), the samples of a row must be dense. By format:
   * - rgb24, bgr24, rgb48: (N, H, W, 3); rgba, bgra, rgba64: (N, H, W, 4), rgba also as one or more `ImageData`; ya8, ya16: (N, H, W, 2)
   * - gray: (N, H, W) or (N, H, W, 1); gray16le, gray16be, gray10le: (N, H, W) or (N, 1, H, W), 16-bit elements
   * - yuv444p: (N, 3, H, W)
   * - yuv420p, nv12: (N, H * 3 / 2, W) or (N, 1, H * 3 / 2, W), even sizes; yuv422p: (N, H * 2, W) or (N, 1, H * 2, W)
   * - all: `{ planes: [...] }`
   */
  readonly array: NdArray | PlaneArrays | ImageDataLike | readonly ImageDataLike[];
  readonly pixFmt: PixFmtName;
  /** Frames per second, [numerator, denominator]. */
  readonly frameRate: FrameRate;
  /** Time of the first picture in frames since the start of the stream; the following count up by one. May be negative. */
  readonly pts: number;
}

const WHERE = 'createReferenceVideoFrame';

/** Axes of stride 0 can say any number without memory for it. Ten hours at 25 pictures per second; sides as an encoder takes them. */
const MAX_PICTURES = 1_000_000;
const MAX_SIDE = 65535;
const ARRAY = `${WHERE}.array`;

/** The planes of all pictures before they are cut into frames. */
interface Layout {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** Planes of picture `index`. */
  readonly planesAt: (index: number) => Plane[];
}

/** Pictures that refer to `array`. The time base is 1/frameRate. Throws `ConfigError` for what the format cannot hold. */
export function createReferenceVideoFrame(options: ReferenceVideoOptions): VideoFrames {
  rejectUnknownKeys(WHERE, options, ['array', 'pixFmt', 'frameRate', 'pts']);
  const pixFmt = requirePixFmt(`${WHERE}.pixFmt`, options.pixFmt);
  const frameRate = requireFrameRate(`${WHERE}.frameRate`, options.frameRate);
  const pts = requireInteger(
    `${WHERE}.pts`,
    options.pts,
    Number.MIN_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
  );
  const info = pixFmtInfo(pixFmt);
  const { count, width, height, planesAt } = layOut(options.array, info);
  if (count < 1 || width < 1 || height < 1) {
    throw new ConfigError(ARRAY, `${count} pictures of ${width}x${height}: all must be at least 1`);
  }
  requireInteger(`${ARRAY}, pictures`, count, 1, MAX_PICTURES);
  requireInteger(`${ARRAY}, width`, width, 1, MAX_SIDE);
  requireInteger(`${ARRAY}, height`, height, 1, MAX_SIDE);
  const frames: VideoFrame[] = [];
  for (let index = 0; index < count; index++) {
    frames.push({ pixFmt, width, height, planes: planesAt(index), pts: pts + index });
  }
  const numPlanes = info.samplesPerPixel.length;
  return new VideoFrames(frames, {
    pixFmt,
    width,
    height,
    numPlanes,
    timeBase: inverse(frameRate),
  });
}

function layOut(array: ReferenceVideoOptions['array'], info: PixFmtInfo): Layout {
  if (typeof array !== 'object' || array === null) {
    throw new ConfigError(ARRAY, 'needed is an NdArray, { planes }, or ImageData');
  }
  if ('planes' in array) return layOutPlanes(array.planes, info);
  if (Array.isArray(array)) return layOutImages(array, info);
  if ('width' in array) return layOutImages([array as ImageDataLike], info);
  const view = requireNdArray(ARRAY, array as NdArray);
  if (info.order !== undefined || info.samplesPerPixel[0]! > 1) return layOutPacked(view, info);
  if (info.model === 'gray') return layOutGray(view, info);
  if (info.chromaShiftX === 0) return layOutSeparatePlanes(view, info);
  return layOutStackedPlanes(view, info);
}

function layOutPacked(view: ArrayView, info: PixFmtInfo): Layout {
  const { shape, strides, offset } = view;
  const channels = info.samplesPerPixel[0]!;
  if (shape.length !== 4 || shape[3] !== channels)
    throw shapeError(view, info, `(N, H, W, ${channels})`);
  requireDenseRows(info, view, strides[3] === 1 && (strides[2] === channels || shape[2] === 1), [
    '...',
    channels,
    1,
  ]);
  const data = asPictureArray(ARRAY, view.data, info);
  const planesAt = (i: number) => [{ data, offset: offset + i * strides[0]!, stride: strides[1]! }];
  return { count: shape[0]!, height: shape[1]!, width: shape[2]!, planesAt };
}

function layOutGray(view: ArrayView, info: PixFmtInfo): Layout {
  const { shape, strides, offset } = view;
  let rowAxis = 1;
  if (shape.length === 4 && shape[3] !== 1 && shape[1] === 1) rowAxis = 2;
  else if (shape.length !== 3 && !(shape.length === 4 && shape[3] === 1)) {
    throw shapeError(view, info, '(N, H, W), (N, H, W, 1) or (N, 1, H, W)');
  }
  const width = shape[rowAxis + 1]!;
  requireDenseRows(info, view, strides[rowAxis + 1] === 1 || width === 1, ['...', 1]);
  const data = asPictureArray(ARRAY, view.data, info);
  const stride = strides[rowAxis]!;
  const planesAt = (i: number) => [{ data, offset: offset + i * strides[0]!, stride }];
  return { count: shape[0]!, height: shape[rowAxis]!, width, planesAt };
}

function layOutSeparatePlanes(view: ArrayView, info: PixFmtInfo): Layout {
  const { shape, strides, offset } = view;
  const planes = info.samplesPerPixel.length;
  if (shape.length !== 4 || shape[1] !== planes)
    throw shapeError(view, info, `(N, ${planes}, H, W)`);
  requireDenseRows(info, view, strides[3] === 1 || shape[3] === 1, ['...', 1]);
  const data = asPictureArray(ARRAY, view.data, info);
  const planesAt = (i: number) =>
    info.samplesPerPixel.map((_, plane) => ({
      data,
      offset: offset + i * strides[0]! + plane * strides[1]!,
      stride: strides[2]!,
    }));
  return { count: shape[0]!, height: shape[2]!, width: shape[3]!, planesAt };
}

/** yuv420p, yuv422p and nv12 in one array: chroma follows luma, in rows as wide as those of luma. */
function layOutStackedPlanes(view: ArrayView, info: PixFmtInfo): Layout {
  const { shape, strides, offset } = view;
  const isFlat = shape.length === 3;
  const rows = shape[isFlat ? 1 : 2]!;
  const width = shape[isFlat ? 2 : 3]!;
  const rowStride = strides[isFlat ? 1 : 2]!;
  const halves = (info.chromaShiftY === 1 ? 3 : 4) + (info.samplesPerPixel.length === 4 ? 2 : 0);
  const height = (rows / halves) * 2;
  const extent = `H * ${halves % 2 === 0 ? halves / 2 : `${halves} / 2`}`;
  const isPacked = info.samplesPerPixel.length === 2;
  if (!(isFlat || (shape.length === 4 && shape[1] === 1))) {
    throw shapeError(view, info, `(N, ${extent}, W) or (N, 1, ${extent}, W)`);
  }
  if (!Number.isInteger(height) || height % (1 << info.chromaShiftY) !== 0 || width % 2 !== 0) {
    throw shapeError(view, info, `(N, ${extent}, W) with even sizes, or { planes }`);
  }
  // Half-wide chroma rows lie two to a row of the array; that is one even step only if there is no gap.
  const dense = strides.at(-1) === 1 && (isPacked || rowStride === width);
  requireDenseRows(info, view, dense, isPacked ? ['...', 1] : ['...', width, 1]);
  const data = asPictureArray(ARRAY, view.data, info);
  const chromaStride = isPacked ? rowStride : width >> 1;
  const chromaSize = chromaStride * (height >> info.chromaShiftY);
  const planesAt = (i: number) => {
    const luma = offset + i * strides[0]!;
    const chroma = luma + height * rowStride;
    const planes = [{ data, offset: luma, stride: rowStride }];
    for (let plane = 1; plane < info.samplesPerPixel.length; plane++) {
      const stride = plane === 3 ? rowStride : chromaStride;
      planes.push({ data, offset: chroma + (plane - 1) * chromaSize, stride });
    }
    return planes;
  };
  return { count: shape[0]!, height, width, planesAt };
}

function layOutImages(images: readonly ImageDataLike[], info: PixFmtInfo): Layout {
  if (info.name !== 'rgba') {
    throw new ConfigError(`${WHERE}.pixFmt`, `got ${info.name}, but ImageData is rgba`);
  }
  const { width, height } = images[0] ?? { width: 0, height: 0 };
  const arrays = images.map((image, index) => {
    const where = `${ARRAY}[${index}]`;
    requireInteger(`${where}.width`, image.width, 1, 0x7fff_ffff);
    requireInteger(`${where}.height`, image.height, 1, 0x7fff_ffff);
    const shape = [image.height, image.width, 4];
    if (image.width !== width || image.height !== height) {
      throw new ConfigError(
        where,
        `${image.width}x${image.height}, but the first is ${width}x${height}`,
      );
    }
    return asPictureArray(where, requireNdArray(where, { data: image.data, shape }).data, info);
  });
  const planesAt = (i: number) => [{ data: arrays[i]!, offset: 0, stride: width * 4 }];
  return { count: images.length, width, height, planesAt };
}

function layOutPlanes(planes: readonly NdArray[], info: PixFmtInfo): Layout {
  const needed = info.samplesPerPixel.length;
  if (!Array.isArray(planes) || planes.length !== needed) {
    throw new ConfigError(
      `${ARRAY}.planes`,
      `got ${planes?.length} planes, ${info.name} has ${needed}`,
    );
  }
  const views = planes.map((plane, p) =>
    asPictureStack(requireNdArray(`${ARRAY}.planes[${p}]`, plane), info, p),
  );
  const [count, height, width] = views[0]!.shape as [number, number, number];
  const arrays = views.map((view, p) => {
    const where = `${ARRAY}.planes[${p}]`;
    const expected = [count, planeHeight(info, p, height), planeWidth(info, p, width)];
    if (expected.some((extent, axis) => view.shape[axis] !== extent)) {
      throw new ConfigError(
        where,
        `got ${view.shape.slice(0, 3).join('x')}, but plane ${p} of ${count} pictures of ${width}x${height} in ${info.name} is ${expected.join('x')}`,
      );
    }
    const samples = info.samplesPerPixel[p]!;
    const dense = view.strides[3] === 1 && view.strides[2] === samples;
    if (!dense && planeRowLength(info, p, width) !== 1) {
      requireDenseRows(info, view, false, ['...', samples, 1]);
    }
    return asPictureArray(where, view.data, info);
  });
  const planesAt = (i: number) =>
    views.map((view, p) => ({
      data: arrays[p]!,
      offset: view.offset + i * view.strides[0]!,
      stride: view.strides[1]!,
    }));
  return { count, width, height, planesAt };
}

/** A plane given as (H, W), (N, H, W) or (N, H, W, samples) as a view of the four axes (N, H, W, samples). */
function asPictureStack(view: ArrayView, info: PixFmtInfo, plane: number): ArrayView {
  const samples = info.samplesPerPixel[plane]!;
  const shape = [...view.shape];
  const strides = [...view.strides];
  const withSamples = samples > 1 ? 1 : 0;
  if (shape.length === 2 + withSamples) {
    shape.unshift(1);
    strides.unshift(0);
  }
  if (shape.length === 3 && samples === 1) {
    shape.push(1);
    strides.push(1);
  }
  if (shape.length !== 4 || shape[3] !== samples) {
    throw shapeError(
      view,
      info,
      samples > 1 ? `(N, rows, columns, ${samples})` : '(N, rows, columns)',
    );
  }
  return requireNdArray(`${ARRAY}.planes[${plane}]`, {
    data: view.data,
    shape,
    strides,
    offset: view.offset,
  });
}

function shapeError(view: ArrayView, info: PixFmtInfo, needed: string): ConfigError {
  return new ConfigError(ARRAY, `shape (${view.shape.join(', ')}), ${info.name} needs ${needed}`);
}

function requireDenseRows(
  info: PixFmtInfo,
  view: ArrayView,
  dense: boolean,
  needed: readonly (string | number)[],
): void {
  if (dense) return;
  throw new ConfigError(
    ARRAY,
    `strides (${view.strides.join(', ')}), but ${info.name} needs rows without gaps: (${needed.join(', ')}); use ndarray(...).toDense()`,
  );
}
