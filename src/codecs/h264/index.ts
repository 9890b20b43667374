/** H.264 (ITU-T H.264, ISO/IEC 14496-10), Constrained Baseline. */
export { createH264Encoder, type H264Encoder, type Reconstruction } from './encoder/encoder.ts';
export { type H264Options, PRESETS, type Preset } from './encoder/options.ts';
export type { PassStatistics, PictureStatistics } from './encoder/two-pass.ts';
export { LEVELS, type LevelName } from './standard/levels.ts';
