/**
 * `npx tsx bench/images/artifacts.ts`: draws docs/jpeg/artifacts-*.png, pieces of pictures as files of equal size show them: the
 * original, ours, mozjpeg's (@jsquash/jpeg) and jpeg-js's, from left to right, enlarged. Needs `npm ci --prefix bench`.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { decodeJpeg, encodeJpeg } from '../../src/codecs/jpeg/index.ts';
import { runFfmpeg } from '../../test/support/ffmpeg.ts';
import { loadPictures, type SourcePicture } from './sources.ts';

const require = createRequire(new URL('../package.json', import.meta.url));
const ENLARGED = 3;
const GAP = 4;
const OUT = 'docs/jpeg';

/** Which piece of which picture, and at what quality of ours. */
const CASES = [
  { picture: 'photo_kodim23', x: 420, y: 60, width: 110, height: 130, quality: 25 },
  { picture: 'screenshot_lorem', x: 60, y: 120, width: 110, height: 80, quality: 30 },
  { picture: 'lineart_lungs', x: 180, y: 60, width: 110, height: 110, quality: 25 },
];

type Encode = (rgba: Uint8Array, picture: SourcePicture, quality: number) => Promise<Uint8Array>;

async function mozjpegEncoder(): Promise<Encode> {
  const { default: encode, init } = await import(require.resolve('@jsquash/jpeg/encode.js'));
  const wasm = readFileSync(require.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  await init(await WebAssembly.compile(new Uint8Array(wasm)));
  return async (data, { width, height }, quality) =>
    new Uint8Array(
      await encode(
        { data, width, height },
        { quality, auto_subsample: false, chroma_subsample: 1 },
      ),
    );
}

function jpegJsEncoder(): Encode {
  const { encode } = require('jpeg-js');
  return async (data, { width, height }, quality) => encode({ data, width, height }, quality).data;
}

function rgbaOf({ width, height, data }: SourcePicture): Uint8Array {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return rgba;
}

/** The largest file of a peer that has at most `limit` bytes; that of quality 1 if none has. */
async function fitted(encode: Encode, picture: SourcePicture, limit: number): Promise<Uint8Array> {
  const rgba = rgbaOf(picture);
  let best = await encode(rgba, picture, 1);
  for (let quality = 2; quality <= 100; quality++) {
    const file = await encode(rgba, picture, quality);
    if (file.length > limit) break;
    best = file;
  }
  return best;
}

const peers = [await mozjpegEncoder(), jpegJsEncoder()];
mkdirSync(OUT, { recursive: true });
for (const { picture: name, x, y, width, height, quality } of CASES) {
  const [picture] = loadPictures(name);
  const own = encodeJpeg(picture!, { quality, subsampling: '4:4:4' });
  const files = [own];
  for (const peer of peers) files.push(Uint8Array.from(await fitted(peer, picture!, own.length)));
  const shown = [picture!.data, ...files.map((file) => decodeJpeg(file).data)];
  const total = shown.length * width * ENLARGED + (shown.length - 1) * GAP;
  const canvas = new Uint8Array(total * height * ENLARGED * 3).fill(255);
  shown.forEach((data, i) => {
    const left = i * (width * ENLARGED + GAP);
    for (let row = 0; row < height * ENLARGED; row++) {
      for (let column = 0; column < width * ENLARGED; column++) {
        const from =
          3 *
          ((y + Math.floor(row / ENLARGED)) * picture!.width + x + Math.floor(column / ENLARGED));
        canvas.set(data.subarray(from, from + 3), 3 * (row * total + left + column));
      }
    }
  });
  const size = `${total}x${height * ENLARGED}`;
  const path = `${OUT}/artifacts-${name.replaceAll('_', '-')}.png`;
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', size, '-i', '-'];
  runFfmpeg(['-y', ...input, '-frames:v', '1', '-update', '1', path], canvas);
  console.log(`${path}: ${files.map((file) => file.length).join(', ')} bytes`);
}
