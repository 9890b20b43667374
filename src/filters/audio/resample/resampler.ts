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
import { BlockStage } from './block-stage.ts';
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

/**
 * A converter of one stream. Samples are doubles, one array a channel. Memory is allocated once and does not depend on the
 * length of the stream.
 */
export class Resampler {
  readonly from: number;
  readonly to: number;
  readonly channels: number;
  private readonly blocks: BlockStage;
  /** For ratios that the blocks do not have: they double the rate, and this does the rest. */
  private readonly interpolator: Interpolator | null;
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
  }

  /**
   * Takes up to `count` samples of each channel, from index `at` on. Returns how many; fewer, or none, while there is output
   * that must be read first.
   */
  write(input: readonly Float64Array[], at: number, count: number): number {
    const taken = this.blocks.write(input, at, count);
    this.written += taken;
    return taken;
  }

  /** Says that there is no more input, so that `read` gives all that is left. */
  finish(): void {
    this.finished = true;
  }

  /** How many output samples there are in all for what was written so far. */
  get total(): number {
    return scaleByFraction(this.written, this.to, this.from);
  }

  /**
   * Gives up to `count` samples of each channel, written from index `at` on. Returns how many; 0 when more input is needed, or,
   * after `finish`, at the end.
   */
  read(output: readonly Float64Array[], at: number, count: number): number {
    const wanted = this.finished ? Math.min(count, this.total - this.given) : count;
    let done = 0;
    while (done < wanted) {
      const got = this.readStages(output, at + done, wanted - done);
      done += got;
      if (got > 0) continue;
      if (!this.finished) break;
      this.blocks.write(null, 0, Number.POSITIVE_INFINITY);
    }
    this.given += done;
    return done;
  }

  private readStages(output: readonly Float64Array[], at: number, count: number): number {
    const { blocks, interpolator } = this;
    if (interpolator === null) return blocks.read(output, at, count);
    for (;;) {
      const got = interpolator.read(output, at, count);
      if (got > 0) return got;
      const { arrays, at: to } = interpolator.target;
      const moved = blocks.read(arrays, to, interpolator.room);
      if (moved === 0) return 0;
      interpolator.wrote(moved);
    }
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
