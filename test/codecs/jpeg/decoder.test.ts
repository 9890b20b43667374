/** The decoder against libjpeg-turbo's on files of independent encoders, and its refusals. */

import { describe, expect, it } from 'vitest';
import { decodeJpeg, decodeJpegPlanes, encodeJpeg, JpegDecoder, readJpegInfo } from 'vitrine/jpeg';
import { FormatError, UnsupportedError } from '../../../src/base/errors.ts';
import { mutate, randomNumbers } from '../../fuzz/mutate.ts';
import { differenceOf, parsePnm, readVector, VECTOR_NAMES } from './vectors.ts';

const NAMES = VECTOR_NAMES.filter((name) => name !== 'ycck');

describe('decodeJpeg', () => {
  it.each(NAMES)('%s is what djpeg decodes, within rounding', (name) => {
    const reference = parsePnm(readVector(`${name}.${name.includes('gray') ? 'pgm' : 'ppm'}`));
    const picture = decodeJpeg(readVector(`${name}.jpg`));
    expect([picture.width, picture.height]).toEqual([reference.width, reference.height]);
    expect(picture.channels).toBe(reference.channels);
    // Both transforms round: a sample of a component can differ by 1, a color by 2.
    const { largest, mean } = differenceOf(picture.data, reference.data);
    expect(largest).toBeLessThanOrEqual(2);
    expect(mean).toBeLessThan(0.002);
  });

  it('reads CMYK as ink, and as the color it shows', () => {
    const bytes = readVector('ycck.jpg');
    const ink = decodeJpeg(bytes, { format: 'cmyk' });
    expect(ink.colorSpace).toBe('ycck');
    expect(differenceOf(ink.data, readVector('ycck.raw')).largest).toBeLessThanOrEqual(2);
    const color = decodeJpeg(bytes);
    for (let i = 0; i < 61 * 45; i++) {
      for (let c = 0; c < 3; c++) {
        const expected = ((255 - ink.data[4 * i + c]!) * (255 - ink.data[4 * i + 3]!)) / 255;
        expect(Math.abs(color.data[3 * i + c]! - expected)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('gives gray, and rgba with alpha 255, of any file', () => {
    for (const name of VECTOR_NAMES) {
      const bytes = readVector(`${name}.jpg`);
      const rgb = decodeJpeg(bytes, { format: 'rgb' }).data;
      const rgba = decodeJpeg(bytes, { format: 'rgba' }).data;
      const gray = decodeJpeg(bytes, { format: 'gray' }).data;
      let wrong = 0;
      for (let i = 0; i < gray.length; i++) {
        const [r, g, b] = rgb.subarray(3 * i, 3 * i + 3);
        const [R, G, B, A] = rgba.subarray(4 * i, 4 * i + 4);
        if (R !== r || G !== g || B !== b || A !== 255) wrong++;
        // RGB that was cut at 0 or 255 has another luma than the file.
        const isCut = Math.min(r!, g!, b!) === 0 || Math.max(r!, g!, b!) === 255;
        if (!isCut && Math.abs(gray[i]! - (0.299 * r! + 0.587 * g! + 0.114 * b!)) > 1) wrong++;
      }
      expect(wrong).toBe(0);
    }
  });

  it('gives the same pixels with and without vector kernels, whatever the size and the sampling', () => {
    for (const subsampling of ['4:4:4', '4:2:2', '4:4:0', '4:2:0'] as const) {
      for (const [width, height] of [
        [129, 130],
        [16384, 1],

        [333, 50],
      ] as const) {
        const random = randomNumbers(width);
        const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (random() + i) >> 2);
        const file = encodeJpeg({ width, height, data }, { subsampling, quality: 85 });
        for (const format of ['gray', 'rgb', 'rgba'] as const) {
          const plain = decodeJpeg(file, { format, vectorKernels: false });
          expect(decodeJpeg(file, { format }).data).toEqual(plain.data);
        }
      }
    }
  });

  it("leaves a Buffer of Node's as it is", () => {
    const file = Buffer.from(readVector('baseline-444.jpg'));
    const before = Uint8Array.from(file);
    const { data } = decodeJpeg(file);
    expect(Uint8Array.from(file)).toEqual(before);
    expect(decodeJpeg(file).data).toEqual(data);
  });

  it('reads the same rows one by one', () => {
    for (const name of VECTOR_NAMES) {
      const whole = decodeJpeg(readVector(`${name}.jpg`));
      const decoder = new JpegDecoder(readVector(`${name}.jpg`));
      const row = new Uint8Array(whole.width * whole.channels);
      for (let y = 0; y < whole.height; y++) {
        expect(decoder.readRows(row)).toBe(1);
        expect(row).toEqual(whole.data.subarray(y * row.length, (y + 1) * row.length));
      }
      expect(decoder.rowsLeft).toBe(0);
    }
  });

  it('gives the components as they are coded', () => {
    const { planes } = decodeJpegPlanes(readVector('progressive-420.jpg'));
    expect(planes.map(({ width, height }) => [width, height])).toEqual([
      [61, 45],
      [31, 23],
      [31, 23],
    ]);
    const gray = decodeJpeg(readVector('progressive-420.jpg'), { format: 'gray' });
    expect(planes[0]!.data).toEqual(gray.data);
  });
});

describe('refusals', () => {
  const bytes = readVector('progressive-444-restart.jpg');

  it('names the offset at which a file breaks the standard', () => {
    expect(() => decodeJpeg(bytes.subarray(1))).toThrow(FormatError);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeJpeg(bytes.subarray(0, length))).toThrow(/byte offset \d+/);
    }
  });

  it('checks limits before memory is taken', () => {
    const huge = bytes.slice();
    const at = huge.findIndex((byte, i) => byte === 0xff && huge[i + 1] === 0xc2);
    huge.set([0xff, 0xff, 0xff, 0xff], at + 5);
    expect(() => decodeJpeg(huge)).toThrow(/65535x65535 pixels are over the limit/);
    expect(() => decodeJpeg(bytes, { limits: { maxScans: 3 } })).toThrow(
      /more scans than the limit of 3/,
    );
    expect(() => decodeJpeg(bytes, { limits: { maxPixels: 60 } })).toThrow(FormatError);
  });

  it('refuses thousands of scans before it decodes any, and scans that code a bit twice', () => {
    const start = bytes.lastIndexOf(0xda) - 1;
    const end = bytes.length - 2;
    const scan = bytes.subarray(start, end);
    const bomb = new Uint8Array(end + 5000 * scan.length + 2);
    bomb.set(bytes.subarray(0, end));
    for (let i = 0; i < 5000; i++) bomb.set(scan, end + i * scan.length);
    bomb.set([0xff, 0xd9], bomb.length - 2);
    expect(() => decodeJpeg(bomb)).toThrow(/is coded twice|more scans than the limit/);
  });

  it('says what it does not read', () => {
    const arithmetic = bytes.slice();
    const at = arithmetic.findIndex((byte, i) => byte === 0xff && arithmetic[i + 1] === 0xc2);
    arithmetic[at + 1] = 0xc9;
    expect(() => readJpegInfo(arithmetic)).toThrow(UnsupportedError);
  });

  it('ends every damaged file in a picture or a typed error', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const name = VECTOR_NAMES[seed % VECTOR_NAMES.length];
      try {
        decodeJpeg(mutate(readVector(`${name}.jpg`), seed), { limits: { maxPixels: 1 << 20 } });
      } catch (error) {
        if (!(error instanceof FormatError || error instanceof UnsupportedError)) throw error;
      }
    }
  });
});
