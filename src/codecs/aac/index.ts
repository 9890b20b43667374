/**
 * AAC-LC: sound to packets (ISO/IEC 14496-3, short name AAC in docs/standards.md).
 *
 * A stream is a row of frames, each the coding of 1024 new samples of every channel. A frame is one `raw_data_block`: an
 * element for each channel or pair of channels (SCE, CPE, LFE), perhaps fill (FIL), and END. The window that a block of
 * 2048 samples is seen through is told first (`ics_info`): long, or eight short ones, or a transition between the two. Its
 * MDCT has 1024 lines, cut into scale factor bands. For each band there is a codebook (`section_data`), a scale factor
 * (the quantizer's step in 1.5 dB), and Huffman codes of the quantized lines (`spectral_data`). Pairs may have bands
 * coded as middle and side or as one channel with an intensity, and a channel may be filtered along frequency (TNS).
 * Configuration that never changes, rate and channels, is in the AudioSpecificConfig that goes with the packets.
 *
 * Reading order: `standard/window-sequence`, `standard/scalefactor-bands`, `standard/channel-stream`,
 * `standard/raw-data-block` for the bitstream; then `encoder/encoder`, `encoder/element-encoder`,
 * `encoder/psychoacoustics`, `encoder/trellis`, `encoder/rate-control` for the choices. docs/aac follows one frame from
 * samples to bits.
 */
export type { AacPacket } from '../../syntax/aac/aac-packet.ts';
export { AacEncoder, createAacEncoder, createSmallAacEncoder } from './encoder/encoder.ts';
export {
  type AacInspector,
  type PairWeighing,
  QUIET_AAC_INSPECTOR,
  type SubstituteWeighing,
} from './encoder/inspector.ts';
export type { AacEncoderOptions } from './encoder/options.ts';
export { AacTrace, type AacTraceStream } from './encoder/trace.ts';
export { AAC_TABLES } from './encoder/trace-tables.ts';
export { DEFAULT_TUNING, type Tuning } from './encoder/tuning.ts';
