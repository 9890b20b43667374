/** Writes `moov` from what the tracks have collected: headers, edit lists, sample tables. ISOBMFF clauses 8.2 to 8.9. */

import { gcd } from '../../base/math.ts';
import type { StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import { rescale } from '../../base/rational.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import type { BoxWriter } from './box-writer.ts';
import { trex } from './boxes-fragments.ts';
import {
  dref,
  type EditListEntry,
  elst,
  hdlr,
  mdhd,
  mvhd,
  opaque,
  smhd,
  TRACK_ENABLED,
  TRACK_IN_MOVIE,
  tkhd,
  UNITY_MATRIX,
  url,
  vmhd,
} from './boxes-movie.ts';
import {
  co64,
  ctts,
  sbgp,
  sdtp,
  sgpd,
  stco,
  stsc,
  stsd,
  stss,
  stsz,
  stts,
} from './boxes-samples.ts';
import type { ResolvedMp4Options } from './options.ts';
import { writeSampleEntry } from './sample-entries.ts';
import type { OffsetList } from './sample-table.ts';
import { fourccNumber } from './syntax.ts';
import type { Mp4Tools } from './tools.ts';
import type { Mp4Track } from './track.ts';

const MAX_U32 = 0xffffffff;
/** Largest movie timescale; beyond, some readers take it as negative. */
const MAX_MOVIE_TIMESCALE = 0x7fffffff;

/** The parts of a movie beyond its tracks. */
export interface MovieLayout {
  readonly options: ResolvedMp4Options;
  /** Bytes to add to every chunk offset: the size of the boxes that will be put before the media data. */
  readonly offsetShift: number;
  /** Whether samples come in fragments: the tables are empty then, and durations open. */
  readonly isFragmented: boolean;
  readonly tools: Mp4Tools;
}

/**
 * Ticks per second of the movie header, in which edit lists count: the least common multiple of the tracks' timescales,
 * so that every edit is exact. Where that is too large, the audio's, because audio is cut to the sample.
 */
export function movieTimescale(tracks: readonly Mp4Track[]): number {
  let multiple = 1;
  for (const { timescale } of tracks) {
    multiple = (multiple / gcd(multiple, timescale)) * timescale;
    if (multiple > MAX_MOVIE_TIMESCALE) {
      const audio = tracks.find((track) => track.stream.kind === 'audio');
      return Math.min((audio ?? tracks[0]).timescale, MAX_U32);
    }
  }
  return tracks.length === 0 ? 1000 : multiple;
}

/**
 * Edit list of a track, ISOBMFF clause 8.6.6. The media timeline starts with the first packet's decoding time; times
 * below 0 (encoder delay, or what was cut) are skipped by `media_time`, times above are reached by an empty edit.
 * Empty if the timelines are the same.
 */
export function editList(
  track: Mp4Track,
  timescale: number,
  isFragmented: boolean,
): EditListEntry[] {
  const rate = { media_rate_integer: 1, media_rate_fraction: 0 };
  const { firstDts, startPts, endPts } = track;
  if (isFragmented) {
    // Fragments state decoding times themselves, from 0 on; the edit lasts as long as they do (duration 0).
    return firstDts < 0 ? [{ segment_duration: 0, media_time: -firstDts, ...rate }] : [];
  }
  const start = Math.max(0, startPts);
  const media_time = start - firstDts;
  const ticks = Math.max(0, endPts - start);
  // A last text of no duration is one that ends the cues: readers show it until the movie ends where no edit ends before.
  const endsEmpty = track.stream.kind === 'subtitle' && track.endsEmpty;
  const isWhole = media_time === 0 && ticks === track.samples.totalDuration;
  if (start === 0 && isWhole && !endsEmpty) return [];
  const toMovie = (t: number): number => rescale(t, [1, track.timescale], [1, timescale]);
  const entries: EditListEntry[] = [];
  if (start > 0) entries.push({ segment_duration: toMovie(start), media_time: -1, ...rate });
  entries.push({ segment_duration: toMovie(ticks), media_time, ...rate });
  return entries;
}

/** Duration of `track` in the movie's ticks: the sum of its edits, or all of its media if it has none. */
function presentationDuration(
  track: Mp4Track,
  edits: readonly EditListEntry[],
  timescale: number,
): number {
  if (edits.length > 0) return edits.reduce((sum, edit) => sum + edit.segment_duration, 0);
  return rescale(track.samples.totalDuration, [1, track.timescale], [1, timescale]);
}

/** Writes `moov` with `tracks`, whose track_IDs are their places in the list, from 1. */
export function writeMovie(w: BoxWriter, tracks: readonly Mp4Track[], layout: MovieLayout): void {
  const { options, isFragmented, tools } = layout;
  const timescale = movieTimescale(tracks);
  const edits = tracks.map((track) => editList(track, timescale, isFragmented));
  const durations = tracks.map((track, i) =>
    isFragmented ? 0 : presentationDuration(track, edits[i], timescale),
  );
  const duration = durations.reduce((longest, each) => Math.max(longest, each), 0);
  // The track_ID of the chapters' track, 0 if there is none.
  const chapters = tracks.findIndex(({ stream }) => tools.text?.isChapters(stream) === true) + 1;
  const { creation_time } = options;
  const times = { creation_time, modification_time: creation_time };
  w.box('moov', () => {
    const version = duration > MAX_U32 || creation_time > MAX_U32 ? 1 : 0;
    w.put(mvhd, { version, ...times, timescale, duration, next_track_ID: tracks.length + 1 });
    for (const [i, track] of tracks.entries()) {
      w.box('trak', () => {
        writeTrackHeader(w, tracks, i, durations[i], times, i + 1 === chapters);
        tools.writeLinks?.(w, tracks, i);
        if (edits[i].length > 0) w.box('edts', () => writeEdits(w, edits[i]));
        w.box('mdia', () => writeMedia(w, track, layout));
        writeTrackData(w, track.stream, tools);
        tools.writeTrackTexts?.(w, track.stream, options.format);
      });
    }
    if (isFragmented) {
      w.box('mvex', () => {
        for (let i = 0; i < tracks.length; i++) w.put(trex, { track_ID: i + 1 });
      });
    }
    tools.writeUserData?.(w, options);
  });
}

/** `udta` of a track, if there is anything to say: its title, and what it is for. */
function writeTrackData(w: BoxWriter, stream: StreamInfo, { kinds }: Mp4Tools): void {
  const { title } = stream;
  const hasKinds = kinds?.has(stream) === true;
  if (title === undefined && !hasKinds) return;
  w.box('udta', () => {
    if (title !== undefined) w.put(opaque, { data: encodeUtf8(title) }, null, 'name');
    if (hasKinds) kinds.write(w, stream);
  });
}

function writeEdits(w: BoxWriter, entries: EditListEntry[]): void {
  const isLarge = entries.some(
    ({ segment_duration, media_time }) => segment_duration > MAX_U32 || media_time > 0x7fffffff,
  );
  w.put(elst, { version: isLarge ? 1 : 0, entries });
}

/** Group of tracks of one kind, of which a player shows one: 0 is none. */
const ALTERNATE_GROUPS = { video: 0, audio: 1, subtitle: 2 };

/**
 * Whether a track is one that players show: a default one, or the first of its kind where none is. Pictures and sound are not
 * off as a whole, though every track of them says that it is no default; texts may be.
 */
function isShown(tracks: readonly Mp4Track[], index: number): boolean {
  const { kind, isDefault } = tracks[index].stream;
  const sameKind = tracks.filter(({ stream }) => stream.kind === kind);
  if (sameKind.some(({ stream }) => stream.isDefault === true)) return isDefault === true;
  if (kind === 'subtitle' && isDefault === false) return false;
  return sameKind[0] === tracks[index];
}

function writeTrackHeader(
  w: BoxWriter,
  tracks: readonly Mp4Track[],
  index: number,
  duration: number,
  times: { creation_time: number; modification_time: number },
  isChapters: boolean,
): void {
  const { stream } = tracks[index];
  const isEnabled = !isChapters && isShown(tracks, index);
  const size = { width: 0, height: 0, matrix: UNITY_MATRIX };
  if (stream.kind === 'video') {
    const [num, den] = stream.sampleAspectRatio ?? [1, 1];
    size.width = Math.round((stream.width * num * 65536) / den);
    size.height = stream.height * 65536;
    size.matrix = orientationMatrix(stream, size.width, size.height);
  }
  w.put(tkhd, {
    version: duration > MAX_U32 || times.creation_time > MAX_U32 ? 1 : 0,
    flags: TRACK_IN_MOVIE | (isEnabled ? TRACK_ENABLED : 0),
    ...times,
    track_ID: index + 1,
    duration,
    alternate_group:
      isChapters || stream.sampleEntry !== undefined ? 0 : ALTERNATE_GROUPS[stream.kind],
    volume: stream.kind === 'audio' ? 0x0100 : 0,
    ...size,
  });
}

/**
 * Matrix that turns the picture clockwise by `degrees` about the origin and moves it back into view. Entries a b u c d v
 * x y w: x' = ax + cy + x, y' = bx + dy + y (ISOBMFF clause 6.2.2); `width` and `height` in 16.16.
 */
export function rotationMatrix(degrees: number, width: number, height: number): Uint32Array {
  const ONE = 0x00010000;
  const W = 0x40000000;
  // biome-ignore format: rows of three
  switch (degrees) {
    case 90: return Uint32Array.of(0, ONE, 0, -ONE, 0, 0, height, 0, W);
    case 180: return Uint32Array.of(-ONE, 0, 0, 0, -ONE, 0, width, height, W);
    case 270: return Uint32Array.of(0, -ONE, 0, ONE, 0, 0, 0, width, W);
    default: return UNITY_MATRIX;
  }
}

/** The matrix of `rotationMatrix`, of a picture that is mirrored left to right before it is turned where the stream says so. */
function orientationMatrix(
  { rotation = 0, isMirrored = false }: VideoStreamInfo,
  width: number,
  height: number,
): Uint32Array {
  const matrix = rotationMatrix(rotation, width, height);
  if (!isMirrored) return matrix;
  const [a, b, u, c, d, v, x, y, w] = matrix;
  // x becomes width - x: what it is multiplied with changes its sign and is added width times.
  const [moveX, moveY] = [a | 0, b | 0].map((factor) => (factor / 0x10000) * width);
  return Uint32Array.of(-a, -b, u, c, d, v, x + moveX, y + moveY, w);
}

const HANDLERS = {
  video: ['vide', 'VideoHandler'],
  audio: ['soun', 'SoundHandler'],
  subtitle: ['sbtl', 'SubtitleHandler'],
} as const;

const LANGUAGE = /^[a-z]{3}$/;

function writeMedia(w: BoxWriter, track: Mp4Track, layout: MovieLayout): void {
  const { stream, timescale } = track;
  const { options, isFragmented, tools } = layout;
  const duration = isFragmented ? 0 : track.samples.totalDuration;
  const language = LANGUAGE.test(stream.language ?? '') ? stream.language : 'und';
  const { creation_time } = options;
  w.put(mdhd, {
    version: duration > MAX_U32 || creation_time > MAX_U32 ? 1 : 0,
    creation_time,
    modification_time: creation_time,
    timescale,
    duration,
    language,
  });
  const isQuickTime = options.format === 'mov';
  const [handler, name] = HANDLERS[stream.kind];
  const handler_type =
    stream.kind === 'subtitle' ? (tools.text?.handlerType(stream) ?? handler) : handler;
  w.put(hdlr, { pre_defined: isQuickTime ? fourccNumber('mhlr') : 0, handler_type, name });
  w.box('minf', () => {
    if (stream.kind === 'video') w.put(vmhd);
    else if (stream.kind === 'audio') w.put(smhd);
    else tools.text?.writeMediaHeader(w, stream, options.format);
    if (isQuickTime) {
      w.put(hdlr, { pre_defined: fourccNumber('dhlr'), handler_type: 'url ', name: 'DataHandler' });
    }
    w.box('dinf', () => w.put(dref, {}, () => w.put(url)));
    w.box('stbl', () => writeSampleTable(w, track, layout));
  });
}

function writeSampleTable(w: BoxWriter, track: Mp4Track, layout: MovieLayout): void {
  const { samples } = track;
  const { options, isFragmented, offsetShift } = layout;
  const rates = isFragmented ? null : track.bitRates();
  w.put(stsd, {}, () => writeSampleEntry(w, track, options.format, rates, layout.tools));
  const roll_distance = rollDistance(track);
  const writeRollDescription = (): void => {
    if (roll_distance !== 0) w.put(sgpd, { roll_distance });
  };
  if (isFragmented) {
    w.put(stts);
    w.put(stsc);
    w.put(stsz);
    w.put(stco);
    writeRollDescription();
    return;
  }
  w.put(stts, { entries: samples.durations });
  if (track.pcmFrameBytes === 0) {
    if (samples.hasCompositionOffsets) {
      const version = samples.hasNegativeOffset ? 1 : 0;
      w.put(ctts, { version, entries: samples.compositionOffsets });
    }
    if (samples.syncSamples.length < samples.sampleCount) {
      w.put(stss, { entries: samples.syncSamples });
      if (options.sampleDependencies) w.put(sdtp, { samples: dependencies(track) });
    }
  }
  w.put(stsc, { entries: samples.chunkRuns });
  w.put(stsz, {
    sample_size: samples.constantSize,
    sample_count: samples.sampleCount,
    entry_size: samples.sizes,
  });
  writeChunkOffsets(w, samples.chunkOffsets, offsetShift);
  writeRollDescription();
  // ISOBMFF clause 10.1.1: all samples are in the one group.
  if (roll_distance !== 0) w.put(sbgp, { entries: Uint32Array.of(samples.sampleCount, 1) });
}

function writeChunkOffsets(w: BoxWriter, offsets: OffsetList, shift: number): void {
  const entries = offsets.rows(shift);
  if (offsets.end + shift > MAX_U32) w.put(co64, { entries });
  else w.put(stco, { entries });
}

// sample_depends_on of `sdtp`, ISOBMFF clause 8.6.4.3, at its place in the byte.
const DEPENDS_ON_OTHERS = 1 << 4;
const DEPENDS_ON_NONE = 2 << 4;

function dependencies(track: Mp4Track): Uint8Array {
  const { samples } = track;
  const bytes = new Uint8Array(samples.sampleCount).fill(DEPENDS_ON_OTHERS);
  const next = samples.syncSamples.walk();
  for (let i = 0; i < samples.syncSamples.length; i++) bytes[next() - 1] = DEPENDS_ON_NONE;
  return bytes;
}

/** Samples at 48 kHz that an Opus decoder needs before its output is right: 80 ms, RFC 7845 clause 4.6. */
const OPUS_PREROLL = 3840;
const OPUS_FRAME = 960;

/** How many packets before the wanted one an audio decoder must be given, as a negative distance; 0 if none. */
export function rollDistance(track: Mp4Track): number {
  const { stream } = track;
  if (stream.kind !== 'audio') return 0;
  // The overlap of the transform: the block before is needed. AAC clause 4.5.2.2 (window shape and block switching).
  if (stream.codec === 'aac') return -1;
  if (stream.codec === 'opus') return -Math.ceil(OPUS_PREROLL / (stream.frameSize || OPUS_FRAME));
  return 0;
}
