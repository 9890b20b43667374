/**
 * The kernels of the search of scale factors: the innermost loops over one memory, each written twice, in `plain-search.ts` and with vector
 * instructions in `vector-search.ts`, to the same bits. Everything is float32, rounded after each operation, and sums of lines
 * run in four lanes: line i is added to lane i mod 4, and the sum is (lane 0 + lane 2) + (lane 1 + lane 3).
 *
 * Positions are in bytes. `channel` is the position of a channel's part of the memory.
 */
import { MAX_BANDS } from '../standard/channel-stream.ts';
import { INVERSE_STEP_34, POWER_43, STEP } from '../standard/quantization.ts';
import {
  ESCAPE_LENGTHS,
  MAGNITUDE_LENGTHS,
  MAX_QUANTIZED,
  PAIR_4,
  QUAD_1,
} from '../standard/spectrum-coding.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';

/** All kernels. */
export interface SearchKernels {
  /**
   * Reads `count` lines (a multiple of 4) of the spectrum from line `first` on; writes them as `line`, the roots of their cubes as
   * `power34`, and of `band` the energy, the sum of roots and the largest of `power34`.
   */
  prepareBand(channel: number, band: number, first: number, count: number): void;
  /**
   * Tries scale factors for `band`, from `start` up to `highest` (each of the first `FINE_ABOVE`, then every other), and from
   * `start` - 1 down to `lowest`, until they are too bad; writes noise and bits of each to the cache. Those worth a place in the
   * search are the candidates. Returns their number.
   */
  tryScaleFactors(
    channel: number,
    band: number,
    first: number,
    count: number,
    start: number,
    highest: number,
    lowest: number,
  ): number;
  /**
   * Finds the cheapest costs of paths through the first `numBands` bands, whose lines, scale factors to try and noise in silence are in
   * the memory: fills `ROWS`, their ranges and `START_COST`.
   */
  searchPaths(channel: number, numBands: number): void;
  /**
   * Follows the cheapest of these paths from its end: sets `CODEBOOK` to 0 or 1 (silent or not) and `SCALE_FACTOR`, and quantizes along
   * it. Bands that it does not touch are zeros.
   */
  followPath(channel: number, numBands: number): void;
  /**
   * Sets `CODEBOOK` of the bands `first` to `end` - 1, all of one group, so that `QUANTIZED` and section headers of `header` bits take
   * the fewest bits, and `LOWEST_BOOK`. Returns the bits of the spectral data.
   */
  chooseBooks(channel: number, first: number, end: number, header: number): number;
  /** Quantizes `count` lines from line `first` on with scale factor `sf`. */
  quantizeBand(channel: number, first: number, count: number, sf: number): void;
}

/** Candidates of a band are at most this many. */
export const MOST_CANDIDATES = 32;
/** Further above the first than this, every other scale factor is tried. */
export const FINE_ABOVE = 4;
/** Noise and bits are kept for this many scale factors of a band; a power of two above the candidates' spread. */
export const CACHE_SIZE = 32;

let end = 0;
function take(bytes: number): number {
  const at = end;
  end += (bytes + 15) & ~15;
  return at;
}

/** Numbers of float32 that a frame sets; see `writeParameters`. */
export const ROUNDING_REST = take(16);
/** 1 - roundingFirst: what is below becomes 0. */
export const LEAST_ROUNDED = take(16);
export const LAMBDA = take(16);
/** The most by which a candidate may be worse than the best. */
export const MARGIN = take(16);
/** Bits added to those of each candidate. */
export const EXTRA_BITS = take(16);
/** Four lanes of squared errors of the band that was measured last. */
export const ERRORS = take(16);
/** Scale factor => `INVERSE_STEP_34` and `STEP`; magnitude => `POWER_43`: float32. */
export const INVERSE_STEPS = take(4 * 256);
export const STEPS = take(4 * 256);
export const POWERS = take(4 * (MAX_QUANTIZED + 1));
/** Binary digits of a magnitude => bits of its escape sequence, words. */
export const ESCAPES = take(4 * 33);
/** Lower book of a pair => where `MAGNITUDE_LENGTHS` of it lies, words; 0 for others. */
export const BOOKS: readonly number[] = MAGNITUDE_LENGTHS.map((lengths) =>
  lengths.length === 0 ? 0 : take(4 * lengths.length),
);
/** The candidates: scale factors as words, costs as float32. */
export const CANDIDATE_SF = take(4 * MOST_CANDIDATES);
export const CANDIDATE_COST = take(4 * MOST_CANDIDATES);
/** Twice `LAMBDA`: a band whose noise in silence is no more is left out without trying. */
export const LAMBDA_2 = take(16);
/** What a path may cost more than the best so far. */
export const DROP = take(16);
/** The bits of the first scale factor's own difference, times lambda. */
export const START_BITS = take(16);
/** s - c + `DELTA_ORIGIN`, for scale factors s before c => lambda times the bits of the difference; infinite if it cannot be sent. */
export const DELTA_ORIGIN = 256;
export const NUM_DELTAS = 2 * DELTA_ORIGIN + 8;
export const DELTAS = take(4 * NUM_DELTAS);
/** By band, words: the last arguments of `tryScaleFactors`. */
export const START = take(4 * MAX_BANDS);
export const HIGHEST = take(4 * MAX_BANDS);
export const LOWEST = take(4 * MAX_BANDS);
/** By band, float32: noise if it is left out. */
export const SILENT = take(4 * MAX_BANDS);
/** By the number of bands before: least cost of a path that ends with scale factor s, float32, 256 a row; where s may lie, words. */
export const ROWS = take(1024 * (MAX_BANDS + 1));
export const ROW_LOW = take(4 * (MAX_BANDS + 1));
export const ROW_HIGH = take(4 * (MAX_BANDS + 1));
/** Likewise, that of a path that has no scale factor yet. */
export const START_COST = take(4 * (MAX_BANDS + 1));
/** The range of a row without a state. */
export const EMPTY_LOW = 256;
export const EMPTY_HIGH = -1;
/** Where the lengths of the signed books lie by the index of clause 4.6.3.3, words: `QUAD_1` and `PAIR_4`. */
export const SIGNED_QUADS = take(4 * QUAD_1.length);
export const SIGNED_PAIRS = take(4 * PAIR_4.length);
/** Codebooks that bands are coded with, and 0. */
export const NUM_BOOKS = 12;
/** Bits of each band in each book that it may have, words. */
export const BAND_BITS = take(4 * MAX_BANDS * NUM_BOOKS);
/** By band and book: the book of the band before on the cheapest path, bytes. */
export const BOOK_BEFORE = take(MAX_BANDS * NUM_BOOKS);
/** By band, bytes: the highest book that it may have. */
export const HIGHEST_BOOK = take(MAX_BANDS);
/** Book => bits of the cheapest path that ends with it, words. */
export const BOOK_COST = take(4 * NUM_BOOKS);
/** More bits than a frame can have; `MAX_BANDS` of them are below 2^31. */
export const NEVER = 1 << 24;
/** Bytes before the parts of channels. */
export const SHARED_BYTES = end;

end = 0;
/** Within a channel's part: float64 lines in transmission order. */
export const SPECTRUM = take(8 * FRAME_LENGTH);
/** Float32. */
export const LINES = take(4 * FRAME_LENGTH);
export const POWER34 = take(4 * FRAME_LENGTH);
/** Words. */
export const QUANTIZED = take(4 * FRAME_LENGTH);
/** Float32 by band. */
export const ENERGY = take(4 * MAX_BANDS);
export const ROOT_SUM = take(4 * MAX_BANDS);
export const LARGEST34 = take(4 * MAX_BANDS);
export const WEIGHT = take(4 * MAX_BANDS);
/** Index: band and scale factor modulo `CACHE_SIZE`; float32, and words. */
export const CACHED_NOISE = take(4 * MAX_BANDS * CACHE_SIZE);
export const CACHED_BITS = take(4 * MAX_BANDS * CACHE_SIZE);
/** By band: `ChannelStream.bandOffset`, unsigned numbers of 16 bits; codebooks, bytes; scale factors, signed numbers of 16 bits. */
export const BAND_OFFSET = take(2 * (MAX_BANDS + 1));
export const CODEBOOK = take(MAX_BANDS);
export const SCALE_FACTOR = take(2 * MAX_BANDS);
/** By band, bytes: the lowest book that it may have, 0 if it is all zeros. */
export const LOWEST_BOOK = take(MAX_BANDS);
/** Bytes of a channel's part. */
export const CHANNEL_BYTES = end;

/** Lower book of a pair => base of the indices of `MAGNITUDE_LENGTHS`. */
// biome-ignore format: one entry per book
export const INDEX_BASE: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 3, 0, 3, 0, 5, 0, 8, 0, 13, 0, 17);

/** Writes the tables that do not change. */
export function writeTables(memory: ArrayBuffer): void {
  const floats = new Float32Array(memory, 0, SHARED_BYTES / 4);
  const words = new Int32Array(memory, 0, SHARED_BYTES / 4);
  floats.set(STEP, STEPS / 4);
  floats.set(INVERSE_STEP_34, INVERSE_STEPS / 4);
  floats.set(POWER_43, POWERS / 4);
  words.set(ESCAPE_LENGTHS, ESCAPES / 4);
  words.set(QUAD_1, SIGNED_QUADS / 4);
  words.set(PAIR_4, SIGNED_PAIRS / 4);
  for (let book = 0; book < BOOKS.length; book++) {
    words.set(MAGNITUDE_LENGTHS[book], BOOKS[book] / 4);
  }
}
