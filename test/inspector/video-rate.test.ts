/** The rate of a video's pictures is what its file says. */
import { expect, test } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import type { Settings } from '../../inspector/protocol.ts';
import { createSample } from '../../inspector/sample.ts';
import { videoRateOf } from '../../inspector/video-rate.ts';
import { MemorySink, remux } from '../../src/index.ts';

const SETTINGS: Settings = {
  preset: 'ultrafast',
  qp: 40,
  profile: 'main',
  bframes: 2,
  coding: 'CAVLC',
};

test.each([24, 30, 60])('%i pictures a second, of MP4 and of Matroska', async (frameRate) => {
  const sample = createSample();
  const source = { ...sample, frameRate, pictures: sample.pictures.slice(0, 6) };
  const { file } = await encodePictures(source, SETTINGS, true);
  expect(await videoRateOf(file)).toBeCloseTo(frameRate, 6);
  const sink = new MemorySink();
  await remux(file, sink, { format: 'matroska' });
  expect(await videoRateOf(sink.toBytes())).toBeCloseTo(frameRate, 1);
});

test('of bytes that are no video there is none', async () => {
  expect(await videoRateOf(new Uint8Array(100))).toBe(null);
});
