/** BMP: Windows bitmaps, read and written. Read `headers.ts`, then `read.ts`; `write.ts` for the way there. */
export { type DecodedBmp, decodeBmp } from './read.ts';
export { type BmpMetadata, encodeBmp } from './write.ts';
