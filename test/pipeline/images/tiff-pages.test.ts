/** TIFF files of several pages: every page is a picture, or what is not is said. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { encodeTiff } from '../../../src/codecs/tiff/index.ts';
import { Demuxer, loadImage } from '../../../src/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { bytesOf } from '../../support/pictures.ts';
import { quietOutput } from '../../support/quiet-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'pages-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Type, and values; strips are bytes instead. */
type Field = readonly [tag: number, type: 3 | 4, values: readonly number[]];

/** A file of gray pages of two strips each, written by hand; `more` are further fields of all pages. */
function pagedFile(
  pages: readonly Uint8Array[],
  width: number,
  { isLittle = true, more = [] as readonly (readonly Field[])[], next = 0 } = {},
): Uint8Array {
  const out = new Uint8Array(8 + pages.reduce((sum, page) => sum + page.length + 400, 0));
  const view = new DataView(out.buffer);
  out.set(isLittle ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]);
  let end = 8;
  let link = 4;
  for (const [i, page] of pages.entries()) {
    const rows = page.length / width;
    const half = Math.ceil(rows / 2);
    out.set(page, end);
    const [first, second] = [end, end + half * width];
    end += page.length + (page.length & 1);
    const fields: Field[] = [
      [256, 3, [width]],
      [257, 3, [rows]],
      [258, 3, [8]],
      [259, 3, [1]],
      [262, 3, [1]],
      [273, 4, [first, second]],
      [277, 3, [1]],
      [278, 3, [half]],
      [279, 4, [half * width, page.length - half * width]],
      ...(more[i] ?? []),
    ];
    fields.sort(([a], [b]) => a - b);
    const directory = end;
    view.setUint32(link, directory, isLittle);
    view.setUint16(directory, fields.length, isLittle);
    end += 2 + 12 * fields.length + 4;
    link = end - 4;
    for (const [k, [tag, type, values]] of fields.entries()) {
      const at = directory + 2 + 12 * k;
      view.setUint16(at, tag, isLittle);
      view.setUint16(at + 2, type, isLittle);
      view.setUint32(at + 4, values.length, isLittle);
      const size = type === 3 ? 2 : 4;
      const to = size * values.length <= 4 ? at + 8 : end;
      if (to === end) {
        view.setUint32(at + 8, end, isLittle);
        end += size * values.length;
      }
      for (const [v, value] of values.entries()) {
        if (type === 3) view.setUint16(to + 2 * v, value, isLittle);
        else view.setUint32(to + 4 * v, value, isLittle);
      }
    }
  }
  view.setUint32(link, next, isLittle);
  return out.subarray(0, end);
}

const WIDTH = 6;
const grays = (count: number, rows = 5) =>
  Array.from({ length: count }, (_, i) => {
    return Uint8Array.from({ length: WIDTH * rows }, (_, at) => (at * 7 + 50 * i) & 255);
  });

async function read(bytes: Uint8Array) {
  const demuxer = await Demuxer.open(bytes);
  const packets = [];
  for await (const { packet } of demuxer.reader.packets()) packets.push(packet);
  return { packets, problems: demuxer.problems.map(({ message }) => message) };
}

/** Runs the command line; gives its exit status and what it notes. */
async function vitrine(...args: string[]) {
  const notes: string[] = [];
  const status = await runProgram(args, quietOutput(notes));
  return { status, notes };
}

for (const isLittle of [true, false]) {
  describe(isLittle ? 'little endian' : 'big endian', () => {
    it('each page is a picture, also by ffmpeg', async () => {
      const pages = grays(4);
      const { packets, problems } = await read(pagedFile(pages, WIDTH, { isLittle }));
      expect(problems).toEqual([]);
      expect(packets.map(({ pts }) => pts)).toEqual([0, 1, 2, 3]);
      for (const [i, { data }] of packets.entries()) {
        expect(bytesOf((await loadImage(data)).array)).toEqual(pages[i]);
        const path = join(folder, `page${i}.tif`);
        writeFileSync(path, data);
        const judged = runFfmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
        expect(judged).toEqual(pages[i]);
      }
    });

    it('smaller pictures and masks of a page are no pages', async () => {
      const more: Field[][] = [[], [[254, 4, [1]]], [[254, 4, [4]]], [[255, 3, [2]]], []];
      const { packets, problems } = await read(pagedFile(grays(5), WIDTH, { isLittle, more }));
      expect(packets).toHaveLength(2);
      expect(problems).toEqual([]);
    });
  });
}

it('fields that point elsewhere are left out of a page, all others stay', async () => {
  const more: Field[][] = [
    [],
    [
      [34665, 4, [8]],
      [330, 4, [8, 9]],
      [274, 3, [6]],
    ],
  ];
  const { packets } = await read(pagedFile(grays(2), WIDTH, { more }));
  const second = await loadImage(packets[1]!.data);
  expect(second.metadata.orientation).toBe(6);
  const tags = Array.from({ length: packets[1]!.data[8]! }, (_, i) => {
    const { buffer, byteOffset } = packets[1]!.data;
    return new DataView(buffer, byteOffset).getUint16(10 + 12 * i, true);
  });
  expect(tags).toEqual([256, 257, 258, 259, 262, 273, 274, 277, 278, 279]);
});

it('a page of another size is left out with a note, those behind it are read', async () => {
  const [a, b] = grays(2);
  const [tall] = grays(1, 9);
  const { packets, problems } = await read(pagedFile([a!, tall!, b!], WIDTH));
  expect(packets).toHaveLength(2);
  expect(problems).toEqual([expect.stringMatching(/6x9 .* behind those of 6x5 .* left out/)]);
});

it('a page that is not read is left out with a note', async () => {
  const file = pagedFile(grays(3), WIDTH, { more: [[], [[339, 3, [3]]], []] });
  const { packets, problems } = await read(file);
  expect(packets).toHaveLength(2);
  expect(problems).toEqual([expect.stringContaining('SampleFormat')]);
});

it('a chain of directories that is cut, or has no end, is said', async () => {
  const cut = await read(pagedFile(grays(2), WIDTH, { next: 1 << 20 }));
  expect(cut.packets).toHaveLength(2);
  expect(cut.problems).toEqual([expect.stringMatching(/pages are missing: .* lies at 1048576/)]);
  const second = 8 + 30 + 2 + 9 * 12 + 4 + 16 + 30;
  const circle = await read(pagedFile(grays(2), WIDTH, { next: second }));
  expect(circle.packets).toHaveLength(2);
  expect(circle.problems).toEqual([expect.stringContaining('names itself')]);
});

it('many pages over the same strips cost what the limits allow', async () => {
  const file = encodeTiff({ width: 1000, height: 1000, channels: 1, data: new Uint8Array(1e6) });
  const stored = encodeTiff(
    { width: 1000, height: 1000, channels: 1, data: new Uint8Array(1e6) },
    { compression: 'none' },
  );
  expect(file.length).toBeLessThan(stored.length);
  const directory = new DataView(stored.buffer).getUint32(4, true);
  const rest = stored.subarray(directory);
  const count = rest[0]! | (rest[1]! << 8);
  const bytes = new Uint8Array(stored.length + 100 * rest.length);
  bytes.set(stored);
  const view = new DataView(bytes.buffer);
  let link = directory + 2 + 12 * count;
  for (let i = 0; i < 100; i++) {
    const at = stored.length + i * rest.length;
    bytes.set(rest, at);
    view.setUint32(link, at, true);
    link = at + 2 + 12 * count;
  }
  await expect(read(bytes)).rejects.toThrow(/limits\.maxExpansion/);
});

it('the command line writes every page, coded anew or copied, and refuses one file for them', async () => {
  const at = (name: string) => join(folder, name);
  const pages = grays(3);
  writeFileSync(at('in.tif'), pagedFile(pages, WIDTH));
  expect(await vitrine('encode', at('in.tif'), '-o', at('a%d.png'))).toMatchObject({ status: 0 });
  expect(await vitrine('remux', at('in.tif'), at('b%d.tif'))).toMatchObject({ status: 0 });
  for (const [i, page] of pages.entries()) {
    for (const name of [`a${i + 1}.png`, `b${i + 1}.tif`]) {
      expect(bytesOf((await loadImage(readFileSync(at(name)))).array)).toEqual(page);
    }
  }
  const { status, notes } = await vitrine('encode', at('in.tif'), '-o', at('one.png'));
  expect(status).toBe(1);
  expect(notes.join()).toContain('name a sequence');
});

it('files of a sequence that have more pages are named', async () => {
  writeFileSync(join(folder, 's1.tif'), pagedFile(grays(2), WIDTH));
  writeFileSync(join(folder, 's2.tif'), pagedFile(grays(1), WIDTH));
  const demuxer = await Demuxer.open(join(folder, 's%d.tif'));
  let count = 0;
  for await (const _ of demuxer.reader.packets()) count++;
  expect(count).toBe(2);
  expect(demuxer.problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/s1\.tif: it has 2 pages/),
  ]);
  await demuxer.close();
});

describe('loadImage', () => {
  it('says what it leaves in a file', async () => {
    const page = new Uint8Array(12).map((_, i) => i);
    expect((await loadImage(pagedFile([page], 4))).problems).toEqual([]);
    const said = async (bytes: Uint8Array) =>
      (await loadImage(bytes)).problems.map(({ message }) => message);
    expect(await said(pagedFile([page, page, page], 4))).toEqual([
      'it has 3 pages; the first picture is taken',
    ]);
    const ppm = new TextEncoder().encode('P5 2 1 255\nabP5 2 1 255\ncd');
    expect(await said(ppm)).toEqual([
      'another picture follows the first; the first picture is taken',
    ]);
  });
});
