/** What headers say of pictures is what decoding gives; cut off files say it too, and what is not read is told. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FormatError } from '../../../src/base/errors.ts';
import { findPages, openPage } from '../../../src/codecs/tiff/pages.ts';
import { encodeImage, loadImage } from '../../../src/index.ts';
import { IMAGE_CODECS } from '../../../src/pipeline/everything/registry.ts';
import { imageKindOf } from '../../../src/pipeline/image-headers.ts';
import { readVector, VECTOR_NAMES } from '../../codecs/jpeg/vectors.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { bytesOf, madePicture } from '../../support/pictures.ts';

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

/** A TIFF file as BigTIFF: offsets and counts of 64 bits; numbers of 32 bits become 64 too. */
function bigTiffOf(file: Uint8Array): Uint8Array {
  const old = new DataView(file.buffer, file.byteOffset, file.length);
  const directory = old.getUint32(4, true);
  const count = old.getUint16(directory, true);
  const out = new Uint8Array(file.length + 4096);
  const view = new DataView(out.buffer);
  const big = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  // Samples keep their places but for the eight bytes that the header grew by.
  out.set(file.subarray(8, directory), 16);
  out.set([0x49, 0x49, 43, 0, 8, 0, 0, 0]);
  const to = (directory + 8 + 7) & ~7;
  big(8, to);
  big(to, count);
  let values = to + 8 + 20 * count + 8;
  for (let i = 0; i < count; i++) {
    const [from, at] = [directory + 2 + 12 * i, to + 8 + 20 * i];
    const tag = old.getUint16(from, true);
    const type = old.getUint16(from + 2, true);
    const length = old.getUint32(from + 4, true);
    const bytes = { 1: 1, 3: 2, 4: 4, 5: 8, 7: 1 }[type]! * length;
    const start = bytes <= 4 ? from + 8 : old.getUint32(from + 8, true);
    const isLong = type === 4;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, isLong ? 16 : type, true);
    big(at + 4, length);
    const size = isLong ? 2 * bytes : bytes;
    const place = size <= 8 ? at + 12 : values;
    if (size > 8) {
      big(at + 12, values);
      values += (size + 7) & ~7;
    }
    if (!isLong) out.set(file.subarray(start, start + bytes), place);
    for (let k = 0; isLong && k < length; k++) {
      big(place + 8 * k, old.getUint32(start + 4 * k, true) + (tag === 273 ? 8 : 0));
    }
  }
  return out.subarray(0, values);
}

test.each([
  ['rgb24', 'deflate'],
  ['rgba', 'none'],
  ['gray16le', 'none'],
] as const)('BigTIFF of %s, %s, is read as TIFF is', async (pixFmt, compression) => {
  const picture = madePicture(pixFmt, 640, 480);
  const metadata = { density: { unit: 'inch', x: 300, y: 200 } } as const;
  const file = await encodeImage(picture, { format: 'tiff', compression, metadata });
  const big = bigTiffOf(file);
  const [a, b] = [await loadImage(file), await loadImage(big)];
  expect(b.pixFmt).toBe(a.pixFmt);
  expect(bytesOf(b.array)).toEqual(bytesOf(a.array));
  expect(b.metadata).toEqual(a.metadata);
  expect(imageKindOf(big)?.describe(big)).toEqual(imageKindOf(file)?.describe(file));
});

test('a page of BigTIFF becomes a TIFF file; one that is broken is said', async () => {
  const picture = madePicture('rgb24', 640, 480);
  const big = bigTiffOf(await encodeImage(picture, { format: 'tiff' }));
  const { directories } = findPages(big);
  const page = openPage(big, directories[0]!).write();
  expect([...page.subarray(0, 4)]).toEqual([0x49, 0x49, 42, 0]);
  expect(bytesOf((await loadImage(page)).array)).toEqual(bytesOf(picture));
  for (const [at, value] of [
    [8, 2n ** 63n],
    [8, 4n],
    [Number(new DataView(big.buffer, big.byteOffset).getBigUint64(8, true)), 2n ** 62n],
  ] as const) {
    const broken = big.slice();
    new DataView(broken.buffer).setBigUint64(at, value, true);
    await expect(loadImage(broken), `${at}`).rejects.toThrow(FormatError);
  }
  await expect(loadImage(big.subarray(0, 12))).rejects.toThrow(FormatError);
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
