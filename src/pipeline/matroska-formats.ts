/** Matroska and WebM as files that the session writes. */
import { createMatroskaWriter, type MatroskaOptions } from '../containers/matroska/index.ts';
import type { Format } from './format.ts';
import { ABOUT_MATROSKA, ABOUT_WEBM } from './format-descriptions.ts';

function matroska(docType: NonNullable<MatroskaOptions['docType']>): Format['createWriter'] {
  return (sink, streams, options) => createMatroskaWriter(sink, streams, { docType, ...options });
}

/** Matroska. */
export const MATROSKA: Format = {
  ...ABOUT_MATROSKA,
  createWriter: /* @__PURE__ */ matroska('matroska'),
};

/** WebM. */
export const WEBM: Format = { ...ABOUT_WEBM, createWriter: /* @__PURE__ */ matroska('webm') };
