export { AacEncoder, createAacEncoder } from './encoder/encoder.ts';
export type { AacInspector } from './encoder/inspector.ts';
export type { AacEncoderOptions } from './encoder/options.ts';
