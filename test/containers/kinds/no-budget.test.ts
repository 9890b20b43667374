/**
 * Kinds "no budget for a whole file" and "any read whose length a file chooses": small inputs that would become large, in every
 * way that multiplies, end in an error that names the limit; with a higher limit they are read.
 */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../../src/base/byte-stream.ts';
import { FormatError } from '../../../src/base/errors.ts';
import { inspectMp4 } from '../../../src/containers/isobmff/index.ts';
import { ID } from '../../../src/containers/matroska/element-table.ts';
import { inspectMatroska } from '../../../src/containers/matroska/index.ts';
import { inspectWav } from '../../../src/containers/riff/index.ts';
import { Demuxer } from '../../../src/index.ts';
import { type TreeNode, walkTree } from '../../../src/inspect/tree.ts';
import { MemorySource } from '../../../src/io/index.ts';
import { boxesOf, cloneBox, concat, leaf, setWord, words } from '../../fuzz/box-tree.ts';
import { cloneElement, element, elementsOf, master, uint } from '../../fuzz/element-tree.ts';
import { changedBoxes, changedElements, matroskaOf, mp4Of, readFile, VIDEO } from './files.ts';

/** Bytes of a text. */
const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Reads a file that asks for too much: the error must name a limit, and what came before stays in proportion. */
async function expectRefused(bytes: Uint8Array, limit: RegExp): Promise<void> {
  let error: unknown;
  try {
    const read = await readFile(bytes);
    error = read.error;
    const total = read.packets.flat().reduce((sum, { data }) => sum + data.length, 0);
    expect(total).toBeLessThan(20 * bytes.length + (1 << 20));
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(limit);
}

describe('kind 16: one budget for a whole file, MP4', () => {
  it('edits that show the same samples again and again', async () => {
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      const trak = boxesOf(boxes, 'trak')[0]!;
      trak.children = trak.children.filter(({ type }) => type !== 'edts');
      const rows = Array.from({ length: 3000 }, () => [30_000, 0, 0x10000]);
      const elst = leaf('elst', words(0, rows.length, ...rows.flat()));
      trak.children.push({ type: 'edts', bytes: new Uint8Array(0), children: [elst] });
    });
    await expectRefused(file, /maxExpansion/);
    const { packets, error } = await readFile(file, { maxExpansion: 1000 });
    expect(error).toBeUndefined();
    expect(packets[0]!.length).toBeGreaterThan(50_000);
  });

  it('tracks over the same bytes', async () => {
    const many = (count: number) => async () =>
      changedBoxes(await mp4Of([VIDEO]), (boxes) => {
        const moov = boxesOf(boxes, 'moov')[0]!;
        const trak = boxesOf(boxes, 'trak')[0]!;
        for (let i = 0; i < count; i++) moov.children.push(cloneBox(trak));
        const large = boxesOf(boxes, 'stsz');
        for (const stsz of large) stsz.bytes = words(0, 5000, 30);
        for (const stco of boxesOf(boxes, 'stco')) {
          const at = new DataView(stco.bytes.buffer, stco.bytes.byteOffset).getUint32(8);
          stco.bytes = words(0, 30, ...new Array(30).fill(at));
        }
        for (const stsc of boxesOf(boxes, 'stsc')) stsc.bytes = words(0, 1, 1, 1, 1);
      });
    await expectRefused(await many(300)(), /maxTracks/);
    await expectRefused(await many(200)(), /maxExpansion|cover the file/);
  });

  it('runs that point back, without rows', async () => {
    const file = changedBoxes(await mp4Of([VIDEO], true), (boxes) => {
      const traf = boxesOf(boxes, 'traf')[0]!;
      const tfhd = traf.children.find(({ type }) => type === 'tfhd')!;
      tfhd.bytes = words(0x020038, 1, 1, 500, 0);
      traf.children = [tfhd];
      for (let i = 0; i < 200; i++) traf.children.push(leaf('trun', words(1, 10_000_000, 0)));
      for (let i = 0; i < 200; i++) traf.children.push(leaf('trun', words(1, 20, -i)));
    });
    const { packets, error, problems } = await readFile(file);
    const total = packets.flat().reduce((sum, { data }) => sum + data.length, 0);
    expect(total).toBeLessThan(20 * file.length + (1 << 20));
    expect(error !== undefined || problems.length > 0).toBe(true);
  });

  it('samples of one byte, and empty ones', async () => {
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      boxesOf(boxes, 'stsz')[0]!.bytes = words(0, 1, 0xffffffff);
      setWord(boxesOf(boxes, 'stsc')[0]!, 12, 0xffffffff);
      boxesOf(boxes, 'stts')[0]!.bytes = words(0, 1, 0xffffffff, 1);
    });
    const { packets } = await readFile(file);
    expect(packets[0]!.length).toBeLessThan(file.length);
  });

  it('a table of compact sizes, and edits, are paid for before they are made', async () => {
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      const stbl = boxesOf(boxes, 'stbl')[0]!;
      stbl.children = stbl.children.filter(({ type }) => type !== 'stsz');
      stbl.children.push(leaf('stz2', concat([words(0, 4, 0xffffffff), new Uint8Array(1 << 20)])));
    });
    await expect(readFile(file, { maxDescriptionBytes: 6 << 20 })).rejects.toThrow(
      /stz2 takes .* \(limits\.maxDescriptionBytes\)/,
    );
  });
});

describe('kind 16: one budget for a whole file, Matroska', () => {
  const encoding = (algo: number, settings: Uint8Array, order: number) =>
    master(
      'ContentEncoding',
      uint('ContentEncodingOrder', order),
      uint('ContentEncodingScope', 1),
      master(
        'ContentCompression',
        uint('ContentCompAlgo', algo),
        element('ContentCompSettings', settings),
      ),
    );

  async function compressed(
    encodings: ReturnType<typeof encoding>[],
    blocks: readonly Uint8Array[],
  ): Promise<Uint8Array> {
    return changedElements(await matroskaOf([VIDEO]), (elements) => {
      const entry = elementsOf(elements, 'TrackEntry')[0]!;
      entry.children!.push(master('ContentEncodings', ...encodings));
      const cluster = elementsOf(elements, 'Cluster')[0]!;
      cluster.children = cluster.children!.filter(({ id }) => id === ID.Timestamp);
      for (const block of blocks) {
        const data = concat([Uint8Array.of(0x81, 0, 0, 0x80), block]);
        cluster.children.push(element('SimpleBlock', data));
      }
    });
  }

  it('zlib in zlib', async () => {
    const bomb = new Uint8Array(deflateSync(deflateSync(new Uint8Array(16 << 20))));
    expect(bomb.length).toBeLessThan(2000);
    const encodings = [encoding(0, new Uint8Array(0), 0), encoding(0, new Uint8Array(0), 1)];
    await expectRefused(await compressed(encodings, new Array(50).fill(bomb)), /maxExpansion/);
  });

  it('header stripping', async () => {
    const encodings = [encoding(3, new Uint8Array(100_000).fill(1), 0)];
    const blocks = new Array(5000).fill(new Uint8Array(0));
    await expectRefused(await compressed(encodings, blocks), /maxExpansion/);
  });

  it('frames that cannot be inflated', async () => {
    const encodings = [encoding(0, new Uint8Array(0), 0)];
    const blocks = new Array(3000).fill(new Uint8Array(20).fill(1));
    await expectRefused(await compressed(encodings, blocks), /cannot be decompressed/);
  });

  it('laces of nothing', async () => {
    const file = changedElements(await matroskaOf([VIDEO]), (elements) => {
      const lace = element('SimpleBlock', Uint8Array.of(0x81, 0, 0, 0x84, 255));
      elementsOf(elements, 'Cluster')[0]!.children!.push(...new Array(20_000).fill(lace));
    });
    expect((await readFile(file)).packets[0]!.length).toBe(30);
  });

  it('elements of two bytes in descriptions and in groups', async () => {
    const small = element('ReferencePriority', new Uint8Array(0));
    const info = changedElements(await matroskaOf([VIDEO]), (elements) => {
      elementsOf(elements, 'Info')[0]!.children!.push(...new Array(30_000).fill(small));
    });
    await expect(readFile(info, { maxDescriptionBytes: 9 << 20 })).resolves.toBeDefined();
    const tracks = changedElements(info, (elements) => {
      elementsOf(elements, 'TrackEntry')[0]!.children!.push(...new Array(30_000).fill(small));
    });
    await expect(readFile(tracks, { maxDescriptionBytes: 9 << 20 })).rejects.toThrow(
      /maxDescriptionBytes/,
    );
    const group = changedElements(await matroskaOf([VIDEO]), (elements) => {
      const block = element('Block', Uint8Array.of(0x81, 0, 5, 0, 1, 2, 3));
      const children = [block, ...new Array(100_000).fill(small)];
      elementsOf(elements, 'Cluster')[0]!.children!.push(master('BlockGroup', ...children));
    });
    expect((await readFile(group)).packets[0]!.length).toBe(31);
  });

  it('tracks', async () => {
    const file = changedElements(await matroskaOf([VIDEO]), (elements) => {
      const tracks = elementsOf(elements, 'Tracks')[0]!;
      const entry = elementsOf(elements, 'TrackEntry')[0]!;
      for (let i = 2; i < 400; i++) {
        const copy = cloneElement(entry);
        copy.children = [
          uint('TrackNumber', i),
          ...copy.children!.filter(({ id }) => id !== ID.TrackNumber),
        ];
        tracks.children!.push(copy);
      }
    });
    await expectRefused(file, /maxTracks/);
  });
});

/** A file of `size` bytes, of which the first are there and the rest are zeros, that notes the largest read. */
function sparse(start: Uint8Array, size: number): ByteSource & { largest: number } {
  const source = {
    size,
    largest: 0,
    async read(position: number, length: number) {
      const count = Math.max(0, Math.min(length, size - position));
      source.largest = Math.max(source.largest, count);
      if (count > 1 << 28) throw new RangeError(`a read of ${count} bytes`);
      const bytes = new Uint8Array(count);
      if (position < start.length) bytes.set(start.subarray(position, position + count));
      return bytes;
    },
    async close() {},
  };
  return source;
}

describe('kind 17: reads whose length a file chooses', () => {
  async function readSparse(start: Uint8Array, size: number): Promise<number> {
    const source = sparse(start, size);
    try {
      const demuxer = await Demuxer.open(source);
      for await (const { packet } of demuxer.packets()) {
        expect(packet.data.length).toBeLessThanOrEqual(64 << 20);
        if (packet.pts > 3) break;
      }
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(/limits\.max/);
    }
    return source.largest;
  }

  it('samples of MP4 above 2^31 bytes', async () => {
    const front = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      const moov = boxes.findIndex(({ type }) => type === 'moov');
      boxes.splice(1, 0, ...boxes.splice(moov, 1));
      setWord(boxesOf(boxes, 'stsz')[0]!, 12, 2_500_000_000);
    });
    expect(await readSparse(front, 3_000_000_000)).toBeLessThan(1 << 20);
  });

  it('moov of MP4', async () => {
    const start = concat([
      words(16),
      ascii('ftypisom'),
      words(0),
      words(2_000_000_000),
      ascii('moov'),
    ]);
    expect(await readSparse(start, 3_000_000_000)).toBeLessThan(1 << 20);
  });

  it('frames of WAV with thousands of channels', async () => {
    const wav = new Uint8Array(44);
    const view = new DataView(wav.buffer);
    wav.set(ascii('RIFF'));
    wav.set(ascii('WAVEfmt '), 8);
    view.setUint32(16, 16, true);
    view.setUint16(20, 3, true);
    view.setUint16(22, 8191, true);
    view.setUint32(24, 48000, true);
    view.setUint16(32, 65528, true);
    view.setUint16(34, 64, true);
    wav.set(ascii('data'), 36);
    view.setUint32(40, 999_999_956, true);
    expect(await readSparse(wav, 1_000_000_000)).toBeLessThanOrEqual(256 << 10);
  });

  it('pictures of y4m, PNG files, units of H.264', async () => {
    const y4m = ascii('YUV4MPEG2 W65535 H4096 F25:1 C444p16\nFRAME\n');
    expect(await readSparse(y4m, 2_000_000_000)).toBeLessThan(1 << 20);
    const png = concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), words(13)]);
    expect(await readSparse(png, 250_000_000)).toBeLessThan(1 << 20);
    const unit = Uint8Array.of(0, 0, 0, 1, 0x65, 0x88, 0x80);
    const all = new Uint8Array(unit.length);
    all.set(unit);
    expect(await readSparse(all, 200_000_000)).toBeLessThanOrEqual(2 << 20);
  });

  it('blocks of Matroska', async () => {
    const start = changedElements(await matroskaOf([VIDEO]), (elements) => {
      elements[1]!.isOpen = true;
      const cluster = elementsOf(elements, 'Cluster')[0]!;
      cluster.isOpen = true;
      cluster.children!.splice(1);
      elements[1]!.children = elements[1]!.children!.slice(
        0,
        elements[1]!.children!.indexOf(cluster) + 1,
      );
    });
    const block = Uint8Array.of(0xa3, 0x01, 0, 0, 0, 0x06, 0, 0, 0, 0x81, 0, 0, 0x80);
    expect(await readSparse(concat([start, block]), 120_000_000)).toBeLessThan(1 << 20);
  });
});

it('Matroska: a pass that has given all that it may ends in an error, block by block or not', async () => {
  const lace = concat([Uint8Array.of(0x81, 0, 0, 0x84, 255), new Uint8Array(256).fill(0xf8)]);
  const file = changedElements(await matroskaOf([VIDEO]), (elements) => {
    const { children } = elementsOf(elements, 'Cluster')[0]!;
    children!.push(...Array.from({ length: 4 }, () => element('SimpleBlock', lace)));
  });
  const { error, problems } = await readFile(file, { maxPackets: 1 });
  expect(error?.message).toMatch(/limits.maxPackets/);
  expect(problems.join()).not.toMatch(/limits/);
});

describe('kind 16: trees of boxes, elements and chunks', () => {
  const limits = { maxDescriptionBytes: 600_000 };
  const left = /takes more than 200000 bytes, a third of limits.maxDescriptionBytes/;
  const problemsOf = (nodes: readonly TreeNode[]) =>
    [...walkTree(nodes)].flatMap(({ problem }) => problem ?? []).join();
  const count = (nodes: readonly TreeNode[]) => [...walkTree(nodes)].length;

  it('MP4: boxes without contents, long texts', async () => {
    const free = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      boxesOf(boxes, 'moov')[0]!.children!.unshift(
        ...Array.from({ length: 5000 }, () => leaf('free', new Uint8Array(0))),
      );
    });
    const tree = await inspectMp4(new MemorySource(free), { limits });
    expect(problemsOf(tree)).toMatch(left);
    expect(count(tree)).toBeLessThan(1000);
    expect(problemsOf(await inspectMp4(new MemorySource(free)))).toBe('');
  });

  it('Matroska: elements without contents', async () => {
    const file = changedElements(await matroskaOf([VIDEO]), (elements) => {
      const tracks = elementsOf(elements, 'Tracks')[0]!;
      tracks.children!.push(...Array.from({ length: 5000 }, () => master('TrackEntry')));
    });
    const tree = await inspectMatroska(new MemorySource(file), { limits });
    expect(problemsOf(tree)).toMatch(left);
    expect(count(tree)).toBeLessThan(1000);
  });

  it('WAV: lists in lists, long texts', async () => {
    const chunk = (name: string, body: Uint8Array) => {
      const head = new Uint8Array(8);
      head.set(ascii(name));
      new DataView(head.buffer).setUint32(4, body.length, true);
      return concat([head, body]);
    };
    const list = (chunks: Uint8Array[]) => chunk('LIST', concat([ascii('INFO'), ...chunks]));
    const inner = list(Array.from({ length: 200 }, () => chunk('INAM', ascii('ab'))));
    const outer = list(Array.from({ length: 100 }, () => inner));
    const wav = chunk('RIFF', concat([ascii('WAVE'), outer]));
    const tree = await inspectWav(new MemorySource(wav), { limits });
    expect(problemsOf(tree)).toMatch(left);
    expect(count(tree)).toBeLessThan(1000);
    const long = chunk(
      'RIFF',
      concat([ascii('WAVE'), list([chunk('INAM', ascii('a'.repeat(60_000)))])]),
    );
    const [riff] = await inspectWav(new MemorySource(long));
    const text = riff!.children[0]!.children[0]!.fields.at(-1)!.value as string;
    expect(text).toBe(`${'a'.repeat(4096)}…`);
  });
});
