/** Frames: views of somebody's samples, with a format and a time. Nothing here copies. */
import type { Rational } from '../base/rational.ts';
import type { PixFmt } from './pixel-format.ts';
import type { SampleFmt } from './sample-format.ts';

/** Typed arrays that samples can lie in. */
export type SampleArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** One plane of a picture, or one run of sound. */
export interface Plane {
  /**
   * The element type is the one that the format says: Uint8Array for 8-bit pictures, Uint16Array for deeper ones,
   * Uint8Array, Int16Array, Int32Array, BigInt64Array, Float32Array, Float64Array for the sample formats.
   */
  readonly data: SampleArray;
  /** Index in `data` of the first sample of the first row. */
  readonly offset: number;
  /**
   * Pictures: elements of `data` from one row to the next; negative in a flipped view. Sound: elements from one sample
   * to the next of the same channel, which is `numChannels` in packed formats and 1 in planar ones.
   */
  readonly stride: number;
}

/** One picture. Planes in the order of its pixel format; packed formats (rgb24) have one plane. */
export interface VideoFrame {
  readonly pixFmt: PixFmt;
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Plane[];
  /** Presentation time in ticks of the owner's time base. */
  readonly pts: number;
}

/** One run of sound. Packed formats have one plane (interleaved channels), planar ones a plane per channel. */
export interface AudioFrame {
  readonly sampleFmt: SampleFmt;
  readonly sampleRate: number;
  readonly numChannels: number;
  /** Samples per channel. */
  readonly numSamples: number;
  readonly planes: readonly Plane[];
  /** Presentation time of the first sample in ticks of the owner's time base. */
  readonly pts: number;
}

/** Time base of the frames in a list. */
export interface Timed {
  readonly timeBase: Rational;
}
