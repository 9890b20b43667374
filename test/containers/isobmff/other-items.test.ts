/** Texts about a file that only some containers have a place for stay in copies, as ffprobe reads them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { boxesOf } from '../../fuzz/box-tree.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { changedBoxes, mp4Of } from '../kinds/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'items-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXTS = {
  title: 'Título',
  album_artist: 'Many',
  composer: 'Bédarieux',
  lyrics: 'la la\nla',
  grouping: 'Suite',
  track: '3/12',
  disc: '1/2',
  compilation: '1',
};

/** The texts that ffprobe finds, names in lower case. */
function texts(bytes: Uint8Array, extension: string): Record<string, string> {
  const path = join(folder, `judged.${extension}`);
  writeFileSync(path, bytes);
  const tags: Record<string, string> = probeFile(path).format.tags ?? {};
  return Object.fromEntries(Object.entries(tags).map(([name, text]) => [name.toLowerCase(), text]));
}

async function copy(bytes: Uint8Array, format: string) {
  const sink = new MemorySink();
  const { problems } = await remux(bytes, sink, { format });
  return { bytes: sink.toBytes(), problems: problems.map(({ message }) => message) };
}

function made(name: string, given: Record<string, string>, ...more: string[]): Uint8Array {
  const options = Object.entries(given).flatMap(([key, text]) => ['-metadata', `${key}=${text}`]);
  const input = ['-f', 'lavfi', '-i', 'sine=d=0.2', '-c:a', 'aac'];
  runFfmpeg(['-y', ...input, ...options, ...more, join(folder, name)]);
  return new Uint8Array(readFileSync(join(folder, name)));
}

it('of music, from MP4 to MP4 and over Matroska', async () => {
  const file = made('in.m4a', TEXTS);
  expect(texts(file, 'm4a')).toMatchObject(TEXTS);
  for (const format of ['m4a', 'mp4', 'mov']) {
    const { bytes, problems } = await copy(file, format);
    expect(problems).toEqual([]);
    expect(texts(bytes, format)).toMatchObject(TEXTS);
  }
  const matroska = await copy(file, 'matroska');
  expect(matroska.problems).toEqual([]);
  const { about } = (await Demuxer.open(matroska.bytes)).reader;
  expect(about?.otherTags.get('COMPOSER')).toBe(TEXTS.composer);
  expect(texts(matroska.bytes, 'mkv')).toMatchObject({ track: '3/12', composer: TEXTS.composer });
  expect(texts((await copy(matroska.bytes, 'm4a')).bytes, 'm4a')).toMatchObject(TEXTS);
});

it('names of their own, and the place of a video', async () => {
  const own = { MOOD: 'calm', LOCATION: '+48.2082+016.3738/' };
  const file = made('own.mka', own);
  const { bytes, problems } = await copy(file, 'mp4');
  expect(problems).toEqual([]);
  expect(texts(bytes, 'mp4')).toMatchObject({ mood: 'calm', location: own.LOCATION });
  const again = await copy(bytes, 'matroska');
  expect(texts(again.bytes, 'mkv')).toMatchObject({ mood: 'calm', location: own.LOCATION });
});

it('a place as 3GPP stores it becomes one that players of MP4 read', async () => {
  const file = changedBoxes(await mp4Of(), (boxes) => {
    const place = [0, 0, 0, 0, 0x15, 0xc7, 0, 0, 0xff, 0xb5, 0x80, 0, 0, 0x28, 0xae, 0x14];
    const bytes = Uint8Array.from([...place, 0, 0, 0, 0, 0, 0]);
    const loci = { type: 'loci', bytes, children: [] };
    const udta = { type: 'udta', bytes: new Uint8Array(0), children: [loci] };
    boxesOf(boxes, 'moov')[0]!.children.push(udta);
  });
  const { location } = texts(file, 'mp4');
  expect(location).toBe('+40.6800-074.5000/');
  for (const format of ['mp4', 'matroska']) {
    const { bytes } = await copy(file, format);
    expect(texts(bytes, format === 'mp4' ? 'mp4' : 'mkv').location).toBe(location);
  }
});

it('where there is no place for them, that is said', async () => {
  const input = ['-f', 'lavfi', '-i', 'sine=d=0.2', '-c:a', 'pcm_s16le'];
  const path = join(folder, 'in.mkv');
  runFfmpeg(['-y', ...input, '-metadata', 'composer=Somebody', path]);
  const { problems } = await copy(new Uint8Array(readFileSync(path)), 'wav');
  expect(problems).toEqual([expect.stringMatching(/texts \(COMPOSER\) have no place in wav/)]);
});
