/**
 * PNG (third edition), still and animated, read, written and made smaller. Read `standard/`, then `decoder.ts`; `encoder.ts`
 * and `encoder/reduce.ts`, `encoder/filter-strategy.ts` for how files become small.
 */
export type { Blend, Dispose, FrameControl, PngAnimation, PngFrame } from './animation.ts';
export { type ApngFrame, composeApng, type EncodeApngOptions, encodeApng } from './apng.ts';
export { pngToRgba8, pngToRgba16 } from './convert.ts';
export { type DecodedPng, type DecodePngOptions, decodePng, type PngLimits } from './decoder.ts';
export type { PngInspector, PngWay } from './encoder/inspector.ts';
export { type EncodePngOptions, encodePng, type PngEffort } from './encoder.ts';
export type { PngImage } from './image.ts';
export { inspectPng } from './inspect.ts';
export type { PngMetadata, PngSuggestedPalette, PngText } from './metadata.ts';
export { type OptimizePngOptions, optimizePng } from './optimize.ts';
export { PngEncoder, type PngEncoderOptions } from './png-encoder.ts';
export { type QuantizeOptions, quantizePng } from './quantize.ts';
export { PngDecoder } from './row-decoder.ts';
export type { BitDepth, ColorType, PngHeader } from './standard/header.ts';
export type { Samples } from './standard/samples.ts';
export { PngTrace } from './trace.ts';
export { PNG_TABLES } from './trace-tables.ts';
export { watchPng } from './watch-file.ts';
