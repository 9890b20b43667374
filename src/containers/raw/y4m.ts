/** YUV4MPEG2 (.y4m): a header line, then each picture behind a line `FRAME`. */

import type { ByteSink, ByteSource } from '../../base/byte-stream.ts';
import type { ContainerReader, ContainerWriter, ReadPacket } from '../../base/container.ts';
import { ConfigError, FormatError, rejectUnknownKeys, requireOneOf } from '../../base/errors.ts';
import { Budget, type LimitOptions, SINGLE_PACKET_BYTES } from '../../base/limits.ts';
import type { ColorTags, Packet, StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import type { Problem } from '../../base/problems.ts';
import { inverse, type Rational } from '../../base/rational.ts';
import { SourceWindow } from '../../base/source-window.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { rawPictureBytes } from './picture-layout.ts';
import { cutNoter, type Truncated } from './raw-reader.ts';
import { checkFollows } from './raw-writer.ts';
import {
  type ChromaSite,
  formatHeader,
  parseHeader,
  Y4M_PIX_FMTS,
  Y4M_SIGNATURE,
  type Y4mHeader,
} from './y4m-header.ts';

/** Options of the y4m writer. */
export interface Y4mOptions {
  /** The place of 4:2:0 chroma that the header names; `420jpeg` (centered) if not given. */
  readonly chromaSite?: ChromaSite;
}

/** Options of the y4m reader. */
export interface Y4mReaderOptions {
  /** A file that ends inside a picture: `error` (the default) throws `FormatError`, `salvage` leaves that picture out and notes it. */
  readonly truncated?: Truncated;
  /** Limits on the cost of the file: a header may claim pictures of any size. */
  readonly limits?: LimitOptions;
}

/** Longest line that is read; parameters are few. */
const MAX_LINE = 4096;
const FRAME = 'FRAME';
/** Faster pictures are none: such a rate is that of a clock. */
const MAX_FRAME_RATE = 300;

/**
 * A writer of a y4m file: one `rawvideo` stream in one of the planar formats that y4m has, one packet a picture, at the
 * stream's frame rate whatever the packets' times. Throws `ConfigError` for other streams.
 */
export function createY4mWriter(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: Y4mOptions = {},
): ContainerWriter {
  rejectUnknownKeys('y4m.options', options, ['chromaSite']);
  const site = requireOneOf('y4m.options.chromaSite', options.chromaSite ?? '420jpeg', [
    '420jpeg',
    '420mpeg2',
    '420paldv',
  ] as const);
  const [stream] = streams;
  if (streams.length !== 1 || stream?.kind !== 'video' || stream.codec !== 'rawvideo') {
    const found = streams.map(({ codec }) => codec).join(', ') || 'none';
    throw new ConfigError('y4m.streams', `got ${found}, allowed is one stream of rawvideo`);
  }
  const { width, height, frameRate, sampleAspectRatio, color, timeBase } = stream;
  const pixFmt = requireOneOf('y4m.streams[0].pixFmt', stream.pixFmt, Y4M_PIX_FMTS);
  const size = rawPictureBytes('y4m.streams[0]', pixFmt, width, height);
  const isFullRange = pixFmt.startsWith('yuvj') ? true : rangeOf(color);
  const header: Y4mHeader = {
    width,
    height,
    pixFmt,
    frameRate: frameRate ?? rateOfTicks(timeBase),
    sampleAspectRatio,
    isFullRange,
  };
  return new Y4mWriter(sink, size, timeBase, formatHeader(header, site));
}

/** A header has one frame rate: ticks that are too short for a frame say none. */
function rateOfTicks(timeBase: Rational): Rational {
  const rate = inverse(timeBase);
  if (rate[0] <= MAX_FRAME_RATE * rate[1]) return rate;
  throw new ConfigError(
    'y4m.streams[0].frameRate',
    `is not given, and ticks of ${timeBase.join('/')} s are no frames; y4m needs pictures at a constant rate`,
  );
}

/** The range of samples that the tags name, as far as somebody set them. */
function rangeOf(color: ColorTags | undefined): boolean | undefined {
  return color === undefined ? undefined : color.video_full_range_flag === 1;
}

class Y4mWriter implements ContainerWriter {
  readonly timeBases: readonly Rational[];
  private readonly sink: ByteSink;
  private readonly pictureBytes: number;
  private readonly header: string;
  private readonly frameLine = encodeUtf8(`${FRAME}\n`);
  private lastPts = Number.MIN_SAFE_INTEGER;

  constructor(sink: ByteSink, pictureBytes: number, timeBase: Rational, header: string) {
    this.sink = sink;
    this.pictureBytes = pictureBytes;
    this.timeBases = [timeBase];
    this.header = header;
  }

  async writeHeader(): Promise<void> {
    await this.sink.write(encodeUtf8(this.header));
  }

  async writePacket(streamIndex: number, packet: Packet): Promise<void> {
    requireOneOf('y4m.writePacket.streamIndex', streamIndex, [0]);
    checkFollows('y4m', packet, this.lastPts);
    if (packet.data.length !== this.pictureBytes) {
      throw new ConfigError(
        'y4m.writePacket.packet.data',
        `got ${packet.data.length} bytes, a picture has ${this.pictureBytes}`,
      );
    }
    await this.sink.write(this.frameLine);
    await this.sink.write(packet.data);
    this.lastPts = packet.pts;
  }

  async writeTrailer(): Promise<void> {}
}

/** Opens a y4m file; throws `FormatError` with the byte offset, or `UnsupportedError` for interlaced pictures. */
export async function openY4m(
  source: ByteSource,
  options: Y4mReaderOptions = {},
): Promise<ContainerReader> {
  rejectUnknownKeys('y4m.options', options, ['truncated', 'limits']);
  const budget = new Budget('y4m', source, {
    maxPacketBytes: SINGLE_PACKET_BYTES,
    ...options.limits,
  });
  const truncated = requireOneOf('y4m.options.truncated', options.truncated ?? 'error', [
    'error',
    'salvage',
  ] as const);
  const line = await readLine(source, 0, Y4M_SIGNATURE);
  if (line === null) throw new FormatError('y4m.header', 'the file is empty', 0);
  const header = parseHeader(line);
  const { width, height, pixFmt, frameRate, sampleAspectRatio, isFullRange } = header;
  const size = rawPictureBytes('y4m.header', pixFmt, width, height);
  budget.requireReadable('a picture', size, 0);
  const stream: VideoStreamInfo = {
    kind: 'video',
    codec: 'rawvideo',
    timeBase: inverse(frameRate),
    config: new Uint8Array(0),
    width,
    height,
    pixFmt,
    frameRate,
    ...(sampleAspectRatio === undefined ? {} : { sampleAspectRatio }),
    ...(isFullRange === undefined
      ? {}
      : {
          color: {
            colour_primaries: 2,
            transfer_characteristics: 2,
            matrix_coefficients: 2,
            video_full_range_flag: isFullRange ? 1 : 0,
          },
        }),
  };
  const problems: Problem[] = [];
  const noteCut = cutNoter(problems, truncated);
  return {
    format: 'yuv4mpegpipe',
    streams: [stream],
    problems,
    packets: () => readPictures(source, line.length + 1, size, noteCut),
  };
}

/** Whether these first bytes are those of a y4m file. */
export function isY4m(start: Uint8Array): boolean {
  return beginsWith(start, `${Y4M_SIGNATURE} `);
}

/** Pictures larger than this are copied piece by piece, so that the source need not hold all of one too. */
const LARGE_BYTES = 16 << 20;

async function readPicture(
  source: ByteSource,
  position: number,
  size: number,
): Promise<Uint8Array> {
  if (size > LARGE_BYTES) return await new SourceWindow(source).copy(position, size);
  return new Uint8Array(await source.read(position, size));
}

async function* readPictures(
  source: ByteSource,
  start: number,
  size: number,
  noteCut: (error: FormatError) => void,
): AsyncGenerator<ReadPacket> {
  let position = start;
  for (let pts = 0; ; pts++) {
    let line: string | null;
    try {
      line = await readLine(source, position, FRAME);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      noteCut(error);
      return;
    }
    if (line === null) return;
    position += line.length + 1;
    const data = await readPicture(source, position, size);
    if (data.length < size) {
      const message = `picture ${pts} has ${data.length} of ${size} bytes, then the file ends`;
      noteCut(new FormatError('y4m.frame', message, position + data.length));
      return;
    }
    yield { streamIndex: 0, packet: { data, pts, dts: pts, duration: 1, isKey: true } };
    position += size;
  }
}

/**
 * The line at `position` without its end; null at the end of the source. Throws `FormatError` if it does not begin with
 * `word`, or has no end.
 */
async function readLine(
  source: ByteSource,
  position: number,
  word: string,
): Promise<string | null> {
  // Most lines are as short as their first word: a long read is needed for few of them.
  for (const length of [128, MAX_LINE]) {
    const bytes = await source.read(position, length);
    if (bytes.length === 0) return null;
    if (!beginsWith(bytes, word)) {
      throw new FormatError(
        'y4m',
        bytes.length < word.length
          ? `the file ends inside the word ${word}`
          : `a line that begins with ${word} must stand here`,
        bytes.length < word.length ? position + bytes.length : position,
      );
    }
    const end = bytes.indexOf(0x0a);
    if (end >= 0) return String.fromCharCode(...bytes.subarray(0, end));
    if (bytes.length < length) {
      throw new FormatError('y4m', 'the file ends inside a line', position + bytes.length);
    }
  }
  throw new FormatError('y4m', `a line longer than ${MAX_LINE} bytes`, position);
}

function beginsWith(bytes: Uint8Array, word: string): boolean {
  if (bytes.length < word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[i] !== word.charCodeAt(i)) return false;
  return true;
}
