/** The options of the Matroska writer, and their checks. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
  requireOneOf,
} from '../../base/errors.ts';
import type { Attachment, Chapter, FileMetadata, TextTag } from '../../base/file-description.ts';
import type { StreamInfo } from '../../base/packet.ts';

/** Options of `createMatroskaWriter`. */
export interface MatroskaOptions {
  /** `webm` allows the codecs of WebM only, and no attachments. Default `matroska`. */
  readonly docType?: 'matroska' | 'webm';
  /**
   * Nanoseconds per tick of all times in the file; a finer one keeps times exact at the price of shorter clusters (a cluster spans at
   * most 32,767 ticks). Default: a sample, rounded down, in Matroska files of sound alone, so that players find each sample where it was;
   * else 1,000,000 (milliseconds), as nearly every file has.
   */
  readonly timestampScale?: number;
  /**
   * Segment and clusters of unknown size, each block written at once, no Cues: for sinks that cannot be written back
   * to, and for viewers that follow while the file grows. Default: true if the sink is not seekable.
   */
  readonly live?: boolean;
  /** Seconds after which a cluster ends at the latest. Default 5. Frames of an unfinished cluster are lost if the process is killed. */
  readonly clusterDuration?: number;
  readonly metadata?: FileMetadata;
  readonly chapters?: readonly Chapter[];
  readonly attachments?: readonly Attachment[];
  /** Tags of the whole file by their TagName, beside those of `metadata`. */
  readonly otherTags?: ReadonlyMap<string, string>;
  /** Seconds since 1970 for DateUTC. Default: none, so that equal input gives equal bytes. */
  readonly creationTime?: number;
}

/** Options with every default filled in. */
export interface ResolvedMatroskaOptions {
  readonly docType: 'matroska' | 'webm';
  readonly timestampScale: number;
  readonly live: boolean;
  readonly clusterDuration: number;
  readonly metadata: FileMetadata;
  readonly chapters: readonly Chapter[];
  readonly attachments: readonly Attachment[];
  readonly otherTags: ReadonlyMap<string, string>;
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
  'otherTags',
  'creationTime',
];

/** Table: our name of a tag => TagName of the Matroska tag registry (RFC 9559 clause 21.12). */
export const TAG_NAMES: ReadonlyMap<TextTag, string> = /* @__PURE__ */ new Map<TextTag, string>([
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
const MILLISECOND = 1_000_000;

/**
 * The tick of a file of `streams`: that of a sample where all are sound. Rounded down, half a tick is less than half a sample, so that
 * rounding to samples gives back the exact number. WebM asks for milliseconds.
 */
function defaultTimestampScale(docType: string, streams: readonly StreamInfo[]): number {
  let highestRate = 0;
  for (const stream of streams) {
    if (stream.kind !== 'audio') return MILLISECOND;
    highestRate = Math.max(highestRate, stream.sampleRate);
  }
  const sample = Math.floor(1e9 / highestRate);
  return docType === 'webm' || !(sample >= 1) ? MILLISECOND : Math.min(MILLISECOND, sample);
}

/** Checks `options` and fills in defaults for a file of `streams`; throws `ConfigError` naming the option. */
export function resolveMatroskaOptions(
  options: MatroskaOptions,
  isSeekable: boolean,
  streams: readonly StreamInfo[],
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
      options.timestampScale ?? defaultTimestampScale(docType, streams),
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
    otherTags: options.otherTags ?? new Map(),
    creationTime:
      creationTime === undefined
        ? null
        : requireNumber(`${where}.creationTime`, creationTime, 0, MAX_SECONDS * 10),
  };
}

function checkChapters(where: string, chapters: readonly Chapter[]): void {
  let earliest = 0;
  for (const [i, { start, end }] of chapters.entries()) {
    earliest = requireNumber(`${where}[${i}].start`, start, earliest, MAX_SECONDS);
    if (end !== undefined) requireNumber(`${where}[${i}].end`, end, start, MAX_SECONDS);
  }
}
