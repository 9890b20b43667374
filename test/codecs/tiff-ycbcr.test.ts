/** TIFF files of Y, Cb and Cr, written by ffmpeg, against the planes that it was given. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTiff } from 'vitrine/tiff';
import { FormatError, UnsupportedError } from '../../src/base/errors.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';

/** Pixel format => pixels across and down that share Cb and Cr. */
const FORMATS = {
  yuv444p: [1, 1],
  yuv422p: [2, 1],
  yuv420p: [2, 2],
  yuv440p: [1, 2],
  yuv411p: [4, 1],
  yuv410p: [4, 4],
} as const;

function written(
  pixFmt: keyof typeof FORMATS,
  size: string,
  algorithm: string,
  planes: Uint8Array,
) {
  const input = ['-f', 'rawvideo', '-pix_fmt', pixFmt, '-s', size, '-i', '-'];
  const output = ['-compression_algo', algorithm, '-c:v', 'tiff', '-f', 'image2pipe', '-'];
  return new Uint8Array(runFfmpeg([...input, ...output], planes));
}

/** The offset of the value of a field of a little-endian file. */
function fieldAt(file: Uint8Array, tag: number): number {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const start = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(start, true); i++) {
    if (view.getUint16(start + 2 + 12 * i, true) === tag) return start + 2 + 12 * i + 8;
  }
  throw new Error(`no field ${tag}`);
}

describe('TIFF of YCbCr', () => {
  it.each(Object.keys(FORMATS) as (keyof typeof FORMATS)[])('reads %s', (pixFmt) => {
    const [across, down] = FORMATS[pixFmt];
    for (const [width, height, algorithm] of [
      [64, 48, 'raw'],
      [67, 33, 'lzw'],
      [1, 1, 'deflate'],
      [5, 70, 'packbits'],
    ] as const) {
      const [w, h] = [Math.ceil(width / across), Math.ceil(height / down)];
      const planes = Uint8Array.from({ length: width * height + 2 * w * h }, (_, i) => {
        return 40 + ((i * i * 7 + (i >> 3)) % 170);
      });
      const file = written(pixFmt, `${width}x${height}`, algorithm, planes);
      const { data } = decodeTiff(file);
      let largest = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const shared = width * height + Math.floor(y / down) * w + Math.floor(x / across);
          const luma = (planes[y * width + x]! - 16) * (255 / 219);
          const [cb, cr] = [shared, shared + w * h].map((at) => (planes[at]! - 128) * (255 / 224));
          const exact = [
            luma + 1.402 * cr!,
            luma - 0.344136 * cb! - 0.714136 * cr!,
            luma + 1.772 * cb!,
          ];
          exact.forEach((value, c) => {
            const wanted = Math.min(255, Math.max(0, value));
            largest = Math.max(largest, Math.abs(data[3 * (y * width + x) + c]! - wanted));
          });
        }
      }
      // ReferenceBlackWhite gives Cb and Cr 127 steps where H.273 has 127.5.
      expect(largest, `${pixFmt} ${width}x${height}`).toBeLessThan(1.8);
    }
  });

  it('refuses factors that are none, and white that is black', () => {
    const planes = new Uint8Array(16 * 16 * 1.5).fill(100);
    const file = written('yuv420p', '16x16', 'raw', planes);
    const factors = Uint8Array.from(file);
    factors[fieldAt(factors, 530)] = 3;
    expect(() => decodeTiff(factors)).toThrow(FormatError);
    const white = Uint8Array.from(file);
    const view = new DataView(white.buffer);
    const at = view.getUint32(fieldAt(white, 532), true);
    view.setUint32(at + 8, view.getUint32(at, true), true);
    expect(() => decodeTiff(white)).toThrow(/white is black/);
    const predictor = written('yuv420p', '16x16', 'deflate', planes);
    // Compression becomes 7, JPEG.
    predictor[fieldAt(predictor, 259)] = 7;
    expect(() => decodeTiff(predictor)).toThrow(UnsupportedError);
  });

  it('ends every damaged file in a picture or a typed error', () => {
    const file = written('yuv420p', '16x16', 'lzw', new Uint8Array(16 * 16 * 1.5).fill(90));
    const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1 });
    const property = fc.property(damage, (changes) => {
      const damaged = Uint8Array.from(file);
      for (const [at, value] of changes) damaged[at] = value;
      try {
        decodeTiff(damaged, { maxPixels: 1 << 16 });
      } catch (error) {
        const isTyped = error instanceof FormatError || error instanceof UnsupportedError;
        if (!isTyped) throw error;
      }
    });
    fc.assert(property, { numRuns: 1500, seed: 3 });
  });
});
