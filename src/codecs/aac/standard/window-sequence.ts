/**
 * Window sequences and shapes, AAC clause 4.6.11. A long window gives one spectrum of 1024 lines; eight short ones give
 * 8 times 128, for sounds that change within a frame. Start and stop windows join the two: neighbors must overlap
 * with slopes of the same length, which is why not every sequence may follow every other.
 */
import { risingKaiserBesselWindow, risingSineWindow } from '../../../dsp/windows.ts';

/** window_sequence of a long window between long ones, table 4.128 (clause 4.5.2.3.4). */
export const ONLY_LONG_SEQUENCE = 0;
/** window_sequence of a long window before short ones, clause 4.5.2.3.4. */
export const LONG_START_SEQUENCE = 1;
/** window_sequence of eight short windows, clause 4.5.2.3.4. */
export const EIGHT_SHORT_SEQUENCE = 2;
/** window_sequence of a long window after short ones, clause 4.5.2.3.4. */
export const LONG_STOP_SEQUENCE = 3;

/** window_shape of sine windows, table 4.127 (clause 4.5.2.3.4). */
export const SINE_WINDOW = 0;
/** window_shape of Kaiser-Bessel derived windows, clause 4.5.2.3.4. */
export const KBD_WINDOW = 1;

/** Lines of a long transform, and new samples of a frame, clause 4.6.11.1. */
export const FRAME_LENGTH = 1024;
/** Lines of a short transform, clause 4.6.11.1. */
export const SHORT_LENGTH = 128;
/** Short transforms in a frame, clause 4.6.11.1. */
export const NUM_SHORT_WINDOWS = 8;
/** First sample of the first short window in a frame of 2048 samples, clause 4.6.11.3.2. */
export const SHORT_OFFSET = 448;

/** Whether `next` may follow `previous`, clause 4.6.11.3.3: what one ends with, the other begins with. */
export function isLegalSuccession(previous: number, next: number): boolean {
  const endsShort = previous === LONG_START_SEQUENCE || previous === EIGHT_SHORT_SEQUENCE;
  const beginsShort = next === LONG_STOP_SEQUENCE || next === EIGHT_SHORT_SEQUENCE;
  return endsShort === beginsShort;
}

/** Shape parameter of the Kaiser-Bessel derived windows, clause 4.6.11.3.2. */
const KBD_ALPHA_LONG = 4;
const KBD_ALPHA_SHORT = 6;

/** Rising slopes by window_shape. */
const LONG_SLOPES = [
  risingSineWindow(FRAME_LENGTH),
  risingKaiserBesselWindow(FRAME_LENGTH, KBD_ALPHA_LONG),
];
const SHORT_SLOPES = [
  risingSineWindow(SHORT_LENGTH),
  risingKaiserBesselWindow(SHORT_LENGTH, KBD_ALPHA_SHORT),
];

/** The rising slope of a long window of shape `window_shape` (clause 4.6.11.3.2): 1024 values. Do not write to it. */
export function longSlope(window_shape: number): Float64Array {
  return LONG_SLOPES[window_shape];
}

/** The rising slope of a short window of shape `window_shape` (clause 4.6.11.3.2): 128 values. Do not write to it. */
export function shortSlope(window_shape: number): Float64Array {
  return SHORT_SLOPES[window_shape];
}

/**
 * The window of one block of 2048 samples for the three sequences with one transform, clause 4.6.11.3.2. The first half
 * has the shape of the block before, the second its own.
 * @param out 2048 values
 */
export function longWindow(
  window_sequence: number,
  previousShape: number,
  window_shape: number,
  out: Float64Array,
): void {
  if (window_sequence === LONG_STOP_SEQUENCE) {
    shortRise(shortSlope(previousShape), out, 1, 0);
  } else {
    const slope = longSlope(previousShape);
    for (let n = 0; n < FRAME_LENGTH; n++) out[n] = slope[n];
  }
  if (window_sequence === LONG_START_SEQUENCE) {
    shortRise(shortSlope(window_shape), out, -1, 2 * FRAME_LENGTH - 1);
  } else {
    const slope = longSlope(window_shape);
    for (let n = 0; n < FRAME_LENGTH; n++) out[2 * FRAME_LENGTH - 1 - n] = slope[n];
  }
}

/** Half a window with a short slope: 448 zeros, 128 values rising, 448 ones; written from `at` in direction `step`. */
function shortRise(slope: Float64Array, out: Float64Array, step: number, at: number): void {
  for (let n = 0; n < FRAME_LENGTH; n++, at += step) {
    const k = n - SHORT_OFFSET;
    out[at] = k < 0 ? 0 : k < SHORT_LENGTH ? slope[k] : 1;
  }
}
