/** Laws that hold for every input and every option, and what is refused. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, StateError, UnsupportedError } from '../../../src/base/errors.ts';
import { SyntaxWriter } from '../../../src/bits/syntax-writer.ts';
import { BUFFER_LENGTH, SharedTools } from '../../../src/codecs/aac/encoder/channel-state.ts';
import { ElementEncoder } from '../../../src/codecs/aac/encoder/element-encoder.ts';
import { resolveOptions } from '../../../src/codecs/aac/encoder/options.ts';
import { TnsAnalysis } from '../../../src/codecs/aac/encoder/tns-decision.ts';
import {
  type AacEncoderOptions,
  type AacInspector,
  createAacEncoder,
  QUIET_AAC_INSPECTOR,
} from '../../../src/codecs/aac/index.ts';
import { AAC_KERNELS } from '../../../src/codecs/aac/kernels/kernel-set.ts';
import { ProtectedBits } from '../../../src/codecs/aac/standard/raw-data-block.ts';
import { predictionPolynomial, TNS_MAX_ORDER_LONG } from '../../../src/codecs/aac/standard/tns.ts';
import { isLegalSuccession } from '../../../src/codecs/aac/standard/window-sequence.ts';
import { SAMPLING_FREQUENCIES } from '../../../src/syntax/aac/sampling-frequency.ts';
import { decodeAac, encodeAac } from '../../support/aac.ts';

const SEED = 20260802;
const MAIN_CHANNELS: Record<number, number> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 5, 8: 7 };

/** Noise of a linear congruential generator, -1..1. */
function noise(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Sounds that break encoders. */
const SIGNALS: Record<string, (length: number, seed: number) => Float32Array> = {
  silence: (length) => new Float32Array(length),
  noise: (length, seed) => noise(length, seed),
  square: (length, seed) =>
    Float32Array.from({ length }, (_, n) => ((n >> (2 + (seed & 7))) & 1 ? 1 : -1)),
  impulses: (length, seed) =>
    Float32Array.from({ length }, (_, n) => (n % (300 + (seed % 900)) === 7 ? 1 : 0)),
  sweep: (length) => Float32Array.from({ length }, (_, n) => 0.9 * Math.sin(n * n * 1e-4)),
  bursts: (length, seed) => noise(length, seed).map((x, n) => (n % 5000 < 900 ? x : x * 1e-4)),
  beyond: (length, seed) => noise(length, seed).map((x) => 30 * x),
  tiny: (length, seed) => noise(length, seed).map((x) => x * 1e-6),
};

test('any sound, rate, layout, bit rate and chunking is decoded without a message, to the sample', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SAMPLING_FREQUENCIES),
      fc.constantFrom(1, 2, 3, 4, 5, 6, 8),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 4000 }),
      fc.constantFrom('cbr', 'average', 'quality'),
      fc.array(fc.constantFrom(...Object.keys(SIGNALS)), { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: 1 << 20 }),
      (sampleRate, numChannels, share, length, chunk, rateControl, kinds, seed) => {
        const channels = Array.from({ length: numChannels }, (_, c) =>
          SIGNALS[kinds[c]](length, seed + c),
        );
        const buffer = 6144 * MAIN_CHANNELS[numChannels];
        const most = Math.floor((buffer * sampleRate) / 1024);
        const least = Math.ceil((64 * MAIN_CHANNELS[numChannels] * sampleRate) / 1024);
        const bitRate = Math.round(least * (most / least) ** share);
        const options: AacEncoderOptions = {
          sampleRate,
          numChannels,
          ...(rateControl === 'quality'
            ? { quality: 0.1 + 9.9 * share }
            : { bitRate, rateControl: rateControl as 'cbr' | 'average' }),
        };
        const { packets, config, priming } = encodeAac(channels, options, chunk);
        const decoded = decodeAac(packets, config);
        const padding = packets[packets.length - 1].discardPadding ?? 0;
        expect(decoded.length).toBe(packets.length * 1024 * numChannels);
        expect(packets.length * 1024 - priming - padding).toBe(length);
        for (const sample of decoded) expect(Number.isFinite(sample)).toBe(true);
        for (let p = 0; p < packets.length; p++) {
          expect(packets[p].data.length * 8).toBeLessThanOrEqual(buffer);
          expect(packets[p].pts).toBe(p * 1024 - 1024);
        }
        if (rateControl === 'cbr') expectWithinReservoir(packets, options, buffer);
      },
    ),
    { seed: SEED, numRuns: 10 },
  );
});

/**
 * An independent walk over the sizes of frames: there is a start from which a reservoir fed at the constant rate never
 * runs dry and never over.
 */
function expectWithinReservoir(
  packets: readonly { data: Uint8Array }[],
  options: AacEncoderOptions,
  buffer: number,
): void {
  const mean = ((options.bitRate ?? 0) * 1024) / options.sampleRate;
  // Where every frame fills the buffer there is no reservoir, and bits that make no whole byte are lost.
  if (buffer - mean < 64) return;
  let level = 0;
  let lowest = 0;
  let highest = 0;
  for (const { data } of packets) {
    level += mean - data.length * 8;
    lowest = Math.min(lowest, level);
    highest = Math.max(highest, level);
  }
  // A frame is whole bytes, and fill elements come in steps of 8 bits.
  expect(highest - lowest).toBeLessThanOrEqual(Math.max(0, buffer - mean) + 16);
}

test('at the least rates frames of attacks fit too, and are decoded', () => {
  for (const numChannels of [1, 2, 8]) {
    const options = { sampleRate: 11025, numChannels, rateControl: 'cbr' as const };
    const bitRate = Math.ceil((64 * MAIN_CHANNELS[numChannels] * 11025) / 1024);
    const channels = Array.from({ length: numChannels }, (_, c) =>
      SIGNALS.impulses(30000, 400 + c),
    );
    const { packets, config } = encodeAac(channels, { ...options, bitRate });
    expect(decodeAac(packets, config).length).toBe(packets.length * 1024 * numChannels);
    expectWithinReservoir(packets, { ...options, bitRate }, 6144 * MAIN_CHANNELS[numChannels]);
  }
});

test('the mean rate is within 1 % over ten seconds of notes and claps that come and go', () => {
  const length = 480000;
  const base = noise(length, 5);
  const sound = Float32Array.from({ length }, (_, n) => {
    const t = n / 48000;
    const envelope = Math.exp(-4 * (t % 0.7));
    return 0.3 * envelope * (Math.sin(2000 * t) + Math.sin(5170 * t) + 0.3 * base[n]);
  });
  // Dry claps with pauses between, in which bits are saved that the next clap has to spend.
  const claps = base.map((x, n) => 0.6 * x * Math.exp(-120 * ((n / 48000) % 0.4)) + 1e-4 * x);
  for (const [signal, bitRate, rateControl] of [
    [sound, 32000, 'cbr'],
    [sound, 64000, 'cbr'],
    [sound, 48000, 'average'],
    [claps, 48000, 'average'],
    [claps, 96000, 'average'],
  ] as const) {
    const options: AacEncoderOptions = { sampleRate: 48000, numChannels: 1, bitRate, rateControl };
    const { packets } = encodeAac([signal], options);
    const bits = packets.reduce((sum, packet) => sum + packet.data.length * 8, 0);
    expect(Math.abs(bits / 10 / bitRate - 1), `${rateControl} ${bitRate}`).toBeLessThan(0.01);
    if (rateControl === 'cbr') expectWithinReservoir(packets, options, 6144);
  }
});

test('the bits that a decision counts are the bits that are written', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(SIGNALS)),
      fc.constantFrom(...Object.keys(SIGNALS)),
      fc.double({ min: -14, max: 4, noNaN: true }),
      fc.integer({ min: 0, max: 1 << 20 }),
      (first, second, log2Lambda, seed) => {
        const settings = resolveOptions({ sampleRate: 48000, numChannels: 2 }, AAC_KERNELS);
        const tools = new SharedTools(settings);
        const element = new ElementEncoder(settings.layout.elements[0], settings, tools);
        const sounds = [SIGNALS[first](9000, seed), SIGNALS[second](9000, seed)];
        const channels = sounds.map(() => tools.transforms.take(BUFFER_LENGTH));
        const writer = new SyntaxWriter();
        for (let pos = 0; pos < 5120; pos += 1024) {
          for (const [c, channel] of channels.entries()) {
            for (let i = 0; i < BUFFER_LENGTH; i++) channel[i] = sounds[c][pos + i] * 32768;
          }
          element.analyze(channels, 0, 1600, 2 ** log2Lambda, true);
          for (const lambda of [2 ** log2Lambda, 2 ** (log2Lambda + 1)]) {
            const bits = element.decide(lambda);
            const before = writer.bits.bitPosition;
            element.write(writer, new ProtectedBits());
            expect(writer.bits.bitPosition - before).toBe(bits);
          }
        }
      },
    ),
    { seed: SEED, numRuns: 10 },
  );
});

test('window sequences are legal, and watching changes no byte', () => {
  const sound = SIGNALS.bursts(60000, 9);
  const options: AacEncoderOptions = { sampleRate: 48000, numChannels: 1, bitRate: 64000 };
  const plain = encodeAac([sound], options).packets;
  const sequences: number[] = [];
  let tracedBits = 0;
  let frameBits = 0;
  const inspect: AacInspector = {
    ...QUIET_AAC_INSPECTOR,
    trace: (_name, _descriptor, _value, _position, length) => {
      tracedBits += length;
    },
    channel: (_index, stream) => {
      sequences.push(stream.info.window_sequence);
    },
    frameEnd: (bits) => {
      frameBits += bits;
    },
  };
  const watched = encodeAac([sound], { ...options, inspect }).packets;
  expect(watched).toEqual(plain);
  expect(new Set(sequences).size, 'all four sequences').toBe(4);
  for (let i = 1; i < sequences.length; i++) {
    expect(isLegalSuccession(sequences[i - 1], sequences[i])).toBe(true);
  }
  // All bits are traced but the zeros that fill the last byte of a frame.
  expect(frameBits - tracedBits).toBeGreaterThanOrEqual(0);
  expect(frameBits - tracedBits).toBeLessThan(8 * plain.length);
});

test('one channel of eight silent, and one sample of input', () => {
  const channels = Array.from({ length: 8 }, (_, c) =>
    c === 5 ? new Float32Array(5000) : noise(5000, c).map((x) => 0.2 * x),
  );
  const coded = encodeAac(channels, { sampleRate: 48000, numChannels: 8 });
  const decoded = decodeAac(coded.packets, coded.config);
  for (let n = 0; n < decoded.length / 8; n++) {
    expect(Math.abs(decoded[8 * n + 5])).toBeLessThan(1e-4);
  }
  const single = encodeAac([Float32Array.of(0.5)], { sampleRate: 48000, numChannels: 1 });
  expect(single.packets.length).toBe(2);
  expect(single.packets[1].discardPadding).toBe(1023);
  expect(() => encodeAac([new Float32Array(0)], { sampleRate: 48000, numChannels: 1 })).toThrow(
    new ConfigError('aac.flush', 'got a stream of 0 samples, allowed are 1 or more'),
  );
});

test('the recursive filter of a decoder undoes the filter of temporal noise shaping', () => {
  const lines = Float64Array.from(noise(600, 3), (x, k) => x * 0.2 + Math.sin(k * 0.3));
  const weights = new Float64Array(600).fill(1);
  const tns = new TnsAnalysis();
  tns.start(TNS_MAX_ORDER_LONG);
  tns.add(lines, 0, weights, 0, Uint16Array.of(0, 50, 300, 600), 1, 600);
  expect(tns.solve()).toBeGreaterThan(1.5);
  const filtered = lines.slice();
  tns.apply(filtered, 50, 600);
  const lpc = new Float64Array(13);
  predictionPolynomial(tns.coef, 0, tns.order, lpc);
  for (let k = 50; k < 600; k++) {
    for (let i = 1; i <= Math.min(tns.order, k - 50); i++) filtered[k] -= lpc[i] * filtered[k - i];
  }
  for (let k = 0; k < 600; k++) expect(filtered[k]).toBeCloseTo(lines[k], 6);
});

test('what no AAC-LC stream can have is refused, with what is allowed', () => {
  const make = (options: object) => () => createAacEncoder(options as AacEncoderOptions);
  const good = { sampleRate: 48000, numChannels: 2 };
  expect(make({ ...good, sampleRate: 44000 })).toThrow(UnsupportedError);
  expect(make({ ...good, numChannels: 9 })).toThrow(/1\.\.8/);
  expect(make({ ...good, numChannels: 0 })).toThrow(UnsupportedError);
  expect(make({ ...good, numChannels: 1.5 })).toThrow(ConfigError);
  expect(make({ ...good, bitRate: 600000 })).toThrow(/576000/);
  expect(make({ ...good, bitRate: 100 })).toThrow(ConfigError);
  expect(make({ ...good, bitRate: Number.NaN })).toThrow(ConfigError);
  expect(make({ ...good, bandwidth: 30000 })).toThrow(ConfigError);
  expect(make({ ...good, quality: 50 })).toThrow(ConfigError);
  expect(make({ ...good, quality: 1, rateControl: 'cbr' })).toThrow(ConfigError);
  expect(make({ ...good, channelMask: 0x30 })).toThrow(/0x7ff/);
  expect(make({ ...good, channelMask: 0x2 })).toThrow(UnsupportedError);
  expect(make({ ...good, bitrate: 1 })).toThrow(/bitrate/);
});

test('samples that are no numbers, other formats, and calls out of turn are refused', () => {
  const frame = (data: Float32Array, rest: object = {}) =>
    ({
      sampleFmt: 'fltp',
      sampleRate: 48000,
      numChannels: 1,
      numSamples: data.length,
      planes: [{ data, offset: 0, stride: data.length }],
      pts: 0,
      ...rest,
    }) as never;
  const make = () => createAacEncoder({ sampleRate: 48000, numChannels: 1 });
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e9]) {
    expect(() => make().encode(frame(Float32Array.of(0, bad)))).toThrow(ConfigError);
  }
  const data = new Float32Array(10);
  expect(() => make().encode(frame(data, { sampleFmt: 's16' }))).toThrow(/fltp/);
  expect(() => make().encode(frame(data, { sampleRate: 44100 }))).toThrow(ConfigError);
  expect(() => make().encode(frame(data, { numChannels: 2 }))).toThrow(ConfigError);
  expect(() => make().encode(frame(data, { numSamples: 11 }))).toThrow(ConfigError);
  const encoder = make();
  encoder.encode(frame(data));
  encoder.flush();
  expect(() => encoder.encode(frame(data))).toThrow(StateError);
  expect(() => encoder.flush()).toThrow(StateError);
});
