/** The options of the MP4 writer, and their checks. */
import { ConfigError, rejectUnknownKeys, requireNumber, requireOneOf } from '../../base/errors.ts';
import type { Chapter, FileMetadata } from '../../base/file-description.ts';

/** Fragmented output, ISOBMFF clause 8.8: the file can be played while it grows, and is good up to its last fragment. */
export interface FragmentOptions {
  /**
   * Seconds after which a fragment ends, at the next key frame of the first video stream. 0, the default: every GOP, or, where
   * those have only a few bytes, a quarter of a second of them.
   */
  readonly duration?: number;
  /** Begin every fragment with `styp` and `sidx`, so that each is a segment of its own. Default false. */
  readonly segmentIndex?: boolean;
  /** End the file with `mfra`, the table of random access points. Default false. */
  readonly randomAccessTable?: boolean;
}

/** The options of `createMp4Writer`. */
export interface Mp4Options {
  /** `mp4` (default), `m4a` (the same with Apple's audio brand) or `mov` (QuickTime, which holds every PCM format). */
  readonly format?: 'mp4' | 'm4a' | 'mov';
  /**
   * Puts `moov` before the media data, so that a player can start before it has the end. The data is moved at the end if
   * the sink can be read back (`readAt`), and held in memory until then if it cannot. Default false.
   */
  readonly faststart?: boolean;
  /** Default: true with one fragment per GOP if the sink is not seekable and `faststart` is not asked for, else false. */
  readonly fragmented?: boolean | FragmentOptions;
  readonly metadata?: FileMetadata;
  readonly chapters?: readonly Chapter[];
  /** Texts under names of Matroska's or of your own: `COMPOSER`, `PART_NUMBER` (`3/12`), `LOCATION`. */
  readonly otherTags?: ReadonlyMap<string, string>;
  /** Seconds since 1970 that the headers give as creation time. Default: none (0), so that equal input gives equal bytes. */
  readonly creationTime?: number;
  /** Write SampleDependencyTypeBox: which samples others depend on, as far as key frames tell. Default false. */
  readonly sampleDependencies?: boolean;
}

/** Options with every default filled in. */
export interface ResolvedMp4Options {
  readonly format: 'mp4' | 'm4a' | 'mov';
  readonly faststart: boolean;
  readonly fragmented: Required<FragmentOptions> | null;
  readonly metadata: FileMetadata;
  readonly chapters: readonly Chapter[];
  readonly otherTags: ReadonlyMap<string, string>;
  /** Seconds since 1904-01-01, as the headers count. */
  readonly creation_time: number;
  readonly sampleDependencies: boolean;
}

const METADATA_KEYS = [
  'title',
  'artist',
  'album',
  'comment',
  'description',
  'genre',
  'copyright',
  'date',
  'encoder',
  'coverArt',
];

/** Seconds from 1904-01-01 to 1970-01-01: 66 years with 17 leap days. */
const EPOCH_DIFFERENCE_SECONDS = (66 * 365 + 17) * 86_400;

const MAX_CHAPTERS = 255;

const NO_TAGS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map();

/** Checks `options` and fills in defaults; throws `ConfigError` naming the option. */
export function resolveMp4Options(options: Mp4Options, isSeekable: boolean): ResolvedMp4Options {
  const where = 'mp4.options';
  rejectUnknownKeys(where, options, [
    'format',
    'faststart',
    'fragmented',
    'metadata',
    'chapters',
    'otherTags',
    'creationTime',
    'sampleDependencies',
  ]);
  const { format = 'mp4', faststart = false, metadata = {}, chapters = [] } = options;
  requireOneOf(`${where}.format`, format, ['mp4', 'm4a', 'mov']);
  requireOneOf(`${where}.faststart`, faststart, [true, false]);
  rejectUnknownKeys(`${where}.metadata`, metadata, METADATA_KEYS);
  const fragmented = resolveFragments(options.fragmented ?? (!isSeekable && !faststart));
  if (fragmented !== null && faststart) {
    throw new ConfigError(
      `${where}.faststart`,
      'a fragmented file has its moov in front already; give one of faststart and fragmented',
    );
  }
  if (chapters.length > MAX_CHAPTERS) {
    throw new ConfigError(
      `${where}.chapters`,
      `got ${chapters.length} chapters, allowed are at most ${MAX_CHAPTERS}`,
    );
  }
  let earliest = 0;
  for (const [i, chapter] of chapters.entries()) {
    earliest = requireNumber(`${where}.chapters[${i}].start`, chapter.start, earliest, 1e9);
  }
  const creationTime =
    options.creationTime === undefined
      ? 0
      : Math.floor(requireNumber(`${where}.creationTime`, options.creationTime, 0, 1e12)) +
        EPOCH_DIFFERENCE_SECONDS;
  return {
    format,
    faststart,
    fragmented,
    metadata,
    chapters,
    otherTags: options.otherTags ?? NO_TAGS,
    creation_time: creationTime,
    sampleDependencies: options.sampleDependencies ?? false,
  };
}

function resolveFragments(fragmented: boolean | FragmentOptions): Required<FragmentOptions> | null {
  if (fragmented === false) return null;
  const where = 'mp4.options.fragmented';
  const given: FragmentOptions = fragmented === true ? {} : fragmented;
  if (typeof given !== 'object') {
    throw new ConfigError(where, `got ${String(given)}, allowed are true, false or an object`);
  }
  rejectUnknownKeys(where, given, ['duration', 'segmentIndex', 'randomAccessTable']);
  return {
    duration: requireNumber(`${where}.duration`, given.duration ?? 0, 0, 3600),
    segmentIndex: given.segmentIndex ?? false,
    randomAccessTable: given.randomAccessTable ?? false,
  };
}
