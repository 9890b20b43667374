/** Netpbm: PBM, PGM, PPM and PAM files, read and written. */
export { type DecodedNetpbm, decodeNetpbm, openNetpbmRows } from './read.ts';
export { encodeNetpbm, NetpbmEncoder, type NetpbmFormat } from './write.ts';
