/**
 * Conversion of the formats of image files: gray with opacity, RGB of 16 bits. Rows go through a line of RGBA with 16 bits a sample,
 * which holds every packed format exactly; planar formats go through the packed one that is closest to them.
 */
import { allocatePicture } from './allocate-picture.ts';
import { isSwapped } from './convert-gray.ts';
import type { Plane, VideoFrame } from './frame.ts';
import {
  hasAlpha,
  IMAGE_PIX_FMTS,
  type PixFmt,
  type PixFmtInfo,
  pixFmtInfo,
} from './pixel-format.ts';

type Convert = (source: VideoFrame, target: VideoFrame) => void;

/** Whether the format is one that only image files have. */
export function isDeep(info: PixFmtInfo): boolean {
  return IMAGE_PIX_FMTS.includes(info.name);
}

/**
 * A conversion of which one end at least is a format of image files.
 * @param weights KR and KB of the luma that gray is made with
 * @param between makes a conversion between other formats
 */
export function convertDeep(
  from: PixFmtInfo,
  to: PixFmtInfo,
  width: number,
  height: number,
  weights: readonly [kr: number, kb: number],
  between: (from: PixFmtInfo, to: PixFmtInfo) => Convert,
): Convert {
  const line = new Uint16Array(4 * width);
  if (!isPacked(from)) {
    const base = pixFmtInfo(hasAlpha(from) ? 'rgba' : 'rgb24');
    const middle = allocatePicture(base.name, width, height);
    const first = between(from, base);
    const second = convertRows(base, to, weights, line);
    return (source, target) => {
      first(source, middle);
      second(middle, target);
    };
  }
  if (isPacked(to)) return convertRows(from, to, weights, line);
  const base = pixFmtInfo(baseOf(from));
  const middle = allocatePicture(base.name, width, height);
  const first = convertRows(from, base, weights, line);
  const second = between(base, to);
  return (source, target) => {
    first(source, middle);
    second(middle, target);
  };
}

/** The format of 8 bits that planar formats are made from. */
function baseOf(from: PixFmtInfo): PixFmt {
  if (hasAlpha(from)) return 'rgba';
  return from.model === 'gray' ? 'gray' : 'rgb24';
}

/** Whether all samples of a pixel lie together. */
function isPacked(info: PixFmtInfo): boolean {
  return info.model === 'gray' || info.order !== undefined;
}

function convertRows(
  from: PixFmtInfo,
  to: PixFmtInfo,
  [kr, kb]: readonly [kr: number, kb: number],
  line: Uint16Array,
): Convert {
  const input = layoutOf(from);
  const output = layoutOf(to);
  return (source, target) => {
    for (let row = 0; row < target.height; row++) {
      loadRow(source.planes[0]!, row, input, line);
      storeRow(target.planes[0]!, row, output, kr, kb, line);
    }
  };
}

/** Where the samples of a pixel lie; gray has one for all of red, green and blue, `a` is -1 if there is no opacity. */
interface PixelLayout {
  readonly step: number;
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
  readonly isGray: boolean;
  readonly isSwapped: boolean;
  /** The largest value of a sample. */
  readonly largest: number;
}

function layoutOf(info: PixFmtInfo): PixelLayout {
  const step = info.samplesPerPixel[0]!;
  const isGray = info.model === 'gray';
  const [r, g, b, a = -1] = info.order ?? [0, 0, 0, step === 2 ? 1 : undefined];
  return {
    ...{ step, r, g, b, a, isGray },
    isSwapped: isSwapped(info),
    largest: 2 ** info.bitDepth - 1,
  };
}

/** One row of a packed picture as RGBA of 16 bits; opacity is full where the picture has none. */
function loadRow(
  { data, offset, stride }: Plane,
  row: number,
  from: PixelLayout,
  line: Uint16Array,
) {
  const { step, r, g, b, a, largest } = from;
  const start = offset + row * stride;
  const end = line.length;
  if (data instanceof Uint16Array) {
    const scale = 65535 / largest;
    const read = (at: number) => Math.round(ordered(data[at]!, from.isSwapped) * scale);
    for (let at = start, to = 0; to < end; at += step, to += 4) {
      line[to] = read(at + r);
      line[to + 1] = read(at + g);
      line[to + 2] = read(at + b);
      line[to + 3] = a < 0 ? 65535 : read(at + a);
    }
    return;
  }
  const bytes = data as Uint8Array;
  for (let at = start, to = 0; to < end; at += step, to += 4) {
    line[to] = bytes[at + r]! * 257;
    line[to + 1] = bytes[at + g]! * 257;
    line[to + 2] = bytes[at + b]! * 257;
    line[to + 3] = a < 0 ? 65535 : bytes[at + a]! * 257;
  }
}

/** The opposite of `loadRow`; samples of fewer bits are rounded to the nearest. */
function storeRow(
  { data, offset, stride }: Plane,
  row: number,
  to: PixelLayout,
  kr: number,
  kb: number,
  line: Uint16Array,
): void {
  const { step, r, g, b, a, isGray, largest } = to;
  const start = offset + row * stride;
  const end = line.length;
  if (isGray) {
    for (let from = 0; from < end; from += 4) {
      const green = line[from + 1]!;
      line[from] = Math.round(green + kr * (line[from]! - green) + kb * (line[from + 2]! - green));
    }
  }
  if (data instanceof Uint16Array) {
    const scale = largest / 65535;
    const written = (value: number) => ordered(Math.round(value * scale), to.isSwapped);
    for (let at = start, from = 0; from < end; at += step, from += 4) {
      data[at + r] = written(line[from]!);
      if (!isGray) {
        data[at + g] = written(line[from + 1]!);
        data[at + b] = written(line[from + 2]!);
      }
      if (a >= 0) data[at + a] = written(line[from + 3]!);
    }
    return;
  }
  const bytes = data as Uint8Array;
  for (let at = start, from = 0; from < end; at += step, from += 4) {
    bytes[at + r] = narrowed(line[from]!);
    if (!isGray) {
      bytes[at + g] = narrowed(line[from + 1]!);
      bytes[at + b] = narrowed(line[from + 2]!);
    }
    if (a >= 0) bytes[at + a] = narrowed(line[from + 3]!);
  }
}

/** `value` with its bytes in the other order, if `isOther`. */
function ordered(value: number, isOther: boolean): number {
  return isOther ? ((value & 0xff) << 8) | (value >> 8) : value;
}

/** 16 bits to 8: `value` / 257, to the nearest. */
function narrowed(value: number): number {
  return (value * 255 + 32895) >>> 16;
}
