/**
 * Loudness as EBU R 128 wants it measured: programme loudness and true peak (ITU-R BS.1770-5), momentary and short-term loudness (EBU
 * Tech 3341) and loudness range (EBU Tech 3342). Levels are in LUFS, silence is minus infinity.
 */
import { log2 } from '../base/exp-log.ts';
import { type Biquad, BiquadState, decibelsToGain, runBiquad } from './biquad.ts';
import { cosine, sine } from './circle.ts';
import { LevelHistogram } from './level-histogram.ts';
import { TruePeak } from './true-peak.ts';

/** Energies are added up over hundredths of a second. */
const STEPS_PER_SECOND = 100;
/** Momentary loudness is that of the last 400 ms, short-term loudness that of the last 3 s (Tech 3341 clause 2.2). */
const MOMENTARY_STEPS = 40;
const SHORT_TERM_STEPS = 300;
/** Blocks for gating begin every 100 ms: 400 ms with 75 % overlap (BS.1770-5 Annex 1). */
const GATING_STEPS = 10;
const CHUNK = 1024;

/** BS.1770-5 Annex 1, equation 2: LKFS of a mean square. */
export function loudnessOfEnergy(energy: number): number {
  return energy > 0 ? -0.691 + (10 * log2(energy)) / log2(10) : Number.NEGATIVE_INFINITY;
}

/**
 * The two stages of the K-weighting filter (BS.1770-5 Annex 1, tables 1 and 2) at any rate. The tables are for 48 kHz; these
 * are the analog filters behind them, brought back by the bilinear transform (B. De Man, "Evaluation of implementations of the
 * EBU R128 loudness measurement", AES 145, 2018).
 */
export function kWeighting(sampleRate: number): readonly [Biquad, Biquad] {
  const tangent = (frequency: number) => {
    const angle = (Math.PI * frequency) / sampleRate;
    return sine(angle) / cosine(angle);
  };
  const high = decibelsToGain(3.999843853973347);
  const band = decibelsToGain(3.999843853973347 * 0.4996667741545416);
  const q = 0.7071752369554196;
  const k = tangent(1681.974450955533);
  const a0 = 1 + k / q + k * k;
  const shelf = {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
  const lowQ = 0.5003270373238773;
  const l = tangent(38.13547087602444);
  const c0 = 1 + l / lowQ + l * l;
  const highPass = {
    b0: 1,
    b1: -2,
    b2: 1,
    a1: (2 * (l * l - 1)) / c0,
    a2: (1 - l / lowQ + l * l) / c0,
  };
  return [shelf, highPass];
}

/** Weight of a channel by its name: 0 for low frequency effects, 1.41 for surround channels, else 1 (BS.1770-5 Annex 1, table 3). */
export function channelWeight(name: string | undefined): number {
  if (name === 'LFE' || name === 'LFE2') return 0;
  return name !== undefined && /^(BL|BR|BC|SL|SR|TB[LCR]|SD[LR])$/.test(name) ? 1.41 : 1;
}

/** What a meter is made for. */
export interface LoudnessMeterOptions {
  readonly sampleRate: number;
  /** One for each channel; see `channelWeight`. */
  readonly weights: readonly number[];
  /** Whether true peaks are measured; they take most of the time. Default false. */
  readonly truePeak?: boolean;
}

/** A meter of one stream. Memory does not grow with its length: blocks are counted by level, in steps of 0.01 LU. */
export class LoudnessMeter {
  /** Loudness of the last 400 ms and 3 s; minus infinity before that much was heard. */
  momentary = Number.NEGATIVE_INFINITY;
  shortTerm = Number.NEGATIVE_INFINITY;
  /** Their maxima, over steps of 10 ms. */
  momentaryMax = Number.NEGATIVE_INFINITY;
  shortTermMax = Number.NEGATIVE_INFINITY;
  /** Largest magnitude of the samples of each channel. */
  readonly samplePeaks: Float64Array;
  /** Largest magnitude of each channel between samples as well; of what was pushed last in `lastTruePeaks`. */
  readonly truePeaks: Float64Array;
  readonly lastTruePeaks: Float64Array;
  private readonly sampleRate: number;
  private readonly weights: readonly number[];
  private readonly filters: readonly [Biquad, Biquad];
  private readonly states: readonly (readonly [BiquadState, BiquadState])[];
  private readonly peakMeters: readonly TruePeak[];
  private readonly scratch = new Float64Array(CHUNK);
  /** Energies of the last steps, the newest at `steps - 1` modulo the length. */
  private readonly ring = new Float64Array(SHORT_TERM_STEPS);
  private steps = 0;
  private stepEnergy = 0;
  private samples = 0;
  /** Where the step ends that is being added up. */
  private stepEnd: number;
  private readonly blocks = new LevelHistogram();
  private readonly shortTermBlocks = new LevelHistogram();

  constructor(options: LoudnessMeterOptions) {
    const { sampleRate, weights } = options;
    this.sampleRate = sampleRate;
    this.weights = weights;
    this.filters = kWeighting(sampleRate);
    this.states = weights.map(() => [new BiquadState(), new BiquadState()] as const);
    this.peakMeters = options.truePeak === true ? weights.map(() => new TruePeak(sampleRate)) : [];
    this.samplePeaks = new Float64Array(weights.length);
    this.truePeaks = new Float64Array(weights.length);
    this.lastTruePeaks = new Float64Array(weights.length);
    this.stepEnd = Math.round(sampleRate / STEPS_PER_SECOND);
  }

  /** How many steps of 10 ms were heard. */
  get stepCount(): number {
    return this.steps;
  }

  /** How many samples can be pushed before the next step of 10 ms ends. */
  get samplesToStep(): number {
    return this.stepEnd - this.samples;
  }

  /** Takes `count` samples of each channel from index `at` on. */
  push(input: readonly Float64Array[], at: number, count: number): void {
    this.measurePeaks(input, at, count);
    for (let done = 0; done < count; ) {
      const length = Math.min(count - done, this.samplesToStep, CHUNK);
      for (let c = 0; c < this.weights.length; c++) {
        if (this.weights[c] === 0) continue;
        const [first, second] = this.states[c];
        runBiquad(this.filters[0], first, input[c], at + done, this.scratch, 0, length);
        runBiquad(this.filters[1], second, this.scratch, 0, this.scratch, 0, length);
        this.stepEnergy += this.weights[c] * sumOfSquares(this.scratch, length);
      }
      this.samples += length;
      done += length;
      if (this.samples === this.stepEnd) this.endStep();
    }
  }

  private measurePeaks(input: readonly Float64Array[], at: number, count: number): void {
    for (let c = 0; c < this.weights.length; c++) {
      this.samplePeaks[c] = Math.max(this.samplePeaks[c], largestMagnitude(input[c], at, count));
      if (this.peakMeters.length === 0) continue;
      this.lastTruePeaks[c] = this.peakMeters[c].push(input[c], at, count);
      this.truePeaks[c] = this.peakMeters[c].peak;
    }
  }

  private endStep(): void {
    const { ring, sampleRate } = this;
    ring[this.steps % SHORT_TERM_STEPS] = this.stepEnergy;
    this.stepEnergy = 0;
    this.steps++;
    this.stepEnd = Math.round(((this.steps + 1) * sampleRate) / STEPS_PER_SECOND);
    if (this.steps >= MOMENTARY_STEPS) {
      const energy = this.meanOfLast(MOMENTARY_STEPS);
      this.momentary = loudnessOfEnergy(energy);
      this.momentaryMax = Math.max(this.momentaryMax, this.momentary);
      if (this.steps % GATING_STEPS === 0) this.blocks.add(this.momentary, energy);
    }
    if (this.steps >= SHORT_TERM_STEPS) {
      const energy = this.meanOfLast(SHORT_TERM_STEPS);
      this.shortTerm = loudnessOfEnergy(energy);
      this.shortTermMax = Math.max(this.shortTermMax, this.shortTerm);
      if (this.steps % GATING_STEPS === 0) this.shortTermBlocks.add(this.shortTerm, energy);
    }
  }

  /**
   * Loudness of the last `count` steps of 10 ms, 1 to 300, in those tenths of a second, counted back from the end, that are louder than `gate`; minus
   * infinity if none is.
   */
  loudnessOfLastAbove(count: number, gate: number): number {
    const steps = Math.min(count, this.steps, SHORT_TERM_STEPS);
    let sum = 0;
    let taken = 0;
    for (let end = this.steps; end - GATING_STEPS >= this.steps - steps; end -= GATING_STEPS) {
      let energy = 0;
      for (let i = end - GATING_STEPS; i < end; i++) energy += this.ring[i % SHORT_TERM_STEPS];
      energy *= STEPS_PER_SECOND / (this.sampleRate * GATING_STEPS);
      if (loudnessOfEnergy(energy) <= gate) continue;
      sum += energy;
      taken++;
    }
    return taken === 0 ? Number.NEGATIVE_INFINITY : loudnessOfEnergy(sum / taken);
  }

  private meanOfLast(count: number): number {
    let sum = 0;
    for (let i = this.steps - count; i < this.steps; i++) sum += this.ring[i % SHORT_TERM_STEPS];
    return (sum * STEPS_PER_SECOND) / (this.sampleRate * count);
  }

  /** The relative gate: 10 LU below the loudness of all blocks above -70 LUFS; -70 if there is none (BS.1770-5, equation 6). */
  get threshold(): number {
    return this.blocks.count === 0 ? -70 : loudnessOfEnergy(this.blocks.meanEnergy) - 10;
  }

  /** Programme loudness: of the blocks above both gates (BS.1770-5, equation 7). */
  get integrated(): number {
    return loudnessOfEnergy(this.blocks.meanEnergyAbove(this.threshold));
  }

  /** The relative gate of the loudness range: 20 LU below the loudness of all short-term blocks above -70 LUFS. */
  get rangeThreshold(): number {
    const { count, meanEnergy } = this.shortTermBlocks;
    return count === 0 ? -70 : loudnessOfEnergy(meanEnergy) - 20;
  }

  /** Levels of the 10th and the 95th part in a hundred of the short-term blocks above the gates (Tech 3342 clause 3). */
  get rangeLimits(): { readonly low: number; readonly high: number } {
    const threshold = this.rangeThreshold;
    return {
      low: this.shortTermBlocks.percentile(threshold, 0.1),
      high: this.shortTermBlocks.percentile(threshold, 0.95),
    };
  }

  /** Loudness range in LU; 0 if no block is above the gates. */
  get range(): number {
    const { low, high } = this.rangeLimits;
    return high - low;
  }
}

function sumOfSquares(samples: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += samples[i] * samples[i];
  return sum;
}

function largestMagnitude(samples: Float64Array, at: number, count: number): number {
  let highest = 0;
  for (let i = at; i < at + count; i++) {
    if (samples[i] > highest) highest = samples[i];
    else if (-samples[i] > highest) highest = -samples[i];
  }
  return highest;
}
