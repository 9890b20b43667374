/** Copies the streams of an open file into another, without decoding them. */
import type { ReadPacket } from '../base/container.ts';
import { ConfigError, FormatError, rejectUnknownKeys, requireInteger } from '../base/errors.ts';
import type { FileDescription } from '../base/file-description.ts';
import type { Abortable } from '../base/pace.ts';
import type { Packet, StreamInfo } from '../base/packet.ts';
import type { Problem } from '../base/problems.ts';
import { toSeconds } from '../base/rational.ts';
import { CopyRange, type TargetPacket } from './copy-range.ts';
import { type Demuxer, requireWindow } from './demuxer.ts';
import type { Muxer } from './muxer.ts';

/** The options of `copyStreams`. An aborted `signal` ends the copy; nothing is left of the new file then. */
export interface CopyOptions extends Abortable {
  /** Streams to copy, in this order; default all of them. */
  readonly indices?: readonly number[];
  /** Options of the new container. They win over what the old file says of itself, which is taken over otherwise. */
  readonly muxerOptions?: object;
  /** Whether what a reader can read past (`problems`) fails the copy. Default false. */
  readonly strict?: boolean;
  /**
   * The stretch that is copied, in seconds. It begins with the last key picture that is shown at its start or before it, for pictures
   * can be decoded from there only; times of the copy begin at 0 with that picture. Chapters are left out. Default: all.
   */
  readonly range?: readonly [start: number, end: number];
  /** Told now and then how far the copy has come, in seconds of the file. */
  readonly onProgress?: (seconds: number) => void;
}

/** The result of a copy. */
export interface RemuxResult {
  readonly format: string;
  readonly packets: number;
  /** Bytes of the packets. */
  readonly bytes: number;
  /** Problems of the old files that their readers could read past, and what the new one has no place for. */
  readonly problems: readonly Problem[];
}

/** The keys of `CopyOptions`. */
export const COPY_KEYS = ['indices', 'muxerOptions', 'range', 'onProgress', 'strict', 'signal'];

/** A stream of a file that is copied. */
export interface CopiedStream {
  readonly demuxer: Demuxer;
  readonly index: number;
}

/**
 * Copies what `demuxer` reads into the file of `muxer`, which is new, and completes that. Throws like `remux`; the file of
 * `muxer` is given up then.
 */
export async function copyStreams(
  demuxer: Demuxer,
  muxer: Muxer,
  options: CopyOptions = {},
): Promise<RemuxResult> {
  const indices = options.indices ?? demuxer.streams.map((_, i) => i);
  const streams = indices.map((index) => {
    requireInteger('remux.indices', index, 0, demuxer.streams.length - 1);
    return { demuxer, index };
  });
  return copyFrom(streams, muxer, options);
}

/** Copies streams, of one file or of several, in that order. Titles and chapters are those of the first file. */
export async function copyFrom(
  streams: readonly CopiedStream[],
  muxer: Muxer,
  options: CopyOptions = {},
): Promise<RemuxResult> {
  rejectUnknownKeys('copyStreams', options, COPY_KEYS);
  options.signal?.throwIfAborted();
  if (options.range !== undefined) requireWindow('copyStreams.range', options.range);
  const sources = addStreams(streams, muxer, options.range !== undefined);
  const { about } = sources[0]!.demuxer.reader;
  const unread = unreadOf(sources, options.range !== undefined);
  const said = about && (options.range === undefined ? about : withoutChapters(about));
  const carried = said === undefined ? {} : muxer.carriedOptions({ ...said, unread });
  await muxer.open({ ...carried, ...options.muxerOptions });
  try {
    const counts = await copyPackets(sources, new Copy(muxer, streams, options), options.signal);
    if (counts.packets === 0) {
      throw new FormatError('remux', 'the streams to copy hold no packet; nothing was written');
    }
    const read = sources.flatMap(({ demuxer }) => demuxer.reader.problems ?? []);
    const problems = [...read, ...muxer.problems];
    const [first] = problems;
    if (options.strict === true && first !== undefined) {
      const isPlaced = first.message.includes('byte offset');
      throw new FormatError('remux', first.message, isPlaced ? -1 : first.offset);
    }
    await muxer.close();
    return { format: sources[0]!.demuxer.format, ...counts, problems };
  } catch (error) {
    await muxer.abort(error);
    throw error;
  }
}

/** A file that streams are copied from. */
interface Source {
  readonly demuxer: Demuxer;
  /** Stream of this file => stream of the new one. */
  readonly targets: Map<number, number>;
  /** Seconds up to which it was read; infinity at its end. */
  seconds: number;
}

/** Adds the streams to copy. */
function addStreams(streams: readonly CopiedStream[], muxer: Muxer, isPart: boolean): Source[] {
  if (streams.length === 0) throw new ConfigError('remux.indices', 'names no stream');
  const sources: Source[] = [];
  for (const [target, { demuxer, index }] of streams.entries()) {
    let source = sources.find((each) => each.demuxer === demuxer);
    if (source === undefined) {
      source = { demuxer, targets: new Map(), seconds: Number.NEGATIVE_INFINITY };
      sources.push(source);
    }
    if (source.targets.has(index))
      throw new ConfigError('remux.indices', `${index} is named twice`);
    source.targets.set(index, target);
    const { timecode, ...stream } = demuxer.streams[index]!;
    const isCounted = timecode !== undefined && !isPart;
    muxer.addRemuxStream(isCounted ? { ...stream, timecode } : stream);
  }
  return sources;
}

/** Copies from all files side by side, from the one that is behind first. */
async function copyPackets(
  sources: readonly Source[],
  copy: Copy,
  signal: CopyOptions['signal'],
): Promise<{ packets: number; bytes: number }> {
  const feeds = sources.map((source) => ({
    source,
    runs: source.demuxer.packetRuns(signal === undefined ? {} : { signal }),
  }));
  try {
    for (;;) {
      const feed = feeds.reduce((a, b) => (b.source.seconds < a.source.seconds ? b : a));
      if (feed.source.seconds === Number.POSITIVE_INFINITY || copy.isDone) return copy.end();
      const next = await feed.runs.next();
      if (next.done === true) feed.source.seconds = Number.POSITIVE_INFINITY;
      else await copy.take(next.value, feed.source);
    }
  } finally {
    // What a reader holds of its budget is given back, also where a write failed.
    for (const { runs } of feeds) await runs.return(undefined);
  }
}

/** Puts packets into the new file, and counts them. */
class Copy {
  private readonly muxer: Muxer;
  private readonly infos: readonly StreamInfo[];
  private readonly range: CopyRange | null;
  private readonly onProgress: CopyOptions['onProgress'];
  private packets = 0;
  private bytes = 0;

  constructor(muxer: Muxer, streams: readonly CopiedStream[], { range, onProgress }: CopyOptions) {
    this.muxer = muxer;
    this.infos = streams.map(({ demuxer, index }) => demuxer.streams[index]!);
    this.range = range === undefined ? null : new CopyRange(range, this.infos);
    this.onProgress = onProgress;
  }

  /** Whether nothing more is wanted of the old files. */
  get isDone(): boolean {
    return this.range?.isDone === true;
  }

  /** Copies packets that were read together. */
  async take(run: readonly ReadPacket[], source: Source): Promise<void> {
    const { demuxer, targets } = source;
    const parts: Packet[][] = demuxer.streams.map(() => []);
    for (const { streamIndex, packet } of run) {
      if (targets.has(streamIndex)) parts[streamIndex]!.push(packet);
    }
    for (const [index, packets] of parts.entries()) {
      if (packets.length === 0) continue;
      const target = targets.get(index)!;
      if (this.range === null) await this.write(target, packets);
      else await this.writeEach(this.range.take(target, packets));
      source.seconds = toSeconds(packets.at(-1)!.dts, demuxer.streams[index]!.timeBase);
      this.onProgress?.(source.seconds);
    }
  }

  /** Writes what waited, and says what was written. */
  async end(): Promise<{ packets: number; bytes: number }> {
    if (this.range !== null) await this.writeEach(this.range.flush());
    const { packets, bytes } = this;
    return { packets, bytes };
  }

  private async writeEach(packets: readonly TargetPacket[]): Promise<void> {
    for (const { target, packet } of packets) await this.write(target, [packet]);
  }

  private async write(target: number, packets: readonly Packet[]): Promise<void> {
    const { kind, timeBase } = this.infos[target]!;
    for (const { data } of packets) this.bytes += data.length;
    this.packets += packets.length;
    await this.muxer.write(target, { kind, timeBase, packets });
  }
}

/** What a file says of itself without its chapters, whose times are those of the whole. */
function withoutChapters(about: FileDescription): FileDescription {
  return { ...about, chapters: [] };
}

/** What is in no copy of the sources; a part of one begins at another timecode. */
function unreadOf(sources: readonly Source[], isPart: boolean): string[] {
  return sources.flatMap(({ demuxer, targets }) => {
    const counted = demuxer.streams.some(({ timecode }, i) => timecode && targets.has(i));
    const { unread = [] } = demuxer.reader.about ?? {};
    return isPart && counted ? [...unread, 'the timecode, which begins elsewhere,'] : unread;
  });
}
