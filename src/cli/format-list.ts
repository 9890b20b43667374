/** The kinds of files that the command line knows: what is said of each, and its code where it is needed. A new kind is a row here too. */
import type { Format, FormatDescription } from '../pipeline/format.ts';
import {
  ABOUT_M4A,
  ABOUT_MATROSKA,
  ABOUT_MOV,
  ABOUT_MP4,
  ABOUT_READ_MATROSKA,
  ABOUT_READ_MP4,
  ABOUT_WEBM,
} from '../pipeline/format-descriptions.ts';
import { ADTS, H264_STREAM, RAW_SOUND, RAW_VIDEO, WAV, Y4M } from '../pipeline/formats.ts';
import { IMAGE_FORMATS } from '../pipeline/image-formats.ts';
import type { InputFormat } from '../pipeline/input-format.ts';
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
} from '../pipeline/input-formats.ts';

/** A kind of file in the list. */
export type ListedFormat = FormatDescription & {
  /** Loads the code of its writer. */
  load(): Promise<Format>;
};

const isobmff = () => import('../pipeline/isobmff-formats.ts');
const matroska = () => import('../pipeline/matroska-formats.ts');

/** A format that is loaded with the list: its code is small. */
const loaded = (format: Format): ListedFormat => ({ ...format, load: async () => format });

/** The files that are written; the first whose extension fits is taken. */
export const FORMATS: readonly ListedFormat[] = [
  { ...ABOUT_MP4, load: async () => (await isobmff()).MP4 },
  { ...ABOUT_M4A, load: async () => (await isobmff()).M4A },
  { ...ABOUT_MOV, load: async () => (await isobmff()).MOV },
  loaded(WAV),
  { ...ABOUT_MATROSKA, load: async () => (await matroska()).MATROSKA },
  { ...ABOUT_WEBM, load: async () => (await matroska()).WEBM },
  ...[ADTS, H264_STREAM, RAW_VIDEO, Y4M, ...IMAGE_FORMATS, ...RAW_SOUND].map(loaded),
];

/** The files that are read; the first that knows the bytes is taken. */
export const INPUT_FORMATS: readonly InputFormat[] = [
  {
    ...ABOUT_READ_MATROSKA,
    open: async (...from) =>
      (await import('../pipeline/read-matroska.ts')).READ_MATROSKA.open(...from),
  },
  {
    ...ABOUT_READ_MP4,
    open: async (...from) => (await import('../pipeline/read-mp4.ts')).READ_MP4.open(...from),
  },
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
