/** Whether two files show the same: every sample, and of animations every frame with its time and place. */
import { createHash, type Hash } from 'node:crypto';
import { isEqual } from '../base/byte-stream.ts';
import { decodeJpegPlanes } from '../codecs/jpeg/index.ts';
import {
  type DecodedPng,
  decodePng,
  type PngFrame,
  type PngImage,
  pngToRgba16,
} from '../codecs/png/index.ts';

/**
 * Whether two PNG files show the same, whatever their color types. They are decoded one behind the other, frame by frame, so that one
 * picture is in memory. Throws as `decodePng` does.
 */
export function isSamePng(a: Uint8Array, b: Uint8Array): boolean {
  return pngDigest(a) === pngDigest(b);
}

/** A number that no two pictures share. */
function pngDigest(file: Uint8Array): string {
  const hash = createHash('sha256');
  const image = decodePng(file, { frames: 'later' });
  addSamples(hash, image);
  hash.update(JSON.stringify([image.animation?.plays, image.animation?.startsWithImage]));
  for (const frame of image.animation?.frames ?? []) addFrame(hash, image, frame);
  return hash.digest('hex');
}

/** Region, time, what happens before and after (PNG third edition, clause 11.3.6.2), and the pixels. */
function addFrame(hash: Hash, image: DecodedPng, frame: PngFrame): void {
  const { x, y, width, height, delay, dispose, blend } = frame;
  hash.update(JSON.stringify([x, y, delay, dispose, blend]));
  addSamples(hash, { ...image, width, height, data: frame.data });
}

/** Pixels that are hashed at once: what all color types can be turned into takes eight bytes for each. */
const MOST_PIXELS = 1 << 18;

function addSamples(hash: Hash, image: PngImage): void {
  const { width, height, data } = image;
  hash.update(JSON.stringify([width, height]));
  const rows = Math.ceil(MOST_PIXELS / width);
  const length = data.length / height;
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y);
    const part = data.subarray(y * length, (y + count) * length);
    const rgba = pngToRgba16({ ...image, height: count, data: part });
    hash.update(new Uint8Array(rgba.buffer));
  }
}

/** Whether two JPEG files decode to the same samples of each component. Throws as `decodeJpegPlanes` does. */
export function isSameJpeg(a: Uint8Array, b: Uint8Array): boolean {
  const [before, after] = [decodeJpegPlanes(a).planes, decodeJpegPlanes(b).planes];
  return (
    before.length === after.length && before.every(({ data }, i) => isEqual(data, after[i]!.data))
  );
}
