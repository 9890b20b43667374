/**
 * The session: from arrays or packets to a file. This is `vitrine/mux`: muxer and demuxer, which know the formats and codecs
 * that they are handed, and the formats; the codecs are `vitrine/codecs`. The root entry has those that know everything.
 */
export { applyBsf, BSF } from './bsf.ts';
export { type CopyOptions, copyStreams, type RemuxResult } from './copy-streams.ts';
export { type DemuxedPackets, PacketList } from './demuxed-packets.ts';
export {
  Demuxer,
  type DemuxerOptions,
  type DemuxOptions,
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
export type { EncoderConfig } from './encoder-config.ts';
export type { ContainerOptions, Format } from './format.ts';
export { ADTS, H264_STREAM, RAW_SOUND, RAW_VIDEO, WAV, Y4M } from './formats.ts';
export {
  BMP_FILES,
  IMAGE_FORMATS,
  JPEG_FILES,
  PAM_FILES,
  PGM_FILES,
  PNG_FILES,
  PPM_FILES,
  QOI_FILES,
  TIFF_FILES,
} from './image-formats.ts';
export type { InputFormat } from './input-format.ts';
export {
  READ_ADTS,
  READ_BMP,
  READ_H264_STREAM,
  READ_IMAGE_SEQUENCE,
  READ_JPEG,
  READ_NETPBM,
  READ_PNG,
  READ_QOI,
  READ_RAW_SOUND,
  READ_RAW_VIDEO,
  READ_TIFF,
  READ_WAV,
  READ_Y4M,
} from './input-formats.ts';
export { M4A, MOV, MP4 } from './isobmff-formats.ts';
export { MATROSKA, WEBM } from './matroska-formats.ts';
export { Muxer } from './muxer.ts';
export type { EncodeStreamOptions, MuxerOptions, StreamDescription } from './muxer-options.ts';
export { READ_MATROSKA } from './read-matroska.ts';
export { READ_MP4 } from './read-mp4.ts';
