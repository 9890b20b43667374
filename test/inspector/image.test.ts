/** The pictures of the page: their records account for the files. */
import { expect, test } from 'vitest';
import { encodeImage } from '../../inspector/image-engine.ts';
import { blockAt, jpegRecord } from '../../inspector/jpeg-record.ts';
import { pngRecord } from '../../inspector/png-record.ts';
import type { SourceImage } from '../../inspector/protocol.ts';
import { dearestRows } from '../../inspector/views/png-panel.ts';
import { decodeJpeg } from '../../src/codecs/jpeg/index.ts';
import { readTrace } from '../../src/inspect/index.ts';
import { sum } from '../support/trace.ts';

/** A slope of colors. */
function pictureOf(width: number, height: number): SourceImage {
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      data[at] = 4 * x;
      data[at + 1] = 5 * y;
      data[at + 2] = (x * y) & 255;
    }
  }
  return { title: 'slope', width, height, data };
}

test('bits of pixels and filters are those of the stream; tokens cover their row', () => {
  const height = 44;
  const source = pictureOf(61, height);
  const coded = encodeImage(source, { kind: 'png', effort: 'default', quality: 75 });
  const trace = readTrace(coded.trace);
  const record = pngRecord(trace)!;
  const tokens = trace.tables.deflate_token.columns.bits;
  expect(sum(record.rows.map(({ bits }) => bits))).toBeCloseTo(sum(tokens), 0);
  expect(sum(record.pixelBits)).toBeLessThan(sum(tokens));
  expect(sum(record.pixelBits)).toBeGreaterThan(0.8 * sum(tokens));
  for (let y = 0; y < height; y++) {
    const own = record.tokensOf(y);
    expect(own[0].at).toBeLessThanOrEqual(record.rows[y].at);
    const last = own[own.length - 1];
    expect(last.at + last.length).toBeGreaterThanOrEqual(record.rows[y].end);
  }
});

test('scans end where the file says, and a file cut there is a picture', () => {
  // So large that it is progressive.
  const [width, height] = [333, 260];
  const source = pictureOf(width, height);
  const coded = encodeImage(source, { kind: 'jpeg', effort: 'default', quality: 80 });
  const trace = readTrace(coded.trace);
  const record = jpegRecord(trace)!;
  expect(record.scans.at(-1)!.end + 2).toBe(coded.file.length);
  for (const { end } of record.scans) {
    const cut = Uint8Array.of(...coded.file.subarray(0, end), 0xff, 0xd9);
    expect(decodeJpeg(cut).width).toBe(width);
  }
  const [row, column] = blockAt(record, 0, 60, 43);
  expect([row, column]).toEqual([5, 7]);
  expect(blockAt(record, 1, 332, 259)).toEqual([16, 20]);
  expect(record.scans.length).toBeGreaterThan(3);
  const bits = record.bitsOf(0, row, column);
  expect(sum(bits)).toBeGreaterThan(0);
  expect(record.levelsOf(0, row, column).some(({ level }) => level !== 0)).toBe(true);
  const last = record.scans.length - 1;
  expect(sum(record.blockBits(last))).toBeGreaterThan(sum(record.blockBits(0)));
});

test('the dearest rows and the blocks that the trellis changed are listed, with what they are', () => {
  const source = pictureOf(61, 44);
  const png = encodeImage(source, { kind: 'png', effort: 'default', quality: 75 });
  const { rows, ...rest } = pngRecord(readTrace(png.trace))!;
  const bits = dearestRows({ rows, ...rest }).map((row) => rows[row]!.bits);
  expect(bits[0]).toBe(Math.max(...rows.map((row) => row.bits)));
  expect(bits).toEqual([...bits].sort((a, b) => b - a));
  const jpeg = encodeImage(source, { kind: 'jpeg', effort: 'default', quality: 80 });
  const record = jpegRecord(readTrace(jpeg.trace))!;
  const changed = record.changedBlocks();
  expect(changed.length).toBeGreaterThan(0);
  for (const { component, row, column, count } of changed) {
    const levels = record.levelsOf(component, row, column);
    expect(levels.filter(({ level, nearest }) => level !== nearest)).toHaveLength(count);
  }
});
