/**
 * Damages files of pictures where their structure is: PNG chunks with their CRCs mended, JPEG segments, fields of TIFF directories, numbers of
 * BMP, QOI and Netpbm headers. What is read of them is a picture or a `MediaError`, with the memory that the limits allow.
 */
import { MediaError } from '../../src/base/errors.ts';
import { crc32 } from '../../src/bits/crc32.ts';
import type { PixFmtName } from '../../src/frames/index.ts';
import { withOrientation } from '../../src/frames/index.ts';
import { encodeImage } from '../../src/index.ts';
import { IMAGE_CODECS } from '../../src/pipeline/everything/registry.ts';
import { imageKindOf } from '../../src/pipeline/image-headers.ts';
import { madePicture } from '../support/pictures.ts';
import { mutate, randomNumbers } from './mutate.ts';

type Random = () => number;

/** A run of bytes of a file that its format has as one thing. */
type Part = readonly [start: number, end: number];

/** Most pixels that a damaged file may ask for. */
export const FUZZ_PIXELS = 1 << 20;

/** Reads header, metadata and picture of a file, if it begins like one; throws what they throw. Returns whether there is a picture. */
export function readPicture(bytes: Uint8Array): boolean {
  const kind = imageKindOf(bytes);
  if (kind === undefined) return false;
  const codec = IMAGE_CODECS.find(({ name }) => name === kind.codec)!;
  // Each is asked, whatever the others say.
  const errors: unknown[] = [];
  for (const ask of [
    () => kind.describe(bytes),
    () => codec.readMetadata?.(bytes),
    () => codec.decode(bytes, { maxPixels: FUZZ_PIXELS }, true),
    () => codec.decode(bytes, { maxPixels: FUZZ_PIXELS }, false),
  ]) {
    try {
      ask();
    } catch (error) {
      errors.push(error);
    }
  }
  const untyped = errors.find((error) => !(error instanceof MediaError));
  if (untyped !== undefined) throw untyped;
  if (errors.length > 0) throw errors[0];
  return true;
}

/** Small files of all kinds, formats and ways to code. */
export async function pictureFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const exif = withOrientation(undefined, 6)!;
  const add = async (name: string, format: string, pixFmt: PixFmtName, options: object = {}) => {
    const picture = madePicture(pixFmt as 'rgb24', 37, 23, 'steps');
    files.set(name, await encodeImage(picture, { format, pixFmt, ...options }));
  };
  for (const pixFmt of ['gray', 'rgb24', 'rgba', 'ya16le'] as const) {
    await add(`png ${pixFmt}`, 'png', pixFmt, { metadata: { exif } });
    await add(`png interlaced ${pixFmt}`, 'png', pixFmt, { interlaced: true });
    for (const compression of ['none', 'deflate']) {
      const metadata = { density: { unit: 'inch', x: 72, y: 72 }, orientation: 3 };
      await add(`tiff ${pixFmt} ${compression}`, 'tiff', pixFmt, { compression, metadata });
    }
    await add(`pam ${pixFmt}`, 'pam', pixFmt);
    await add(`bmp ${pixFmt}`, 'bmp', pixFmt);
  }
  for (const scans of ['baseline', 'progressive']) {
    await add(`jpeg ${scans}`, 'jpg', 'rgb24', { scans, metadata: { exif } });
    await add(`jpeg ${scans} gray`, 'jpg', 'gray', { scans });
    await add(`jpeg ${scans} restarts`, 'jpg', 'rgb24', { scans, restartInterval: 2 });
  }
  await add('qoi rgb24', 'qoi', 'rgb24');
  await add('qoi rgba', 'qoi', 'rgba');
  await add('ppm', 'ppm', 'rgb24');
  await add('pgm', 'pgm', 'gray16be');
  return files;
}

/** A damaged copy: by its structure, by its bytes, or both. Same seed, same damage. */
export function damagePicture(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  let copy: Uint8Array = bytes.slice();
  const how = random() % 4;
  if (how !== 0) {
    const codec = imageKindOf(bytes)?.codec ?? '';
    for (let count = 1 + (random() % 3); count > 0; count--)
      copy = damageParts(codec, copy, random);
    if (how === 1) return copy;
  }
  copy = mutate(copy, random(), [[0, Math.min(copy.length, 120)]]);
  return imageKindOf(bytes)?.codec === 'png' && random() % 2 === 0 ? mendChecksums(copy) : copy;
}

function damageParts(codec: string, bytes: Uint8Array, random: Random): Uint8Array {
  if (codec === 'png') return mendChecksums(shuffleParts(bytes, pngChunks(bytes), random));
  if (codec === 'mjpeg') return shuffleParts(bytes, jpegSegments(bytes), random);
  if (codec === 'tiff') return damageDirectory(bytes, random);
  if (codec === 'bmp' || codec === 'qoi') return damageNumbers(bytes, random);
  return damageText(bytes, random);
}

/** Chunks of a PNG file as far as they can be followed: PNG (third edition) clause 5.3. */
function pngChunks(bytes: Uint8Array): Part[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Part[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    parts.push([at, end]);
    at = end;
  }
  return parts;
}

/** Makes the CRCs of a damaged PNG file right. */
export function mendChecksums(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const [start, end] of pngChunks(copy)) {
    view.setUint32(end - 4, crc32(copy, 0, start + 4, end - 4));
  }
  return copy;
}

/** Marker segments of a JPEG file, T.81 clause B.1.1.4; entropy-coded data go with the scan header before them. */
function jpegSegments(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    let end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (bytes[at + 1] === 0xda) {
      while (end + 1 < bytes.length && (bytes[end] !== 0xff || isInScan(bytes[end + 1]!))) end++;
    }
    if (end > bytes.length) break;
    parts.push([at, end]);
    at = end;
  }
  return parts;
}

const isInScan = (next: number): boolean => next === 0 || (next >= 0xd0 && next <= 0xd7);

/** Leaves a part out, puts it in twice, swaps two, or sets bytes of one. */
function shuffleParts(bytes: Uint8Array, parts: readonly Part[], random: Random): Uint8Array {
  if (parts.length < 2) return bytes;
  const pick = () => parts[random() % parts.length]!;
  const [start, end] = pick();
  const [otherStart, otherEnd] = pick();
  const part = bytes.subarray(start, end);
  switch (random() % 4) {
    case 0:
      return joined(bytes.subarray(0, start), bytes.subarray(end));
    case 1:
      return joined(bytes.subarray(0, otherStart), part, bytes.subarray(otherStart));
    case 2:
      return joined(
        bytes.subarray(0, start),
        bytes.subarray(otherStart, otherEnd),
        bytes.subarray(end),
      );
    default: {
      const copy = bytes.slice();
      copy[start + (random() % Math.min(40, end - start))] = oneOf(EXTREME_BYTES, random);
      return copy;
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const EXTREME_BYTES = [0, 1, 2, 3, 4, 8, 16, 17, 33, 34, 127, 128, 254, 255];
const EXTREMES = [
  0, 1, 2, 3, 4, 8, 9, 15, 16, 17, 64, 255, 256, 65535, 65536, 0x7fffffff, 0xffffffff,
];

function oneOf(values: readonly number[], random: Random): number {
  return values[random() % values.length]!;
}

/** Changes tag, type, count or value of a field of the first directory: TIFF clause 2. */
function damageDirectory(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const little = copy[0] === 0x49;
  const start = copy.length >= 8 ? view.getUint32(4, little) : copy.length;
  if (start + 2 > copy.length) return copy;
  const count = view.getUint16(start, little);
  const at = start + 2 + 12 * (random() % Math.max(1, count));
  if (at + 12 > copy.length) return copy;
  const what = random() % 4;
  if (what === 0) view.setUint16(at, 254 + (random() % 90), little);
  else if (what === 1) view.setUint16(at + 2, random() % 14, little);
  else view.setUint32(at + 4 * (what - 1), oneOf(EXTREMES, random), little);
  return copy;
}

/** Sets a number of 8, 16 or 32 bits of the first 130 bytes, in either order. */
function damageNumbers(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const at = 2 + (random() % Math.max(1, Math.min(128, copy.length - 6)));
  const value = oneOf(EXTREMES, random);
  const what = random() % 3;
  if (what === 0) copy[at] = value;
  else if (what === 1) view.setUint16(at, value, random() % 2 === 0);
  else view.setUint32(at, value, random() % 2 === 0);
  return copy;
}

/** Puts another number, word or character in place of one of the header's. */
function damageText(bytes: Uint8Array, random: Random): Uint8Array {
  const length = Math.min(80, bytes.length);
  const at = random() % length;
  const words = [
    '',
    ' ',
    '\n',
    '#',
    '-1',
    '0',
    '1',
    '65535',
    '65536',
    '99999999999',
    'ENDHDR\n',
    'DEPTH 4\n',
    'MAXVAL 1\n',
    'WIDTH ',
  ];
  const word = new TextEncoder().encode(words[random() % words.length]!);
  return joined(bytes.subarray(0, at), word, bytes.subarray(at + (random() % 4)));
}
