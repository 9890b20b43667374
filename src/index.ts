/** vitrine: media files from arrays. The session API; the parts below it are exports of their own (`vitrine/h264` …). */
export {
  ConfigError,
  FormatError,
  MediaError,
  StateError,
  UnsupportedError,
} from './base/errors.ts';
export type {
  AudioStreamInfo,
  ColorTags,
  Packet,
  Packets,
  StreamInfo,
  SubtitleStreamInfo,
  VideoStreamInfo,
} from './base/packet.ts';
export type { Rational } from './base/rational.ts';
export {
  AudioFrames,
  convertAudioFrames,
  convertVideoFrames,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  type ImageDataLike,
  type NdArray,
  ndarray,
  type PixFmt,
  type PlaneArrays,
  type SampleFmt,
  toArray,
  toPlaneArrays,
  VideoFrames,
} from './frames/index.ts';
export { type Destination, MemorySink, type Origin } from './io/index.ts';
export {
  type AacEncoderConfig,
  type AudioEncodeConfig,
  type AudioEncodeOptions,
  AudioEncoder,
  audioEncodeConfig,
  type ContainerOptions,
  type EncoderConfig,
  type EncodeStreamOptions,
  type H264EncoderConfig,
  Muxer,
  type PcmEncoderConfig,
  type VideoEncodeConfig,
  type VideoEncodeOptions,
  VideoEncoder,
  videoEncodeConfig,
} from './pipeline/index.ts';
