/** Kind 4: a canvas of `<video>` in Chromium shows the colors that went in, for every height, matrix and range. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createReferenceVideoFrame,
  ndarray,
  toArray,
  type VideoFrames,
} from '../../src/frames/index.ts';
import {
  convertVideoFrames,
  MemorySink,
  Muxer,
  type VideoEncodeOptions,
  videoEncodeConfig,
} from '../../src/index.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { startFileServer } from './server.ts';

const executable = findChromium();

// biome-ignore format: a row of colors
const COLORS = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [128, 128, 128], [64, 64, 64], [200, 120, 40], [20, 90, 160]];

/** Chromium's BT.709 with limited range is off by up to 12 in saturated blue, whoever wrote the file. */
const TOLERANCE = 14;

/** Bars of the eight colors, three pictures of them. */
function bars(width: number, height: number): VideoFrames {
  const data = new Uint8Array(3 * width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % width;
    data[i] = COLORS[Math.floor((x * 8) / width)]![i % 3]!;
  }
  const array = ndarray(data, [3, height, width, 3]);
  return createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: [10, 1], pts: 0 });
}

async function encode(
  frames: VideoFrames,
  options: Partial<VideoEncodeOptions>,
): Promise<Uint8Array> {
  const sink = new MemorySink();
  const { width, height, pixFmt } = frames;
  const muxer = new Muxer(sink, { format: 'mp4' });
  const config = videoEncodeConfig({ width, height, pixFmt, frameRate: [10, 1], ...options });
  const encoder = muxer.addEncodeStream({ config, encoderConfig: { qp: 2, preset: 'ultrafast' } });
  await muxer.open();
  await muxer.write(0, await encoder.encode(frames));
  await muxer.close();
  return sink.toBytes();
}

describe.skipIf(executable === null)('colors in Chromium (kind 4)', () => {
  let browser: Browser;
  let page: Page;
  let closeServer: () => Promise<void>;

  beforeAll(async () => {
    const root = new URL('.', import.meta.url).pathname;
    const html = '<!doctype html><link rel="icon" href="data:,"><video id="video" muted></video>';
    const server = await startFileServer(root, { '/': html });
    closeServer = () => server.close();
    browser = await launchChromium(executable!);
    page = await browser.newPage();
    await page.goto(`${server.origin}/`);
  });

  afterAll(async () => {
    await browser?.close();
    await closeServer?.();
  });

  /**
   * The middle of each bar as the canvas shows it. Chromium may say that a seek has ended before it has a picture to
   * draw, and then draws nothing; so the picture is drawn until the canvas is opaque.
   */
  async function shown(bytes: Uint8Array): Promise<number[][]> {
    const base64 = Buffer.from(bytes).toString('base64');
    return page.evaluate(`(async () => {
      const video = document.getElementById('video');
      const bytes = Uint8Array.from(atob('${base64}'), (c) => c.charCodeAt(0));
      video.src = URL.createObjectURL(new Blob([bytes], { type: 'video/mp4' }));
      await new Promise((resolve) => { video.onloadeddata = resolve; });
      const presented = new Promise((resolve) => { video.requestVideoFrameCallback(resolve); });
      const seeked = new Promise((resolve) => { video.onseeked = resolve; });
      video.currentTime = 0.15;
      await seeked;
      await presented;
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const context = canvas.getContext('2d');
      do {
        await new Promise(requestAnimationFrame);
        context.drawImage(video, 0, 0);
      } while (context.getImageData(0, 0, 1, 1).data[3] === 0);
      return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => {
        const x = Math.floor(((i + 0.5) * canvas.width) / 8);
        return [...context.getImageData(x, canvas.height >> 1, 1, 1).data.slice(0, 3)];
      });
    })()`);
  }

  function expectColors(got: number[][]): void {
    got.forEach((pixel, i) => {
      pixel.forEach((value, c) => {
        expect(Math.abs(value - COLORS[i]![c]!), `color ${i}: ${pixel}`).toBeLessThanOrEqual(
          TOLERANCE,
        );
      });
    });
  }

  it.each([
    ['240 rows', 320, 240, {}],
    ['576 rows', 320, 576, {}],
    ['640 rows', 640, 640, {}],
    ['720 rows', 640, 720, {}],
    ['640 rows, full range', 640, 640, { colorRange: 'pc' }],
    ['720 rows, full range', 640, 720, { colorRange: 'pc' }],
    ['240 rows, BT.709', 320, 240, { colorspace: 'bt709' }],
    ['720 rows, BT.601', 640, 720, { colorspace: 'smpte170m' }],
    ['720 rows, BT.601, full range', 640, 720, { colorspace: 'smpte170m', colorRange: 'pc' }],
    ['240 rows, primaries alone', 320, 240, { colorPrimaries: 'bt709' }],
    ['640 rows, transfer alone', 640, 640, { colorTrc: 'bt709' }],
  ] as const)('RGB of %s', async (_, width, height, options) => {
    expectColors(await shown(await encode(bars(width, height), options)));
  });

  it.each([
    ['full range alone', 640, 480, 6, { colorRange: 'pc' }],
    ['matrix alone', 320, 240, 1, { colorspace: 'bt709' }],
    ['matrix alone, 720 rows', 640, 720, 6, { colorspace: 'smpte170m' }],
    ['matrix and full range', 640, 640, 1, { colorspace: 'bt709', colorRange: 'pc' }],
  ] as const)("Y'CbCr, %s", async (_, width, height, matrix, options) => {
    const isFull = 'colorRange' in options;
    const pixFmt = isFull ? 'yuvj420p' : 'yuv420p';
    const frames = convertVideoFrames(bars(width, height), pixFmt, { matrix });
    const array = toArray(frames) as ReturnType<typeof ndarray>;
    const named = createReferenceVideoFrame({
      array,
      pixFmt: 'yuv420p',
      frameRate: [10, 1],
      pts: 0,
    });
    expectColors(await shown(await encode(named, options)));
  });
});
