/** What the benchmark counts and how it judges quality: against ffmpeg's libx264, which reports its own PSNR. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { psnrOf, squaredError } from '../../bench/quality/psnr.ts';
import type { Clip } from '../../bench/video/clips.ts';
import { countedBytes, measureStream, nalUnits } from '../../bench/video/measure.ts';
import { ffmpegPath } from '../support/ffmpeg.ts';

describe('PSNR', () => {
  it('follows its definition and is bounded', () => {
    expect(psnrOf(255 * 255 * 100, 100)).toBe(0);
    expect(psnrOf(100, 100)).toBeCloseTo(48.1308, 4);
    expect(psnrOf(0, 100)).toBe(100);
    expect(squaredError(Uint8Array.of(9, 1, 2, 3), 1, Uint8Array.of(3, 2, 1), 0, 3)).toBe(8);
  });
});

describe('NAL units', () => {
  const stream = Uint8Array.of(
    ...[0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 1, 6, 5, 9, 9],
    ...[0, 0, 0, 1, 0x65, 7, 7, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x41, 8],
  );

  it('are found between start codes of both lengths', () => {
    expect(nalUnits(stream).map(([start, end]) => [...stream.subarray(start, end)])).toEqual([
      [0x67, 1, 2],
      [0x68, 3],
      [6, 5, 9, 9],
      [0x65, 7, 7],
      [0x67, 1, 2],
      [0x41, 8],
    ]);
  });

  it('count with a 4-byte prefix, parameter sets once, without SEI', () => {
    expect(countedBytes(stream)).toBe(7 + 6 + 7 + 6);
  });
});

describe('measureStream', () => {
  it('agrees with the PSNR that libx264 reports', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
    try {
      const clip: Clip = {
        name: 'noise',
        path: join(folder, 'clip.yuv'),
        width: 64,
        height: 48,
        frameRate: [25, 1],
        numFrames: 8,
      };
      const source = new Uint8Array(64 * 48 * 1.5 * 8);
      let state = 1;
      for (let i = 0; i < source.length; i++) {
        state = (Math.imul(state, 1103515245) + 12345) | 0;
        source[i] = 128 + 60 * Math.sin(i / 97) + ((state >>> 24) & 15);
      }
      writeFileSync(clip.path, source);
      const output = join(folder, 'out.h264');
      const run = spawnSync(
        ffmpegPath(),
        [
          '-hide_banner',
          '-y',
          '-f',
          'rawvideo',
          '-pix_fmt',
          'yuv420p',
          '-s',
          '64x48',
          '-i',
          clip.path,
        ].concat([
          '-c:v',
          'libx264',
          '-qp',
          '30',
          '-bf',
          '0',
          '-flags',
          '+psnr',
          '-f',
          'h264',
          output,
        ]),
        { encoding: 'utf8' },
      );
      const reported = Number(
        /PSNR Mean Y:([\d.]+)/g.exec(run.stderr.slice(run.stderr.lastIndexOf('PSNR Mean Y')))![1],
      );
      const measured = measureStream(output, clip, source);
      expect(measured.psnr).toBeCloseTo(reported, 2);
      expect(measured.bits).toBeGreaterThan(8 * 1000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
