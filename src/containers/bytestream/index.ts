/** H.264 byte streams (Annex B). */
export { accessUnitToAnnexB } from './annex-b.ts';
export { type AnnexBOptions, createAnnexBWriter } from './writer.ts';
