/** The windows of `atempo`: where each is taken from, and how they are laid over one another. */
import { cosTurns } from '../../dsp/circle.ts';

/** Length of a window in seconds: a few periods of low voices, and less than what is heard as an echo. */
const WINDOW_SECONDS = 0.046;
/** Places are first compared at every fourth sample, then one by one around the best. */
const COARSE = 4;
const BLOCK = 8192;

/** Stretches one stream. Samples are written and read in blocks; memory does not grow. */
export class TimeStretcher {
  private readonly tempo: number;
  /** Samples from one window to the next in the output: half of a window. */
  private readonly hop: number;
  /** How far a window may lie from where the tempo puts it. */
  private readonly reach: number;
  private readonly rising: Float64Array;
  private input: Float64Array[];
  /** Mean of the channels, which places are compared by. */
  private mono: Float64Array;
  /** Samples in `input`, and the number in the stream of the first of them. */
  private filled = 0;
  private base = 0;
  private readonly output: readonly Float64Array[];
  private readonly tails: readonly Float64Array[];
  private ready = 0;
  private taken = 0;
  private windows = 0;
  /** The position of the last window. */
  private last = 0;
  private isFinished = false;

  constructor(tempo: number, sampleRate: number, channels: number) {
    this.tempo = tempo;
    this.hop = Math.max(16, Math.round((sampleRate * WINDOW_SECONDS) / 2 / COARSE) * COARSE);
    this.reach = this.hop / 2;
    const newArrays = (length: number) =>
      Array.from({ length: channels }, () => new Float64Array(length));
    // cos² halves: the falling and the rising one sum to 1.
    this.rising = Float64Array.from(
      { length: this.hop },
      (_, i) => (1 - cosTurns((i + 0.5) / (2 * this.hop))) / 2,
    );
    this.input = newArrays(BLOCK);
    this.mono = new Float64Array(BLOCK);
    this.output = newArrays(this.hop);
    this.tails = newArrays(this.hop);
  }

  /** Takes `count` samples of each channel. All that can be read must be read before. */
  write(channels: readonly Float64Array[], count: number): void {
    this.reserve(count);
    for (const [c, samples] of channels.entries()) {
      this.input[c].set(samples.subarray(0, count), this.filled);
    }
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let c = 0; c < channels.length; c++) sum += channels[c][i];
      this.mono[this.filled + i] = sum;
    }
    this.filled += count;
  }

  /** No more is written; `total` samples are to come out in all: the input is taken to go on as silence. */
  finish(total: number): void {
    const end = Math.ceil(total * this.tempo) + 4 * this.hop + this.reach;
    const missing = end - this.base - this.filled;
    if (missing > 0) {
      this.reserve(missing);
      this.filled += missing;
    }
    this.isFinished = true;
  }

  /** Room for `count` more samples, all zero; what no window can reach any more goes. */
  private reserve(count: number): void {
    const first = Math.min(this.last + this.hop, this.nominal(this.windows) - this.reach);
    const unused = Math.max(0, Math.min(first - this.base, this.filled));
    const arrays = [...this.input, this.mono];
    const needed = this.filled - unused + count;
    const longer = needed > this.mono.length ? Math.max(needed, 2 * this.mono.length) : 0;
    const kept = arrays.map((samples) => {
      if (longer > 0) {
        const larger = new Float64Array(longer);
        larger.set(samples.subarray(unused, this.filled));
        return larger;
      }
      samples.copyWithin(0, unused, this.filled);
      return samples.fill(0, this.filled - unused);
    });
    this.mono = kept.pop()!;
    this.input = kept;
    this.filled -= unused;
    this.base += unused;
  }

  /** Where the tempo puts window `n`. */
  private nominal(n: number): number {
    return Math.round(n * this.hop * this.tempo);
  }

  /** Gives up to `count` samples of each channel; 0 when more input is needed. */
  read(channels: readonly Float64Array[], count: number): number {
    if (this.taken === this.ready && !this.next()) return 0;
    const given = Math.min(count, this.ready - this.taken);
    for (const [c, samples] of this.output.entries()) {
      channels[c].set(samples.subarray(this.taken, this.taken + given));
    }
    this.taken += given;
    return given;
  }

  /** Lays one more window over the tail of the one before; false if the input does not reach. */
  private next(): boolean {
    const { hop, reach, base } = this;
    const nominal = this.nominal(this.windows);
    const latest = Math.max(nominal + reach, this.last + hop);
    if (latest + 2 * hop > base + this.filled) {
      if (!this.isFinished) return false;
      if (nominal + 2 * hop > base + this.filled) return false;
    }
    const start = this.windows === 0 ? 0 : this.bestPlace(nominal, this.last + hop);
    for (const [c, samples] of this.input.entries()) {
      const at = start - base;
      const [output, tail] = [this.output[c], this.tails[c]];
      for (let i = 0; i < hop; i++) {
        const rise = this.windows === 0 ? 1 : this.rising[i];
        output[i] = tail[i] + samples[at + i] * rise;
        tail[i] = samples[at + hop + i] * this.rising[hop - 1 - i];
      }
    }
    this.last = start;
    this.windows++;
    this.ready = hop;
    this.taken = 0;
    return true;
  }

  /** The place within reach of `nominal` whose next half window is most like the one at `natural`. */
  private bestPlace(nominal: number, natural: number): number {
    const { reach, base, filled, hop } = this;
    const lowest = Math.max(base, nominal - reach);
    const highest = Math.min(nominal + reach, base + filled - 2 * hop);
    if (natural >= lowest && natural <= highest && this.tempo === 1) return natural;
    let best = Math.min(Math.max(nominal, lowest), highest);
    let bestValue = Number.NEGATIVE_INFINITY;
    for (let at = lowest; at <= highest; at += COARSE) {
      const value = this.likeness(natural - base, at - base, COARSE);
      if (value > bestValue) [best, bestValue] = [at, value];
    }
    const middle = best;
    bestValue = Number.NEGATIVE_INFINITY;
    const from = Math.max(lowest, middle - COARSE + 1);
    for (let at = from; at <= Math.min(highest, middle + COARSE - 1); at++) {
      const value = this.likeness(natural - base, at - base, 1);
      if (value > bestValue) [best, bestValue] = [at, value];
    }
    return best;
  }

  /** Correlation of two half windows over the energy of the second; every `step`-th sample counts. */
  private likeness(a: number, b: number, step: number): number {
    const { mono, hop } = this;
    let product = 0;
    let energy = 1e-12;
    for (let i = 0; i < hop; i += step) {
      const value = mono[b + i];
      product += mono[a + i] * value;
      energy += value * value;
    }
    return product / Math.sqrt(energy);
  }
}
