/** A stream of samples cut into blocks for `BlockResampler`: overlapping on the way in, side by side on the way out. */
import type { BlockResampler } from './block-resampler.ts';

/** A part of arrays of the channels: `count` samples from `at` on. */
export interface Span {
  readonly arrays: readonly Float64Array[];
  readonly at: number;
  readonly count: number;
}

/**
 * Samples are written until the blocks are full, then read until they are empty. Two blocks are converted at a time, so that a
 * channel without a partner is its own: one block of it is the real part, the next the imaginary one.
 */
export class BlockStage {
  private readonly blocks: BlockResampler;
  private readonly input: readonly Float64Array[];
  private readonly output: readonly Float64Array[];
  /** Samples in `input`. */
  private filled: number;
  /** Samples in `output` that were read, and how many there are. */
  private readCount = 0;
  private readyCount = 0;

  constructor(blocks: BlockResampler, channels: number) {
    const { inHop, inPad, outHop } = blocks.plan;
    this.blocks = blocks;
    const newArrays = (length: number) =>
      Array.from({ length: channels }, () => new Float64Array(length));
    this.input = newArrays(2 * (inHop + inPad));
    this.output = newArrays(2 * outHop);
    // Before the first sample there is silence.
    this.filled = inPad;
  }

  /** The span where samples may be written; empty while there is something to read. */
  get writable(): Span {
    const count = this.readCount < this.readyCount ? 0 : this.input[0].length - this.filled;
    return { arrays: this.input, at: this.filled, count };
  }

  /** Says that `count` samples were written there. */
  wrote(count: number): void {
    this.filled += count;
    if (this.filled === this.input[0].length) this.convert();
  }

  /** What can be read; nothing when more must be written first. */
  get readable(): Span {
    return { arrays: this.output, at: this.readCount, count: this.readyCount - this.readCount };
  }

  /** Says that `count` samples were read. */
  took(count: number): void {
    this.readCount += count;
  }

  private convert(): void {
    const { blocks, input, output } = this;
    const { inHop, outHop } = blocks.plan;
    const channels = input.length;
    for (let c = 0; c + 1 < channels; c += 2) {
      const [x, y, u, v] = [input[c], input[c + 1], output[c], output[c + 1]];
      blocks.run(x, 0, y, 0, u, 0, v, 0);
      blocks.run(x, inHop, y, inHop, u, outHop, v, outHop);
    }
    if ((channels & 1) === 1) {
      const [x, u] = [input[channels - 1], output[channels - 1]];
      blocks.run(x, 0, x, inHop, u, 0, u, outHop);
    }
    for (const samples of input) samples.copyWithin(0, 2 * inHop);
    this.filled -= 2 * inHop;
    this.readCount = 0;
    this.readyCount = 2 * outHop;
  }
}

/** Copies `count` samples of each channel. */
export function copySpan(
  from: readonly Float64Array[],
  fromAt: number,
  to: readonly Float64Array[],
  toAt: number,
  count: number,
): void {
  for (let c = 0; c < from.length; c++) {
    to[c].set(from[c].subarray(fromAt, fromAt + count), toAt);
  }
}
