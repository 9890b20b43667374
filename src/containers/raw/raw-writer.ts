/** Writes packets as they are, one after another: raw pictures, raw sound. There is nothing else in the file. */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import { ConfigError, rejectUnknownKeys, requireOneOf } from '../../base/errors.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import type { Rational } from '../../base/rational.ts';
import { rawPictureBytes } from './picture-layout.ts';
import { RAW_AUDIO_FORMATS } from './raw-formats.ts';

/** Options of the raw writers: there are none. */
export type RawOptions = Readonly<Record<string, never>>;

/**
 * A writer of a file of pictures: one `rawvideo` stream of any pixel format. Times that go back are refused, gaps leave
 * nothing in the file. Throws `ConfigError` for other streams.
 */
export function createRawVideoWriter(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: RawOptions = {},
): ContainerWriter {
  rejectUnknownKeys('rawvideo.options', options, []);
  const [stream] = streams;
  if (streams.length !== 1 || stream?.kind !== 'video' || stream.codec !== 'rawvideo') {
    throw new ConfigError(
      'rawvideo.streams',
      `got ${describe(streams)}, allowed is one stream of rawvideo`,
    );
  }
  const { pixFmt, width, height } = stream;
  const size = rawPictureBytes('rawvideo.streams[0]', pixFmt, width, height);
  return new RawWriter(sink, 'rawvideo', stream.timeBase, size, size);
}

/**
 * A writer of a file of sound: one stream of the PCM codec that `format` names (`s16le` holds `pcm_s16le`). Throws
 * `ConfigError` for other streams.
 */
export function createRawAudioWriter(
  format: string,
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: RawOptions = {},
): ContainerWriter {
  rejectUnknownKeys(`${format}.options`, options, []);
  requireOneOf(
    'rawaudio.format',
    format,
    RAW_AUDIO_FORMATS.map((row) => row.format),
  );
  const row = RAW_AUDIO_FORMATS.find((entry) => entry.format === format)!;
  const [stream] = streams;
  if (streams.length !== 1 || stream?.kind !== 'audio' || stream.codec !== row.codec) {
    throw new ConfigError(
      `${format}.streams`,
      `got ${describe(streams)}, allowed is one stream of ${row.codec}`,
    );
  }
  const blockAlign = row.bytesPerSample * stream.numChannels;
  return new RawWriter(sink, format, [1, stream.sampleRate], blockAlign, null);
}

function describe(streams: readonly StreamInfo[]): string {
  return streams.map(({ codec }) => codec).join(', ') || 'none';
}

class RawWriter implements ContainerWriter {
  readonly timeBases: readonly Rational[];
  private readonly sink: ByteSink;
  private readonly format: string;
  /** Bytes that packets must be a multiple of. */
  private readonly unit: number;
  /** Bytes that every packet must have, or null. */
  private readonly packetBytes: number | null;
  private lastPts = Number.MIN_SAFE_INTEGER;

  constructor(
    sink: ByteSink,
    format: string,
    timeBase: Rational,
    unit: number,
    packetBytes: number | null,
  ) {
    this.sink = sink;
    this.format = format;
    this.timeBases = [timeBase];
    this.unit = unit;
    this.packetBytes = packetBytes;
  }

  async writeHeader(): Promise<void> {}

  async writePacket(streamIndex: number, packet: Packet): Promise<void> {
    requireOneOf(`${this.format}.writePacket.streamIndex`, streamIndex, [0]);
    checkFollows(this.format, packet, this.lastPts);
    const { length } = packet.data;
    if (length % this.unit !== 0 || (this.packetBytes !== null && length !== this.packetBytes)) {
      throw new ConfigError(
        `${this.format}.writePacket.packet.data`,
        this.packetBytes === null
          ? `got ${length} bytes, allowed are multiples of ${this.unit} (one sample of all channels)`
          : `got ${length} bytes, a picture has ${this.packetBytes}`,
      );
    }
    await this.sink.write(packet.data);
    this.lastPts = packet.pts;
  }

  async writeTrailer(): Promise<void> {}
}

/** Throws `ConfigError` if the packet is presented before the one that was written last. */
export function checkFollows(format: string, packet: Packet, lastPts: number): void {
  if (packet.pts >= lastPts) return;
  throw new ConfigError(
    `${format}.writePacket.packet.pts`,
    `got ${packet.pts}, allowed are times from ${lastPts} on: what the file holds follows each other`,
  );
}
