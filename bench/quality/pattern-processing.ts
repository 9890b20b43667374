/**
 * What ITU-R BS.1387-1, Annex 2, clause 3 makes of the excitation patterns of reference and test: adaptation of level
 * and pattern to each other (3.1), modulation (3.2), and loudness (3.3).
 */
import { CENTER, FRAME_RATE, smearingOf } from './ear-bands.ts';

/** The patterns of an ear model: their bands and their rate. */
export interface PatternShape {
  /** Band => center frequency, Hz. */
  readonly center: Float64Array;
  /** Patterns in a second. */
  readonly frameRate: number;
  /** Bands below and above over which the pattern correction is averaged (M1, M2), clause 3.1. */
  readonly averagedBelow: number;
  readonly averagedAbove: number;
  /** Scale of loudness, clause 3.3. */
  readonly loudnessScale: number;
}

/** The FFT-based ear model of the basic version: M = 8. */
const FFT_PATTERNS: PatternShape = {
  center: CENTER,
  frameRate: FRAME_RATE,
  averagedBelow: 3,
  averagedAbove: 4,
  loudnessScale: 1.07664,
};

/** Coefficients of the adaptation and of the modulation filters: 50 ms at 100 Hz, 8 ms at the top, clauses 3.1, 3.2. */
function adaptationOf({ center, frameRate }: PatternShape): Float64Array {
  return smearingOf(center, frameRate, 0.05, 0.008);
}

/** Adapts the excitation patterns of reference and test to each other's level and spectrum, clause 3.1; one channel. */
export class PatternAdaptation {
  /** Energies of the bands, the adapted pattern of the reference (E_P,Ref). */
  readonly reference: Float64Array;
  /** Energies of the bands, the adapted pattern of the test signal (E_P,Test). */
  readonly test: Float64Array;
  private readonly shape: PatternShape;
  private readonly adaptation: Float64Array;
  private readonly powerReference: Float64Array;
  private readonly powerTest: Float64Array;
  private readonly crossed: Float64Array;
  private readonly squared: Float64Array;
  private readonly ratioReference: Float64Array;
  private readonly ratioTest: Float64Array;
  private readonly correctionReference: Float64Array;
  private readonly correctionTest: Float64Array;

  constructor(shape: PatternShape = FFT_PATTERNS) {
    this.shape = shape;
    this.adaptation = adaptationOf(shape);
    const { length } = shape.center;
    this.reference = new Float64Array(length);
    this.test = new Float64Array(length);
    this.powerReference = new Float64Array(length);
    this.powerTest = new Float64Array(length);
    this.crossed = new Float64Array(length);
    this.squared = new Float64Array(length);
    this.ratioReference = new Float64Array(length);
    this.ratioTest = new Float64Array(length);
    this.correctionReference = new Float64Array(length);
    this.correctionTest = new Float64Array(length);
  }

  /** Takes the next frame's excitation patterns, positive energies of the bands. */
  process(excitationReference: Float64Array, excitationTest: Float64Array): void {
    this.adaptLevel(excitationReference, excitationTest);
    this.updateRatios();
    const count = this.reference.length;
    for (let band = 0; band < count; band++) {
      const a = this.adaptation[band]!;
      const from = Math.max(0, band - this.shape.averagedBelow);
      const to = Math.min(count - 1, band + this.shape.averagedAbove);
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
    for (let band = 0; band < this.reference.length; band++) {
      const a = this.adaptation[band]!;
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
    for (let band = 0; band < this.reference.length; band++) {
      this.reference[band] = excitationReference[band]! * scaleReference;
      this.test[band] = excitationTest[band]! * scaleTest;
    }
  }

  /** Per band, the regression of test on reference over the recent past; the smaller side keeps 1. */
  private updateRatios(): void {
    for (let band = 0; band < this.reference.length; band++) {
      const a = this.adaptation[band]!;
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
  /** Measures of modulation (Mod), by band. */
  readonly modulation: Float64Array;
  /** Smoothed loudnesses (Ē), by band. */
  readonly averageLoudness: Float64Array;
  private readonly adaptation: Float64Array;
  private readonly frameRate: number;
  private readonly previous: Float64Array;
  private readonly derivative: Float64Array;

  constructor(shape: PatternShape = FFT_PATTERNS) {
    this.adaptation = adaptationOf(shape);
    this.frameRate = shape.frameRate;
    const { length } = shape.center;
    this.modulation = new Float64Array(length);
    this.averageLoudness = new Float64Array(length);
    this.previous = new Float64Array(length);
    this.derivative = new Float64Array(length);
  }

  /** Takes the next frame's pattern before smearing over time. */
  process(unsmeared: Float64Array): void {
    for (let band = 0; band < this.modulation.length; band++) {
      const a = this.adaptation[band]!;
      const loudness = unsmeared[band]! ** LOUDNESS_EXPONENT;
      const change = this.frameRate * Math.abs(loudness - this.previous[band]!);
      const derivative = a * this.derivative[band]! + (1 - a) * change;
      const average = a * this.averageLoudness[band]! + (1 - a) * loudness;
      this.previous[band] = loudness;
      this.derivative[band] = derivative;
      this.averageLoudness[band] = average;
      this.modulation[band] = derivative / (1 + average / 0.3);
    }
  }
}

/** Loudness of patterns of one shape, clause 3.3. */
export class Loudness {
  /** Band => threshold index s. */
  private readonly index: Float64Array;
  /** Band => excitation at the threshold of hearing. */
  private readonly threshold: Float64Array;
  private readonly factor: Float64Array;

  constructor({ center, loudnessScale }: PatternShape) {
    this.index = center.map(
      (hertz) =>
        10 ** ((-2 - 2.05 * Math.atan(hertz / 4000) - 0.75 * Math.atan((hertz / 1600) ** 2)) / 10),
    );
    this.threshold = center.map((hertz) => 10 ** ((3.64 * (hertz / 1000) ** -0.8) / 10));
    this.factor = center.map(
      (_, band) => loudnessScale * (this.threshold[band]! / (this.index[band]! * 1e4)) ** 0.23,
    );
  }

  /** Overall loudness of an excitation pattern in sone. */
  of(excitation: Float64Array): number {
    let sum = 0;
    for (let band = 0; band < this.index.length; band++) {
      const index = this.index[band]!;
      const over = 1 - index + (index * excitation[band]!) / this.threshold[band]!;
      const specific = this.factor[band]! * (over ** 0.23 - 1);
      if (specific > 0) sum += specific;
    }
    return (24 / this.index.length) * sum;
  }
}

const FFT_LOUDNESS = new Loudness(FFT_PATTERNS);

/** Overall loudness in sone of an excitation pattern of the basic version's ear. */
export function loudness(excitation: Float64Array): number {
  return FFT_LOUDNESS.of(excitation);
}
