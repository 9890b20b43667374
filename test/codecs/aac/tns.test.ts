/** Temporal noise shaping: a decoder undoes our filter at every rate, within the bands that the standard allows. */
import { expect, test } from 'vitest';
import {
  type AacInspector,
  createAacEncoder,
  DEFAULT_TUNING,
  QUIET_AAC_INSPECTOR,
} from '../../../src/codecs/aac/index.ts';
import { TNS_MAX_ORDER_LONG, TNS_MAX_ORDER_SHORT } from '../../../src/codecs/aac/standard/tns.ts';
import { EIGHT_SHORT_SEQUENCE } from '../../../src/codecs/aac/standard/window-sequence.ts';
import { SAMPLING_FREQUENCIES } from '../../../src/syntax/aac/sampling-frequency.ts';
import { decodeAac, encodeAac } from '../../support/aac.ts';

const LENGTH = 8192;

/** Short decaying pulses at random heights, a few in each block: predictable along frequency. */
function pulses(): Float32Array {
  let state = 3;
  const samples = new Float32Array(LENGTH);
  for (let at = 200; at < LENGTH; at += 700) {
    for (let n = at; n < LENGTH; n++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      samples[n] += 0.5 * Math.exp((at - n) / 40) * (state / 2 ** 31 - 1);
    }
  }
  // Most of the energy at low frequencies, where the ear of the encoder hears it at the highest rates too.
  for (let n = 1; n < LENGTH; n++) samples[n] = 0.85 * samples[n - 1] + 0.3 * samples[n];
  return samples;
}

/** Signal over error after ffmpeg's decoder, dB, and the frames that were filtered: long ones, or short ones if `short` is true. */
function roundTrip(
  samples: Float32Array,
  sampleRate: number,
  tns: boolean,
  short = false,
): [number, number] {
  let filtered = 0;
  const inspect: AacInspector = {
    ...QUIET_AAC_INSPECTOR,
    channel: (_index, stream) => {
      const isShort = stream.info.window_sequence === EIGHT_SHORT_SEQUENCE;
      if (!stream.tns.isPresent || isShort !== short) return;
      filtered++;
      for (let w = 0; w < (isShort ? 8 : 1); w++) {
        if (stream.tns.n_filt[w] === 0) continue;
        const most = isShort ? TNS_MAX_ORDER_SHORT : TNS_MAX_ORDER_LONG;
        expect(stream.tns.order[w]).toBeLessThanOrEqual(most);
      }
    },
  };
  const options = { sampleRate, numChannels: 1, quality: 10, bandwidth: sampleRate / 2 };
  const encoder = createAacEncoder(
    { ...options, tns, blockSwitching: short, noiseSubstitution: false, inspect },
    // Any gain will do.
    { ...DEFAULT_TUNING, tnsGain: 1.01, tnsShortGain: 1.01 },
  );
  const packets = encoder.encode({
    sampleFmt: 'fltp',
    sampleRate,
    numChannels: 1,
    numSamples: LENGTH,
    planes: [{ data: samples, offset: 0, stride: LENGTH }],
    pts: 0,
  });
  packets.push(...encoder.flush());
  const decoded = decodeAac(packets, encoder.streamInfo.config);
  let energy = 0;
  let error = 0;
  for (let n = 0; n < LENGTH; n++) {
    energy += samples[n] ** 2;
    error += (samples[n] - decoded[n + 1024]) ** 2;
  }
  return [10 * Math.log10(energy / error), filtered];
}

test('filtered spectra come back at every sampling frequency', () => {
  const samples = pulses();
  for (const sampleRate of SAMPLING_FREQUENCIES) {
    const [ratio, filtered] = roundTrip(samples, sampleRate, true);
    const [plainRatio, plainFiltered] = roundTrip(samples, sampleRate, false);
    expect(plainFiltered).toBe(0);
    expect(filtered, `${sampleRate} Hz`).toBeGreaterThan(3);
    // A decoder that filtered other lines would make an error as large as the signal.
    expect(ratio, `${sampleRate} Hz`).toBeGreaterThan(plainRatio - 8);
    expect(ratio, `${sampleRate} Hz`).toBeGreaterThan(8);
  }
});

test('filtered short windows come back at every sampling frequency, and an attack is not led by its noise', () => {
  const samples = pulses();
  for (const sampleRate of SAMPLING_FREQUENCIES) {
    const [ratio, filtered] = roundTrip(samples, sampleRate, true, true);
    const [plainRatio] = roundTrip(samples, sampleRate, false, true);
    // Below, a run of the attack detector is longer than a pulse.
    if (sampleRate >= 16000) expect(filtered, `${sampleRate} Hz`).toBeGreaterThan(0);
    expect(ratio, `${sampleRate} Hz`).toBeGreaterThan(plainRatio - 8);
    expect(ratio, `${sampleRate} Hz`).toBeGreaterThan(8);
  }
});

test('channels that are the same come back the same, though only their middle has lines', () => {
  const samples = pulses();
  let filtered = 0;
  const inspect: AacInspector = {
    ...QUIET_AAC_INSPECTOR,
    channel: (_index, stream) => {
      if (stream.tns.isPresent) filtered++;
    },
  };
  const options = { sampleRate: 48000, numChannels: 2, bitRate: 96000, noiseSubstitution: false };
  for (const blockSwitching of [false, true]) {
    filtered = 0;
    const pair = [samples, samples.slice()];
    const { packets, config } = encodeAac(pair, { ...options, blockSwitching, inspect });
    const decoded = decodeAac(packets, config);
    expect(filtered).toBeGreaterThan(1);
    for (let n = 0; n < decoded.length; n += 2) expect(decoded[n]).toBe(decoded[n + 1]);
  }
});
