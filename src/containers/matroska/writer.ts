/**
 * Writes Matroska and WebM files (RFC 9559). What comes before the media is written first, with room for what is known
 * only at the end: the segment's size, the duration, the index of the top-level elements. Until they are filled in the
 * file says "unknown", so that it plays up to its last whole cluster if it is never finished.
 */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import { ConfigError, StateError } from '../../base/errors.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import { type Rational, reduced, rescale } from '../../base/rational.ts';
import { withElements } from '../config/picture-facts.ts';
import { ClusterWriter } from './cluster-writer.ts';
import { CuesWriter } from './cues-writer.ts';
import { EbmlWriter } from './ebml-writer.ts';
import { type ElementName, ID } from './element-table.ts';
import { writeAttachments, writeChapters, writeInfo, writeTags } from './metadata-writer.ts';
import {
  type MatroskaOptions,
  type ResolvedMatroskaOptions,
  resolveMatroskaOptions,
} from './options.ts';
import { pcmSampleBytes } from './pcm-and-fourcc.ts';
import { quickTimeBlock } from './quicktime-entries.ts';
import { cutInFront, hasOwnStyle, hasStyles, lossesOf, stylesOf } from './stream-losses.ts';
import {
  checkStream,
  codecDelayOf,
  defaultDurationOf,
  MAX_TRACKS,
  writeTrackEntry,
} from './track-writer.ts';
import { webmCue } from './webm-cues.ts';

/** DocTypeVersion: CodecDelay and DiscardPadding are of version 4; a reader of version 2 (SimpleBlock) can read the rest. */
const DOC_TYPE_VERSION = 4;
const DOC_TYPE_READ_VERSION = 2;

/** Room for a SeekHead of six entries with positions of 8 bytes. */
const SEEK_HEAD_BYTES = 160;

/** Held packets while the first timestamp is not known; more of them means that times never reach zero. */
const MAX_HELD_PACKETS = 1000;

/** Codecs whose frames say themselves how long they last, so that a reader needs no duration from the file. */
const SELF_TIMED = [
  'opus',
  'vorbis',
  'flac',
  'mp3',
  'mp2',
  'mp1',
  'ac3',
  'eac3',
  'aac',
  'dts',
  'truehd',
];

/** The facts of a stream that the writer keeps. */
interface WriterTrack {
  readonly stream: StreamInfo;
  /** Ticks that timestamps are later than presentation times, for CodecDelay. */
  readonly delay: number;
  /** Ticks per packet as DefaultDuration says, not rounded; 0 if there is none. */
  readonly defaultTicks: number;
  readonly isSelfTimed: boolean;
  /** What becomes of packets in the file, null for those that are left out; null where they stay what they are. */
  readonly toBlock: ((packet: Packet) => Packet | null) | null;
  previous: number;
  lastDts: number;
  /** Whether it was told that something of it is before the start, and that styles of its text are left out. */
  isCut: boolean;
  isStyled: boolean;
}

/**
 * Writer of a file with `streams` into `sink`. Throws `ConfigError` for wrong options, `UnsupportedError` with the reason
 * for a stream that such a file cannot hold.
 */
export function createMatroskaWriter(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: MatroskaOptions = {},
): ContainerWriter {
  return new MatroskaWriter(sink, streams, resolveMatroskaOptions(options, sink.seekable, streams));
}

class MatroskaWriter implements ContainerWriter {
  readonly timeBases: readonly Rational[];
  readonly holdsAdditions = true;
  readonly losses: readonly string[];
  private readonly sink: ByteSink;
  private readonly options: ResolvedMatroskaOptions;
  private readonly tracks: WriterTrack[];
  private readonly indexTrack: number;
  private clusters: ClusterWriter | null = null;
  private segmentStart = 0;
  private durationAt = 0;
  /** Top-level elements in order, with their bytes from the start of the segment's data. */
  private readonly seekEntries: { name: ElementName; position: number }[] = [];
  private readonly cues: CuesWriter;
  private held: { streamIndex: number; packet: Packet }[] | null = [];
  /** Ticks added to all times so that none is negative. */
  private shift = 0;
  private end = 0;

  constructor(sink: ByteSink, given: readonly StreamInfo[], options: ResolvedMatroskaOptions) {
    const carried = given.map(withElements);
    const streams = carried.map(({ stream }) => stream);
    if (streams.length === 0 || streams.length > MAX_TRACKS) {
      throw new ConfigError(
        'matroska.streams',
        `got ${streams.length}, allowed are 1..${MAX_TRACKS}`,
      );
    }
    for (const [i, stream] of streams.entries()) checkStream(stream, i, options.docType);
    this.losses = carried.flatMap(({ stream, lost }, i) => lossesOf(stream, lost, i));
    this.sink = sink;
    this.options = options;
    const timeBase = reduced([options.timestampScale, 1e9]);
    this.timeBases = streams.map(() => timeBase);
    this.tracks = streams.map((stream) => ({
      stream,
      delay: rescale(codecDelayOf(stream), [1, 1e9], timeBase),
      defaultTicks: defaultDurationOf(stream) / options.timestampScale,
      toBlock: toBlockOf(stream, options.docType),
      isSelfTimed: SELF_TIMED.includes(stream.codec) || pcmSampleBytes(stream.codec) > 0,
      previous: 0,
      lastDts: Number.NEGATIVE_INFINITY,
      isCut: false,
      // What has no styles has none to be left out.
      isStyled: stream.codec !== 'mov_text' || hasOwnStyle(stream),
    }));
    const video = streams.findIndex((stream) => stream.kind === 'video');
    this.indexTrack =
      video >= 0
        ? video
        : Math.max(
            0,
            streams.findIndex((s) => s.kind === 'audio'),
          );
    this.cues = new CuesWriter(this.indexTrack + 1);
  }

  async writeHeader(): Promise<void> {
    if (this.clusters !== null) throw new StateError('matroska.writeHeader', 'was called already');
    const { options } = this;
    const w = new EbmlWriter();
    w.master('EBML', (header) => {
      header.uint('EBMLVersion', 1);
      header.uint('EBMLReadVersion', 1);
      header.uint('EBMLMaxIDLength', 4);
      header.uint('EBMLMaxSizeLength', 8);
      header.text('DocType', options.docType);
      header.uint('DocTypeVersion', DOC_TYPE_VERSION);
      header.uint('DocTypeReadVersion', DOC_TYPE_READ_VERSION);
    });
    w.id(ID.Segment);
    w.unknownSize();
    this.segmentStart = w.position;
    if (!options.live) w.void(SEEK_HEAD_BYTES);
    this.topLevel(w, 'Info', () => {
      this.durationAt = writeInfo(w, options);
    });
    this.topLevel(w, 'Tracks', () => {
      w.master('Tracks', (entries) => {
        for (const [i, { stream }] of this.tracks.entries()) {
          writeTrackEntry(entries, stream, i, options.docType);
        }
      });
    });
    this.topLevel(w, 'Chapters', () => writeChapters(w, options));
    this.topLevel(w, 'Attachments', () => writeAttachments(w, options));
    this.topLevel(w, 'Tags', () =>
      writeTags(
        w,
        options,
        this.tracks.map(({ stream }) => stream),
      ),
    );
    this.clusters = new ClusterWriter(this.sink, w.position, options);
    await this.sink.write(w.bytes.view());
  }

  /** Pictures and sound before the start, which players show, and styles of text: told once for each stream. */
  lossOf(streamIndex: number, packet: Packet): string | null {
    const track = this.tracks[streamIndex]!;
    const before = -(packet.pts + track.delay);
    if (before > 0 && before >= packet.duration && !track.isCut) {
      track.isCut = true;
      return cutInFront(streamIndex, (before * this.options.timestampScale) / 1e6);
    }
    if (track.isStyled || !hasStyles(packet.data)) return null;
    track.isStyled = true;
    return stylesOf(streamIndex);
  }

  writePacket(streamIndex: number, packet: Packet): Promise<void> | void {
    const track = this.tracks[streamIndex];
    if (!track) {
      throw new ConfigError(
        'matroska.writePacket',
        `got stream ${streamIndex}, allowed are 0..${this.tracks.length - 1}`,
      );
    }
    if (packet.dts < track.lastDts) {
      throw new ConfigError(
        `matroska.streams[${streamIndex}]`,
        `decoding time ${packet.dts} follows ${track.lastDts}; allowed are times that do not fall`,
      );
    }
    track.lastDts = packet.dts;
    if (this.held === null) return this.writeBlock(streamIndex, packet);
    // Packets come by rising decoding time, so none before zero follows the first one that is not.
    this.held.push({ streamIndex, packet });
    if (packet.dts >= 0 || this.held.length > MAX_HELD_PACKETS) return this.release();
  }

  async writeTrailer(): Promise<void> {
    await this.release();
    const { sink, options } = this;
    const clusters = this.openClusters('writeTrailer');
    await clusters.finish();
    if (options.live) return;
    let segmentSize = clusters.position - this.segmentStart;
    if (this.cues.length > 0) {
      this.seekEntries.push({ name: 'Cues', position: segmentSize });
      segmentSize += await this.cues.write(sink);
    }
    await this.patch(this.segmentStart - 8, (p) => p.size(segmentSize, 8));
    await this.patch(this.segmentStart, (p) => {
      this.writeSeekHead(p);
      if (p.position < SEEK_HEAD_BYTES) p.void(SEEK_HEAD_BYTES - p.position);
    });
    if (this.end > 0) {
      await this.patch(this.durationAt, (p) => p.float('Duration', this.end));
    }
  }

  /** Writes what `write` adds to `w`, and notes where it begins if it adds anything. */
  private topLevel(w: EbmlWriter, name: ElementName, write: () => void): void {
    const before = w.position;
    write();
    if (w.position > before) this.seekEntries.push({ name, position: before - this.segmentStart });
  }

  /** Finds the shift that the first packets ask for, and writes them. */
  private async release(): Promise<void> {
    const { held } = this;
    if (held === null) return;
    this.openClusters('writePacket');
    this.held = null;
    for (const { streamIndex, packet } of held) {
      this.shift = Math.max(this.shift, -(packet.pts + this.tracks[streamIndex]!.delay));
    }
    for (const { streamIndex, packet } of held) await this.writeBlock(streamIndex, packet);
  }

  private writeBlock(streamIndex: number, given: Packet): Promise<void> | void {
    const track = this.tracks[streamIndex]!;
    const clusters = this.openClusters('writePacket');
    const packet = track.toBlock === null ? given : track.toBlock(given);
    if (packet === null) return;
    const timestamp = packet.pts + track.delay + this.shift;
    if (timestamp < 0) {
      throw new ConfigError(
        `matroska.streams[${streamIndex}]`,
        `presentation time ${packet.pts} is before the first one of the file; Matroska has no negative times`,
      );
    }
    const isIndexed = streamIndex === this.indexTrack;
    const padding = packet.discardPadding ?? 0;
    const { stream } = track;
    const discardPadding =
      padding > 0 && stream.kind === 'audio' ? Math.round((padding * 1e9) / stream.sampleRate) : 0;
    const writing = clusters.add({
      trackNumber: streamIndex + 1,
      timestamp,
      packet,
      duration: this.durationToWrite(track, packet, discardPadding),
      discardPadding,
      previous: track.previous,
      isClusterStart: isIndexed && packet.isKey,
    });
    track.previous = timestamp;
    const paddingTicks = rescale(discardPadding, [1, 1e9], this.timeBases[streamIndex]!);
    const whole = Math.max(packet.duration, Math.round(track.defaultTicks));
    const presented = Math.min(packet.duration, Math.max(0, whole - paddingTicks));
    this.end = Math.max(this.end, timestamp - track.delay + presented);
    const needsCue = isIndexed && packet.isKey && !this.options.live;
    if (!needsCue) return writing;
    if (writing !== undefined) return this.addCueAfter(writing, timestamp, clusters);
    this.addCue(timestamp, clusters);
  }

  /** BlockDuration in ticks, or -1 if DefaultDuration or the frame itself says it to the tick. */
  private durationToWrite(track: WriterTrack, packet: Packet, discardPadding: number): number {
    const { stream, defaultTicks } = track;
    if (stream.kind === 'subtitle') return packet.duration;
    if (defaultTicks > 0) {
      // Some producers have taken the padding off the duration already, some have not; DiscardPadding says it anyway.
      const missing = defaultTicks - packet.duration;
      const padding = discardPadding / this.options.timestampScale;
      return Math.abs(missing) < 1 || Math.abs(missing - padding) < 1 ? -1 : packet.duration;
    }
    return track.isSelfTimed || packet.duration === 0 ? -1 : packet.duration;
  }

  /** One entry for each key frame of video; for sound one for each cluster, for every packet is a key frame. */
  private addCue(timestamp: number, clusters: ClusterWriter): void {
    const position = clusters.place.clusterPosition - this.segmentStart;
    const isVideo = this.tracks[this.indexTrack]!.stream.kind === 'video';
    if (!isVideo && this.cues.lastCluster === position) return;
    this.cues.add(timestamp, position, clusters.place.relativePosition);
  }

  private async addCueAfter(
    writing: Promise<void>,
    timestamp: number,
    clusters: ClusterWriter,
  ): Promise<void> {
    await writing;
    this.addCue(timestamp, clusters);
  }

  /** SeekHead, RFC 9559 clause 5.1.1. */
  private writeSeekHead(w: EbmlWriter): void {
    w.master('SeekHead', (head) => {
      for (const { name, position } of this.seekEntries) {
        head.master('Seek', (seek) => {
          const id = new EbmlWriter();
          id.id(ID[name]);
          seek.binary('SeekID', id.bytes.view());
          seek.uint('SeekPosition', position);
        });
      }
    });
  }

  private async patch(position: number, write: (w: EbmlWriter) => void): Promise<void> {
    const w = new EbmlWriter();
    write(w);
    await this.sink.writeAt(position, w.bytes.view());
  }

  private openClusters(method: string): ClusterWriter {
    if (this.clusters === null) {
      throw new StateError(`matroska.${method}`, 'call writeHeader first');
    }
    return this.clusters;
  }
}

function toBlockOf(stream: StreamInfo, docType: string): WriterTrack['toBlock'] {
  const { codec } = stream;
  if (codec === 'mov_text') return plainText;
  if (codec === 'webvtt' && docType === 'webm') return webmCue;
  return quickTimeBlock(stream);
}

/**
 * The text of a timed text sample (3GPP TS 26.245 clause 5.17: a 16-bit length, text, boxes of style that have no place
 * here); null for the empty samples that MP4 puts between cues.
 */
function plainText(packet: Packet): Packet | null {
  const { data } = packet;
  const length = data.length < 2 ? 0 : (data[0]! << 8) | data[1]!;
  return length === 0 ? null : { ...packet, data: data.subarray(2, 2 + length) };
}
