/** vitrine: media files from arrays. The session API; the parts below it are exports of their own (`vitrine/h264` …). */
export {
  ConfigError,
  FormatError,
  IoError,
  MediaError,
  StateError,
  UnsupportedError,
} from './base/errors.ts';
export type { Abortable } from './base/pace.ts';
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
  FilterGraph,
  type FilterGraphOptions,
  getAbufferDesc,
  getAudioFilterDesc,
  getBufferDesc,
  getFilterDesc,
  getVideoFilterDesc,
} from './filters/index.ts';
export {
  AudioFrames,
  convertAudioFrames,
  convertFrames,
  convertVideoFrames,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  type ImageDataLike,
  type ImageMetadata,
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
export { AudioEncoder } from './pipeline/audio-encoder.ts';
export type {
  AacEncoderConfig,
  H264EncoderConfig,
  JpegEncoderConfig,
  PcmEncoderConfig,
  PngEncoderConfig,
  TiffEncoderConfig,
} from './pipeline/codecs/index.ts';
export {
  type DemuxFileOptions,
  demuxAudio,
  demuxImage,
  demuxVideo,
} from './pipeline/everything/demux.ts';
export {
  type LoadedImage,
  type LoadImageOptions,
  loadImage,
} from './pipeline/everything/load-image.ts';
export {
  type EncodeImageOptions,
  encodeImage,
  saveImage,
} from './pipeline/everything/save-image.ts';
export { Demuxer, Muxer, type RemuxOptions, remux } from './pipeline/everything/sessions.ts';
export {
  type AudioEncodeConfig,
  type AudioEncodeOptions,
  applyBsf,
  audioEncodeConfig,
  BSF,
  type ContainerOptions,
  type CopyOptions,
  copyStreams,
  type DemuxedPackets,
  type DemuxerOptions,
  type DemuxOptions,
  type EncoderConfig,
  type EncodeStreamOptions,
  type MuxerOptions,
  PacketList,
  type RemuxResult,
  type StreamDescription,
  type StreamingDemuxOptions,
  type TimeWindow,
  type VideoEncodeConfig,
  type VideoEncodeOptions,
  videoEncodeConfig,
} from './pipeline/index.ts';
export type { PictureData } from './pipeline/picture-data.ts';
export { VideoEncoder } from './pipeline/video-encoder.ts';
export { provideKernels } from './wasm/index.ts';
