/** The sound of the page: its decoder agrees with ffmpeg's, and the record with the stream. */
import { expect, test } from 'vitest';
import { encodeSound } from '../../inspector/sound-engine.ts';
import { recordSound } from '../../inspector/sound-record.ts';
import { createSoundSample } from '../../inspector/sound-sample.ts';
import type { AacEncoderOptions } from '../../src/codecs/aac/index.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';
import { sum } from '../support/trace.ts';

/** Samples of the first packet, which come before the input. */
const PRIMING = 1024;

/** Largest and mean difference of what the page plays from what ffmpeg decodes. */
async function compared(bitRate: number, options: Partial<AacEncoderOptions>) {
  const coded = await encodeSound(createSoundSample(), bitRate, options);
  const bytes = runFfmpeg(['-f', 'aac', '-i', 'pipe:0', '-f', 'f32le', 'pipe:1'], coded.file);
  const samples = new Float32Array(bytes.slice().buffer);
  let largest = 0;
  let error = 0;
  for (const [c, channel] of coded.decoded.entries()) {
    for (let n = 0; n < channel.length; n++) {
      const difference = Math.abs(channel[n] - samples[2 * (n + PRIMING) + c]);
      largest = Math.max(largest, difference);
      error += difference ** 2;
    }
  }
  return { largest, rms: Math.sqrt(error / (2 * coded.decoded[0].length)) };
}

test('what is heard is what ffmpeg decodes; substituted noise is another noise', async () => {
  for (const bitRate of [48_000, 160_000]) {
    const { largest } = await compared(bitRate, { noiseSubstitution: false });
    expect(largest).toBeLessThan(1e-5);
  }
  expect((await compared(96_000, {})).rms).toBeLessThan(0.02);
});

test('the record has the bits of all frames and bands, with their decisions', async () => {
  const source = createSoundSample();
  const coded = await encodeSound(source, 64_000);
  const record = recordSound(coded.trace, source, coded);
  expect(sum(record.frames.map(({ bits }) => bits)) / 8).toBe(
    coded.file.length - 7 * record.frames.length,
  );
  const { bands } = record.frames[30].channels[1];
  expect(bands.length).toBeGreaterThan(20);
  expect(bands.some(({ pair }) => pair !== null)).toBe(true);
  expect(sum(bands.map(({ bits }) => bits))).toBeLessThanOrEqual(
    record.frames[30].channels[1].bits,
  );
  expect(new Set(record.frames.map(({ sequence }) => sequence)).size).toBeGreaterThan(2);
});
