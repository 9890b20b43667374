/** The files that the demuxer can read, told by their first bytes, never by their names. A new reader is a row. */
import type { ByteSource } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import { ConfigError, FormatError, UnsupportedError } from '../base/errors.ts';
import { isAdts, openAdts } from '../containers/adts/index.ts';
import { isAnnexB, openAnnexB } from '../containers/bytestream/index.ts';
import { isMp4, openMp4 } from '../containers/isobmff/index.ts';
import { isEbml, openMatroska } from '../containers/matroska/index.ts';
import {
  isY4m,
  openRawAudio,
  openRawVideo,
  openY4m,
  RAW_AUDIO_FORMATS,
  type RawAudioReaderOptions,
  type RawVideoReaderOptions,
} from '../containers/raw/index.ts';
import { isWav, openWav } from '../containers/riff/index.ts';
import { isJpeg, isPng, openImage } from './image-file.ts';

/** A kind of file that can be read. */
export interface InputFormat {
  /** ffmpeg's short name. */
  readonly name: string;
  readonly description: string;
  /** Whether the first bytes of a file (`PROBE_BYTES`, or all of a shorter one) are of this format. */
  isFormat(start: Uint8Array): boolean;
  /** Opens a file; `options` are the reader's own. */
  open(source: ByteSource, options: Readonly<Record<string, unknown>>): Promise<ContainerReader>;
  /** Whether reading may have to go back far, as where the index is at the end of the file. */
  readonly goesBack: boolean;
}

/** Bytes from the start of a file that tell its format. */
export const PROBE_BYTES = 4096;

/** All of them; the first that knows the bytes is taken. */
export const INPUT_FORMATS: readonly InputFormat[] = [
  {
    name: 'matroska',
    description: 'Matroska, WebM',
    isFormat: isEbml,
    // What a checksum finds is only reported, and nobody is told here; checking takes 0.8 s for a gigabyte.
    open: (source, options) => openMatroska(source, { verifyChecksums: false, ...options }),
    goesBack: false,
  },
  {
    name: 'mp4',
    description: 'MP4, QuickTime',
    isFormat: isMp4,
    open: openMp4,
    goesBack: true,
  },
  {
    name: 'wav',
    description: 'WAV (RIFF/WAVE, RF64)',
    isFormat: isWav,
    open: openWav,
    goesBack: false,
  },
  {
    name: 'y4m',
    description: 'YUV4MPEG2',
    isFormat: isY4m,
    open: openY4m,
    goesBack: false,
  },
  {
    name: 'adts',
    description: 'ADTS (AAC)',
    isFormat: isAdts,
    open: openAdts,
    goesBack: false,
  },
  {
    name: 'h264',
    description: 'H.264 byte stream (Annex B)',
    isFormat: isAnnexB,
    open: openAnnexB,
    goesBack: false,
  },
  {
    name: 'png_pipe',
    description: 'PNG picture',
    isFormat: isPng,
    open: openImage,
    goesBack: false,
  },
  {
    name: 'jpeg_pipe',
    description: 'JPEG picture',
    isFormat: isJpeg,
    open: openImage,
    goesBack: false,
  },
  {
    name: 'rawvideo',
    description: 'pictures without a header; needs readerOptions',
    isFormat: () => false,
    open: async (source, options) =>
      openRawVideo(source, options as unknown as RawVideoReaderOptions),
    goesBack: false,
  },
  ...RAW_AUDIO_FORMATS.map(({ format }) => ({
    name: format,
    description: 'sound without a header; needs readerOptions',
    isFormat: () => false,
    open: async (source: ByteSource, options: Readonly<Record<string, unknown>>) =>
      openRawAudio(source, { ...options, format } as unknown as RawAudioReaderOptions),
    goesBack: false,
  })),
];

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

/**
 * The format of a file that begins with `start`. Throws `ConfigError` for an unknown `name`, `UnsupportedError` for a format
 * that is known but not read, `FormatError` for bytes that nobody knows.
 */
export function chooseInputFormat(start: Uint8Array, name: string | undefined): InputFormat {
  const told = INPUT_FORMATS.filter((format) => !format.description.includes('readerOptions'));
  const names = told.map((format) => format.name).join(', ');
  if (name !== undefined) {
    const named = INPUT_FORMATS.find((format) => format.name === name);
    if (named !== undefined) return named;
    const all = INPUT_FORMATS.map((format) => format.name).join(', ');
    throw new ConfigError('demuxer.format', `unknown format ${name}, allowed are ${all}`);
  }
  const found = INPUT_FORMATS.find((format) => format.isFormat(start));
  if (found !== undefined) return found;
  const unread = unreadFormat(start);
  if (unread !== undefined) {
    throw new UnsupportedError('demuxer', `${unread} files are not read; ${names} are`);
  }
  throw new FormatError('demuxer', `no format that is read (${names}) begins like this`, 0);
}
