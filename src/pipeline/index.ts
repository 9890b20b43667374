/** The session: from arrays or packets to a file. */
export { AudioEncoder } from './audio-encoder.ts';
export { applyBsf, BSF } from './bsf.ts';
export type { AacEncoderConfig } from './codec-aac.ts';
export type { H264EncoderConfig } from './codec-h264.ts';
export type { PcmEncoderConfig } from './codec-pcm.ts';
export { CODECS, type EncoderConfig } from './codecs.ts';
export type { DemuxedPackets } from './demuxed-packets.ts';
export {
  Demuxer,
  type DemuxerOptions,
  type StreamingDemuxOptions,
  type TimeWindow,
} from './demuxer.ts';
export {
  type AudioEncodeConfig,
  type AudioEncodeOptions,
  audioEncodeConfig,
  type VideoEncodeConfig,
  type VideoEncodeOptions,
  videoEncodeConfig,
} from './encode-config.ts';
export { type ContainerOptions, FORMATS } from './formats.ts';
export { INPUT_FORMATS, PROBE_BYTES } from './input-formats.ts';
export { type EncodeStreamOptions, Muxer } from './muxer.ts';
export {
  type CopyOptions,
  copyStreams,
  type RemuxOptions,
  type RemuxResult,
  remux,
} from './remux.ts';
export { VideoEncoder } from './video-encoder.ts';
