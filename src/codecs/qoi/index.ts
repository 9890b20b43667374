/** QOI: The Quite OK Image Format, read and written. */
export { type DecodedQoi, decodeQoi, openQoiRows } from './read.ts';
export { encodeQoi, QoiEncoder } from './write.ts';
