/** PCM: samples as they are, and the two laws of G.711. Read `formats.ts`, `encoder.ts`, then `standard/g711.ts`. */
export { createPcmDecoder, type PcmDecoder, type PcmDecoderOptions } from './decoder.ts';
export { createPcmEncoder, type PcmEncoder, type PcmEncoderOptions } from './encoder.ts';
export {
  defaultChannelMask,
  isPcmCodec,
  PCM_CODECS,
  type PcmCodec,
  type PcmFormat,
  pcmFormat,
  pcmSampleFmts,
} from './formats.ts';
