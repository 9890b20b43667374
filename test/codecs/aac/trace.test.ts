/** The trace of AAC: the same bytes with it, and its numbers are those of the stream. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AacEncoderOptions, AacTrace } from '../../../src/codecs/aac/index.ts';
import { encodeAac } from '../../support/aac.ts';
import { endTrace, sum, traceRows } from '../../support/trace.ts';

const SEED = 20261130;

/** A sound with a tone, noise, and an attack, another one for each channel. */
function soundOf(length: number, channel: number, seed: number): Float32Array {
  let state = (seed + 977 * channel) >>> 0;
  return Float32Array.from({ length }, (_, n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const white = state / 2 ** 31 - 1;
    const burst = n % 7000 < 400 ? 0.6 : 0.02;
    return 0.3 * Math.sin(n * (0.05 + 0.01 * channel)) + burst * white;
  });
}

/** Packets of an encode that is watched, and its trace. */
function traced(channels: Float32Array[], options: AacEncoderOptions) {
  const inspect = new AacTrace({ ...options, numChannels: channels.length });
  const { packets } = encodeAac(channels, { ...options, inspect });
  return { packets, trace: endTrace(inspect) };
}

test('watching changes no byte, and the elements are all bits of the stream', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(16000, 44100, 48000),
      fc.constantFrom(1, 2, 6),
      fc.integer({ min: 20, max: 80 }),
      fc.constantFrom('cbr' as const, 'average' as const, 'quality' as const),
      fc.integer({ min: 1, max: 12000 }),
      fc.nat(1e6),
      (sampleRate, numChannels, kbps, rateControl, length, seed) => {
        const channels = Array.from({ length: numChannels }, (_, c) => soundOf(length, c, seed));
        const options: AacEncoderOptions = {
          ...{ sampleRate, numChannels, rateControl },
          ...(rateControl === 'quality'
            ? { quality: kbps / 40 }
            : { bitRate: 1000 * kbps * numChannels }),
        };
        const { packets, trace } = traced(channels, options);
        expect(packets).toEqual(encodeAac(channels, options).packets);
        const bits = packets.map(({ data }) => 8 * data.length);
        expect(Array.from(trace.tables.aac_frame.columns.bits)).toEqual(bits);
        const { frame, length: lengths } = trace.tables.aac_element.columns;
        const byFrame = bits.map(() => 0);
        for (const [i, at] of frame.entries()) byFrame[at] += lengths[i];
        expect(byFrame).toEqual(bits);
      },
    ),
    { seed: SEED, numRuns: 20 },
  );
});

test('bits of bands are those of their codes, and belong to channel streams', () => {
  const channels = [soundOf(20000, 0, 1), soundOf(20000, 1, 2)];
  const { trace } = traced(channels, { sampleRate: 48000, numChannels: 2, bitRate: 96000 });
  const { tables, names } = trace;
  const coded = traceRows(trace, 'aac_element').filter(({ name }) =>
    /^(dpcm_|hcod)/.test(names[name]),
  );
  expect(sum(tables.aac_band.columns.bits)).toBe(sum(coded.map(({ length }) => length)));
  const inChannels = traceRows(trace, 'aac_element').filter(({ channel }) => channel !== 255);
  expect(sum(tables.aac_channel.columns.bits)).toBe(sum(inChannels.map(({ length }) => length)));
  for (const { codebook, bits, energy, noise, threshold } of traceRows(trace, 'aac_band')) {
    if (codebook === 0) expect(bits).toBe(0);
    expect(threshold).toBeGreaterThan(0);
    expect(noise).toBeLessThanOrEqual(energy * 1.5 + 1);
  }
});

/** Bands are coded as takes fewer bits, in frames whose bands are not all alike. */
function expectWeighed(pairs: readonly Record<string, number>[]): void {
  for (const { frame, choice, separateBits, jointBits, codedCost, intensityCost } of pairs) {
    const kinds = new Set(pairs.filter((one) => one.frame === frame).map((one) => one.choice));
    const isMixed = kinds.has(0) && kinds.has(1);
    if (choice === 0 && isMixed) expect(separateBits).toBeLessThanOrEqual(jointBits!);
    if (choice === 1 && isMixed) expect(jointBits).toBeLessThan(separateBits!);
    if (choice === 2) expect(intensityCost).toBeLessThan(codedCost!);
  }
}

test('bands of a pair are told to be middle and side, some of a frame or all', () => {
  const common = soundOf(20000, 0, 3);
  const other = soundOf(20000, 1, 3);
  for (const share of [0, 0.3]) {
    const channels = [common, common.map((x, i) => x + share * other[i]!)];
    const { trace } = traced(channels, { sampleRate: 48000, numChannels: 2, bitRate: 96000 });
    const pairs = traceRows(trace, 'aac_pair');
    expectWeighed(pairs);
    expect(pairs.some(({ choice }) => choice === 1)).toBe(true);
  }
});

test('decisions are told with what they were weighed against', () => {
  // Noise that both channels share, much of it, few bits: all tools have work.
  const common = soundOf(40000, 0, 3);
  const channels = [common, common.map((x) => 0.5 * x)];
  const { trace } = traced(channels, { sampleRate: 48000, numChannels: 2, bitRate: 40000 });
  const pairs = traceRows(trace, 'aac_pair');
  expectWeighed(pairs);
  expect(pairs.some(({ choice }) => choice === 2)).toBe(true);
  const filters = traceRows(trace, 'aac_filter');
  expect(filters.length).toBeGreaterThan(0);
  const substitutes = traceRows(trace, 'aac_substitute');
  expect(substitutes.some(({ isTaken }) => isTaken === 1)).toBe(true);
  for (const { isTaken, gain } of substitutes) if (isTaken === 1) expect(gain).toBeGreaterThan(0);
});
