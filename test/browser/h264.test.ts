/** H.264 with B pictures in Chromium: the first picture is shown at time 0, none is lost, and they come in the order of display. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createH264Encoder } from '../../src/codecs/h264/index.ts';
import type { Mp4Options } from '../../src/containers/isobmff/index.ts';
import { muxMp4 } from '../containers/isobmff/mux.ts';
import { frameOf, pictureSize } from '../support/h264.ts';
import { findChromium } from './chromium.ts';
import { openVideoPage } from './video-page.ts';

const executable = findChromium();
const [WIDTH, HEIGHT, COUNT] = [160, 96, 22];

/** Luma of picture `n`: each is 8 brighter than the one before, from dark gray to white. */
const lumaOf = (n: number) => 48 + 8 * n;
/** The same as a player shows it: limited range stretched to 0..255. */
const shownOf = (n: number) => Math.round(((lumaOf(n) - 16) * 255) / 219);

function coded(bPyramid: 'none' | 'normal', monochrome = false) {
  const encoder = createH264Encoder({
    ...{ width: WIDTH, height: HEIGHT, frameRate: [25, 1], preset: 'medium', crf: 18 },
    ...{
      profile: 'high',
      monochrome,
      bframes: 3,
      bAdapt: 0,
      bPyramid,
      gopSize: 12,
      sceneCut: false,
    },
  });
  const packets = Array.from({ length: COUNT }, (_, n) => {
    const picture = new Uint8Array(pictureSize(WIDTH, HEIGHT)).fill(128);
    picture.fill(lumaOf(n), 0, WIDTH * HEIGHT);
    return encoder.encode(frameOf(picture, WIDTH, HEIGHT, n));
  }).flat();
  packets.push(...encoder.flush());
  return { stream: encoder.streamInfo, packets };
}

/** The page: shows the middle of a picture at a time, whatever `video` plays from. */
const PAGE = `
  window.fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  window.levels = async (video, count) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const out = [];
    for (let n = 0; n < count; n++) {
      const seeked = new Promise((resolve) => { video.onseeked = resolve; });
      const shown = new Promise((resolve) => {
        video.requestVideoFrameCallback(resolve);
        setTimeout(resolve, 500);
      });
      video.currentTime = (n + 0.5) / 25;
      await seeked;
      await shown;
      context.drawImage(video, 80, 48, 1, 1, 0, 0, 1, 1);
      out.push(context.getImageData(0, 0, 1, 1).data[1]);
    }
    const { buffered, duration } = video;
    return { levels: out, start: buffered.start(0), end: buffered.end(0), duration };
  };`;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Every picture at its time, from 0 to the end. */
function expectAll(outcome: unknown): void {
  const { levels, start, end } = outcome as { levels: number[]; start: number; end: number };
  expect(start).toBe(0);
  expect(end).toBeCloseTo(COUNT / 25, 2);
  for (const [n, level] of levels.entries()) {
    expect(Math.abs(level - shownOf(n)), `picture ${n}`).toBeLessThan(5);
  }
}

describe.skipIf(executable === null)('B pictures in Chromium', () => {
  let page: Page;
  let close: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    ({ page, close } = await openVideoPage(executable!, PAGE));
  });

  afterAll(async () => {
    await close?.();
  });

  const layouts: Mp4Options[] = [{}, { faststart: true }, { fragmented: true }];
  for (const [bPyramid, monochrome] of [
    ['none', false],
    ['normal', false],
    ['normal', true],
  ] as const) {
    const name = `bPyramid ${bPyramid}${monochrome ? ', monochrome' : ''}`;
    it.each(layouts)(`are all there in files, ${name}: %j`, async (options) => {
      const bytes = await muxMp4([coded(bPyramid, monochrome)], options);
      const outcome = await page.evaluate(`(async () => {
        const video = document.getElementById('video');
        const loaded = new Promise((resolve) => { video.onloadeddata = resolve; });
        video.src = URL.createObjectURL(new Blob([fromBase64('${base64(bytes)}')], { type: 'video/mp4' }));
        await loaded;
        return await levels(video, ${COUNT});
      })()`);
      expectAll(outcome);
    });
  }

  it('are all there by Media Source Extensions', async () => {
    const video = coded('normal');
    const bytes = await muxMp4([video], { fragmented: true });
    const codecs = `avc1.${Buffer.from(video.stream.config.slice(1, 4)).toString('hex')}`;
    const outcome = await page.evaluate(`(async () => {
      const video = document.getElementById('video');
      const source = new MediaSource();
      video.src = URL.createObjectURL(source);
      await new Promise((resolve) => { source.onsourceopen = resolve; });
      const buffer = source.addSourceBuffer('video/mp4; codecs="${codecs}"');
      const appended = new Promise((resolve) => { buffer.onupdateend = resolve; });
      buffer.appendBuffer(fromBase64('${base64(bytes)}'));
      await appended;
      source.endOfStream();
      return await levels(video, ${COUNT});
    })()`);
    expectAll(outcome);
  });

  it('come out of WebCodecs once each, in the order of display', async () => {
    const { stream, packets } = coded('normal');
    const chunks = packets.map(({ data, pts, isKey }) => [base64(data), pts, isKey]);
    const codec = `avc1.${Buffer.from(stream.config.slice(1, 4)).toString('hex')}`;
    const outcome = await page.evaluate(`(async () => {
      const times = [];
      const decoder = new VideoDecoder({
        output: (frame) => { times.push(frame.timestamp); frame.close(); },
        error: (error) => times.push(String(error)),
      });
      decoder.configure({ codec: '${codec}', description: fromBase64('${base64(stream.config)}') });
      for (const [data, pts, isKey] of ${JSON.stringify(chunks)}) {
        decoder.decode(new EncodedVideoChunk({
          type: isKey ? 'key' : 'delta', timestamp: 40000 * pts, data: fromBase64(data),
        }));
      }
      await decoder.flush();
      return times;
    })()`);
    expect(outcome).toEqual(Array.from({ length: COUNT }, (_, n) => 40000 * n));
  });
});
