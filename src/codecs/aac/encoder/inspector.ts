/**
 * What can be watched inside the encoder. All methods are called during `encode` or `flush`, once a frame or channel,
 * with numbers and views that are valid only during the call. None may change anything; the output is the same with
 * and without.
 */

import type { SyntaxTrace } from '../../../bits/bit-syntax.ts';
import type { ChannelStream } from '../standard/channel-stream.ts';

/** Watches an encoder; pass it as `inspector`. */
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
  /** The frame is complete: its size, the noise level that was aimed at, and the state of the reservoir after it. */
  frameEnd(bits: number, noiseLevel: number, reservoirBits: number): void;
}
