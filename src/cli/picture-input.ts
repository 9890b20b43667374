/** Inputs that are coded pictures: what they say of themselves, and how they are decoded. */

import { FormatError } from '../base/errors.ts';
import { type LimitOptions, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import type { Packet, VideoStreamInfo } from '../base/packet.ts';
import {
  affordablePixels,
  allocatePicture,
  createPictureConverter,
  IMAGE_PIX_FMTS,
  type ImageMetadata,
  orientedSize,
  type PixFmt,
  pictureByteLength,
  pixFmtInfo,
  type RasterLimits,
  requirePixFmt,
  type VideoFrame,
  VideoFrames,
} from '../frames/index.ts';
import { findCodec } from '../pipeline/find-codec.ts';
import { type ImageCodec, isImageCodec } from '../pipeline/image-codec.ts';
import { imageKindOf } from '../pipeline/image-headers.ts';
import { upright } from '../pipeline/upright.ts';
import { CODECS } from './codec-list.ts';
import type { Unpack } from './frames-of-packets.ts';
import { type Input, isPictureFile } from './open-input.ts';

/** Loads the codec of a stream, if it is one of pictures that are decoded here. */
export async function loadPictureCodec(stream: {
  readonly codec: string;
}): Promise<ImageCodec | undefined> {
  const codec = findCodec(CODECS, stream.codec);
  if (codec === undefined || !isImageCodec(codec)) return undefined;
  return (await codec.load()) as ImageCodec;
}

/** How coded pictures become frames. */
export interface PictureTreatment {
  /** Whether Y'CbCr stays what it is, for an encoder of video. */
  readonly planar: boolean;
  /** Whether filters come behind, which take no formats that only picture files have. */
  readonly isFiltered: boolean;
  /** Whether pictures are turned as they say. */
  readonly isTurned: boolean;
  /** What the input may cost. */
  readonly limits: LimitOptions;
}

/** The metadata in the headers of the first picture of an input; empty for inputs that are no files of pictures. */
export async function metadataOf({ reader }: Input): Promise<ImageMetadata> {
  if (!isPictureFile(reader.format)) return {};
  const codec = await loadPictureCodec(reader.streams[0] ?? { codec: '' });
  if (codec?.readMetadata === undefined) return {};
  const packets = reader.packets();
  const first = await packets.next();
  await packets.return(undefined);
  return first.done === true ? {} : codec.readMetadata(first.value.packet.data);
}

/** Table: clockwise rotation that shows a picture => the orientation that says the same (Exif clause 4.6.5.1.6). */
const ORIENTATIONS: Readonly<Record<number, number>> = { 90: 6, 180: 3, 270: 8 };
/** The same where the picture is mirrored first. */
const MIRRORED: Readonly<Record<number, number>> = { 0: 2, 90: 7, 180: 4, 270: 5 };

/** How the pictures of a stream are turned: as its container says, or else as their own headers do. */
export async function metadataOfStream(
  input: Input,
  stream: VideoStreamInfo,
): Promise<ImageMetadata> {
  const metadata = await metadataOf(input);
  const orientation = (stream.isMirrored ? MIRRORED : ORIENTATIONS)[stream.rotation ?? 0];
  if (orientation === undefined || (await loadPictureCodec(stream)) === undefined) return metadata;
  return { ...metadata, orientation };
}

/** Makes frames of coded pictures, and the stream that these are. */
export function pictureDecoder(
  codec: ImageCodec,
  stream: VideoStreamInfo,
  treatment: PictureTreatment,
  orientation: number,
): { readonly stream: VideoStreamInfo; readonly unpack: Unpack } {
  const { planar, isFiltered, isTurned, limits } = treatment;
  const turned = isTurned && orientation > 1;
  const [width, height] = turned
    ? orientedSize(stream.width, stream.height, orientation)
    : [stream.width, stream.height];
  const pixFmt = workingFormat(stream.pixFmt, planar && !turned, isFiltered);
  requireHoldable(pixFmt, width, height, limits);
  const { timeBase } = stream;
  const numPlanes = pixFmtInfo(pixFmt).samplesPerPixel.length;
  const isYuv = pixFmtInfo(pixFmt).model === 'yuv';
  const { color, rotation, isMirrored, ...rest } = stream;
  // What the container says of all pictures is done to each, whatever it says itself.
  const stated = rotation === undefined ? {} : { orientation };
  const kept =
    rotation === undefined || turned ? {} : { rotation, ...(isMirrored ? { isMirrored } : {}) };
  return {
    stream: { ...rest, ...kept, ...(isYuv && color ? { color } : {}), width, height, pixFmt },
    unpack({ data, pts }: Packet) {
      const decoded = codec.decode(data, pictureLimits(data, limits), isYuv);
      const { frame } = turned
        ? upright({ ...decoded, metadata: { ...decoded.metadata, ...stated } })
        : decoded;
      const converted = { ...inFormat(frame, pixFmt), pts };
      return new VideoFrames([converted], { pixFmt, width, height, numPlanes, timeBase });
    },
  };
}

/**
 * What a decoder may take for a coded picture. Throws `FormatError` with the option that would allow it if its header says more: decoders
 * know only the name of their own limit.
 */
export function pictureLimits(data: Uint8Array, limits: LimitOptions): RasterLimits {
  const maxPixels = affordablePixels(data.length, limits);
  const header = imageKindOf(data)?.describe(data);
  if (header === undefined || header.width * header.height <= maxPixels) return { maxPixels };
  const { width, height } = header;
  const { maxPacketBytes = SINGLE_PACKET_BYTES } = limits;
  const more = maxPacketBytes + 2 * (width * height - maxPixels);
  const needed = Math.ceil(Math.max(more, SINGLE_PACKET_BYTES + 1) / 2 ** 20);
  throw new FormatError(
    'INPUT',
    `${width}x${height} pixels in ${data.length} bytes, allowed are ${maxPixels} pixels; --limits maxPacketBytes=${needed}M allows them (limits.maxPacketBytes)`,
  );
}

/** Choice: how often the bytes of a packet samples may be that are held whole: 192 MiB, 67 million pixels of RGB, by default. */
const HELD = 3;

/** Throws `FormatError` for a picture that is too large to be held whole. */
function requireHoldable(pixFmt: PixFmt, width: number, height: number, limits: LimitOptions) {
  const { maxPacketBytes = SINGLE_PACKET_BYTES } = limits;
  const bytes = pictureByteLength(pixFmtInfo(pixFmt), width, height);
  if (bytes <= HELD * maxPacketBytes) return;
  const needed = Math.ceil(bytes / HELD / 2 ** 20);
  throw new FormatError(
    'INPUT',
    `${width}x${height} pixels would be held whole, which takes ${bytes} bytes, allowed are ${HELD * maxPacketBytes}; to another picture file they go by rows where they are not filtered, turned or interlaced, or give --limits maxPacketBytes=${needed}M (limits.maxPacketBytes)`,
  );
}

/** The format that pictures are decoded to: what the header says, if it may stay that. */
function workingFormat(said: string, planar: boolean, isFiltered: boolean): PixFmt {
  // Containers do not say it.
  if (said === '') return 'rgb24';
  const pixFmt = requirePixFmt('INPUT', said);
  if (pixFmtInfo(pixFmt).model === 'yuv') return planar ? pixFmt : 'rgb24';
  if (!isFiltered || !IMAGE_PIX_FMTS.includes(pixFmt)) return pixFmt;
  return pixFmt.startsWith('rgb48') ? 'rgb24' : 'rgba';
}

function inFormat(frame: VideoFrame, to: PixFmt): VideoFrame {
  const { pixFmt: from, width, height } = frame;
  if (from === to) return frame;
  const target = allocatePicture(to, width, height);
  createPictureConverter({ from, to, width, height })(frame, target);
  return target;
}
