/** Frames back to dense arrays: the round trip of the reference frames. These copy. */
import { ConfigError } from '../base/errors.ts';
import { AudioFrames } from './audio-frames.ts';
import { requireAudioFrame, requireVideoFrame } from './check-frame.ts';
import { newPictureArray, newSampleArray } from './element-type.ts';
import type { Plane, SampleArray } from './frame.ts';
import { type ArrayView, ndarray } from './ndarray.ts';
import { type PixFmtInfo, pixFmtInfo, planeHeight, planeRowLength } from './pixel-format.ts';
import { sampleFmtInfo } from './sample-format.ts';
import type { VideoFrames } from './video-frames.ts';

/**
 * A dense copy in the shape that `createReferenceVideoFrame` or `createReferenceAudioFrame` takes for the format; runs
 * of sound are joined. Subsampled formats of odd size have no such shape: use `toPlaneArrays`.
 */
export function toArray(frames: VideoFrames | AudioFrames): ArrayView {
  if (frames instanceof AudioFrames) return audioToArray(frames);
  const info = pixFmtInfo(frames.pixFmt);
  const { width, height, numFrames } = frames;
  if (width % (1 << info.chromaShiftX) !== 0 || height % (1 << info.chromaShiftY) !== 0) {
    throw new ConfigError('toArray', `${info.name} of ${width}x${height}: use toPlaneArrays`);
  }
  const lengths = info.samplesPerPixel.map(
    (_, p) => planeRowLength(info, p, width) * planeHeight(info, p, height),
  );
  const size = lengths.reduce((sum, length) => sum + length, 0);
  const out = newPictureArray(info, size * numFrames);
  frames.frames.forEach((frame, index) => {
    requireVideoFrame(`toArray.frames[${index}]`, frame);
    let to = index * size;
    frame.planes.forEach((plane, p) => {
      copyRows(plane, planeRowLength(info, p, width), planeHeight(info, p, height), out, to);
      to += lengths[p]!;
    });
  });
  return ndarray<SampleArray>(out, [numFrames, ...pictureShape(info, width, height)]);
}

/** One dense (N, rows, row length) copy per plane, for any size. */
export function toPlaneArrays(frames: VideoFrames): ArrayView[] {
  const info = pixFmtInfo(frames.pixFmt);
  frames.frames.forEach((frame, index) => {
    requireVideoFrame(`toPlaneArrays.frames[${index}]`, frame);
  });
  return info.samplesPerPixel.map((samples, p) => {
    const rowLength = planeRowLength(info, p, frames.width);
    const rows = planeHeight(info, p, frames.height);
    const out = newPictureArray(info, rowLength * rows * frames.numFrames);
    frames.frames.forEach((frame, index) => {
      copyRows(frame.planes[p]!, rowLength, rows, out, index * rowLength * rows);
    });
    const shape = [frames.numFrames, rows, rowLength / samples];
    return ndarray<SampleArray>(out, samples > 1 ? [...shape, samples] : shape);
  });
}

/**
 * Copies `rows` rows of `rowLength` elements of a plane to `out` from index `to` on, without gaps.
 * `out` has the element type of the plane.
 */
export function copyRows(
  plane: Plane,
  rowLength: number,
  rows: number,
  out: SampleArray,
  to: number,
): void {
  for (let row = 0; row < rows; row++) {
    const from = plane.offset + row * plane.stride;
    out.set(plane.data.subarray(from, from + rowLength) as never, to + row * rowLength);
  }
}

function pictureShape(info: PixFmtInfo, width: number, height: number): number[] {
  const planes = info.samplesPerPixel.length;
  const samples = info.samplesPerPixel[0]!;
  if (info.order !== undefined || samples > 1) return [height, width, samples];
  if (info.model === 'gray') return [height, width];
  if (info.chromaShiftX === 0) return [planes, height, width];
  const rows = info.chromaShiftY === 1 ? (height * 3) / 2 : height * 2;
  return [planes === 4 ? rows + height : rows, width];
}

function audioToArray(frames: AudioFrames): ArrayView {
  const { kind, planar } = sampleFmtInfo(frames.sampleFmt);
  const { numChannels, numFrames } = frames;
  const out = newSampleArray(kind, numFrames * numChannels);
  const rowLength = planar ? 1 : numChannels;
  let to = 0;
  for (const frame of frames) {
    requireAudioFrame('toArray.frames', frame);
    frame.planes.forEach((plane, channel) => {
      const at = planar ? channel * numFrames + to : to * numChannels;
      copyRows(plane, rowLength * frame.numSamples, 1, out, at);
    });
    to += frame.numSamples;
  }
  return ndarray(out, planar ? [numChannels, numFrames] : [numFrames, numChannels]);
}
