/** H.264 byte streams (Annex B). Read `annex-b.ts`, then `reader.ts` and what it uses. */
export { accessUnitToAnnexB } from './annex-b.ts';
export { type AnnexBReader, type AnnexBReaderOptions, isAnnexB, openAnnexB } from './reader.ts';
export { type AnnexBOptions, createAnnexBWriter } from './writer.ts';
