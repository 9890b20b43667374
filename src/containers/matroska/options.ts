/** What a caller can ask of the Matroska writer, and the checks of it. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
  requireOneOf,
} from '../../base/errors.ts';

/** Tags that describe the whole file, by the names that the other containers use too. */
export interface MatroskaMetadata {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  readonly comment?: string;
  readonly description?: string;
  readonly genre?: string;
  readonly copyright?: string;
  /** A year or an ISO 8601 date. */
  readonly date?: string;
  /** Name of the program that wrote the file. */
  readonly encoder?: string;
  /** Picture that stands for the whole, JPEG or PNG by its first bytes; stored as the attachment `cover`. */
  readonly coverArt?: Uint8Array;
}

/** A point in time that the viewer can jump to. */
export interface MatroskaChapter {
  /** Seconds from the start, not negative, not falling from one chapter to the next. */
  readonly start: number;
  /** Seconds; default: none, the chapter lasts until the next. */
  readonly end?: number;
  readonly title: string;
}

/** A file within the file: a font, a picture. */
export interface MatroskaAttachment {
  readonly name: string;
  /** Media type such as `font/ttf`. */
  readonly mediaType: string;
  readonly data: Uint8Array;
  readonly description?: string;
}

/** Options of `createMatroskaWriter`. */
export interface MatroskaOptions {
  /** `webm` allows the codecs of WebM only, and no attachments. Default `matroska`. */
  readonly docType?: 'matroska' | 'webm';
  /**
   * Nanoseconds per tick of all times in the file. Default 1,000,000 (milliseconds), as nearly every file has; a finer one
   * keeps times exact at the price of shorter clusters (a cluster spans at most 32,767 ticks).
   */
  readonly timestampScale?: number;
  /**
   * Segment and clusters of unknown size, each block written at once, no Cues: for sinks that cannot be written back
   * to, and for viewers that follow while the file grows. Default: true if the sink is not seekable.
   */
  readonly live?: boolean;
  /** Seconds after which a cluster ends at the latest. Default 5. What is in an unfinished one is lost if we are killed. */
  readonly clusterDuration?: number;
  readonly metadata?: MatroskaMetadata;
  readonly chapters?: readonly MatroskaChapter[];
  readonly attachments?: readonly MatroskaAttachment[];
  /** Seconds since 1970 for DateUTC. Default: none, so that equal input gives equal bytes. */
  readonly creationTime?: number;
}

/** Options with every default filled in. */
export interface ResolvedMatroskaOptions {
  readonly docType: 'matroska' | 'webm';
  readonly timestampScale: number;
  readonly live: boolean;
  readonly clusterDuration: number;
  readonly metadata: MatroskaMetadata;
  readonly chapters: readonly MatroskaChapter[];
  readonly attachments: readonly MatroskaAttachment[];
  readonly creationTime: number | null;
}

const KEYS = [
  'docType',
  'timestampScale',
  'live',
  'clusterDuration',
  'metadata',
  'chapters',
  'attachments',
  'creationTime',
];

/** Table: our name of a tag => TagName of the Matroska tag registry (RFC 9559 clause 21.12). */
export const TAG_NAMES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['title', 'TITLE'],
  ['artist', 'ARTIST'],
  ['album', 'ALBUM'],
  ['comment', 'COMMENT'],
  ['description', 'DESCRIPTION'],
  ['genre', 'GENRE'],
  ['copyright', 'COPYRIGHT'],
  ['date', 'DATE_RELEASED'],
  ['encoder', 'ENCODER'],
]);

const MAX_SECONDS = 1e9;
const MAX_CLUSTER_SECONDS = 32;
const DEFAULT_CLUSTER_SECONDS = 5;
const DEFAULT_TIMESTAMP_SCALE = 1_000_000;

/** Checks `options` and fills in defaults; throws `ConfigError` naming the option. */
export function resolveMatroskaOptions(
  options: MatroskaOptions,
  isSeekable: boolean,
): ResolvedMatroskaOptions {
  const where = 'matroska.options';
  rejectUnknownKeys(where, options, KEYS);
  const { docType = 'matroska', metadata = {}, chapters = [], attachments = [] } = options;
  requireOneOf(`${where}.docType`, docType, ['matroska', 'webm']);
  rejectUnknownKeys(`${where}.metadata`, metadata, [...TAG_NAMES.keys(), 'coverArt']);
  const live = requireOneOf(`${where}.live`, options.live ?? !isSeekable, [true, false]);
  if (!live && !isSeekable) {
    throw new ConfigError(
      `${where}.live`,
      'is false, but sizes cannot be written back into this sink',
    );
  }
  if (docType === 'webm' && (attachments.length > 0 || metadata.coverArt !== undefined)) {
    throw new ConfigError(`${where}.attachments`, 'a WebM file has none; use docType matroska');
  }
  for (const [i, attachment] of attachments.entries()) {
    if (!(attachment.data instanceof Uint8Array) || !attachment.name || !attachment.mediaType) {
      throw new ConfigError(`${where}.attachments[${i}]`, 'needs name, mediaType and data');
    }
  }
  checkChapters(`${where}.chapters`, chapters);
  const { creationTime } = options;
  return {
    docType,
    timestampScale: requireInteger(
      `${where}.timestampScale`,
      options.timestampScale ?? DEFAULT_TIMESTAMP_SCALE,
      1,
      1_000_000_000,
    ),
    live,
    clusterDuration: requireNumber(
      `${where}.clusterDuration`,
      options.clusterDuration ?? DEFAULT_CLUSTER_SECONDS,
      0,
      MAX_CLUSTER_SECONDS,
    ),
    metadata,
    chapters,
    attachments,
    creationTime:
      creationTime === undefined
        ? null
        : requireNumber(`${where}.creationTime`, creationTime, 0, MAX_SECONDS * 10),
  };
}

function checkChapters(where: string, chapters: readonly MatroskaChapter[]): void {
  let earliest = 0;
  for (const [i, { start, end }] of chapters.entries()) {
    earliest = requireNumber(`${where}[${i}].start`, start, earliest, MAX_SECONDS);
    if (end !== undefined) requireNumber(`${where}[${i}].end`, end, start, MAX_SECONDS);
  }
}
