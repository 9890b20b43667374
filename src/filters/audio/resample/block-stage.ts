/** A stream of samples cut into blocks for `BlockResampler`: overlapping on the way in, side by side on the way out. */
import type { BlockResampler } from './block-resampler.ts';

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

  /** Takes up to `count` samples of each channel from `at` on, none while there is something to read; null is silence. Returns how many. */
  write(input: readonly Float64Array[] | null, at: number, count: number): number {
    if (this.readCount < this.readyCount) return 0;
    const taken = Math.min(count, this.input[0].length - this.filled);
    for (let c = 0; c < this.input.length; c++) {
      const target = this.input[c];
      if (input === null) target.fill(0, this.filled, this.filled + taken);
      else copy(input[c], at, target, this.filled, taken);
    }
    this.filled += taken;
    if (this.filled === this.input[0].length) this.convert();
    return taken;
  }

  /** Gives up to `count` samples of each channel. Returns how many; 0 when more must be written first. */
  read(output: readonly Float64Array[], at: number, count: number): number {
    const given = Math.min(count, this.readyCount - this.readCount);
    for (let c = 0; c < this.output.length; c++) {
      copy(this.output[c], this.readCount, output[c], at, given);
    }
    this.readCount += given;
    return given;
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

function copy(
  from: Float64Array,
  fromAt: number,
  to: Float64Array,
  toAt: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[toAt + i] = from[fromAt + i];
}
