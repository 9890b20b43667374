/** Each example runs as it stands and makes the file that it says; ffprobe and ffmpeg judge. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

const VIDEO = { codec_name: 'h264', width: 320, height: 240, pix_fmt: 'yuv420p' };

/** Example => file that it makes, the one that it reads if any (an earlier example made it), and what ffprobe must say of each stream. */
const EXPECTED: Record<string, { file: string; input?: string; streams: object[] }> = {
  'encode-audio-wav.ts': {
    file: 'output.wav',
    streams: [{ codec_name: 'pcm_s16le', sample_rate: '44100', channels: 2, duration_ts: 132300 }],
  },
  'audio-encode-config.ts': {
    file: 'config.aac',
    streams: [{ codec_name: 'aac', sample_rate: '48000', channels: 2 }],
  },
  'encode-video-mp4.ts': {
    file: 'output.mp4',
    streams: [{ ...VIDEO, nb_frames: '89', r_frame_rate: '30000/1001', start_pts: 0 }],
  },
  'muxer-basic-usage.ts': {
    file: 'basic.mp4',
    streams: [{ ...VIDEO, nb_frames: '30', r_frame_rate: '30/1', start_pts: 0 }],
  },
  'remux.ts': {
    input: 'output.mp4',
    file: 'copy.mp4',
    streams: [{ ...VIDEO, nb_frames: '89', r_frame_rate: '30000/1001', start_pts: 0 }],
  },
  'video-encode-config.ts': {
    file: 'config.mp4',
    streams: [
      {
        ...{ codec_name: 'h264', width: 1920, height: 1080, pix_fmt: 'yuv420p', nb_frames: '4' },
        ...{ r_frame_rate: '30/1', has_b_frames: 2, color_range: 'tv' },
        ...{ color_space: 'bt709', color_primaries: 'bt709', color_transfer: 'bt709' },
      },
    ],
  },
  'applying-filters.ts': {
    file: 'filtered.mp4',
    streams: [
      {
        ...{ codec_name: 'h264', width: 640, height: 480, pix_fmt: 'yuv420p', nb_frames: '90' },
        ...{ r_frame_rate: '30/1', start_pts: 0 },
      },
    ],
  },
  'multiple-streams.ts': {
    file: 'both.mp4',
    streams: [
      { codec_name: 'aac', sample_rate: '44100', channels: 2, duration_ts: 132300, start_pts: 0 },
      { ...VIDEO, nb_frames: '90', r_frame_rate: '30/1', start_pts: 0 },
    ],
  },
};

test.each(Object.entries(EXPECTED))('%s', async (example, { file, input, streams }) => {
  const path = join(folder, file);
  const files = input === undefined ? [path] : [join(folder, input), path];
  await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', join(EXAMPLES, example), ...files],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    },
  );
  const probe = probeFile(path);
  expect(probe.streams.length).toBe(streams.length);
  for (const [index, stream] of streams.entries()) {
    expect(probe.streams[index]).toMatchObject(stream);
  }
  // ffmpeg warns of WAV without a channel mask, and that it has to estimate the duration of ADTS.
  runFfmpeg(['-i', path, '-f', 'null', '-'], undefined, {
    allowWarnings: /\.(wav|aac)$/.test(file),
  });
  expect(readdirSync(folder)).toContain(file);
});

test('every example is run', () => {
  const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.ts'));
  expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
});
