/** What ffmpeg makes of our packets: no message, every sample at its place, about the sound that went in. */
import { expect, test } from 'vitest';
import type { Packet } from '../../../src/base/packet.ts';
import type { AacEncoderOptions } from '../../../src/codecs/aac/index.ts';
import { decodeAac, encodeAac } from '../../support/aac.ts';

interface Coded {
  readonly packets: readonly Packet[];
  /** By channel, without priming and padding. */
  readonly decoded: readonly Float32Array[];
}

/** Encodes `channels` in runs of `chunk` samples and decodes with ffmpeg. */
function roundTrip(
  channels: readonly Float32Array[],
  options: AacEncoderOptions,
  chunk = channels[0].length,
): Coded {
  const { packets, config, priming } = encodeAac(channels, options, chunk);
  const total = channels[0].length;
  const interleaved = decodeAac(packets, config);
  expect(interleaved.length).toBe(packets.length * 1024 * channels.length);
  const decoded = channels.map((_, c) =>
    Float32Array.from(
      { length: total },
      (_, n) => interleaved[(n + priming) * channels.length + c],
    ),
  );
  const last = packets[packets.length - 1];
  expect(packets.length * 1024 - priming - (last?.discardPadding ?? 0)).toBe(total);
  return { packets, decoded };
}

/** Signal over error, dB. */
function signalToNoise(signal: Float32Array, decoded: Float32Array): number {
  let energy = 0;
  let error = 0;
  for (let n = 0; n < signal.length; n++) {
    energy += signal[n] ** 2;
    error += (signal[n] - decoded[n]) ** 2;
  }
  return 10 * Math.log10(energy / (error + 1e-12));
}

const sine = (frequency: number, sampleRate: number, length: number, amplitude = 0.5) =>
  Float32Array.from(
    { length },
    (_, n) => amplitude * Math.sin((2 * Math.PI * frequency * n) / sampleRate),
  );

test('a stereo sine comes back, sample for sample at its place', () => {
  const left = sine(440, 48000, 20000);
  const right = sine(1000, 48000, 20000, 0.3);
  const { decoded, packets } = roundTrip([left, right], {
    sampleRate: 48000,
    numChannels: 2,
    bitRate: 128000,
  });
  expect(packets[0].pts).toBe(-1024);
  expect(signalToNoise(left, decoded[0])).toBeGreaterThan(25);
  expect(signalToNoise(right, decoded[1])).toBeGreaterThan(25);
});

test('a click at sample n is a click at sample n', () => {
  for (const at of [0, 1, 1023, 1024, 5000, 9999]) {
    const click = new Float32Array(10000);
    click[at] = 0.9;
    const { decoded } = roundTrip([click], { sampleRate: 44100, numChannels: 1, bitRate: 64000 });
    let loudest = 0;
    for (let n = 0; n < click.length; n++) {
      if (Math.abs(decoded[0][n]) > Math.abs(decoded[0][loudest])) loudest = n;
    }
    expect(loudest).toBe(at);
  }
});

test('each channel of every channel configuration comes back in its own place', () => {
  for (const numChannels of [1, 2, 3, 4, 5, 6, 8]) {
    const channels = Array.from({ length: numChannels }, (_, c) =>
      // 40 Hz suits an LFE too.
      sine(40 * (c + 1), 48000, 9000, 0.4),
    );
    if (numChannels >= 6) channels[3] = sine(40, 48000, 9000, 0.4);
    const { decoded } = roundTrip(channels, { sampleRate: 48000, numChannels });
    for (let c = 0; c < numChannels; c++) {
      expect(
        signalToNoise(channels[c], decoded[c]),
        `${numChannels} channels, ${c}`,
      ).toBeGreaterThan(15);
    }
  }
});

test('every sampling frequency is decoded without a message', () => {
  for (const sampleRate of [
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
  ]) {
    const signal = sine(sampleRate / 20, sampleRate, 6000);
    const { decoded } = roundTrip([signal], { sampleRate, numChannels: 1 });
    expect(signalToNoise(signal, decoded[0]), `${sampleRate} Hz`).toBeGreaterThan(20);
  }
});

test('chunking does not change a byte', () => {
  const signal = sine(700, 48000, 7777);
  const options: AacEncoderOptions = { sampleRate: 48000, numChannels: 1, bitRate: 64000 };
  const whole = roundTrip([signal], options).packets;
  for (const chunk of [1, 100, 1024, 3000]) {
    const cut = roundTrip([signal], options, chunk).packets;
    expect(cut.map((packet) => packet.data)).toEqual(whole.map((packet) => packet.data));
  }
});
