/** The session: from arrays or packets to a file. */
export { AudioEncoder } from './audio-encoder.ts';
export type { AacEncoderConfig } from './codec-aac.ts';
export type { H264EncoderConfig } from './codec-h264.ts';
export type { PcmEncoderConfig } from './codec-pcm.ts';
export { CODECS, type EncoderConfig } from './codecs.ts';
export {
  type AudioEncodeConfig,
  type AudioEncodeOptions,
  audioEncodeConfig,
  type VideoEncodeConfig,
  type VideoEncodeOptions,
  videoEncodeConfig,
} from './encode-config.ts';
export { type ContainerOptions, FORMATS } from './formats.ts';
export { type EncodeStreamOptions, Muxer } from './muxer.ts';
export { VideoEncoder } from './video-encoder.ts';
