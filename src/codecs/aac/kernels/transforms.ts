/**
 * The transforms of the encoder, and what they have in its memory: samples, windows, lines, energies. Vector kernels where they can be,
 * dsp/mdct.ts and dsp/fft.ts elsewhere, to the same bits. Positions are in bytes.
 */
import { Fft } from '../../../dsp/fft.ts';
import { Mdct } from '../../../dsp/mdct.ts';
import { hannWindow } from '../../../dsp/windows.ts';
import type { Exports, KernelMemory } from '../../../wasm/kernel-memory.ts';
import { FRAME_LENGTH, SHORT_LENGTH } from '../standard/window-sequence.ts';
import { sumBands } from './plain-transforms.ts';
import { type EarPlan, type MdctPlan, writeEarPlan, writeMdctPlan } from './transform-plans.ts';

/** Samples of the transform of the ear. */
export const EAR_BLOCK = 2 * FRAME_LENGTH;
/** Bytes of tables, windows and scratch: less than this. */
const FIXED_BYTES = 600_000;

/** The bands of the ear. */
export interface BandPlan {
  readonly numBands: number;
  /** Band => its first line; `numBands` + 1 values. */
  readonly firstLine: Uint16Array;
  /** Line => factor of its energy. */
  readonly lineGain: Float64Array;
  /** Band => energy that is added. */
  readonly noise: Float64Array;
}

/** Bytes of a memory that transforms need, whose users take `doubles` float64. */
export function transformBytes(doubles: number): number {
  return FIXED_BYTES + 8 * doubles;
}

/** The transforms over a memory. */
export class Transforms {
  private readonly buffer: ArrayBuffer;
  private readonly exports: Exports | null;
  private readonly doubles: Float64Array;
  private used: number;
  private readonly longMdct: Mdct;
  private readonly shortMdct: Mdct;
  private readonly longPlan: MdctPlan | null;
  private readonly shortPlan: MdctPlan | null;
  private readonly fft: Fft;
  private readonly window: Float64Array;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly from: number;
  private bands: BandPlan | null = null;
  private earPlan: EarPlan | null = null;

  /** @param start bytes of `memory` that are others', a multiple of 16; `transformBytes` from there on are used */
  constructor({ buffer, exports }: KernelMemory, start: number) {
    this.used = start;
    this.buffer = buffer;
    this.exports = exports;
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength >> 3);
    // The first line once more at the end, and an even number.
    this.re = this.take(EAR_BLOCK + 2);
    this.im = this.take(EAR_BLOCK + 2);
    this.from = this.take(FRAME_LENGTH).byteOffset;
    this.window = this.take(EAR_BLOCK);
    this.window.set(hannWindow(EAR_BLOCK));
    this.fft = new Fft(EAR_BLOCK);
    this.longMdct = new Mdct(FRAME_LENGTH);
    this.shortMdct = new Mdct(SHORT_LENGTH);
    const take = (length: number) => this.take(length);
    this.longPlan = exports === null ? null : writeMdctPlan(this.longMdct, take);
    this.shortPlan = exports === null ? null : writeMdctPlan(this.shortMdct, take);
  }

  /** Room for `length` float64, zeros; they stay where they are. */
  take(length: number): Float64Array {
    const at = this.used;
    this.used += 8 * ((length + 1) & ~1);
    return new Float64Array(this.buffer, at, length);
  }

  /** Says once what `bandEnergies` sums. */
  setBands(bands: BandPlan): void {
    this.bands = bands;
    if (this.exports !== null) {
      this.earPlan = writeEarPlan(this.fft, bands, (length) => this.take(length));
    }
  }

  /**
   * Lines of a long block (AAC clause 4.6.11.3.1).
   * @param input position of 2048 samples, `window` of as many values
   * @param output position of 1024 lines
   */
  long(input: number, window: number, output: number): void {
    this.transform(this.longMdct, this.longPlan, input, window, output);
  }

  /** Lines of a short block: 256 samples, 128 lines. */
  short(input: number, window: number, output: number): void {
    this.transform(this.shortMdct, this.shortPlan, input, window, output);
  }

  private transform(
    mdct: Mdct,
    plan: MdctPlan | null,
    input: number,
    window: number,
    output: number,
  ): void {
    const { exports, doubles, from } = this;
    if (exports === null || plan === null) {
      const size = 2 * mdct.size;
      const weights = doubles.subarray(window >> 3, (window >> 3) + size);
      mdct.forwardWindowed(doubles, input >> 3, weights, doubles, output >> 3);
      return;
    }
    const re = this.re.byteOffset;
    const im = this.im.byteOffset;
    const { size, run, stages } = plan;
    const fromIm = from + 4 * size;
    exports.fold(input, window, 8 * size, plan.fold, from, fromIm, size >> 2);
    const first = run === 8 ? exports.firstStage8 : exports.firstStage4;
    first(from, fromIm, (4 * size) / run, re, im, size / (4 * run));
    let h = run;
    for (let stage = 0; stage < stages.length; stage++, h *= 4) {
      exports.radix4Stage(re, im, 4 * size, 8 * h, stages[stage]);
    }
    exports.rotateBack(re, im, plan.rotate, output, output + 8 * (size - 1), size >> 2);
  }

  /**
   * Energies of the bands of two blocks of 2048 samples, windowed, with one complex transform.
   * @param a position of samples, `b` likewise; may be the same
   * @param energyA receives energies; `energyB` likewise, and may be the same if the blocks are
   */
  bandEnergies(a: number, b: number, energyA: Float64Array, energyB: Float64Array): void {
    const { exports, earPlan, bands, doubles, window } = this;
    if (exports === null || earPlan === null) {
      this.fft.forwardWindowed(doubles, a >> 3, doubles, b >> 3, window, this.re, this.im);
      if (bands !== null) sumBands(this.re, this.im, bands, energyA, energyB);
      return;
    }
    const re = this.re.byteOffset;
    const im = this.im.byteOffset;
    exports.firstStage8Windowed(a, b, window.byteOffset, earPlan.places, re, im);
    let h = 8;
    for (let stage = 0; stage < earPlan.stages.length; stage++, h *= 4) {
      exports.radix4Stage(re, im, 8 * EAR_BLOCK, 8 * h, earPlan.stages[stage]);
    }
    exports.sumBands(
      re,
      im - re,
      earPlan.counts,
      earPlan.noise,
      earPlan.gains,
      energyA.byteOffset,
      energyB.byteOffset,
      earPlan.numBands,
    );
  }
}
