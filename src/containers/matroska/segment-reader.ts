/**
 * Opens a Matroska file up to its media: the EBML Header, and the top-level elements that describe the Segment. What is
 * behind the clusters is reached by SeekHead where the source can jump.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { Budget, type LimitOptions } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import { SourceWindow } from '../../base/source-window.ts';
import {
  Children,
  type ElementHeader,
  hasCrcMismatch,
  MAX_HEADER_BYTES,
  readElementHeader,
  readUint,
  UNKNOWN_SIZE,
} from './ebml-reader.ts';
import { type ElementName, elementById, ID } from './element-table.ts';
import { type MatroskaDescription, readDescription, salvage } from './segment-description.ts';
import { isLikeCluster, strangeElement } from './strange-elements.ts';
import { type ReaderTrack, readTrack, requirePlainScale } from './track-reader.ts';
import { readTrackTags } from './track-tags.ts';

/** A file opened up to its first cluster. */
export interface OpenSegment {
  readonly window: SourceWindow;
  readonly budget: Budget;
  readonly tracks: ReadonlyMap<number, ReaderTrack>;
  /** TrackNumber of all tracks, those that are not read too. */
  readonly trackNumbers: ReadonlySet<number>;
  readonly description: MatroskaDescription;
  readonly problems: Problem[];
  /** Where the segment's data begins: positions in SeekHead and Cues count from there. */
  readonly dataStart: number;
  /** Where Cues begin, as SeekHead or their place before the clusters says; -1 if neither does. */
  readonly cuesPosition: number;
  /** Where the walk through the clusters begins, and the end of the segment (Infinity if unknown). */
  readonly firstCluster: number;
  readonly segmentEnd: number;
  readonly timestampScale: number;
}

const DEFAULT_TIMESTAMP_SCALE = 1_000_000;

/** Descriptions larger than this are refused before anything is allocated; attachments are left unread. */
const MAX_DESCRIPTION_BYTES = 32 << 20;

/** Header elements that are looked through for a Segment, or a first Cluster. */
const MAX_TOP_LEVEL_ELEMENTS = 10_000;

const MAX_DOC_TYPE_READ_VERSION = 4;
const MAX_EBML_HEADER_BYTES = 64 << 10;

const DESCRIPTIONS: readonly ElementName[] = ['Info', 'Tracks', 'Tags', 'Chapters', 'Attachments'];

/** Opens `source`. Throws `FormatError` if it is no Matroska file or has no tracks. */
export async function openSegment(source: ByteSource, limits?: LimitOptions): Promise<OpenSegment> {
  const budget = new Budget('matroska', source, limits);
  return await openDocument({ window: new SourceWindow(source), budget, problems: [] }, 0);
}

/** The parts that the documents of one file share. */
interface FileContext {
  readonly window: SourceWindow;
  readonly budget: Budget;
  readonly problems: Problem[];
}

/**
 * Opens the EBML document that begins at `start`. Throws `FormatError` if there is none or it has no tracks.
 */
export async function openDocument(
  { window, budget, problems }: FileContext,
  start: number,
): Promise<OpenSegment> {
  const file = { window, budget, problems };
  const heldBefore = budget.heldBytes;
  const { docType, end } = await readEbmlHeader(file, start);
  const segment = await findSegment(window, end);
  const found = new Map<ElementName, Children>();
  const seekPositions = new Map<number, number>();
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  let position = segment.dataStart;
  for (let count = 0; count < MAX_TOP_LEVEL_ELEMENTS && position < segment.end; count++) {
    if (!(await loadHeader(window, position, header))) break;
    if (header.id === ID.Cluster) break;
    if (header.size === UNKNOWN_SIZE) {
      report(problems, position, 'an element other than Segment and Cluster has an unknown size');
      break;
    }
    if (elementById(header.id) === undefined) {
      if (await isLikeCluster(window, position, header)) break;
      const note = strangeElement(header, undefined, 'Segment');
      if (note !== null) report(problems, position, note);
    }
    if (header.id === ID.Cues) seekPositions.set(ID.Cues, position - segment.dataStart);
    await keepElement(file, position, header, found, seekPositions);
    position += header.headerLength + header.size;
  }
  await followSeekHead(file, segment.dataStart, found, seekPositions);
  const info = found.get('Info') ?? new Children(new Uint8Array(0), 0, budget);
  const timestampScale = info.uint('TimestampScale', DEFAULT_TIMESTAMP_SCALE);
  if (!Number.isSafeInteger(timestampScale) || timestampScale < 1 || timestampScale > 1e12) {
    throw new FormatError('matroska.Info.TimestampScale', `got ${timestampScale}, allowed from 1`);
  }
  const read = await readTracks(file, found.get('Tracks'), timestampScale);
  const { trackNumbers } = read;
  const tracks = withTags(read.tracks, problems, found);
  const context = { budget, problems, timestampScale };
  const description = readDescription(docType, info, found, context);
  const cues = seekPositions.get(ID.Cues);
  // The parsed elements are needed no more; attachments and configurations stay.
  let kept = 0;
  for (const { data } of description.attachments) kept += data.length;
  for (const { stream } of tracks.values()) kept += stream.config.length;
  budget.release(Math.max(0, budget.heldBytes - heldBefore - kept));
  return {
    window,
    budget,
    tracks,
    trackNumbers,
    description,
    problems,
    dataStart: segment.dataStart,
    cuesPosition: cues === undefined ? -1 : segment.dataStart + cues,
    firstCluster: position,
    segmentEnd: segment.end,
    timestampScale,
  };
}

/** The tracks with what the tags of the file say of each. */
function withTags(
  tracks: ReadonlyMap<number, ReaderTrack>,
  problems: Problem[],
  found: ReadonlyMap<ElementName, Children>,
): ReadonlyMap<number, ReaderTrack> {
  const read = () => readTrackTags(found.get('Tags'), found.get('Tracks'));
  const tags = salvage(problems, -1, read, new Map());
  return new Map(
    [...tracks].map(([number, track]) => {
      return [number, { ...track, stream: { ...track.stream, ...tags.get(number) } }];
    }),
  );
}

/** Reads the header of the element at `position`; false at the end of the source or where there is none. */
export async function loadHeader(
  window: SourceWindow,
  position: number,
  header: ElementHeader,
): Promise<boolean> {
  const available = await window.load(position, MAX_HEADER_BYTES);
  const at = position - window.start;
  return readElementHeader(window.bytes, at, at + available, header);
}

/** EBML Header, RFC 8794 clause 11.2. */
async function readEbmlHeader(
  { window, budget, problems }: FileContext,
  start: number,
): Promise<{ docType: string; end: number }> {
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  const isRead = await loadHeader(window, start, header);
  if (!isRead || header.id !== ID.EBML || header.size > MAX_EBML_HEADER_BYTES || header.size < 0) {
    throw new FormatError('matroska.EBML', 'the file does not begin with an EBML Header', start);
  }
  const dataStart = start + header.headerLength;
  const data = await window.copy(dataStart, header.size);
  if (hasCrcMismatch(data)) report(problems, start, 'CRC-32 of the EBML Header does not match');
  const ebml = new Children(data, dataStart, budget);
  const docType = ebml.text('DocType', 'matroska');
  if (docType !== 'matroska' && docType !== 'webm') {
    throw new UnsupportedError(
      'matroska.EBML.DocType',
      `got '${docType}', allowed are matroska, webm`,
    );
  }
  requireAtMost('EBMLReadVersion', ebml.uint('EBMLReadVersion', 1), 1);
  requireAtMost('EBMLMaxIDLength', ebml.uint('EBMLMaxIDLength', 4), 4);
  requireAtMost('EBMLMaxSizeLength', ebml.uint('EBMLMaxSizeLength', 8), 8);
  requireAtMost(
    'DocTypeReadVersion',
    ebml.uint('DocTypeReadVersion', 1),
    MAX_DOC_TYPE_READ_VERSION,
  );
  return { docType, end: dataStart + header.size };
}

function requireAtMost(name: ElementName, value: number, max: number): void {
  if (value > max) {
    throw new UnsupportedError(`matroska.EBML.${name}`, `got ${value}, allowed is at most ${max}`);
  }
}

async function findSegment(
  window: SourceWindow,
  from: number,
): Promise<{ dataStart: number; end: number }> {
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  let position = from;
  for (let count = 0; count < MAX_TOP_LEVEL_ELEMENTS; count++) {
    if (!(await loadHeader(window, position, header))) break;
    const dataStart = position + header.headerLength;
    if (header.id === ID.Segment) {
      const end = header.size === UNKNOWN_SIZE ? Number.POSITIVE_INFINITY : dataStart + header.size;
      return { dataStart, end };
    }
    if (header.size === UNKNOWN_SIZE) break;
    position = dataStart + header.size;
  }
  throw new FormatError('matroska.Segment', 'there is none', position);
}

/** Keeps the element at `position` if it describes the file, and positions that a SeekHead has. */
async function keepElement(
  { window, budget, problems }: FileContext,
  position: number,
  header: ElementHeader,
  found: Map<ElementName, Children>,
  seekPositions: Map<number, number>,
): Promise<void> {
  const { id, size, headerLength } = header;
  const name = elementById(id)?.name as ElementName | undefined;
  const isSeekHead = id === ID.SeekHead;
  if (name === undefined || (!isSeekHead && !DESCRIPTIONS.includes(name)) || found.has(name))
    return;
  if (size > MAX_DESCRIPTION_BYTES) {
    if (name === 'Tracks') throw new FormatError('matroska.Tracks', `has ${size} bytes`, position);
    report(problems, position, `${name} of ${size} bytes was left unread`);
    return;
  }
  if (name === 'Tracks') budget.hold(name, Math.min(size, window.size), position);
  else if (!salvage(problems, position, () => held(budget, name, size, position), false)) return;
  const data = await window.copy(position + headerLength, size);
  if (data.length < size) report(problems, position, `${name} is cut off`);
  if (hasCrcMismatch(data)) report(problems, position, `CRC-32 of ${name} does not match`);
  let children: Children;
  try {
    children = new Children(data, position + headerLength, budget);
  } catch (error) {
    if (!(error instanceof FormatError) || name === 'Tracks') throw error;
    report(problems, position, error.message);
    return;
  }
  if (!isSeekHead) {
    found.set(name, children);
    return;
  }
  for (const seek of salvage(problems, position, () => children.masters('Seek'), [])) {
    const seekId = readUint(seek.find('SeekID')?.data ?? new Uint8Array(0));
    seekPositions.set(seekId, seek.uint('SeekPosition', 0));
  }
}

/** Takes memory for a description; true if there is enough. */
function held(budget: Budget, name: string, size: number, position: number): boolean {
  budget.hold(name, size, position);
  return true;
}

/** Reads descriptions that stand behind the clusters, if the source can jump there. */
async function followSeekHead(
  file: FileContext,
  dataStart: number,
  found: Map<ElementName, Children>,
  seekPositions: Map<number, number>,
): Promise<void> {
  const { window, problems } = file;
  const { size } = window.source;
  if (size === null) return;
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  for (const name of DESCRIPTIONS) {
    const relative = seekPositions.get(ID[name]);
    if (relative === undefined || found.has(name)) continue;
    const position = dataStart + relative;
    const isThere = position < size && (await loadHeader(window, position, header));
    if (!isThere || header.id !== ID[name] || header.size === UNKNOWN_SIZE) {
      report(problems, position, `SeekHead places ${name} where it is not`);
      continue;
    }
    await keepElement(file, position, header, found, seekPositions);
  }
}

/** Types of tracks, RFC 9559 clause 5.1.4.1.3; video, sound and text are read. */
const TRACK_TYPES = [1, 2, 3, 16, 17, 18, 32, 33];

async function readTracks(
  { budget, problems }: FileContext,
  tracks: Children | undefined,
  timestampScale: number,
): Promise<Pick<OpenSegment, 'tracks' | 'trackNumbers'>> {
  if (tracks === undefined) throw new FormatError('matroska.Tracks', 'there are none', 0);
  const byNumber = new Map<number, ReaderTrack>();
  const trackNumbers = new Set<number>();
  let failure: FormatError | undefined;
  for (const element of tracks.every('TrackEntry')) {
    budget.addTrack(element.offset);
    const entry = tracks.of(element);
    const number = entry.uint('TrackNumber', 0);
    if (number === 0 || byNumber.has(number)) {
      report(problems, element.offset, `TrackNumber ${number} is taken or not allowed`);
      continue;
    }
    trackNumbers.add(number);
    requirePlainScale(entry, byNumber.size);
    try {
      const track = await readTrack(entry, byNumber.size, timestampScale, element.offset, budget);
      if (track !== null) byNumber.set(number, track);
      else if (!TRACK_TYPES.includes(entry.uint('TrackType', 0))) {
        report(problems, element.offset, `track ${number} is left out: it is of no TrackType`);
      }
    } catch (error) {
      // Damage in one track costs that track, not the file.
      if (!(error instanceof FormatError)) throw error;
      failure ??= error;
      report(problems, element.offset, `track ${number} is left out: ${error.message}`);
    }
  }
  if (byNumber.size > 0) return { tracks: byNumber, trackNumbers };
  throw failure ?? new FormatError('matroska.Tracks', 'no track can be read', 0);
}
