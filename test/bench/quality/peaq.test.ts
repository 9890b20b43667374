/** The whole measure: laws over made signals, and the grades of a known encoder on real clips. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measurePeaq } from '../../../bench/quality/peaq.ts';
import { ConfigError } from '../../../src/base/errors.ts';
import { ffmpegPath, runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';

const LENGTH = 96000;

/** Pseudo-random numbers in -1..1 from a linear congruence. */
function noise(seed: number, length = LENGTH): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A few beating partials over a soft noise: something with tones, modulation and bandwidth. */
function signal(length = LENGTH): Float64Array {
  const floor = noise(7, length);
  return Float64Array.from({ length }, (_, n) => {
    const t = n / 48000;
    let sum = 0.01 * floor[n]!;
    for (let k = 1; k <= 12; k++) {
      sum +=
        (0.2 / k) * Math.sin(2 * Math.PI * 330 * k * t) * (1 + 0.3 * Math.sin(2 * Math.PI * 5 * t));
    }
    return 0.6 * sum;
  });
}

test('a signal against itself has no difference', () => {
  const x = signal();
  const result = measurePeaq([x], [x]);
  expect(result.odg).toBeGreaterThan(0);
  expect(result.odg).toBeLessThanOrEqual(0.22);
  expect(result.movs.MFPDB).toBe(0);
  expect(result.movs.RelDistFramesB).toBe(0);
  expect(result.movs.EHSB).toBe(0);
});

test('more noise never grades better, from inaudible to very annoying', () => {
  const x = signal();
  const added = noise(3);
  let previous = Number.POSITIVE_INFINITY;
  const grades: number[] = [];
  for (const level of [1e-6, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2]) {
    const { odg } = measurePeaq([x], [x.map((v, n) => v + level * added[n]!)]);
    expect(odg).toBeLessThan(previous + 0.02);
    previous = odg;
    grades.push(odg);
  }
  expect(grades[0]).toBeGreaterThan(-0.1);
  expect(grades.at(-1)).toBeLessThan(-3);
});

test('a stereo signal of equal channels grades as the channel alone; order of channels does not matter', () => {
  const x = signal();
  const added = noise(9);
  const y = x.map((v, n) => v + 0.002 * added[n]!);
  const z = noise(11).map((v, n) => 0.3 * v + 0.5 * x[n]!);
  const mono = measurePeaq([x], [y]);
  const stereo = measurePeaq([x, x], [y, y]);
  expect(stereo.odg).toBeCloseTo(mono.odg, 10);
  const one = measurePeaq([x, z], [y, z]);
  const other = measurePeaq([z, x], [z, y]);
  expect(other.odg).toBeCloseTo(one.odg, 10);
});

test('silence before the signal is not graded', () => {
  const x = signal();
  const added = noise(9);
  const y = x.map((v, n) => v + 0.001 * added[n]!);
  const shift = (v: Float64Array): Float64Array => {
    const out = new Float64Array(v.length + 10 * 1024);
    out.set(v, 10 * 1024);
    return out;
  };
  const plain = measurePeaq([x], [y]);
  const shifted = measurePeaq([shift(x)], [shift(y)]);
  expect(shifted.frames - plain.frames).toBeLessThanOrEqual(1);
  expect(Math.abs(shifted.odg - plain.odg)).toBeLessThan(0.15);
});

test('the inspector sees every frame and changes nothing', () => {
  const x = signal();
  const added = noise(9);
  const y = x.map((v, n) => v + 0.001 * added[n]!);
  let calls = 0;
  let sum = 0;
  const seen = measurePeaq([x, x], [y, y], 48000, {
    frame(_frame, _channel, ratios) {
      calls++;
      sum += ratios.reduce((a, b) => a + b, 0) / ratios.length;
    },
  });
  expect(calls).toBe(2 * seen.frames);
  expect(10 * Math.log10(sum / calls)).toBeCloseTo(seen.movs.TotalNMRB, 9);
  expect(seen).toEqual(measurePeaq([x, x], [y, y]));
});

test('refuses other rates, unequal channels, three channels, silence and very short signals', () => {
  const x = signal(4096);
  const silent = new Float64Array(4096);
  expect(() => measurePeaq([x], [x], 44100)).toThrow(ConfigError);
  expect(() => measurePeaq([x], [x, x])).toThrow(ConfigError);
  expect(() => measurePeaq([x, x, x], [x, x, x])).toThrow(ConfigError);
  expect(() => measurePeaq([silent], [silent])).toThrow(ConfigError);
  expect(() => measurePeaq([x.subarray(0, 500)], [x.subarray(0, 500)])).toThrow(ConfigError);
});

test('silence in the test signal alone gives finite values', () => {
  const x = signal();
  const y = x.slice();
  y.fill(0, 20000, 60000);
  const result = measurePeaq([x], [y]);
  expect(Object.values(result.movs).every(Number.isFinite)).toBe(true);
  expect(result.odg).toBeLessThan(-1);
});

/**
 * FFmpeg 5.1's native encoder on real clips: clip, kbit/s, and the grade of an independent implementation of the basic
 * version. Clip at 48 kHz 16 bits, first 10 s: `ffmpeg -i ref.wav -c:a aac -b:a 64k out.m4a`.
 */
const GRADED = [
  ['castanets_48k_stereo', 64, -2.89],
  ['harpsichord_48k_stereo', 96, -3.09],
  ['sax_phrase_44k_mono', 32, -3.5],
  ['speech_male_24k_mono', 64, -2.11],
  ['tabla_44k_stereo', 128, -0.23],
] as const;

const version = spawnSync(ffmpegPath(), ['-version']).stdout.toString();
const hasGradedEncoder = /^ffmpeg version 5\.1/.test(version);
if (!hasGradedEncoder) console.warn('no FFmpeg 5.1: grades of its encoder are not compared');

function decode(args: readonly string[], channels: number): Float64Array[] {
  const bytes = runFfmpeg([...args, '-f', 's16le', '-'], undefined, { allowWarnings: true });
  const samples = new Int16Array(bytes.slice().buffer);
  return Array.from({ length: channels }, (_, c) =>
    Float64Array.from(
      { length: samples.length / channels },
      (_, n) => samples[n * channels + c]! / 32768,
    ),
  );
}

test.skipIf(!hasMedia || !hasGradedEncoder)(
  'grades a known encoder as another implementation does',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'peaq-'));
    try {
      for (const [clip, rate, grade] of GRADED) {
        const reference = join(folder, `${clip}.wav`);
        const coded = join(folder, `${clip}.m4a`);
        const channels = clip.endsWith('mono') ? 1 : 2;
        const source = mediaPath(`audio/${clip}.flac`);
        runFfmpeg(['-i', source, '-t', '10', '-ar', '48000', '-c:a', 'pcm_s16le', reference]);
        runFfmpeg(['-i', reference, '-c:a', 'aac', '-b:a', `${rate}k`, coded], undefined, {
          allowWarnings: true,
        });
        const { odg } = measurePeaq(
          decode(['-i', reference], channels),
          decode(['-i', coded], channels),
        );
        expect(Math.abs(odg - grade), `${clip} at ${rate} kbit/s: ${odg}`).toBeLessThan(0.03);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  600_000,
);
