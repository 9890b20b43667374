/**
 * The analysis filter bank: 2048 samples to 1024 lines, in one transform or eight (AAC clause 4.6.11 fixes the synthesis;
 * this is its transpose, so that the overlap of frames cancels the aliasing).
 */
import type { Transforms } from '../kernels/transforms.ts';
import {
  EIGHT_SHORT_SEQUENCE,
  FRAME_LENGTH,
  longWindow,
  NUM_SHORT_WINDOWS,
  SHORT_LENGTH,
  SHORT_OFFSET,
  shortSlope,
} from '../standard/window-sequence.ts';

/** Transforms and their scratch, shared by all channels. */
export class FilterBank {
  private readonly transforms: Transforms;
  /** Long windows by sequence, previous shape and shape, made when first needed. */
  private readonly longWindows: (Float64Array | null)[] = new Array(16).fill(null);
  /** Short windows by the shapes of rise and fall, likewise. */
  private readonly shortWindows: (Float64Array | null)[] = new Array(4).fill(null);

  constructor(transforms: Transforms) {
    this.transforms = transforms;
  }

  /**
   * Samples and lines are in the memory of `transforms`.
   * @param samples 2048 samples from `pos`, 32768 is full scale
   * @param spectrum receives 1024 lines: of one transform, or 128 of each of eight, window after window
   */
  analyze(
    samples: Float64Array,
    pos: number,
    window_sequence: number,
    previousShape: number,
    window_shape: number,
    spectrum: Float64Array,
  ): void {
    if (window_sequence !== EIGHT_SHORT_SEQUENCE) {
      const window = this.longWindow(window_sequence, previousShape, window_shape);
      const input = samples.byteOffset + 8 * pos;
      this.transforms.long(input, window.byteOffset, spectrum.byteOffset);
      return;
    }
    for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
      // The first window begins with the shape of the block before, clause 4.6.11.3.2.
      const window = this.shortWindow(w === 0 ? previousShape : window_shape, window_shape);
      const input = samples.byteOffset + 8 * (pos + SHORT_OFFSET + w * SHORT_LENGTH);
      const output = spectrum.byteOffset + 8 * w * SHORT_LENGTH;
      this.transforms.short(input, window.byteOffset, output);
    }
  }

  private longWindow(sequence: number, previousShape: number, shape: number): Float64Array {
    const index = sequence * 4 + previousShape * 2 + shape;
    let window = this.longWindows[index];
    if (window === null) {
      window = this.transforms.take(2 * FRAME_LENGTH);
      longWindow(sequence, previousShape, shape, window);
      this.longWindows[index] = window;
    }
    return window;
  }

  private shortWindow(riseShape: number, fallShape: number): Float64Array {
    const index = riseShape * 2 + fallShape;
    let window = this.shortWindows[index];
    if (window === null) {
      window = this.transforms.take(2 * SHORT_LENGTH);
      window.set(shortSlope(fallShape));
      window.reverse();
      window.set(shortSlope(riseShape));
      this.shortWindows[index] = window;
    }
    return window;
  }
}
