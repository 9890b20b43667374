/**
 * What ITU-R BS.1387-1, Annex 2, clause 3 makes of the excitation patterns of reference and test: adaptation of level
 * and pattern to each other (3.1), modulation (3.2), and loudness (3.3).
 */
import { BAND_COUNT, CENTER, FRAME_RATE, smearingCoefficients } from './ear-bands.ts';

/** Coefficients of the adaptation and of the modulation filters: 50 ms at 100 Hz, 8 ms at the top, clauses 3.1, 3.2. */
const ADAPTATION = smearingCoefficients(0.05, 0.008);

/** Bands below and above over which the pattern correction is averaged in the basic version (M = 8), clause 3.1. */
const AVERAGED_BELOW = 3;
const AVERAGED_ABOVE = 4;

/** Adapts the excitation patterns of reference and test to each other's level and spectrum, clause 3.1; one channel. */
export class PatternAdaptation {
  /** BAND_COUNT energies, the adapted pattern of the reference (E_P,Ref). */
  readonly reference = new Float64Array(BAND_COUNT);
  /** BAND_COUNT energies, the adapted pattern of the test signal (E_P,Test). */
  readonly test = new Float64Array(BAND_COUNT);
  private readonly powerReference = new Float64Array(BAND_COUNT);
  private readonly powerTest = new Float64Array(BAND_COUNT);
  private readonly crossed = new Float64Array(BAND_COUNT);
  private readonly squared = new Float64Array(BAND_COUNT);
  private readonly ratioReference = new Float64Array(BAND_COUNT);
  private readonly ratioTest = new Float64Array(BAND_COUNT);
  private readonly correctionReference = new Float64Array(BAND_COUNT);
  private readonly correctionTest = new Float64Array(BAND_COUNT);

  /** Takes the next frame's excitation patterns, BAND_COUNT positive energies each. */
  process(excitationReference: Float64Array, excitationTest: Float64Array): void {
    this.adaptLevel(excitationReference, excitationTest);
    this.updateRatios();
    for (let band = 0; band < BAND_COUNT; band++) {
      const a = ADAPTATION[band]!;
      const from = Math.max(0, band - AVERAGED_BELOW);
      const to = Math.min(BAND_COUNT - 1, band + AVERAGED_ABOVE);
      let sumReference = 0;
      let sumTest = 0;
      for (let k = from; k <= to; k++) {
        sumReference += this.ratioReference[k]!;
        sumTest += this.ratioTest[k]!;
      }
      const weight = (1 - a) / (to - from + 1);
      const correctionReference = a * this.correctionReference[band]! + weight * sumReference;
      const correctionTest = a * this.correctionTest[band]! + weight * sumTest;
      this.correctionReference[band] = correctionReference;
      this.correctionTest[band] = correctionTest;
      this.reference[band] = this.reference[band]! * correctionReference;
      this.test[band] = this.test[band]! * correctionTest;
    }
  }

  /** Scales the louder of the two down to the other's level. */
  private adaptLevel(excitationReference: Float64Array, excitationTest: Float64Array): void {
    let numerator = 0;
    let denominator = 0;
    for (let band = 0; band < BAND_COUNT; band++) {
      const a = ADAPTATION[band]!;
      const reference = a * this.powerReference[band]! + (1 - a) * excitationReference[band]!;
      const test = a * this.powerTest[band]! + (1 - a) * excitationTest[band]!;
      this.powerReference[band] = reference;
      this.powerTest[band] = test;
      numerator += Math.sqrt(reference * test);
      denominator += test;
    }
    const correction = (numerator / denominator) ** 2;
    const scaleReference = correction > 1 ? 1 / correction : 1;
    const scaleTest = correction > 1 ? 1 : correction;
    for (let band = 0; band < BAND_COUNT; band++) {
      this.reference[band] = excitationReference[band]! * scaleReference;
      this.test[band] = excitationTest[band]! * scaleTest;
    }
  }

  /** Per band, the regression of test on reference over the recent past; the smaller side keeps 1. */
  private updateRatios(): void {
    for (let band = 0; band < BAND_COUNT; band++) {
      const a = ADAPTATION[band]!;
      const reference = this.reference[band]!;
      const crossed = a * this.crossed[band]! + this.test[band]! * reference;
      const squared = a * this.squared[band]! + reference * reference;
      this.crossed[band] = crossed;
      this.squared[band] = squared;
      this.ratioReference[band] = crossed >= squared ? 1 : crossed / squared;
      this.ratioTest[band] = crossed >= squared ? squared / crossed : 1;
    }
  }
}

/** Exponent that turns energy into a simple loudness for the modulation measure, clause 3.2. */
const LOUDNESS_EXPONENT = 0.3;

/** Measures the modulation of the envelope in each band, clause 3.2; one channel of one signal. */
export class Modulation {
  /** BAND_COUNT measures of modulation (Mod). */
  readonly modulation = new Float64Array(BAND_COUNT);
  /** BAND_COUNT smoothed loudnesses (Ē). */
  readonly averageLoudness = new Float64Array(BAND_COUNT);
  private readonly previous = new Float64Array(BAND_COUNT);
  private readonly derivative = new Float64Array(BAND_COUNT);

  /** Takes the next frame's pattern before smearing over time. */
  process(unsmeared: Float64Array): void {
    for (let band = 0; band < BAND_COUNT; band++) {
      const a = ADAPTATION[band]!;
      const loudness = unsmeared[band]! ** LOUDNESS_EXPONENT;
      const change = FRAME_RATE * Math.abs(loudness - this.previous[band]!);
      const derivative = a * this.derivative[band]! + (1 - a) * change;
      const average = a * this.averageLoudness[band]! + (1 - a) * loudness;
      this.previous[band] = loudness;
      this.derivative[band] = derivative;
      this.averageLoudness[band] = average;
      this.modulation[band] = derivative / (1 + average / 0.3);
    }
  }
}

/** Band => threshold index s, clause 3.3. */
const THRESHOLD_INDEX = Float64Array.from(
  CENTER,
  (hertz) =>
    10 ** ((-2 - 2.05 * Math.atan(hertz / 4000) - 0.75 * Math.atan((hertz / 1600) ** 2)) / 10),
);
/** Band => excitation at the threshold of hearing, clause 3.3. */
const THRESHOLD_EXCITATION = Float64Array.from(
  CENTER,
  (hertz) => 10 ** ((3.64 * (hertz / 1000) ** -0.8) / 10),
);
/** Scale of loudness for the FFT-based ear model, clause 3.3. */
const LOUDNESS_SCALE = 1.07664;
const LOUDNESS_FACTOR = Float64Array.from(
  CENTER,
  (_, band) =>
    LOUDNESS_SCALE * (THRESHOLD_EXCITATION[band]! / (THRESHOLD_INDEX[band]! * 1e4)) ** 0.23,
);

/** Overall loudness of an excitation pattern in sone, clause 3.3. */
export function loudness(excitation: Float64Array): number {
  let sum = 0;
  for (let band = 0; band < BAND_COUNT; band++) {
    const index = THRESHOLD_INDEX[band]!;
    const over = 1 - index + (index * excitation[band]!) / THRESHOLD_EXCITATION[band]!;
    const specific = LOUDNESS_FACTOR[band]! * (over ** 0.23 - 1);
    if (specific > 0) sum += specific;
  }
  return (24 / BAND_COUNT) * sum;
}
