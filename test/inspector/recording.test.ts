/** What the inspector's views are drawn from: its numbers are those of the encoder. */
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import type { Coded, Settings, SourcePictures } from '../../inspector/protocol.ts';
import {
  type PictureRecord,
  type Recording,
  recordingOfEncode,
  recordingOfTrace,
  rowsOf,
} from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';
import { csvOf, jsonOf } from '../../inspector/table.ts';
import { blocksOf } from '../../inspector/views/block.ts';
import { bufferOf, meanRate } from '../../inspector/views/buffer.ts';
import { candidatesOf, candidateTable } from '../../inspector/views/candidates.ts';
import { bitsTable } from '../../inspector/views/macroblock.ts';
import { elementTable, psnrOf, typeTable } from '../../inspector/views/picture-panel.ts';
import { searchesOf } from '../../inspector/views/search-path.ts';
import { blockIndexAt, placeOfBlock } from '../../inspector/views/thumbnails.ts';
import { pictureTable } from '../../inspector/views/timeline.ts';
import { openTrace } from '../../src/inspect/index.ts';
import { MemorySource } from '../../src/io/index.ts';

const SETTINGS: Settings = {
  preset: 'faster',
  qp: 30,
  profile: 'main',
  bframes: 2,
  coding: 'CAVLC',
};

let source: SourcePictures;
let coded: Coded;
let recording: Recording;

beforeAll(async () => {
  const sample = createSample();
  source = { ...sample, pictures: sample.pictures.slice(0, 5) };
  coded = await encodePictures(source, SETTINGS, true);
  recording = await recordingOfEncode(source, coded);
  await recording.load(...recording.pictures);
});

describe('a recording', () => {
  it('has the pictures of the stream, by both orders', () => {
    expect(recording.pictures.map(({ bytes }) => bytes)).toEqual(
      coded.figures.map(({ bytes }) => bytes),
    );
    expect(recording.shown.map(({ pts }) => pts)).toEqual([0, 1, 2, 3, 4]);
    expect(recording.pictures.map(({ type }) => type).includes(1)).toBe(true);
    for (const picture of recording.pictures) {
      for (const number of picture.references.flat()) expect(number).toBeLessThan(picture.number);
      if (picture.number > 0) expect(picture.references[0].length).toBeGreaterThan(0);
    }
  });

  it('counts all bits of a picture, to the bit', () => {
    for (const picture of recording.pictures) {
      const bits = elementTable(recording, picture).rows.reduce(
        (sum, row) => sum + (row[1] as number),
        0,
      );
      expect(bits).toBe(8 * picture.bytes);
      const { rows } = typeTable(picture);
      expect(rows.reduce((sum, row) => sum + (row[1] as number), 0)).toBe(picture.maps.type.length);
    }
  });

  it('gives each macroblock its bits, its winner and what lost', () => {
    const { maps } = recording.pictures[1]!;
    const picture = recording.pictures[1]!;
    let losers = 0;
    for (let mb = 0; mb < maps.type.length; mb++) {
      const rows = bitsTable(recording, picture, mb).rows;
      expect(rows.reduce((sum, row) => sum + (row[3] as number), 0)).toBe(maps.bits[mb]);
      const candidates = candidateTable(candidatesOf(picture, mb), picture, mb).rows;
      expect(candidates.filter((row) => row[6] === 'yes').length).toBe(1);
      for (const row of candidates) expect(row[5]).toBeGreaterThanOrEqual(0);
      losers += candidates.length - 1;
    }
    expect(losers).toBeGreaterThan(100);
  });

  it('shows levels that are among the bits: as many blocks with levels as total_coeff says', () => {
    const picture = recording.pictures[1]!;
    const { type, pattern } = picture.maps;
    for (let mb = 0; mb < type.length; mb++) {
      if (type[mb]! < 4 || pattern[mb] === 0) continue;
      const blocks = blocksOf(picture, mb);
      for (let b8 = 0; b8 < 4; b8++) {
        const levels = [0, 1, 2, 3].flatMap((i) => blocks.get(4 * b8 + i)?.levels ?? []);
        expect(levels.some((level) => level !== 0)).toBe(((pattern[mb]! >> b8) & 1) !== 0);
      }
    }
  });

  it('has the searches of macroblocks, each from a prediction to an end', () => {
    const picture = recording.pictures[1]!;
    const all = picture.maps.type.reduce<number>(
      (sum, _, mb) => sum + searchesOf(picture, mb).length,
      0,
    );
    expect(all).toBeGreaterThan(50);
    const mb = picture.maps.type.findIndex((_, i) => searchesOf(picture, i).length > 0);
    for (const { steps } of searchesOf(picture, mb)) {
      expect(steps[0]!.step).toBe(0);
      expect(steps.at(-1)!.step).toBe(2);
    }
    expect(rowsOf(picture, 'search', mb).length).toBeGreaterThan(1);
  });

  it('knows its error as the encoder does', () => {
    for (const [i, picture] of recording.pictures.entries()) {
      const expected = 10 * Math.log10((255 * 255 * 320 * 192) / coded.figures[i]!.squaredError);
      expect(psnrOf(recording, picture)).toBeCloseTo(expected, 6);
    }
  });

  it('is the same of the trace alone, but for samples', async () => {
    const alone = await recordingOfTrace(await openTrace(new MemorySource(coded.trace)), 'alone');
    await alone.load(...alone.pictures);
    expect(alone.pictures.map(({ maps }) => maps)).toEqual(
      recording.pictures.map(({ maps }) => maps),
    );
    expect(psnrOf(alone, alone.pictures[0]!)).toBeNull();
  });

  it('of a trace that is cut off, or of another kind, is an error that says so', async () => {
    const open = (bytes: Uint8Array) => openTrace(new MemorySource(bytes));
    await expect(open(coded.trace.subarray(0, 5000))).rejects.toThrow(/cut off|does not fit/);
    await expect(open(new Uint8Array(100))).rejects.toThrow(/does not begin/);
  });

  it('reads of a trace the pictures that are looked at, and lets go of those of before', async () => {
    const source = new MemorySource(coded.trace);
    let read = 0;
    const counted = {
      size: source.size,
      read: (at: number, length: number) => {
        read += Math.min(length, source.size - at);
        return source.read(at, length);
      },
    };
    const alone = await recordingOfTrace(await openTrace(counted), 'alone');
    const [first, second] = alone.pictures as [PictureRecord, PictureRecord];
    expect(read).toBeLessThan(coded.trace.length / 8);
    expect(first.isLoaded).toBe(false);
    expect(() => first.maps).toThrow(/is not in memory/);
    await alone.load(first);
    expect(first.maps).toEqual(recording.pictures[0]!.maps);
    const before = read;
    await alone.load(first);
    expect(read).toBe(before);
    await alone.load(second);
    expect([first.isLoaded, second.isLoaded]).toEqual([true, true]);
  });
});

describe('the buffer of a decoder', () => {
  it('never runs empty, and ends empty, at any rate', () => {
    for (const times of [0.6, 1, 1.5, 4]) {
      const rate = times * meanRate(recording);
      const { points, size, delay, late } = bufferOf(recording, { rate, size: null });
      expect(late).toEqual([]);
      expect(delay).toBeGreaterThan(0);
      for (const [, bits] of points) {
        expect(bits).toBeGreaterThan(-1e-6);
        expect(bits).toBeLessThanOrEqual(size);
      }
      expect(points.at(-1)![1]).toBeCloseTo(0, 6);
      // The least delay: some picture is taken out as its last bit comes.
      expect(
        Math.min(...points.filter((_, i) => i > 0 && i % 2 === 0).map(([, bits]) => bits)),
      ).toBeLessThan(1e-6);
    }
  });
});

describe('the buffer of a given size', () => {
  it('holds no more than that, and names the pictures that come too late', () => {
    const rate = 1.2 * meanRate(recording);
    const { size } = bufferOf(recording, { rate, size: null });
    const large = bufferOf(recording, { rate, size: 2 * size });
    expect(large.late).toEqual([]);
    const most = Math.max(...recording.pictures.map(({ bytes }) => 8 * bytes));
    const small = bufferOf(recording, { rate, size: most / 2 });
    expect(small.late.map(({ bytes }) => 8 * bytes)).toContain(most);
    for (const [, bits] of small.points) expect(bits).toBeLessThanOrEqual(most / 2);
  });
});

describe('the pictures of a timeline', () => {
  it('stand in display order, with the pictures that they refer to', () => {
    const { rows } = pictureTable(recording);
    expect(rows.map(([shown]) => shown)).toEqual([0, 1, 2, 3, 4]);
    expect(rows[0]![6]).toBe('');
    expect(rows[1]![6]).not.toBe('');
    expect(Number(rows[0]![5])).toBeGreaterThan(0);
  });
});

describe('an encode without a trace', () => {
  it('has the same sizes and errors', async () => {
    const plain = await encodePictures(source, SETTINGS, false);
    expect(plain.figures).toEqual(coded.figures);
    expect(plain.samples).toEqual([]);
  });
});

describe('a table', () => {
  it('is saved as CSV and JSON, and no cell becomes a formula', () => {
    const data = {
      name: 't',
      caption: 'T',
      columns: ['a', 'b'],
      rows: [
        ['=1+1', 2],
        ['x,"y"', -3],
      ],
    };
    expect(csvOf(data)).toBe(`a,b\r\n'=1+1,2\r\n"x,""y""",-3\r\n`);
    expect(JSON.parse(jsonOf(data))).toEqual([
      { a: '=1+1', b: 2 },
      { a: 'x,"y"', b: -3 },
    ]);
  });
});

describe('the place of a block', () => {
  it('is its index, and back', () => {
    for (let i = 0; i < 16; i++) expect(blockIndexAt(...placeOfBlock(i))).toBe(i);
  });
});
