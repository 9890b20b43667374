/** Netpbm: PBM, PGM, PPM and PAM files, read and written. */
export { type DecodedNetpbm, decodeNetpbm } from './read.ts';
export { encodeNetpbm, type NetpbmFormat } from './write.ts';
