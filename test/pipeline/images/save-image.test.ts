/** `saveImage` as SPDL's `save_image` is tested (test/io/encoding_test.py there), and what is possible here beyond it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/base/errors.ts';
import { encodeImage, loadImage, MemorySink, ndarray, saveImage } from '../../../src/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { bytesOf, madePicture } from '../../support/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-save-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
/** ffmpeg misses the end of JPEG files of some hundred bytes, cjpeg's too. */
const decoded = (name: string, pixFmt: string, allowWarnings = /jpe?g$/i.test(name)) => {
  const args = ['-i', at(name), '-f', 'rawvideo', '-pix_fmt', pixFmt, '-'];
  return new Uint8Array(runFfmpeg(args, undefined, { allowWarnings }));
};

describe('as SPDL tests it', () => {
  test.each(['rgb24', 'gray'] as const)('parity_simple[%s]', async (pixFmt) => {
    const picture = madePicture(pixFmt, 16, 16);
    await saveImage(at(`simple-${pixFmt}.png`), picture, pixFmt);
    expect(decoded(`simple-${pixFmt}.png`, pixFmt)).toEqual(bytesOf(picture));
  });

  test('parity_png_gray16be', async () => {
    const picture = madePicture('gray16be', 64, 32);
    await saveImage(at('deep.png'), picture, 'gray16be');
    expect(decoded('deep.png', 'gray16be')).toEqual(bytesOf(picture));
  });

  // biome-ignore format: a list
  const ALL = [
    Uint8Array, Uint16Array, Uint32Array, BigUint64Array, Int16Array, Int32Array, BigInt64Array, Float32Array, Float64Array,
  ] as const;
  const WIDE = ALL.filter((type) => type !== Uint8Array);
  test.each(
    (['rgb24', 'gray', 'yuv444p'] as const).flatMap((pixFmt) =>
      WIDE.map((type) => [pixFmt, type.name, type] as const),
    ),
  )('rejects_dtypes[%s, %s]', async (pixFmt, _, type) => {
    const data = ndarray(new type(32 * 64) as Uint8Array, [32, 64]);
    const saved = saveImage(at('rejected.png'), data, pixFmt);
    await expect(saved).rejects.toThrow(ConfigError);
    const about = pixFmt === 'gray' ? /8 bits/ : /shape must be .*found \(32, 64\)/;
    await expect(saved).rejects.toThrow(about);
    expect(readdirSync(folder)).not.toContain('rejected.png');
  });

  const NOT_16_BITS = ALL.filter((type) => type !== Uint16Array && type !== Int16Array);
  test.each(NOT_16_BITS.map((type) => [type.name, type] as const))(
    'rejects_dtypes_gray16be[%s]',
    async (_, type) => {
      const data = ndarray(new type(32 * 64) as Uint8Array, [32, 64]);
      await expect(saveImage(at('rejected.png'), data, 'gray16be')).rejects.toThrow(/16 bits/);
    },
  );
});

describe('beyond it', () => {
  const EXTENSIONS = [
    'png',
    'apng',
    'jpg',
    'JPEG',
    'bmp',
    'ppm',
    'pgm',
    'pam',
    'qoi',
    'tiff',
    'TIF',
  ];

  test.each(EXTENSIONS)('.%s takes every format', async (extension) => {
    for (const pixFmt of [
      'rgb24',
      'bgr24',
      'gray',
      'gray16be',
      'rgba',
      'ya8',
      'rgb48le',
    ] as const) {
      const name = `any-${pixFmt}.${extension}`;
      await saveImage(at(name), madePicture(pixFmt, 20, 12, 'steps'), pixFmt);
      expect(decoded(name, 'rgb24').length, pixFmt).toBe(3 * 20 * 12);
      expect(await loadImage(at(name))).toMatchObject({ width: 20, height: 12 });
    }
    const planes = ndarray(new Uint8Array(3 * 12 * 20).fill(128), [3, 12, 20]);
    await saveImage(at(`planes.${extension}`), planes, 'yuv444p');
    expect((await loadImage(at(`planes.${extension}`))).width).toBe(20);
  });

  test('wrong names, settings and data are said, and an older file stays', async () => {
    const picture = madePicture('rgb24', 8, 8);
    writeFileSync(at('old.png'), 'old');
    // biome-ignore format: a table
    const cases: readonly (readonly [string, object, RegExp])[] = [
      ['old.pngg', {}, /png.*jpg.*tiff/s],
      ['old.png', { quality: 80 }, /quality/],
      ['old.jpg', { quality: 101 }, /quality.*1.*100/],
      ['old.jpg', { quality: 0 }, /quality/],
      ['old.bmp', { metadata: { xmp: new Uint8Array(3) } }, /bmp files have no place/],
      ['old.png', { pixFmt: 'nonsense' }, /nonsense/],
      ['old.png', { effort: 'most' }, /effort/],
    ];
    for (const [name, options, message] of cases) {
      await expect(saveImage(at(name), picture, options), name).rejects.toThrow(message);
    }
    await expect(saveImage(at('none/old.png'), picture)).rejects.toThrow();
    expect(readFileSync(at('old.png'), 'latin1')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.startsWith('old'))).toEqual(['old.png']);
  });

  test('sinks, bytes and files are the same', async () => {
    const picture = madePicture('rgb24', 31, 17, 'steps');
    const bytes = await encodeImage(picture, { format: 'png' });
    const sink = new MemorySink();
    await saveImage(sink, picture, { format: 'png' });
    expect(sink.toBytes()).toEqual(bytes);
    await saveImage(at('same.png'), picture);
    expect(new Uint8Array(readFileSync(at('same.png')))).toEqual(bytes);
  });
});
