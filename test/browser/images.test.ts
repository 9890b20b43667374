/** Files of pictures in Chromium: color, opacity, orientation and profiles are shown as we read them. Needs no build. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeImage, loadImage, ndarray } from '../../src/index.ts';
import { bytesOf, madePicture } from '../support/pictures.ts';
import { findChromium, launchChromium } from './chromium.ts';

const executable = findChromium();
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  bmp: 'image/bmp',
};

/** Broad areas of color with an edge: what decoders that upsample chroma in their own ways agree about, mostly. */
function areas(width: number, height: number, channels: 1 | 3 | 4) {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const color = [(255 * x) / width, (255 * y) / height, x < width / 2 ? 40 : 210, 255];
      for (let c = 0; c < channels; c++) data[at + c] = Math.round(color[c]!);
    }
  }
  return ndarray(data, channels === 1 ? [height, width] : [height, width, channels]);
}

/** A profile of the shape of sRGB (ICC.1:2022 clause 8.3.3) whose red and blue primaries have changed places, and whose curve is `gamma`. */
function swappedProfile(gamma: number): Uint8Array {
  const xyz = (x: number, y: number, z: number) => {
    const tag = Buffer.alloc(20);
    tag.write('XYZ ', 'latin1');
    for (const [i, value] of [x, y, z].entries()) {
      tag.writeInt32BE(Math.round(value * 65536), 8 + 4 * i);
    }
    return tag;
  };
  const curve = Buffer.alloc(16);
  curve.write('curv', 'latin1');
  curve.writeUInt32BE(1, 8);
  curve.writeUInt16BE(Math.round(gamma * 256), 12);
  const text = (name: string) => {
    const tag = Buffer.alloc(12 + 16 + 2 * name.length + ((2 * name.length) % 4));
    tag.write('mluc', 'latin1');
    tag.writeUInt32BE(1, 8);
    tag.writeUInt32BE(12, 12);
    tag.write('enUS', 16, 'latin1');
    tag.writeUInt32BE(2 * name.length, 20);
    tag.writeUInt32BE(28, 24);
    for (let i = 0; i < name.length; i++) tag.writeUInt16BE(name.charCodeAt(i), 28 + 2 * i);
    return tag;
  };
  const red = xyz(0.4361, 0.2225, 0.0139);
  const blue = xyz(0.1431, 0.0606, 0.7141);
  const tags: readonly (readonly [string, Buffer])[] = [
    ['desc', text('swap')],
    ['cprt', text('none')],
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['rXYZ', blue],
    ['gXYZ', xyz(0.3851, 0.7169, 0.0971)],
    ['bXYZ', red],
    ...(['rTRC', 'gTRC', 'bTRC'] as const).map((name) => [name, curve] as const),
  ];
  const head = Buffer.alloc(128 + 4 + 12 * tags.length);
  let at = head.length;
  tags.forEach(([name, tag], i) => {
    head.write(name, 132 + 12 * i, 'latin1');
    head.writeUInt32BE(at, 136 + 12 * i);
    head.writeUInt32BE(tag.length, 140 + 12 * i);
    at += tag.length;
  });
  head.writeUInt32BE(at, 0);
  head.writeUInt32BE(0x04400000, 8);
  head.write('mntrRGB XYZ ', 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  for (const [i, value] of [0.9642, 1, 0.8249].entries()) {
    head.writeInt32BE(Math.round(value * 65536), 68 + 4 * i);
  }
  head.writeUInt32BE(tags.length, 128);
  return new Uint8Array(Buffer.concat([head, ...tags.map(([, tag]) => tag)]));
}

describe.skipIf(executable === null)('pictures in Chromium', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium(executable!);
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** What an `img` of the file shows, as RGBA. */
  async function shown(bytes: Uint8Array, type: string) {
    const url = `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
    const found = await page.evaluate(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let text = '';
      for (const byte of data) text += String.fromCharCode(byte);
      return { width: canvas.width, height: canvas.height, data: btoa(text) };
    }, url);
    return { ...found, data: new Uint8Array(Buffer.from(found.data, 'base64')) };
  }

  /** The largest and the mean difference of what Chromium shows and what we read. */
  async function difference(bytes: Uint8Array, format: string) {
    const theirs = await shown(bytes, TYPES[format]!);
    const ours = await loadImage(bytes, { orient: true, pixFmt: 'rgba' });
    expect([theirs.width, theirs.height]).toEqual([ours.width, ours.height]);
    const own = bytesOf(ours.array);
    let [largest, sum] = [0, 0];
    theirs.data.forEach((value, i) => {
      const apart = Math.abs(value - own[i]!);
      largest = Math.max(largest, apart);
      sum += apart;
    });
    return { largest, mean: sum / own.length };
  }

  it('PNG and BMP are exact', async () => {
    for (const effort of ['fast', 'default', 'best'] as const) {
      for (const interlaced of [false, true]) {
        for (const pixFmt of ['gray', 'rgb24', 'gray16le', 'rgb48le'] as const) {
          const picture = madePicture(pixFmt, 40, 30, 'steps');
          const bytes = await encodeImage(picture, { format: 'png', pixFmt, effort, interlaced });
          const { largest } = await difference(bytes, 'png');
          // Chromium cuts 16 bits, we round.
          expect(largest, `${effort} ${pixFmt}`).toBeLessThanOrEqual(/16|48/.test(pixFmt) ? 1 : 0);
        }
      }
    }
    for (const pixFmt of ['gray', 'rgb24'] as const) {
      const bytes = await encodeImage(madePicture(pixFmt, 41, 30), { format: 'bmp', pixFmt });
      expect(await difference(bytes, 'bmp')).toEqual({ largest: 0, mean: 0 });
    }
  });

  it('opacity is exact where all or nothing shows', async () => {
    const picture = areas(40, 30, 4);
    for (let i = 3; i < picture.data.length; i += 8) picture.data[i] = 0;
    for (const format of ['png', 'bmp']) {
      const { data } = await shown(await encodeImage(picture, { format }), TYPES[format]!);
      data.forEach((value, i) => {
        const isShown = picture.data[i | 3] === 255;
        expect(value, format).toBe(isShown ? picture.data[i] : 0);
      });
    }
  });

  it.each(['4:4:4', '4:2:2', '4:4:0', '4:2:0'] as const)('JPEG of %s', async (subsampling) => {
    for (const scans of ['baseline', 'progressive'] as const) {
      for (const [width, height] of [
        [64, 48],
        [37, 23],
      ] as const) {
        const options = { format: 'jpg', quality: 90, subsampling, scans } as const;
        const bytes = await encodeImage(areas(width, height, 3), options);
        const { largest, mean } = await difference(bytes, 'jpg');
        expect(mean, `${scans} ${width}`).toBeLessThan(0.6);
        expect(largest, `${scans} ${width}`).toBeLessThanOrEqual(subsampling === '4:4:4' ? 3 : 12);
      }
    }
    const gray = await encodeImage(areas(33, 20, 1), { format: 'jpg' });
    expect((await difference(gray, 'jpg')).largest).toBeLessThanOrEqual(1);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'orientation %i is shown as we turn it',
    async (orientation) => {
      for (const format of ['jpg', 'png']) {
        const options = format === 'jpg' ? { quality: 95, subsampling: '4:4:4' as const } : {};
        const metadata = { orientation };
        const bytes = await encodeImage(areas(40, 24, 3), { format, metadata, ...options });
        expect((await difference(bytes, format)).largest, format).toBeLessThanOrEqual(3);
      }
    },
  );

  it('profiles are found: colors change as they say', async () => {
    const icc = swappedProfile(2.2);
    const flat = new Uint8Array(16 * 16 * 3).map((_, i) => (i % 3 === 0 ? 255 : 0));
    for (const format of ['jpg', 'png']) {
      const picture = ndarray(flat, [16, 16, 3]);
      const options = format === 'jpg' ? { quality: 95, subsampling: '4:4:4' as const } : {};
      const plain = await encodeImage(picture, { format, ...options });
      const tagged = await encodeImage(picture, { format, metadata: { icc }, ...options });
      const [r, g, b] = (await shown(plain, TYPES[format]!)).data;
      expect([r! > 245, g! < 10, b! < 10], format).toEqual([true, true, true]);
      const [red, green, blue] = (await shown(tagged, TYPES[format]!)).data;
      expect([red! < 40, green! < 40, blue! > 230], `${format} ${red} ${green} ${blue}`).toEqual([
        true,
        true,
        true,
      ]);
      const { metadata } = await loadImage(tagged);
      expect(metadata.icc).toEqual(icc);
    }
  });
});
