/** A picture file as a file of one stream with one packet: PNG and JPEG, told by their first bytes. */
import { type ByteSource, joinBytes } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import { FormatError, rejectUnknownKeys } from '../base/errors.ts';
import { Budget, type LimitOptions, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import type { VideoStreamInfo } from '../base/packet.ts';
import { type Problem, report } from '../base/problems.ts';
import { SourceWindow } from '../base/source-window.ts';

const PIECE_BYTES = 1 << 20;

/** PNG signature, PNG (third edition) clause 5.2. */
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether these first bytes are those of a PNG file. */
export function isPng(start: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => start[i] === byte);
}

/** Whether these first bytes are those of a JPEG file: SOI and another marker, ITU-T T.81 table B.1. */
export function isJpeg(start: Uint8Array): boolean {
  return start[0] === 0xff && start[1] === 0xd8 && start[2] === 0xff;
}

/** Options of the reader of picture files. */
export interface ImageReadOptions {
  /** What the file may cost: a file is one packet. */
  readonly limits?: LimitOptions;
}

/** Opens a picture file. Throws `FormatError` if its size cannot be told. */
export async function openImage(
  source: ByteSource,
  options: ImageReadOptions = {},
): Promise<ContainerReader> {
  rejectUnknownKeys('image.options', options, ['limits']);
  const budget = new Budget('image', source, {
    maxPacketBytes: SINGLE_PACKET_BYTES,
    ...options.limits,
  });
  const problems: Problem[] = [];
  const bytes = await readWhole(source, budget);
  const codec = isPng(bytes) ? 'png' : 'mjpeg';
  if (!isWhole(codec, bytes)) report(problems, bytes.length, 'the file ends within the picture');
  const [width, height] = codec === 'png' ? pngSize(bytes) : jpegSize(bytes);
  const stream: VideoStreamInfo = {
    kind: 'video',
    codec,
    timeBase: [1, 25],
    config: new Uint8Array(0),
    width,
    height,
    pixFmt: '',
  };
  return {
    format: codec === 'png' ? 'png_pipe' : 'jpeg_pipe',
    streams: [stream],
    problems,
    async *packets() {
      const packet = { data: bytes, pts: 0, dts: 0, duration: 1, isKey: true };
      yield { streamIndex: 0, packet };
    },
  };
}

async function readWhole(source: ByteSource, budget: Budget): Promise<Uint8Array> {
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
const ENDS = { png: [0x49, 0x45, 0x4e, 0x44], mjpeg: [0xff, 0xd9] } as const;

/** Whether what ends a picture stands near the end of the file. */
function isWhole(codec: 'png' | 'mjpeg', bytes: Uint8Array): boolean {
  const end = ENDS[codec];
  for (let at = bytes.length - end.length; at >= Math.max(0, bytes.length - END_BYTES); at--) {
    if (end.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

/** Width and height of IHDR, PNG (third edition) clause 11.2.1. */
function pngSize(bytes: Uint8Array): [number, number] {
  if (bytes.length < 24) throw new FormatError('png.IHDR', 'is cut off', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return requireSize('png.IHDR', view.getUint32(16), view.getUint32(20), 16);
}

/** X and Y of the first frame header, ITU-T T.81 clause B.2.2. */
function jpegSize(bytes: Uint8Array): [number, number] {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const height = (bytes[at + 5]! << 8) | bytes[at + 6]!;
      return requireSize('jpeg.SOF', (bytes[at + 7]! << 8) | bytes[at + 8]!, height, at);
    }
    at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  throw new FormatError('jpeg', 'has no frame header', Math.min(at, bytes.length));
}

function requireSize(where: string, width: number, height: number, at: number): [number, number] {
  if (width === 0 || height === 0) throw new FormatError(where, `size ${width}x${height}`, at);
  return [width, height];
}
