/** A picture file as an array. */
import {
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  UnsupportedError,
} from '../../base/errors.ts';
import { Budget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import { convertVideoFrames } from '../../frames/convert-picture.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type ArrayView, ndarray } from '../../frames/ndarray.ts';
import {
  type PixFmt,
  type PixFmtName,
  pixFmtInfo,
  requirePixFmt,
} from '../../frames/pixel-format.ts';
import { DEFAULT_MAX_PIXELS, type ImageMetadata, type RasterLimits } from '../../frames/raster.ts';
import { toArray } from '../../frames/to-array.ts';
import { VideoFrames } from '../../frames/video-frames.ts';
import { type Origin, openSource } from '../../io/index.ts';
import type { ImageCodec } from '../image-codec.ts';
import { readWhole } from '../image-file.ts';
import { imageKindOf } from '../image-headers.ts';
import { morePictures } from '../joined-pictures.ts';
import { upright } from '../upright.ts';
import { IMAGE_CODECS } from './registry.ts';

/** How a picture shall be read. */
export interface LoadImageOptions {
  /** Format of the samples. Default the one that is closest to what the file holds: gray, ya8, rgb24, rgba, or theirs of 16 bits. */
  readonly pixFmt?: PixFmtName;
  /** Whether the picture is turned as its orientation says. Default false: rows are those of the file, and `metadata.orientation` tells. */
  readonly orient?: boolean;
  /** Limits of memory and size that the file must keep. */
  readonly limits?: RasterLimits;
}

/** A picture that was read. */
export interface LoadedImage {
  /** ffmpeg's name of the codec of the file: `png`, `mjpeg`, `bmp` … */
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly pixFmt: PixFmt;
  /**
   * The samples: (H, W) for gray, else (H, W, channels); planar formats as `toArray` has them. Made when it is asked for: it throws
   * `ConfigError` where chroma of odd sizes has no such shape, and `toPlaneArrays(frames)` gives the planes.
   */
  readonly array: ArrayView;
  /** The same samples as a frame, for encoders and filters. */
  readonly frames: VideoFrames;
  readonly metadata: ImageMetadata;
  /** What else is in the file and was not read: further pages, frames, pictures; damage that was read past. */
  readonly problems: readonly Problem[];
}

/** Bytes of a file beside four for each sample that a picture of `maxPixels` may have. */
const MOST_HEADER_BYTES = 64 << 20;

/**
 * Reads a picture, told by its content: PNG, JPEG, BMP, PBM, PGM, PPM, PAM, QOI, TIFF. Throws `FormatError` with the offset for a broken file,
 * `UnsupportedError` for what is not read, `ConfigError` for a path that cannot be opened.
 */
export async function loadImage(
  origin: Origin,
  options: LoadImageOptions = {},
): Promise<LoadedImage> {
  const where = 'loadImage';
  rejectUnknownKeys(where, options, ['pixFmt', 'orient', 'limits']);
  const { limits = {}, orient: isOriented = false } = options;
  requireOneOf(`${where}.orient`, isOriented, [true, false]);
  rejectUnknownKeys(`${where}.limits`, limits, ['maxPixels']);
  const { maxPixels = DEFAULT_MAX_PIXELS } = limits;
  requireInteger(`${where}.limits.maxPixels`, maxPixels, 1, Number.MAX_SAFE_INTEGER);
  const to = options.pixFmt === undefined ? undefined : requirePixFmt(where, options.pixFmt);
  const source = await openSource(`${where}.origin`, origin);
  let bytes: Uint8Array;
  try {
    const maxPacketBytes = 8 * maxPixels + MOST_HEADER_BYTES;
    bytes = await readWhole(source, new Budget(where, source, { maxPacketBytes }));
  } finally {
    await source.close();
  }
  const codec = codecOf(bytes);
  const decoded = codec.decode(bytes, limits, to?.startsWith('yuvj') === true);
  const isTurned = isOriented && (decoded.metadata.orientation ?? 1) > 1;
  const problems: Problem[] = [];
  const more = morePictures(bytes);
  if (more !== null) report(problems, -1, `${more}; the first picture is taken`);
  return loaded(codec.name, isTurned ? upright(decoded) : decoded, to, problems);
}

/** The codec of a file. Throws `UnsupportedError` for bytes that are no picture that is read. */
function codecOf(bytes: Uint8Array): ImageCodec {
  const kind = imageKindOf(bytes);
  const codec = IMAGE_CODECS.find(({ name }) => name === kind?.codec);
  if (codec !== undefined) return codec;
  const known = IMAGE_CODECS.map(({ name }) => name).join(', ');
  throw new UnsupportedError('loadImage', `these bytes are no picture that is read (${known})`);
}

function loaded(
  codec: string,
  { frame, metadata }: { readonly frame: VideoFrame; readonly metadata: ImageMetadata },
  to: PixFmt | undefined,
  problems: readonly Problem[],
): LoadedImage {
  const { width, height } = frame;
  const numPlanes = frame.planes.length;
  const description = { pixFmt: frame.pixFmt, width, height, numPlanes, timeBase: [1, 1] as const };
  const own = new VideoFrames([frame], description);
  const isOther = to !== undefined && to !== frame.pixFmt;
  const matrix = { matrix: 6 };
  const frames = isOther ? convertVideoFrames(own, to, matrix) : own;
  let array: ArrayView | undefined;
  return {
    ...{ codec, width, height, pixFmt: frames.pixFmt, frames, metadata, problems },
    get array() {
      array ??= arrayOf(frames);
      return array;
    },
  };
}

/** A view of the samples; a copy where they are planes. */
function arrayOf(frames: VideoFrames): ArrayView {
  const { width, height, planes, pixFmt } = frames.at(0);
  const samples = pixFmtInfo(pixFmt).samplesPerPixel;
  if (samples.length > 1) return toArray(frames).at(0);
  const shape = samples[0] === 1 ? [height, width] : [height, width, samples[0]!];
  return ndarray(planes[0]!.data, shape);
}
