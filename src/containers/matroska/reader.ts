/** Reads Matroska and WebM files: streams at once, packets as they are asked for, damage reported and read past. */
import type { ByteSource } from '../../base/byte-stream.ts';
import {
  type ContainerReader,
  eachPacket,
  type ReadPacket,
  type ReadStart,
} from '../../base/container.ts';
import { StateError } from '../../base/errors.ts';
import type { FileDescription } from '../../base/file-description.ts';
import type { StreamInfo } from '../../base/packet.ts';
import type { Problem } from '../../base/problems.ts';
import { rescale } from '../../base/rational.ts';
import { widenNalLengths } from '../../syntax/h264/byte-stream.ts';
import { type BlockFrame, ClusterReader } from './cluster-reader.ts';
import { clusterAt } from './cues.ts';
import { DecodeOrder, type TimedFrame } from './decode-order.ts';
import { samplesInFrame } from './frame-duration.ts';
import {
  describeFile,
  type MatroskaDescription,
  type OpenSegment,
  openSegment,
} from './segment-reader.ts';

/** A Matroska file that is open for reading. */
export interface MatroskaReader extends ContainerReader {
  readonly format: 'matroska' | 'webm';
  readonly description: MatroskaDescription;
  /** What was wrong with the file and read past, in the order in which it was met; at most 100. Grows while packets are read. */
  readonly problems: readonly Problem[];
}

/** Options of `openMatroska`. */
export interface MatroskaReadOptions {
  /** Check the CRC-32 elements of clusters (those of descriptions are always checked). Default true. */
  readonly verifyChecksums?: boolean;
}

/**
 * Opens a Matroska or WebM file. The source stays the caller's to close. Throws `FormatError` if it is none, or has no
 * stream that can be read; `UnsupportedError` for encryption and for compression other than zlib and header stripping.
 */
export async function openMatroska(
  source: ByteSource,
  options: MatroskaReadOptions = {},
): Promise<MatroskaReader> {
  return new SegmentReader(await openSegment(source), options.verifyChecksums ?? true);
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
      [...this.segment.tracks.values()].map(({ stream, defaultTicks }) => ({
        mayReorder: REORDERED.includes(stream.codec),
        defaultTicks,
      })),
    );
    const frames: BlockFrame[] = [];
    for (let isMore = true; isMore; ) {
      frames.length = 0;
      isMore = await clusters.readMore(frames);
      for (const frame of frames) order.add(frame.track.streamIndex, timedFrame(frame));
      const run: ReadPacket[] = [];
      for (let next = order.next(!isMore); next !== undefined; next = order.next(!isMore)) {
        run.push(next);
      }
      if (run.length > 0) yield run;
    }
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

/** `frame` with its duration from the coded bytes where the file has none, and with NAL lengths of four bytes. */
function timedFrame(frame: BlockFrame): TimedFrame {
  const { track, pts, isKey } = frame;
  const { stream } = track;
  const isCanonical = track.nalLengthBytes === 0 || track.nalLengthBytes === 4;
  const data = isCanonical ? frame.data : widenNalLengths(frame.data, track.nalLengthBytes);
  let duration = frame.duration < 0 ? -1 : Math.round(frame.duration);
  let discardPadding = 0;
  if (stream.kind === 'audio') {
    if (duration < 0) {
      const samples = samplesInFrame(stream, data);
      if (samples > 0) duration = rescale(samples, [1, stream.sampleRate], stream.timeBase);
    }
    discardPadding = Math.max(0, Math.round((frame.discardPadding * stream.sampleRate) / 1e9));
  } else if (stream.kind === 'subtitle' && duration < 0) duration = 0;
  return { data, pts, duration, isKey: isKey || stream.kind !== 'video', discardPadding };
}
