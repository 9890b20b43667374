/** Pixel formats, by ffmpeg's names, and one table that says how each lies in memory. */
import { ConfigError } from '../base/errors.ts';

export type PixFmt =
  | 'rgb24'
  | 'bgr24'
  | 'rgba'
  | 'bgra'
  | 'gray'
  | 'gray16le'
  | 'gray16be'
  | 'gray10le'
  | 'yuv420p'
  | 'yuvj420p'
  | 'yuv422p'
  | 'yuvj422p'
  | 'yuv444p'
  | 'yuvj444p'
  | 'nv12'
  | GraphPixFmt
  | ImagePixFmt;

/** Pixel formats that only image files have: gray with opacity, RGB of 16 bits. Filter graphs do not take them. */
export type ImagePixFmt =
  | 'ya8'
  | 'ya16le'
  | 'ya16be'
  | 'rgb48le'
  | 'rgb48be'
  | 'rgba64le'
  | 'rgba64be';

/** Pixel formats that filter graphs work in: opacity beside Y'CbCr, planar RGB, 10, 12 and 16 bits. */
export type GraphPixFmt =
  | 'argb'
  | 'abgr'
  | 'gbrp'
  | 'gbrap'
  | 'yuva420p'
  | 'yuva422p'
  | 'yuva444p'
  | 'yuv420p10le'
  | 'yuv422p10le'
  | 'yuv444p10le'
  | 'yuv420p12le'
  | 'yuv422p12le'
  | 'yuv444p12le'
  | 'yuv444p16le';

/** How the samples of one pixel format lie in memory, and what they mean. */
export interface PixFmtInfo {
  readonly name: PixFmt;
  readonly model: 'rgb' | 'gray' | 'yuv';
  /** Bits of a sample that count; they are the low ones of an element. */
  readonly bitDepth: number;
  readonly bytesPerSample: 1 | 2;
  /** Byte order in memory of two-byte samples. A typed array shows such samples as the machine's order reads them. */
  readonly bigEndian: boolean;
  /** Samples that each plane holds for one of its pixels: [3] for rgb24, [1, 2] for nv12. */
  readonly samplesPerPixel: readonly number[];
  /** log2 of luma columns per chroma column. */
  readonly chromaShiftX: number;
  /** log2 of luma rows per chroma row. */
  readonly chromaShiftY: number;
  /** Position of R, G, B (and A) in a pixel of a packed RGB format; planar ones have the planes G, B, R (and A). */
  readonly order?: readonly [r: number, g: number, b: number, a?: number];
  /** True if 0 and the largest value are black and white; false for 16..235 (BT.601 clause 2.5.3). */
  readonly fullRange: boolean;
}

const PACKED_RGB = {
  model: 'rgb',
  bitDepth: 8,
  bytesPerSample: 1,
  bigEndian: false,
  chromaShiftX: 0,
  chromaShiftY: 0,
  fullRange: true,
} as const;

const GRAY = {
  model: 'gray',
  bytesPerSample: 2,
  bigEndian: false,
  samplesPerPixel: [1],
  chromaShiftX: 0,
  chromaShiftY: 0,
  fullRange: true,
} as const;

const PLANAR_YUV = {
  model: 'yuv',
  bitDepth: 8,
  bytesPerSample: 1,
  bigEndian: false,
  samplesPerPixel: [1, 1, 1],
  fullRange: false,
} as const;

const TEN_BITS = { ...PLANAR_YUV, bitDepth: 10, bytesPerSample: 2 } as const;
const TWELVE_BITS = { ...TEN_BITS, bitDepth: 12 } as const;
const WITH_ALPHA = { ...PLANAR_YUV, samplesPerPixel: [1, 1, 1, 1] } as const;

/** Table: name => layout, of the formats that filter graphs have besides. */
// biome-ignore format: a table
const GRAPH_TABLE: Readonly<Record<GraphPixFmt, PixFmtInfo>> = {
  argb:        { name: 'argb', ...PACKED_RGB, samplesPerPixel: [4], order: [1, 2, 3, 0] },
  abgr:        { name: 'abgr', ...PACKED_RGB, samplesPerPixel: [4], order: [3, 2, 1, 0] },
  gbrp:        { name: 'gbrp', ...PACKED_RGB, samplesPerPixel: [1, 1, 1] },
  gbrap:       { name: 'gbrap', ...PACKED_RGB, samplesPerPixel: [1, 1, 1, 1] },
  yuva420p:    { name: 'yuva420p', ...WITH_ALPHA, chromaShiftX: 1, chromaShiftY: 1 },
  yuva422p:    { name: 'yuva422p', ...WITH_ALPHA, chromaShiftX: 1, chromaShiftY: 0 },
  yuva444p:    { name: 'yuva444p', ...WITH_ALPHA, chromaShiftX: 0, chromaShiftY: 0 },
  yuv420p10le: { name: 'yuv420p10le', ...TEN_BITS, chromaShiftX: 1, chromaShiftY: 1 },
  yuv422p10le: { name: 'yuv422p10le', ...TEN_BITS, chromaShiftX: 1, chromaShiftY: 0 },
  yuv444p10le: { name: 'yuv444p10le', ...TEN_BITS, chromaShiftX: 0, chromaShiftY: 0 },
  yuv420p12le: { name: 'yuv420p12le', ...TWELVE_BITS, chromaShiftX: 1, chromaShiftY: 1 },
  yuv422p12le: { name: 'yuv422p12le', ...TWELVE_BITS, chromaShiftX: 1, chromaShiftY: 0 },
  yuv444p12le: { name: 'yuv444p12le', ...TWELVE_BITS, chromaShiftX: 0, chromaShiftY: 0 },
  yuv444p16le: { name: 'yuv444p16le', ...TEN_BITS, bitDepth: 16, chromaShiftX: 0, chromaShiftY: 0 },
};

const DEEP_RGB = { ...PACKED_RGB, bitDepth: 16, bytesPerSample: 2 } as const;
const GRAY_ALPHA = { ...GRAY, bitDepth: 16, samplesPerPixel: [2] } as const;

/** Table: name => layout, of the formats that only image files have. */
// biome-ignore format: a table
const IMAGE_TABLE: Readonly<Record<ImagePixFmt, PixFmtInfo>> = {
  ya8:      { name: 'ya8', ...GRAY_ALPHA, bitDepth: 8, bytesPerSample: 1 },
  ya16le:   { name: 'ya16le', ...GRAY_ALPHA },
  ya16be:   { name: 'ya16be', ...GRAY_ALPHA, bigEndian: true },
  rgb48le:  { name: 'rgb48le', ...DEEP_RGB, samplesPerPixel: [3], order: [0, 1, 2] },
  rgb48be:  { name: 'rgb48be', ...DEEP_RGB, samplesPerPixel: [3], order: [0, 1, 2], bigEndian: true },
  rgba64le: { name: 'rgba64le', ...DEEP_RGB, samplesPerPixel: [4], order: [0, 1, 2, 3] },
  rgba64be: { name: 'rgba64be', ...DEEP_RGB, samplesPerPixel: [4], order: [0, 1, 2, 3], bigEndian: true },
};

/** Table: name => layout. The `yuvj` formats are the `yuv` ones in full range, as JPEG has them. */
// biome-ignore format: a table
const SESSION_TABLE: Readonly<Record<Exclude<PixFmt, GraphPixFmt | ImagePixFmt>, PixFmtInfo>> = {
  rgb24:    { name: 'rgb24', ...PACKED_RGB, samplesPerPixel: [3], order: [0, 1, 2] },
  bgr24:    { name: 'bgr24', ...PACKED_RGB, samplesPerPixel: [3], order: [2, 1, 0] },
  rgba:     { name: 'rgba', ...PACKED_RGB, samplesPerPixel: [4], order: [0, 1, 2, 3] },
  bgra:     { name: 'bgra', ...PACKED_RGB, samplesPerPixel: [4], order: [2, 1, 0, 3] },
  gray:     { name: 'gray', ...GRAY, bitDepth: 8, bytesPerSample: 1 },
  gray16le: { name: 'gray16le', ...GRAY, bitDepth: 16 },
  gray16be: { name: 'gray16be', ...GRAY, bitDepth: 16, bigEndian: true },
  gray10le: { name: 'gray10le', ...GRAY, bitDepth: 10 },
  yuv420p:  { name: 'yuv420p', ...PLANAR_YUV, chromaShiftX: 1, chromaShiftY: 1 },
  yuvj420p: { name: 'yuvj420p', ...PLANAR_YUV, chromaShiftX: 1, chromaShiftY: 1, fullRange: true },
  yuv422p:  { name: 'yuv422p', ...PLANAR_YUV, chromaShiftX: 1, chromaShiftY: 0 },
  yuvj422p: { name: 'yuvj422p', ...PLANAR_YUV, chromaShiftX: 1, chromaShiftY: 0, fullRange: true },
  yuv444p:  { name: 'yuv444p', ...PLANAR_YUV, chromaShiftX: 0, chromaShiftY: 0 },
  yuvj444p: { name: 'yuvj444p', ...PLANAR_YUV, chromaShiftX: 0, chromaShiftY: 0, fullRange: true },
  nv12:     { name: 'nv12', ...PLANAR_YUV, samplesPerPixel: [1, 2], chromaShiftX: 1, chromaShiftY: 1 },
};

const TABLE: Readonly<Record<PixFmt, PixFmtInfo>> = {
  ...SESSION_TABLE,
  ...GRAPH_TABLE,
  ...IMAGE_TABLE,
};

/** Other names that ffmpeg and SPDL have for the same formats; `gray16` is the order that typed arrays have. */
const ALIASES: Readonly<Record<string, PixFmt>> = {
  gray8: 'gray',
  y8: 'gray',
  gray16: 'gray16le',
  gray10: 'gray10le',
  ya16: 'ya16le',
  rgb48: 'rgb48le',
  rgba64: 'rgba64le',
  yuv420p10: 'yuv420p10le',
  yuv422p10: 'yuv422p10le',
  yuv444p10: 'yuv444p10le',
  yuv420p12: 'yuv420p12le',
  yuv422p12: 'yuv422p12le',
  yuv444p12: 'yuv444p12le',
  yuv444p16: 'yuv444p16le',
};

/** Names of the pixel formats that sessions take and give. */
export const PIX_FMTS: readonly PixFmt[] = Object.keys(SESSION_TABLE) as PixFmt[];

/** Names of the pixel formats that filter graphs take: those of sessions and those that only graphs have. */
export const ALL_PIX_FMTS: readonly PixFmt[] = [
  ...PIX_FMTS,
  ...(Object.keys(GRAPH_TABLE) as PixFmt[]),
];

/** Names of the pixel formats that only image files have. */
export const IMAGE_PIX_FMTS: readonly PixFmt[] = Object.keys(IMAGE_TABLE) as PixFmt[];

/** What a user may write for a pixel format: its name, or another name for it. */
export type PixFmtName =
  | PixFmt
  | ('gray8' | 'y8' | 'gray16' | 'gray10')
  | ('ya16' | 'rgb48' | 'rgba64');

/** The layout of a format. */
export function pixFmtInfo(pixFmt: PixFmt): PixFmtInfo {
  return TABLE[pixFmt];
}

/** The format that `name` or an alias stands for; throws `ConfigError` naming `where` if there is none. */
export function requirePixFmt(where: string, name: unknown): PixFmt {
  const text = String(name);
  const found = Object.hasOwn(ALIASES, text) ? ALIASES[text] : text;
  if (!Object.hasOwn(TABLE, found as string)) {
    throw new ConfigError(
      where,
      `unknown pixel format ${text}, allowed are ${[...Object.keys(TABLE), ...Object.keys(ALIASES)].join(', ')}`,
    );
  }
  return found as PixFmt;
}

/** Whether pictures of the format have opacity. */
export function hasAlpha(info: PixFmtInfo): boolean {
  const isGrayAlpha = info.model === 'gray' && info.samplesPerPixel[0] === 2;
  return isGrayAlpha || info.order?.[3] !== undefined || info.samplesPerPixel.length === 4;
}

/** Columns of plane `plane` of a picture `width` wide; chroma of odd widths is rounded up. */
export function planeWidth(info: PixFmtInfo, plane: number, width: number): number {
  const shift = plane === 1 || plane === 2 ? info.chromaShiftX : 0;
  return (width + (1 << shift) - 1) >> shift;
}

/** Elements in one row of plane `plane` of a picture `width` wide. */
export function planeRowLength(info: PixFmtInfo, plane: number, width: number): number {
  return planeWidth(info, plane, width) * info.samplesPerPixel[plane]!;
}

/** Rows of plane `plane` of a picture `height` high; chroma of odd heights is rounded up. */
export function planeHeight(info: PixFmtInfo, plane: number, height: number): number {
  const shift = plane === 1 || plane === 2 ? info.chromaShiftY : 0;
  return (height + (1 << shift) - 1) >> shift;
}

/** Bytes of a tightly packed picture. */
export function pictureByteLength(info: PixFmtInfo, width: number, height: number): number {
  let samples = 0;
  for (let plane = 0; plane < info.samplesPerPixel.length; plane++) {
    samples += planeRowLength(info, plane, width) * planeHeight(info, plane, height);
  }
  return samples * info.bytesPerSample;
}
