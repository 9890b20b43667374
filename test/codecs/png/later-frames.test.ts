/** Frames that are decoded when they are asked for: the same samples and errors, and no memory in between. */
import { describe, expect, it } from 'vitest';
import { isEqual } from '../../../src/base/byte-stream.ts';
import { FormatError } from '../../../src/base/errors.ts';
import { isSamePng } from '../../../src/cli/same-pictures.ts';
import {
  type ApngFrame,
  decodePng,
  encodeApng,
  optimizePng,
} from '../../../src/codecs/png/index.ts';
import { generator } from '../deflate/corpora.ts';
import { FORMATS, makePicture } from './pictures.ts';

/** An animation of `count` frames, the first the whole picture. */
function animated(colorType: number, bitDepth: number, count: number): Uint8Array {
  const image = makePicture(colorType as 2, bitDepth as 8, 24, 16, 'flat', 3);
  const next = generator(7);
  const frames = Array.from({ length: count }, (_, i): ApngFrame => {
    const data = image.data.slice();
    for (let at = 0; at < 5; at++) data[next() % data.length] = data[next() % data.length]!;
    if (i === 0) return { data };
    return {
      data,
      x: 4,
      y: 2,
      width: 12,
      height: 9,
      delay: [i, 30],
      dispose: 'background',
      blend: 'over',
    };
  });
  return encodeApng(image, frames, { effort: 'fast', plays: 2 });
}

describe('frames that are decoded later', () => {
  for (const [colorType, bitDepth] of FORMATS) {
    it(`are the same: color type ${colorType}, ${bitDepth} bits`, () => {
      const file = animated(colorType, bitDepth, 4);
      const later = decodePng(file, { frames: 'later' });
      const now = decodePng(file);
      expect(later.data).toEqual(now.data);
      expect(later.animation!.frames.map((frame) => ({ ...frame }))).toEqual(now.animation!.frames);
      expect(isSamePng(file, optimizePng(file, { effort: 'fast' }))).toBe(true);
    });
  }

  it('say what is wrong with them when they are asked for', () => {
    const file = animated(2, 8, 3);
    const at = lastChunk(file, 'fdAT');
    const broken = file.slice();
    // A zlib header that is none, with the CRC that belongs to it.
    broken[at + 12] = 0;
    broken.set(crcOf(broken, at), at + 8 + new DataView(broken.buffer).getUint32(at));
    const { frames } = decodePng(broken, { frames: 'later' }).animation!;
    expect(() => frames[1]!.data).not.toThrow();
    expect(() => frames[2]!.data).toThrow(FormatError);
    expect(() => decodePng(broken)).toThrow(FormatError);
    expect(() => optimizePng(broken)).toThrow(FormatError);
  });

  it('take no memory until then, and count as a whole against the limits', () => {
    const width = 1024;
    const data = new Uint8Array(3 * width * width);
    const image = { width, height: width, colorType: 2 as const, bitDepth: 8 as const };
    const file = encodeApng(
      image,
      Array.from({ length: 40 }, () => ({ data })),
      { effort: 'fast' },
    );
    const before = process.memoryUsage().arrayBuffers;
    const { frames } = decodePng(file, { frames: 'later' }).animation!;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 << 20);
    expect(frames.length).toBe(40);
    const [once, again] = [frames[39]!.data, frames[39]!.data];
    expect(once === again).toBe(false);
    expect(isEqual(once as Uint8Array, data)).toBe(true);
    const limits = { maxBytes: 60 << 20 };
    expect(() => decodePng(file, { frames: 'later', limits })).toThrow(
      /more memory than the limits/,
    );
  });
});

describe('pictures are told apart', () => {
  it('by a sample, by a time, by what happens between frames', () => {
    const file = animated(6, 8, 3);
    const { animation, ...image } = decodePng(file);
    const other = (change: (frames: ApngFrame[]) => void, plays = 2) => {
      const frames: ApngFrame[] = [...animation!.frames];
      change(frames);
      return encodeApng(image, frames, { effort: 'fast', plays });
    };
    expect(
      isSamePng(
        file,
        other(() => {}),
      ),
    ).toBe(true);
    expect(
      isSamePng(
        file,
        other(() => {}, 3),
      ),
    ).toBe(false);
    expect(
      isSamePng(
        file,
        other((frames) => frames.pop()),
      ),
    ).toBe(false);
    const changed = (change: Partial<ApngFrame>) =>
      other((frames) => frames.splice(2, 1, { ...frames[2]!, ...change }));
    expect(isSamePng(file, changed({ delay: [9, 10] }))).toBe(false);
    expect(isSamePng(file, changed({ dispose: 'none' }))).toBe(false);
    expect(isSamePng(file, changed({ x: 5 }))).toBe(false);
    const data = animation!.frames[2]!.data.slice();
    data[data.length - 2]! ^= 1;
    expect(isSamePng(file, changed({ data }))).toBe(false);
  });
});

/** Where the last chunk of a type begins. */
function lastChunk(file: Uint8Array, type: string): number {
  let found = -1;
  for (let at = 8; at < file.length; at += 12 + new DataView(file.buffer).getUint32(at)) {
    if (String.fromCharCode(...file.subarray(at + 4, at + 8)) === type) found = at;
  }
  return found;
}

/** CRC of the chunk at `at`, as it is stored. */
function crcOf(file: Uint8Array, at: number): Uint8Array {
  const end = at + 8 + new DataView(file.buffer).getUint32(at);
  let crc = -1;
  for (let i = at + 4; i < end; i++) {
    crc ^= file[i]!;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, ~crc);
  return bytes;
}
