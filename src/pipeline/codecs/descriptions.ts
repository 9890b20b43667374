/** The facts about each codec that are known before its code is loaded: its adapter and lists of codecs say the same, from here. */
import { type PcmCodec, pcmSampleFmts } from '../../codecs/pcm/formats.ts';
import { PIX_FMTS, type PixFmt } from '../../frames/pixel-format.ts';
import { RASTER_PIX_FMTS } from '../../frames/raster.ts';
import type { AudioCodecDescription, VideoCodecDescription } from '../codec.ts';
import type { ImageCodecDescription } from '../image-codec.ts';

const RGB: readonly PixFmt[] = ['rgb24', 'bgr24'];
const RGBA: readonly PixFmt[] = ['rgba', 'bgra', 'argb', 'abgr'];

/** H.264. */
export const ABOUT_H264: VideoCodecDescription = {
  kind: 'video',
  name: 'h264',
  aliases: ['libx264', 'x264', 'libopenh264', 'avc', 'avc1', 'h.264'],
  description: 'H.264 / AVC / MPEG-4 part 10',
  pixFmts: ['yuv420p', 'yuvj420p'],
};

/** Raw video. */
export const ABOUT_RAWVIDEO: VideoCodecDescription = {
  kind: 'video',
  name: 'rawvideo',
  description: 'uncompressed pictures',
  pixFmts: PIX_FMTS,
};

/** JPEG. */
export const ABOUT_JPEG: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'mjpeg',
  aliases: ['jpeg', 'jpg', 'motion-jpeg'],
  description: 'JPEG, Motion JPEG',
  pixFmts: [
    ...(['rgb24', 'rgba', 'gray', 'yuvj420p', 'yuvj422p', 'yuvj444p'] as const),
    ...(['yuv420p', 'yuv422p', 'yuv444p'] as const),
  ],
  metadata: ['density', 'orientation', 'exif', 'icc', 'xmp'],
  options: [
    ...['quality', 'subsampling', 'effort', 'scans', 'restartInterval', 'background', 'target'],
    ...['vectorKernels', 'inspect'],
  ],
};

/** PNG. */
export const ABOUT_PNG: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'png',
  aliases: ['apng'],
  description: 'PNG',
  pixFmts: RASTER_PIX_FMTS,
  metadata: ['density', 'orientation', 'exif', 'icc', 'xmp'],
  options: ['effort', 'interlaced', 'reduce', 'inspect'],
};

/** BMP. */
export const ABOUT_BMP: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'bmp',
  description: 'BMP (Windows bitmap)',
  pixFmts: [...RGB, ...RGBA, 'gray', 'ya8'],
  metadata: ['density', 'icc'],
  options: [],
};

/** PPM: RGB. */
export const ABOUT_PPM: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'ppm',
  description: 'PPM (Netpbm)',
  pixFmts: [...RGB, 'rgb48le', 'rgb48be'],
  metadata: [],
  options: [],
};

/** PGM: gray. */
export const ABOUT_PGM: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'pgm',
  description: 'PGM (Netpbm)',
  pixFmts: ['gray', 'gray16le', 'gray16be', 'gray10le'],
  metadata: [],
  options: [],
};

/** PAM. */
export const ABOUT_PAM: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'pam',
  description: 'PAM (Netpbm)',
  pixFmts: RASTER_PIX_FMTS,
  metadata: [],
  options: [],
};

/** QOI. */
export const ABOUT_QOI: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'qoi',
  description: 'QOI (Quite OK Image)',
  pixFmts: [...RGB, ...RGBA],
  metadata: [],
  options: [],
};

/** TIFF. */
export const ABOUT_TIFF: ImageCodecDescription = {
  kind: 'video',
  isImage: true,
  name: 'tiff',
  aliases: ['tif'],
  description: 'TIFF',
  pixFmts: RASTER_PIX_FMTS,
  metadata: ['density', 'orientation', 'icc', 'xmp'],
  options: ['compression', 'level'],
};

/** AAC. */
export const ABOUT_AAC: AudioCodecDescription = {
  kind: 'audio',
  name: 'aac',
  aliases: ['libfdk_aac', 'aac_lc', 'aac-lc', 'mp4a'],
  description: 'AAC-LC (MPEG-4 part 3)',
  sampleFmts: ['fltp'],
};

/** One codec of PCM. */
export function aboutPcm(codec: PcmCodec): AudioCodecDescription {
  return {
    kind: 'audio',
    name: codec,
    description: `PCM, ${codec.slice('pcm_'.length)}`,
    sampleFmts: pcmSampleFmts(codec),
  };
}
