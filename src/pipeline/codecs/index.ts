/** The codecs that a muxer can be handed, a row each: `addEncodeStream({ config, encoder: H264 })`. */
export type { AudioCodec, Codec, VideoCodec } from '../codec.ts';
export type { ImageCodec } from '../image-codec.ts';
export { AAC, type AacEncoderConfig } from './aac.ts';
export { H264 } from './h264.ts';
export { H264Baseline } from './h264-baseline.ts';
export type { H264EncoderConfig } from './h264-codec.ts';
export { JPEG, type JpegEncoderConfig } from './jpeg.ts';
export { PCM, type PcmEncoderConfig, pcm } from './pcm.ts';
export { PNG, type PngEncoderConfig } from './png.ts';
export { RAWVIDEO } from './rawvideo.ts';
export { BMP, PAM, PGM, PPM, QOI, TIFF, type TiffEncoderConfig } from './small-images.ts';
