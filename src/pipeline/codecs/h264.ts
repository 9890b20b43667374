/** H.264 in the session, with the tools of every profile. */
import { createH264Encoder } from '../../codecs/h264/encoder/create-encoder.ts';
import type { VideoCodec } from '../codec.ts';
import { h264Codec } from './h264-codec.ts';

/** The row of H.264. */
export const H264: VideoCodec = /* @__PURE__ */ h264Codec(createH264Encoder);
