/**
 * Writes WAV files. The header has a fixed length that is known before the first sample, so the trailer writes it once
 * more with the true sizes. A file that outgrows 32-bit sizes becomes RF64 (EBU Tech 3306): 36 bytes reserved as a `JUNK`
 * chunk turn into the `ds64` chunk, and nothing else moves.
 */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  StateError,
} from '../../base/errors.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import type { Rational } from '../../base/rational.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { checkTags, type WavTags, writeInfoList } from './info-tags.ts';
import { needsFact, type WaveFormat, waveFormatOf, writeFormatChunk } from './wave-format.ts';

/** Options of the WAV writer. */
export interface WavOptions {
  /**
   * `auto` (the default): RF64 when the file outgrows 4 GiB, with room for it reserved at the start if the sink can be
   * written at a position; `always`; `never`: a plain RIFF file, and a packet that would outgrow it is refused.
   */
  readonly rf64?: 'auto' | 'always' | 'never';
  /**
   * Samples per channel that will be written, if known. Then a sink that only takes bytes in order gets a header with
   * true sizes; without it, the sizes are 0xFFFFFFFF ("up to the end"). The trailer throws `StateError` if such a
   * sink got another number.
   */
  readonly numSamples?: number;
  /** Written as an INFO list before the samples. */
  readonly tags?: WavTags;
}

/** Size field that means "see ds64" in RF64, and "up to the end" in a stream. */
const UNKNOWN_SIZE = 0xffffffff;

/** Sizes for the header. `dataBytes` is null while the number of samples is not known. */
interface Sizes {
  readonly dataBytes: number | null;
  readonly isRf64: boolean;
}

/**
 * A writer of a WAV file with one PCM stream (u8, s16le … f64le, alaw, mulaw). Packets follow each other without gaps, whatever their
 * times; times that go back are refused. Throws `ConfigError` if WAV cannot hold the streams.
 */
export function createWavWriter(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: WavOptions = {},
): ContainerWriter {
  rejectUnknownKeys('wav.options', options, ['rf64', 'numSamples', 'tags']);
  const rf64 = requireOneOf('wav.options.rf64', options.rf64 ?? 'auto', [
    'auto',
    'always',
    'never',
  ] as const);
  checkTags('wav.options.tags', options.tags ?? {});
  const [stream] = streams;
  if (streams.length !== 1 || stream?.kind !== 'audio') {
    const found = streams.map(({ kind }) => kind).join(', ') || 'none';
    throw new ConfigError('wav.streams', `got ${found}, allowed is one audio stream`);
  }
  const format = waveFormatOf('wav.streams[0]', stream);
  const numSamples =
    options.numSamples === undefined
      ? null
      : requireInteger(
          'wav.options.numSamples',
          options.numSamples,
          0,
          Math.floor(Number.MAX_SAFE_INTEGER / format.blockAlign / 2),
        );
  if (rf64 === 'always' && !sink.seekable && numSamples === null) {
    throw new ConfigError(
      'wav.options.rf64',
      "'always' needs a sink that can be written at a position, or the option numSamples",
    );
  }
  return new Writer(sink, format, rf64, numSamples, options.tags ?? {});
}

class Writer implements ContainerWriter {
  readonly timeBases: readonly Rational[];
  private readonly sink: ByteSink;
  private readonly format: WaveFormat;
  private readonly rf64: 'auto' | 'always' | 'never';
  private readonly tags: WavTags;
  /** Bytes of samples announced by the caller; null if they were not. */
  private readonly announced: number | null;
  private readonly reservesDs64: boolean;
  private readonly headerBytes: number;
  private dataBytes = 0;
  private lastPts = Number.MIN_SAFE_INTEGER;

  constructor(
    sink: ByteSink,
    format: WaveFormat,
    rf64: 'auto' | 'always' | 'never',
    numSamples: number | null,
    tags: WavTags,
  ) {
    this.sink = sink;
    this.format = format;
    this.rf64 = rf64;
    this.tags = tags;
    this.announced = numSamples === null ? null : numSamples * format.blockAlign;
    this.timeBases = [[1, format.sampleRate]];
    this.reservesDs64 = rf64 === 'always' || (rf64 === 'auto' && sink.seekable);
    this.headerBytes = this.header({ dataBytes: null, isRf64: false }).length;
    if (this.announced !== null) this.sizesFor(this.announced);
  }

  async writeHeader(): Promise<void> {
    const sizes =
      this.announced === null
        ? { dataBytes: null, isRf64: this.rf64 === 'always' }
        : this.sizesFor(this.announced);
    await this.sink.write(this.header(sizes));
  }

  async writePacket(streamIndex: number, packet: Packet): Promise<void> {
    requireOneOf('wav.writePacket.streamIndex', streamIndex, [0]);
    const { blockAlign } = this.format;
    const { data, pts } = packet;
    if (data.length % blockAlign !== 0) {
      throw new ConfigError(
        'wav.writePacket.packet.data',
        `got ${data.length} bytes, allowed are multiples of ${blockAlign} (one sample of all channels)`,
      );
    }
    if (pts < this.lastPts) {
      throw new ConfigError(
        'wav.writePacket.packet.pts',
        `got ${pts}, allowed are times from ${this.lastPts} on: the samples of a WAV file follow each other`,
      );
    }
    if (this.sink.seekable || this.announced !== null) {
      this.sizesFor(this.dataBytes + data.length);
    }
    await this.sink.write(data);
    this.lastPts = pts;
    this.dataBytes += data.length;
  }

  async writeTrailer(): Promise<void> {
    // Where the samples last up to the end, a pad byte would be one of them.
    const hasSize = this.sink.seekable || this.announced !== null;
    if (hasSize && this.dataBytes & 1) await this.sink.write(new Uint8Array(1));
    if (this.announced === this.dataBytes) return;
    if (this.sink.seekable) {
      await this.sink.writeAt(0, this.header(this.sizesFor(this.dataBytes)));
    } else if (this.announced !== null) {
      throw new StateError(
        'wav.writeTrailer',
        `${this.dataBytes / this.format.blockAlign} samples were written, but the option numSamples said ${this.announced / this.format.blockAlign}`,
      );
    }
  }

  /** The sizes in the header for `dataBytes` bytes of samples; throws `ConfigError` if the options do not allow it. */
  private sizesFor(dataBytes: number): Sizes {
    const riffSize = this.riffSize(dataBytes);
    const isTooLarge = riffSize >= UNKNOWN_SIZE;
    if (isTooLarge && this.rf64 === 'never') {
      throw new ConfigError(
        'wav.options.rf64',
        `${dataBytes} bytes of samples outgrow a RIFF file (4 GiB); allowed are 'auto' and 'always'`,
      );
    }
    return { dataBytes, isRf64: isTooLarge || this.rf64 === 'always' };
  }

  /** Size of the RIFF chunk: all of the file but its first eight bytes. */
  private riffSize(dataBytes: number): number {
    return this.headerBytes - 8 + dataBytes + (dataBytes & 1 ? 1 : 0);
  }

  /** Everything before the first sample. */
  private header({ dataBytes, isRf64 }: Sizes): Uint8Array {
    const w = new ByteWriter();
    const hasRoom = this.reservesDs64 || this.needsDs64WithoutRoom();
    const isKnown = dataBytes !== null && !isRf64;
    const samples = dataBytes === null ? 0 : dataBytes / this.format.blockAlign;
    w.ascii(isRf64 ? 'RF64' : 'RIFF');
    w.u32le(isKnown ? this.riffSize(dataBytes) : UNKNOWN_SIZE);
    w.ascii('WAVE');
    if (hasRoom) {
      w.ascii(isRf64 ? 'ds64' : 'JUNK');
      w.u32le(28);
      w.u64le(isRf64 ? this.riffSize(dataBytes ?? 0) : 0); // riffSize
      w.u64le(isRf64 ? (dataBytes ?? 0) : 0); // dataSize
      w.u64le(isRf64 ? samples : 0); // sampleCount
      w.u32le(0); // tableLength
    }
    writeFormatChunk(w, this.format);
    if (needsFact(this.format)) {
      w.ascii('fact');
      w.u32le(4);
      w.u32le(isKnown ? samples : UNKNOWN_SIZE); // dwSampleLength
    }
    writeInfoList(w, this.tags);
    w.ascii('data');
    w.u32le(isKnown ? dataBytes : UNKNOWN_SIZE);
    return w.toBytes();
  }

  /** Whether an announced length asks for RF64 on a sink for which no room was reserved. */
  private needsDs64WithoutRoom(): boolean {
    return this.rf64 === 'auto' && this.announced !== null && this.announced >= UNKNOWN_SIZE - 4096;
  }
}
