/** Command lines that ffmpeg takes too, run by both: as many frames, at the same times, of the same size; as many samples. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { prepareFiles } from '../support/blocks.ts';
import { ffmpegPath, probeFile } from '../support/ffmpeg.ts';
import { quietOutput } from '../support/quiet-output.ts';

let folder = '';
let before = '';
beforeAll(async () => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'vitrine-ffmpeg-'));
  await prepareFiles(folder);
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

async function runOurs(args: readonly string[]): Promise<void> {
  const notes: string[] = [];
  const status = await runProgram(args, quietOutput(notes));
  expect(notes.join('\n')).toBe('');
  expect(status).toBe(0);
}

/** What a player sees of a file: times and sizes of pictures, rate, channels and duration of sound. */
function shown(path: string) {
  const { streams, packets } = probeFile(join(folder, path), ['-count_frames', '-show_packets']);
  return streams.map((stream: Record<string, unknown>) => {
    const { index, codec_type, width, height, display_aspect_ratio, sample_rate, channels } =
      stream;
    if (codec_type === 'audio') return { sample_rate, channels };
    const own = packets.filter((packet: { stream_index: number }) => packet.stream_index === index);
    const times = own.map(({ pts_time }: { pts_time: string }) => Number(pts_time).toFixed(4));
    return { width, height, display_aspect_ratio, times: times.sort() };
  });
}

/** Samples that come out of a decoder. */
function sampleCount(path: string): number {
  const args = ['-v', 'error', '-i', path, '-f', 's16le', '-ac', '1', '-'];
  return spawnSync(ffmpegPath(), args, { maxBuffer: 1 << 28 }).stdout.length / 2;
}

describe('as ffmpeg', () => {
  it.each([
    '-i pictures.y4m OUT.mp4',
    '-i pictures.y4m -c:v libx264 -crf 30 -preset ultrafast -pix_fmt yuv420p -movflags +faststart OUT.mp4',
    '-i pictures.y4m -vf scale=32:-2 OUT.mp4',
    '-i pictures.y4m -s 32x24 -r 50 OUT.mp4',
    '-i pictures.y4m -vf fps=12,hflip -t 0.5 OUT.mp4',
    '-ss 0.4 -i pictures.y4m OUT.mp4',
    '-ss 0.4 -t 0.2 -i pictures.y4m OUT.mp4',
    '-ss 0.4 -to 0.8 -i pictures.y4m OUT.mp4',
    '-i pictures.y4m -ss 00:00:00.2 -to 0.6 OUT.mp4',
    '-i pictures.y4m -frames:v 7 OUT.mp4',
    '-i pictures.y4m -aspect 16:9 OUT.mp4',
    '-i pictures.y4m -i sound.wav -map 0:v -map 1:a -c:a aac -b:a 96k OUT.mp4',
    '-i pictures.y4m -i sound.wav -t 0.48 OUT.mp4',
    '-i pictures.y4m -an -g 10 OUT.mkv',
    '-i clip.mp4 -c copy OUT.mov',
    '-i clip.mp4 -vn -c:a copy OUT.m4a',
    '-i clip.mp4 -map 0:v -c copy OUT.mp4',
    '-i clip.mp4 -an -vcodec copy OUT.h264',
  ])('%s', async (line) => {
    const args = (name: string) => line.replace('OUT', name).split(' ');
    await runOurs(args('ours'));
    const run = spawnSync(ffmpegPath(), ['-v', 'error', '-y', ...args('theirs')], {
      encoding: 'utf8',
    });
    expect(run.stderr + run.status).toBe('0');
    const extension = /OUT(\.\w+)/.exec(line)![1]!;
    expect(shown(`ours${extension}`)).toEqual(shown(`theirs${extension}`));
  });

  it.each([
    '-i sound.wav -ar 44100 -ac 1 OUT.wav',
    '-i sound.wav -c:a pcm_s24le -af volume=0.5 OUT.wav',
    '-ss 0.25 -t 0.5 -i sound.wav OUT.wav',
    '-i sound.wav -to 0.3 OUT.wav',
    '-i sound.wav -c:a aac -b:a 64k OUT.m4a',
  ])('%s', async (line) => {
    const args = (name: string) => line.replace('OUT', name).split(' ');
    await runOurs(args('ours'));
    spawnSync(ffmpegPath(), ['-v', 'error', '-y', ...args('theirs')]);
    const extension = /OUT(\.\w+)/.exec(line)![1]!;
    expect(shown(`ours${extension}`)).toEqual(shown(`theirs${extension}`));
    expect(sampleCount(`ours${extension}`)).toBe(sampleCount(`theirs${extension}`));
  });
});
