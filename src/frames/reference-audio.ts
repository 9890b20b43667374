/** Arrays seen as sound, without a copy. */
import { ConfigError, rejectUnknownKeys, requireInteger } from '../base/errors.ts';
import { AudioFrames } from './audio-frames.ts';
import { asSampleArray } from './element-type.ts';
import type { Plane } from './frame.ts';
import { type NdArray, requireNdArray } from './ndarray.ts';
import { requireSampleFmt, type SampleFmt, sampleFmtInfo } from './sample-format.ts';

/** All are required. */
export interface ReferenceAudioOptions {
  /**
   * (samples, channels) for packed formats, (channels, samples) for planar ones. The rows must be dense; the rows of a
   * planar array may lie anywhere, so a time slice of a longer one will do. Not copied: the frames see later changes.
   */
  readonly array: NdArray;
  readonly sampleFmt: SampleFmt;
  /** Samples per second, 1..2147483647. */
  readonly sampleRate: number;
  /** Time of the first sample, in samples since the start of the stream; may be negative. */
  readonly pts: number;
}

const WHERE = 'createReferenceAudioFrame';

/** As many as an encoder takes. Rows of stride 0 can say any number without memory for it. */
const MAX_CHANNELS = 65535;

/** Sound that refers to `array`. The time base is 1/sampleRate. Throws `ConfigError` for what the format cannot hold. */
export function createReferenceAudioFrame(options: ReferenceAudioOptions): AudioFrames {
  rejectUnknownKeys(WHERE, options, ['array', 'sampleFmt', 'sampleRate', 'pts']);
  const sampleFmt = requireSampleFmt(`${WHERE}.sampleFmt`, options.sampleFmt);
  const sampleRate = requireInteger(`${WHERE}.sampleRate`, options.sampleRate, 1, 0x7fffffff);
  const pts = requireInteger(
    `${WHERE}.pts`,
    options.pts,
    Number.MIN_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
  );
  const info = sampleFmtInfo(sampleFmt);
  const where = `${WHERE}.array`;
  const { data, shape, strides, offset } = requireNdArray(where, options.array);
  const samples = asSampleArray(where, data, info);
  if (shape.length !== 2 || shape.includes(0)) {
    throw new ConfigError(
      where,
      `shape (${shape.join(', ')}), needed is ${info.planar ? '(channels, samples)' : '(samples, channels)'} with at least one of each for ${sampleFmt}`,
    );
  }
  const [numChannels, numSamples] = info.planar ? [shape[0]!, shape[1]!] : [shape[1]!, shape[0]!];
  requireInteger(`${where}.shape, channels`, numChannels, 1, MAX_CHANNELS);
  const isDense = info.planar
    ? strides[1] === 1 || numSamples === 1
    : (strides[1] === 1 || numChannels === 1) && (strides[0] === numChannels || numSamples === 1);
  if (!isDense) {
    throw new ConfigError(
      where,
      `strides (${strides.join(', ')}) of shape (${shape.join(', ')}), but ${sampleFmt} needs ${
        info.planar ? 'the samples of a channel side by side: (any, 1)' : `(${numChannels}, 1)`
      }; use ndarray(...).toDense()`,
    );
  }
  const planes: Plane[] = [];
  for (let channel = 0; channel < (info.planar ? numChannels : 1); channel++) {
    planes.push({
      data: samples,
      offset: offset + channel * strides[0]!,
      stride: info.planar ? 1 : numChannels,
    });
  }
  return new AudioFrames([{ sampleFmt, sampleRate, numChannels, numSamples, planes, pts }], {
    sampleFmt,
    sampleRate,
    numChannels,
    timeBase: [1, sampleRate],
  });
}
