/** Pictures from any pixel format to any other: picks the kernels once, then converts frame after frame. */
import { ConfigError, requireInteger } from '../base/errors.ts';
import { allocatePicture } from './allocate-picture.ts';
import { requireVideoFrame } from './check-frame.ts';
import {
  codeRange,
  FRACTION_BITS,
  forwardMatrix,
  inverseMatrix,
  lumaWeights,
} from './color-matrix.ts';
import { convertDeep, isDeep } from './convert-deep.ts';
import {
  type ElementTable,
  grayRowToRgb,
  isSwapped,
  lumaTable,
  mapByteRow,
  mapWordRow,
  narrowRow,
  repackRgbRow,
  rgbRowToGray8,
  rgbRowToGray16,
  widenRow,
} from './convert-gray.ts';
import { rgbToYuv } from './convert-rgb-to-yuv.ts';
import { convertThrough, isComposite } from './convert-through.ts';
import { yuvRowToRgb } from './convert-yuv-to-rgb.ts';
import type { Plane, VideoFrame } from './frame.ts';
import { lumaChroma, packedRgb } from './picture-planes.ts';
import {
  type PixFmt,
  type PixFmtInfo,
  pixFmtInfo,
  planeHeight,
  planeRowLength,
  planeWidth,
  requirePixFmt,
} from './pixel-format.ts';
import { resampleChromaRow, type ShiftChange, storeChromaRow } from './resample-chroma.ts';
import { copyRows } from './to-array.ts';
import { VideoFrames } from './video-frames.ts';

/** What is converted to what. */
export interface PictureConversion {
  readonly from: PixFmt;
  readonly to: PixFmt;
  readonly width: number;
  readonly height: number;
  /** H.273 MatrixCoefficients between RGB and Y'CbCr: 1, 4, 5, 6, 7 or 9. Default 6 (BT.601). Not used from Y'CbCr to Y'CbCr. */
  readonly matrix?: number;
  /** Whether the Y'CbCr of `from` is full range. Default: true for the `yuvj` formats. */
  readonly fromFullRange?: boolean;
  /** Whether the Y'CbCr of `to` shall be full range. Default: true for the `yuvj` formats. */
  readonly toFullRange?: boolean;
}

/**
 * Writes `source` into the planes of `target`; both have the formats and the size of the conversion and do not overlap.
 * Allocates nothing that grows with the picture.
 */
export type PictureConverter = (source: VideoFrame, target: VideoFrame) => void;

/**
 * A converter from one format to another. Gray is full range. Alpha is dropped or made opaque, not blended. Throws
 * `UnsupportedError` for a matrix that RGB cannot be converted with.
 */
export function createPictureConverter(options: PictureConversion): PictureConverter {
  const { width, height } = options;
  requireInteger('convert.width', width, 1, 65535);
  requireInteger('convert.height', height, 1, 65535);
  const fromInfo = pixFmtInfo(requirePixFmt('convert.from', options.from));
  const toInfo = pixFmtInfo(requirePixFmt('convert.to', options.to));
  const from = withRange(fromInfo, options.fromFullRange);
  const to = withRange(toInfo, options.toFullRange);
  const matrix = options.matrix ?? 6;
  const convert = makeConverter(from, to, matrix, width, height);
  return (source, target) => {
    requirePicture('convert.source', source, from.name, width, height);
    requirePicture('convert.target', target, to.name, width, height);
    convert(source, target);
  };
}

/** `frames` in another format, in memory of their own; times stay. */
export function convertVideoFrames(
  frames: VideoFrames,
  to: PixFmt,
  options: Pick<PictureConversion, 'matrix' | 'fromFullRange' | 'toFullRange'> = {},
): VideoFrames {
  const { width, height, pixFmt: from } = frames;
  const convert = createPictureConverter({ ...options, from, to, width, height });
  const converted = frames.frames.map((frame) => {
    const target = { ...allocatePicture(to, width, height), pts: frame.pts };
    convert(frame, target);
    return target;
  });
  const numPlanes = pixFmtInfo(to).samplesPerPixel.length;
  return new VideoFrames(converted, {
    pixFmt: to,
    width,
    height,
    numPlanes,
    timeBase: frames.timeBase,
  });
}

/** A conversion of any two formats, by way of others where they have more than the kernels know. */
function makeConverter(
  from: PixFmtInfo,
  to: PixFmtInfo,
  matrix: number,
  width: number,
  height: number,
): PictureConverter {
  if (from.name === to.name) return chooseConverter(from, to, matrix, width, height);
  if (isDeep(from) || isDeep(to)) {
    const weights = lumaWeights('convert.matrix', matrix);
    return convertDeep(from, to, width, height, weights, (a, b) =>
      makeConverter(a, b, matrix, width, height),
    );
  }
  if (isComposite(from) || isComposite(to)) {
    return convertThrough(from, to, width, height, (a, b) =>
      chooseConverter(a, b, matrix, width, height),
    );
  }
  return chooseConverter(from, to, matrix, width, height);
}

function withRange(info: PixFmtInfo, fullRange: boolean | undefined): PixFmtInfo {
  return info.model === 'yuv' && fullRange !== undefined ? { ...info, fullRange } : info;
}

function requirePicture(
  where: string,
  frame: VideoFrame,
  pixFmt: PixFmt,
  width: number,
  height: number,
): void {
  if (frame.pixFmt !== pixFmt || frame.width !== width || frame.height !== height) {
    throw new ConfigError(
      where,
      `got ${frame.pixFmt} ${frame.width}x${frame.height}, the converter was made for ${pixFmt} ${width}x${height}`,
    );
  }
  requireVideoFrame(where, frame);
}

function chooseConverter(
  from: PixFmtInfo,
  to: PixFmtInfo,
  matrix: number,
  width: number,
  height: number,
): PictureConverter {
  if (from.name === to.name && from.fullRange === to.fullRange) {
    return (source, target) => copyPicture(source, target, to);
  }
  if (from.model === 'yuv' && to.model === 'yuv') return yuvToYuv(from, to, width, height);
  if (from.model === 'yuv' && to.model === 'rgb') return yuvToRgb(from, to, matrix, width, height);
  if (from.model !== 'rgb') {
    return to.model === 'rgb' ? grayToRgb(from, width, height) : mapLuma(from, to, width, height);
  }
  if (to.model === 'rgb') {
    return (source, target) => {
      const a = packedRgb(source);
      const b = packedRgb(target);
      for (let row = 0; row < height; row++) repackRgbRow(a, b, row, width);
    };
  }
  const [kr, kb] = lumaWeights('convert.matrix', matrix);
  if (to.model === 'gray') return rgbToGray(to, kr, kb, width, height);
  const coefficients = forwardMatrix(kr, kb, codeRange(to.fullRange));
  return (source, target) =>
    rgbToYuv(packedRgb(source), lumaChroma(target), width, height, coefficients);
}

function copyPicture(source: VideoFrame, target: VideoFrame, info: PixFmtInfo): void {
  source.planes.forEach((plane, p) => {
    const out = target.planes[p]!;
    const rowLength = planeRowLength(info, p, source.width);
    for (let row = 0; row < planeHeight(info, p, source.height); row++) {
      const from = { ...plane, offset: plane.offset + row * plane.stride };
      copyRows(from, rowLength, 1, out.data, out.offset + row * out.stride);
    }
  });
}

function blackAndSpan(info: PixFmtInfo): { black: number; span: number } {
  if (info.model !== 'yuv') return { black: 0, span: 2 ** info.bitDepth - 1 };
  const range = codeRange(info.fullRange);
  return { black: range.lumaOffset, span: range.lumaScale };
}

/** Gray or luma to gray or luma; chroma of the target, if it has any, becomes 128. */
function mapLuma(
  from: PixFmtInfo,
  to: PixFmtInfo,
  width: number,
  height: number,
): PictureConverter {
  const table = lumaTable(from, blackAndSpan(from), to, blackAndSpan(to));
  return (source, target) => {
    mapPlane(source.planes[0]!, table, target.planes[0]!, width, height);
    for (let p = 1; p < target.planes.length; p++) {
      const { data, offset, stride } = target.planes[p]!;
      const rowLength = planeRowLength(to, p, width);
      for (let row = 0; row < planeHeight(to, p, height); row++) {
        const at = offset + row * stride;
        (data as Uint8Array).fill(128, at, at + rowLength);
      }
    }
  };
}

function mapPlane(
  source: Plane,
  table: ElementTable,
  target: Plane,
  width: number,
  height: number,
): void {
  for (let row = 0; row < height; row++) {
    const from = source.offset + row * source.stride;
    const to = target.offset + row * target.stride;
    mapRow(source, from, table, target, to, width);
  }
}

function mapRow(
  source: Plane,
  from: number,
  table: ElementTable,
  target: Plane,
  to: number,
  width: number,
): void {
  const input = source.data;
  const output = target.data;
  if (table instanceof Uint8Array) {
    if (input instanceof Uint8Array) {
      mapByteRow(input, from, table, output as Uint8Array, to, width);
    } else {
      narrowRow(input as Uint16Array, from, table, output as Uint8Array, to, width);
    }
  } else if (input instanceof Uint8Array) {
    widenRow(input, from, table, output as Uint16Array, to, width);
  } else {
    mapWordRow(input as Uint16Array, from, table, output as Uint16Array, to, width);
  }
}

function grayToRgb(from: PixFmtInfo, width: number, height: number): PictureConverter {
  const gray = pixFmtInfo('gray');
  const table = lumaTable(from, blackAndSpan(from), gray, blackAndSpan(gray));
  const line: Plane = { data: new Uint8Array(width), offset: 0, stride: width };
  return (source, target) => {
    const out = packedRgb(target);
    const plane = source.planes[0]!;
    for (let row = 0; row < height; row++) {
      mapRow(plane, plane.offset + row * plane.stride, table, line, 0, width);
      grayRowToRgb(line.data as Uint8Array, 0, out, row, width);
    }
  };
}

function rgbToGray(
  to: PixFmtInfo,
  kr: number,
  kb: number,
  width: number,
  height: number,
): PictureConverter {
  const gray16 = { largest: 2 ** to.bitDepth - 1, swap: isSwapped(to) };
  return (source, target) => {
    const rgb = packedRgb(source);
    const { data, offset, stride } = target.planes[0]!;
    for (let row = 0; row < height; row++) {
      const at = offset + row * stride;
      if (data instanceof Uint8Array) rgbRowToGray8(rgb, row, kr, kb, data, at, width);
      else rgbRowToGray16(rgb, row, kr, kb, gray16, data as Uint16Array, at, width);
    }
  };
}

function yuvToRgb(
  from: PixFmtInfo,
  to: PixFmtInfo,
  matrix: number,
  width: number,
  height: number,
): PictureConverter {
  const [kr, kb] = lumaWeights('convert.matrix', matrix);
  const coefficients = inverseMatrix(kr, kb, codeRange(from.fullRange));
  const changeX = (to.chromaShiftX - from.chromaShiftX) as ShiftChange;
  const changeY = (to.chromaShiftY - from.chromaShiftY) as ShiftChange;
  const cb = new Int32Array(width);
  const cr = new Int32Array(width);
  return (source, target) => {
    const picture = lumaChroma(source);
    const out = packedRgb(target);
    const [cbPlane, crPlane] = chromaPlanes(source, from);
    for (let row = 0; row < height; row++) {
      resampleChromaRow(cbPlane, changeX, changeY, row, cb, width);
      resampleChromaRow(crPlane, changeX, changeY, row, cr, width);
      yuvRowToRgb(picture, cb, cr, out, row, width, coefficients);
    }
  };
}

function yuvToYuv(
  from: PixFmtInfo,
  to: PixFmtInfo,
  width: number,
  height: number,
): PictureConverter {
  const table = lumaTable(from, blackAndSpan(from), to, blackAndSpan(to));
  const ratio = codeRange(to.fullRange).chromaScale / codeRange(from.fullRange).chromaScale;
  const scale = Math.round(ratio * (1 << FRACTION_BITS));
  const changeX = (to.chromaShiftX - from.chromaShiftX) as ShiftChange;
  const changeY = (to.chromaShiftY - from.chromaShiftY) as ShiftChange;
  const columns = planeWidth(to, 1, width);
  const rows = planeHeight(to, 1, height);
  const sums = new Int32Array(columns);
  return (source, target) => {
    mapPlane(source.planes[0]!, table, target.planes[0]!, width, height);
    const inputs = chromaPlanes(source, from);
    const outputs = chromaPlanes(target, to);
    for (let component = 0; component < 2; component++) {
      const { data, offset, stride, step } = outputs[component]!;
      for (let row = 0; row < rows; row++) {
        resampleChromaRow(inputs[component]!, changeX, changeY, row, sums, columns);
        storeChromaRow(sums, scale, data, offset + row * stride, step, columns);
      }
    }
  };
}

function chromaPlanes(frame: VideoFrame, info: PixFmtInfo) {
  const { cb, cbOffset, cr, crOffset, chromaStride: stride, chromaStep: step } = lumaChroma(frame);
  const width = planeWidth(info, 1, frame.width);
  const height = planeHeight(info, 1, frame.height);
  return [
    { data: cb, offset: cbOffset, stride, step, width, height },
    { data: cr, offset: crOffset, stride, step, width, height },
  ] as const;
}
