/** The files that can be read, a row each, told by their first bytes, but for MP4 and Matroska, which have files of their own. A demuxer knows those that it is handed. */
import { hasAdtsFrames, isAdts, openAdts } from '../containers/adts/index.ts';
import { hasAnnexBUnits, isAnnexB, openAnnexB } from '../containers/bytestream/index.ts';
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
import { openImage } from './image-file.ts';
import { IMAGE_KINDS } from './image-headers.ts';
import { isSequencePath, openSequence } from './image-sequence.ts';
import type { InputFormat } from './input-format.ts';

/** WAV (RIFF/WAVE, RF64). */
export const READ_WAV: InputFormat = {
  name: 'wav',
  description: 'WAV (RIFF/WAVE, RF64)',
  isFormat: isWav,
  open: openWav,
  goesBack: false,
};

/** YUV4MPEG2. */
export const READ_Y4M: InputFormat = {
  name: 'y4m',
  description: 'YUV4MPEG2',
  isFormat: isY4m,
  open: openY4m,
  goesBack: false,
};

/** ADTS (AAC). */
export const READ_ADTS: InputFormat = {
  name: 'adts',
  description: 'ADTS (AAC)',
  aliases: ['aac'],
  isFormat: isAdts,
  isInside: (bytes) => isAdts(bytes) || hasAdtsFrames(bytes),
  open: openAdts,
  goesBack: false,
};

/** H.264 byte stream (Annex B). */
export const READ_H264_STREAM: InputFormat = {
  name: 'h264',
  description: 'H.264 byte stream (Annex B)',
  aliases: ['264', 'avc'],
  isFormat: isAnnexB,
  isInside: hasAnnexBUnits,
  open: openAnnexB,
  goesBack: false,
};

/** PNG picture. */
export const READ_PNG: InputFormat = /* @__PURE__ */ imageFormat('png', 'PNG picture', 'png');

/** JPEG picture. */
export const READ_JPEG: InputFormat = /* @__PURE__ */ imageFormat(
  'mjpeg',
  'JPEG picture',
  ...['jpeg', 'jpg', 'mjpeg'],
);

/** BMP picture. */
export const READ_BMP: InputFormat = /* @__PURE__ */ imageFormat('bmp', 'BMP picture', 'bmp');

/** Netpbm pictures: PBM and PGM, PPM, PAM. */
export const READ_NETPBM: readonly InputFormat[] = [
  /* @__PURE__ */ imageFormat('pgm', 'PGM or PBM picture', 'pgm', 'pbm'),
  /* @__PURE__ */ imageFormat('ppm', 'PPM picture', 'ppm'),
  /* @__PURE__ */ imageFormat('pam', 'PAM picture', 'pam'),
];

/** QOI picture. */
export const READ_QOI: InputFormat = /* @__PURE__ */ imageFormat('qoi', 'QOI picture', 'qoi');

/** TIFF picture. */
export const READ_TIFF: InputFormat = /* @__PURE__ */ imageFormat(
  'tiff',
  'TIFF picture',
  ...['tiff', 'tif'],
);

function imageFormat(codec: string, description: string, ...aliases: string[]): InputFormat {
  const { format, isFormat } = IMAGE_KINDS.find((kind) => kind.codec === codec)!;
  return { name: format, description, aliases, isFormat, open: openImage, goesBack: false };
}

/** Files of pictures with numbers (`frame-%04d.png`) or wildcards (`*.png`) in their names. */
export const READ_IMAGE_SEQUENCE: InputFormat = {
  name: 'image2',
  description: 'pictures in files with numbers or wildcards in their names',
  isFormat: () => false,
  isPath: isSequencePath,
  openPath: openSequence,
  open: openImage,
  goesBack: false,
};

/** pictures without a header; needs readerOptions. */
export const READ_RAW_VIDEO: InputFormat = {
  name: 'rawvideo',
  description: 'pictures without a header; needs readerOptions',
  isFormat: () => false,
  open: async (source, options) =>
    openRawVideo(source, options as unknown as RawVideoReaderOptions),
  goesBack: false,
};

/** Raw sound, a row for each sample format. */
export const READ_RAW_SOUND: readonly InputFormat[] = /* @__PURE__ */ RAW_AUDIO_FORMATS.map(
  ({ format }) => ({
    name: format,
    description: 'sound without a header; needs readerOptions',
    isFormat: () => false,
    open: async (source, options) =>
      openRawAudio(source, { ...options, format } as unknown as RawAudioReaderOptions),
    goesBack: false,
  }),
);
