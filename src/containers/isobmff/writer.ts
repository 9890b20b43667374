/**
 * The writer of MP4 files with one `moov`: `ftyp`, media data, `moov`. Packets go to the sink as they come; what is kept of them are
 * the tables of `moov` (sample-table.ts). Fragmented files have a writer of their own (fragment-writer.ts).
 */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import { ConfigError, StateError } from '../../base/errors.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import { BoxWriter } from './box-writer.ts';
import { ftyp } from './boxes-movie.ts';
import {
  type MediaData,
  moveBack,
  PatchedMediaData,
  SegmentedMediaData,
  SpooledMediaData,
} from './media-data.ts';
import { writeMovie } from './movie.ts';
import { type Mp4Options, type ResolvedMp4Options, resolveMp4Options } from './options.ts';
import { checkStream } from './sample-entries.ts';
import { type Mp4Tools, missingTool, SMALL_TOOLS } from './tools.ts';
import { Mp4Track } from './track.ts';

/** Bytes after which a chunk ends though no other track's data came between. */
const MAX_CHUNK_BYTES = 1 << 20;

/** Brands of a file with one `moov`: major first. */
const BRANDS = {
  mp4: ['isom', 'iso2', 'avc1', 'mp41'],
  m4a: ['M4A ', 'isom', 'iso2', 'mp42'],
  mov: ['qt  '],
} as const;

const MINOR_VERSION = 0x200;

/**
 * Makes a writer of an MP4, M4A or MOV file of H.264 and AAC with one `moov`, without text, chapters and titles: the same bytes as
 * `createMp4Writer`, for small bundles.
 *
 * Throws `ConfigError` for wrong options or incomplete streams, `UnsupportedError` for what only `createMp4Writer` can.
 */
export function createSmallMp4Writer(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: Mp4Options = {},
): ContainerWriter {
  return openWriter(sink, streams, options, SMALL_TOOLS);
}

/** Opens a writer with those tools. */
export function openWriter(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: Mp4Options,
  tools: Mp4Tools,
): ContainerWriter {
  const resolved = resolveMp4Options({ fragmented: false, ...options }, sink.seekable);
  if (resolved.fragmented !== null) {
    throw new ConfigError('mp4.options.fragmented', 'this writer has none; take createMp4Writer');
  }
  return new PlainMp4Writer(sink, openTracks(streams, resolved, tools), resolved, tools);
}

/** A track for each stream. Throws as `createMp4Writer` does for streams that the file cannot hold. */
export function openTracks(
  streams: readonly StreamInfo[],
  { format, chapters, metadata, otherTags }: ResolvedMp4Options,
  tools: Mp4Tools,
): readonly Mp4Track[] {
  if (streams.length === 0) {
    throw new ConfigError('mp4.streams', 'got none, allowed are one or more');
  }
  for (const [i, stream] of streams.entries()) checkStream(stream, i, format, tools);
  if (tools.text === null && chapters.length > 0) {
    throw missingTool('mp4.options.chapters', 'given');
  }
  if (tools.writeUserData === null && Object.keys(metadata).length + otherTags.size > 0) {
    throw missingTool('mp4.options.metadata', 'given');
  }
  return streams.map((stream, i) => {
    return new Mp4Track(stream, i, tools.entries?.pcmBytes(stream.codec));
  });
}

/** The writer of files with one `moov`. */
export class PlainMp4Writer implements ContainerWriter {
  readonly needsRisingTimes = true;
  readonly timeBases: readonly (readonly [num: number, den: number])[];
  readonly losses: readonly string[];
  private readonly sink: ByteSink;
  private readonly tracks: readonly Mp4Track[];
  private readonly options: ResolvedMp4Options;
  private readonly tools: Mp4Tools;
  private mediaData: MediaData | null = null;
  private isFinished = false;
  /** Bytes before the media data. */
  private headerBytes = 0;
  private lastTrack: Mp4Track | null = null;
  /** Where the last packet ended, and where its chunk began. */
  private lastEnd = 0;
  private chunkStart = 0;

  constructor(
    sink: ByteSink,
    tracks: readonly Mp4Track[],
    options: ResolvedMp4Options,
    tools: Mp4Tools,
  ) {
    this.tools = tools;
    this.sink = sink;
    this.tracks = tracks;
    this.options = options;
    this.timeBases = tracks.map((track) => [1, track.timescale] as const);
    this.losses = tools.kinds?.lost(tracks.map(({ stream }) => stream)) ?? [];
  }

  async writeHeader(): Promise<void> {
    if (this.mediaData !== null) throw new StateError('mp4.writeHeader', 'was called already');
    const w = new BoxWriter();
    const compatible_brands = [...BRANDS[this.options.format]];
    w.put(ftyp, {
      major_brand: compatible_brands[0],
      minor_version: MINOR_VERSION,
      compatible_brands,
    });
    await this.sink.write(w.view());
    this.headerBytes = w.position;
    if (this.options.faststart && !this.canMove()) {
      this.mediaData = new SpooledMediaData(this.headerBytes);
    } else if (this.sink.seekable) {
      this.mediaData = await PatchedMediaData.begin(this.sink, this.headerBytes);
    } else {
      this.mediaData = new SegmentedMediaData(this.sink, this.headerBytes);
    }
  }

  private canMove(): boolean {
    return this.sink.seekable && this.sink.readAt !== undefined;
  }

  writePacket(streamIndex: number, packet: Packet): Promise<void> | void {
    const { mediaData } = this;
    if (mediaData === null) throw new StateError('mp4.writePacket', 'call writeHeader before');
    if (this.isFinished) throw new StateError('mp4.writePacket', 'the trailer is written');
    const track = this.tracks[streamIndex];
    if (track === undefined) {
      throw new ConfigError(
        'mp4.streamIndex',
        `got ${streamIndex}, allowed are 0..${this.tracks.length - 1}`,
      );
    }
    track.checkPacket(packet);
    if (track.stream.kind !== 'subtitle') return this.writeSample(track, packet, mediaData);
    return this.writeCue(track, packet, mediaData);
  }

  private async writeCue(track: Mp4Track, packet: Packet, mediaData: MediaData): Promise<void> {
    for (const sample of this.tools.text?.samples(track, packet) ?? []) {
      await this.writeSample(track, sample, mediaData);
    }
  }

  private writeSample(track: Mp4Track, sample: Packet, mediaData: MediaData): Promise<void> | void {
    const position = mediaData.place(sample.data.length);
    const continues =
      track === this.lastTrack &&
      position === this.lastEnd &&
      position - this.chunkStart < MAX_CHUNK_BYTES;
    if (!continues) this.chunkStart = position;
    this.lastTrack = track;
    this.lastEnd = position + sample.data.length;
    track.addPacket(sample, position, !continues);
    return mediaData.append(sample.data);
  }

  async writeTrailer(): Promise<void> {
    const { mediaData, sink } = this;
    if (mediaData === null) throw new StateError('mp4.writeTrailer', 'call writeHeader before');
    if (this.isFinished) throw new StateError('mp4.writeTrailer', 'was called already');
    this.isFinished = true;
    const tracks = this.tracks.filter((track) => track.packetCount > 0);
    for (const track of tracks) {
      const closing = this.tools.text?.closing(track) ?? null;
      if (closing !== null) await this.writeSample(track, closing, mediaData);
      track.finish();
    }
    const write = (track: Mp4Track, packet: Packet) => this.writeSample(track, packet, mediaData);
    await this.tools.addTimecodes?.(tracks, write);
    await this.addChapters(tracks, mediaData);
    await mediaData.finish();
    if (!this.options.faststart) {
      for (const piece of this.movie(tracks, 0).pieces()) await sink.write(piece);
      return;
    }
    const movie = this.movieInFront(tracks);
    if (mediaData instanceof SpooledMediaData) {
      for (const piece of movie.pieces()) await sink.write(piece);
      await mediaData.writeTo(sink);
    } else {
      await moveBack(sink, this.headerBytes, mediaData.end, movie.position);
      let position = this.headerBytes;
      for (const piece of movie.pieces()) {
        await sink.writeAt(position, piece);
        position += piece.length;
      }
    }
  }

  /** Writes the titles of the chapters behind all media, and adds their track to `tracks`. */
  private async addChapters(tracks: Mp4Track[], mediaData: MediaData): Promise<void> {
    const { chapters } = this.options;
    const { text } = this.tools;
    if (chapters.length === 0 || tracks.length === 0 || text === null) return;
    const ends = tracks.map(({ endPts, timescale }) => endPts / timescale);
    const { track, packets } = text.chapterTrack(chapters, tracks.length, Math.max(...ends));
    for (const packet of packets) await this.writeSample(track, packet, mediaData);
    track.finish();
    tracks.push(track);
  }

  private movie(tracks: readonly Mp4Track[], offsetShift: number): BoxWriter {
    const w = new BoxWriter();
    writeMovie(w, tracks, {
      ...{ options: this.options, tools: this.tools },
      ...{ offsetShift, isFragmented: false },
    });
    return w;
  }

  /** A `moov` that stands before the media data: its size moves the chunks, and their offsets may change its size. */
  private movieInFront(tracks: readonly Mp4Track[]): BoxWriter {
    let movie = this.movie(tracks, 0);
    for (;;) {
      const shift = movie.position;
      movie = this.movie(tracks, shift);
      // Offsets only grow from 32 to 64 bits, so this ends at the second or third try.
      if (movie.position === shift) return movie;
    }
  }
}
