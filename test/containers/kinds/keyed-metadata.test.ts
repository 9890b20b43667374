/** Metadata with keys, as telephones write them: where and when a film was taken, and with what, stay in every copy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { boxesOf, type TreeBox, writeBoxes } from '../../fuzz/box-tree.ts';
import { probeFile } from '../../support/ffmpeg.ts';
import { changedBoxes, mp4Of } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytesOf = (text: string) => new TextEncoder().encode(text);
const u32 = (value: number) => [24, 16, 8, 0].map((shift) => (value >> shift) & 255);
const leaf = (type: string, bytes: ArrayLike<number>): TreeBox => {
  return { type, bytes: Uint8Array.from(bytes), children: [] };
};

type Value = string | readonly [type: number, bytes: readonly number[]];

/** A `meta` box with keys; of QuickTime it is no FullBox. */
function metaOf(values: Readonly<Record<string, Value>>, isQuickTime = true): TreeBox {
  const names = Object.keys(values);
  const keys = names.flatMap((name) => [...u32(8 + name.length), ...bytesOf(`mdta${name}`)]);
  const items = Object.values(values).map((value, i) => {
    const [type, bytes] = typeof value === 'string' ? [1, [...bytesOf(value)]] : value;
    const data = leaf('data', [...u32(type), ...u32(0), ...bytes]);
    return {
      type: `\0\0\0${String.fromCharCode(i + 1)}`,
      bytes: new Uint8Array(0),
      children: [data],
    };
  });
  const handler = [...u32(0), ...u32(0), ...bytesOf('mdta'), ...new Array(13).fill(0)];
  return {
    type: 'meta',
    bytes: new Uint8Array(isQuickTime ? 0 : 4),
    children: [
      leaf('hdlr', handler),
      leaf('keys', [...u32(0), ...u32(names.length), ...keys]),
      { type: 'ilst', bytes: new Uint8Array(0), children: items },
    ],
  };
}

const PHONE = {
  'com.apple.quicktime.location.ISO6709': '+47.3769+008.5417+408.000/',
  'com.apple.quicktime.location.accuracy.horizontal': '4.766546',
  'com.apple.quicktime.make': 'Apple',
  'com.apple.quicktime.model': 'iPhone 15 Pro',
  'com.apple.quicktime.software': '17.4.1',
  'com.apple.quicktime.creationdate': '2024-05-01T12:34:56+0200',
  'com.apple.quicktime.content.identifier': '0E7B9E2A-6F0F-4C6F-9F43-6B5A7F6D1F0A',
} as const;

async function fileWith(meta: TreeBox, place: 'moov' | 'udta' | 'trak'): Promise<Uint8Array> {
  return changedBoxes(await mp4Of(), (boxes) => {
    const [parent] = boxesOf(boxes, place === 'trak' ? 'trak' : 'moov');
    const udta = { type: 'udta', bytes: new Uint8Array(0), children: [meta] };
    parent!.children.push(place === 'udta' ? udta : meta);
  });
}

async function copy(bytes: Uint8Array, format: string) {
  const sink = new MemorySink();
  const { problems } = await remux(bytes, sink, { format });
  return { bytes: sink.toBytes().slice(), problems: problems.map(({ message }) => message) };
}

async function tagsOf(bytes: Uint8Array): Promise<Record<string, string>> {
  const { reader } = await Demuxer.open(bytes);
  return Object.fromEntries(reader.about?.otherTags ?? []);
}

function judged(bytes: Uint8Array, extension: string): Record<string, string> {
  const path = join(folder, `judged.${extension}`);
  writeFileSync(path, bytes);
  const tags: Record<string, string> = probeFile(path).format.tags ?? {};
  return Object.fromEntries(Object.entries(tags).map(([name, text]) => [name.toLowerCase(), text]));
}

const lower = (tags: object) =>
  Object.fromEntries(Object.entries(tags).map(([name, text]) => [name.toLowerCase(), text]));

describe('keys of the movie', () => {
  it.each([
    ['moov', true],
    ['moov', false],
    ['udta', false],
  ] as const)(
    'in %s (QuickTime: %s) stay in MP4, QuickTime and Matroska, and over it',
    async (place, isQuickTime) => {
      const file = await fileWith(metaOf(PHONE, isQuickTime), place);
      const read = await tagsOf(file);
      expect(read).toMatchObject({ ...PHONE, MAKE: 'Apple', MODEL: 'iPhone 15 Pro' });
      expect(read.LOCATION).toBe(PHONE['com.apple.quicktime.location.ISO6709']);
      for (const format of ['mov', 'mp4', 'matroska'] as const) {
        const { bytes, problems } = await copy(file, format);
        expect(problems).toEqual([]);
        expect(await tagsOf(bytes)).toEqual(read);
        const extension = format === 'matroska' ? 'mkv' : format;
        expect(judged(bytes, extension)).toMatchObject(lower(PHONE));
        const again = await copy(bytes, 'mov');
        expect(again.problems).toEqual([]);
        expect(await tagsOf(again.bytes)).toEqual(read);
        expect(judged(again.bytes, 'mov')).toMatchObject(lower(PHONE));
      }
    },
  );

  it('that every container has a place for have the name that all know', async () => {
    const named = { title: 'Fjord', description: 'by boat', artist: 'Me' };
    const keys = Object.fromEntries(
      Object.entries(named).map(([name, text]) => [`com.apple.quicktime.${name}`, text]),
    );
    const file = await fileWith(metaOf({ ...keys, ...PHONE }), 'moov');
    const { about } = (await Demuxer.open(file)).reader;
    expect(about?.metadata).toEqual({
      ...named,
      date: PHONE['com.apple.quicktime.creationdate'],
    });
    expect(judged((await copy(file, 'matroska')).bytes, 'mkv')).toMatchObject({ title: 'Fjord' });
  });

  it('are numbers too, which Android reads as such', async () => {
    const numbers: Record<string, Value> = {
      'com.android.version': '14',
      'com.android.capture.fps': [23, [0x43, 0x70, 0, 0]],
      'com.apple.quicktime.live-photo.auto': [75, [1]],
      'com.apple.quicktime.some-signed': [21, [0xff, 0xfe]],
      'com.apple.quicktime.some-long': [78, [0, 0, 0, 1, 0, 0, 0, 0]],
      'com.apple.quicktime.some-double': [24, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]],
      'com.apple.quicktime.wide': [2, [0x30, 0x42]],
    };
    const file = await fileWith(metaOf(numbers), 'moov');
    const read = {
      'com.android.version': '14',
      'com.android.capture.fps': '240',
      'com.apple.quicktime.live-photo.auto': '1',
      'com.apple.quicktime.some-signed': '-2',
      'com.apple.quicktime.some-long': '4294967296',
      'com.apple.quicktime.some-double': '1.5',
      'com.apple.quicktime.wide': 'あ',
    };
    expect(await tagsOf(file)).toEqual(read);
    const { bytes } = await copy(file, 'mp4');
    expect(await tagsOf(bytes)).toEqual(read);
    const fps = Buffer.from(bytes).indexOf(
      Buffer.from([0, 0, 0, 23, 0, 0, 0, 0, 0x43, 0x70, 0, 0]),
    );
    expect(fps).toBeGreaterThan(0);
  });

  it('that are no text are said, a cover is one', async () => {
    const picture = [0xff, 0xd8, 0xff, 0xd9];
    const file = await fileWith(
      metaOf({
        'com.apple.quicktime.artwork': [13, picture],
        'com.example.blob': [0, [1, 2, 3]],
      }),
      'moov',
    );
    const { about, problems } = (await Demuxer.open(file)).reader;
    expect([...(about!.metadata.coverArt ?? [])]).toEqual(picture);
    expect(problems?.map(({ message }) => message)).toEqual([
      expect.stringMatching(/com\.example\.blob is of type 0, which is not read/),
    ]);
  });
});

it('keys of a track stay with it', async () => {
  const lens = { 'com.apple.quicktime.camera.lens_model': 'back camera 6.765mm f/1.78' };
  const file = await fileWith(metaOf(lens), 'trak');
  for (const format of ['mov', 'mp4', 'matroska']) {
    const { bytes, problems } = await copy(file, format);
    expect(problems).toEqual([]);
    const again = (await copy(bytes, 'mov')).bytes;
    for (const each of [bytes, again]) {
      const [stream] = (await Demuxer.open(each)).reader.streams;
      expect(Object.fromEntries(stream!.tags ?? [])).toEqual(lens);
    }
  }
});

describe('broken keys', () => {
  const broken = (change: (meta: TreeBox) => void) => {
    const meta = metaOf(PHONE);
    change(meta);
    return fileWith(meta, 'moov');
  };

  it.each<[string, (meta: TreeBox) => void]>([
    ['a count beyond the box', ({ children }) => children[1]!.bytes.set(u32(0x7fffffff), 4)],
    ['a key size below its own', ({ children }) => children[1]!.bytes.set(u32(3), 8)],
    ['a key size beyond the box', ({ children }) => children[1]!.bytes.set(u32(0x7fffffff), 8)],
    [
      'items of no key',
      ({ children }) => void children[2]!.children.splice(0, 1, leaf('abcd', [])),
    ],
    ['no keys', ({ children }) => void children.splice(1, 1)],
    ['no items', ({ children }) => void children.splice(2, 1)],
    ['items without data', ({ children }) => void children[2]!.children[0]!.children.pop()],
  ])('%s cost what they hold, not the file', async (_, change) => {
    const file = await broken(change);
    const { reader } = await Demuxer.open(file);
    expect(reader.streams).toHaveLength(2);
    expect((await copy(file, 'mp4')).bytes.length).toBeGreaterThan(1000);
  });
});

it('the boxes are written as the QuickTime File Format has them', async () => {
  const [made] = [metaOf(PHONE, false)];
  const { bytes } = await copy(await fileWith(made!, 'moov'), 'mp4');
  const expected = writeBoxes([made!.children[1]!]);
  // LOCATION, MAKE and MODEL go to `udta`; all keys are here, in their order.
  expect(Buffer.from(bytes).includes(Buffer.from(expected))).toBe(true);
});
