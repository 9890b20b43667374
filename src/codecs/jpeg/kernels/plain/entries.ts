/**
 * How the quantized AC coefficients of a block lie in memory, for the encoder's block store and the kernels that read it: a run of entries for
 * those that are not zero, each a byte `LAST | WIDE | k`, then the level in one byte, or two (high byte first) if WIDE is set.
 */

/** The last coefficient of its block. */
export const LAST = 0x80;
/** A level outside -128..127: two bytes follow instead of one. */
export const WIDE = 0x40;
/** The index in the zig-zag sequence. */
export const INDEX = 0x3f;
/** Most bytes of a block. */
export const BLOCK_BYTES = 3 * 63;

/** The longest end-of-band run (T.81 clause G.1.2.2). */
export const MAX_END_OF_BAND_RUN = 0x7fff;
/** Correction bits that wait for their end-of-band run; more are not let to gather. */
export const MAX_WAITING_BITS = 1024;
