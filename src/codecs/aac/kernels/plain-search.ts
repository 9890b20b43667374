/** The kernels of contract.ts as functions over typed arrays. `Math.fround` stands wherever a vector rounds to float32. */
import { ESC_HCB, lowestBook } from '../standard/spectrum-coding.ts';
import {
  BOOKS,
  CACHE_SIZE,
  CACHED_BITS,
  CACHED_NOISE,
  CANDIDATE_COST,
  CANDIDATE_SF,
  ENERGY,
  ESCAPES,
  EXTRA_BITS,
  FINE_ABOVE,
  INDEX_BASE,
  INVERSE_STEPS,
  LAMBDA,
  LARGEST34,
  LEAST_ROUNDED,
  LINES,
  MARGIN,
  POWER34,
  POWERS,
  QUANTIZED,
  ROOT_SUM,
  ROUNDING_REST,
  type SearchKernels,
  SPECTRUM,
  STEPS,
  WEIGHT,
} from './contract.ts';

import { plainChooseBooks } from './plain-books.ts';
import { plainPaths } from './plain-paths.ts';

const { fround } = Math;

/** The kernels over `buffer`. */
export function plainSearchKernels(buffer: ArrayBuffer): SearchKernels {
  const doubles = new Float64Array(buffer, 0, buffer.byteLength >> 3);
  const floats = new Float32Array(buffer);
  const words = new Int32Array(buffer);
  /** Sums of four lanes. */
  const lanes = new Float32Array(4);
  /** Magnitudes of four lines. */
  const four = new Int32Array(4);

  function sumOfLanes(): number {
    return fround(fround(lanes[0] + lanes[2]) + fround(lanes[1] + lanes[3]));
  }

  function prepareBand(channel: number, band: number, first: number, count: number): void {
    const line = (channel + LINES) / 4 + first;
    const power34 = (channel + POWER34) / 4 + first;
    const spectrum = (channel + SPECTRUM) / 8 + first;
    let largest = 0;
    lanes.fill(0);
    for (let i = 0; i < count; i++) {
      const x = fround(doubles[spectrum + i]);
      floats[line + i] = x;
      lanes[i & 3] += fround(x * x);
    }
    floats[(channel + ENERGY) / 4 + band] = sumOfLanes();
    lanes.fill(0);
    for (let i = 0; i < count; i++) {
      const x = Math.abs(floats[line + i]);
      const root = fround(Math.sqrt(x));
      const power = fround(Math.sqrt(fround(x * root)));
      lanes[i & 3] += root;
      floats[power34 + i] = power;
      if (power > largest) largest = power;
    }
    floats[(channel + ROOT_SUM) / 4 + band] = sumOfLanes();
    floats[(channel + LARGEST34) / 4 + band] = largest;
  }

  /** The magnitude that `power34` becomes with a step. */
  function magnitudeOf(power34: number, inverse: number, rest: number, least: number): number {
    const scaled = fround(power34 * inverse);
    return scaled >= least ? fround(scaled + rest) | 0 : 0;
  }

  /** Quantizes with `sf`; returns bits in `book` and the one above, and leaves squared errors in `lanes`. */
  function measure(channel: number, first: number, count: number, sf: number, book: number) {
    const line = (channel + LINES) / 4 + first;
    const power34 = (channel + POWER34) / 4 + first;
    const inverse = floats[INVERSE_STEPS / 4 + sf];
    const step = floats[STEPS / 4 + sf];
    const rest = floats[ROUNDING_REST / 4];
    const least = floats[LEAST_ROUNDED / 4];
    const lengths = BOOKS[book] / 4;
    const base = INDEX_BASE[book];
    let bits = 0;
    lanes.fill(0);
    for (let i = 0; i < count; i += 4) {
      for (let lane = 0; lane < 4; lane++) {
        const q = magnitudeOf(floats[power34 + i + lane], inverse, rest, least);
        const value = fround(floats[POWERS / 4 + q] * step);
        const error = fround(Math.abs(floats[line + i + lane]) - value);
        lanes[lane] += fround(error * error);
        four[lane] = q < base ? q : base - 1;
        if (book === ESC_HCB) bits += words[ESCAPES / 4 + 32 - Math.clz32(q)];
      }
      if (book <= 3) {
        bits += words[lengths + 27 * four[0] + 9 * four[1] + 3 * four[2] + four[3]];
      } else {
        bits += words[lengths + base * four[0] + four[1]];
        bits += words[lengths + base * four[2] + four[3]];
      }
    }
    return bits;
  }

  /** Cost of the band with `sf`, -1 if all of it becomes zero. */
  function costOf(channel: number, band: number, first: number, count: number, sf: number): number {
    const cached = band * CACHE_SIZE + (sf & (CACHE_SIZE - 1));
    const largest = fround(
      floats[(channel + LARGEST34) / 4 + band] * floats[INVERSE_STEPS / 4 + sf],
    );
    if (largest < floats[LEAST_ROUNDED / 4]) return -1;
    const most = fround(largest + floats[ROUNDING_REST / 4]) | 0;
    const book = lowestBook(most < 1 ? 1 : most);
    const both = measure(channel, first, count, sf, book);
    const low = both & 0xffff;
    const high = both >>> 16;
    const bits = book === ESC_HCB || low < high ? (book === ESC_HCB ? both : low) : high;
    const noise = fround(sumOfLanes() * floats[(channel + WEIGHT) / 4 + band]);
    floats[(channel + CACHED_NOISE) / 4 + cached] = noise;
    words[(channel + CACHED_BITS) / 4 + cached] = bits;
    return fround(noise + fround(floats[LAMBDA / 4] * fround(bits + floats[EXTRA_BITS / 4])));
  }

  function tryScaleFactors(
    channel: number,
    band: number,
    first: number,
    count: number,
    start: number,
    highest: number,
    lowest: number,
  ): number {
    let least = Number.POSITIVE_INFINITY;
    let limit = Number.POSITIVE_INFINITY;
    let found = 0;
    const tryOne = (sf: number): boolean => {
      const cost = costOf(channel, band, first, count, sf);
      if (cost < 0) return sf < start;
      if (cost > limit) return false;
      if (cost < least) {
        least = cost;
        limit = fround(cost + floats[MARGIN / 4]);
      }
      words[CANDIDATE_SF / 4 + found] = sf;
      floats[CANDIDATE_COST / 4 + found++] = cost;
      return true;
    };
    let sf = start;
    while (sf <= highest && tryOne(sf)) sf += sf < start + FINE_ABOVE ? 1 : 2;
    for (sf = start - 1; sf >= lowest && tryOne(sf); ) sf--;
    let kept = 0;
    for (let c = 0; c < found; c++) {
      if (floats[CANDIDATE_COST / 4 + c] > limit) continue;
      words[CANDIDATE_SF / 4 + kept] = words[CANDIDATE_SF / 4 + c];
      floats[CANDIDATE_COST / 4 + kept++] = floats[CANDIDATE_COST / 4 + c];
    }
    return kept;
  }

  function quantizeBand(channel: number, first: number, count: number, sf: number): void {
    const line = (channel + LINES) / 4 + first;
    const power34 = (channel + POWER34) / 4 + first;
    const quantized = (channel + QUANTIZED) / 4 + first;
    const inverse = floats[INVERSE_STEPS / 4 + sf];
    const rest = floats[ROUNDING_REST / 4];
    const least = floats[LEAST_ROUNDED / 4];
    for (let i = 0; i < count; i++) {
      const q = magnitudeOf(floats[power34 + i], inverse, rest, least);
      words[quantized + i] = floats[line + i] < 0 ? -q : q;
    }
  }

  return {
    prepareBand,
    tryScaleFactors,
    quantizeBand,
    ...plainPaths(buffer, tryScaleFactors, quantizeBand),
    chooseBooks: plainChooseBooks(buffer),
  };
}
