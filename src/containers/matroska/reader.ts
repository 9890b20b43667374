/** Reads Matroska and WebM files: streams at once, packets as they are asked for, damage reported and read past. */
import { type ByteSource, joinBytes } from '../../base/byte-stream.ts';
import {
  type ContainerReader,
  eachPacket,
  type ReadPacket,
  type ReadStart,
} from '../../base/container.ts';
import { FormatError, rejectUnknownKeys, StateError } from '../../base/errors.ts';
import type { FileDescription } from '../../base/file-description.ts';
import type { LimitOptions } from '../../base/limits.ts';
import type { StreamInfo } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { widenNalLengths } from '../../syntax/h264/byte-stream.ts';
import { ConfigSearch, withoutStartCodes } from '../config/config-search.ts';
import { samplesInFrame } from '../config/frame-duration.ts';
import { isKeyPicture } from '../config/key-pictures.ts';
import type { BlockFrame } from './block.ts';
import { ClusterReader } from './cluster-reader.ts';
import { clusterAt } from './cues.ts';
import { DecodeOrder, type TimedFrame } from './decode-order.ts';
import { quickTimeFrame } from './quicktime-entries.ts';
import { describeFile, type MatroskaDescription } from './segment-description.ts';
import { type OpenSegment, openSegment } from './segment-reader.ts';
import type { ReaderTrack } from './track-reader.ts';
import { cueOfWebm } from './webm-cues.ts';

/** A Matroska file that is open for reading. */
export interface MatroskaReader extends ContainerReader {
  readonly format: 'matroska' | 'webm';
  readonly description: MatroskaDescription;
  /** The faults of the file that were read past, in the order in which it was met; at most 100. Grows while packets are read. */
  readonly problems: readonly Problem[];
}

/** Options of `openMatroska`. */
export interface MatroskaReadOptions {
  /** Check the CRC-32 elements of clusters (those of descriptions are always checked). Default true. */
  readonly verifyChecksums?: boolean;
  /** Limits on the cost of the file. */
  readonly limits?: LimitOptions;
}

/**
 * Opens a Matroska or WebM file. The source stays the caller's to close. Throws `FormatError` if it is none, or has no
 * stream that can be read; `UnsupportedError` for encryption and for compression other than zlib and header stripping.
 */
export async function openMatroska(
  source: ByteSource,
  options: MatroskaReadOptions = {},
): Promise<MatroskaReader> {
  rejectUnknownKeys('matroska.options', options, ['verifyChecksums', 'limits']);
  const segment = await openSegment(source, options.limits);
  const tracks = await withConfigs(segment);
  return new SegmentReader({ ...segment, tracks }, options.verifyChecksums ?? true);
}

/** How far the first frames are looked into for a configuration; in a stream, not so far that they are dropped. */
const MAX_SEARCH_BYTES = 16 << 20;
const MAX_STREAM_SEARCH_BYTES = 256 << 10;

/**
 * The tracks of `segment`, with the configuration that stands in their first frames where the track itself has none. A track
 * without any is left out. Throws `FormatError` if none is left.
 */
async function withConfigs(segment: OpenSegment): Promise<ReadonlyMap<number, ReaderTrack>> {
  const { tracks, window, firstCluster, problems } = segment;
  const lacking = [...tracks.values()].filter((track) => track.lacksConfig);
  if (lacking.length === 0) return tracks;
  const maxBytes = window.source.size === null ? MAX_STREAM_SEARCH_BYTES : MAX_SEARCH_BYTES;
  const searches = new Map(
    lacking.map(({ stream, streamIndex }) => [streamIndex, new ConfigSearch(stream.codec)]),
  );
  const found = new Map<number, Uint8Array>();
  const peek = new SegmentReader({ ...segment, problems: [] }, false);
  for await (const run of peek.packetRuns()) {
    for (const { streamIndex, packet } of run) {
      const config = searches.get(streamIndex)?.add(packet.data) ?? null;
      if (config === null) continue;
      found.set(streamIndex, config);
      searches.delete(streamIndex);
    }
    const end = window.start + window.bytes.length;
    if (searches.size === 0 || end - firstCluster > maxBytes) break;
  }
  const kept = new Map<number, ReaderTrack>();
  for (const [number, track] of tracks) {
    const config = found.get(track.streamIndex) ?? track.stream.config;
    const isConfigured = !track.lacksConfig || found.has(track.streamIndex);
    const isKept = isConfigured || config.length > 0;
    if (isKept) {
      kept.set(number, { ...track, streamIndex: kept.size, stream: { ...track.stream, config } });
    }
    if (isConfigured) continue;
    const detail = `track ${number}: neither CodecPrivate nor its first frames configure ${track.stream.codec}`;
    report(problems, firstCluster, isKept ? detail : `${detail}; it is left out`);
    if (!isKept && tracks.size === 1)
      throw new FormatError('matroska.tracks', detail, firstCluster);
  }
  return kept;
}

/** Video codecs whose packets may be stored in another order than they are shown. */
const REORDERED = ['h264', 'hevc', 'mpeg1video', 'mpeg2video', 'mpeg4'];

class SegmentReader implements MatroskaReader {
  readonly format: 'matroska' | 'webm';
  readonly streams: readonly StreamInfo[];
  readonly description: MatroskaDescription;
  readonly about: FileDescription;
  readonly problems: readonly Problem[];
  private readonly segment: OpenSegment;
  private readonly verifiesChecksums: boolean;
  private isRead = false;

  constructor(segment: OpenSegment, verifiesChecksums: boolean) {
    this.segment = segment;
    this.verifiesChecksums = verifiesChecksums;
    this.format = segment.description.docType === 'webm' ? 'webm' : 'matroska';
    this.streams = [...segment.tracks.values()].map((track) => track.stream);
    this.description = segment.description;
    this.about = describeFile(segment.description);
    this.problems = segment.problems;
  }

  packets(): AsyncGenerator<ReadPacket> {
    return eachPacket(this.packetRuns());
  }

  async *packetRuns(from?: ReadStart): AsyncGenerator<readonly ReadPacket[]> {
    if (this.isRead && this.segment.window.source.size === null) {
      throw new StateError(
        'matroska.packets',
        'a stream can be read once; open a file to read again',
      );
    }
    this.isRead = true;
    const position = await this.startOf(from);
    const clusters = new ClusterReader(this.segment, this.verifiesChecksums, position);
    const order = new DecodeOrder(
      [...this.segment.tracks.values()].map((track) => ({
        mayReorder: REORDERED.includes(track.stream.codec),
        defaultTicks: track.defaultTicks,
        endPts: this.endOf(track),
      })),
    );
    const finishers = this.streams.map(() => new FrameFinisher());
    const frames: BlockFrame[] = [];
    for (let isMore = true; isMore; ) {
      frames.length = 0;
      isMore = await clusters.readMore(frames);
      for (const frame of frames) {
        const { streamIndex } = frame.track;
        const finished = finishers[streamIndex]!.finish(frame);
        // Lengths of NAL units that do not fit leave nothing of a damaged frame.
        if (finished.data.length > 0) order.add(streamIndex, finished);
      }
      const run: ReadPacket[] = [];
      for (let next = order.next(!isMore); next !== undefined; next = order.next(!isMore)) {
        run.push(next);
      }
      if (run.length > 0) yield run;
    }
  }

  /** Ticks at which the file ends, for sound that is alone in it; 0 where the file does not say that of the track. */
  private endOf({ stream, delayTicks }: ReaderTrack): number {
    if (stream.kind !== 'audio' || this.streams.length > 1) return 0;
    const [num, den] = stream.timeBase;
    const end = Math.round((this.description.duration * den) / num) - delayTicks;
    return Number.isSafeInteger(end) ? end : 0;
  }

  /** Where the walk through the clusters begins. */
  private async startOf(from: ReadStart | undefined): Promise<number> {
    if (from === undefined) return this.segment.firstCluster;
    for (const [trackNumber, track] of this.segment.tracks) {
      if (track.streamIndex !== from.streamIndex) continue;
      return await clusterAt(this.segment, track, trackNumber, from.seconds);
    }
    return this.segment.firstCluster;
  }
}

/** Completes the frames of one stream on one pass. */
class FrameFinisher {
  private track: ReaderTrack | null = null;
  private hasKey = false;
  /** Ticks from the start of the block to the frame that comes next. */
  private laceTicks = 0;

  /**
   * `frame` with its time in the lace, its duration from the coded bytes where the file has none, NAL lengths of four
   * bytes, and parameter sets where it is the first of a document that is configured in another way.
   */
  finish(frame: BlockFrame): TimedFrame {
    const { track } = frame;
    const { stream } = track;
    const isCanonical = track.nalLengthBytes === 0 || track.nalLengthBytes === 4;
    let data = isCanonical ? frame.data : widenNalLengths(frame.data, track.nalLengthBytes);
    if (track.mayHaveStartCodes) data = withoutStartCodes(data);
    if (stream.sampleEntry !== undefined) data = quickTimeFrame(stream, data);
    let { additions } = frame;
    if (track.hasWebmCues) ({ data, additions } = cueOfWebm(data));
    if (track !== this.track) {
      if (track.inBand !== undefined) data = joinBytes([track.inBand, data]);
      this.track = track;
    }
    const exact = frame.duration >= 0 ? frame.duration : codedTicks(stream, data);
    if (frame.laceIndex === 0) this.laceTicks = 0;
    const pts = frame.pts + Math.round(this.laceTicks);
    // A tick is all that is known of frames whose codec does not say how long they are.
    this.laceTicks += exact > 0 ? exact : 1;
    let duration = exact < 0 ? -1 : Math.round(exact);
    if (stream.kind === 'subtitle' && duration < 0) duration = 0;
    const discardPadding =
      stream.kind === 'audio'
        ? Math.max(0, Math.round((frame.discardPadding * stream.sampleRate) / 1e9))
        : 0;
    const isKey = frame.isKey || stream.kind !== 'video' || this.isUnmarkedKey(stream.codec, data);
    if (frame.isKey) this.hasKey = true;
    return { data, pts, duration, isKey, discardPadding, additions };
  }

  /** Whether a picture is a key one, in a file that has called none so. */
  private isUnmarkedKey(codec: string, data: Uint8Array): boolean {
    return !this.hasKey && isKeyPicture(codec, data, false);
  }
}

/** Ticks that a frame lasts by its own bytes, not rounded; -1 if they do not say. */
function codedTicks(stream: StreamInfo, data: Uint8Array): number {
  if (stream.kind !== 'audio') return -1;
  const samples = samplesInFrame(stream, data);
  const [num, den] = stream.timeBase;
  return samples > 0 ? (samples * den) / (num * stream.sampleRate) : -1;
}
