/**
 * Codecs of still pictures: a packet of theirs is a whole file. One row serves all who need it: a muxer (sequences of files, Motion
 * JPEG in MP4), `saveImage`, `loadImage`.
 */
import { ConfigError, rejectUnknownKeys } from '../base/errors.ts';
import type { ColorTags, Packet, VideoStreamInfo } from '../base/packet.ts';
import { equalRationals, inverse } from '../base/rational.ts';
import type { VideoFrame } from '../frames/frame.ts';
import type { PictureRows, RowWriter } from '../frames/picture-rows.ts';
import { affordablePixels, type ImageMetadata, type RasterLimits } from '../frames/raster.ts';
import type {
  Codec,
  CodecDescription,
  VideoCodec,
  VideoCodecDescription,
  VideoRequest,
} from './codec.ts';
import { videoCodec } from './video-encoder.ts';

/** A picture that was read. */
export interface DecodedImage {
  readonly frame: VideoFrame;
  readonly metadata: ImageMetadata;
}

/** The writer of the pictures of one stream. */
export interface ImageWriter {
  /** Format of the pictures that a decoder makes of the files; empty if it is not known. */
  readonly pixFmt: string;
  /** The colors of the files, if they are not those of the request. */
  readonly color?: ColorTags;
  /** The file of a picture of the request's format. */
  write(frame: VideoFrame): Uint8Array;
}

/** The facts about an image codec that are known before its code is loaded. */
export interface ImageCodecDescription extends VideoCodecDescription {
  /** Tells it from other video codecs. */
  readonly isImage: true;
  /** The kinds of metadata that its files have a place for. */
  readonly metadata: readonly (keyof ImageMetadata)[];
  /** Names of its options, beside `metadata`. */
  readonly options: readonly string[];
}

/** An image codec as its adapter has it; `imageCodec` makes the row of it. */
export interface ImageCodecAdapter extends ImageCodecDescription {
  /** Prepares to write; throws `ConfigError` for wrong options. */
  createWriter(request: VideoRequest, metadata: ImageMetadata): ImageWriter;
  /**
   * The picture of a file, in the format that is closest to what the file holds.
   * @param planar whether Y'CbCr is to stay what it is
   */
  decode(bytes: Uint8Array, limits: RasterLimits, planar: boolean): DecodedImage;
  /** The same row by row, in RGB or gray; null for a file whose rows cannot be had so. Absent for codecs that cannot. */
  openRows?(bytes: Uint8Array, limits: RasterLimits): PictureRows | null;
  /**
   * Prepares to write the file of a picture that comes row by row, as a raster; null if the request's format or options do not allow it.
   * Absent for codecs that cannot.
   */
  createRowWriter?(request: VideoRequest, metadata: ImageMetadata): RowWriter | null;
  /** The metadata of a file, as `decode` gives it, without decoding the picture. Absent for files that say nothing. */
  readMetadata?(bytes: Uint8Array): ImageMetadata;
}

/** A codec of still pictures. */
export type ImageCodec = VideoCodec &
  ImageCodecDescription &
  Pick<ImageCodecAdapter, 'decode' | 'openRows' | 'readMetadata'> & {
    /** The writer by rows for a request, whose options have been checked; see `createRowWriter`. */
    openRowWriter(request: VideoRequest): RowWriter | null;
  };

/** Whether a codec is one of still pictures. */
export function isImageCodec(codec: Codec): codec is ImageCodec;
/** The same for a codec that is not loaded. */
export function isImageCodec<C extends CodecDescription>(
  codec: C,
): codec is C & ImageCodecDescription;
/** The two as one function. */
export function isImageCodec(codec: CodecDescription): boolean {
  return (codec as Partial<ImageCodecDescription>).isImage === true;
}

/** The row of a codec of still pictures. */
export function imageCodec(adapter: ImageCodecAdapter): ImageCodec {
  const { metadata, options, isImage, readMetadata, openRows, ...others } = adapter;
  const { createWriter, createRowWriter, decode: _, ...video } = others;
  const row = videoCodec({
    ...video,
    open(request) {
      const [checked, given] = checkedRequest(adapter, request);
      const writer = createWriter(checked, given);
      return {
        streamInfo: streamInfoOf(adapter.name, request, writer),
        encode(frame): Packet[] {
          const { pts } = frame;
          return [{ data: writer.write(frame), pts, dts: pts, duration: 1, isKey: true }];
        },
        flush: () => [],
      };
    },
  });
  const read = {
    ...(readMetadata === undefined ? {} : { readMetadata }),
    ...(openRows === undefined ? {} : { openRows }),
  };
  const openRowWriter: ImageCodec['openRowWriter'] = (request) =>
    createRowWriter?.(...checkedRequest(adapter, request)) ?? null;
  const decode: ImageCodec['decode'] = (bytes, limits, planar) =>
    adapter.decode(bytes, { maxPixels: affordablePixels(bytes.length), ...limits }, planar);
  return { ...row, isImage, metadata, options, decode, openRowWriter, ...read };
}

/** A request without its metadata, and these. Throws `ConfigError` for what the codec does not know. */
function checkedRequest(
  adapter: ImageCodecAdapter,
  request: VideoRequest,
): [request: VideoRequest, metadata: ImageMetadata] {
  const { metadata = {}, ...own } = request.options;
  rejectUnknownKeys('encoderConfig', own, [...adapter.options, 'metadata']);
  requireMetadata(adapter, metadata as ImageMetadata);
  return [{ ...request, options: own }, metadata as ImageMetadata];
}

/** Throws `ConfigError` for metadata that the files of a codec have no place for. */
function requireMetadata({ name, metadata }: ImageCodecAdapter, given: ImageMetadata): void {
  const where = 'encoderConfig.metadata';
  rejectUnknownKeys(where, given, ['density', 'orientation', 'exif', 'icc', 'xmp']);
  for (const key of Object.keys(given) as (keyof ImageMetadata)[]) {
    if (given[key] === undefined || metadata.includes(key)) continue;
    const places = metadata.length === 0 ? 'any metadata' : `it, only for ${metadata.join(', ')}`;
    throw new ConfigError(`${where}.${key}`, `${name} files have no place for ${places}`);
  }
}

function streamInfoOf(codec: string, request: VideoRequest, writer: ImageWriter): VideoStreamInfo {
  const { width, height, frameRate, timeBase, sampleAspectRatio } = request;
  const color = writer.color ?? request.color;
  const isConstant = timeBase === undefined || equalRationals(timeBase, inverse(frameRate));
  return {
    kind: 'video',
    codec,
    timeBase: timeBase ?? inverse(frameRate),
    config: new Uint8Array(0),
    width,
    height,
    pixFmt: writer.pixFmt,
    ...(isConstant ? { frameRate } : {}),
    ...(color === undefined ? {} : { color }),
    ...(sampleAspectRatio === undefined ? {} : { sampleAspectRatio }),
  };
}
