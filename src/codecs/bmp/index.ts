/** BMP: Windows bitmaps, read and written. Read `headers.ts`, then `read.ts`; `write.ts` for the way there. */
export { type DecodedBmp, decodeBmp, openBmpRows } from './read.ts';
export { BmpEncoder, type BmpMetadata, encodeBmp } from './write.ts';
