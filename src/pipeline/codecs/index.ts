/** The codecs that a muxer can be handed, a row each: `addEncodeStream({ config, encoder: H264 })`. */
export type { AudioCodec, Codec, VideoCodec } from '../codec.ts';
export { AAC, type AacEncoderConfig } from './aac.ts';
export { H264, H264Baseline, type H264EncoderConfig } from './h264.ts';
export { PCM, type PcmEncoderConfig, pcm } from './pcm.ts';
export { RAWVIDEO } from './rawvideo.ts';
