/**
 * Samples that are white or black may become whiter or blacker: the decoder cuts them. So such samples are free in one direction, and the
 * block is moved to where its coefficients are nearer to coded levels: transform, round, transform back, and let each free sample follow
 * as far as it may, a few times over (projection onto convex sets). Ringing of text on white then happens above white, where
 * nobody sees it.
 */
import { cosine, forwardDct, type RealLevels, type TransformFactors } from './forward-dct.ts';

/** Level-shifted samples from which on a sample counts as white, or down to which as black. */
const WHITE = 126.75;
const BLACK = -127.75;
/** How far beyond white and black samples may go. More gives overflow of 8-bit paths in old decoders no room. */
const REACH = 60;
/** Rounds of projection. */
const ROUNDS = 4;
/** Real levels below this round to zero, as the trellis will mostly decide. */
const DEAD_ZONE = 0.6;

/** Columns of the one-dimensional inverse transform: by 8 * u + x, C(u) / 2 * cos((2 x + 1) u pi / 16). */
const BASIS = /* @__PURE__ */ Float64Array.from({ length: 64 }, (_, i) => {
  const u = i >> 3;
  const x = i & 7;
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * cosine((2 * x + 1) * u);
});

/** Moves blocks of one component; scratch of its own. */
export class Deringing {
  private readonly factors: TransformFactors;
  private readonly block = new Float32Array(64);
  private readonly source = new Float32Array(64);
  private readonly rows = new Float64Array(64);
  private readonly coefficients = new Float64Array(64);

  constructor(factors: TransformFactors) {
    this.factors = factors;
  }

  /**
   * Gives the block at `from` other real levels, if it has free samples beside others.
   * @param work 64 elements of scratch
   * @param out has the block as its number `number`; replaced
   */
  apply(
    samples: Float32Array,
    from: number,
    stride: number,
    work: Float64Array,
    out: RealLevels,
    number: number,
  ): void {
    let free = 0;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const sample = samples[from + y * stride + x]!;
        if (sample >= WHITE || sample <= BLACK) free++;
      }
    }
    if (free === 0 || free === 64) return;
    const { source, block } = this;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) source[8 * y + x] = samples[from + y * stride + x]!;
    }
    block.set(source);
    for (let round = 0; round < ROUNDS; round++) {
      this.reconstruct(out.levels, 64 * number);
      this.follow();
      forwardDct(block, 0, 8, this.factors, work, out, number);
    }
  }

  /** The samples that the rounded levels make, into `coefficients`. */
  private reconstruct(levels: Float32Array, at: number): void {
    const { coefficients, rows } = this;
    const { steps } = this.factors;
    for (let i = 0; i < 64; i++) {
      const level = levels[at + i]!;
      const rounded = i > 0 && Math.abs(level) < DEAD_ZONE ? 0 : Math.round(level);
      coefficients[i] = rounded * steps[i]!;
    }
    for (let v = 0; v < 8; v++) {
      for (let x = 0; x < 8; x++) {
        let sum = 0;
        for (let u = 0; u < 8; u++) sum += coefficients[8 * v + u]! * BASIS[8 * u + x]!;
        rows[8 * v + x] = sum;
      }
    }
    for (let x = 0; x < 8; x++) {
      for (let y = 0; y < 8; y++) {
        let sum = 0;
        for (let v = 0; v < 8; v++) sum += rows[8 * v + x]! * BASIS[8 * v + y]!;
        coefficients[8 * y + x] = sum;
      }
    }
  }

  /** Free samples go to where the reconstruction has them, within their reach. */
  private follow(): void {
    const { source, block, coefficients } = this;
    for (let i = 0; i < 64; i++) {
      const value = source[i]!;
      if (value >= WHITE) block[i] = Math.min(value + REACH, Math.max(value, coefficients[i]!));
      else if (value <= BLACK)
        block[i] = Math.max(value - REACH, Math.min(value, coefficients[i]!));
    }
  }
}
