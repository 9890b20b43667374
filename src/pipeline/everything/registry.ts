/** Everything that the session knows by name. A new codec, a new kind of file to write or to read is a row here. */
import type { Codec } from '../codec.ts';
import {
  AAC,
  BMP,
  H264,
  type ImageCodec,
  JPEG,
  PAM,
  PCM,
  PGM,
  PNG,
  PPM,
  QOI,
  RAWVIDEO,
  TIFF,
} from '../codecs/index.ts';
import type { Format } from '../format.ts';
import { ADTS, H264_STREAM, RAW_SOUND, RAW_VIDEO, WAV, Y4M } from '../formats.ts';
import { IMAGE_FORMATS } from '../image-formats.ts';
import type { InputFormat } from '../input-format.ts';
import {
  READ_ADTS,
  READ_BMP,
  READ_H264_STREAM,
  READ_IMAGE_SEQUENCE,
  READ_JPEG,
  READ_NETPBM,
  READ_PNG,
  READ_QOI,
  READ_RAW_SOUND,
  READ_RAW_VIDEO,
  READ_TIFF,
  READ_WAV,
  READ_Y4M,
} from '../input-formats.ts';
import { M4A, MOV, MP4 } from '../isobmff-formats.ts';
import { MATROSKA, WEBM } from '../matroska-formats.ts';
import { READ_MATROSKA } from '../read-matroska.ts';
import { READ_MP4 } from '../read-mp4.ts';

/** The codecs that are encoded here. */
export const CODECS: readonly Codec[] = [
  H264,
  JPEG,
  PNG,
  ...[BMP, PPM, PGM, PAM, QOI, TIFF],
  AAC,
  RAWVIDEO,
  ...PCM,
];

/** The codecs of still pictures among them. */
export const IMAGE_CODECS: readonly ImageCodec[] = [PNG, JPEG, BMP, PPM, PGM, PAM, QOI, TIFF];

/** The files that are written; the first whose extension fits is taken. */
export const FORMATS: readonly Format[] = [
  MP4,
  M4A,
  MOV,
  WAV,
  MATROSKA,
  WEBM,
  ADTS,
  H264_STREAM,
  RAW_VIDEO,
  Y4M,
  ...IMAGE_FORMATS,
  ...RAW_SOUND,
];

/** The files that are read; the first that knows the bytes is taken. */
export const INPUT_FORMATS: readonly InputFormat[] = [
  READ_MATROSKA,
  READ_MP4,
  READ_WAV,
  READ_Y4M,
  READ_ADTS,
  READ_H264_STREAM,
  READ_PNG,
  READ_JPEG,
  READ_BMP,
  READ_QOI,
  READ_TIFF,
  ...READ_NETPBM,
  READ_IMAGE_SEQUENCE,
  READ_RAW_VIDEO,
  ...READ_RAW_SOUND,
];
