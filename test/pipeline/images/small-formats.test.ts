/** Files of pictures: what ffmpeg reads of ours, what we read of ours, and of what ffmpeg writes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type PixFmt, RASTER_PIX_FMTS } from '../../../src/frames/index.ts';
import { encodeImage, loadImage } from '../../../src/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { bytesOf, madePicture, type PictureFile, readByFfmpeg } from '../../support/pictures.ts';

const EIGHT_BITS = RASTER_PIX_FMTS.filter((name) => !/16|48|64|10/.test(name));
const NO_ALPHA = ['gray', 'rgb24', 'bgr24', 'gray16le', 'gray16be', 'rgb48le', 'rgb48be'];
/** gray10 is widened, so that reading back as gray10 is not what ffmpeg's `gray10le` rounds to. */
const EXACT = RASTER_PIX_FMTS.filter((name) => name !== 'gray10le');

/** Table: kind of file => formats that it holds without loss, options. */
const KINDS: readonly (readonly [string, readonly PixFmt[], object])[] = [
  ['png', EXACT, {}],
  ['bmp', EIGHT_BITS, {}],
  ['ppm', EXACT.filter((name) => NO_ALPHA.includes(name) && !name.startsWith('gray')), {}],
  ['pgm', EXACT.filter((name) => NO_ALPHA.includes(name) && name.startsWith('gray')), {}],
  ['pam', EXACT, {}],
  ['qoi', EIGHT_BITS.filter((name) => name !== 'gray' && name !== 'ya8'), {}],
  ['tiff', EXACT, {}],
  ['tiff', EXACT, { compression: 'none' }],
];
const SIZES = [
  [1, 1],
  [5, 3],
  [67, 33],
] as const;

test.each(KINDS)('%s holds what it is given', async (format, pixFmts, options) => {
  const files: PictureFile[] = [];
  const originals: Uint8Array[] = [];
  for (const pixFmt of pixFmts) {
    for (const [width, height] of SIZES) {
      const picture = madePicture(pixFmt, width, height, width === 67 ? 'steps' : 'noise');
      const bytes = await encodeImage(picture, { format, pixFmt, ...options });
      const back = await loadImage(bytes, { pixFmt });
      expect(bytesOf(back.array), `${pixFmt} ${width}x${height}`).toEqual(bytesOf(picture));
      // ffmpeg makes gray of the colors of a bitmap, and rounds.
      const isGrayBitmap = format === 'bmp' && (pixFmt === 'gray' || pixFmt === 'ya8');
      const asked = isGrayBitmap ? (pixFmt === 'gray' ? 'rgb24' : 'rgba') : pixFmt;
      const expected = isGrayBitmap ? (await loadImage(bytes, { pixFmt: asked })).array : picture;
      files.push({ bytes, extension: format, pixFmt: asked });
      originals.push(bytesOf(expected));
    }
  }
  const read = readByFfmpeg(files);
  read.forEach((samples, i) => {
    expect(samples, `ffmpeg, ${files[i]!.pixFmt}, file ${i}`).toEqual(originals[i]);
  });
});

test('what ffmpeg writes is read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-small-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // biome-ignore format: a table
  const cases: readonly (readonly [string, PixFmt, readonly string[]])[] = [
    ['bmp', 'bgr24', []], ['bmp', 'bgra', []], ['bmp', 'gray', []],
    ['ppm', 'rgb24', []], ['ppm', 'rgb48be', []], ['pgm', 'gray', []], ['pgm', 'gray16be', []],
    ['pam', 'rgba', []], ['pam', 'gray', []], ['pam', 'rgb48be', []],
    ['qoi', 'rgb24', []], ['qoi', 'rgba', []],
    ...(['raw', 'packbits', 'lzw', 'deflate'] as const).flatMap((algorithm) =>
      (['rgb24', 'gray', 'rgb48le', 'rgba'] as const).map((pixFmt) =>
        ['tiff', pixFmt, ['-compression_algo', algorithm]] as const)),
    ['png', 'rgb48be', []], ['png', 'ya8', []], ['png', 'gray16be', []],
  ];
  const [width, height] = [67, 33];
  const inputs = cases.flatMap(([, pixFmt], i) => {
    const path = join(folder, `${i}.raw`);
    writeFileSync(
      path,
      bytesOf(madePicture(pixFmt, width, height, i % 2 === 0 ? 'noise' : 'steps')),
    );
    return ['-f', 'rawvideo', '-pix_fmt', pixFmt, '-s', `${width}x${height}`, '-i', path];
  });
  const outputs = cases.flatMap(([extension, , options], i) => [
    ...['-map', `${i}:v`, ...options, '-update', '1'],
    join(folder, `${i}.${extension}`),
  ]);
  runFfmpeg(['-y', ...inputs, ...outputs], undefined, { allowWarnings: true });
  for (const [i, [extension, pixFmt]] of cases.entries()) {
    const { array } = await loadImage(join(folder, `${i}.${extension}`), { pixFmt });
    const original = readFileSync(join(folder, `${i}.raw`));
    expect(Buffer.compare(bytesOf(array), original), `${extension} ${pixFmt}`).toBe(0);
  }
});

test('TIFF: tiles as wide as the picture are whole at its lower edge', async () => {
  // Two tiles of 256x272 one below the other; the picture has 273 rows, so that the second tile has one of them.
  const [width, tileHeight, height] = [256, 272, 273];
  const samples = Uint8Array.from({ length: 2 * width * tileHeight }, (_, i) => (i * 7) % 251);
  const size = width * tileHeight;
  const tiles = [0, 1].map((i) => deflateSync(samples.subarray(i * size, (i + 1) * size)));
  const [SHORT, LONG] = [3, 4];
  const dataAt = 8 + 2 + 12 * 9 + 4 + 16;
  const offsets = [dataAt, dataAt + tiles[0]!.length];
  const fields: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, SHORT, 1, width],
    [257, SHORT, 1, height],
    [258, SHORT, 1, 8],
    [259, SHORT, 1, 8],
    [262, SHORT, 1, 1],
    [322, SHORT, 1, width],
    [323, SHORT, 1, tileHeight],
    [324, LONG, 2, dataAt - 16],
    [325, LONG, 2, dataAt - 8],
  ];
  const head = Buffer.alloc(dataAt);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(fields.length, 8);
  for (const [i, [tag, type, count, value]] of fields.entries()) {
    head.writeUInt16LE(tag, 10 + 12 * i);
    head.writeUInt16LE(type, 12 + 12 * i);
    head.writeUInt32LE(count, 14 + 12 * i);
    head.writeUInt32LE(value, 18 + 12 * i);
  }
  for (const [i, tile] of tiles.entries()) {
    head.writeUInt32LE(offsets[i]!, dataAt - 16 + 4 * i);
    head.writeUInt32LE(tile.length, dataAt - 8 + 4 * i);
  }
  const { array } = await loadImage(Buffer.concat([head, ...tiles]), { pixFmt: 'gray' });
  expect(Buffer.compare(bytesOf(array), samples.subarray(0, width * height))).toBe(0);
});
