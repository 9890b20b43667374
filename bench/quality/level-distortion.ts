/**
 * How the levels of cells differ, whatever the waveforms are: a cell is a third of a Bark in a window of 21 ms. Holes and puffs in
 * the spectrum, loss of high frequencies and warbling are seen here, where noise to mask sees nothing or everything.
 */
import { BarkBands, ShortTimeSpectra } from './band-spectra.ts';

const SIZE = 1024;
const HOP = 512;
const BANDS = new BarkBands(SIZE, 1 / 3, 16000);
/** Energy that is added to both: -84 dB under a full-scale sine. */
const FLOOR = 10 ** -8.4 * (SIZE / 4) ** 2;
/** Fewer cells than this say nothing. */
const LEAST_CELLS = 200;
/** Ranges: below 4 kHz, 4 to 10, 10 to 16. */
const RANGE_END = [4000, 10000, 16000];

/** By range: below 4 kHz, 4 to 10, 10 to 16; NaN where there is too little sound. */
export interface LevelDistortion {
  /** Difference of levels, dB rms. */
  readonly distortion: readonly number[];
  /** Change of that difference from window to window, dB rms. */
  readonly fluctuation: readonly number[];
  /** Mean difference, dB. */
  readonly gain: readonly number[];
}

/** Sums of one range. */
class RangeSums {
  cells = 0;
  squares = 0;
  sum = 0;
  changes = 0;
  changeSquares = 0;
}

/** Measures one channel; arrays are aligned and full scale ±1. */
export function measureLevels(reference: Float64Array, test: Float64Array): LevelDistortion {
  const spectra = new ShortTimeSpectra(SIZE);
  const length = Math.min(reference.length, test.length);
  const original = new Float64Array(BANDS.count);
  const coded = new Float64Array(BANDS.count);
  const previous = new Float64Array(BANDS.count).fill(Number.NaN);
  const sums = RANGE_END.map(() => new RangeSums());
  for (let at = 0; at + SIZE <= length; at += HOP) {
    spectra.transform(reference, at);
    BANDS.sum(spectra.power, original);
    spectra.transform(test, at);
    BANDS.sum(spectra.power, coded);
    for (let band = 0; band < BANDS.count; band++) {
      const hertz = BANDS.center[band]!;
      const range = sums[RANGE_END.findIndex((end) => hertz < end)];
      if (range === undefined || original[band]! <= 2 * FLOOR) {
        previous[band] = Number.NaN;
        continue;
      }
      const difference = 10 * Math.log10((coded[band]! + FLOOR) / (original[band]! + FLOOR));
      range.cells++;
      range.sum += difference;
      range.squares += difference * difference;
      const change = difference - previous[band]!;
      if (!Number.isNaN(change)) {
        range.changes++;
        range.changeSquares += change * change;
      }
      previous[band] = difference;
    }
  }
  const perRange = (value: (s: RangeSums) => number) =>
    sums.map((s) => (s.cells < LEAST_CELLS ? Number.NaN : value(s)));
  return {
    distortion: perRange((s) => Math.sqrt(s.squares / s.cells)),
    fluctuation: perRange((s) => Math.sqrt(s.changeSquares / s.changes)),
    gain: perRange((s) => s.sum / s.cells),
  };
}
