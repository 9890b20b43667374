/** Damaged and hostile files end in a FormatError or UnsupportedError, in bounded time and memory. */
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePng, encodeApng, encodePng } from 'vitrine/png';
import { MediaError } from '../../../src/base/errors.ts';
import { crc32 } from '../../../src/bits/crc32.ts';
import { chunkBytes, SIGNATURE } from '../../../src/codecs/png/standard/chunks.ts';
import { generator } from '../deflate/corpora.ts';
import { makePicture } from './pictures.ts';

const header = (width: number, height: number, depth: number, type: number, interlace = 0) => {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data.set([depth, type, 0, 0, interlace], 8);
  return chunkBytes('IHDR', data);
};
const file = (...chunks: Uint8Array[]) => Buffer.concat([SIGNATURE, ...chunks]);
const end = chunkBytes('IEND', new Uint8Array(0));
const pixels = (bytes: number) => chunkBytes('IDAT', zlib.deflateSync(new Uint8Array(bytes)));

describe('hostile files', () => {
  it.each([
    ['chunk before IHDR', file(end), /png.IEND: stands before IHDR/],
    ['two headers', file(header(1, 1, 8, 0), header(1, 1, 8, 0)), /png.IHDR: stands twice/],
    ['no palette', file(header(1, 1, 8, 3), pixels(2), end), /before PLTE/],
    [
      'a palette too long',
      file(header(1, 1, 2, 3), chunkBytes('PLTE', new Uint8Array(15)), end),
      /png.PLTE/,
    ],
    [
      'an index beyond the palette',
      file(
        header(2, 1, 8, 3),
        chunkBytes('PLTE', new Uint8Array(3)),
        chunkBytes('IDAT', zlib.deflateSync(Uint8Array.of(0, 0, 1))),
        end,
      ),
      /index 1/,
    ],
    ['too few pixels', file(header(4, 4, 8, 0), pixels(19), end), /end too early/],
    [
      'a filter type 5',
      file(header(1, 1, 8, 0), chunkBytes('IDAT', zlib.deflateSync(Uint8Array.of(5, 0))), end),
      /filter type 5/,
    ],
    [
      'pixels in two places',
      file(
        header(1, 1, 8, 0),
        pixels(2),
        chunkBytes('tEXt', Uint8Array.of(65, 0, 66)),
        pixels(2),
        end,
      ),
      /follow each other/,
    ],
    [
      'an unknown critical chunk',
      file(header(1, 1, 8, 0), chunkBytes('ABCD', new Uint8Array(0)), pixels(2), end),
      /critical/,
    ],
    ['no end', file(header(1, 1, 8, 0), pixels(2)), /before IEND/],
    [
      'more pixels than the limits allow',
      file(header(0x7fffffff, 0x7fffffff, 16, 6), pixels(2), end),
      /limits/,
    ],
    ['a bomb in IDAT', file(header(1, 1, 8, 0), pixels(1_000_000), end), /maxBytes/],
    [
      'a bomb in zTXt',
      file(
        header(1, 1, 8, 0),
        chunkBytes(
          'zTXt',
          Buffer.concat([Uint8Array.of(65, 0, 0), zlib.deflateSync(new Uint8Array(30_000_000))]),
        ),
        pixels(2),
        end,
      ),
      /zTXt/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodePng(bytes)).toThrow(MediaError);
    expect(() => decodePng(bytes)).toThrow(message);
  });

  it('limits of the caller', () => {
    const bytes = file(header(100, 100, 8, 0), pixels(10100), end);
    expect(decodePng(bytes, { limits: { maxBytes: 10000 } }).data.length).toBe(10000);
    expect(() => decodePng(bytes, { limits: { maxBytes: 9999 } })).toThrow(/limits/);
  });

  it('2,000 mutated files', () => {
    const next = generator(7);
    const image = makePicture(2, 8, 24, 20, 'smooth', 2);
    const seeds = [
      encodePng(
        {
          ...image,
          metadata: { texts: [{ keyword: 'a', text: 'b'.repeat(99), compressed: true }], gamma: 1 },
        },
        { effort: 'fast' },
      ),
      encodePng(makePicture(3, 4, 31, 9, 'noise', 2), { effort: 'fast', interlaced: true }),
      encodeApng(
        image,
        [{ data: image.data }, { data: image.data.slice(0, 48), width: 4, height: 4, x: 1 }],
        { effort: 'fast' },
      ),
    ];
    let decoded = 0;
    for (let i = 0; i < 2000; i++) {
      const bytes = seeds[i % seeds.length]!.slice();
      for (let k = 0; k <= next() % 4; k++) bytes[next() % bytes.length] = next() >>> 3;
      if (i % 2 === 0) mendChecksums(bytes);
      try {
        decodePng(i % 7 === 0 ? bytes.subarray(0, next() % bytes.length) : bytes, {
          limits: { maxBytes: 1 << 24 },
        });
        decoded++;
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
      }
    }
    expect(decoded).toBeGreaterThan(20);
  });
});

/** Makes the CRCs of a damaged file right, so that what is inside is read. */
function mendChecksums(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) return;
    view.setUint32(at + 8 + length, crc32(bytes, 0, at + 4, at + 8 + length));
    at += 12 + length;
  }
}
