/** Which word of its list a scan kernel finds what in: addresses in bytes, and numbers. */

/**
 * `countFirst`, `writeFirst`, `countLater` and `writeLater`. `entries`, `run`, `waitingCount`, `bits`, `out`, `word` and `pending` are
 * changed: the next block, the end-of-band run and the correction bits that wait for its end, bits beside codes that were counted, and
 * where the next byte goes, with the `pending` low bits of `word` before it.
 */
export const SCAN = {
  entries: 0,
  blocks: 1,
  start: 2,
  end: 3,
  low: 4,
  run: 5,
  waiting: 6,
  waitingCount: 7,
  /** Counts of 32 bits by symbol, or codes: their lengths from bit 16 on. */
  table: 8,
  bits: 9,
  out: 10,
  word: 11,
  pending: 12,
} as const;

/** Words of its list. */
export const SCAN_WORDS = 13;
