/** The files that the session can write, by ffmpeg's names and by extension. A new container is a row. */
import type { ByteSink } from '../base/byte-stream.ts';
import type { ContainerWriter } from '../base/container.ts';
import { ConfigError } from '../base/errors.ts';
import type { FileDescription } from '../base/file-description.ts';
import type { StreamInfo } from '../base/packet.ts';
import { type AdtsOptions, createAdtsWriter } from '../containers/adts/index.ts';
import { createAnnexBWriter } from '../containers/bytestream/index.ts';
import { createMp4Writer, type Mp4Options } from '../containers/isobmff/index.ts';
import { createMatroskaWriter, type MatroskaOptions } from '../containers/matroska/index.ts';
import {
  createRawAudioWriter,
  createRawVideoWriter,
  createY4mWriter,
  RAW_AUDIO_FORMATS,
  Y4M_PIX_FMTS,
  type Y4mOptions,
} from '../containers/raw/index.ts';
import { createWavWriter, type WavOptions } from '../containers/riff/index.ts';
import { carriedToMatroska, carriedToMp4, carriedToWav, carriedToWebm } from './carried.ts';

/** What a container's own options look like; raw files have none. */
export type ContainerOptions = Mp4Options | MatroskaOptions | WavOptions | AdtsOptions | Y4mOptions;

/** A kind of file. */
export interface Format {
  readonly name: string;
  readonly description: string;
  /** Without the dot, lower case. */
  readonly extensions: readonly string[];
  /** Codec that is used if none is named; undefined if the file holds no such streams. */
  readonly defaultVideo?: string;
  readonly defaultAudio?: string;
  /** Pixel formats of uncompressed video that the file can say; default all. */
  readonly pixFmts?: readonly string[];
  /**
   * Makes a writer. Throws `ConfigError` for options and `UnsupportedError` for streams that the file cannot hold.
   * @param options the container's own, as the caller gave them
   */
  createWriter(
    sink: ByteSink,
    streams: readonly StreamInfo[],
    options: Readonly<Record<string, unknown>>,
  ): ContainerWriter;
  /** Options that make the file say what another one says beside its streams. Absent if it has no place for that. */
  carried?(about: FileDescription): ContainerOptions;
}

function isobmff(format: NonNullable<Mp4Options['format']>): Format['createWriter'] {
  return (sink, streams, options) => createMp4Writer(sink, streams, { format, ...options });
}

function matroska(docType: NonNullable<MatroskaOptions['docType']>): Format['createWriter'] {
  return (sink, streams, options) => createMatroskaWriter(sink, streams, { docType, ...options });
}

/** All of them; the first whose extension fits is taken. */
export const FORMATS: readonly Format[] = [
  {
    name: 'mp4',
    description: 'MP4 (MPEG-4 part 14)',
    extensions: ['mp4', 'm4v'],
    defaultVideo: 'h264',
    defaultAudio: 'aac',
    createWriter: isobmff('mp4'),
    carried: carriedToMp4,
  },
  {
    name: 'm4a',
    description: 'MP4 with sound only',
    extensions: ['m4a'],
    defaultAudio: 'aac',
    createWriter: isobmff('m4a'),
    carried: carriedToMp4,
  },
  {
    name: 'mov',
    description: 'QuickTime',
    extensions: ['mov', 'qt'],
    defaultVideo: 'h264',
    defaultAudio: 'aac',
    createWriter: isobmff('mov'),
    carried: carriedToMp4,
  },
  {
    name: 'wav',
    description: 'WAV (RIFF/WAVE, RF64)',
    extensions: ['wav'],
    defaultAudio: 'pcm_s16le',
    createWriter: createWavWriter,
    carried: carriedToWav,
  },
  {
    name: 'matroska',
    description: 'Matroska',
    extensions: ['mkv', 'mka', 'mks', 'mk3d'],
    defaultVideo: 'h264',
    defaultAudio: 'aac',
    createWriter: matroska('matroska'),
    carried: carriedToMatroska,
  },
  {
    name: 'webm',
    description: 'WebM',
    extensions: ['webm', 'weba'],
    createWriter: matroska('webm'),
    carried: carriedToWebm,
  },
  {
    name: 'adts',
    description: 'AAC with a header before each frame',
    extensions: ['aac', 'adts'],
    defaultAudio: 'aac',
    createWriter: createAdtsWriter as Format['createWriter'],
  },
  {
    name: 'h264',
    description: 'H.264 byte stream (Annex B)',
    extensions: ['h264', '264', 'avc'],
    defaultVideo: 'h264',
    createWriter: createAnnexBWriter as Format['createWriter'],
  },
  {
    name: 'rawvideo',
    description: 'pictures and nothing else',
    extensions: ['yuv', 'rgb', 'raw'],
    defaultVideo: 'rawvideo',
    createWriter: createRawVideoWriter as Format['createWriter'],
  },
  {
    name: 'y4m',
    description: 'YUV4MPEG2',
    extensions: ['y4m'],
    defaultVideo: 'rawvideo',
    pixFmts: Y4M_PIX_FMTS,
    // Where `convert-rgb-to-yuv` puts chroma.
    createWriter: (sink, streams, options) =>
      createY4mWriter(sink, streams, { chromaSite: '420mpeg2', ...options }),
  },
  ...RAW_AUDIO_FORMATS.map(({ format, codec }) => ({
    name: format,
    description: `samples and nothing else, ${format}`,
    extensions: [],
    defaultAudio: codec,
    createWriter: createRawAudioWriter.bind(null, format) as Format['createWriter'],
  })),
];

/**
 * The format for a destination: the one named, else the one of the path's extension. Throws `ConfigError` if there is
 * no such format, or nothing to tell it from.
 */
export function chooseFormat(destination: unknown, name: string | undefined): Format {
  const known = FORMATS.map((format) => format.name).join(', ');
  if (name !== undefined) {
    const named = FORMATS.find((format) => format.name === name);
    if (named !== undefined) return named;
    throw new ConfigError('muxer.format', `unknown format ${String(name)}, allowed are ${known}`);
  }
  if (typeof destination !== 'string' && !(destination instanceof URL)) {
    throw new ConfigError(
      'muxer.format',
      `needed if the destination is no path; allowed are ${known}`,
    );
  }
  const path = typeof destination === 'string' ? destination : destination.pathname;
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const byExtension = FORMATS.find((format) => format.extensions.includes(extension));
  if (byExtension !== undefined) return byExtension;
  const extensions = FORMATS.flatMap((format) => format.extensions);
  throw new ConfigError(
    'muxer.format',
    `cannot tell from the name ${path}; give it one of the extensions ${extensions.join(', ')}, or a format: ${known}`,
  );
}
