/** The interface of a kind of file in the demuxer, and its recognition by the first bytes, never by the name. */
import type { ByteSource } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import { ConfigError, FormatError, spelled, UnsupportedError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { id3Length } from '../containers/adts/index.ts';

/** The facts about a kind of file that can be read which are known before the code of its reader is loaded. */
export interface InputFormatDescription {
  /** ffmpeg's short name. */
  readonly name: string;
  readonly description: string;
  /** Other names for it, lower case. */
  readonly aliases?: readonly string[];
  /** Whether the first bytes of a file (`PROBE_BYTES`, or all of a shorter one) are of this format. */
  isFormat(start: Uint8Array): boolean;
  /**
   * Whether these bytes lie in the middle of a file of this format, which was cut anywhere. Asked where the start of a file is
   * of no format. Absent where such files cannot be read.
   */
  isInside?(bytes: Uint8Array): boolean;
  /** Whether reading may have to go back far, as where the index is at the end of the file. */
  readonly goesBack: boolean;
}

/** A kind of file that can be read. */
export interface InputFormat extends InputFormatDescription {
  /** Opens a file; `options` are the reader's own. */
  open(source: ByteSource, options: Readonly<Record<string, unknown>>): Promise<ContainerReader>;
  /**
   * Opens what a path names where that is not one file (a sequence of pictures); null if it names none of that. Asked before the
   * path is opened, if `isPath` holds.
   */
  openPath?(
    path: string,
    options: Readonly<Record<string, unknown>>,
  ): Promise<ContainerReader | null>;
  /** Whether a path may be one for `openPath`. */
  isPath?(path: string): boolean;
}

/** Bytes from the start of a file that tell its format. */
export const PROBE_BYTES = 4096;
/** Bytes that tell it where a file does not begin like one. */
const INSIDE_BYTES = 16 << 10;
/** Tags larger than this are not passed over in a stream, which has to keep them. */
const MAX_STREAM_TAG_BYTES = 512 << 10;
const MAX_TAGS = 16;

/** The bytes of a file by which its format is recognized. */
export interface Probe {
  /** Its first bytes. */
  readonly start: Uint8Array;
  /** The bytes behind the ID3 tags that it begins with; those at the start if there are none. */
  readonly behindTags: Uint8Array;
}

/** Reads what tells the format of a file. */
export async function readProbe(source: ByteSource): Promise<Probe> {
  const bytes = (await source.read(0, INSIDE_BYTES)).slice(0, INSIDE_BYTES);
  let position = 0;
  let behindTags = bytes;
  for (let count = 0; count < MAX_TAGS; count++) {
    const length = id3Length(behindTags);
    position += length;
    const isFar = source.size === null && position > MAX_STREAM_TAG_BYTES;
    if (length === 0 || isFar) break;
    behindTags = (await source.read(position, INSIDE_BYTES)).slice(0, INSIDE_BYTES);
  }
  return { start: bytes.subarray(0, PROBE_BYTES), behindTags };
}

/** Table: bytes at the start => format that they are of, which is not read here. */
const UNREAD_FORMATS: readonly (readonly [signature: string, name: string])[] = [
  ['OggS', 'Ogg'],
  ['fLaC', 'FLAC'],
  ['FLV', 'Flash Video'],
  ['.snd', 'AU'],
  ['FORM', 'AIFF'],
  ['caff', 'Core Audio'],
  ['GIF8', 'GIF'],
  ['DKIF', 'IVF'],
  ['\0\0\u0001\u00ba', 'MPEG program stream'],
];

const TS_PACKET_BYTES = 188;
const TS_SYNC_BYTE = 0x47;

/** Name of a format that these bytes are of and that is not read; undefined if they are of none that is known. */
function unreadFormat(start: Uint8Array): string | undefined {
  const text = String.fromCharCode(...start.subarray(0, 12));
  if (text.startsWith('RIFF') && text.slice(8) === 'AVI ') return 'AVI';
  if (start[0] === TS_SYNC_BYTE && start[TS_PACKET_BYTES] === TS_SYNC_BYTE) {
    return 'MPEG transport stream';
  }
  const isMp3Frame = start[0] === 0xff && (start[1]! & 0xe6) === 0xe2;
  if (isMp3Frame || (text.startsWith('ID3') && text.length > 3)) return 'MP3';
  return UNREAD_FORMATS.find(([signature]) => text.startsWith(signature))?.[1];
}

/** The first of `formats` that knows a file by its start, or by what lies behind its tags; undefined if none does. */
export function tellInputFormat(
  { start, behindTags }: Probe,
  formats: readonly InputFormat[],
): InputFormat | undefined {
  const known = formats.find((format) => format.isFormat(start));
  if (known !== undefined) return known;
  // Bytes of other formats may well have something inside that looks like frames.
  const isTagged = id3Length(start) > 0;
  if (!isTagged && unreadFormat(start) !== undefined) return undefined;
  return formats.find((format) => format.isInside?.(behindTags) === true);
}

/**
 * The format of a file that begins like this: the one given or spelled, else the first of `formats` that knows these bytes.
 * Throws `ConfigError` for an unknown name, `UnsupportedError` for a format that is known but not read, `FormatError` for
 * bytes that nobody knows.
 */
export function chooseInputFormat(
  probe: Probe,
  given: string | InputFormat | undefined,
  formats: readonly InputFormat[],
): InputFormat {
  if (typeof given === 'object' && given !== null) return given;
  if (formats.length === 0) {
    throw new ConfigError(
      'demuxer.formats',
      "no format was given; import some, such as READ_MP4, from 'vitrine/mux', or Demuxer from 'vitrine', which knows them all",
    );
  }
  const told = formats.filter((format) => !format.description.includes('readerOptions'));
  const names = told.map((format) => format.name).join(', ');
  if (given !== undefined) {
    const wanted = String(given).toLowerCase();
    const named = formats.find(
      (format) => format.name === wanted || format.aliases?.includes(wanted),
    );
    if (named !== undefined) return named;
    const all = formats.map((format) => format.name);
    throw new ConfigError(
      'demuxer.format',
      `unknown format ${spelled(given)}${didYouMean(given, all)}; allowed are ${all.join(', ')}`,
    );
  }
  const found = tellInputFormat(probe, formats);
  if (found !== undefined) return found;
  const unread = unreadFormat(probe.start);
  if (unread !== undefined) {
    throw new UnsupportedError('demuxer', `${unread} files are not read; ${names} are`);
  }
  throw new FormatError('demuxer', `no format that is read (${names}) begins like this`, 0);
}
