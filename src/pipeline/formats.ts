/** The files that the session can write, a row each. A muxer knows those that it is handed. */
import { createAdtsWriter } from '../containers/adts/index.ts';
import { createAnnexBWriter } from '../containers/bytestream/index.ts';
import { createMp4Writer, type Mp4Options } from '../containers/isobmff/index.ts';
import { createMatroskaWriter, type MatroskaOptions } from '../containers/matroska/index.ts';
import {
  createRawAudioWriter,
  createRawVideoWriter,
  createY4mWriter,
  RAW_AUDIO_FORMATS,
  Y4M_PIX_FMTS,
} from '../containers/raw/index.ts';
import { createWavWriter } from '../containers/riff/index.ts';
import { carriedToMatroska, carriedToMp4, carriedToWav, carriedToWebm } from './carried.ts';
import type { Format } from './format.ts';

function isobmff(format: NonNullable<Mp4Options['format']>): Format['createWriter'] {
  return (sink, streams, options) => createMp4Writer(sink, streams, { format, ...options });
}

function matroska(docType: NonNullable<MatroskaOptions['docType']>): Format['createWriter'] {
  return (sink, streams, options) => createMatroskaWriter(sink, streams, { docType, ...options });
}

/** MP4 (MPEG-4 part 14). */
export const MP4: Format = {
  name: 'mp4',
  description: 'MP4 (MPEG-4 part 14)',
  extensions: ['mp4', 'm4v'],
  defaultVideo: 'h264',
  defaultAudio: 'aac',
  createWriter: /* @__PURE__ */ isobmff('mp4'),
  carried: carriedToMp4,
};

/** MP4 with sound only. */
export const M4A: Format = {
  name: 'm4a',
  description: 'MP4 with sound only',
  extensions: ['m4a'],
  defaultAudio: 'aac',
  createWriter: /* @__PURE__ */ isobmff('m4a'),
  carried: carriedToMp4,
};

/** QuickTime. */
export const MOV: Format = {
  name: 'mov',
  description: 'QuickTime',
  extensions: ['mov', 'qt'],
  defaultVideo: 'h264',
  defaultAudio: 'aac',
  createWriter: /* @__PURE__ */ isobmff('mov'),
  carried: carriedToMp4,
};

/** WAV (RIFF/WAVE, RF64). */
export const WAV: Format = {
  name: 'wav',
  description: 'WAV (RIFF/WAVE, RF64)',
  extensions: ['wav'],
  defaultAudio: 'pcm_s16le',
  createWriter: createWavWriter,
  carried: carriedToWav,
};

/** Matroska. */
export const MATROSKA: Format = {
  name: 'matroska',
  description: 'Matroska',
  extensions: ['mkv', 'mka', 'mks', 'mk3d'],
  defaultVideo: 'h264',
  defaultAudio: 'aac',
  createWriter: /* @__PURE__ */ matroska('matroska'),
  carried: carriedToMatroska,
};

/** WebM. */
export const WEBM: Format = {
  name: 'webm',
  description: 'WebM',
  extensions: ['webm', 'weba'],
  createWriter: /* @__PURE__ */ matroska('webm'),
  carried: carriedToWebm,
};

/** AAC with a header before each frame. */
export const ADTS: Format = {
  name: 'adts',
  description: 'AAC with a header before each frame',
  extensions: ['aac', 'adts'],
  defaultAudio: 'aac',
  createWriter: createAdtsWriter as Format['createWriter'],
};

/** H.264 byte stream (Annex B). */
export const H264_STREAM: Format = {
  name: 'h264',
  description: 'H.264 byte stream (Annex B)',
  extensions: ['h264', '264', 'avc'],
  defaultVideo: 'h264',
  createWriter: createAnnexBWriter as Format['createWriter'],
};

/** pictures and nothing else. */
export const RAW_VIDEO: Format = {
  name: 'rawvideo',
  description: 'pictures and nothing else',
  extensions: ['yuv', 'rgb', 'raw'],
  defaultVideo: 'rawvideo',
  createWriter: createRawVideoWriter as Format['createWriter'],
};

/** YUV4MPEG2. */
export const Y4M: Format = {
  name: 'y4m',
  description: 'YUV4MPEG2',
  extensions: ['y4m'],
  defaultVideo: 'rawvideo',
  pixFmts: Y4M_PIX_FMTS,
  // Where `convert-rgb-to-yuv` puts chroma.
  createWriter: (sink, streams, options) =>
    createY4mWriter(sink, streams, { chromaSite: '420mpeg2', ...options }),
};

/** Raw sound, a row for each sample format. */
export const RAW_SOUND: readonly Format[] = /* @__PURE__ */ RAW_AUDIO_FORMATS.map(
  ({ format, codec }) => ({
    name: format,
    description: `samples and nothing else, ${format}`,
    extensions: [],
    defaultAudio: codec,
    createWriter: createRawAudioWriter.bind(null, format) as Format['createWriter'],
  }),
);
