/** The transforms of the encoder: vector kernels against those of dsp, to the bit, and whole streams with and without them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAacEncoder, createSmallAacEncoder } from '../../../src/codecs/aac/index.ts';
import { AAC_KERNELS } from '../../../src/codecs/aac/kernels/kernel-set.ts';
import { Transforms, transformBytes } from '../../../src/codecs/aac/kernels/transforms.ts';
import { Mdct } from '../../../src/dsp/mdct.ts';

const SEED = 20261130;

function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Some bands over all lines, 1 to 30 wide. */
function someBands(next: () => number) {
  const firstLine = [0];
  while (firstLine.at(-1)! < 1024) {
    firstLine.push(Math.min(1024, firstLine.at(-1)! + 1 + Math.floor(15 * (next() + 1))));
  }
  const numBands = firstLine.length - 1;
  return {
    numBands,
    firstLine: Uint16Array.from(firstLine),
    lineGain: Float64Array.from({ length: 1024 }, () => next() + 1),
    noise: Float64Array.from({ length: numBands }, () => next() + 1),
  };
}

test('vector transforms give the bits of plain ones', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 400 }), (seed, pos) => {
      const results = [true, false].map((vectorKernels) => {
        const next = uniform(seed);
        const transforms = new Transforms(
          AAC_KERNELS.createMemory(transformBytes(12000), vectorKernels),
          0,
        );
        transforms.setBands(someBands(next));
        const fill = (length: number) => transforms.take(length).map(next);
        const samples = transforms.take(2500);
        samples.set(fill(2500));
        const window = transforms.take(2048);
        window.set(fill(2048));
        const lines = transforms.take(1024);
        const shortLines = transforms.take(128);
        const [energyA, energyB] = [transforms.take(1024), transforms.take(1024)];
        const input = samples.byteOffset + 8 * pos;
        transforms.long(input, window.byteOffset, lines.byteOffset);
        transforms.short(input, window.byteOffset, shortLines.byteOffset);
        transforms.bandEnergies(input, samples.byteOffset, energyA, energyB);
        const expected = new Float64Array(1024);
        new Mdct(1024).forwardWindowed(samples, pos, window, expected, 0);
        expect([...lines]).toEqual([...expected]);
        return [lines, shortLines, energyA, energyB].map((array) => [...array]);
      });
      expect(results[0]).toEqual(results[1]);
      expect(results[0]![2]!.some((energy) => energy > 1)).toBe(true);
    }),
    { seed: SEED, numRuns: 20 },
  );
});

test('the bytes of a stream do not depend on vector kernels', () => {
  for (const [numChannels, sampleRate, bitRate] of [
    [1, 48000, 40000],
    [2, 44100, 96000],
    [2, 48000, 320000],
    [6, 32000, 200000],
    [1, 8000, 16000],
  ] as const) {
    const streams = [true, false, null].map((vectorKernels) => {
      const next = uniform(numChannels);
      const options = { sampleRate, numChannels, bitRate };
      const encoder =
        vectorKernels === null
          ? createSmallAacEncoder(options)
          : createAacEncoder({ ...options, vectorKernels });
      const numSamples = 12000;
      const planes = Array.from({ length: numChannels }, (_, c) => ({
        // Tones, noise, and a stroke in the middle.
        data: Float32Array.from(
          { length: numSamples },
          (_, n) => 0.3 * Math.sin(n / (3 + c)) + (n > 6000 ? 0.5 : 0.002) * next(),
        ),
        ...{ offset: 0, stride: 1 },
      }));
      const frame = { sampleRate, numChannels, numSamples, planes, pts: 0 };
      const packets = encoder.encode({ ...frame, sampleFmt: 'fltp' });
      return [...packets, ...encoder.flush()].map(({ data }) => [...data]);
    });
    expect(streams[0]).toEqual(streams[1]);
    expect(streams[0]).toEqual(streams[2]);
  }
});
