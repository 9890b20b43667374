/**
 * Reads the first bytes of picture files: the kind, the size, and the pixel format that decoding gives. Demuxers need no more: of each
 * codec the headers alone.
 */
import type { FormatError } from '../base/errors.ts';
import { describeBmp, isBmp } from '../codecs/bmp/headers.ts';
import { describeJpeg, isJpeg, type JpegHead } from '../codecs/jpeg/standard/describe.ts';
import { describeNetpbm, isNetpbm } from '../codecs/netpbm/header.ts';
import { describePng, isPng } from '../codecs/png/describe.ts';
import { describeQoi, isQoi } from '../codecs/qoi/format.ts';
import { describeTiff } from '../codecs/tiff/layout.ts';
import { findPages, openPage } from '../codecs/tiff/pages.ts';
import { isTiff } from '../codecs/tiff/standard/directory.ts';
import type { PixFmt } from '../frames/pixel-format.ts';
import { type RasterHeader, rasterPixFmt, requireRasterSize } from '../frames/raster.ts';

/** The facts in a header. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** The format that decoding gives, by ffmpeg's name; planes where a JPEG file has Y'CbCr. */
  readonly pixFmt: PixFmt;
}

/** The pages of a file. */
export interface ImagePages {
  readonly count: number;
  /** What is wrong behind the last page; undefined if nothing is. */
  readonly fault?: FormatError;
  /** Measures a page. Throws `FormatError` if it is broken. */
  open(index: number): ImagePage;
}

/** A page: its bytes as a file of its own, where it ends in the old file, and that file. */
export interface ImagePage {
  readonly size: number;
  readonly end: number;
  write(): Uint8Array;
}

/** A kind of picture file. */
export interface ImageKind {
  /** ffmpeg's name of the codec, and of the format as a stream of such files. */
  readonly codec: string;
  readonly format: string;
  /** Whether files are streams of pictures, each as long as its header says. */
  readonly isJoined?: boolean;
  /** The pages of a file that has more than one; null of one that has not. Absent where files have no pages. */
  pages?(bytes: Uint8Array): ImagePages | null;
  /** Whether these are the first bytes of such a file. */
  isFormat(start: Uint8Array): boolean;
  /** Reads the header; throws `FormatError` if it is broken, `UnsupportedError` for what the codec does not read. */
  describe(bytes: Uint8Array): ImageHeader;
}

/** The kinds that are known. */
export const IMAGE_KINDS: readonly ImageKind[] = [
  /* @__PURE__ */ kindOf('png', 'png', isPng, describePng),
  { codec: 'mjpeg', format: 'jpeg_pipe', isFormat: isJpeg, describe: jpegHeader },
  /* @__PURE__ */ kindOf('bmp', 'bmp', isBmp, describeBmp),
  /* @__PURE__ */ joined(kindOf('pgm', 'pgm', isPnm('145'), describeNetpbm)),
  /* @__PURE__ */ joined(kindOf('ppm', 'ppm', isPnm('236'), describeNetpbm)),
  /* @__PURE__ */ joined(kindOf('pam', 'pam', isPnm('7'), describeNetpbm)),
  /* @__PURE__ */ kindOf('qoi', 'qoi', isQoi, describeQoi),
  /* @__PURE__ */ paged(kindOf('tiff', 'tiff', isTiff, describeTiff)),
];

/** The kind of a file by its first bytes; undefined if it is none that is known. */
export function imageKindOf(start: Uint8Array): ImageKind | undefined {
  return IMAGE_KINDS.find((kind) => kind.isFormat(start));
}

/** A kind of files that hold rasters. */
function kindOf(
  codec: string,
  name: string,
  isFormat: (start: Uint8Array) => boolean,
  describeRaster: (bytes: Uint8Array) => RasterHeader,
): ImageKind {
  const describe = (bytes: Uint8Array): ImageHeader => {
    const { width, height, channels, isDeep } = describeRaster(bytes);
    requireRasterSize(`${name}.header`, width, height, ANY_SIZE, 0);
    return { width, height, pixFmt: rasterPixFmt(channels, isDeep) };
  };
  return { codec, format: `${name}_pipe`, isFormat, describe };
}

/** Netpbm files may hold any number of binary pictures (ppm(5), pam(5)). */
function joined(kind: ImageKind): ImageKind {
  return { ...kind, isJoined: true };
}

/** Decoders check sizes against the caller's limits; headers take no memory. */
const ANY_SIZE = { maxPixels: Number.POSITIVE_INFINITY };

/** TIFF files may hold any number of pages. */
function paged(kind: ImageKind): ImageKind {
  return {
    ...kind,
    pages(bytes) {
      const { directories, fault } = findPages(bytes);
      if (directories.length === 1 && fault === undefined) return null;
      const open = (index: number) => openPage(bytes, directories[index]!);
      return { count: directories.length, ...(fault && { fault }), open };
    },
  };
}

function isPnm(digits: string): (start: Uint8Array) => boolean {
  return (start) => isNetpbm(start) && digits.includes(String.fromCharCode(start[1]!));
}

function jpegHeader(bytes: Uint8Array): ImageHeader {
  const head = describeJpeg(bytes);
  const { width, height, colorSpace } = head;
  const pixFmt = planarPixFmt(head) ?? (colorSpace === 'gray' ? 'gray' : 'rgb24');
  return { width, height, pixFmt };
}

/** The planar format of a JPEG file's components; null if there is none. */
export function planarPixFmt({
  colorSpace,
  sampling,
}: Pick<JpegHead, 'colorSpace' | 'sampling'>): PixFmt | null {
  if (colorSpace === 'gray') return sampling.length === 1 ? 'gray' : null;
  if (colorSpace !== 'ycbcr') return null;
  const [[h, v], cb, cr] = sampling as [
    readonly [number, number],
    ...(readonly [number, number])[],
  ];
  const isOne = [cb, cr].every((factors) => factors?.[0] === 1 && factors[1] === 1);
  if (!isOne) return null;
  if (h === 1 && v === 1) return 'yuvj444p';
  if (h === 2 && v === 1) return 'yuvj422p';
  return h === 2 && v === 2 ? 'yuvj420p' : null;
}
