/** JPEG (ITU-T T.81): pictures to files and back. Read `standard/read-file.ts`, `standard/scan-decoder.ts`, then `decoder.ts`. */
export {
  decodeJpeg,
  decodeJpegPlanes,
  type JpegColorSpace,
  type JpegDecodeOptions,
  JpegDecoder,
  type JpegInfo,
  type JpegOutputFormat,
  type JpegPicture,
  type JpegPlane,
  readJpegInfo,
} from './decoder.ts';
export type { JpegDensity, JpegMetadata } from './standard/metadata.ts';
export type { JpegLimits } from './standard/read-file.ts';
