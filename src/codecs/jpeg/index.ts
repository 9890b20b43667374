/**
 * JPEG (ITU-T T.81): pictures to files and back. To read: `standard/read-file.ts`, `standard/scan-decoder.ts`, `decoder.ts`; to write:
 * `encoder/picture-encoder.ts`, `encoder/level-decision.ts`, `encoder/write-scans.ts`, `encoder.ts`.
 */
export {
  decodeJpeg,
  decodeJpegPlanes,
  type JpegDecodeOptions,
  JpegDecoder,
  type JpegInfo,
  type JpegOutputFormat,
  type JpegPicture,
  type JpegPlane,
  readJpegInfo,
} from './decoder.ts';
export type { JpegInspector, JpegScript } from './encoder/inspector.ts';
export {
  encodeJpeg,
  encodeJpegPlanes,
  JpegEncoder,
  type JpegEncoderOptions,
  type JpegImage,
  type JpegPictureOptions,
  type JpegPlanarImage,
  type JpegSourcePlane,
} from './encoder.ts';
export { inspectJpeg } from './inspect.ts';
export { type JpegOptimizeOptions, optimizeJpeg } from './optimize.ts';
export type { JpegEffort, JpegEncodeOptions, JpegSubsampling } from './options.ts';
export type { JpegColorSpace } from './standard/describe.ts';
export type { JpegDensity, JpegMetadata } from './standard/metadata.ts';
export type { JpegLimits } from './standard/read-file.ts';
export type { JpegTarget } from './target.ts';
export { JpegTrace } from './trace.ts';
export { JPEG_TABLES } from './trace-tables.ts';
export { watchJpeg } from './watch-file.ts';
