/** TIFF 6.0, read and written. Read `standard/directory.ts`, `layout.ts`, then `read.ts`; `write.ts` for the way there. */
export { type DecodedTiff, decodeTiff, openTiffRows } from './read.ts';
export {
  encodeTiff,
  type TiffCompression,
  TiffEncoder,
  type TiffMetadata,
  type TiffOptions,
} from './write.ts';
