/**
 * How much noise the ear lets pass: the model of the ear of ITU-R BS.1387 (clauses 2.1.2 to 2.1.8 of its annex 2, the FFT
 * version), run on the block that is about to be coded.
 *
 *   spectrum of 2048 samples  →  energies in bands of a quarter Bark
 *   weighting by the outer and middle ear, internal noise added
 *   spreading along the basilar membrane, louder sounds further upwards
 *   forward masking from the blocks before
 *   masked threshold: 3 to 6 dB below; and, for a share of the weight, 3 to 6 dB below the band's own energy
 *
 * The result is a weight for each line: 1 / (masked threshold of its quarter-Bark band), in the units of the MDCT, so
 * that weight times squared error, summed over all lines, is the sum of the noise-to-mask ratios of all bands.
 */
import { clip3 } from '../../../base/math.ts';
import { fastExp2, fastLog2 } from '../../../dsp/logarithm.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import type { Tuning } from './tuning.ts';

const BLOCK = 2 * FRAME_LENGTH;
/** Width of a band, Bark (BS.1387, FFT version, resolution of the basic version). */
const BAND_BARK = 0.25;
/** From here on `Tuning.trebleWeight` counts. */
const TREBLE_HZ = 4000;
const DB_TO_LOG2 = Math.log2(10) / 10;
/** Sound pressure level of a full-scale sine, dB (BS.1387 clause 2.1.3). */
const FULL_SCALE_LEVEL = 92;
/** Slope of the spreading function towards lower frequencies, dB/Bark (BS.1387 clause 2.1.7). */
const LOWER_SLOPE = 27;
/** Spread energies add as their power of 0.4 (BS.1387 clause 2.1.7). */
const ADDITION_POWER = 0.4;
/** Slopes are looked up in steps of 1 / this, log2 of energy per band: at most 0.5 dB over 30 bands. */
const SLOPE_STEPS = 128;
/** Steepest upper slope that is told apart, log2 of energy per band: -96 dB/Bark. */
const STEEPEST = -8;
/** A source is followed upwards until it is this part of what it was, as a power of 0.4: 55 dB. */
const SPREAD_FLOOR = 0.006;
/** Energy of white noise in a Hann-windowed FFT line against that in an MDCT line of clause 4.6.11.3.1: 3N/8 to N. */
const FFT_TO_MDCT = 0.375;

/** z = 7 asinh(f/650), Schroeder's approximation of the Bark scale (BS.1387 clause 2.1.5). */
export function bark(frequency: number): number {
  const x = frequency / 650;
  return 7 * Math.log(x + Math.sqrt(x * x + 1));
}

/** Weighting of the outer and middle ear, dB (BS.1387 clause 2.1.4); frequency in Hz. */
function earWeight(frequency: number): number {
  const kHz = Math.max(frequency, 20) / 1000;
  const resonance = kHz - 3.3;
  return (
    -0.6 * 3.64 * kHz ** -0.8 + 6.5 * Math.exp(-0.6 * resonance * resonance) - 0.001 * kHz ** 3.6
  );
}

/** Energy that the blood flow adds, dB (BS.1387 clause 2.1.6); frequency in Hz. */
export function internalNoise(frequency: number): number {
  return 0.4 * 3.64 * (Math.max(frequency, 20) / 1000) ** -0.8;
}

/** Offset of the masked threshold below the excitation, dB (BS.1387 clause 4.1). */
export function maskingOffset(z: number): number {
  return z <= 12 ? 3 : 0.25 * z;
}

/** The part of the model that stays the same from block to block, for one sample rate. Tables are rounded to float32. */
export class EarModel {
  readonly numBands: number;
  /** Band => its first line in a block of 2048; `numBands` + 1 values. */
  readonly firstLine: Uint16Array;
  /** Line => factor of its energy: ear weighting and calibration to sound pressure. */
  readonly lineGain = new Float64Array(FRAME_LENGTH);
  /** Band => internal noise energy. */
  readonly noise: Float64Array;
  /** Band => the part of the upper slope that does not depend on the level, log2 of energy per band. */
  readonly upperSlope: Float64Array;
  /** Band => 1 / (spread energy of a flat spectrum), to undo the gain of spreading. */
  readonly normalization: Float64Array;
  /** Band => masked threshold over excitation, an energy ratio, with `Tuning.widthExponent` and `Tuning.trebleWeight`. */
  readonly thresholdRatio: Float64Array;
  /** Band => how much of the excitation before is left after one frame. */
  readonly decay: Float64Array;
  readonly lowerFactor: number;
  /** `Tuning.ownShare`. */
  readonly ownShare: number;
  /** Steps of upper slope => what one band upwards leaves of a spread source, as a power of 0.4. */
  readonly upperFactor = new Float64Array(-STEEPEST * SLOPE_STEPS + 1);
  /** Steps of upper slope => share of a source's energy that stays in its band, as a power of 0.4. */
  readonly sourceShare = new Float64Array(-STEEPEST * SLOPE_STEPS + 1);
  /** Scratch of `spread`: sources and what a band upwards leaves of them, and a zero, so that there is an even number. */
  readonly compressed: Float64Array;
  readonly factors: Float64Array;

  constructor(sampleRate: number, tuning: Tuning) {
    const lineWidth = sampleRate / BLOCK;
    // Bands hold at least one line; where a quarter Bark is less than a line, they are wider.
    let band = -1;
    let bandEnd = 0;
    const centers: number[] = [];
    const firstLine: number[] = [];
    const widths: number[] = [];
    for (let line = 0; line < FRAME_LENGTH; line++) {
      const low = line * lineWidth;
      if (bark(low + lineWidth / 2) >= bandEnd) {
        band++;
        const z = Math.max(bandEnd, bark(low));
        bandEnd = z + BAND_BARK;
        widths.push(0);
        firstLine.push(line);
        centers.push(0);
      }
      widths[band] += lineWidth;
      centers[band] = bark(low + lineWidth - widths[band] / 2);
      // A full-scale sine of the Hann window peaks at (32768 · N/4)².
      const calibration = FULL_SCALE_LEVEL - 20 * Math.log10((32768 * BLOCK) / 4);
      this.lineGain[line] = Math.fround(
        10 ** ((earWeight(low + lineWidth / 2) + calibration) / 10),
      );
    }
    const numBands = band + 1;
    this.numBands = numBands;
    this.ownShare = tuning.ownShare;
    this.firstLine = Uint16Array.of(...firstLine, FRAME_LENGTH);
    this.noise = new Float64Array(numBands);
    this.upperSlope = new Float64Array(numBands);
    this.thresholdRatio = new Float64Array(numBands);
    this.decay = new Float64Array(numBands);
    this.compressed = new Float64Array(numBands + 1);
    this.factors = new Float64Array(numBands + 1);
    this.normalization = new Float64Array(numBands).fill(1);
    this.lowerFactor = Math.fround(10 ** ((-LOWER_SLOPE * BAND_BARK * ADDITION_POWER) / 10));
    this.tabulateSlopes();
    const hop = FRAME_LENGTH / sampleRate;
    for (let b = 0; b < numBands; b++) {
      const frequency = 650 * Math.sinh(centers[b] / 7);
      this.noise[b] = Math.fround(10 ** (internalNoise(frequency) / 10));
      this.upperSlope[b] = Math.fround((-24 - 230 / frequency) * BAND_BARK * DB_TO_LOG2);
      // The width of a band against that of the one at 1 kHz.
      const width = widths[b] / 43;
      const treble = frequency < TREBLE_HZ ? 1 : tuning.trebleWeight;
      this.thresholdRatio[b] = Math.fround(
        (10 ** (-maskingOffset(centers[b]) / 10) * width ** (tuning.widthExponent - 1)) / treble,
      );
      const tau = 0.008 + (100 / Math.max(100, frequency)) * (0.03 - 0.008);
      this.decay[b] = Math.fround(Math.exp(-hop / tau));
    }
    const flat = new Float64Array(numBands).fill(1);
    const spreadFlat = new Float64Array(numBands);
    this.spread(flat, spreadFlat);
    for (let b = 0; b < numBands; b++) this.normalization[b] = Math.fround(1 / spreadFlat[b]);
  }

  /** Fills `upperFactor` and `sourceShare`. */
  private tabulateSlopes(): void {
    for (let step = 0; step < this.upperFactor.length; step++) {
      const slope = Math.min(-0.05, -step / SLOPE_STEPS);
      const upperRatio = 2 ** slope;
      this.upperFactor[step] = Math.fround(2 ** (ADDITION_POWER * slope));
      // The source's energy is shared over its slopes: 27 dB/Bark is a factor 0.211 a band.
      const total = 1.2677 + upperRatio / (1 - upperRatio);
      this.sourceShare[step] = Math.fround(total ** -ADDITION_POWER);
    }
  }

  /**
   * Spreads band energies, BS.1387 clause 2.1.7: downwards with a fixed slope, upwards with one that is flatter for
   * louder sounds; each source keeps its energy, contributions add as powers of 0.4.
   */
  spread(energy: Float64Array, out: Float64Array): void {
    const { numBands, compressed, factors, upperSlope, upperFactor, sourceShare } = this;
    const { lowerFactor, normalization } = this;
    out.fill(0, 0, numBands);
    for (let b = 0; b < numBands; b++) {
      const log = fastLog2(energy[b]);
      // 0.2 · L dB/Bark of the level L, log2 of energy per band.
      const slope = upperSlope[b] + 0.2 * BAND_BARK * log;
      const step = (0.5 - SLOPE_STEPS * clip3(STEEPEST, 0, slope)) | 0;
      compressed[b] = fastExp2(ADDITION_POWER * log) * sourceShare[step];
      factors[b] = upperFactor[step];
    }
    // Upwards two sources at a time, whose products do not wait for one another; each target still adds them in order.
    for (let b = 0; b < numBands; b += 2) {
      const factor0 = factors[b];
      const factor1 = factors[b + 1];
      const floor0 = compressed[b] * SPREAD_FLOOR;
      const floor1 = compressed[b + 1] * SPREAD_FLOOR;
      let value0 = compressed[b] * factor0;
      let value1 = compressed[b + 1] * factor1;
      if (b + 1 < numBands && value0 > floor0) {
        out[b + 1] += value0;
        value0 *= factor0;
      }
      let target = b + 2;
      for (; target < numBands && value0 > floor0 && value1 > floor1; target++) {
        out[target] = out[target] + value0 + value1;
        value0 *= factor0;
        value1 *= factor1;
      }
      for (let t = target; t < numBands && value0 > floor0; t++) {
        out[t] += value0;
        value0 *= factor0;
      }
      for (let t = target; t < numBands && value1 > floor1; t++) {
        out[t] += value1;
        value1 *= factor1;
      }
    }
    let below = 0;
    for (let b = numBands - 1; b >= 0; b--) {
      below = compressed[b] + below * lowerFactor;
      const sum = out[b] + below;
      out[b] = sum * sum * Math.sqrt(sum) * normalization[b];
    }
  }
}

/** The ear's state for one channel. */
export class ChannelEar {
  private readonly model: EarModel;
  /** Energies of the bands of the block, as `Transforms.bandEnergies` gives them. */
  readonly energy: Float64Array;
  private readonly excitation: Float64Array;
  /** Low-passed excitation of the blocks before. */
  private readonly smoothed: Float64Array;
  /** Band => 1 / (masked threshold) of the block before, in the ear's units. */
  private readonly earlier: Float64Array;
  /** Band => weight of noise in the ear's units. */
  private readonly weights: Float64Array;

  /** @param energy of the bands of a block, as `Transforms.bandEnergies` gives them */
  constructor(model: EarModel, energy: Float64Array = new Float64Array(model.numBands)) {
    this.model = model;
    this.energy = energy;
    this.excitation = new Float64Array(model.numBands);
    this.smoothed = new Float64Array(model.numBands);
    this.earlier = new Float64Array(model.numBands);
    this.weights = new Float64Array(model.numBands);
  }

  /**
   * Takes `energy` (one block later than the last call) and computes the weight of noise in each band.
   *
   * The noise of a block begins with it. If the sound does not, its first half is heard against the block before: so a share
   * of that block's weight is added. A sine window's noise has a tenth of its energy in the frame before (seen
   * through a Hann window, BS.1387).
   * @param earlierShare share of the weight of the block before, 0 if this block's window shuts it out
   */
  update(earlierShare: number): void {
    const { model, energy, excitation, smoothed, earlier, weights } = this;
    const { numBands, thresholdRatio, decay, ownShare } = model;
    model.spread(energy, excitation);
    for (let b = 0; b < numBands; b++) {
      const now = excitation[b];
      const kept = decay[b] * smoothed[b] + (1 - decay[b]) * now;
      smoothed[b] = kept;
      const inverse =
        (FFT_TO_MDCT / thresholdRatio[b]) * (1 / Math.max(kept, now) + ownShare / energy[b]);
      weights[b] = inverse + earlierShare * earlier[b];
      earlier[b] = inverse;
    }
  }

  /** @param out receives 1024 weights for errors of long MDCT lines */
  lineWeights(out: Float64Array): void {
    const { weights } = this;
    const { numBands, firstLine, lineGain } = this.model;
    for (let b = 0; b < numBands; b++) {
      const weight = weights[b];
      const end = firstLine[b + 1];
      for (let k = firstLine[b]; k < end; k++) out[k] = lineGain[k] * weight;
    }
  }

  /**
   * The means of the weights of the lines of scale factor bands: what `lineWeights` gives, summed without a store.
   * @param swb_offset of long windows, `numSfb` + 1 used
   * @param out receives `numSfb` means
   */
  meanWeights(swb_offset: Uint16Array, numSfb: number, out: Float64Array): void {
    const { weights } = this;
    const { firstLine, lineGain } = this.model;
    let b = 0;
    for (let sfb = 0; sfb < numSfb; sfb++) {
      const start = swb_offset[sfb];
      const end = swb_offset[sfb + 1];
      let sum = 0;
      for (let k = start; k < end; ) {
        const bandEnd = firstLine[b + 1];
        const runEnd = bandEnd < end ? bandEnd : end;
        const weight = weights[b];
        for (; k < runEnd; k++) sum += lineGain[k] * weight;
        if (bandEnd <= end) b++;
      }
      out[sfb] = sum / (end - start);
    }
  }
}
