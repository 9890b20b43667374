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

/** Number of bands (Z in the recommendation): 109. */
export const BAND_COUNT = Math.ceil((HIGHEST_BARK - LOWEST_BARK) / BAND_WIDTH);

/** Pitch of a band's upper edge; the last band is cut at 18 kHz. */
function upperBark(band: number): number {
  return Math.min(LOWEST_BARK + (band + 1) * BAND_WIDTH, HIGHEST_BARK);
}

/** Tabulates `formula` over the bands. */
function perBand(formula: (band: number) => number): Float64Array {
  return Float64Array.from({ length: BAND_COUNT }, (_, band) => formula(band));
}

/** Band => lower edge in Hz, clause 2.1.4. */
export const LOWER_EDGE: Float64Array = perBand((band) =>
  barkToHertz(LOWEST_BARK + band * BAND_WIDTH),
);

/** Band => upper edge in Hz, clause 2.1.4. */
export const UPPER_EDGE: Float64Array = perBand((band) => barkToHertz(upperBark(band)));

/** Band => center frequency in Hz: the middle of the band in Bark, clause 2.1.4. */
export const CENTER: Float64Array = perBand((band) =>
  barkToHertz((LOWEST_BARK + band * BAND_WIDTH + upperBark(band)) / 2),
);

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

/** Band => internal noise of the ear as an energy (E_IN, also E_Thres of clause 4), clause 2.1.5. */
export const INTERNAL_NOISE: Float64Array = perBand(
  (band) => 10 ** ((0.4 * 3.64 * (CENTER[band]! / 1000) ** -0.8) / 10),
);

/** Band => excitation over masking threshold, equation (26), clause 2.1.8: 3 dB up to 12 Bark, then rising. */
export const MASKING_OFFSET: Float64Array = perBand((band) => {
  const bark = band * BAND_WIDTH;
  return 10 ** ((bark <= 12 ? 3 : 0.25 * bark) / 10);
});

/**
 * Band => coefficient a of the first-order low pass y[n] = a y[n-1] + (1 - a) x[n], one step a frame, clause 2.1.7. Its
 * time constant is τ = τmin + 100 Hz / f · (τ100 - τmin).
 * @param tau100 time constant at 100 Hz, seconds
 * @param tauMin time constant at the highest frequencies, seconds
 */
export function smearingCoefficients(tau100: number, tauMin: number): Float64Array {
  return perBand((band) => {
    const tau = tauMin + (100 / CENTER[band]!) * (tau100 - tauMin);
    return Math.exp(-1 / (FRAME_RATE * tau));
  });
}

/** Band => first and last bin that overlap it, and the share of those two bins that lies in it, clause 2.1.4. */
const FIRST_BIN = new Int32Array(BAND_COUNT);
const LAST_BIN = new Int32Array(BAND_COUNT);
const FIRST_SHARE = new Float64Array(BAND_COUNT);
const LAST_SHARE = new Float64Array(BAND_COUNT);

/** The share of a bin, which reaches half a bin width to each side of its frequency, that lies in a band: 0..1. */
function overlap(band: number, bin: number): number {
  const from = Math.max(LOWER_EDGE[band]!, (bin - 0.5) * BIN_WIDTH);
  const to = Math.min(UPPER_EDGE[band]!, (bin + 0.5) * BIN_WIDTH);
  return Math.max(0, to - from) / BIN_WIDTH;
}

for (let band = 0; band < BAND_COUNT; band++) {
  const first = Math.floor(LOWER_EDGE[band]! / BIN_WIDTH + 0.5);
  const last = Math.ceil(UPPER_EDGE[band]! / BIN_WIDTH - 0.5);
  FIRST_BIN[band] = first;
  LAST_BIN[band] = last;
  FIRST_SHARE[band] = overlap(band, first);
  LAST_SHARE[band] = last === first ? 0 : overlap(band, last);
}

/** The least energy of a band, clause 2.1.4: keeps logarithms and quotients finite. */
export const LEAST_ENERGY = 1e-12;

/**
 * Groups a power spectrum into bands, clause 2.1.4; a bin that an edge divides counts for its share.
 * @param spectrum BIN_COUNT powers
 * @param bands BAND_COUNT energies, each at least LEAST_ENERGY
 */
export function groupIntoBands(spectrum: Float64Array, bands: Float64Array): void {
  for (let band = 0; band < BAND_COUNT; band++) {
    const last = LAST_BIN[band]!;
    let energy = spectrum[FIRST_BIN[band]!]! * FIRST_SHARE[band]!;
    for (let bin = FIRST_BIN[band]! + 1; bin < last; bin++) energy += spectrum[bin]!;
    energy += spectrum[last]! * LAST_SHARE[band]!;
    bands[band] = energy > LEAST_ENERGY ? energy : LEAST_ENERGY;
  }
}
