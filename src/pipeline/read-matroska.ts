/** Matroska and WebM files as the session reads them. */
import { openMatroska } from '../containers/matroska/index.ts';
import { ABOUT_READ_MATROSKA } from './format-descriptions.ts';
import type { InputFormat } from './input-format.ts';

/** Matroska, WebM. */
export const READ_MATROSKA: InputFormat = {
  ...ABOUT_READ_MATROSKA,
  // A wrong checksum would only be reported, and nobody listens here; checking takes 0.8 s for a gigabyte.
  open: (source, options) => openMatroska(source, { verifyChecksums: false, ...options }),
};
