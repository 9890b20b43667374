/** How many bytes an uncompressed picture has, by ffmpeg's name of its pixel format; more formats than can be encoded here. */
import { ConfigError } from '../../base/errors.ts';

/** Planes of a format: samples of one plane per pixel of it, and how far chroma is subsampled. */
interface Layout {
  /** Samples that each plane holds for one of its pixels. */
  readonly samplesPerPixel: readonly number[];
  readonly bytesPerSample: 1 | 2;
  /** log2 of luma columns, and of luma rows, per chroma sample. */
  readonly chromaShiftX: number;
  readonly chromaShiftY: number;
}

/** Table: packed or semi-planar format => samples per pixel of each plane. */
const PACKED: Readonly<Record<string, readonly number[]>> = {
  rgb24: [3],
  bgr24: [3],
  rgba: [4],
  bgra: [4],
  argb: [4],
  abgr: [4],
  nv12: [1, 2],
  nv21: [1, 2],
};

/** Table: letters of a planar name => shifts of its chroma. */
const SUBSAMPLING: Readonly<Record<string, readonly [x: number, y: number]>> = {
  '410': [2, 2],
  '411': [2, 0],
  '420': [1, 1],
  '422': [1, 0],
  '440': [0, 1],
  '444': [0, 0],
};

/** `yuv420p`, `yuvj444p`, `yuva444p`, `yuv422p10le`, …; no depth means 8 bits. */
const PLANAR = /^yuv(j|a)?(410|411|420|422|440|444)p(?:(9|10|12|14|16)(?:le|be))?$/;
const GRAY = /^gray(?:(9|10|12|14|16)(?:le|be))?$/;
const RGB_PLANAR = /^gbr(a?)p(?:(9|10|12|14|16)(?:le|be))?$/;

function layoutOf(pixFmt: string): Layout | null {
  if (Object.hasOwn(PACKED, pixFmt)) {
    const shift = pixFmt.startsWith('nv') ? 1 : 0;
    return {
      samplesPerPixel: PACKED[pixFmt]!,
      bytesPerSample: 1,
      chromaShiftX: shift,
      chromaShiftY: shift,
    };
  }
  const gray = GRAY.exec(pixFmt);
  if (gray !== null) return planar(1, gray[1], [0, 0]);
  const rgb = RGB_PLANAR.exec(pixFmt);
  if (rgb !== null) return planar(rgb[1] === 'a' ? 4 : 3, rgb[2], [0, 0]);
  const yuv = PLANAR.exec(pixFmt);
  if (yuv !== null) return planar(yuv[1] === 'a' ? 4 : 3, yuv[3], SUBSAMPLING[yuv[2]!]!);
  return null;
}

function planar(
  planes: number,
  depth: string | undefined,
  [chromaShiftX, chromaShiftY]: readonly [number, number],
): Layout {
  return {
    samplesPerPixel: new Array<number>(planes).fill(1),
    bytesPerSample: depth === undefined ? 1 : 2,
    chromaShiftX,
    chromaShiftY,
  };
}

/** A picture may not have more bytes: the longest array that every engine has. */
export const MAX_PICTURE_BYTES = 0x7fffffff;

/**
 * Bytes of one picture in the canonical form of `rawvideo` (docs/packets.md): plane after plane, row after row, without
 * gaps; chroma of odd sizes rounded up, alpha last and in full size. Throws `ConfigError` naming `where` for an unknown
 * format, and for sizes beyond 2^31 - 1 bytes.
 */
export function rawPictureBytes(
  where: string,
  pixFmt: string,
  width: number,
  height: number,
): number {
  const layout = layoutOf(pixFmt);
  if (layout === null) {
    throw new ConfigError(`${where}.pixFmt`, `unknown pixel format ${pixFmt || '(none)'}`);
  }
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new ConfigError(`${where}.width`, `got ${width}x${height}, allowed are integers from 1`);
  }
  let samples = 0;
  for (const [plane, perPixel] of layout.samplesPerPixel.entries()) {
    const isChroma = plane === 1 || plane === 2;
    const columns = isChroma ? Math.ceil(width / 2 ** layout.chromaShiftX) : width;
    const rows = isChroma ? Math.ceil(height / 2 ** layout.chromaShiftY) : height;
    samples += columns * rows * perPixel;
  }
  const bytes = samples * layout.bytesPerSample;
  if (bytes > MAX_PICTURE_BYTES) {
    throw new ConfigError(
      `${where}.width`,
      `${width}x${height} ${pixFmt} has ${bytes} bytes, allowed are up to ${MAX_PICTURE_BYTES}`,
    );
  }
  return bytes;
}
