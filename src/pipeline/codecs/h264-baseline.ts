/** H.264 in the session, Constrained Baseline alone. */
import { createH264BaselineEncoder } from '../../codecs/h264/encoder/create-baseline-encoder.ts';
import type { VideoCodec } from '../codec.ts';
import { h264Codec } from './h264-codec.ts';

/** The row of H.264 for small bundles: Constrained Baseline alone, the bytes of profile `baseline`; what `createH264BaselineEncoder` lacks is refused. */
export const H264Baseline: VideoCodec = /* @__PURE__ */ h264Codec(
  createH264BaselineEncoder,
  'baseline',
);
