/** Frames as dense arrays in the shapes that SPDL's `convert_frames` gives them. */
import { ConfigError } from '../base/errors.ts';
import { AudioFrames } from './audio-frames.ts';
import type { SampleArray } from './frame.ts';
import { type ArrayView, ndarray } from './ndarray.ts';
import { pixFmtInfo } from './pixel-format.ts';
import { toArray } from './to-array.ts';
import type { VideoFrames } from './video-frames.ts';

/**
 * A dense copy of the samples. Pictures: (N, H, W, C) for RGB and 8-bit gray, (N, 3, H, W) for planes of one size, (N, 1, rows, W)
 * for other planes one below the other and for deeper gray. Sound: as `createReferenceAudioFrame` takes it. Several lists of one
 * format, size and length get an axis in front. Throws `ConfigError` for lists that differ, and for none.
 */
export function convertFrames(
  frames: VideoFrames | AudioFrames | readonly (VideoFrames | AudioFrames)[],
): ArrayView {
  if (!Array.isArray(frames)) return oneOf(frames as VideoFrames | AudioFrames);
  const arrays = (frames as readonly (VideoFrames | AudioFrames)[]).map(oneOf);
  const [first] = arrays;
  if (first === undefined) throw new ConfigError('convertFrames.frames', 'an empty list');
  const shape = first.shape.join(', ');
  const length = first.data.length;
  const joined = new (first.data.constructor as new (length: number) => SampleArray)(
    length * arrays.length,
  );
  for (const [i, { data, shape: other }] of arrays.entries()) {
    if (other.join(', ') !== shape || data.constructor !== first.data.constructor) {
      throw new ConfigError(
        `convertFrames.frames[${i}]`,
        `has the shape (${other.join(', ')}), the first of the list (${shape})`,
      );
    }
    joined.set(data as never, i * length);
  }
  return ndarray<SampleArray>(joined, [arrays.length, ...first.shape]);
}

function oneOf(frames: VideoFrames | AudioFrames): ArrayView {
  const array = toArray(frames);
  if (frames instanceof AudioFrames) return array;
  const { model, bitDepth, chromaShiftX } = pixFmtInfo(frames.pixFmt);
  const [count, ...picture] = array.shape as readonly number[];
  if (model === 'gray' && bitDepth === 8) return ndarray(array.data, [count!, ...picture, 1]);
  const isStacked = model === 'gray' || (model === 'yuv' && chromaShiftX > 0);
  return isStacked ? ndarray(array.data, [count!, 1, ...picture]) : array;
}
