/**
 * The MP4 and QuickTime reader: finds `moov`, makes a track of each `trak` that can be played, and says what else the
 * movie has: titles, cover, chapters. The packets are read by packet-reader.ts.
 */

import type { ByteSource } from '../../base/byte-stream.ts';
import { type ContainerReader, eachPacket } from '../../base/container.ts';
import { FormatError, rejectUnknownKeys } from '../../base/errors.ts';
import type { Chapter, FileDescription } from '../../base/file-description.ts';
import { Budget, type LimitOptions } from '../../base/limits.ts';
import { Pace } from '../../base/pace.ts';
import type { StreamInfo } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { rescale } from '../../base/rational.ts';
import { SourceWindow } from '../../base/source-window.ts';
import { ConfigSearch, lacksConfig } from '../config/config-search.ts';
import {
  type BoxView,
  boxesIn,
  type FileBytes,
  findBox,
  readChild,
  readFields,
} from './box-reader.ts';
import { trex } from './boxes-fragments.ts';
import { ftyp, mvhd, tkhd } from './boxes-movie.ts';
import { fragmentShift } from './edit-timeline.ts';
import { readsForward } from './forward.ts';
import type { FragmentTrack } from './fragment-samples.ts';
import { TOP_LEVEL_TYPES } from './is-mp4.ts';
import { mendBoxes } from './mend-boxes.ts';
import { type ReadMetadata, readMetadata } from './metadata-reader.ts';
import { PacketReader, type ReadContext, tableSamples } from './packet-reader.ts';
import { readTimedText } from './text-samples.ts';
import { isTimecode, readTimecodes, unreadTimecodes, withTimecode } from './timecode-reader.ts';
import { loadBox, mayWalkOn, topLevelBox } from './top-level.ts';
import { damageOfTrack, nameOfTrack } from './track-faults.ts';
import { HANDLER_KINDS, type Mp4TrackInfo, type ReadTrack, readTrack } from './track-reader.ts';

/** A reader that knows more of the file than other containers do. */
export interface Mp4Reader extends ContainerReader, ReadMetadata {
  /** One for each of `streams`. */
  readonly tracks: readonly Mp4TrackInfo[];
  readonly majorBrand: string;
  readonly isFragmented: boolean;
  /** As the movie header states it, in seconds; 0 if it does not. */
  readonly durationSeconds: number;
  readonly problems: readonly Problem[];
}

/** Options of `openMp4`. */
export interface Mp4ReadOptions {
  /**
   * Take the encoder's delay and padding from the item iTunSMPB where a track of sound has no edit list: its times then
   * begin before 0, as those of other files do. Default false: times as they are stored, which is what ffmpeg gives.
   */
  readonly gapless?: boolean;
  /** Limits on the cost of the file. */
  readonly limits?: LimitOptions;
}

/**
 * Opens a file of the MP4 family. Throws `FormatError`, with the offset, if it is none or nothing in it can be played.
 * The source is read during the call and by `packets`; the caller closes it.
 */
export async function openMp4(
  source: ByteSource,
  options: Mp4ReadOptions = {},
): Promise<Mp4Reader> {
  rejectUnknownKeys('mp4.options', options, ['gapless', 'limits']);
  const window = new SourceWindow(source);
  const budget = new Budget('mp4', source, options.limits);
  let majorBrand = '';
  let position = 0;
  for (let count = 0; mayWalkOn(count, position); count++) {
    const box = await topLevelBox(window, position);
    if (box === null || (count === 0 && !TOP_LEVEL_TYPES.includes(box.type))) {
      if (count > 0) break;
      throw new FormatError('mp4', 'does not begin with a box of the MP4 family', 0);
    }
    if (box.type === 'ftyp') {
      const [file, view] = await loadBox(window, budget, box);
      if (view.end >= 16) majorBrand = readFields(ftyp, file, view).fields.major_brand;
      budget.release(file.bytes.length);
    }
    if (box.type === 'moov') {
      const [file, moov] = await loadBox(window, budget, box);
      const context = { window, budget, majorBrand, moovEnd: box.end, ...options };
      const reader = await makeReader(file, moov, context);
      budget.release(file.bytes.length);
      return reader;
    }
    position = box.end;
    if (position >= window.size) break;
  }
  throw new FormatError(
    'mp4.moov',
    'no moov box up to here: the file was cut off, or not finished',
    Math.min(position, window.size),
  );
}

/** The parts of a file that a reader is made from, beside `moov`. */
interface OpenContext extends Pick<Mp4ReadOptions, 'gapless'> {
  readonly window: SourceWindow;
  readonly budget: Budget;
  readonly majorBrand: string;
  readonly moovEnd: number;
}

/** The parts that are shared on the way from `moov` to a reader. */
interface Opening {
  readonly window: SourceWindow;
  readonly budget: Budget;
  readonly problems: Problem[];
}

async function makeReader(
  file: FileBytes,
  moov: BoxView,
  { window, budget, majorBrand, moovEnd, gapless = false }: OpenContext,
): Promise<Mp4Reader> {
  const opening: Opening = { window, budget, problems: [] };
  const { problems } = opening;
  if (findBox(file.bytes, moov.dataStart, moov.end, 'cmov') !== null) {
    throw new FormatError('mp4.cmov', 'compressed movie headers are not read', file.fileOffset);
  }
  mendBoxes(file, moov, problems);
  const movie = readChild(mvhd, file, moov);
  if (movie === null) report(problems, file.fileOffset, 'moov has no mvhd');
  const movieTimescale = movie?.timescale ?? 1000;
  const { tracks: all, unread } = await readTracks(file, moov, movieTimescale, opening);
  const chapterTrack = chapterTrackOf(all);
  const described = readMetadata(file, moov, problems);
  const gaplessInfo = gapless ? described.freeForm.get('iTunSMPB') : undefined;
  const timecodes = await readTimecodes(window, budget, all);
  const tracks = all
    .filter((track) => track !== chapterTrack && !isTimecode(track))
    .map((track) => withTimecode(track, all, timecodes))
    .map((track) => (gaplessInfo === undefined ? track : withGaplessInfo(track, gaplessInfo)));
  if (tracks.length === 0) throw noTrack(file);
  let { chapters } = described;
  // Streams cannot be read ahead to where the titles are.
  if (chapters.length === 0 && chapterTrack !== undefined && window.source.size !== null) {
    chapters = await readChapterTrack(window, budget, chapterTrack);
  }
  if (readsForward(tracks, moovEnd)) window.source.forwardOnly?.();
  const mvex = findBox(file.bytes, moov.dataStart, moov.end, 'mvex');
  const isFragmented = mvex !== null;
  // Without any sample in its tables a movie must have its samples elsewhere, whether it says so or not.
  const mayHaveFragments = isFragmented || tracks.every(({ info }) => info.sampleCount === 0);
  if (moovEnd > window.size) {
    report(problems, window.size, 'the file ends within moov');
  }
  const context: ReadContext = {
    ...{ window, budget, problems, tracks, moovEnd },
    track_IDs: trackIDs(file, moov),
    fragmentTracks: mayHaveFragments ? fragmentTracks(file, mvex, tracks) : null,
    saysFragmented: isFragmented,
  };
  const packets = new PacketReader(context);
  return {
    format: majorBrand === 'qt  ' ? 'mov' : 'mp4',
    streams: await streamsOf(context, isFragmented),
    tracks: tracks.map(({ info }) => info),
    majorBrand,
    isFragmented,
    durationSeconds: movie !== null && movieTimescale > 0 ? movie.duration / movieTimescale : 0,
    ...described,
    chapters,
    about: aboutOf(described, chapters, [...unread, ...unreadTimecodes(all, timecodes)]),
    problems,
    packets: () => eachPacket(packets.runs()),
    packetRuns: (from) => packets.runs(from),
  };
}

function aboutOf(
  { metadata, otherTags }: ReadMetadata,
  chapters: readonly Chapter[],
  unread: readonly string[],
): FileDescription {
  return { metadata, chapters, attachments: [], otherTags, unread };
}

const noTrack = (file: FileBytes): FormatError =>
  new FormatError('mp4.moov', 'has no track that can be played', file.fileOffset);

/**
 * The tracks that can be played. Damage in one track costs that track, not the file; if no track is left,
 * throws the error of the first.
 */
async function readTracks(
  file: FileBytes,
  moov: BoxView,
  movieTimescale: number,
  { budget, problems }: Opening,
): Promise<{ tracks: ReadTrack[]; unread: string[] }> {
  const pace = new Pace();
  const tracks: ReadTrack[] = [];
  const unread: string[] = [];
  let failure: FormatError | undefined;
  for (const box of boxesIn(file.bytes, moov.dataStart, moov.end)) {
    if (box.type !== 'trak') continue;
    const offset = file.fileOffset + box.start;
    budget.addTrack(offset);
    try {
      const track = await readTrack(file, box, { movieTimescale, budget, problems, pace });
      if (track !== null) tracks.push(track);
      else {
        const damage = damageOfTrack(file, box, Object.keys(HANDLER_KINDS));
        if (damage !== null) report(problems, offset, `a track is left out: ${damage}`);
        else unread.push(nameOfTrack(file, box));
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      failure ??= error;
      report(problems, offset, `a track is left out: ${error.message}`);
    }
  }
  if (tracks.every(isTimecode)) throw failure ?? noTrack(file);
  return { tracks, unread };
}

/** The text track that others name as their chapters: it is no stream of its own. */
function chapterTrackOf(tracks: readonly ReadTrack[]): ReadTrack | undefined {
  return tracks.find(
    ({ info, stream }) =>
      stream.kind === 'subtitle' &&
      tracks.some((other) => other.chapterIDs.includes(info.track_ID)),
  );
}

/** Descriptions of the streams, with priming and with configurations that only the samples have. */
async function streamsOf(context: ReadContext, isFragmented: boolean): Promise<StreamInfo[]> {
  const configs = await missingConfigs(context);
  return context.tracks.map((track, i) => {
    const stream = withPriming(track, context.window.size, isFragmented, context.budget);
    const config = configs.get(i);
    return config === undefined ? stream : { ...stream, config };
  });
}

/** Bytes of the first samples that are looked into for a configuration; in a stream, not so many that they are dropped. */
const MAX_SEARCH_BYTES = 16 << 20;
const MAX_STREAM_SEARCH_BYTES = 256 << 10;

/**
 * The configuration of tracks whose sample entry has none (`avc3`, and `avc1` of encoders without global headers), by their
 * places in `tracks`, from their first samples.
 */
async function missingConfigs(context: ReadContext): Promise<ReadonlyMap<number, Uint8Array>> {
  const { tracks, window, problems, moovEnd } = context;
  const found = new Map<number, Uint8Array>();
  const searches = new Map<number, ConfigSearch>();
  for (const [i, { stream }] of tracks.entries()) {
    if (lacksConfig(stream.codec, stream.config)) searches.set(i, new ConfigSearch(stream.codec));
  }
  if (searches.size === 0) return found;
  const isStream = window.source.size === null;
  let left = isStream ? MAX_STREAM_SEARCH_BYTES : MAX_SEARCH_BYTES;
  for await (const run of new PacketReader({ ...context, problems: [] }).runs()) {
    for (const { streamIndex, packet } of run) {
      left -= packet.data.length;
      const config = searches.get(streamIndex)?.add(packet.data) ?? null;
      if (config === null) continue;
      found.set(streamIndex, config);
      searches.delete(streamIndex);
    }
    if (searches.size === 0 || left < 0) break;
  }
  for (const i of searches.keys()) {
    const { track_ID } = tracks[i].info;
    report(problems, moovEnd, `track ${track_ID}: no parameter sets in its first samples either`);
  }
  return found;
}

/** Of all tracks, as their headers say. */
function trackIDs(file: FileBytes, moov: BoxView): ReadonlySet<number> {
  const found = new Set<number>();
  for (const box of boxesIn(file.bytes, moov.dataStart, moov.end)) {
    if (box.type !== 'trak') continue;
    try {
      found.add(readChild(tkhd, file, box)?.track_ID ?? 0);
    } catch (error) {
      // A track that is broken was noted when it was read.
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return found;
}

/** The state that fragments hand on, by track_ID, with the defaults of `mvex` if there is such a box. */
function fragmentTracks(
  file: FileBytes,
  mvex: BoxView | null,
  tracks: readonly ReadTrack[],
): ReadonlyMap<number, FragmentTrack> {
  const found = new Map<number, FragmentTrack>();
  for (const { info, pcmFrameBytes, dtsShift } of tracks) {
    found.set(info.track_ID, {
      track_ID: info.track_ID,
      defaults: NO_DEFAULTS,
      pcmBytes: pcmFrameBytes,
      shift: fragmentShift(info.edits),
      nextDts: 0,
      dtsShift,
    });
  }
  if (mvex === null) return found;
  for (const box of boxesIn(file.bytes, mvex.dataStart, mvex.end)) {
    if (box.type !== 'trex') continue;
    const { fields } = readFields(trex, file, box);
    const track = found.get(fields.track_ID);
    if (track !== undefined) found.set(fields.track_ID, { ...track, defaults: fields });
  }
  return found;
}

const NO_DEFAULTS = {
  default_sample_description_index: 1,
  default_sample_duration: 0,
  default_sample_size: 0,
  default_sample_flags: 0,
};

/** Chapters beyond this are left out: no list that a person made is longer. */
const MAX_CHAPTERS = 10_000;
/** Titles larger than this are no titles. */
const MAX_TITLE_BYTES = 64 << 10;

/** The chapters that a text track lists: one sample each, with its title (QuickTime File Format, "Chapter Lists"). */
async function readChapterTrack(
  window: SourceWindow,
  budget: Budget,
  track: ReadTrack,
): Promise<Chapter[]> {
  const chapters: Chapter[] = [];
  const pass = budget.beginPass();
  for (const sample of tableSamples(track, window.size, pass)) {
    if (sample.size > MAX_TITLE_BYTES) continue;
    pass.give(sample.size, sample.position + sample.size);
    const title = readTimedText(await window.copy(sample.position, sample.size));
    chapters.push({ start: Math.max(0, sample.pts) / track.info.timescale, title });
    if (chapters.length === MAX_CHAPTERS) break;
  }
  return chapters;
}

/**
 * `track` with the edit that the item iTunSMPB stands for, in files of sound without an edit list (older iTunes and other
 * encoders): after a zero, in hexadecimal, the samples of encoder delay, of padding, and of sound between them. Apple,
 * Technical Note TN2258. Left out if it does not fit the media.
 */
function withGaplessInfo(track: ReadTrack, text: string): ReadTrack {
  const { info, stream } = track;
  const values = text.trim().split(/\s+/).slice(0, 4);
  if (stream.kind !== 'audio' || info.edits.length > 0) return track;
  if (values.length < 4 || !values.every((value) => /^[0-9a-f]{1,16}$/i.test(value))) return track;
  const [, delay, , count] = values.map((value) => Number.parseInt(value, 16));
  const inTicks = (samples: number): number =>
    rescale(samples, [1, stream.sampleRate], [1, info.timescale]);
  const isPlausible = count > 0 && delay < stream.sampleRate && delay + count < MAX_GAPLESS_SAMPLES;
  if (!isPlausible || (info.duration > 0 && inTicks(delay + count) > info.duration)) return track;
  const edits = [{ mediaTime: inTicks(delay), duration: inTicks(count) }];
  return { ...track, info: { ...info, edits } };
}

/** A year of samples at 96 kHz: more is damage. */
const MAX_GAPLESS_SAMPLES = 2 ** 42;

/** The stream's description with its priming: the samples before presentation time 0. */
function withPriming(
  track: ReadTrack,
  fileSize: number,
  isFragmented: boolean,
  budget: Budget,
): StreamInfo {
  const { stream, info } = track;
  if (stream.kind !== 'audio') return stream;
  const first = tableSamples(track, fileSize, budget.beginPass()).next();
  const start = first.done ? (isFragmented ? fragmentShift(info.edits) : 0) : first.value.pts;
  const priming = start < 0 ? rescale(-start, [1, info.timescale], [1, stream.sampleRate]) : 0;
  return { ...stream, priming };
}
