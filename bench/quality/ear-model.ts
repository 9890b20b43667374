/**
 * The FFT-based ear model of ITU-R BS.1387-1, Annex 2, clause 2.1, of both versions: from samples to excitation patterns.
 *
 * frame -> Hann window, FFT, scaled to sound pressure -> outer and middle ear -> bands -> internal noise -> spreading over
 * pitch (the pattern that clause 3.2 calls E2) -> smearing over time (the excitation pattern).
 */
import {
  BASIC_BANDS,
  BIN_COUNT,
  EAR_WEIGHT,
  FRAME_RATE,
  FRAME_SIZE,
  type PitchBands,
  SAMPLE_RATE,
  smearingOf,
} from './ear-bands.ts';
import { RealFft } from './fft.ts';

/** Sound pressure level at which a full-scale sine is assumed to be heard, dB; 92 where it is not known, clause 2.1.2. */
export const LISTENING_LEVEL = 92;
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

/** The level-dependent part of the upper slope: 0.2 dB a Bark for each dB. */
const LEVEL_SLOPE = 0.2;
/** Energies are added as powers of this exponent, clause 2.1.6. */
const ADDITION_EXPONENT = 0.4;

/** Spreading over pitch, clause 2.1.6, for one set of bands. */
export class Spreading {
  private readonly count: number;
  /** Slope towards lower pitch: 27 dB a Bark, as a factor a band, and its power of ADDITION_EXPONENT. */
  private readonly lowerCompressed: number;
  /** Band => slope towards higher pitch without the part that depends on level: -24 - 230 Hz / f dB a Bark. */
  private readonly upperSlope: Float64Array;
  private readonly levelExponent: number;
  /** Band => sum of the lower slope from the band down to band 0, the band itself included. */
  private readonly lowerSum: Float64Array;
  /** Band => what spreading makes of a flat pattern of 0 dB; dividing by it maps that pattern to itself. */
  private readonly norm: Float64Array;

  constructor({ count, width, center }: PitchBands) {
    this.count = count;
    const lower = 10 ** (-2.7 * width);
    this.lowerCompressed = lower ** ADDITION_EXPONENT;
    this.upperSlope = center.map((hertz) => 10 ** ((-2.4 - 23 / hertz) * width));
    this.levelExponent = LEVEL_SLOPE * width;
    this.lowerSum = center.map((_, band) => (1 - lower ** (band + 1)) / (1 - lower));
    this.norm = new Float64Array(count).fill(1);
    const flat = new Float64Array(count);
    this.spread(new Float64Array(count).fill(1), flat, new Float64Array(count));
    this.norm.set(flat);
  }

  /**
   * Spreads each band's energy over its neighbors, shares adding up to the energy, and adds what meets in a band.
   * @param bands energies
   * @param spread receives as many
   * @param own scratch; all three differ
   */
  spread(bands: Float64Array, spread: Float64Array, own: Float64Array): void {
    const { count, lowerCompressed } = this;
    spread.fill(0);
    for (let band = 0; band < count; band++) {
      const energy = bands[band]!;
      const upperSlope = this.upperSlope[band]! * energy ** this.levelExponent;
      const upperSum = (1 - upperSlope ** (count - band)) / (1 - upperSlope);
      let share = (energy / (this.lowerSum[band]! + upperSum - 1)) ** ADDITION_EXPONENT;
      own[band] = share;
      const slope = upperSlope ** ADDITION_EXPONENT;
      for (let above = band + 1; above < count; above++) {
        share *= slope;
        spread[above] = spread[above]! + share;
      }
    }
    let fromAbove = 0;
    for (let band = count - 1; band >= 0; band--) {
      fromAbove = fromAbove * lowerCompressed + own[band]!;
      spread[band] = (spread[band]! + fromAbove) ** (1 / ADDITION_EXPONENT) / this.norm[band]!;
    }
  }
}

/** The ear model of one channel of one signal. Its arrays are valid until the next frame. */
export class EarModel {
  /** BIN_COUNT powers, calibrated to sound pressure: |F[k]|². */
  readonly power = new Float64Array(BIN_COUNT);
  /** The same behind the outer and middle ear: |F_e[k]|². */
  readonly weighted = new Float64Array(BIN_COUNT);
  /** Energies of the bands spread over pitch only. */
  readonly unsmeared: Float64Array;
  /** Energies of the bands spread over pitch and time: the excitation pattern. */
  readonly excitation: Float64Array;
  private readonly fft = new RealFft(FRAME_SIZE);
  private readonly windowed = new Float64Array(FRAME_SIZE);
  private readonly pitch: PitchBands;
  private readonly spreading: Spreading;
  /** Smearing over time: 30 ms at 100 Hz, 8 ms at the top, clause 2.1.7. */
  private readonly smearing: Float64Array;
  private readonly bands: Float64Array;
  private readonly own: Float64Array;
  private readonly smeared: Float64Array;

  constructor(pitch: PitchBands = BASIC_BANDS) {
    this.pitch = pitch;
    this.spreading = new Spreading(pitch);
    this.smearing = smearingOf(pitch.center, FRAME_RATE, 0.03, 0.008);
    this.unsmeared = new Float64Array(pitch.count);
    this.excitation = new Float64Array(pitch.count);
    this.bands = new Float64Array(pitch.count);
    this.own = new Float64Array(pitch.count);
    this.smeared = new Float64Array(pitch.count);
  }

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
    this.pitch.group(weighted, bands);
    const { count, internalNoise } = this.pitch;
    for (let band = 0; band < count; band++) bands[band] = bands[band]! + internalNoise[band]!;
    this.spreading.spread(bands, unsmeared, this.own);
    for (let band = 0; band < count; band++) {
      const a = this.smearing[band]!;
      const now = unsmeared[band]!;
      const memory = a * smeared[band]! + (1 - a) * now;
      smeared[band] = memory;
      excitation[band] = memory > now ? memory : now;
    }
  }
}
