/** A picture file, told by its first bytes, as a file of one stream: a packet for each picture, if there are several. */

import { type ByteSource, joinBytes } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import {
  FormatError,
  IoError,
  MediaError,
  messageOf,
  rejectUnknownKeys,
  StateError,
} from '../base/errors.ts';
import { Budget, type LimitOptions, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import type { ColorTags, VideoStreamInfo } from '../base/packet.ts';
import { type Problem, report } from '../base/problems.ts';
import { type FrameRate, inverse, type Rational, requireFrameRate } from '../base/rational.ts';
import { SourceWindow } from '../base/source-window.ts';
import { pngFrameCount } from '../codecs/png/describe.ts';
import { type ImageHeader, type ImageKind, imageKindOf } from './image-headers.ts';
import { pagesIn, picturesIn, picturesOf } from './joined-pictures.ts';
import { pictureEnd } from './picture-ends.ts';

const PIECE_BYTES = 1 << 20;

/** Options of the reader of picture files. */
export interface ImageReadOptions {
  /** Limits of the file, which is one packet. */
  readonly limits?: LimitOptions;
  /** Pictures a second; default 25. */
  readonly frameRate?: FrameRate;
}

/** Opens a picture file. Throws `FormatError` if its size cannot be told. */
export async function openImage(
  source: ByteSource,
  options: ImageReadOptions = {},
): Promise<ContainerReader> {
  rejectUnknownKeys('image.options', options, ['limits', 'frameRate']);
  const frameRate = requireFrameRate(
    'image.options.frameRate',
    options.frameRate ?? DEFAULT_FRAME_RATE,
  );
  const budget = new Budget('image', source, {
    maxPacketBytes: SINGLE_PACKET_BYTES,
    ...options.limits,
  });
  const problems: Problem[] = [];
  const window = new SourceWindow(source);
  const start = await window.read(0, HEADER_BYTES);
  if (startsJoined(start)) {
    return openJoined(window, start, { frameRate, budget, problems });
  }
  const bytes = await readWhole(source, budget);
  const kind = imageKindOf(bytes);
  if (kind === undefined) throw new FormatError('image', 'is no picture file that is known', 0);
  const { codec, format } = kind;
  if (!isWhole(codec, bytes)) report(problems, bytes.length, 'the file ends within the picture');
  const frames = codec === 'png' ? pngFrameCount(bytes) : 1;
  if (frames > 1)
    report(problems, -1, `an animation of ${frames} frames: its still picture is read`);
  const stream = streamOf(kind, bytes, frameRate);
  return {
    format,
    streams: [stream],
    problems,
    async *packets() {
      const shared = { kind, header: stream as ImageHeader, budget, problems };
      const pages = kind.pages?.(bytes) ?? null;
      yield* pages === null ? picturesIn(bytes, shared) : pagesIn(pages, shared);
    },
  };
}

/** Bytes at the start of a source, in which kind and size stand. */
const HEADER_BYTES = 1 << 16;

/** Whether a source begins with a picture that says how long it is, so that others may follow. */
function startsJoined(start: Uint8Array): boolean {
  const kind = imageKindOf(start);
  return kind?.isJoined === true && pictureEnd(kind.codec, start) > 0;
}

/** Opens a file of Netpbm pictures, which may be a stream without end. */
function openJoined(
  window: SourceWindow,
  start: Uint8Array,
  given: { frameRate: Rational; budget: Budget; problems: Problem[] },
): ContainerReader {
  const { frameRate, ...rest } = given;
  const kind = imageKindOf(start)!;
  const stream = streamOf(kind, start, frameRate);
  const { problems } = rest;
  const isStream = window.source.size === null;
  let isRead = false;
  return {
    format: kind.format,
    streams: [stream],
    problems,
    async *packets() {
      if (isRead && isStream) {
        throw new StateError('image.packets', 'a stream can be read once; open it again');
      }
      isRead = true;
      yield* picturesOf(window, { kind, header: stream as ImageHeader, ...rest });
    },
  };
}

/** Pictures a second where nothing is said. */
export const DEFAULT_FRAME_RATE: Rational = [25, 1];

/** The description of a stream of pictures by the header of one. */
export function streamOf(kind: ImageKind, bytes: Uint8Array, frameRate: Rational): VideoStreamInfo {
  const { codec } = kind;
  return {
    kind: 'video',
    codec,
    timeBase: inverse(frameRate),
    frameRate,
    config: new Uint8Array(0),
    ...kind.describe(bytes),
    ...(codec === 'mjpeg' ? { color: JFIF_COLOR } : {}),
  };
}

/** The color space of JPEG files (T.871 clause 7): sRGB, as Y'CbCr by the matrix of BT.601 in full range. */
const JFIF_COLOR: ColorTags = {
  colour_primaries: 1,
  transfer_characteristics: 13,
  matrix_coefficients: 5,
  video_full_range_flag: 1,
};

/** All bytes of a source, a copy; its size is checked before. Throws `IoError` if the source fails. */
export async function readWhole(source: ByteSource, budget: Budget): Promise<Uint8Array> {
  try {
    return await readParts(source, budget);
  } catch (error) {
    if (error instanceof MediaError) throw error;
    const detail = `the source failed: ${messageOf(error)}`;
    throw new IoError(budget.where, detail, { cause: error });
  }
}

async function readParts(source: ByteSource, budget: Budget): Promise<Uint8Array> {
  if (source.size !== null) {
    budget.requireReadable('a picture', source.size, 0);
    return await new SourceWindow(source).copy(0, source.size);
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const part = (await source.read(total, PIECE_BYTES)).slice();
    if (part.length === 0) break;
    total += part.length;
    budget.requireReadable('a picture', total, 0);
    parts.push(part);
  }
  return joinBytes(parts);
}

/** How far before the end of a file the last chunk or marker of its picture is looked for: some have more behind it. */
const END_BYTES = 64 << 10;
/** IEND, PNG (third edition) clause 11.2.5, and EOI, ITU-T T.81 table B.1. */
const ENDS: Readonly<Record<string, readonly number[]>> = {
  png: [0x49, 0x45, 0x4e, 0x44],
  mjpeg: [0xff, 0xd9],
};

/** Whether what ends a picture stands near the end of the file. */
function isWhole(codec: string, bytes: Uint8Array): boolean {
  const end = ENDS[codec];
  if (end === undefined) return true;
  for (let at = bytes.length - end.length; at >= Math.max(0, bytes.length - END_BYTES); at--) {
    if (end.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
