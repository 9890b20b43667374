/** The scaler beside swscale's exact sums, on frames of real clips: Y'CbCr at least 60 dB, RGB at least 50 dB. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bytesOf, type RawVideo, runHere, runThere } from '../support/compare-graph.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';
import { bytePsnr } from '../support/filter-suite.ts';
import { hasMedia, mediaPath } from '../support/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-scale-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two frames of a clip. */
function clip(name: string, width: number, height: number): RawVideo {
  const args = ['-i', mediaPath(`video/${name}`), '-frames:v', '2', '-pix_fmt', 'yuv420p'];
  const bytes = runFfmpeg([...args, '-f', 'rawvideo', '-'], undefined, { allowWarnings: true });
  return { pixFmt: 'yuv420p', width, height, bytes: bytes.slice() };
}

const CLIPS = [
  ['foreman_176x144_30fps.mkv', 176, 144],
  ['traffic_320x240_30fps.mkv', 320, 240],
] as const;
const KERNELS = ['bicubic', 'bilinear', 'area', 'lanczos', 'neighbor'];

describe.skipIf(!hasMedia)('as swscale with accurate_rnd', () => {
  test.each(CLIPS)('%s', async (name, width, height) => {
    const video = clip(name, width, height);
    for (const kernel of KERNELS) {
      for (const size of ['2/3', '3/2', '0.45']) {
        const graph = (formats: string) =>
          `[0]scale=trunc(iw*${size}/2)*2:trunc(ih*${size}/2)*2:flags=${kernel}+accurate_rnd${formats}[o]`;
        for (const [formats, bar] of [
          ['', 60],
          [',format=rgb24', 50],
        ] as const) {
          // Two lines at a time (bilinear) swscale blends with less precision on its way to RGB: 45 dB.
          const isSmooth = kernel === 'bicubic' || kernel === 'lanczos';
          if (formats !== '' && !(size === '3/2' && isSmooth)) continue;
          const here = bytesOf(runHere(graph(formats), [video]));
          const there = runThere(graph(formats), [video], folder, writeFileSync);
          expect(bytePsnr(here, there), `${graph(formats)}`).toBeGreaterThanOrEqual(bar);
        }
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
  });

  test('odd sizes as RGB', () => {
    const video = clip(CLIPS[0][0], 176, 144);
    for (const size of ['175:143', '119:97', '201:150', '176:143']) {
      const graph = `[0]scale=${size}:flags=bicubic+accurate_rnd,format=rgb24[o]`;
      const there = runThere(graph, [video], folder, writeFileSync);
      expect(bytePsnr(bytesOf(runHere(graph, [video])), there), graph).toBeGreaterThanOrEqual(50);
    }
  });
});
