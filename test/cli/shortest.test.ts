/** `--shortest` and ffmpeg's `-shortest`: an output ends where its shortest stream does, as if that length had been typed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Packet } from '../../src/base/packet.ts';
import { runProgram } from '../../src/cli/program.ts';
import { type Piece, Shortest } from '../../src/cli/shortest.ts';
import { ffmpegPath, runFfmpeg } from '../support/ffmpeg.ts';
import { quietOutput } from '../support/quiet-output.ts';

const CONTENT = {} as Packet;
const piece = (start: number, end: number): Piece => ({ start, end, content: CONTENT });
const times = (pieces: readonly Piece[]) => pieces.map(({ end }) => end);

describe('pieces of tracks', () => {
  it('wait for the track that is behind', () => {
    const shortest = new Shortest(2);
    shortest.add(0, piece(0, 1));
    shortest.add(0, piece(1, 2));
    expect(shortest.take(0)).toEqual([]);
    shortest.add(1, piece(0, 1.5));
    expect(times(shortest.take(0))).toEqual([1]);
    expect(times(shortest.take(1))).toEqual([1.5]);
  });

  it('are over behind the end of another track', () => {
    const shortest = new Shortest(3);
    shortest.add(0, piece(0, 1));
    shortest.add(1, piece(0, 0.5));
    expect(shortest.isOver(1)).toBe(false);
    expect([shortest.end(0), shortest.end(0)]).toEqual([true, false]);
    expect(shortest.isOver(1)).toBe(false);
    shortest.add(1, piece(0.5, 1.25));
    expect(shortest.isOver(1)).toBe(true);
    expect(times(shortest.take(1))).toEqual([]);
    // The third track never had anything.
    shortest.end(2);
    expect(times(shortest.take(1))).toEqual([0.5]);
  });

  it('do not wait for ever', () => {
    const shortest = new Shortest(2);
    for (let second = 0; second < 30; second++) shortest.add(0, piece(second, second + 1));
    expect(times(shortest.take(0)).at(-1)).toBe(20);
  });
});

let folder = '';
let before = '';
beforeAll(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'vitrine-shortest-'));
  process.chdir(folder);
  const make = (line: string) =>
    runFfmpeg(['-y', ...line.split(' ')], undefined, { allowWarnings: true });
  make('-f lavfi -i testsrc2=s=96x64:r=10:d=2 -pix_fmt yuv420p two.y4m');
  make('-f lavfi -i sine=440:d=1.55:r=44100 short.wav');
  make('-f lavfi -i sine=440:d=3:r=44100 long.wav');
  make('-i two.y4m -i short.wav -c:v libx264 -bf 2 -c:a aac both.mp4');
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

async function run(line: string): Promise<string> {
  const notes: string[] = [];
  await runProgram(line.split(' '), quietOutput(notes));
  return notes.join('\n');
}

/** A hash of each frame of a kind with its time, as ffmpeg decodes the file. */
function frames(path: string, kind: 'v' | 'a'): string[] {
  const args = ['-v', 'error', '-i', path, '-map', `0:${kind}`, '-vsync', '0', '-f', 'framemd5'];
  const { stdout } = spawnSync(ffmpegPath(), [...args, '-'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => /^\d/.test(line));
}

describe('a length that nobody types', () => {
  it('is that of the sound, but for a picture that it does not fill', async () => {
    expect(await run('-i two.y4m -i short.wav -c:a pcm_s16le -shortest own.mkv')).toBe('');
    expect(await run('-t 1.5 -i two.y4m -i short.wav -c:a pcm_s16le typed.mkv')).toBe('');
    expect(frames('own.mkv', 'v')).toHaveLength(15);
    expect(frames('own.mkv', 'v')).toEqual(frames('typed.mkv', 'v'));
    expect(frames('own.mkv', 'a').join()).toBe(frames('typed.mkv', 'a').join());
  });

  it.each([
    ['-i two.y4m -i long.wav', '-i two.y4m -t 2 -i long.wav'],
    [
      '-i two.y4m -i long.wav -vf hflip -af volume=0.5',
      '-i two.y4m -t 2 -i long.wav -vf hflip -af volume=0.5',
    ],
    ['-i two.y4m -f lavfi -i sine=440', '-i two.y4m -f lavfi -i sine=440:d=2'],
    [
      '-f lavfi -i testsrc=s=96x64:r=10 -t 1.2 -i long.wav',
      '-f lavfi -i testsrc=s=96x64:r=10:d=1.2 -t 1.2 -i long.wav',
    ],
    ['-i two.y4m -i long.wav -frames:v 7', '-i two.y4m -t 0.7 -i long.wav -frames:v 7'],
  ])('%s', async (line, typed) => {
    expect(await run(`${line} -c:a pcm_s16le -shortest own.mkv -y`)).toBe('');
    expect(await run(`${typed} -c:a pcm_s16le typed.mkv -y`)).toBe('');
    expect(frames('own.mkv', 'v')).toEqual(frames('typed.mkv', 'v'));
    expect(frames('own.mkv', 'a')).toEqual(frames('typed.mkv', 'a'));
  });

  it('holds for packets, which are copied whole', async () => {
    expect(await run('-i both.mp4 -c copy -shortest copied.mp4')).toBe('');
    expect(frames('copied.mp4', 'v')).toEqual(frames('both.mp4', 'v').slice(0, 15));
    expect(frames('copied.mp4', 'a')).toEqual(frames('both.mp4', 'a'));
  });

  it('holds for packets beside coded sound', async () => {
    expect(
      await run(
        '-i both.mp4 -i long.wav -map 0:v -map 1:a -c:v copy -c:a pcm_s16le -shortest m.mkv',
      ),
    ).toBe('');
    expect(frames('m.mkv', 'v')).toHaveLength(20);
    const samples = frames('m.mkv', 'a').reduce((sum, row) => sum + Number(row.split(',')[3]), 0);
    expect(samples).toBe(2 * 44100);
  });
});
