/** What headers say of pictures is what decoding gives; cut off files say it too, and what is not read is told. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UnsupportedError } from '../../../src/base/errors.ts';
import { encodeImage, loadImage } from '../../../src/index.ts';
import { IMAGE_CODECS } from '../../../src/pipeline/everything/registry.ts';
import { imageKindOf } from '../../../src/pipeline/image-headers.ts';
import { readVector, VECTOR_NAMES } from '../../codecs/jpeg/vectors.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { madePicture } from '../../support/pictures.ts';

/** Compares the header of a file, and what is read of its metadata alone, with what decoding gives. */
function checkHeader(name: string, bytes: Uint8Array): void {
  const kind = imageKindOf(bytes)!;
  const codec = IMAGE_CODECS.find((each) => each.name === kind.codec)!;
  const { frame, metadata } = codec.decode(bytes, {}, true);
  const { width, height, pixFmt } = frame;
  expect(kind.describe(bytes), name).toEqual({ width, height, pixFmt });
  expect(codec.readMetadata?.(bytes) ?? {}, name).toEqual(metadata);
}

test('our files, of every kind and format', async () => {
  const metadata = { density: { unit: 'inch', x: 96, y: 96 } } as const;
  for (const format of ['png', 'jpg', 'bmp', 'ppm', 'pgm', 'pam', 'qoi', 'tiff']) {
    for (const pixFmt of ['gray', 'ya8', 'rgb24', 'rgba', 'gray16le', 'rgba64be'] as const) {
      for (const kind of ['noise', 'steps'] as const) {
        const picture = madePicture(pixFmt, 33, 17, kind);
        const given = ['png', 'jpg', 'bmp', 'tiff'].includes(format) ? { metadata } : {};
        const bytes = await encodeImage(picture, { format, pixFmt, ...given });
        checkHeader(`${format} ${pixFmt} ${kind}`, bytes);
      }
    }
  }
});

test('JPEG files of every sampling and color space', () => {
  for (const name of VECTOR_NAMES) checkHeader(name, readVector(`${name}.jpg`));
});

test.skipIf(!hasMedia)('PngSuite', () => {
  const folder = mediaPath('images/pngsuite');
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.png') || name.startsWith('x')) continue;
    checkHeader(name, new Uint8Array(readFileSync(join(folder, name))));
  }
});

test('what ffmpeg writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-headers-'));
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=64x48:duration=0.04'];
  const cases: readonly (readonly [string, string])[] = [
    ...(['monob', 'pal8', 'gray', 'rgb555le', 'rgb565le', 'bgr24', 'bgra'] as const).map(
      (pixFmt) => ['bmp', pixFmt] as const,
    ),
    ...(['monob', 'pal8', 'gray', 'gray16le', 'rgb24', 'rgb48le', 'rgba', 'ya8'] as const).map(
      (pixFmt) => ['tiff', pixFmt] as const,
    ),
    ...(['monob', 'pal8', 'gray16be', 'rgb48be', 'rgba64be', 'ya16be'] as const).map(
      (pixFmt) => ['png', pixFmt] as const,
    ),
    ...(['monob', 'gray', 'rgb24', 'rgba', 'rgba64be', 'ya8'] as const).map(
      (pixFmt) => ['pam', pixFmt] as const,
    ),
    ...(['yuvj420p', 'yuvj422p', 'yuvj444p', 'gray'] as const).map(
      (pixFmt) => ['jpg', pixFmt] as const,
    ),
  ];
  cases.forEach(([extension, pixFmt], i) => {
    const path = join(folder, `${i}.${extension}`);
    const args = [...source, '-frames:v', '1', '-pix_fmt', pixFmt, '-update', '1', '-y', path];
    runFfmpeg(args, undefined, { allowWarnings: true });
    checkHeader(`${extension} ${pixFmt}`, new Uint8Array(readFileSync(path)));
  });
  rmSync(folder, { recursive: true });
});

test('files that end within their pixels say their size', async () => {
  for (const format of ['png', 'jpg', 'bmp', 'ppm', 'pam', 'qoi']) {
    const bytes = await encodeImage(madePicture('rgb24', 64, 48), { format });
    const cut = bytes.subarray(0, (bytes.length * 3) >> 2);
    expect(imageKindOf(cut)?.describe(cut), format).toMatchObject({ width: 64, height: 48 });
    await expect(loadImage(cut), format).rejects.toThrow();
  }
});

test('BigTIFF is said not to be read', async () => {
  const big = Uint8Array.of(0x49, 0x49, 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0);
  expect(() => imageKindOf(big)?.describe(big)).toThrow(UnsupportedError);
  await expect(loadImage(big)).rejects.toThrow(/BigTIFF/);
});

test('a Netpbm header with long comments takes no time', () => {
  const comment = `#${'x'.repeat(50_000)}\n`;
  const bytes = new TextEncoder().encode(`P5\n${comment}${comment}7 5\n${comment}255\n`);
  const whole = new Uint8Array(bytes.length + 35);
  whole.set(bytes);
  const before = performance.now();
  for (let i = 0; i < 50; i++) checkHeader('comments', whole);
  expect(performance.now() - before).toBeLessThan(2000);
});
