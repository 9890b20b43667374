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

/** `cheapestPath`: `bytes` and `begins` are those of the first position of the run, `count` its positions. */
export const PATH = {
  bytes: 0,
  begins: 1,
  matches: 2,
  literals: 3,
  lengths: 4,
  distances: 5,
  costs: 6,
  choices: 7,
  count: 8,
} as const;

/** Words of the longest list. */
export const LIST_WORDS = 16;
