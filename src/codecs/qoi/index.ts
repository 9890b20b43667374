/** QOI: The Quite OK Image Format, read and written. */
export { type DecodedQoi, decodeQoi } from './read.ts';
export { encodeQoi } from './write.ts';
