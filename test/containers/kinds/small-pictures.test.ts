/**
 * Kind "no budget for a whole file", pictures: files of a few bytes that declare much, hold much that nobody asked for, or say the
 * same again and again.
 */
import { describe, expect, it } from 'vitest';
import { zlib } from 'vitrine/deflate';
import { decodeJpeg, encodeJpeg } from 'vitrine/jpeg';
import { decodePng, encodeApng, encodePng } from 'vitrine/png';
import { FormatError } from '../../../src/base/errors.ts';
import { chunkBytes } from '../../../src/codecs/png/standard/chunks.ts';
import { affordablePixels } from '../../../src/frames/index.ts';
import { loadImage } from '../../../src/index.ts';
import { concat } from '../../fuzz/box-tree.ts';

const IMAGE = { width: 4, height: 4, colorType: 2, bitDepth: 8 } as const;
const PNG = encodePng({ ...IMAGE, data: new Uint8Array(48).fill(7) });
/** Where the chunk behind IHDR begins. */
const BEHIND_HEADER = 8 + 25;

/** The picture with `chunks` behind its header. */
function withChunks(chunks: readonly Uint8Array[]): Uint8Array {
  return concat([PNG.subarray(0, BEHIND_HEADER), ...chunks, PNG.subarray(BEHIND_HEADER)]);
}

/** The picture with another size in its header. */
function declaring(width: number, height: number): Uint8Array {
  const header = PNG.slice(16, 29);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  return concat([PNG.subarray(0, 8), chunkBytes('IHDR', header), PNG.subarray(BEHIND_HEADER)]);
}

describe('pictures of a few bytes', () => {
  it('have no more pixels than their bytes pay for, unless the caller says so', async () => {
    const error = await loadImage(declaring(12_000, 12_000)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/12000x12000 .*limits\.maxPixels/);
    await expect(
      loadImage(declaring(12_000, 12_000), { limits: { maxPixels: 2 ** 28 } }),
    ).rejects.toThrow(/png\.IDAT/);
  });

  it('of a photograph are enough', () => {
    expect(affordablePixels(10 << 20)).toBeGreaterThan(108_000_000);
    expect(affordablePixels(1e9)).toBe(2 ** 28);
    expect(affordablePixels(1000, { maxExpansion: 1e6 })).toBeGreaterThan(1e9);
  });

  it('decode the frames of an animation only for those who want them', async () => {
    const black = new Uint8Array(48);
    const file = encodeApng(IMAGE, [{ data: black }, { data: black }]);
    const at = Buffer.from(file).indexOf('fdAT') - 4;
    const broken = concat([
      file.subarray(0, at),
      chunkBytes('fdAT', Uint8Array.of(0, 0, 0, 2, 1, 2, 3)),
      chunkBytes('IEND', new Uint8Array(0)),
    ]);
    expect(() => decodePng(broken)).toThrow(FormatError);
    expect(decodePng(broken, { frames: false }).data).toEqual(black);
    expect((await loadImage(broken)).array.shape).toEqual([4, 4, 3]);
  });

  it('say so much and no more beside their pixels', () => {
    const text = chunkBytes('tEXt', Uint8Array.of(97, 0, 98));
    const unknown = chunkBytes('abCd', new Uint8Array(0));
    const some = withChunks(new Array(5000).fill(text));
    expect(decodePng(some).metadata.texts).toHaveLength(5000);
    for (const chunk of [text, unknown]) {
      expect(() => decodePng(withChunks(new Array(70_000).fill(chunk)))).toThrow(FormatError);
    }
    const packed = zlib(new Uint8Array(4 << 20).fill(32));
    const long = chunkBytes('zTXt', concat([Uint8Array.of(97, 0, 0), packed]));
    expect(decodePng(withChunks([long, long])).metadata.texts).toHaveLength(2);
    expect(() => decodePng(withChunks(new Array(20).fill(long)))).toThrow(/zTXt/);
  });

  it('have no end of comments', async () => {
    const jpeg = encodeJpeg({ width: 8, height: 8, channels: 1, data: new Uint8Array(64) });
    const comment = Uint8Array.of(0xff, 0xfe, 0, 3, 97);
    const commented = (count: number) =>
      concat([
        jpeg.subarray(0, 2),
        ...new Array<Uint8Array>(count).fill(comment),
        jpeg.subarray(2),
      ]);
    expect(decodeJpeg(commented(1000)).metadata.comments).toHaveLength(1000);
    expect(() => decodeJpeg(commented(70_000))).toThrow(FormatError);
  });
});
