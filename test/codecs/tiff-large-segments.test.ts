/** Reads whose length a file chooses (kind 17): TIFF in few large strips or tiles is read by rows, in memory for some of them. */
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeTiff, openTiffRows } from '../../src/codecs/tiff/read.ts';

/** Bits of a number, the highest first. */
class BitsFirst {
  readonly bytes: number[] = [];
  private buffer = 0;
  private held = 0;
  put(value: number, width: number): void {
    this.buffer = (this.buffer << width) | value;
    for (this.held += width; this.held >= 8; ) {
      this.held -= 8;
      this.bytes.push((this.buffer >> this.held) & 255);
      this.buffer &= (1 << this.held) - 1;
    }
  }
  end(): Uint8Array {
    if (this.held > 0) this.put(0, 8 - this.held);
    return Uint8Array.from(this.bytes);
  }
}

/** LZW of TIFF clause 13, with a table of strings, which is cleared when it is full. */
function lzw(data: Uint8Array): Uint8Array {
  const out = new BitsFirst();
  let table = new Map<number, number>();
  let width = 9;
  let next = 258;
  out.put(256, width);
  let code = data[0]!;
  for (const byte of data.subarray(1)) {
    const key = (code << 8) | byte;
    const known = table.get(key);
    if (known !== undefined) {
      code = known;
      continue;
    }
    out.put(code, width);
    table.set(key, next++);
    if (next === 1 << width) width++;
    if (next === 4094) {
      out.put(256, width);
      table = new Map();
      [width, next] = [9, 258];
    }
    code = byte;
  }
  out.put(code, width);
  out.put(257, next + 1 === 1 << width ? width + 1 : width);
  return out.end();
}

/** PackBits of TIFF clause 9: runs of three and more, and what lies between. */
function packBits(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < data.length; ) {
    let run = 1;
    while (run < 128 && data[at + run] === data[at]) run++;
    if (run > 2) out.push(257 - run, data[at]!);
    else {
      run = Math.min(100, data.length - at);
      out.push(run - 1, ...data.subarray(at, at + run), 128);
    }
    at += run;
  }
  return Uint8Array.from(out);
}

/** Name, number in the field Compression, and the way. */
type Way = readonly [string, number, (data: Uint8Array) => Uint8Array];

const COMPRESSIONS: readonly Way[] = [
  ['none', 1, (data: Uint8Array) => data],
  ['LZW', 5, lzw],
  ['deflate', 8, (data: Uint8Array) => new Uint8Array(deflateSync(data))],
  ['PackBits', 32773, packBits],
];

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly isDeep?: boolean;
  readonly isPlanar?: boolean;
  /** Differences between the pixels of a row. */
  readonly hasDifferences?: boolean;
  /** Side of tiles; strips of all rows without it. */
  readonly tile?: number;
}

/** Flat spots, slopes and noise, three samples a pixel. */
function samplesOf({ width, height, isDeep }: Shape): Uint16Array {
  let state = 7;
  return new Uint16Array(width * height * 3).map((_, i) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const value = i % 900 < 500 ? 40 : (i >> 4) + (state >> 29);
    return value & (isDeep ? 65535 : 255);
  });
}

/** The samples of a rectangle, as a strip or tile has them; samples beside the picture are 0. */
function segment(shape: Shape, all: Uint16Array, x: number, y: number, plane: number): Uint8Array {
  const { width, height, isDeep, isPlanar, hasDifferences, tile } = shape;
  const [w, h] = [tile ?? width, tile ?? height];
  const perPixel = isPlanar ? 1 : 3;
  const words = new Uint16Array(w * h * perPixel);
  for (let row = 0; row < h && y + row < height; row++) {
    for (let i = Math.min(w, width - x) * perPixel - 1; i >= 0; i--) {
      const sample = (at: number) =>
        all[((y + row) * width + x) * 3 + (isPlanar ? 3 * at + plane : at)]!;
      words[row * w * perPixel + i] =
        sample(i) - (hasDifferences && i >= perPixel ? sample(i - perPixel) : 0);
    }
  }
  return isDeep ? new Uint8Array(words.buffer) : Uint8Array.from(words, (value) => value & 255);
}

function tiffOf(shape: Shape, all: Uint16Array, [, code, compress]: Way) {
  const { width, height, isDeep, isPlanar, hasDifferences, tile } = shape;
  const pieces: Uint8Array[] = [];
  for (let plane = 0; plane < (isPlanar ? 3 : 1); plane++) {
    for (let y = 0; y < height; y += tile ?? height) {
      for (let x = 0; x < width; x += tile ?? width) {
        pieces.push(compress(segment(shape, all, x, y, plane)));
      }
    }
  }
  const counts = pieces.map((piece) => piece.length);
  const offsets = counts.map((_, i) => 8 + counts.slice(0, i).reduce((sum, n) => sum + n, 0));
  const size = tile ?? height;
  const entries: [tag: number, ...values: number[]][] = [
    ...([
      [256, width],
      [257, height],
      [258, ...Array(3).fill(isDeep ? 16 : 8)],
    ] as [number][]),
    ...([
      [259, code],
      [262, 2],
    ] as [number, number][]),
    ...(tile ? [] : ([[273, ...offsets]] as [number][])),
    [277, 3],
    ...(tile
      ? []
      : ([
          [278, height],
          [279, ...counts],
        ] as [number][])),
    ...([
      [284, isPlanar ? 2 : 1],
      [317, hasDifferences ? 2 : 1],
    ] as [number, number][]),
    ...(tile
      ? ([
          [322, size],
          [323, size],
          [324, ...offsets],
          [325, ...counts],
        ] as [number][])
      : []),
  ];
  const start = 8 + counts.reduce((sum, n) => sum + n, 0);
  const behind = start + 2 + 12 * entries.length + 4;
  const extra: number[] = [];
  const view = new DataView(new ArrayBuffer(behind + 4 * entries.flat().length));
  const bytes = new Uint8Array(view.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, start, true);
  pieces.forEach((piece, i) => void bytes.set(piece, offsets[i]!));
  view.setUint16(start, entries.length, true);
  entries.forEach(([tag, ...values], i) => {
    const at = start + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, values.length, true);
    const place = values.length === 1 ? at + 8 : behind + 4 * extra.length;
    if (values.length > 1) view.setUint32(at + 8, place, true);
    values.forEach((value, k) => void view.setUint32(place + 4 * k, value, true));
    if (values.length > 1) extra.push(...values);
  });
  return bytes;
}

const SHAPES: readonly [string, Shape][] = [
  ['one strip', { width: 700, height: 613 }],
  ['one strip of differences', { width: 700, height: 613, hasDifferences: true }],
  ['one strip of 16 bits', { width: 700, height: 613, isDeep: true, hasDifferences: true }],
  ['a strip for each plane', { width: 700, height: 613, isPlanar: true, hasDifferences: true }],
  ['large tiles', { width: 700, height: 613, tile: 512, hasDifferences: true }],
  ['large tiles of planes', { width: 700, height: 613, tile: 512, isPlanar: true }],
  ['many tiles beside each other', { width: 700, height: 190, tile: 32 }],
];

for (const [name, shape] of SHAPES) {
  test.each(COMPRESSIONS)(`${name}, %s: by rows and whole`, (...compression) => {
    const all = samplesOf(shape);
    const file = tiffOf(shape, all, compression);
    const isSame = (a: ArrayLike<number>, at = 0) => {
      for (let i = 0; i < a.length; i++) if (a[i] !== all[at + i]) return false;
      return true;
    };
    const { data } = decodeTiff(file);
    expect(data.length).toBe(all.length);
    expect(isSame(data)).toBe(true);
    const rows = openTiffRows(file)!;
    let at = 0;
    let bands = 0;
    const take = (band: ArrayLike<number>) => {
      expect(isSame(band, at)).toBe(true);
      at += band.length;
      bands++;
    };
    while (rows.advance(take));
    expect(at).toBe(all.length);
    expect(bands).toBeGreaterThan(3);
  });
}

test('a strip that is cut, or does not add up, is said as before', () => {
  const shape = { width: 700, height: 613 };
  const all = samplesOf(shape);
  const file = tiffOf(shape, all, COMPRESSIONS[2]!);
  const view = new DataView(file.buffer);
  const countAt = view.getUint32(4, true) + 2 + 12 * 8 + 8;
  const count = view.getUint32(countAt, true);
  expect(count).toBeGreaterThan(1000);
  view.setUint32(countAt, count >> 1, true);
  const readAll = () => {
    const rows = openTiffRows(file)!;
    while (rows.advance(() => {}));
  };
  expect(() => decodeTiff(file)).toThrow(/ends too early/);
  expect(readAll).toThrow(/ends too early/);
  view.setUint32(countAt, count, true);
  file[8 + count - 1]! ^= 1;
  expect(() => decodeTiff(file)).toThrow(/tiff\.strip/);
  expect(readAll).toThrow(/tiff\.strip/);
});

test('what few bytes expand to is not held', () => {
  const shape = { width: 3000, height: 3000 };
  const file = tiffOf(shape, new Uint16Array(3000 * 3000 * 3), COMPRESSIONS[2]!);
  const rows = openTiffRows(file)!;
  let largest = 0;
  let all = 0;
  const take = (band: ArrayLike<number>) => {
    largest = Math.max(largest, band.length);
    all += band.length;
  };
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  while (rows.advance(take)) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  expect(all).toBe(3000 * 3000 * 3);
  expect(largest).toBeLessThanOrEqual(1 << 18);
  expect(most).toBeLessThan(40 << 20);
});
