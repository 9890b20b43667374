/** The numbers by which parsers search and weigh: their kernels in WebAssembly go by the same. */
import { MAX_DISTANCE } from '../standard/symbols.ts';

/** A bit is 2^COST_SHIFT of the units in which costs are given. */
export const COST_SHIFT = 8;

/** Bits of the hash of four bytes. */
export const HASH4_BITS = 16;
/** 2^32 divided by the golden ratio: what words are multiplied by, so that the highest bits of the product depend on all of theirs. */
export const HASH_FACTOR: number = 0x9e3779b1 | 0;
/** The position of nothing: out of reach from everywhere. */
export const NOWHERE: number = -MAX_DISTANCE - 1;

/**
 * Positions that kernels of cheapest paths are given in one call. An engine that compiles a kernel in a hurry first, and better
 * meanwhile, changes over between calls only: with calls for a megabyte each, the text of the benchmark takes 7 % longer.
 */
export const KERNEL_SLICE: number = 1 << 13;

/** Bits of a match below the symbol of its distance, and those of the distance. */
export const MATCH_SYMBOL_SHIFT = 25;
export const MATCH_DISTANCE_MASK = 0x1fffe00;

/**
 * The cost of a byte that the later of two matches covers and the earlier one does not; it is less than the cost of a
 * literal. Between half a bit and two bits nothing changes by more than 0.1 %.
 */
export const COVERED_COST: number = 1 << COST_SHIFT;

/** One position is left out for every 2^5 without a match. */
export const PATIENCE_BITS = 5;

/** Bits of the hash of six bytes. */
export const QUICK_HASH_BITS = 14;
/** The factor (an odd number without pattern) of the fifth and sixth byte before they join the first four in the hash. */
export const QUICK_HIGH_FACTOR: number = 0x85ebca6b | 0;
/** Bytes of the shortest run of a byte. */
export const QUICK_RUN = 4;
/**
 * Bytes of the shortest other match. With four, pictures are 0.4 % smaller and parsing photos takes three times as long: they have
 * many such matches that do not pay.
 */
export const QUICK_MATCH = 6;
/** A match this long pays, whatever its bytes cost. */
export const QUICK_LONG = 32;
/** Bits that a match has to save. With 0 the benchmark's pictures are 2 % larger in all, with 2 they are 0.2 % larger. */
export const QUICK_SAVING = 4;
/** Positions of a match that are entered into the table: every fourth. */
export const QUICK_STEP = 4;
/** Positions without a match after which only every eighth is looked at. */
export const QUICK_PATIENCE = 64;
export const QUICK_LEAP = 8;
/** Bytes that are looked at together then. */
export const QUICK_STRIDE = 16;
/** Bytes before the end of a block where nothing is looked for any more. */
export const QUICK_MARGIN = 24;
