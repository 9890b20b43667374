/** Which word of its list a kernel finds what in: addresses of arrays in bytes, and numbers. */

/** `findMatches`: the arrays and numbers of `MatchStore`. `begins` is that of the position, `position` to `skipUntil` are changed. */
export const FIND = {
  position: 0,
  count: 1,
  skipUntil: 2,
  last: 3,
  most: 4,
  end: 5,
  depth: 6,
  nice: 7,
  hash3Shift: 8,
  bytes: 9,
  heads3: 10,
  heads4: 11,
  children: 12,
  begins: 13,
  matches: 14,
} as const;

/**
 * `cheapestPath`: `bytes` and `begins` are those of the first position of the run, `count` its positions; `lengthKeys` are costs of lengths times
 * 512, and the lengths. Positions from before `top` down to `bottom` are worked on: what is behind `top` has its costs already.
 */
export const PATH = {
  bytes: 0,
  begins: 1,
  matches: 2,
  literals: 3,
  lengthKeys: 4,
  distances: 5,
  costs: 6,
  choices: 7,
  count: 8,
  top: 9,
  bottom: 10,
} as const;

/** Words of the longest list. */
export const LIST_WORDS = 16;

/** `quickParse`: the arrays and numbers of `QuickParser`; `misses` is changed, and `tokens` moves to their end. */
export const QUICK = {
  bytes: 0,
  from: 1,
  to: 2,
  misses: 3,
  heads: 4,
  tokens: 5,
  literalPrices: 6,
  lengthPrices: 7,
  distancePrices: 8,
  litlenCounts: 9,
  distanceCounts: 10,
  partCounts: 11,
  lengthIndexes: 12,
} as const;

/** Words of its list. */
export const QUICK_WORDS = 13;

/** `quickWrite`: `bytes` are those of the block; `out`, `bits` and `bitCount` are changed. */
export const QUICK_WRITE = {
  bytes: 0,
  tokens: 1,
  tokensEnd: 2,
  litlen: 3,
  lengths: 4,
  distances: 5,
  distanceRules: 6,
  out: 7,
  bits: 8,
  bitCount: 9,
} as const;

/** `writeSymbols`: `out`, `bits` and `bitCount` are changed. */
export const SYMBOL_WRITE = {
  symbols: 0,
  symbolsEnd: 1,
  litlen: 2,
  lengths: 3,
  distances: 4,
  distanceRules: 5,
  out: 6,
  bits: 7,
  bitCount: 8,
} as const;

/** Words of its list. */
export const SYMBOL_WRITE_WORDS = 9;

/** `lazyParse`: the arrays and numbers of `LazyParser`; `position`, `symbols` (the address behind the last one), `untilRenewal` and
 * `misses` are changed. */
export const LAZY = {
  bytes: 0,
  heads4: 1,
  heads3: 2,
  previous: 3,
  hash3Shift: 4,
  end: 5,
  position: 6,
  to: 7,
  symbols: 8,
  untilRenewal: 9,
  chain: 10,
  lazyChain: 11,
  nice: 12,
  lookahead: 13,
  least: 14,
  literalCosts: 15,
  lengthCosts: 16,
  distanceCosts: 17,
  litlenCounts: 18,
  distanceCounts: 19,
  lengthIndexes: 20,
  threes: 21,
  leap: 22,
  misses: 23,
  stride: 24,
} as const;

/** Words of its list. */
export const LAZY_WORDS = 25;

/** `decodeSymbols`: the place of the next bit, counted from the beginning of memory, and `out`, which are changed; the last places of a byte of
 * input and of output at which the loop goes on; where distances may reach; tables. */
export const INFLATE = {
  at: 0,
  inLast: 1,
  out: 2,
  outLast: 3,
  outStart: 4,
  litlen: 5,
  distances: 6,
  patterns: 7,
} as const;

/** Words of its list. */
export const INFLATE_WORDS = 8;
