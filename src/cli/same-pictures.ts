/** Whether two files show the same: every sample, and of animations every frame with its time and place. */
import { isEqual } from '../base/byte-stream.ts';
import { decodeJpegPlanes } from '../codecs/jpeg/index.ts';
import { type DecodedPng, decodePng, type PngFrame, pngToRgba16 } from '../codecs/png/index.ts';

/** Whether two PNG files show the same, whatever their color types. Throws as `decodePng` does. */
export function isSamePng(a: Uint8Array, b: Uint8Array): boolean {
  const [before, after] = [decodePng(a), decodePng(b)];
  if (before.width !== after.width || before.height !== after.height) return false;
  return isEqual(samplesOf(before), samplesOf(after)) && isSameAnimation(before, after);
}

function isSameAnimation(before: DecodedPng, after: DecodedPng): boolean {
  const [a, b] = [before.animation, after.animation];
  if (a === null || b === null) return a === b;
  const isAlike = a.plays === b.plays && a.startsWithImage === b.startsWithImage;
  if (!isAlike || a.frames.length !== b.frames.length) return false;
  return a.frames.every((frame, i) => {
    const other = b.frames[i]!;
    return isSamePlace(frame, other) && isEqual(frameOf(before, frame), frameOf(after, other));
  });
}

/** Region, time, and what happens before and after: PNG (third edition) clause 11.3.6.2. */
function isSamePlace(a: PngFrame, b: PngFrame): boolean {
  const keys = ['x', 'y', 'width', 'height', 'dispose', 'blend'] as const;
  return keys.every((key) => a[key] === b[key]) && a.delay.every((part, i) => part === b.delay[i]);
}

function frameOf(image: DecodedPng, { width, height, data }: PngFrame): Uint8Array {
  return samplesOf({ ...image, width, height, data });
}

function samplesOf(image: DecodedPng): Uint8Array {
  return new Uint8Array(pngToRgba16(image).buffer);
}

/** Whether two JPEG files decode to the same samples of each component. Throws as `decodeJpegPlanes` does. */
export function isSameJpeg(a: Uint8Array, b: Uint8Array): boolean {
  const [before, after] = [decodeJpegPlanes(a).planes, decodeJpegPlanes(b).planes];
  return (
    before.length === after.length && before.every(({ data }, i) => isEqual(data, after[i]!.data))
  );
}
