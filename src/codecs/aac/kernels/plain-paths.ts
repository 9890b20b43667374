/** The kernels `searchPaths` and `followPath` of contract.ts over typed arrays. */
import {
  BAND_OFFSET,
  CACHE_SIZE,
  CACHED_BITS,
  CACHED_NOISE,
  CANDIDATE_COST,
  CANDIDATE_SF,
  CODEBOOK,
  DELTA_ORIGIN,
  DELTAS,
  DROP,
  EMPTY_HIGH,
  EMPTY_LOW,
  EXTRA_BITS,
  HIGHEST,
  LAMBDA,
  LAMBDA_2,
  LOWEST,
  QUANTIZED,
  ROW_HIGH,
  ROW_LOW,
  ROWS,
  SCALE_FACTOR,
  type SearchKernels,
  SILENT,
  START,
  START_BITS,
  START_COST,
} from './contract.ts';

const { fround } = Math;

/** Instead of a scale factor: no band was coded yet. */
const NONE = -1;

/** The kernels over `buffer`. */
export function plainPaths(
  buffer: ArrayBuffer,
  tryScaleFactors: SearchKernels['tryScaleFactors'],
  quantizeBand: SearchKernels['quantizeBand'],
): Pick<SearchKernels, 'searchPaths' | 'followPath'> {
  const floats = new Float32Array(buffer);
  const words = new Int32Array(buffer);
  const halves = new Int16Array(buffer);
  const bytes = new Uint8Array(buffer);

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

  function searchPaths(channel: number, numBands: number): void {
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
      const first = halves[(channel + BAND_OFFSET) / 2 + band];
      const count = halves[(channel + BAND_OFFSET) / 2 + band + 1] - first;
      const start = words[START / 4 + band];
      const highest = words[HIGHEST / 4 + band];
      const lowest = words[LOWEST / 4 + band];
      const found = tryScaleFactors(channel, band, first, count, start, highest, lowest);
      least = extend(band, found, silent, least);
    }
  }

  /** The last scale factor of the cheapest path, or `NONE`. */
  function endOfBestPath(numBands: number): number {
    const row = ROWS / 4 + 256 * numBands;
    const high = words[ROW_HIGH / 4 + numBands];
    let best = floats[START_COST / 4 + numBands];
    let end = NONE;
    for (let s = words[ROW_LOW / 4 + numBands]; s <= high; s++) {
      if (floats[row + s] < best) {
        best = floats[row + s];
        end = s;
      }
    }
    return end;
  }

  /** Whether the path that ends with `sf` after `band` left `band` out, which costs `silent`. */
  function isCarried(band: number, sf: number, silent: number): boolean {
    if (sf < (words[ROW_LOW / 4 + band] & ~3) || sf > (words[ROW_HIGH / 4 + band] | 3))
      return false;
    const row = ROWS / 4 + 256 * band;
    return fround(floats[row + sf] + silent) === floats[row + 256 + sf];
  }

  /** The scale factor before that of `band`, which is `sf`: the one whose path gives the cost of that after the band. */
  function scaleFactorBefore(channel: number, band: number, sf: number): number {
    const cached = channel / 4 + band * CACHE_SIZE + (sf & (CACHE_SIZE - 1));
    const bits = fround(words[CACHED_BITS / 4 + cached] + floats[EXTRA_BITS / 4]);
    const cost = fround(floats[CACHED_NOISE / 4 + cached] + fround(floats[LAMBDA / 4] * bits));
    const row = ROWS / 4 + 256 * band;
    const total = floats[row + 256 + sf];
    const deltas = DELTAS / 4 + DELTA_ORIGIN - sf;
    const high = words[ROW_HIGH / 4 + band];
    for (let s = words[ROW_LOW / 4 + band] & ~3; s <= high || (s & 3) !== 0; s++) {
      const before = fround(floats[row + s] + floats[deltas + s]);
      if (fround(before + cost) === total) return s;
    }
    return NONE;
  }

  function followPath(channel: number, numBands: number): void {
    let sf = endOfBestPath(numBands);
    for (let band = numBands - 1; band >= 0; band--) {
      const silent = floats[SILENT / 4 + band];
      const first = halves[(channel + BAND_OFFSET) / 2 + band];
      const count = halves[(channel + BAND_OFFSET) / 2 + band + 1] - first;
      const isSilent = sf === NONE || silent <= floats[LAMBDA_2 / 4] || isCarried(band, sf, silent);
      bytes[channel + CODEBOOK + band] = isSilent ? 0 : 1;
      halves[(channel + SCALE_FACTOR) / 2 + band] = isSilent ? 0 : sf;
      if (isSilent) {
        const lines = (channel + QUANTIZED) / 4 + first;
        words.fill(0, lines, lines + count);
      } else {
        quantizeBand(channel, first, count, sf);
        sf = scaleFactorBefore(channel, band, sf);
      }
    }
  }

  return { searchPaths, followPath };
}
