/**
 * Frequency and pitch scales of the FFT-based ear model of ITU-R BS.1387-1, Annex 2, clause 2.1, basic version: the 109
 * bands of a quarter Bark from 80 Hz to 18 kHz, the weights of the outer and middle ear, internal noise, masking offset
 * and time constants. All of it follows from formulas, and is computed once.
 *
 * The band edges printed in the recommendation (Table 6) are these formulas rounded to 0.001 Hz, but for three misprinted
 * edges; test/bench/quality/ear-bands.test.ts compares them.
 */

/** The only sample rate of the recommendation, Hz. */
export const SAMPLE_RATE = 48000;
/** Samples in a frame of the FFT-based ear model, clause 2.1.2. */
export const FRAME_SIZE = 2048;
/** Samples from a frame to the next: half a frame. */
export const HOP_SIZE = FRAME_SIZE / 2;
/** Bins of a frame's spectrum, 0..1024. */
export const BIN_COUNT = FRAME_SIZE / 2 + 1;
/** Frames in a second, 46.875. */
export const FRAME_RATE = SAMPLE_RATE / HOP_SIZE;
/** Distance between two bins, Hz. */
const BIN_WIDTH = SAMPLE_RATE / FRAME_SIZE;
/** Width of a band in Bark (variable res, basic version), clause 2.1.4. */
export const BAND_WIDTH = 0.25;

const LOWEST_FREQUENCY = 80;
const HIGHEST_FREQUENCY = 18000;

/** Frequency in Hz to pitch in Bark, clause 2.1.4 (Schroeder's approximation). */
export function hertzToBark(hertz: number): number {
  return 7 * Math.asinh(hertz / 650);
}

/** The inverse of `hertzToBark`. */
export function barkToHertz(bark: number): number {
  return 650 * Math.sinh(bark / 7);
}

const LOWEST_BARK = hertzToBark(LOWEST_FREQUENCY);
const HIGHEST_BARK = hertzToBark(HIGHEST_FREQUENCY);

/** Energy of the ear's internal noise at a frequency (E_IN, also E_Thres of clause 4), clause 2.1.5. */
export function internalNoise(hertz: number): number {
  return 10 ** ((0.4 * 3.64 * (hertz / 1000) ** -0.8) / 10);
}

/**
 * Coefficients a of the first-order low pass y[n] = a y[n-1] + (1 - a) x[n], one step a frame, by center frequency, clauses 2.1.7
 * and 2.2.9. The time constant is τ = τmin + 100 Hz / f · (τ100 - τmin).
 * @param center center frequencies of the bands, Hz
 * @param frameRate frames in a second
 * @param tau100 time constant at 100 Hz, seconds
 * @param tauMin time constant at the highest frequencies, seconds
 */
export function smearingOf(
  center: Float64Array,
  frameRate: number,
  tau100: number,
  tauMin: number,
): Float64Array {
  return center.map((hertz) => {
    const tau = tauMin + (100 / hertz) * (tau100 - tauMin);
    return Math.exp(-1 / (frameRate * tau));
  });
}

/** Bin => power weight of the outer and middle ear, equation (7), clause 2.1.3; bin 0 has weight 0. */
export const EAR_WEIGHT: Float64Array = Float64Array.from({ length: BIN_COUNT }, (_, bin) => {
  if (bin === 0) return 0;
  const kilohertz = (bin * BIN_WIDTH) / 1000;
  const decibels =
    -0.6 * 3.64 * kilohertz ** -0.8 +
    6.5 * Math.exp(-0.6 * (kilohertz - 3.3) ** 2) -
    1e-3 * kilohertz ** 3.6;
  return 10 ** (decibels / 10);
});

/** The least energy of a band, clause 2.1.4: keeps logarithms and quotients finite. */
export const LEAST_ENERGY = 1e-12;

/** Bands of equal width in Bark, clause 2.1.4: a quarter in the basic version, a half in the advanced one. */
export class PitchBands {
  readonly width: number;
  /** Number of bands (Z in the recommendation). */
  readonly count: number;
  /** Band => lower edge, upper edge and center, Hz: the center is the middle in Bark. The last band is cut at 18 kHz. */
  readonly lowerEdge: Float64Array;
  readonly upperEdge: Float64Array;
  readonly center: Float64Array;
  /** Band => internal noise of the ear as an energy. */
  readonly internalNoise: Float64Array;
  /** Band => excitation over masking threshold, equation (26), clause 2.1.8: 3 dB up to 12 Bark, then rising. */
  readonly maskingOffset: Float64Array;
  /** Band => first and last bin that overlap it, and the share of those two bins that lies in it. */
  private readonly firstBin: Int32Array;
  private readonly lastBin: Int32Array;
  private readonly firstShare: Float64Array;
  private readonly lastShare: Float64Array;

  /** @param width of a band, Bark */
  constructor(width: number) {
    this.width = width;
    const count = Math.ceil((HIGHEST_BARK - LOWEST_BARK) / width);
    this.count = count;
    const perBand = (formula: (band: number) => number) =>
      Float64Array.from({ length: count }, (_, band) => formula(band));
    const lower = (band: number) => LOWEST_BARK + band * width;
    const upper = (band: number) => Math.min(lower(band + 1), HIGHEST_BARK);
    this.lowerEdge = perBand((band) => barkToHertz(lower(band)));
    this.upperEdge = perBand((band) => barkToHertz(upper(band)));
    this.center = perBand((band) => barkToHertz((lower(band) + upper(band)) / 2));
    this.internalNoise = this.center.map(internalNoise);
    this.maskingOffset = perBand(
      (band) => 10 ** ((band * width <= 12 ? 3 : 0.25 * band * width) / 10),
    );
    this.firstBin = Int32Array.from(this.lowerEdge, (hertz) => Math.floor(hertz / BIN_WIDTH + 0.5));
    this.lastBin = Int32Array.from(this.upperEdge, (hertz) => Math.ceil(hertz / BIN_WIDTH - 0.5));
    this.firstShare = perBand((band) => this.overlap(band, this.firstBin[band]!));
    this.lastShare = perBand((band) =>
      this.lastBin[band] === this.firstBin[band] ? 0 : this.overlap(band, this.lastBin[band]!),
    );
  }

  /** The share of a bin, which reaches half a bin width to each side of its frequency, that lies in a band: 0..1. */
  private overlap(band: number, bin: number): number {
    const from = Math.max(this.lowerEdge[band]!, (bin - 0.5) * BIN_WIDTH);
    const to = Math.min(this.upperEdge[band]!, (bin + 0.5) * BIN_WIDTH);
    return Math.max(0, to - from) / BIN_WIDTH;
  }

  /**
   * Groups a power spectrum into bands, clause 2.1.4; a bin that an edge divides counts for its share.
   * @param spectrum BIN_COUNT powers
   * @param bands `count` energies, each at least LEAST_ENERGY
   */
  group(spectrum: Float64Array, bands: Float64Array): void {
    for (let band = 0; band < this.count; band++) {
      const last = this.lastBin[band]!;
      let energy = spectrum[this.firstBin[band]!]! * this.firstShare[band]!;
      for (let bin = this.firstBin[band]! + 1; bin < last; bin++) energy += spectrum[bin]!;
      energy += spectrum[last]! * this.lastShare[band]!;
      bands[band] = energy > LEAST_ENERGY ? energy : LEAST_ENERGY;
    }
  }
}

/** The bands of the basic version. */
export const BASIC_BANDS: PitchBands = new PitchBands(BAND_WIDTH);
/** Number of bands of the basic version: 109. */
export const BAND_COUNT = BASIC_BANDS.count;
/** Band of the basic version => lower edge, upper edge and center in Hz, clause 2.1.4. */
export const LOWER_EDGE: Float64Array = BASIC_BANDS.lowerEdge;
export const UPPER_EDGE: Float64Array = BASIC_BANDS.upperEdge;
export const CENTER: Float64Array = BASIC_BANDS.center;
/** Band of the basic version => internal noise, and excitation over masking threshold. */
export const INTERNAL_NOISE: Float64Array = BASIC_BANDS.internalNoise;
export const MASKING_OFFSET: Float64Array = BASIC_BANDS.maskingOffset;

/** `smearingOf` the bands of the basic version. */
export function smearingCoefficients(tau100: number, tauMin: number): Float64Array {
  return smearingOf(CENTER, FRAME_RATE, tau100, tauMin);
}

/** `PitchBands.group` of the basic version. */
export function groupIntoBands(spectrum: Float64Array, bands: Float64Array): void {
  BASIC_BANDS.group(spectrum, bands);
}
