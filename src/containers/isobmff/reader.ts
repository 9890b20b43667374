/**
 * The MP4 and QuickTime reader: finds `moov`, makes a track of each `trak` that can be played, and gives the packets of
 * all tracks in the order of the file, first those that `moov` lists, then those of the fragments behind it.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import type { ContainerReader, ReadPacket } from '../../base/container.ts';
import { FormatError } from '../../base/errors.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import { rescale } from '../../base/rational.ts';
import { widenNalLengths } from '../config/avc-record.ts';
import {
  type BoxView,
  boxesIn,
  type FileBytes,
  findBox,
  parseBoxHeader,
  readChild,
  readFields,
} from './box-reader.ts';
import { trex } from './boxes-fragments.ts';
import { ftyp, mvhd } from './boxes-movie.ts';
import {
  type EditContext,
  editedSamples,
  fragmentShift,
  type TimedSample,
} from './edit-timeline.ts';
import { type FragmentTrack, readFragment } from './fragment-samples.ts';
import { type ReadMetadata, readMetadata } from './metadata-reader.ts';
import type { Chapter } from './options.ts';
import { SampleCursor } from './sample-cursor.ts';
import { SourceWindow } from './source-window.ts';
import { readTimedText, readVttSample } from './text-samples.ts';
import { loadBox, MAX_TOP_LEVEL_BOXES, topLevelBox } from './top-level.ts';
import { type Mp4TrackInfo, type ReadTrack, readTrack } from './track-reader.ts';

/** A reader that knows more of the file than other containers do. */
export interface Mp4Reader extends ContainerReader, ReadMetadata {
  /** One for each of `streams`. */
  readonly tracks: readonly Mp4TrackInfo[];
  readonly majorBrand: string;
  readonly isFragmented: boolean;
  /** As the movie header states it, in seconds; 0 if it does not. */
  readonly durationSeconds: number;
}

/** Types that a file may begin with, ISOBMFF clause 6.3 and QuickTime File Format. */
const TOP_LEVEL_TYPES = [
  ...['ftyp', 'styp', 'moov', 'mdat', 'free', 'skip', 'wide', 'moof', 'sidx', 'uuid', 'pnot'],
  ...['emsg', 'prft', 'meta', 'pdin', 'mfra', 'ssix'],
];

/** Whether the first bytes of a file are those of this family of formats. */
export function isMp4(start: Uint8Array): boolean {
  const header = parseBoxHeader(start, 0, start.length);
  return header !== null && TOP_LEVEL_TYPES.includes(header.type);
}

/**
 * Opens a file of the MP4 family. Throws `FormatError`, with the offset, if it is none or nothing in it can be played.
 * The source is read during the call and by `packets`; the caller closes it.
 */
export async function openMp4(source: ByteSource): Promise<Mp4Reader> {
  const window = new SourceWindow(source);
  let majorBrand = '';
  let position = 0;
  for (let count = 0; count < MAX_TOP_LEVEL_BOXES; count++) {
    const box = await topLevelBox(window, position);
    if (box === null || (count === 0 && !TOP_LEVEL_TYPES.includes(box.type))) {
      if (count > 0) break;
      throw new FormatError('mp4', 'does not begin with a box of the MP4 family', 0);
    }
    if (box.type === 'ftyp') {
      const [file, view] = await loadBox(window, box);
      if (view.end >= 16) majorBrand = readFields(ftyp, file, view).fields.major_brand;
    }
    if (box.type === 'moov') {
      const [file, view] = await loadBox(window, box);
      return await makeReader(window, file, view, majorBrand, box.end);
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

async function makeReader(
  window: SourceWindow,
  file: FileBytes,
  moov: BoxView,
  majorBrand: string,
  moovEnd: number,
): Promise<Mp4Reader> {
  if (findBox(file.bytes, moov.dataStart, moov.end, 'cmov') !== null) {
    throw new FormatError('mp4.cmov', 'compressed movie headers are not read', file.fileOffset);
  }
  const movie = readChild(mvhd, file, moov);
  const movieTimescale = movie?.timescale ?? 1000;
  const all: ReadTrack[] = [];
  for (const box of boxesIn(file.bytes, moov.dataStart, moov.end)) {
    if (box.type !== 'trak') continue;
    const track = readTrack(file, box, movieTimescale);
    if (track !== null) all.push(track);
  }
  // A text track that others name as their chapters is no stream of its own.
  const chapterTrack = all.find(
    ({ info, stream }) =>
      stream.kind === 'subtitle' && all.some((other) => other.chapterIDs.includes(info.track_ID)),
  );
  const tracks = all.filter((track) => track !== chapterTrack);
  if (tracks.length === 0) {
    throw new FormatError('mp4.moov', 'has no track that can be played', file.fileOffset);
  }
  const described = readMetadata(file, moov);
  let { chapters } = described;
  // Streams cannot be read ahead to where the titles are.
  if (chapters.length === 0 && chapterTrack !== undefined && window.source.size !== null) {
    chapters = await readChapterTrack(window, chapterTrack);
  }
  const mvex = findBox(file.bytes, moov.dataStart, moov.end, 'mvex');
  const isFragmented = mvex !== null;
  const context = { window, tracks, fragmentTracks: fragmentTracks(file, mvex, tracks), moovEnd };
  return {
    format: majorBrand === 'qt  ' ? 'mov' : 'mp4',
    streams: tracks.map((track) => withPriming(track, window.size, isFragmented)),
    tracks: tracks.map(({ info }) => info),
    majorBrand,
    isFragmented,
    durationSeconds: movie !== null && movieTimescale > 0 ? movie.duration / movieTimescale : 0,
    ...described,
    chapters,
    packets: () => readPackets(context),
  };
}

/** What is carried from fragment to fragment, by track_ID; null if the file has no fragments. */
function fragmentTracks(
  file: FileBytes,
  mvex: BoxView | null,
  tracks: readonly ReadTrack[],
): ReadonlyMap<number, FragmentTrack> | null {
  if (mvex === null) return null;
  const found = new Map<number, FragmentTrack>();
  for (const { info, pcmFrameBytes, dtsShift } of tracks) {
    found.set(info.track_ID, {
      track_ID: info.track_ID,
      defaults: { default_sample_duration: 0, default_sample_size: 0, default_sample_flags: 0 },
      pcmBytes: pcmFrameBytes,
      shift: fragmentShift(info.edits),
      nextDts: 0,
      dtsShift,
    });
  }
  for (const box of boxesIn(file.bytes, mvex.dataStart, mvex.end)) {
    if (box.type !== 'trex') continue;
    const { fields } = readFields(trex, file, box);
    const track = found.get(fields.track_ID);
    if (track !== undefined) found.set(fields.track_ID, { ...track, defaults: fields });
  }
  return found;
}

function tableSamples(track: ReadTrack, fileSize: number): Generator<TimedSample> {
  const { info, tables, pcmFrameBytes, stream, dtsShift } = track;
  const context: EditContext = {
    edits: info.edits,
    isAudio: stream.kind === 'audio',
    timescale: info.timescale,
    dtsShift,
    hasCompositionOffsets: tables.ctts.length > 0,
  };
  // One PCM sample may be stored as a sample of 1 byte in a table of constant size; its true size is the frame's.
  const isRunOfPcm = pcmFrameBytes > 0 && tables.sample_size > 0;
  return editedSamples(new SampleCursor(tables, fileSize, isRunOfPcm ? pcmFrameBytes : 0), context);
}

/** Chapters beyond this are left out: no list that a person made is longer. */
const MAX_CHAPTERS = 10_000;

/** The chapters that a text track lists: one sample each, with its title (QuickTime File Format, "Chapter Lists"). */
async function readChapterTrack(window: SourceWindow, track: ReadTrack): Promise<Chapter[]> {
  const chapters: Chapter[] = [];
  for (const sample of tableSamples(track, window.size)) {
    const title = readTimedText(await window.readCopy(sample.position, sample.size));
    chapters.push({ start: Math.max(0, sample.pts) / track.info.timescale, title });
    if (chapters.length === MAX_CHAPTERS) break;
  }
  return chapters;
}

/** The stream's description with its priming: what lies before presentation time 0. */
function withPriming(track: ReadTrack, fileSize: number, isFragmented: boolean): StreamInfo {
  const { stream, info } = track;
  if (stream.kind !== 'audio') return stream;
  const first = tableSamples(track, fileSize).next();
  const start = first.done ? (isFragmented ? fragmentShift(info.edits) : 0) : first.value.pts;
  const priming = start < 0 ? rescale(-start, [1, info.timescale], [1, stream.sampleRate]) : 0;
  return { ...stream, priming };
}

interface ReadContext {
  readonly window: SourceWindow;
  readonly tracks: readonly ReadTrack[];
  readonly fragmentTracks: ReadonlyMap<number, FragmentTrack> | null;
  readonly moovEnd: number;
}

/** The samples of one track that are still to come, with the next one looked at. */
interface Pending {
  readonly streamIndex: number;
  readonly track: ReadTrack;
  readonly samples: Generator<TimedSample>;
  next: TimedSample | null;
}

function startPending(
  streamIndex: number,
  track: ReadTrack,
  samples: Generator<TimedSample>,
): Pending {
  const pending: Pending = { streamIndex, track, samples, next: null };
  advance(pending);
  return pending;
}

function advance(pending: Pending): void {
  const result = pending.samples.next();
  pending.next = result.done ? null : result.value;
}

async function* readPackets(context: ReadContext): AsyncGenerator<ReadPacket> {
  const { window, tracks, fragmentTracks } = context;
  const listed = tracks.map((track, i) => startPending(i, track, tableSamples(track, window.size)));
  yield* mergedPackets(window, listed, true);
  if (fragmentTracks === null) return;
  let position = context.moovEnd;
  for (let count = 0; count < MAX_TOP_LEVEL_BOXES && position < window.size; count++) {
    const box = await topLevelBox(window, position);
    if (box === null) return;
    if (box.type === 'moof') {
      const [file, view] = await loadBox(window, box);
      const isLast = !(await hasFragmentAfter(window, box.end));
      const pending: Pending[] = [];
      for (const part of readFragment(file, view, fragmentTracks, window.size)) {
        const index = tracks.findIndex(({ info }) => info.track_ID === part.track.track_ID);
        pending.push(startPending(index, tracks[index], part.samples));
      }
      yield* mergedPackets(window, pending, isLast);
    }
    position = box.end;
  }
}

/** Whether a `moof` follows; false too where a stream would have to be read ahead to know. */
async function hasFragmentAfter(window: SourceWindow, start: number): Promise<boolean> {
  if (window.source.size === null) return true;
  let position = start;
  for (let count = 0; count < MAX_TOP_LEVEL_BOXES && position < window.size; count++) {
    const box = await topLevelBox(window, position);
    if (box === null) return false;
    if (box.type === 'moof') return true;
    position = box.end;
  }
  return false;
}

/** Seconds by which tracks may be apart for the order in the file to be kept. */
const MAX_INTERLEAVE_SECONDS = 1;

/**
 * The next sample of all: that which lies first in the file, unless it is decoded more than a second after another. So
 * nothing downstream must hold a long queue, however a file is laid out. Streams can only be read forward.
 */
function nextPending(pending: readonly Pending[], isStream: boolean): Pending | null {
  let best: Pending | null = null;
  for (const each of pending) {
    if (each.next === null) continue;
    if (best === null || best.next === null) {
      best = each;
      continue;
    }
    const ahead = seconds(best) - seconds(each);
    const isBefore = each.next.position < best.next.position;
    if (isStream || Math.abs(ahead) <= MAX_INTERLEAVE_SECONDS ? isBefore : ahead > 0) best = each;
  }
  return best;
}

function seconds(pending: Pending): number {
  return (pending.next?.dts ?? 0) / pending.track.info.timescale;
}

async function* mergedPackets(
  window: SourceWindow,
  pending: readonly Pending[],
  endsTracks: boolean,
): AsyncGenerator<ReadPacket> {
  const isStream = window.source.size === null;
  for (;;) {
    const chosen = nextPending(pending, isStream);
    if (chosen === null || chosen.next === null) return;
    const sample = chosen.next;
    const data = await window.readCopy(sample.position, sample.size);
    // A stream that ended in the middle of a sample: what came before was saved.
    if (data.length < sample.size) return;
    advance(chosen);
    const isLast = endsTracks && chosen.next === null;
    const packet = makePacket(chosen.track, sample, data, isLast);
    if (packet !== null) yield { streamIndex: chosen.streamIndex, packet };
  }
}

/** The packet in canonical form; null for samples that only fill time. */
function makePacket(
  { stream, info }: ReadTrack,
  sample: TimedSample,
  bytes: Uint8Array,
  isLast: boolean,
): Packet | null {
  const { pts, dts, duration } = sample;
  if (!Number.isSafeInteger(pts) || !Number.isSafeInteger(dts)) {
    throw new FormatError('mp4.samples', 'times reach 2^53 ticks', sample.position);
  }
  let data = bytes;
  if (info.nalLengthSize !== 4) data = widenNalLengths(bytes, info.nalLengthSize);
  if (stream.codec === 'webvtt') {
    data = readVttSample(bytes);
    if (data.length === 0) return null;
  }
  const packet: Packet = { data, pts, dts, duration, isKey: sample.isSync };
  if (!isLast || stream.kind !== 'audio' || info.timescale !== stream.sampleRate) return packet;
  // A last frame that lasts shorter than it decodes to is padded.
  const discardPadding = stream.frameSize - duration;
  return discardPadding > 0 && duration > 0 ? { ...packet, discardPadding } : packet;
}
