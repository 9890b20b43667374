/** A picture file as a file of one stream with one packet, told by its first bytes. */
import { type ByteSource, joinBytes } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import { FormatError, rejectUnknownKeys } from '../base/errors.ts';
import { Budget, type LimitOptions, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import type { ColorTags, VideoStreamInfo } from '../base/packet.ts';
import { type Problem, report } from '../base/problems.ts';
import { type FrameRate, inverse, type Rational, requireFrameRate } from '../base/rational.ts';
import { SourceWindow } from '../base/source-window.ts';
import { type ImageKind, imageKindOf } from './image-headers.ts';

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
  const bytes = await readWhole(source, budget);
  const kind = imageKindOf(bytes);
  if (kind === undefined) throw new FormatError('image', 'is no picture file that is known', 0);
  const { codec, format } = kind;
  if (!isWhole(codec, bytes)) report(problems, bytes.length, 'the file ends within the picture');
  return {
    format,
    streams: [streamOf(kind, bytes, frameRate)],
    problems,
    async *packets() {
      const packet = { data: bytes, pts: 0, dts: 0, duration: 1, isKey: true };
      yield { streamIndex: 0, packet };
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

/** All bytes of a source, a copy; its size is checked before. */
export async function readWhole(source: ByteSource, budget: Budget): Promise<Uint8Array> {
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
