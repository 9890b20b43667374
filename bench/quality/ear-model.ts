/**
 * The FFT-based ear model of ITU-R BS.1387-1, Annex 2, clause 2.1, basic version: from samples to excitation patterns.
 *
 * frame -> Hann window, FFT, scaled to sound pressure -> outer and middle ear -> bands -> internal noise -> spreading over
 * pitch (the pattern that clause 3.2 calls E2) -> smearing over time (the excitation pattern).
 */
import {
  BAND_COUNT,
  BAND_WIDTH,
  BIN_COUNT,
  CENTER,
  EAR_WEIGHT,
  FRAME_SIZE,
  groupIntoBands,
  INTERNAL_NOISE,
  SAMPLE_RATE,
  smearingCoefficients,
} from './ear-bands.ts';
import { RealFft } from './fft.ts';

/** Sound pressure level at which a full-scale sine is assumed to be heard, dB; 92 where it is not known, clause 2.1.2. */
const LISTENING_LEVEL = 92;
/** Frequency of the calibration sine, Hz, clause 2.1.2. */
const CALIBRATION_FREQUENCY = 1019.5;

/**
 * Factor from samples (full scale ±1) times Hann window to a spectrum in which the largest bin of a full-scale sine of
 * 1019.5 Hz is at 92 dB. That sine lies between two bins; its peak is the window's transform at the distance to the
 * nearer one (Kabal, An Examination and Interpretation of ITU-R BS.1387, clause 2.4).
 */
function calibrationFactor(): number {
  const cycles = (CALIBRATION_FREQUENCY * FRAME_SIZE) / SAMPLE_RATE;
  const distance = Math.abs(cycles - Math.round(cycles)) * ((FRAME_SIZE - 1) / FRAME_SIZE);
  const peak = Math.sin(Math.PI * distance) / (Math.PI * distance * (1 - distance * distance));
  return 10 ** (LISTENING_LEVEL / 20) / ((peak * (FRAME_SIZE - 1)) / 4);
}

const WINDOW: Float64Array = (() => {
  const factor = calibrationFactor();
  return Float64Array.from(
    { length: FRAME_SIZE },
    (_, n) => (factor * (1 - Math.cos((2 * Math.PI * n) / (FRAME_SIZE - 1)))) / 2,
  );
})();

/** Slope of spreading towards lower pitch: 27 dB a Bark, as a factor a band, clause 2.1.6. */
const LOWER_SLOPE = 10 ** (-2.7 * BAND_WIDTH);
/** Band => slope towards higher pitch without the part that depends on level: -24 - 230 Hz / f dB a Bark. */
const UPPER_SLOPE = Float64Array.from(CENTER, (hertz) => 10 ** ((-2.4 - 23 / hertz) * BAND_WIDTH));
/** The level-dependent part of the upper slope: 0.2 dB a Bark for each dB. */
const LEVEL_EXPONENT = 0.2 * BAND_WIDTH;
/** Energies are added as powers of this exponent, clause 2.1.6. */
const ADDITION_EXPONENT = 0.4;
const LOWER_SLOPE_COMPRESSED = LOWER_SLOPE ** ADDITION_EXPONENT;
/** Band => sum of the lower slope from the band down to band 0, the band itself included. */
const LOWER_SUM = Float64Array.from(
  CENTER,
  (_, band) => (1 - LOWER_SLOPE ** (band + 1)) / (1 - LOWER_SLOPE),
);

/**
 * Spreads each band's energy over its neighbors, shares adding up to the energy, and adds what meets in a band, clause
 * 2.1.6, without the final normalization.
 */
function spreadUnnormalized(bands: Float64Array, spread: Float64Array, own: Float64Array): void {
  spread.fill(0);
  for (let band = 0; band < BAND_COUNT; band++) {
    const energy = bands[band]!;
    const upperSlope = UPPER_SLOPE[band]! * energy ** LEVEL_EXPONENT;
    const upperSum = (1 - upperSlope ** (BAND_COUNT - band)) / (1 - upperSlope);
    let share = (energy / (LOWER_SUM[band]! + upperSum - 1)) ** ADDITION_EXPONENT;
    own[band] = share;
    const slope = upperSlope ** ADDITION_EXPONENT;
    for (let above = band + 1; above < BAND_COUNT; above++) {
      share *= slope;
      spread[above] = spread[above]! + share;
    }
  }
  let fromAbove = 0;
  for (let band = BAND_COUNT - 1; band >= 0; band--) {
    fromAbove = fromAbove * LOWER_SLOPE_COMPRESSED + own[band]!;
    spread[band] = (spread[band]! + fromAbove) ** (1 / ADDITION_EXPONENT);
  }
}

/** Band => what spreading makes of a flat pattern of 0 dB; dividing by it maps that pattern to itself, clause 2.1.6. */
const SPREADING_NORM: Float64Array = (() => {
  const norm = new Float64Array(BAND_COUNT);
  spreadUnnormalized(new Float64Array(BAND_COUNT).fill(1), norm, new Float64Array(BAND_COUNT));
  return norm;
})();

/** Clause 2.1.6: spreads `bands` into `spread`; `own` is scratch. All hold BAND_COUNT energies and differ. */
export function spreadOverPitch(
  bands: Float64Array,
  spread: Float64Array,
  own: Float64Array,
): void {
  spreadUnnormalized(bands, spread, own);
  for (let band = 0; band < BAND_COUNT; band++)
    spread[band] = spread[band]! / SPREADING_NORM[band]!;
}

/** Coefficients of smearing over time: 30 ms at 100 Hz, 8 ms at the top, clause 2.1.7. */
const SMEARING = smearingCoefficients(0.03, 0.008);

/** The ear model of one channel of one signal. Its arrays are valid until the next frame. */
export class EarModel {
  /** BIN_COUNT powers, calibrated to sound pressure: |F[k]|². */
  readonly power = new Float64Array(BIN_COUNT);
  /** The same behind the outer and middle ear: |F_e[k]|². */
  readonly weighted = new Float64Array(BIN_COUNT);
  /** BAND_COUNT energies spread over pitch only. */
  readonly unsmeared = new Float64Array(BAND_COUNT);
  /** BAND_COUNT energies spread over pitch and time: the excitation pattern. */
  readonly excitation = new Float64Array(BAND_COUNT);
  private readonly fft = new RealFft(FRAME_SIZE);
  private readonly windowed = new Float64Array(FRAME_SIZE);
  private readonly bands = new Float64Array(BAND_COUNT);
  private readonly own = new Float64Array(BAND_COUNT);
  private readonly smeared = new Float64Array(BAND_COUNT);

  /**
   * Takes the next frame.
   * @param samples full scale ±1; FRAME_SIZE of them from `position` are read, not kept
   */
  process(samples: Float64Array, position: number): void {
    const { windowed, power, weighted, bands, unsmeared, excitation, smeared } = this;
    for (let n = 0; n < FRAME_SIZE; n++) windowed[n] = samples[position + n]! * WINDOW[n]!;
    this.fft.forward(windowed);
    const { re, im } = this.fft;
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const value = re[bin]! * re[bin]! + im[bin]! * im[bin]!;
      power[bin] = value;
      weighted[bin] = value * EAR_WEIGHT[bin]!;
    }
    groupIntoBands(weighted, bands);
    for (let band = 0; band < BAND_COUNT; band++)
      bands[band] = bands[band]! + INTERNAL_NOISE[band]!;
    spreadOverPitch(bands, unsmeared, this.own);
    for (let band = 0; band < BAND_COUNT; band++) {
      const a = SMEARING[band]!;
      const now = unsmeared[band]!;
      const memory = a * smeared[band]! + (1 - a) * now;
      smeared[band] = memory;
      excitation[band] = memory > now ? memory : now;
    }
  }
}
