/** Large pictures on the command line go by rows: the files are those of pictures that are held whole. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { encodeImage, loadImage, ndarray } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-large-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function vitrine(...args: readonly string[]) {
  const notes: string[] = [];
  const bytes: Uint8Array[] = [];
  const status = await runProgram(args, {
    input: (async function* () {})(),
    line: () => {},
    bytes: async (piece) => void bytes.push(piece),
    finish: async () => {},
    note: (text) => void notes.push(text),
    showsProgress: false,
    progress: () => {},
  });
  return { status, notes: notes.join('\n'), bytes: Buffer.concat(bytes) };
}

const [width, height] = [2501, 2303];
const density = { unit: 'inch', x: 300, y: 300 } as const;

/** Slopes with an edge in every 100 columns. */
function pictureOf(channels: number) {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++)
        data[to++] = (x >> 3) + (y >> 2) * c + (x % 100 < 50 ? 9 : 0);
    }
  }
  return ndarray(data, [height, width, channels]);
}

const picture = pictureOf(3);

beforeAll(async () => {
  const png = await encodeImage(picture, { format: 'png', effort: 'fast', metadata: { density } });
  writeFileSync(at('in.png'), png);
});

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

test.each(['jpg', 'tif', 'qoi', 'ppm'])('%s: the same bytes, with the metadata', async (format) => {
  expect(await vitrine('encode', at('in.png'), at(`out.${format}`))).toMatchObject({
    status: 0,
    notes: '',
  });
  const hasPlace = format === 'jpg' || format === 'tif';
  const whole = await encodeImage(picture, {
    format,
    ...(hasPlace ? { metadata: { density } } : {}),
  });
  expect(isSame(readFileSync(at(`out.${format}`)), whole)).toBe(true);
});

test('a pipe takes them too, but those that end with their start', async () => {
  for (const format of ['qoi', 'tiff']) {
    const { status, bytes } = await vitrine('encode', at('in.png'), '-o', '-', '--format', format);
    expect(status).toBe(0);
    const { data } = (await loadImage(bytes)).array;
    expect(isSame(data as Uint8Array, picture.data as Uint8Array), format).toBe(true);
  }
});

test('of more than one picture none is taken by chance', async () => {
  const ppm = await encodeImage(picture, { format: 'ppm' });
  writeFileSync(at('two.ppm'), Buffer.concat([ppm, ppm]));
  const run = await vitrine('encode', at('two.ppm'), at('two.qoi'));
  expect(run.status).not.toBe(0);
  expect(run.notes).toMatch(/more than one picture/);
  expect((await vitrine('encode', at('two.ppm'), at('one.qoi'), '--frames', '1')).status).toBe(0);
});

test('a file that is cut leaves nothing', async () => {
  const png = readFileSync(at('in.png'));
  writeFileSync(at('cut.png'), png.subarray(0, png.length >> 1));
  const run = await vitrine('encode', at('cut.png'), at('cut.jpg'));
  expect(run.status).not.toBe(0);
  expect(() => readFileSync(at('cut.jpg'))).toThrow();
});

test('what needs the whole picture has it', async () => {
  for (const [name, ...options] of [
    ['small.jpg', '--vf', 'scale=250:-2'],
    ['fits.jpg', '--target-bytes', '400000', '--effort', 'fast'],
  ] as const) {
    expect((await vitrine('encode', at('in.png'), at(name), ...options)).status, name).toBe(0);
  }
  expect(readFileSync(at('fits.jpg')).length).toBeLessThanOrEqual(400000);
  expect((await loadImage(at('small.jpg'))).width).toBe(250);
});

test('PNG and BMP by rows are the same picture', async () => {
  const [wide, high] = [5003, 5021];
  const gray = new Uint16Array(wide * high).map((_, i) => (i % wide) * 13);
  const pam = await encodeImage(ndarray(gray, [high, wide]), { format: 'pam' });
  writeFileSync(at('gray.pam'), pam);
  for (const name of ['gray.png', 'gray.bmp']) {
    expect((await vitrine('encode', at('gray.pam'), at(name), '--effort', 'fast')).status).toBe(
      name === 'gray.png' ? 0 : 1,
    );
  }
  expect((await vitrine('encode', at('gray.pam'), at('gray.bmp'))).status).toBe(0);
  const png = await loadImage(at('gray.png'));
  expect(png.pixFmt).toMatch(/^gray16/);
  expect((png.array.data as Uint16Array).findIndex((sample, i) => sample !== gray[i])).toBe(-1);
  const bmp = await loadImage(at('gray.bmp'));
  const bytes = gray.map((sample) => (sample * 255 + 32895) >>> 16);
  expect((bmp.array.data as Uint8Array).findIndex((sample, i) => sample !== bytes[i])).toBe(-1);
});

test('what would be held whole and is too large is refused, until the limits allow it', async () => {
  const bits = new Uint8Array((15000 / 8) * 15000);
  writeFileSync(at('huge.pbm'), Buffer.concat([Buffer.from('P4 15000 15000\n'), bits]));
  const args = ['encode', at('huge.pbm'), at('huge.png'), '--vf', 'crop=16:16', '-y'];
  const refused = await vitrine(...args);
  expect(refused.status).toBe(1);
  expect(refused.notes).toMatch(
    /15000x15000 pixels would be held whole.*--limits maxPacketBytes=72M/,
  );
  expect((await vitrine(...args, '--limits', 'maxPacketBytes=72M')).status).toBe(0);
});

test('few bytes of many pixels: the limit that allows them is named, and does (kinds 15 and 16)', async () => {
  const picture = ndarray(new Uint8Array(6000 * 6000), [6000, 6000]);
  for (const format of ['png', 'tif', 'jpg']) {
    const flat = at(`flat.${format}`);
    writeFileSync(flat, await encodeImage(picture, { format }));
    const args = ['encode', flat, at('flat.ppm'), '-y'];
    const refused = await vitrine(...args);
    expect(refused.status, format).toBe(1);
    const advice = /--limits (maxPacketBytes=\d+M)/.exec(refused.notes)!;
    expect(advice, refused.notes).not.toBeNull();
    for (const limit of [advice[1]!, 'maxPacketBytes=none', 'maxExpansion=none']) {
      expect(await vitrine(...args, '--limits', limit)).toMatchObject({ status: 0, notes: '' });
    }
  }
});
