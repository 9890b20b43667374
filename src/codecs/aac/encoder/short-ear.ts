/**
 * Masking in short blocks. A block of 256 samples has too few lines for quarter-Bark bands; energies of its scale factor
 * bands stand in for them, with the same weighting, offsets and width rule as `EarModel`, slopes that do not depend on
 * the level, and forward masking from window to window.
 */
import { FRAME_LENGTH, NUM_SHORT_WINDOWS, SHORT_LENGTH } from '../standard/window-sequence.ts';
import { bark, earWeight, internalNoise, maskingOffset } from './psychoacoustics.ts';
import type { Tuning } from './tuning.ts';

/** Energy of noise in a band: FFT of 2048 with a Hann window over MDCT of 256, 3/8·2048 / 256 times 8 lines for one. */
const SHORT_TO_FFT = 24;
const UPPER_SLOPE_DB = 15;
const LOWER_SLOPE_DB = 27;
const BAND_BARK = 0.25;
/** Forward masking: what is left of the excitation after one short window. */
const DECAY_MS = 8;

export class ShortEarModel {
  readonly swb_offset: Uint16Array;
  readonly numBands: number;
  /** Band => factor from energy of MDCT lines to the ear's energy per quarter Bark. */
  readonly gain: Float64Array;
  readonly noise: Float64Array;
  /** Band => threshold over excitation. */
  readonly thresholdRatio: Float64Array;
  /** Band b => factors of energy from band b - 1 up to b, and from b + 1 down to b. */
  readonly up: Float64Array;
  readonly down: Float64Array;
  readonly decay: number;
  readonly weight: number;
  private readonly excitation: Float64Array;

  constructor(sampleRate: number, swb_offset: Uint16Array, tuning: Tuning) {
    const numBands = swb_offset.length - 1;
    this.swb_offset = swb_offset;
    this.numBands = numBands;
    this.gain = new Float64Array(numBands);
    this.noise = new Float64Array(numBands);
    this.thresholdRatio = new Float64Array(numBands);
    this.up = new Float64Array(numBands + 1);
    this.down = new Float64Array(numBands + 1);
    this.excitation = new Float64Array(numBands);
    const lineWidth = sampleRate / (2 * SHORT_LENGTH);
    const calibration = 92 - 20 * Math.log10((32768 * 2 * FRAME_LENGTH) / 4);
    let previousZ = 0;
    for (let b = 0; b < numBands; b++) {
      const low = swb_offset[b] * lineWidth;
      const high = swb_offset[b + 1] * lineWidth;
      const center = (low + high) / 2;
      const z = bark(center);
      const widthBark = Math.max(BAND_BARK, bark(high) - bark(low));
      this.gain[b] = Math.fround(
        (SHORT_TO_FFT * 10 ** ((earWeight(center) + calibration) / 10) * BAND_BARK) / widthBark,
      );
      this.noise[b] = Math.fround(10 ** (internalNoise(center) / 10));
      const quarterWidth = (high - low) * (BAND_BARK / widthBark);
      this.thresholdRatio[b] = Math.fround(
        10 ** (-maskingOffset(z) / 10) * (quarterWidth / 43) ** (tuning.widthExponent - 1),
      );
      if (b > 0) {
        this.up[b] = Math.fround(10 ** ((-UPPER_SLOPE_DB * (z - previousZ)) / 10));
        this.down[b - 1] = Math.fround(10 ** ((-LOWER_SLOPE_DB * (z - previousZ)) / 10));
      }
      previousZ = z;
    }
    const windowMs = (1000 * SHORT_LENGTH) / sampleRate;
    this.decay = Math.fround(Math.exp(-windowMs / DECAY_MS));
    this.weight = tuning.shortWeight / NUM_SHORT_WINDOWS;
  }

  /**
   * Weights of the bands of eight short windows.
   * @param spectrum 8 times 128 lines
   * @param state one value a band, the excitation of the window before; kept for the next call
   * @param weights receives 8 times `numBands` weights of squared errors of lines
   */
  update(spectrum: Float64Array, state: Float64Array, weights: Float64Array): void {
    const { numBands, swb_offset, gain, noise, thresholdRatio, up, down, decay, excitation } = this;
    for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
      for (let b = 0; b < numBands; b++) {
        let energy = 0;
        for (let k = swb_offset[b]; k < swb_offset[b + 1]; k++) {
          const x = spectrum[w * SHORT_LENGTH + k];
          energy += x * x;
        }
        excitation[b] = energy * gain[b] + noise[b];
      }
      for (let b = 1; b < numBands; b++) {
        excitation[b] = Math.max(excitation[b], excitation[b - 1] * up[b]);
      }
      for (let b = numBands - 2; b >= 0; b--) {
        excitation[b] = Math.max(excitation[b], excitation[b + 1] * down[b]);
      }
      for (let b = 0; b < numBands; b++) {
        const now = Math.max(excitation[b], decay * state[b]);
        state[b] = now;
        weights[w * numBands + b] = (this.weight * gain[b]) / (now * thresholdRatio[b]);
      }
    }
  }
}
