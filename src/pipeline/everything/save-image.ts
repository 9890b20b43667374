/** One picture to one file: SPDL's `save_image`. */
import {
  ConfigError,
  IoError,
  MediaError,
  messageOf,
  rejectUnknownKeys,
} from '../../base/errors.ts';
import type { JpegPictureOptions } from '../../codecs/jpeg/index.ts';
import type { EncodePngOptions } from '../../codecs/png/index.ts';
import type { TiffCompression } from '../../codecs/tiff/index.ts';
import type { PixFmtName } from '../../frames/pixel-format.ts';
import type { ImageMetadata } from '../../frames/raster.ts';
import { type Destination, openSink, writeWhole } from '../../io/index.ts';
import { type VideoEncodeOptions, videoEncodeConfig } from '../encode-config.ts';
import { encoderOptions } from '../ffmpeg-options.ts';
import { chooseFormat, type Format } from '../format.ts';
import { type ImageCodec, isImageCodec } from '../image-codec.ts';
import { IMAGE_FORMATS } from '../image-formats.ts';
import { type PictureData, pictureFrames } from '../picture-data.ts';
import { CODECS } from './registry.ts';

/** Settings of all kinds of pictures; each kind takes some, and refuses the others. */
export interface EncodeImageOptions
  extends Pick<
      VideoEncodeOptions,
      | ('bitRate' | 'compressionLevel' | 'qscale' | 'gopSize' | 'maxBFrames')
      | ('colorspace' | 'colorPrimaries' | 'colorTrc' | 'colorRange')
    >,
    Omit<JpegPictureOptions, 'effort' | 'metadata'>,
    Pick<EncodePngOptions, 'interlaced' | 'reduce'> {
  /** Kind of file: a name or an extension, `png`, `jpg`, `tiff` …; default by the extension of the path. */
  readonly format?: string | Format;
  /** Format of arrays. Default by the shape: (H, W, 3) is rgb24. Frames say it themselves. */
  readonly pixFmt?: PixFmtName;
  /** JPEG and PNG: how much work goes into a small file. */
  readonly effort?: 'fast' | 'default' | 'best';
  /** TIFF: default `deflate`. */
  readonly compression?: TiffCompression;
  /** TIFF: level of deflate, 0..13. */
  readonly level?: number;
  /** The metadata of the file. Metadata that the format has no place for are an error. */
  readonly metadata?: ImageMetadata;
}

/** Keys that go into the config; the others are the codec's. */
const CONFIG_KEYS = [
  ...['bitRate', 'compressionLevel', 'qscale', 'gopSize', 'maxBFrames'],
  ...['colorspace', 'colorPrimaries', 'colorTrc', 'colorRange'],
];

/**
 * Writes a picture to a file of the kind that the extension says, in any case: .png .apng .jpg .jpeg .bmp .ppm .pgm .pam .qoi .tiff .tif.
 * Formats that the file does not hold are converted to the closest that it does (docs/images.md).
 * @param destination a path or `file:` URL, a `WritableStream`, or a `ByteSink`; for those without a name give `format`
 * @param options settings, or the pixel format alone, as in SPDL
 * Throws `ConfigError` for data, names and settings that are wrong, `IoError` if the destination fails; nothing is left of the file then,
 * and an older one stays.
 */
export async function saveImage(
  destination: Destination,
  data: PictureData,
  options: EncodeImageOptions | PixFmtName = {},
): Promise<void> {
  const given = typeof options === 'string' ? { pixFmt: options } : options;
  const format = chooseFormat(destination, given.format, IMAGE_FORMATS);
  const bytes = await encode('saveImage', data, format, given);
  const sink = await openSink('saveImage.destination', destination);
  try {
    await writeWhole(sink, bytes);
  } catch (error) {
    if (error instanceof MediaError) throw error;
    const detail = `the destination failed: ${messageOf(error)}; the file was given up`;
    throw new IoError('saveImage', detail, { cause: error });
  }
}

/** The bytes of the file that `saveImage` writes; `format` is needed. Throws as that does. */
export async function encodeImage(
  data: PictureData,
  options: EncodeImageOptions & { readonly format: string | Format },
): Promise<Uint8Array> {
  if (options?.format === undefined) {
    const known = IMAGE_FORMATS.map(({ name }) => name).join(', ');
    throw new ConfigError('encodeImage.format', `is needed; allowed are ${known}`);
  }
  const format = chooseFormat(undefined, options.format, IMAGE_FORMATS);
  return encode('encodeImage', data, format, options);
}

async function encode(
  where: string,
  data: PictureData,
  format: Format,
  options: EncodeImageOptions,
): Promise<Uint8Array> {
  const codec = codecOf(where, format);
  const { format: _, pixFmt, ...settings } = options;
  rejectUnknownKeys(where, settings, [...CONFIG_KEYS, ...codec.options, 'metadata']);
  const frames = pictureFrames(where, data, pixFmt);
  const own: Record<string, unknown> = { ...format.videoDefaults };
  const shared: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (value !== undefined) (CONFIG_KEYS.includes(key) ? shared : own)[key] = value;
  }
  // Y'CbCr in full range is JPEG's, which has the matrix of BT.601 at every size.
  const isJpegs = frames.pixFmt.startsWith('yuvj') && shared.colorspace === undefined;
  const config = videoEncodeConfig({
    width: frames.width,
    height: frames.height,
    pixFmt: frames.pixFmt,
    frameRate: 1,
    ...(isJpegs ? { colorspace: 'bt470bg' } : {}),
    ...shared,
  });
  const encoder = codec.createEncoder(config, encoderOptions(own), codec.pixFmts);
  const { packets } = await encoder.encode(frames);
  return packets[0]!.data;
}

/** The codec of a kind of picture files. */
function codecOf(where: string, format: Format): ImageCodec {
  const codec = CODECS.find(({ name }) => name === format.defaultVideo);
  if (codec !== undefined && isImageCodec(codec)) return codec;
  const known = IMAGE_FORMATS.map(({ name }) => name).join(', ');
  throw new ConfigError(`${where}.format`, `${format.name} is no picture, allowed are ${known}`);
}
