/** Our MP4 files in Chromium: every layout plays to its end, and fragments play through Media Source Extensions. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mp4Options } from '../../src/containers/isobmff/index.ts';
import { codedAudio, codedVideo } from '../containers/isobmff/coded-streams.ts';
import { muxMp4 } from '../containers/isobmff/mux.ts';
import { findChromium } from './chromium.ts';
import { openVideoPage } from './video-page.ts';

const executable = findChromium();

const LAYOUTS: [string, Mp4Options][] = [
  ['moov at the back', {}],
  ['moov in front', { faststart: true }],
  ['fragmented', { fragmented: true }],
];

/** What the page does for every file: waits for the end of `video` and says how it went. */
const PLAY = `
  window.fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  window.played = (video) => new Promise((resolve) => {
    video.onended = () => resolve({
      how: 'ended',
      seconds: video.currentTime,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      audioBytes: video.webkitAudioDecodedByteCount,
    });
    video.onerror = () => resolve({ how: 'error: ' + video.error.message });
  });`;

/** Top-level boxes of a file, as the pieces that arrive one after the other: header, then a piece per fragment. */
function segments(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const starts: number[] = [0];
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'moof') starts.push(at);
  }
  return starts.map((start, i) => bytes.slice(start, starts[i + 1]));
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe.skipIf(executable === null)('MP4 in Chromium', () => {
  const video = codedVideo({ frames: 45, size: '160x120' });
  const audio = codedAudio(66_150);
  let page: Page;
  let close: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    ({ page, close } = await openVideoPage(executable!, PLAY));
  });

  afterAll(async () => {
    await close?.();
  });

  for (const [name, options] of LAYOUTS) {
    it(`plays to the end: ${name}`, async () => {
      const bytes = await muxMp4([video, audio], options);
      const outcome = await page.evaluate(`(async () => {
        const video = document.getElementById('video');
        const outcome = played(video);
        video.src = URL.createObjectURL(new Blob([fromBase64('${base64(bytes)}')], { type: 'video/mp4' }));
        await video.play().catch(() => {});
        return await outcome;
      })()`);
      expect(outcome).toMatchObject({ how: 'ended', frames: 45 });
      expect((outcome as { audioBytes: number }).audioBytes).toBeGreaterThan(0);
    });
  }

  for (const [name, options] of LAYOUTS) {
    it(`decodes to exactly the samples that went in: ${name}`, async () => {
      const bytes = await muxMp4([audio], options);
      const length = await page.evaluate(`(async () => {
        const context = new OfflineAudioContext(2, 1, 44100);
        return (await context.decodeAudioData(fromBase64('${base64(bytes)}').buffer)).length;
      })()`);
      expect(length).toBe(66_150);
    });
  }

  it('plays fragments that arrive one after the other', async () => {
    const bytes = await muxMp4([video, audio], { fragmented: { segmentIndex: true } });
    const pieces = segments(bytes).map((piece) => `'${base64(piece)}'`);
    const codecs = `avc1.${Buffer.from(video.stream.config.slice(1, 4)).toString('hex')}, mp4a.40.2`;
    const outcome = await page.evaluate(`(async () => {
      const video = document.getElementById('video');
      const outcome = played(video);
      const source = new MediaSource();
      video.src = URL.createObjectURL(source);
      await new Promise((resolve) => { source.onsourceopen = resolve; });
      const buffer = source.addSourceBuffer('video/mp4; codecs="${codecs}"');
      const ends = [];
      for (const piece of [${pieces.join()}]) {
        const appended = new Promise((resolve, reject) => {
          buffer.onupdateend = resolve;
          buffer.onerror = () => reject(new Error('append failed'));
        });
        buffer.appendBuffer(fromBase64(piece));
        await appended;
        ends.push(buffer.buffered.length > 0 ? buffer.buffered.end(0) : 0);
      }
      source.endOfStream();
      await video.play().catch(() => {});
      return { ...(await outcome), ends, ranges: buffer.buffered.length };
    })()`);
    expect(outcome).toMatchObject({ how: 'ended', frames: 45, ranges: 1 });
    const { ends } = outcome as { ends: number[] };
    // Nothing after the header, then more with every fragment.
    expect(ends[0]).toBe(0);
    for (let i = 1; i < ends.length; i++) expect(ends[i]).toBeGreaterThan(ends[i - 1]);
  });
});
