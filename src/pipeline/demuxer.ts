/**
 * The demuxer: opens a file by its content, tells its streams, and gives their packets, whole, by time window, or in
 * chunks as they are read.
 */

import type { ByteSource } from '../base/byte-stream.ts';
import {
  type ContainerReader,
  eachPacket,
  packetRuns,
  type ReadPacket,
  type ReadStart,
} from '../base/container.ts';
import { ConfigError, rejectUnknownKeys, requireInteger, StateError } from '../base/errors.ts';
import type { LimitOptions } from '../base/limits.ts';
import { type Abortable, eitherSignal, unlessAborted } from '../base/pace.ts';
import type { AudioStreamInfo, Packet, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import type { AbortSignalLike } from '../base/platform.ts';
import type { Problem } from '../base/problems.ts';
import { backwardSource, type Origin, openSource } from '../io/open.ts';
import { bestStream } from './best-stream.ts';
import { type BsfChain, createBsfChain } from './bsf.ts';
import { PacketList } from './demuxed-packets.ts';
import { chooseInputFormat, type InputFormat, readProbe } from './input-format.ts';
import { NO_SOURCE, openByPath, readerOptionsOf } from './open-by-path.ts';
import { PacedSource, paced } from './paced-source.ts';
import { chunksOf, chunksOfOne } from './packet-chunks.ts';

/** How a file shall be opened. An aborted `signal` ends all reading, and closes the source. */
export interface DemuxerOptions extends Abortable {
  /** The format, or its name (`mp4`, `matroska`, `wav` …); default: by the content. */
  readonly format?: string | InputFormat;
  /** The formats that are known by name and content; default none. */
  readonly formats?: readonly InputFormat[];
  /** Options of the format's reader. */
  readonly readerOptions?: object;
  /**
   * Most bytes of a stream that are kept, on the disk where there is one, if its format has to be read backwards (MP4 whose
   * index stands at the end). Default 16 GiB on the disk, 256 MiB in memory.
   */
  readonly maxSpillBytes?: number;
  /**
   * Limits of the file: bytes of one packet, packets, their expanded size, descriptions, tracks (docs/limits.md). A limit
   * that is left out has its default, far above what real files need.
   */
  readonly limits?: LimitOptions;
}

const OPEN_KEYS = ['format', 'formats', 'readerOptions', 'maxSpillBytes', 'limits', 'signal'];

/** The options of `streamingDemux`. Exactly one of `duration` and `numPackets`. */
export interface StreamingDemuxOptions<I = number | Iterable<number> | undefined>
  extends Abortable {
  /** One stream: chunks are its packets. Several: chunks are maps by stream index. Default: stream 0. */
  readonly indices?: I;
  /** Seconds of a chunk, above 0. */
  readonly duration?: number;
  /** A chunk ends when one stream has so many packets. */
  readonly numPackets?: number;
}

/** How packets shall be given. */
export interface DemuxOptions extends Abortable {
  /** Bitstream filters by their names, with commas between. */
  readonly bsf?: string;
}

/** A part of the time line in seconds: from the first to before the second. */
export type TimeWindow = readonly [start: number, end: number];

/** Pictures that a B-frame stream shows before the window's end may be stored behind it: so much more is read. */
const VIDEO_MARGIN_SECONDS = 0.3;

/** Reads one file. A file or bytes can be read many times, a stream once. */
export class Demuxer implements AsyncDisposable {
  /** ffmpeg's name of the format. */
  readonly format: string;
  readonly streams: readonly StreamInfo[];
  /** The container's reader, for what only it knows: chapters, tags, problems. */
  readonly reader: ContainerReader;
  private readonly source: ByteSource;
  private readonly signal: AbortSignalLike | undefined;
  private isOpen = true;

  /** Use `await Demuxer.open(source)`: opening reads from the file. */
  protected constructor(
    source: ByteSource,
    reader: ContainerReader,
    signal: AbortSignalLike | undefined,
  ) {
    if (typeof reader?.packets !== 'function') {
      throw new ConfigError('demuxer', 'is not made with new; write: await Demuxer.open(source)');
    }
    this.source = source;
    this.reader = reader;
    this.signal = signal;
    this.format = reader.format;
    this.streams = reader.streams;
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Nothing waits for this: a stream that hangs would not answer. */
  private readonly onAbort = (): void => void this.close().catch(() => {});

  /**
   * Opens a file, told by its content. Throws `FormatError` for what is no media file or is broken, `UnsupportedError`
   * for formats that are not read, `ConfigError` for a path that cannot be opened. Rejects with the reason of a signal that is
   * aborted; the source is closed then.
   */
  static async open(origin: Origin, options: DemuxerOptions = {}): Promise<Demuxer> {
    rejectUnknownKeys('demuxer', options, OPEN_KEYS);
    const { signal } = options;
    signal?.throwIfAborted();
    const sequence = await unlessAborted(openByPath(origin, options), signal);
    if (sequence !== null) return new this(NO_SOURCE, sequence, signal);
    const opening = openSource('demuxer.source', origin);
    // Closes a source that opens after the signal was aborted.
    const closeLate = async () => {
      if (signal?.aborted) await (await opening).close();
    };
    opening.then(closeLate).catch(() => {});
    let source: ByteSource = new PacedSource(await unlessAborted(opening, signal), signal);
    try {
      const probe = await readProbe(source);
      const format = chooseInputFormat(probe, options.format, options.formats ?? []);
      if (format.goesBack) source = backwardSource(source, options.maxSpillBytes);
      const reader = await unlessAborted(format.open(source, readerOptionsOf(options)), signal);
      return new this(source, reader, signal);
    } catch (error) {
      const closing = source.close();
      if (signal?.aborted) closing.catch(() => {});
      else await closing;
      throw error;
    }
  }

  /**
   * What was wrong with the file and read past, in the order in which it was met; at most 100. Complete when all packets were
   * read.
   */
  get problems(): readonly Problem[] {
    return this.reader.problems ?? [];
  }

  get hasVideo(): boolean {
    return this.videoStreamIndex >= 0;
  }

  get hasAudio(): boolean {
    return this.audioStreamIndex >= 0;
  }

  /** Index of the best video stream: the default one if a file says so, then the one of highest bit rate; -1 if none. */
  get videoStreamIndex(): number {
    return bestStream(this.streams, 'video');
  }

  /** Index of the best audio stream, chosen like `videoStreamIndex`. */
  get audioStreamIndex(): number {
    return bestStream(this.streams, 'audio');
  }

  /** The best video stream. Throws `ConfigError` if there is none. */
  get videoCodec(): VideoStreamInfo {
    return this.require('videoCodec', this.videoStreamIndex, 'video') as VideoStreamInfo;
  }

  /** The best audio stream. Throws `ConfigError` if there is none. */
  get audioCodec(): AudioStreamInfo {
    return this.require('audioCodec', this.audioStreamIndex, 'audio') as AudioStreamInfo;
  }

  /** The best video stream, taken for a picture: without a frame rate. Throws `ConfigError` if there is none. */
  get imageCodec(): VideoStreamInfo {
    const { frameRate: _, ...image } = this.videoCodec;
    return image;
  }

  /** Packets of all streams in the order of the file, those that were read at once together. */
  packetRuns(options: Abortable = {}): AsyncGenerator<readonly ReadPacket[]> {
    this.requireOpen('packetRuns');
    return this.runs(options.signal);
  }

  /** Packets of all streams in the order of the file. */
  packets(options: Abortable = {}): AsyncGenerator<ReadPacket> {
    this.requireOpen('packets');
    return this.reader.packetRuns === undefined
      ? paced(this.reader.packets(), eitherSignal(this.signal, options.signal))
      : eachPacket(this.runs(options.signal));
  }

  /**
   * Packets in chunks, in the order of the file. With `duration`, one clock runs over all selected streams: a packet whose
   * presentation time is more than `duration` later than that of the chunk's first packet begins the next chunk. With
   * `numPackets`, a chunk ends as soon as one stream has that many; with 32 MiB or a packet of 8 MiB it ends too. Throws `ConfigError` for wrong options.
   */
  streamingDemux(options: StreamingDemuxOptions<number | undefined>): AsyncGenerator<PacketList>;
  streamingDemux(
    options: StreamingDemuxOptions<Iterable<number>>,
  ): AsyncGenerator<ReadonlyMap<number, PacketList>>;
  streamingDemux(
    options: StreamingDemuxOptions,
  ): AsyncGenerator<PacketList | ReadonlyMap<number, PacketList>> {
    const where = 'demuxer.streamingDemux';
    this.requireOpen('streamingDemux');
    rejectUnknownKeys(where, options, ['indices', 'duration', 'numPackets', 'signal']);
    const { duration, numPackets } = options;
    if ((duration === undefined) === (numPackets === undefined)) {
      throw new ConfigError(
        where,
        duration === undefined
          ? 'either duration or numPackets must be given'
          : `only one of duration and numPackets can be given, got ${duration} and ${numPackets}`,
      );
    }
    if (duration !== undefined && !(duration > 0)) {
      throw new ConfigError(`${where}.duration`, `got ${duration}, allowed are numbers above 0`);
    }
    const limit = numPackets ?? Number.POSITIVE_INFINITY;
    if (numPackets !== undefined) {
      requireInteger(`${where}.numPackets`, numPackets, 1, Number.MAX_SAFE_INTEGER);
    }
    const { indices = 0 } = options;
    const selected = new Set(typeof indices === 'number' ? [indices] : indices);
    if (selected.size === 0) throw new ConfigError(`${where}.indices`, 'names no stream');
    for (const index of selected) {
      requireInteger(`${where}.indices`, index, 0, this.streams.length - 1);
    }
    const seconds = duration ?? Number.POSITIVE_INFINITY;
    const packets = this.packets(options.signal === undefined ? {} : { signal: options.signal });
    const chunks = chunksOf(packets, this.streams, { selected, seconds, numPackets: limit });
    return typeof indices === 'number' ? chunksOfOne(chunks, indices) : chunks;
  }

  /**
   * Packets of the best video stream. With a window: from the last key frame at or before its start on, up to those that
   * are presented 0.3 s behind its end, for pictures may be stored after later ones.
   */
  async demuxVideo(window?: TimeWindow, options: DemuxOptions = {}): Promise<PacketList> {
    this.require('demuxVideo', this.videoStreamIndex, 'video');
    return this.demux('demuxVideo', this.videoStreamIndex, window, VIDEO_MARGIN_SECONDS, options);
  }

  /** Packets of the best audio stream; with a window, those that are presented in it. */
  async demuxAudio(window?: TimeWindow, options: DemuxOptions = {}): Promise<PacketList> {
    this.require('demuxAudio', this.audioStreamIndex, 'audio');
    return this.demux('demuxAudio', this.audioStreamIndex, window, 0, options);
  }

  /** The first packet of the best video stream, as a picture. */
  async demuxImage(options: DemuxOptions = {}): Promise<PacketList> {
    const index = this.videoStreamIndex;
    const codec = this.imageCodec;
    const filter = bsfOf('demuxImage', codec, options);
    for await (const { streamIndex, packet } of this.packets(options)) {
      if (streamIndex === index)
        return asPackets(filter?.codec ?? codec, applyTo(filter, [packet]));
    }
    return asPackets(filter?.codec ?? codec, []);
  }

  /** Closes the source. Generators that were handed out must not be used any more. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.signal?.removeEventListener('abort', this.onAbort);
    await this.source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async demux(
    method: string,
    index: number,
    window: TimeWindow | undefined,
    margin: number,
    options: DemuxOptions,
  ): Promise<PacketList> {
    this.requireOpen(method);
    const codec = this.streams[index]!;
    const filter = bsfOf(method, codec, options);
    if (window !== undefined) requireWindow(`demuxer.${method}.window`, window);
    let packets: Packet[] = [];
    const from = window === undefined ? undefined : { streamIndex: index, seconds: window[0] };
    reading: for await (const run of this.runs(options.signal, from)) {
      for (const { streamIndex, packet } of run) {
        if (streamIndex !== index) continue;
        if (window !== undefined) {
          const seconds = (packet.pts * codec.timeBase[0]) / codec.timeBase[1];
          if (seconds >= window[1] + margin) break reading;
          // Sound can start anywhere; pictures at the last key frame that is not behind the start.
          const isStart = codec.kind === 'audio' ? isOver(packet, codec, window[0]) : packet.isKey;
          if (isStart && (codec.kind === 'audio' || seconds <= window[0])) packets = [];
        }
        packets.push(packet);
      }
    }
    const made = asPackets(filter?.codec ?? codec, applyTo(filter, packets));
    return window === undefined ? made : new PacketList({ ...made, timestamp: window });
  }

  private runs(
    signal: AbortSignalLike | undefined,
    from?: ReadStart,
  ): AsyncGenerator<readonly ReadPacket[]> {
    return paced(packetRuns(this.reader, from), eitherSignal(this.signal, signal));
  }

  private require(method: string, index: number, kind: string): StreamInfo {
    const stream = this.streams[index];
    if (stream === undefined) {
      const found = this.streams.map((each) => each.kind).join(', ');
      throw new ConfigError(`demuxer.${method}`, `the file has no ${kind} stream, only ${found}`);
    }
    return stream;
  }

  private requireOpen(method: string): void {
    this.signal?.throwIfAborted();
    if (!this.isOpen) throw new StateError(`demuxer.${method}`, 'is closed; open the file again');
  }
}

/** Whether `packet` ends at or before `seconds`: nothing before the next one is needed. */
function isOver(packet: Packet, { timeBase }: StreamInfo, seconds: number): boolean {
  return (packet.pts * timeBase[0]) / timeBase[1] <= seconds;
}

/** Throws `ConfigError` unless the window has a start and a later end. */
export function requireWindow(where: string, window: TimeWindow): void {
  const [start, end] = window;
  if (!Number.isFinite(start) || !(end > start)) {
    throw new ConfigError(where, `got ${start}..${end}, allowed are a start and a later end`);
  }
}

function bsfOf(method: string, codec: StreamInfo, options: DemuxOptions): BsfChain | null {
  rejectUnknownKeys(`demuxer.${method}`, options, ['bsf', 'signal']);
  return options.bsf === undefined ? null : createBsfChain(codec, options.bsf);
}

function applyTo(filter: BsfChain | null, packets: readonly Packet[]): readonly Packet[] {
  return filter === null ? packets : packets.map((packet) => filter.filter(packet));
}

function asPackets(codec: StreamInfo, packets: readonly Packet[]): PacketList {
  return new PacketList({ kind: codec.kind, timeBase: codec.timeBase, packets, codec });
}
