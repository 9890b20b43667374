/** What is written comes back: by our own reader and by ffmpeg, for every color type, depth, effort and option. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  composeApng,
  decodePng,
  encodeApng,
  encodePng,
  optimizePng,
  PngEncoder,
  pngToRgba8,
  pngToRgba16,
  quantizePng,
} from 'vitrine/png';
import { ConfigError, StateError } from '../../../src/base/errors.ts';
import { FORMATS, LOOKS, makePicture } from './pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-png-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pngcheck = spawnSync('pngcheck', ['-h']).error === undefined;
if (!pngcheck) console.warn('pngcheck is not installed: files are not shown to it');

/** Shows a file to pngcheck, which must not complain. */
function check(file: Uint8Array): void {
  if (!pngcheck) return;
  const path = join(folder, 'file.png');
  writeFileSync(path, file);
  expect(execFileSync('pngcheck', [path], { encoding: 'utf8' })).toMatch(/^OK/);
  expect(existsSync(path)).toBe(true);
}

const same = (a: ArrayBufferView, b: ArrayBufferView) =>
  Buffer.compare(
    new Uint8Array(a.buffer, a.byteOffset, a.byteLength),
    new Uint8Array(b.buffer, b.byteOffset, b.byteLength),
  ) === 0;

describe('encodePng and decodePng', () => {
  it.each(FORMATS)('color type %i, depth %i: the same pixels', async (colorType, bitDepth) => {
    for (const [i, look] of LOOKS.entries()) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const [width, height] of [
        [1, 1],
        [33, 19],
      ] as const) {
        const image = makePicture(colorType, bitDepth, width, height, look, i + width);
        for (const interlaced of [i % 2 === 0]) {
          const exact = decodePng(encodePng(image, { reduce: false, interlaced, effort: 'fast' }));
          expect([exact.colorType, exact.bitDepth, exact.interlaced]).toEqual([
            colorType,
            bitDepth,
            interlaced,
          ]);
          expect(same(exact.data, image.data)).toBe(true);
          const file = encodePng(image, { interlaced, effort: 'fast' });
          expect(same(pngToRgba16(decodePng(file)), pngToRgba16(image))).toBe(true);
          if (look === 'cutout') check(file);
        }
      }
    }
  });

  it('by property: any size, format, look, effort', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMATS),
        fc.constantFrom(...LOOKS),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(1000),
        fc.constantFrom('fast' as const, 'default' as const, 'best' as const),
        fc.boolean(),
        ([colorType, bitDepth], look, width, height, seed, effort, interlaced) => {
          const image = makePicture(colorType, bitDepth, width, height, look, seed);
          const file = encodePng(image, { effort, interlaced });
          expect(same(pngToRgba16(decodePng(file)), pngToRgba16(image))).toBe(true);
          expect(same(pngToRgba8(decodePng(file)), pngToRgba8(image))).toBe(true);
          if (look === 'cutout') check(file);
        },
      ),
      { seed: 2025, numRuns: 12 },
    );
  });

  it('takes the smallest format that holds the pixels', () => {
    const formatOf = (file: Uint8Array) => {
      const { colorType, bitDepth } = decodePng(file);
      return [colorType, bitDepth];
    };
    expect(formatOf(encodePng(makePicture(2, 16, 200, 100, 'gray', 1)))).toEqual([0, 16]);
    expect(formatOf(encodePng(makePicture(6, 8, 200, 200, 'gray', 1)))).toEqual([0, 8]);
    expect(formatOf(encodePng(makePicture(6, 16, 100, 80, 'shallow', 1)))[1]).toBe(8);
    expect(formatOf(encodePng(makePicture(2, 8, 100, 80, 'flat', 1)))).toEqual([3, 4]);
  });
});

describe('PngEncoder', () => {
  it('row by row gives the same pixels', () => {
    for (const [colorType, bitDepth] of FORMATS) {
      const image = makePicture(colorType, bitDepth, 41, 23, 'smooth', 3);
      const parts: Uint8Array[] = [];
      const { data, ...description } = image;
      const encoder = new PngEncoder({ ...description, effort: 'fast' });
      const perRow = data.length / 23;
      for (let y = 0; y < 23; y += 2)
        encoder.push(data.slice(y * perRow, (y + 2) * perRow), (bytes) =>
          parts.push(bytes.slice()),
        );
      expect(() => encoder.push(data.slice(0, perRow), () => {})).toThrow(StateError);
      encoder.finish((bytes) => parts.push(bytes.slice()));
      const file = Buffer.concat(parts);
      expect(same(decodePng(file).data, data)).toBe(true);
      check(file);
    }
  });
});

describe('metadata', () => {
  it('of every chunk come back', () => {
    const metadata = {
      gamma: 45455,
      chromaticities: [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000],
      srgbIntent: 1,
      cicp: [9, 16, 0, 1] as const,
      masteringDisplay: [35400, 14600, 8500, 39850, 6550, 2300, 15635, 16450, 10000000, 50],
      contentLight: [10000000, 4000000] as const,
      physical: { x: 3000, y: 3001, isMeter: true },
      significantBits: [5, 6, 5],
      background: [1, 2, 3],
      suggestedPalettes: [
        { name: 'a', sampleDepth: 8 as const, entries: Uint16Array.of(1, 2, 3, 4, 500) },
        { name: 'b', sampleDepth: 16 as const, entries: Uint16Array.of(1000, 2, 3, 4, 5) },
      ],
      texts: [
        { keyword: 'Title', text: 'größer' },
        { keyword: 'Comment', text: 'x'.repeat(500), compressed: true },
        {
          keyword: 'Author',
          text: '東京',
          compressed: true,
          language: 'ja',
          translatedKeyword: '著者',
        },
      ],
      exif: Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, 8),
      time: [2026, 11, 30, 8, 0, 59] as const,
      others: [
        { type: 'teSt', data: Uint8Array.of(1, 2), beforePixels: true },
        { type: 'teSt', data: Uint8Array.of(3), beforePixels: false },
      ],
    };
    const file = encodePng({ ...makePicture(2, 8, 9, 9, 'noise', 1), metadata }, { reduce: false });
    expect(decodePng(file).metadata).toEqual(metadata);
    const { srgbIntent: _, ...rest } = metadata;
    const profile = Uint8Array.from({ length: 3000 }, (__, i) => i % 61);
    const other = { ...rest, iccProfile: { name: 'p', profile } };
    expect(
      decodePng(
        encodePng({ ...makePicture(2, 8, 9, 9, 'noise', 1), metadata: other }, { reduce: false }),
      ).metadata,
    ).toEqual(other);
  });

  it('stay, and pixels too, when a file is optimized; never larger', () => {
    for (const [colorType, bitDepth] of FORMATS) {
      const metadata = { gamma: 45455, texts: [{ keyword: 'Title', text: 'a' }] };
      const image = { ...makePicture(colorType, bitDepth, 60, 40, 'flat', 4), metadata };
      const file = encodePng(image, { reduce: false, effort: 'fast' });
      const smaller = optimizePng(file);
      expect(smaller.length).toBeLessThanOrEqual(file.length);
      expect(same(pngToRgba16(decodePng(smaller)), pngToRgba16(image))).toBe(true);
      expect(decodePng(smaller).metadata).toEqual(metadata);
      expect(decodePng(optimizePng(file, { strip: true })).metadata).toEqual({ gamma: 45455 });
    }
  });
});

describe('animated PNG', () => {
  it('comes back, and is shown as its frames say', () => {
    const image = makePicture(6, 8, 20, 10, 'smooth', 1);
    const patch = new Uint8Array(4 * 5 * 4).fill(128);
    const file = encodeApng(
      image,
      [
        { data: image.data, delay: [1, 25] },
        { data: patch, x: 3, y: 2, width: 5, height: 4, dispose: 'previous', blend: 'source' },
        { data: patch, x: 0, y: 0, width: 5, height: 4, dispose: 'background', blend: 'over' },
        { data: patch, x: 15, y: 6, width: 5, height: 4 },
      ],
      { plays: 3 },
    );
    check(file);
    const decoded = decodePng(file);
    expect(decoded.animation!.plays).toBe(3);
    expect(
      decoded.animation!.frames.map(({ x, y, width, height }) => [x, y, width, height]),
    ).toEqual([
      [0, 0, 20, 10],
      [3, 2, 5, 4],
      [0, 0, 5, 4],
      [15, 6, 5, 4],
    ]);
    const shown = [...composeApng(decoded)];
    expect(same(shown[0]!, image.data)).toBe(true);
    const at = (picture: Uint8Array, x: number, y: number) => [
      ...picture.subarray(4 * (20 * y + x), 4 * (20 * y + x) + 4),
    ];
    expect(at(shown[1]!, 3, 2)).toEqual([128, 128, 128, 128]);
    expect(at(shown[2]!, 3, 2)).not.toEqual([128, 128, 128, 128]);
    expect(at(shown[3]!, 0, 0)).toEqual([0, 0, 0, 0]);
    expect(at(shown[3]!, 15, 6)).toEqual([128, 128, 128, 128]);
  });
});

describe('quantizePng', () => {
  it('keeps pictures that have few colors, comes near others', () => {
    const flat = makePicture(2, 8, 64, 64, 'flat', 1);
    expect(same(pngToRgba8(quantizePng(flat)), pngToRgba8(flat))).toBe(true);
    const smooth = makePicture(6, 8, 96, 96, 'smooth', 5);
    for (const [colors, most] of [
      [256, 14],
      [16, 45],
    ] as const) {
      const quantized = quantizePng(smooth, { colors });
      expect(quantized.palette!.length / 3).toBeLessThanOrEqual(colors);
      const [a, b] = [pngToRgba8(smooth), pngToRgba8(quantized)];
      let error = 0;
      for (let i = 0; i < a.length; i += 4)
        for (let c = 0; c < 3; c++)
          error += Math.abs(a[i + c]! * a[i + 3]! - b[i + c]! * b[i + 3]!) / 255;
      expect(error / (a.length * 0.75)).toBeLessThan(most);
    }
  });
});

describe('wrong calls', () => {
  it('name what is wrong', () => {
    const image = makePicture(2, 8, 4, 4, 'noise', 1);
    expect(() => encodePng({ ...image, bitDepth: 4 })).toThrow(/bitDepth/);
    expect(() => encodePng({ ...image, width: 0 })).toThrow(ConfigError);
    expect(() => encodePng({ ...image, data: image.data.slice(1) })).toThrow(/data/);
    expect(() => encodePng({ ...image, transparent: [1] })).toThrow(/transparent/);
    expect(() =>
      encodePng({ ...makePicture(0, 1, 4, 4, 'noise', 1), data: new Uint8Array(16).fill(2) }),
    ).toThrow(/sample 0/);
    expect(() => encodePng(image, { effort: 'most' as 'best' })).toThrow(/effort/);
  });
});
