/** Describes a JPEG file by its headers: size, components, and the color space of these. */
import type { Frame } from './frame.ts';
import { APP0, APP14, SOI } from './markers.ts';
import { readHead, type Segment } from './read-file.ts';

/** The color space of the components. */
export type JpegColorSpace = 'gray' | 'ycbcr' | 'rgb' | 'cmyk' | 'ycck';

/** The facts in the headers before the first scan. */
export interface JpegHead {
  readonly width: number;
  readonly height: number;
  readonly colorSpace: JpegColorSpace;
  /** Sampling factors H and V by component. */
  readonly sampling: readonly (readonly [h: number, v: number])[];
}

/** Whether these are the first bytes of a JPEG file: SOI and another marker, T.81 table B.1. */
export function isJpeg(start: Uint8Array): boolean {
  return start[0] === 0xff && start[1] === SOI && start[2] === 0xff;
}

/** Reads a file up to its first scan (T.81 clause B.2.3): what follows may be missing. Throws as `decodeJpeg` does. */
export function describeJpeg(bytes: Uint8Array): JpegHead {
  const { frame, segments } = readHead(bytes);
  return {
    width: frame.width,
    height: frame.height,
    colorSpace: colorSpaceOf(frame, segments),
    sampling: frame.components.map(({ h, v }) => [h, v] as const),
  };
}

/** Finds the color space of the components by their number, by Adobe's segment (T.872 clause 6.5.3), JFIF's (T.871 clause 10.1), and their names. */
export function colorSpaceOf({ components }: Frame, segments: readonly Segment[]): JpegColorSpace {
  const transform = adobeTransform(segments);
  if (components.length === 1) return 'gray';
  if (components.length === 4) return transform === 2 ? 'ycck' : 'cmyk';
  if (components.length === 2) return 'gray';
  const isJfif = segments.some(({ marker, data }) => marker === APP0 && data[0] === 0x4a);
  if (transform === 0) return 'rgb';
  const ids = String.fromCharCode(...components.map((c) => c.id));
  return transform < 0 && !isJfif && ids === 'RGB' ? 'rgb' : 'ycbcr';
}

/** The `transform` of an Adobe segment (APP14): 0, 1 or 2, or -1 without one. Adobe Technical Note 5116, 1992, clause 18. */
export function adobeTransform(segments: readonly Segment[]): number {
  for (const { marker, data } of segments) {
    if (marker !== APP14 || data.length < 12) continue;
    if (String.fromCharCode(...data.subarray(0, 5)) === 'Adobe') return data[11]!;
  }
  return -1;
}
