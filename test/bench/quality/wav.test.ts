/** The WAV reader of the measure: ffmpeg's files in each format, and broken ones; and the command line on top of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readWav } from '../../../bench/quality/wav.ts';
import { FormatError, UnsupportedError } from '../../../src/base/errors.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

/** A stereo file of 4,800 samples: 1 kHz at a quarter on the left, 2 kHz at a half on the right. */
function tone(codec: string): Uint8Array {
  const left = 'aevalsrc=0.25*sin(2*PI*1000*t)|0.5*sin(2*PI*2000*t):s=48000:d=0.1';
  return runFfmpeg(['-f', 'lavfi', '-i', left, '-c:a', codec, '-f', 'wav', '-'], undefined, {
    allowWarnings: true,
  });
}

test.each([
  ['pcm_s16le', 1 / 32768],
  ['pcm_s24le', 1 / 8388608],
  ['pcm_f32le', 1e-6],
])('reads %s', (codec, step) => {
  const { sampleRate, channels } = readWav(tone(codec));
  expect(sampleRate).toBe(48000);
  expect(channels.length).toBe(2);
  expect(channels[0]!.length).toBe(4800);
  for (let n = 0; n < 4800; n += 7) {
    const phase = (2 * Math.PI * n) / 48000;
    expect(Math.abs(channels[0]![n]! - 0.25 * Math.sin(1000 * phase))).toBeLessThan(2 * step);
    expect(Math.abs(channels[1]![n]! - 0.5 * Math.sin(2000 * phase))).toBeLessThan(2 * step);
  }
});

test('refuses what it cannot read', () => {
  expect(() => readWav(new Uint8Array(4))).toThrow(FormatError);
  expect(() => readWav(new Uint8Array(100))).toThrow(FormatError);
  expect(() => readWav(tone('pcm_u8'))).toThrow(UnsupportedError);
  const bytes = tone('pcm_s16le');
  expect(() => readWav(bytes.subarray(0, 30))).toThrow(FormatError);
});

test('the command line prints the grade as JSON, and one line when a file is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peaq-cli-'));
  const cli = fileURLToPath(new URL('../../../bench/quality/peaq-cli.ts', import.meta.url));
  try {
    const path = join(folder, 'tone.wav');
    writeFileSync(path, tone('pcm_s16le'));
    const run = spawnSync('npx', ['tsx', cli, path, path, '--json']);
    expect(JSON.parse(run.stdout.toString()).odg).toBeGreaterThan(0);
    const failed = spawnSync('npx', ['tsx', cli, path, join(folder, 'none.wav')]);
    expect(failed.status).toBe(1);
    expect(failed.stderr.toString()).toContain('none.wav');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);
