/** Tells files of the MP4 family by their first bytes. */
import { parseBoxHeader } from './box-reader.ts';

/** Types that a file may begin with, ISOBMFF clause 6.3 and QuickTime File Format. */
export const TOP_LEVEL_TYPES = [
  ...['ftyp', 'styp', 'moov', 'mdat', 'free', 'skip', 'wide', 'moof', 'sidx', 'uuid', 'pnot'],
  ...['emsg', 'prft', 'meta', 'pdin', 'mfra', 'ssix'],
];

/** Whether the first bytes of a file are those of this family of formats. */
export function isMp4(start: Uint8Array): boolean {
  const header = parseBoxHeader(start, 0, start.length);
  return header !== null && TOP_LEVEL_TYPES.includes(header.type);
}
