/** From `trak` to a track that can be read: the stream's description, its tables, its edits. ISOBMFF clauses 8.3 to 8.6. */

import type { Budget } from '../../base/limits.ts';
import type { Pace } from '../../base/pace.ts';
import type {
  AudioStreamInfo,
  CarriedElement,
  StreamInfo,
  SubtitleStreamInfo,
  VideoStreamInfo,
} from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { type Rational, reduced } from '../../base/rational.ts';
import {
  type BoxView,
  boxesIn,
  type FileBytes,
  findBox,
  findPath,
  readChild,
  readFields,
  readTableChild,
} from './box-reader.ts';
import { dref, elst, hdlr, mdhd, TRACK_ENABLED, tkhd } from './boxes-movie.ts';
import { co64, ctts, stco, stsc, stsd, stss, stsz, stts, stz2 } from './boxes-samples.ts';
import { type Edit, editsInTicks } from './edit-timeline.ts';
import { trackTexts } from './keyed-metadata.ts';
import { languageOf } from './macintosh-languages.ts';
import { decodingTimeShift, type SampleTables } from './sample-cursor.ts';
import type { SampleDescription } from './sample-descriptions.ts';
import {
  type AudioEntry,
  type EntryInfo,
  readAudioEntry,
  readTextEntry,
  readVisualEntry,
  type VisualEntry,
} from './sample-entry-reader.ts';
import type { BoxDescription } from './syntax.ts';
import { deltaBehind, negativeDeltas, tableFaults } from './track-faults.ts';
import { readKinds } from './track-kinds.ts';
import { readLinks, type TrackLinks, trackTitle } from './track-links.ts';

/** A track of a file, with more than its stream info says. */
export interface Mp4TrackInfo {
  readonly track_ID: number;
  /** Type of the handler: `vide`, `soun`, `text`, `sbtl` … */
  readonly handler_type: string;
  /** Type of the sample entry: `avc1`, `mp4a` … */
  readonly sampleEntry: string;
  /** Ticks per second. */
  readonly timescale: number;
  /** Of the media, in ticks, as the header states it; 0 if samples come in fragments. */
  readonly duration: number;
  /** Number of samples in the tables of `moov`. */
  readonly sampleCount: number;
  /** Edit list in ticks of the track; empty if there is none. */
  readonly edits: readonly Edit[];
  /** Transformation matrix of `tkhd`, nine entries in the order a b u c d v x y w, as 16.16 and (u v w) 2.30. */
  readonly matrix: Int32Array;
  /** Bytes of the NAL lengths as the file has them; packets have four. */
  readonly nalLengthSize: number;
}

/** A track as `reader.ts` walks it. */
export interface ReadTrack extends TrackLinks {
  readonly info: Mp4TrackInfo;
  readonly stream: StreamInfo;
  readonly tables: SampleTables;
  /** At least one; the stream is described by the first. */
  readonly descriptions: readonly SampleDescription[];
  /** Whether decoding can start at every sample, whatever the file says of them: sound, but for USAC, and text. */
  readonly isAllSync: boolean;
  readonly dtsShift: number;
  /** Bytes of one PCM sample of all channels, else 0. */
  readonly pcmFrameBytes: number;
}

/** Table: handler => what its samples are to us. */
export const HANDLER_KINDS: Readonly<Record<string, 'video' | 'audio' | 'subtitle'>> = {
  vide: 'video',
  soun: 'audio',
  sbtl: 'subtitle',
  subt: 'subtitle',
  text: 'subtitle',
  tmcd: 'subtitle',
};

/** The parts of the file that `readTrack` needs beside the track. */
export interface TrackContext {
  readonly movieTimescale: number;
  readonly budget: Budget;
  readonly problems: Problem[];
  /** Lets the event loop run while tables are read. */
  readonly pace: Pace;
}

/** Reads a track; null if it is of no kind we know (hints, metadata), or lacks what no track can be without. */
export async function readTrack(
  file: FileBytes,
  trak: BoxView,
  { movieTimescale, budget, problems, pace }: TrackContext,
): Promise<ReadTrack | null> {
  const mdia = findPath(file, trak, 'mdia');
  const stbl = findPath(file, trak, 'mdia', 'minf', 'stbl');
  const header = readChild(tkhd, file, trak);
  if (mdia === null || stbl === null || header === null) return null;
  const media = readChild(mdhd, file, mdia);
  const handler = readChild(hdlr, file, mdia);
  if (media === null || handler === null || media.timescale === 0) return null;
  const kind = HANDLER_KINDS[handler.handler_type];
  const entryBoxes = sampleEntries(file, stbl);
  const entryBox = entryBoxes[0];
  if (kind === undefined || entryBox === undefined || !isSelfContained(file, mdia)) return null;
  const offset = file.fileOffset + trak.start;
  // Parsed tables are no larger than the boxes, but for edits and compact sizes, whose memory is taken where they are parsed.
  budget.hold(`track ${header.track_ID}`, trak.end - trak.start, offset);
  const tables = await readTables(file, stbl, media.duration, { budget, pace });
  const note = (fault: string): void =>
    report(problems, offset, `track ${header.track_ID}: ${fault}`);
  if (tables.negativeFrom !== undefined) note('stts has negative deltas');
  tableFaults(tables).forEach(note);
  const edts = findBox(file.bytes, trak.dataStart, trak.end, 'edts');
  const list = edts === null ? null : readChild(elst, file, edts);
  budget.hold('elst', (list?.entries.length ?? 0) * EDIT_BYTES, offset);
  const matrix = Int32Array.from(header.matrix);
  const shared = {
    timeBase: [1, media.timescale] as Rational,
    isDefault: (header.flags & TRACK_ENABLED) !== 0,
    ...trackLanguage(media.language),
    ...trackTitle(file, trak),
    ...{ ...readKinds(file, trak, kind === 'audio'), ...trackTexts(file, trak, problems) },
  };
  const { entry, stream, pcmFrameBytes } = readEntry(file, entryBox, kind, {
    ...{ shared, tables, timescale: media.timescale, matrix },
  });
  const descriptions = entryBoxes.map((box) => describeEntry(file, box, kind));
  return {
    info: {
      track_ID: header.track_ID,
      handler_type: handler.handler_type,
      sampleEntry: entry.type,
      timescale: media.timescale,
      duration: media.duration,
      sampleCount: tables.sample_count,
      edits: list === null ? [] : editsInTicks(list.entries, movieTimescale, media.timescale),
      matrix,
      nalLengthSize: descriptions[0].nalLengthSize,
    },
    stream,
    tables,
    descriptions,
    isAllSync: kind === 'subtitle' || (kind === 'audio' && !isUsac(entry)),
    dtsShift: decodingTimeShift(tables.ctts),
    ...readLinks(file, trak),
    pcmFrameBytes,
  };
}

/** The facts of a track that the description of its stream is made of, beside the sample entry. */
interface MediaContext {
  readonly shared: SharedInfo;
  readonly tables: SampleTables;
  readonly timescale: number;
  readonly matrix: Int32Array;
}

/** A sample entry, and the stream that it describes. */
interface DescribedStream {
  readonly entry: EntryInfo;
  readonly stream: StreamInfo;
  readonly pcmFrameBytes: number;
}

function readEntry(
  file: FileBytes,
  box: BoxView,
  kind: StreamInfo['kind'],
  { shared, tables, timescale, matrix }: MediaContext,
): DescribedStream {
  if (kind === 'video') {
    const entry = readVisualEntry(file, box);
    const stream = videoInfo(entry, shared, tables, timescale, matrix);
    return { entry, stream, pcmFrameBytes: 0 };
  }
  if (kind === 'audio') {
    const entry = readAudioEntry(file, box);
    const stream = audioInfo(entry, shared, tables, timescale);
    return { entry, stream, pcmFrameBytes: entry.pcmFrameBytes };
  }
  const entry = readTextEntry(file, box);
  const { codec, config, carried } = entry;
  const stream = { kind, codec, config, ...carried, ...shared } satisfies SubtitleStreamInfo;
  return { entry, stream, pcmFrameBytes: 0 };
}

/** Audio object type 42, behind the escape value 31: AAC clause 1.6.2.1. Its frames may need those before them. */
function isUsac({ codec, config }: EntryInfo): boolean {
  if (codec !== 'aac' || config.length < 2) return false;
  return config[0] >> 3 === 31 && (((config[0] & 7) << 3) | (config[1] >> 5)) === 42 - 32;
}

/** Memory that one edit takes. */
const EDIT_BYTES = 160;

/** Sample descriptions that are read of one track: recorders that write one a restart stay far below. */
const MAX_DESCRIPTIONS = 1024;

function sampleEntries(file: FileBytes, stbl: BoxView): BoxView[] {
  const box = findBox(file.bytes, stbl.dataStart, stbl.end, 'stsd');
  if (box === null) return [];
  const { fields, childrenStart } = readFields(stsd, file, box);
  const count = Math.min(Math.max(1, fields.entry_count), MAX_DESCRIPTIONS);
  const entries: BoxView[] = [];
  for (const entry of boxesIn(file.bytes, childrenStart, box.end)) {
    if (entries.push(entry) === count) break;
  }
  return entries;
}

/** Codec and format of the samples of one entry, which decide whether they can go on in the stream of another. */
function describeEntry(
  file: FileBytes,
  box: BoxView,
  kind: 'video' | 'audio' | 'subtitle',
): SampleDescription {
  if (kind === 'video') {
    const { type, codec, config, nalLengthSize } = readVisualEntry(file, box);
    return { type, codec, config, nalLengthSize, format: '' };
  }
  if (kind === 'audio') {
    const { type, codec, config, sampleRate, numChannels } = readAudioEntry(file, box);
    const format = `, ${sampleRate} Hz, ${numChannels} channels`;
    return { type, codec, config, nalLengthSize: 4, format };
  }
  const { type, codec } = readTextEntry(file, box);
  // Styles of text may change; the text does not depend on them.
  return { type, codec, config: NO_BYTES, nalLengthSize: 4, format: '' };
}

/** Whether the media data is in this file: flag 1 of the data reference, ISOBMFF clause 8.7.2. True if there is none. */
function isSelfContained(file: FileBytes, mdia: BoxView): boolean {
  const box = findPath(file, mdia, 'minf', 'dinf', 'dref');
  if (box === null) return true;
  const { childrenStart } = readFields(dref, file, box);
  const entry = boxesIn(file.bytes, childrenStart, box.end).next();
  if (entry.done || entry.value.end < entry.value.dataStart + 4) return true;
  return (file.bytes[entry.value.dataStart + 3] & 1) === 1;
}

const EMPTY = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);

async function readTables(
  file: FileBytes,
  stbl: BoxView,
  duration: number,
  { budget, pace }: Pick<TrackContext, 'budget' | 'pace'>,
): Promise<SampleTables> {
  const table = <T extends object>(description: BoxDescription<T>): Promise<T | null> =>
    readTableChild(description, file, stbl, pace);
  const sizes = (await table(stsz)) ?? compactSizes(file, stbl, budget);
  const durations = (await table(stts))?.entries ?? EMPTY;
  const offsets = (await table(co64))?.entries ?? (await table(stco))?.entries ?? EMPTY;
  return {
    stts: durations,
    ctts: (await table(ctts))?.entries ?? EMPTY,
    stsc: (await table(stsc))?.entries ?? EMPTY,
    stss: (await table(stss))?.entries ?? null,
    sample_size: sizes?.sample_size ?? 0,
    sample_count: sizes?.sample_count ?? 0,
    sizes: sizes?.entry_size ?? EMPTY,
    chunkOffsets: offsets,
    ...negativeDeltas(durations, duration),
    deltaBehind: deltaBehind(durations, sizes?.sample_count ?? 0, duration),
  };
}

/** The rows of an `stz2` as those of an `stsz`. */
function compactSizes(
  file: FileBytes,
  stbl: BoxView,
  budget: Budget,
): { sample_size: number; sample_count: number; entry_size: Uint32Array } | null {
  const compact = readChild(stz2, file, stbl);
  if (compact === null) return null;
  const { field_size, data } = compact;
  if (field_size !== 4 && field_size !== 8 && field_size !== 16) return null;
  const there = Math.min(compact.sample_count, Math.floor((data.length * 8) / field_size));
  budget.hold('stz2', there * 4, file.fileOffset + stbl.start);
  const entry_size = new Uint32Array(there);
  for (let i = 0; i < entry_size.length; i++) {
    if (field_size === 4) entry_size[i] = i & 1 ? data[i >> 1] & 15 : data[i >> 1] >> 4;
    else if (field_size === 8) entry_size[i] = data[i];
    else entry_size[i] = (data[i * 2] << 8) | data[i * 2 + 1];
  }
  return { sample_size: 0, sample_count: entry_size.length, entry_size };
}

/** Duration of every sample but the last, which may be cut, in ticks; 0 if they differ. */
function constantDuration({ stts }: SampleTables): number {
  if (stts.length === 2) return stts[1];
  return stts.length === 4 && stts[2] === 1 ? stts[1] : 0;
}

interface SharedInfo {
  readonly timeBase: Rational;
  readonly isDefault: boolean;
  readonly language?: string;
  readonly title?: string;
  readonly carriedElements?: readonly CarriedElement[];
  readonly tags?: ReadonlyMap<string, string>;
}

function videoInfo(
  entry: VisualEntry,
  shared: SharedInfo,
  tables: SampleTables,
  timescale: number,
  matrix: Int32Array,
): VideoStreamInfo {
  const delta = constantDuration(tables);
  return {
    kind: 'video',
    codec: entry.codec,
    config: entry.config,
    width: entry.width,
    height: entry.height,
    pixFmt: '',
    ...orientationOf(matrix),
    ...entry.picture,
    ...entry.carried,
    ...shared,
    ...(entry.bitRate > 0 ? { bitRate: entry.bitRate } : {}),
    ...(delta > 0 ? { frameRate: reduced([timescale, delta]) } : {}),
    ...(entry.sampleAspectRatio ? { sampleAspectRatio: reduced(entry.sampleAspectRatio) } : {}),
    ...(entry.color ? { color: entry.color } : {}),
  };
}

/** What `matrix` makes of the picture, of whole quarters and mirrors; nothing for anything else. */
function orientationOf(matrix: Int32Array): { rotation: number; isMirrored?: true } {
  const [a, b, , c, d] = matrix;
  // A negative determinant mirrors. Without the mirror the picture's columns go the other way.
  if (a * d - b * c >= 0) return { rotation: rotationOf(a, b, c, d) };
  return { rotation: rotationOf(-a, -b, c, d), isMirrored: true };
}

/** Clockwise rotation by whole quarters that a matrix makes; 0 for anything else. */
function rotationOf(a: number, b: number, c: number, d: number): number {
  if (a === 0 && d === 0 && b > 0 && c < 0) return 90;
  if (b === 0 && c === 0 && a < 0 && d < 0) return 180;
  if (a === 0 && d === 0 && b < 0 && c > 0) return 270;
  return 0;
}

function trackLanguage(letters: string): { language?: string } {
  const language = languageOf(letters);
  return language === undefined ? {} : { language };
}

/** Rates beyond this are damage. */
const MAX_RATE = 0x7fffffff;

function audioInfo(
  entry: AudioEntry,
  shared: SharedInfo,
  tables: SampleTables,
  timescale: number,
): AudioStreamInfo {
  const sampleRate = entry.sampleRate > 0 ? entry.sampleRate : Math.min(timescale, MAX_RATE);
  const delta = entry.pcmFrameBytes > 0 ? 0 : constantDuration(tables);
  return {
    kind: 'audio',
    codec: entry.codec,
    config: entry.config,
    sampleRate,
    numChannels: entry.numChannels,
    channelMask: entry.channelMask,
    sampleFmt: '',
    frameSize: entry.frameSize || Math.round((delta * sampleRate) / timescale),
    priming: 0,
    ...entry.carried,
    ...shared,
    ...(entry.bitRate > 0 ? { bitRate: entry.bitRate } : {}),
  };
}
