/** The files that the session can write, a row each, but for MP4 and Matroska, which have files of their own. A muxer knows those that it is handed. */
import { createAdtsWriter } from '../containers/adts/index.ts';
import { createAnnexBWriter } from '../containers/bytestream/index.ts';
import {
  createRawAudioWriter,
  createRawVideoWriter,
  createY4mWriter,
  RAW_AUDIO_FORMATS,
  Y4M_PIX_FMTS,
} from '../containers/raw/index.ts';
import { createWavWriter } from '../containers/riff/index.ts';
import { carriedToWav } from './carried.ts';
import type { Format } from './format.ts';

/** WAV (RIFF/WAVE, RF64). */
export const WAV: Format = {
  name: 'wav',
  description: 'WAV (RIFF/WAVE, RF64)',
  extensions: ['wav'],
  defaultAudio: 'pcm_s16le',
  createWriter: createWavWriter,
  carried: carriedToWav,
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
