/**
 * The shape of the window's slopes. A sine window separates near neighbors better (dense harmonics), a Kaiser-Bessel derived one
 * keeps far lines out of each other (few strong tones). Which one is better for a sound is found by trying both: the
 * bits that each one's spectrum would take for the same noise, with a memory, since a shape lasts from frame to frame.
 *
 * Gain against sine windows alone: see docs/aac/05-measurements.md.
 */
import { fastLog2 } from '../../../dsp/logarithm.ts';
import { KBD_WINDOW, SINE_WINDOW } from '../standard/window-sequence.ts';

/** The share of the score that is left after a trial. */
const MEMORY = 0.5;
/** Frames from one trial to the next: each costs two transforms a channel. */
const TRIAL_PERIOD = 8;

/** Decides for one element. */
export class ShapeChooser {
  private score = 0;
  private shape = SINE_WINDOW;
  private wait = 0;

  /** The shape in force. */
  get current(): number {
    return this.shape;
  }

  /** Counts a frame; true if it is one to try both shapes on. */
  isDue(): boolean {
    this.wait = (this.wait + 1) % TRIAL_PERIOD;
    return this.wait === 0;
  }

  /**
   * @param kbdBits estimated bits of the frame with Kaiser-Bessel derived windows, `sineBits` with sine windows
   * @param margin bits that the other shape must be better by
   */
  choose(sineBits: number, kbdBits: number, margin: number): number {
    this.score = MEMORY * this.score + (1 - MEMORY) * (kbdBits - sineBits);
    if (this.score < -margin) this.shape = KBD_WINDOW;
    else if (this.score > margin) this.shape = SINE_WINDOW;
    return this.shape;
  }
}

/**
 * Estimated bits of `count` lines whose noise is worth `noise` each: the sum of log2(1 + weight·x²/noise)/2. Four factors share
 * one logarithm.
 * @param count a multiple of 4
 */
export function estimateBits(
  spectrum: Float64Array,
  weights: Float64Array,
  count: number,
  noise: number,
): number {
  const scale = 1 / noise;
  let sum = 0;
  for (let i = 0; i < count; i += 4) {
    const a = spectrum[i];
    const b = spectrum[i + 1];
    const c = spectrum[i + 2];
    const d = spectrum[i + 3];
    const product =
      (1 + a * a * weights[i] * scale) *
      (1 + b * b * weights[i + 1] * scale) *
      (1 + c * c * weights[i + 2] * scale) *
      (1 + d * d * weights[i + 3] * scale);
    sum += product < 1e38 ? fastLog2(product) : 126;
  }
  return 0.5 * sum;
}
