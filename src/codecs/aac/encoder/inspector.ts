/**
 * What can be watched inside the encoder. All methods are called during `encode` or `flush`, when a frame has been written,
 * with numbers and views that are valid only during the call. None may change anything; the output is the same with
 * and without. Of a frame that was decided several times only what is written is told.
 */

import type { SyntaxTrace } from '../../../bits/bit-syntax.ts';
import type { ChannelStream } from '../standard/channel-stream.ts';

/** The costs by which the bands of a pair were decided; every view has an element for each band. */
export interface PairWeighing {
  /**
   * How the band is coded: LEFT_RIGHT, MID_SIDE or INTENSITY of stereo.ts. All bands without an intensity may be alike, whatever each would
   * take, where that saves the bits that say which are which.
   */
  readonly choice: Uint8Array;
  /** About how many bits the lines take as left and right. */
  readonly separateBits: Float64Array;
  /** The same as middle and side. */
  readonly jointBits: Float64Array;
  /** Weighted noise + lambda · bits of the better of both; of interest only where there is an `intensityCost`. */
  readonly codedCost: Float64Array;
  /** The same of one channel with an intensity; infinite where that is not allowed. */
  readonly intensityCost: Float64Array;
}

/** The costs by which the substitution of bands by noise was decided; every view has an element for each band. */
export interface SubstituteWeighing {
  /** Weighted error of the substitute; infinite where the band may not be substituted. */
  readonly error: Float64Array;
  /** The cost that substituting the band in all channels of the element saves, in weighted noise + lambda · bits. */
  readonly gains: Float64Array;
}

/** Watches an encoder; pass it as `inspect`. */
export interface AacInspector {
  /** Told of every syntax element; null to leave it out. */
  readonly trace: SyntaxTrace | null;
  /** A frame begins; `samplePosition` is the input sample that its decoded output starts with (-1024 for the first). */
  frame(frameIndex: number, samplePosition: number): void;
  /**
   * One channel as it is written. `weights` has, for each band, 1 / (masked threshold) of one line's noise energy;
   * `spectrum` the lines in transmission order, 32768 is full scale.
   */
  channel(
    channelIndex: number,
    stream: ChannelStream,
    spectrum: Float64Array,
    weights: Float64Array,
  ): void;
  /** How the `numBands` bands of the pair whose first channel is `firstChannel` were decided. */
  pair(firstChannel: number, numBands: number, weighing: PairWeighing): void;
  /**
   * Temporal noise shaping of an element: the prediction gain (an energy ratio) of the filter that was found for each window, 0 where
   * none was looked for, and the one from which on a filter is used.
   */
  filters(firstChannel: number, gains: Float64Array, needed: number): void;
  /** Substitution by noise in a channel, where bands of the frame may be substituted. */
  substitutes(channelIndex: number, stream: ChannelStream, weighing: SubstituteWeighing): void;
  /** The frame is complete: its size, the noise level that was aimed at, and the state of the reservoir after it. */
  frameEnd(bits: number, noiseLevel: number, reservoirBits: number): void;
}

const nothing = (): void => {};

/** An inspector that looks at nothing, to be completed with the methods that are wanted. */
export const QUIET_AAC_INSPECTOR: AacInspector = {
  trace: null,
  frame: nothing,
  channel: nothing,
  pair: nothing,
  filters: nothing,
  substitutes: nothing,
  frameEnd: nothing,
};
