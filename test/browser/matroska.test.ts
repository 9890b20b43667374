/** Our Matroska files of sound in Chromium: each sample is decoded where it was. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rescale } from '../../src/base/rational.ts';
import { createAacEncoder } from '../../src/codecs/aac/index.ts';
import { createMatroskaWriter } from '../../src/containers/matroska/index.ts';
import { MemorySink } from '../../src/io/index.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { startFileServer } from './server.ts';

const executable = findChromium();

/** A tone that glides up and down, with a little noise: alike nowhere but where it is. */
function glide(numSamples: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: numSamples }, (_, n) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return 0.4 * Math.sin(n / 7 + 20 * Math.sin(n / 1000)) + (0.05 * state) / 2 ** 31;
  });
}

/** A file of AAC. */
async function soundFile(sampleRate: number, data: Float32Array): Promise<Uint8Array> {
  const encoder = createAacEncoder({ sampleRate, numChannels: 1, bitRate: 2 * sampleRate });
  const frame = { sampleRate, numChannels: 1, numSamples: data.length, pts: 0 };
  const planes = [{ data, offset: 0, stride: 1 }];
  const packets = [...encoder.encode({ ...frame, sampleFmt: 'fltp', planes }), ...encoder.flush()];
  const sink = new MemorySink();
  const writer = createMatroskaWriter(sink, [encoder.streamInfo]);
  await writer.writeHeader();
  const ticks = (time: number) => rescale(time, [1, sampleRate], writer.timeBases[0]!);
  for (const packet of packets) {
    const { pts, dts, duration } = packet;
    await writer.writePacket(0, {
      ...packet,
      ...{ pts: ticks(pts), dts: ticks(dts), duration: ticks(duration) },
    });
  }
  await writer.writeTrailer();
  return sink.toBytes();
}

describe.skipIf(executable === null)('Matroska in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let closeServer: () => Promise<void>;

  beforeAll(async () => {
    const root = new URL('.', import.meta.url).pathname;
    const server = await startFileServer(root, { '/': '<!doctype html>' });
    closeServer = () => server.close();
    browser = await launchChromium(executable!);
    page = await browser.newPage();
    await page.goto(`${server.origin}/`);
  });

  afterAll(async () => {
    await browser?.close();
    await closeServer?.();
  });

  // Whole frames: Chromium leaves out the last frame of AAC in Matroska if any of it is to be discarded (DiscardPadding).
  it.each([48000, 44100, 32000, 22050, 16000])(
    'decodes exactly the samples, at %i Hz',
    async (rate) => {
      const data = glide(1024 * 80);
      const bytes = Buffer.from(await soundFile(rate, data)).toString('base64');
      const decoded = (await page.evaluate(`(async () => {
      const context = new OfflineAudioContext(1, 1, ${rate});
      const bytes = Uint8Array.from(atob('${bytes}'), (c) => c.charCodeAt(0));
      return Array.from((await context.decodeAudioData(bytes.buffer)).getChannelData(0));
    })()`)) as number[];
      expect(decoded.length).toBe(data.length);
      const likeness = (lag: number) => {
        let sum = 0;
        for (let n = 20000; n < 30000; n++) sum += data[n]! * decoded[n + lag]!;
        return sum;
      };
      const lags = Array.from({ length: 201 }, (_, i) => i - 100);
      const best = lags.reduce((a, b) => (likeness(b) > likeness(a) ? b : a));
      expect(best).toBe(0);
    },
  );
});
