/** The kernel `searchPaths` of contract.ts over typed arrays. */
import {
  CANDIDATE_COST,
  CANDIDATE_SF,
  COUNT,
  DELTA_ORIGIN,
  DELTAS,
  DROP,
  EMPTY_HIGH,
  EMPTY_LOW,
  FIRST,
  HIGHEST,
  LAMBDA_2,
  LOWEST,
  ROW_HIGH,
  ROW_LOW,
  ROWS,
  type SearchKernels,
  SILENT,
  START,
  START_BITS,
  START_COST,
} from './contract.ts';

const { fround } = Math;

/** The kernel over `buffer`. */
export function plainSearchPaths(
  buffer: ArrayBuffer,
  tryScaleFactors: SearchKernels['tryScaleFactors'],
): SearchKernels['searchPaths'] {
  const floats = new Float32Array(buffer);
  const words = new Int32Array(buffer);

  /** Puts the row after `band` to that before it, all costs `silent` more. */
  function copyRow(band: number, silent: number): void {
    const row = ROWS / 4 + 256 * band;
    const low = words[ROW_LOW / 4 + band];
    const high = words[ROW_HIGH / 4 + band];
    for (let s = low & ~3; s <= high || (s & 3) !== 0; s++) {
      floats[row + 256 + s] = floats[row + s] + silent;
    }
    words[ROW_LOW / 4 + band + 1] = low;
    words[ROW_HIGH / 4 + band + 1] = high;
    floats[START_COST / 4 + band + 1] = floats[START_COST / 4 + band] + silent;
  }

  /** Least cost of a path up to `band` with a difference to scale factor `sf` after it. */
  function cheapestBefore(band: number, sf: number): number {
    const row = ROWS / 4 + 256 * band;
    const low = words[ROW_LOW / 4 + band] & ~3;
    const high = words[ROW_HIGH / 4 + band];
    let best = fround(floats[START_COST / 4 + band] + floats[START_BITS / 4]);
    for (let s = low; s <= high || (s & 3) !== 0; s++) {
      const total = fround(floats[row + s] + floats[DELTAS / 4 + s - sf + DELTA_ORIGIN]);
      if (total < best) best = total;
    }
    return best;
  }

  /** Fills the row after `band` from `found` candidates and the states before; returns the least cost, given that of silence. */
  function extend(band: number, found: number, silent: number, leastSilent: number): number {
    const row = ROWS / 4 + 256 * (band + 1);
    const before = row - 256;
    const drop = floats[DROP / 4];
    const lowBefore = words[ROW_LOW / 4 + band];
    const highBefore = words[ROW_HIGH / 4 + band];
    let low = lowBefore;
    let high = highBefore;
    for (let c = 0; c < found; c++) {
      const sf = words[CANDIDATE_SF / 4 + c];
      if (sf < low) low = sf;
      if (sf > high) high = sf;
    }
    for (let s = low & ~3; s <= high || (s & 3) !== 0; s++) floats[row + s] = Infinity;
    let least = leastSilent;
    let limit = fround(least + drop);
    for (let c = 0; c < found; c++) {
      const sf = words[CANDIDATE_SF / 4 + c];
      const total = fround(cheapestBefore(band, sf) + floats[CANDIDATE_COST / 4 + c]);
      if (total > limit) continue;
      floats[row + sf] = total;
      if (total < least) {
        least = total;
        limit = fround(least + drop);
      }
    }
    for (let s = lowBefore & ~3; s <= highBefore || (s & 3) !== 0; s++) {
      const total = fround(floats[before + s] + silent);
      if (total < floats[row + s]) floats[row + s] = total;
    }
    while (low <= high && floats[row + low] > limit) low++;
    while (low <= high && floats[row + high] > limit) high--;
    words[ROW_LOW / 4 + band + 1] = low <= high ? low : EMPTY_LOW;
    words[ROW_HIGH / 4 + band + 1] = low <= high ? high : EMPTY_HIGH;
    const start = fround(floats[START_COST / 4 + band] + silent);
    floats[START_COST / 4 + band + 1] = start > limit ? Infinity : start;
    return least;
  }

  return (channel, numBands) => {
    let least = 0;
    words[ROW_LOW / 4] = EMPTY_LOW;
    words[ROW_HIGH / 4] = EMPTY_HIGH;
    floats[START_COST / 4] = 0;
    for (let band = 0; band < numBands; band++) {
      const silent = floats[SILENT / 4 + band];
      least = fround(least + silent);
      if (silent <= floats[LAMBDA_2 / 4]) {
        copyRow(band, silent);
        continue;
      }
      const [first, count, start, highest, lowest] = [FIRST, COUNT, START, HIGHEST, LOWEST].map(
        (at) => words[at / 4 + band],
      ) as [number, number, number, number, number];
      const found = tryScaleFactors(channel, band, first, count, start, highest, lowest);
      least = extend(band, found, silent, least);
    }
  };
}
