/** What a copy into Matroska cannot keep is said: styles of text, and what an edit list cuts in front; encrypted samples are refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { boxesOf, setWord, wordAt } from '../../fuzz/box-tree.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { changedBoxes, mp4Of, readFile, VIDEO } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'said-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const load = (name: string) => new Uint8Array(readFileSync(at(name)));

async function copy(bytes: Uint8Array, format: string) {
  const sink = new MemorySink();
  const { problems } = await remux(bytes, sink, { format });
  return { bytes: sink.toBytes(), problems: problems.map(({ message }) => message) };
}

function subtitles(text: string): Uint8Array {
  writeFileSync(at('text.srt'), `1\n00:00:00,000 --> 00:00:00,500\n${text}\n\n`);
  runFfmpeg(['-y', '-i', at('text.srt'), '-c:s', 'mov_text', at('text.mp4')]);
  return load('text.mp4');
}

describe('styles of timed text', () => {
  it('are said once, where there are any', async () => {
    const plain = await copy(subtitles('plain'), 'matroska');
    expect(plain.problems).toEqual([]);
    const styled = await copy(subtitles('<b>bold</b> and <i>slanted</i>'), 'matroska');
    expect(styled.problems).toEqual([expect.stringMatching(/styles of the text of stream 0/)]);
    expect((await copy(subtitles('<b>bold</b>'), 'mov')).problems).toEqual([]);
  });

  it('those of the whole track too', async () => {
    const colored = subtitles('plain');
    const entry = new TextEncoder().encode('tx3g');
    const start = colored.findIndex((_, i) => entry.every((byte, k) => colored[i + k] === byte));
    colored[start + 4 + 8 + 26] = 0x80; // red of the color
    const { problems } = await copy(colored, 'matroska');
    expect(problems).toEqual([expect.stringMatching(/styles of the text of stream 0/)]);
  });
});

describe('what an edit list cuts in front', () => {
  it('of pictures is said with how much it is', async () => {
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      const [mdhd] = boxesOf(boxes, 'mdhd');
      const elst = { type: 'elst', bytes: new Uint8Array(20), children: [] };
      setWord(elst, 4, 1);
      setWord(elst, 8, wordAt(boxesOf(boxes, 'mvhd')[0]!, 16));
      setWord(elst, 12, Math.round(0.2 * wordAt(mdhd!, 12)));
      setWord(elst, 16, 0x10000);
      const edts = { type: 'edts', bytes: new Uint8Array(0), children: [elst] };
      boxesOf(boxes, 'trak')[0]!.children.splice(1, 0, edts);
    });
    expect((await copy(file, 'mp4')).problems).toEqual([]);
    const { problems } = await copy(file, 'matroska');
    expect(problems).toEqual([
      expect.stringMatching(/200 ms of stream 0 are before the start, cut off by an edit list/),
    ]);
  });

  it('of sound is CodecDelay, and nothing has to be said', async () => {
    runFfmpeg(['-y', '-f', 'lavfi', '-i', 'sine=d=0.5', '-c:a', 'aac', at('sound.m4a')]);
    const { bytes, problems } = await copy(load('sound.m4a'), 'matroska');
    expect(problems).toEqual([]);
    writeFileSync(at('sound.mka'), bytes);
    const samples = ['sound.m4a', 'sound.mka'].map((name) => {
      return runFfmpeg(['-i', at(name), '-f', 's16le', '-']).length / 2;
    });
    expect(Math.abs(samples[0]! - samples[1]!)).toBeLessThanOrEqual(1024);
  });
});

describe('encrypted samples', () => {
  const keys = ['-encryption_key', '76a6c65c5ea762046bd749a2e632ccbb'];
  const scheme = ['-encryption_scheme', 'cenc-aes-ctr', ...keys];
  const names = ['-encryption_kid', 'a7e61c373e219033c21091fa607bf3b8'];

  it('are read without a false alarm, and not copied', async () => {
    const input = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=64x48:r=25:d=0.4',
      '-f',
      'lavfi',
      '-i',
      'sine=d=1',
    ];
    const codecs = ['-c:v', 'libx264', '-c:a', 'aac'];
    runFfmpeg(['-y', ...input, ...codecs, ...scheme, ...names, at('locked.mp4')]);
    const { streams, problems, packets } = await readFile(load('locked.mp4'));
    expect(streams.map(({ codec }) => codec)).toEqual(['encv', 'enca']);
    expect(problems).toEqual([]);
    expect(packets[0]).toHaveLength(10);
    for (const format of ['mp4', 'matroska']) {
      await expect(copy(load('locked.mp4'), format)).rejects.toThrow(/samples are encrypted/);
    }
    expect((await Demuxer.open(load('locked.mp4'))).problems).toEqual([]);
  });
});
