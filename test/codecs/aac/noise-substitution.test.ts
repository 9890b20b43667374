/** Noise substitution: its error model against made lines, and the energy that a decoder makes of it. */
import { expect, test } from 'vitest';
import { ChannelSearch, prepareSearch } from '../../../src/codecs/aac/encoder/band-cost.ts';
import {
  NoiseCandidates,
  prepareNoise,
  substituteNoise,
} from '../../../src/codecs/aac/encoder/noise-substitution.ts';
import { chooseScaleFactors } from '../../../src/codecs/aac/encoder/trellis.ts';
import { DEFAULT_TUNING } from '../../../src/codecs/aac/encoder/tuning.ts';
import { createAacEncoder } from '../../../src/codecs/aac/index.ts';
import { AAC_KERNELS } from '../../../src/codecs/aac/kernels/kernel-set.ts';
import { SearchMemory, searchBytes } from '../../../src/codecs/aac/kernels/search-memory.ts';
import { ChannelStream, MAX_BANDS } from '../../../src/codecs/aac/standard/channel-stream.ts';
import { NOISE_HCB } from '../../../src/codecs/aac/standard/spectrum-coding.ts';
import { adtsStream } from '../../support/adts.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Gaussian noise of deviation 1 by the method of Box and Muller. */
function gaussian(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** A channel of bands of 16 lines, filled by `line`. */
function makeChannel(numBands: number, line: (i: number) => number) {
  const { roundingFirst, roundingRest } = DEFAULT_TUNING;
  const memory = AAC_KERNELS.createMemory(searchBytes(1));
  const search = new ChannelSearch(new SearchMemory(memory, roundingFirst, roundingRest));
  const stream = new ChannelStream(search.memory);
  stream.numBands = numBands;
  stream.info.max_sfb = numBands;
  stream.info.windowGroupLength[0] = 1;
  for (let band = 0; band <= numBands; band++) stream.bandOffset[band] = 16 * band;
  for (let i = 0; i < 16 * numBands; i++) search.spectrum[i] = line(i);
  search.weight.fill(1);
  return { search, stream, noise: new NoiseCandidates() };
}

const plain = { ...DEFAULT_TUNING, noiseGain: 1, noisePenalty: 1 };

test('the error of a substitute is 0.43 of the energy for noise, and more than silence for a tone', () => {
  const next = gaussian(1);
  const noisy = makeChannel(60, () => 100 * next());
  prepareNoise(noisy.search, noisy.stream, 0, MAX_BANDS, plain, noisy.noise);
  let ratio = 0;
  for (let band = 0; band < 60; band++) {
    let energy = 0;
    for (let i = 16 * band; i < 16 * band + 16; i++) energy += noisy.search.spectrum[i] ** 2;
    ratio += noisy.noise.error[band] / energy / 60;
    expect(Math.abs(noisy.noise.level[band] - 2 * Math.log2(energy))).toBeLessThan(0.51);
  }
  expect(Math.abs(ratio - 0.43)).toBeLessThan(0.04);

  const tone = makeChannel(2, (i) => (i === 7 ? 1000 : 0));
  prepareNoise(tone.search, tone.stream, 0, MAX_BANDS, plain, tone.noise);
  expect(tone.noise.error[0]).toBeGreaterThan(1e6);
  expect(tone.noise.error[1]).toBe(Number.POSITIVE_INFINITY);
});

test('in a group of short windows each gets its share of the energy', () => {
  const next = gaussian(4);
  const channel = makeChannel(2, () => 100 * next());
  channel.stream.info.max_sfb = 1;
  channel.stream.info.numWindowGroups = 2;
  channel.stream.info.windowGroupLength.set([4, 1]);
  prepareNoise(channel.search, channel.stream, 0, MAX_BANDS, plain, channel.noise);
  const energy = (band: number): number =>
    channel.search.spectrum.subarray(16 * band, 16 * band + 16).reduce((sum, x) => sum + x * x, 0);
  expect(channel.noise.level[0]).toBe(Math.round(2 * Math.log2(energy(0) / 4)));
  expect(channel.noise.level[1]).toBe(Math.round(2 * Math.log2(energy(1))));
});

test('bands are substituted where bits are dear, not where they are cheap, and never below the first line', () => {
  const next = gaussian(2);
  for (const [lambda, expected] of [
    [1e-2, 0],
    [1e4, 20],
  ] as const) {
    const channel = makeChannel(40, () => 100 * next());
    prepareNoise(channel.search, channel.stream, 20, MAX_BANDS, DEFAULT_TUNING, channel.noise);
    prepareSearch(channel.search, channel.stream, DEFAULT_TUNING);
    chooseScaleFactors(channel.search, channel.stream, lambda);
    substituteNoise([channel], lambda);
    const books = [...channel.stream.codebook.subarray(0, 40)];
    expect(books.filter((book) => book === NOISE_HCB).length).toBe(expected);
    expect(books.slice(0, 20)).not.toContain(NOISE_HCB);
  }
});

test('bands above the lines are noise where they sound like it, and stay empty where they do not', () => {
  const next = gaussian(5);
  const channel = makeChannel(40, (i) => (i < 16 * 30 ? 100 * next() : i % 16 === 5 ? 400 : 0));
  prepareNoise(channel.search, channel.stream, 10, 20, DEFAULT_TUNING, channel.noise);
  channel.search.spectrum.fill(0, 16 * 20);
  prepareSearch(channel.search, channel.stream, DEFAULT_TUNING);
  chooseScaleFactors(channel.search, channel.stream, 100);
  substituteNoise([channel], 100);
  const books = [...channel.stream.codebook.subarray(20, 40)];
  expect(books.slice(0, 10).every((book) => book === NOISE_HCB)).toBe(true);
  expect(books.slice(10).every((book) => book === 0)).toBe(true);
});

test('levels that leap are brought within the reach of a difference', () => {
  const channel = makeChannel(2, (i) => (i < 16 ? 1 : 1e9));
  channel.stream.codebook.fill(0);
  channel.search.silentNoise.fill(1e30);
  prepareNoise(channel.search, channel.stream, 0, MAX_BANDS, DEFAULT_TUNING, channel.noise);
  substituteNoise([channel], 1);
  const [low, high] = channel.stream.scaleFactor;
  expect(high - low).toBe(60);
});

test('a decoder gives substituted bands the energy of the original', () => {
  const next = gaussian(3);
  const numSamples = 48000;
  const data = Float32Array.from({ length: numSamples }, () => 0.1 * next());
  const encoder = createAacEncoder({
    sampleRate: 48000,
    numChannels: 1,
    bitRate: 24000,
    bandwidth: 16000,
  });
  const packets = [
    ...encoder.encode({
      sampleFmt: 'fltp',
      sampleRate: 48000,
      numChannels: 1,
      numSamples,
      planes: [{ data, offset: 0, stride: 1 }],
      pts: 0,
    }),
    ...encoder.flush(),
  ];
  const adts = adtsStream(packets, encoder.streamInfo.config);
  const energyFrom5kHz = (args: readonly string[], input: Uint8Array): number => {
    const filter = [
      '-af',
      'highpass=f=5000:p=2,highpass=f=5000:p=2,lowpass=f=14000',
      '-f',
      'f32le',
      '-',
    ];
    const bytes = runFfmpeg([...args, ...filter], input, { allowWarnings: true });
    const samples = new Float32Array(bytes.slice().buffer);
    let sum = 0;
    for (let n = 4096; n < 40000; n++) sum += samples[n] * samples[n];
    return sum;
  };
  const raw = ['-f', 'f32le', '-ar', '48000', '-ac', '1', '-i', '-'];
  const before = energyFrom5kHz(raw, new Uint8Array(data.buffer));
  const after = energyFrom5kHz(['-f', 'aac', '-i', '-'], adts);
  const gain = 10 * Math.log10(DEFAULT_TUNING.noiseGain ** 2);
  expect(Math.abs(10 * Math.log10(after / before) - gain)).toBeLessThan(0.7);
});
