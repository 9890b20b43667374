/**
 * Masking in short blocks. A block of 256 samples has too few lines to tell where within a band the energy lies, so the
 * spectral shape of the weights is taken from the long model of the same frame. Short blocks add time: a band's
 * weight rises where the band is quieter than in the mean of the frame, and falls where it is louder. A window's noise begins
 * before an attack in it does, so the window before it has a share in its weight.
 *
 * Quiet windows that follow loud ones are masked by them (forward masking), so their energy is not taken for less than
 * a decaying part of what came before.
 */
import { fastExp2, fastLog2 } from '../../../dsp/logarithm.ts';
import { NUM_SHORT_WINDOWS, SHORT_LENGTH } from '../standard/window-sequence.ts';
import type { Tuning } from './tuning.ts';

/** Time constant of forward masking, ms. */
const DECAY_MS = 8;
/**
 * A line's noise in eight short blocks against one long: the same noise in the signal is an eighth of the energy in an
 * eighth of the lines, eight times.
 */
const LONG_TO_SHORT = 8;
/** Added to energies, so that silence has no weight of its own: a tenth of the last bit of 16, in MDCT units. */
const FLOOR = 256 * 0.01;

/** Tables for one sample rate, and the scratch of `update`. */
export class ShortEarModel {
  readonly swb_offset: Uint16Array;
  readonly numBands: number;
  private readonly decay: number;
  private readonly tuning: Tuning;
  private readonly energies: Float64Array;

  constructor(sampleRate: number, swb_offset: Uint16Array, tuning: Tuning) {
    this.swb_offset = swb_offset;
    this.numBands = swb_offset.length - 1;
    const windowMs = (1000 * SHORT_LENGTH) / sampleRate;
    this.decay = Math.fround(Math.exp(-windowMs / DECAY_MS));
    this.tuning = tuning;
    this.energies = new Float64Array(NUM_SHORT_WINDOWS * this.numBands);
  }

  /**
   * Weights of the bands of eight short windows.
   * @param spectrum 8 times 128 lines
   * @param longWeights 1024 weights of long lines of the same frame
   * @param weights receives 8 times `numBands` weights of squared errors of lines
   */
  update(spectrum: Float64Array, longWeights: Float64Array, weights: Float64Array): void {
    const { numBands, swb_offset, energies, decay, tuning } = this;
    for (let b = 0; b < numBands; b++) {
      const start = swb_offset[b];
      const end = swb_offset[b + 1];
      let total = 0;
      let before = 0;
      for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
        let energy = FLOOR * (end - start);
        for (let k = start; k < end; k++) {
          const x = spectrum[w * SHORT_LENGTH + k];
          energy += x * x;
        }
        before = Math.max(energy, decay * before);
        energies[w * numBands + b] = before;
        total += before;
      }
      let longSum = 0;
      for (let k = start * 8; k < end * 8; k++) longSum += longWeights[k];
      const base = (tuning.shortWeight * LONG_TO_SHORT * longSum) / ((end - start) * 8);
      const meanLog = fastLog2(total / NUM_SHORT_WINDOWS);
      let quieterBefore = 0;
      for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
        const quieter = meanLog - fastLog2(energies[w * numBands + b]);
        let weight = fastExp2(tuning.shortContrast * quieter);
        // Half of the window lies over the one before.
        if (w > 0) weight += tuning.shortEarlierShare * fastExp2(quieterBefore);
        quieterBefore = quieter;
        weights[w * numBands + b] = base * weight;
      }
    }
  }
}
