/**
 * The analysis filter bank: 2048 samples to 1024 lines, in one transform or eight (AAC clause 4.6.11 fixes the synthesis;
 * this is its transpose, so that the overlap of frames cancels the aliasing).
 */
import { Mdct } from '../../../dsp/mdct.ts';
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
  private readonly longMdct = new Mdct(FRAME_LENGTH);
  private readonly shortMdct = new Mdct(SHORT_LENGTH);
  private readonly windowed = new Float64Array(2 * SHORT_LENGTH);
  /** Long windows by sequence, previous shape and shape, made when first needed. */
  private readonly windows: (Float64Array | undefined)[] = [];

  /**
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
    const { windowed } = this;
    if (window_sequence !== EIGHT_SHORT_SEQUENCE) {
      const window = this.window(window_sequence, previousShape, window_shape);
      this.longMdct.forwardWindowed(samples, pos, window, spectrum, 0);
      return;
    }
    const fall = shortSlope(window_shape);
    for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
      const rise = w === 0 ? shortSlope(previousShape) : fall;
      const at = pos + SHORT_OFFSET + w * SHORT_LENGTH;
      for (let n = 0; n < SHORT_LENGTH; n++) {
        windowed[n] = samples[at + n] * rise[n];
        const mirror = 2 * SHORT_LENGTH - 1 - n;
        windowed[mirror] = samples[at + mirror] * fall[n];
      }
      this.shortMdct.forward(windowed, 0, spectrum, w * SHORT_LENGTH);
    }
  }

  private window(sequence: number, previousShape: number, shape: number): Float64Array {
    const index = sequence * 4 + previousShape * 2 + shape;
    let window = this.windows[index];
    if (window === undefined) {
      window = new Float64Array(2 * FRAME_LENGTH);
      longWindow(sequence, previousShape, shape, window);
      this.windows[index] = window;
    }
    return window;
  }
}
