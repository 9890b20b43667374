/**
 * Sound at another sample rate. Band-limited: what both rates can hold passes unchanged up to 0.91 of the lower half rate, what
 * they cannot is 180 dB down. The ratio is exact, the delay is zero, and there are as many output samples as the ratio says, to the
 * nearest. Before and after the sound there is silence.
 */
import { ConfigError, requireInteger } from '../../../base/errors.ts';
import { gcd } from '../../../base/math.ts';
import { scaleByFraction } from '../../../base/rational.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { BlockResampler, RESAMPLE_KERNELS } from './block-resampler.ts';
import { BlockStage, copySpan, type Span } from './block-stage.ts';
import { Interpolator } from './interpolator.ts';

/** Rates are in samples per second, 1 to 2^28 each. */
export interface ResamplerOptions {
  readonly from: number;
  readonly to: number;
  readonly channels: number;
  /**
   * Whether vector instructions are used where the engine has them; default true. Where no code may be made at run time, the
   * `WebAssembly.Module` of `vitrine/kernels.wasm`. The samples are the same in each case.
   */
  readonly vectorKernels?: VectorKernels;
}

const WHERE = 'resampler';
const MAX_RATE = 1 << 28;
const CHUNK = 2048;

/**
 * A converter of one stream. Samples are doubles, one array a channel. Memory is allocated once and does not depend on the
 * length of the stream. Write and read by turns: each gives or takes as much as it can.
 */
export class Resampler {
  readonly from: number;
  readonly to: number;
  readonly channels: number;
  private readonly blocks: BlockStage;
  /** For ratios that the blocks do not have: they double the rate, and this does the rest. */
  private readonly interpolator: Interpolator | null;
  /** Samples of the interpolator that were not read yet. */
  private readonly interpolatedSamples: readonly Float64Array[];
  private interpolatedAt = 0;
  private interpolatedCount = 0;
  private written = 0;
  private given = 0;
  private finished = false;

  /** Throws `ConfigError` for rates and channels out of range. */
  constructor(options: ResamplerOptions) {
    this.from = requireInteger(`${WHERE}.from`, options.from, 1, MAX_RATE);
    this.to = requireInteger(`${WHERE}.to`, options.to, 1, MAX_RATE);
    this.channels = requireInteger(`${WHERE}.channels`, options.channels, 1, 1024);
    const { from, to, channels } = this;
    const vectorKernels = RESAMPLE_KERNELS.requireKernels(
      `${WHERE}.vectorKernels`,
      options.vectorKernels ?? true,
    );
    const divisor = gcd(from, to);
    const direct = BlockResampler.create({
      up: to / divisor,
      down: from / divisor,
      band: 1,
      vectorKernels,
    });
    const band = Math.min(1, to / from);
    const blocks = direct ?? BlockResampler.create({ up: 2, down: 1, band, vectorKernels });
    if (blocks === undefined) {
      const detail = `got ${from} to ${to} Hz: the filter of so large a ratio is too long, allowed are ratios up to 200`;
      throw new ConfigError(`${WHERE}.to`, detail);
    }
    this.blocks = new BlockStage(blocks, channels);
    this.interpolator = direct === undefined ? new Interpolator(2 * from, to, channels) : null;
    const chunk = this.interpolator === null ? 0 : CHUNK;
    this.interpolatedSamples = Array.from({ length: channels }, () => new Float64Array(chunk));
  }

  /** The spans where samples of each channel may be written, to save a copy; empty while there is output that must be read first. */
  get writable(): Span {
    return this.blocks.writable;
  }

  /** Says that `count` samples of each channel were written there. */
  wrote(count: number): void {
    this.written += count;
    this.blocks.wrote(count);
  }

  /**
   * Takes up to `count` samples of each channel, from index `at` on. Returns how many; fewer, or none, while there is output
   * that must be read first.
   */
  write(input: readonly Float64Array[], at: number, count: number): number {
    const target = this.writable;
    const taken = Math.min(count, target.count);
    copySpan(input, at, target.arrays, target.at, taken);
    this.wrote(taken);
    return taken;
  }

  /** Says that there is no more input, so that all that is left can be read. */
  finish(): void {
    this.finished = true;
  }

  /** How many output samples there are in all for what was written so far. */
  get total(): number {
    return scaleByFraction(this.written, this.to, this.from);
  }

  /** The spans that can be read, valid until the next call; empty when more input is needed, or, after `finish`, at the end. */
  get readable(): Span {
    const left = this.finished ? this.total - this.given : Number.POSITIVE_INFINITY;
    while (left > 0) {
      const span = this.interpolator === null ? this.blocks.readable : this.interpolated();
      if (span.count > 0) return { ...span, count: Math.min(span.count, left) };
      if (!this.finished) break;
      // Behind the sound there is silence.
      const { arrays, at, count } = this.blocks.writable;
      for (const samples of arrays) samples.fill(0, at, at + count);
      this.blocks.wrote(count);
    }
    return { arrays: this.interpolatedSamples, at: 0, count: 0 };
  }

  /** Says that `count` samples of each channel were read. */
  took(count: number): void {
    this.given += count;
    if (this.interpolator === null) this.blocks.took(count);
    else {
      this.interpolatedAt += count;
      this.interpolatedCount -= count;
    }
  }

  /** Gives up to `count` samples of each channel, written from index `at` on. Returns how many; see `readable`. */
  read(output: readonly Float64Array[], at: number, count: number): number {
    let done = 0;
    while (done < count) {
      const span = this.readable;
      const length = Math.min(span.count, count - done);
      if (length === 0) break;
      copySpan(span.arrays, span.at, output, at + done, length);
      this.took(length);
      done += length;
    }
    return done;
  }

  private interpolated(): Span {
    const { blocks, interpolatedSamples: arrays } = this;
    const interpolator = this.interpolator!;
    while (this.interpolatedCount === 0) {
      this.interpolatedAt = 0;
      this.interpolatedCount = interpolator.read(arrays, 0, arrays[0].length);
      if (this.interpolatedCount > 0) break;
      const source = blocks.readable;
      const target = interpolator.target;
      const moved = Math.min(source.count, interpolator.room);
      if (moved === 0) break;
      copySpan(source.arrays, source.at, target.arrays, target.at, moved);
      blocks.took(moved);
      interpolator.wrote(moved);
    }
    return { arrays, at: this.interpolatedAt, count: this.interpolatedCount };
  }
}

/** Whole channels at another rate; see `Resampler`. */
export function resample(
  input: readonly Float64Array[],
  options: Omit<ResamplerOptions, 'channels'>,
): Float64Array[] {
  const resampler = new Resampler({ ...options, channels: input.length });
  const length = input[0].length;
  const total = scaleByFraction(length, resampler.to, resampler.from);
  const output = input.map(() => new Float64Array(total));
  let taken = 0;
  let given = 0;
  while (given < total) {
    taken += resampler.write(input, taken, length - taken);
    if (taken === length) resampler.finish();
    given += resampler.read(output, given, total - given);
  }
  return output;
}
