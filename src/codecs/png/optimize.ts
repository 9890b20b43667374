/** Makes an existing PNG file smaller: the same pixels, the same metadata, fewer bytes. */
import { rejectUnknownKeys } from '../../base/errors.ts';
import { orientationOf, withOrientation } from '../../frames/exif.ts';
import { encodeApng } from './apng.ts';
import { type DecodePngOptions, decodePng } from './decoder.ts';
import type { PngInspector } from './encoder/inspector.ts';
import { encodePng, type PngEffort } from './encoder.ts';
import type { PngMetadata } from './metadata.ts';

/** Options of `optimizePng`. */
export interface OptimizePngOptions extends Pick<DecodePngOptions, 'limits'> {
  /** Default `default`. */
  readonly effort?: PngEffort;
  /**
   * Whether metadata that change nothing to be seen are dropped: texts, time, Exif but for the orientation, histograms, unknown chunks.
   * Default false.
   */
  readonly strip?: boolean;
  /** Told of how the smaller file of a still picture is made; null (default) for none. The file is the same. */
  readonly inspect?: PngInspector | null;
}

/**
 * The smallest file for the same pixels that was found; `file` itself if none is smaller. Chunks that belong to the color type
 * of the file (bKGD, sBIT, hIST) keep it from being changed, unless `strip` drops them. Throws as `decodePng` does.
 */
export function optimizePng(file: Uint8Array, options: OptimizePngOptions = {}): Uint8Array {
  rejectUnknownKeys('png.options', options, ['effort', 'strip', 'limits', 'inspect']);
  const { effort = 'default', strip = false, limits, inspect = null } = options;
  const decoded = decodePng(file, { frames: 'later', ...(limits === undefined ? {} : { limits }) });
  const metadata: { -readonly [K in keyof PngMetadata]: PngMetadata[K] } = { ...decoded.metadata };
  if (strip) {
    for (const key of [
      'texts',
      'time',
      'exif',
      'histogram',
      'suggestedPalettes',
      'others',
      'background',
      'significantBits',
    ] as const) {
      delete metadata[key];
    }
    const oriented = withOrientation(undefined, orientationOf(decoded.metadata.exif));
    if (oriented !== undefined) metadata.exif = oriented;
  }
  const { background, significantBits, histogram } = metadata;
  const reduce =
    background === undefined && significantBits === undefined && histogram === undefined;
  const { animation, interlaced: _, ...image } = decoded;
  const smaller =
    animation === null
      ? encodePng({ ...image, metadata }, { effort, reduce, inspect })
      : animation.startsWithImage
        ? encodeApng({ ...image, metadata }, animation.frames, { effort, plays: animation.plays })
        : file;
  return smaller.length < file.length ? smaller : file;
}
