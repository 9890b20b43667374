/** Stereo decisions: what is chosen for made pairs, and what a decoder makes of intensities. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  INTENSITY,
  LEFT_RIGHT,
  MID_SIDE,
  StereoBand,
} from '../../../src/codecs/aac/encoder/stereo.ts';
import {
  type AacEncoderOptions,
  type AacInspector,
  createAacEncoder,
  DEFAULT_TUNING,
  QUIET_AAC_INSPECTOR,
} from '../../../src/codecs/aac/index.ts';
import { INTENSITY_HCB, INTENSITY_HCB2 } from '../../../src/codecs/aac/standard/spectrum-coding.ts';
import { decodeAac } from '../../support/aac.ts';

function noise(length: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Decides on 16 lines whose weighted energies are about 1 to 5 times the expected noise. */
function decide(left: Float64Array, right: Float64Array, log2Noise: number, intensity = true) {
  const band = new StereoBand();
  const expected = 2 ** log2Noise;
  const weight = Float64Array.of(1);
  const choice = band.choose(
    { spectrum: left, weight },
    { spectrum: right, weight },
    0,
    0,
    left.length,
    intensity,
    { noise: expected, lambda: expected / 0.72, midSide: true, tuning: DEFAULT_TUNING },
  );
  return { band, choice };
}

test('alike channels are middle and side, strangers left and right, panned ones an intensity where bits are dear', () => {
  const a = noise(16, 1).map((x) => 1000 * x);
  const b = noise(16, 2).map((x) => 1000 * x);
  expect(decide(a.slice(), a.slice(), 2).choice).toBe(MID_SIDE);
  expect(decide(a.slice(), b.slice(), 2).choice).toBe(LEFT_RIGHT);
  const panned = a.map((x) => -0.5 * x);
  expect(decide(a.slice(), panned.slice(), 15, false).choice).not.toBe(INTENSITY);
  const left = a.slice();
  const right = panned.slice();
  const { band, choice } = decide(left, right, 15);
  expect(choice).toBe(INTENSITY);
  expect(band.position).toBe(4);
  expect(band.isOpposite).toBe(true);
  // Nothing is lost: left is what it was.
  for (let i = 0; i < 16; i++) expect(left[i]).toBeCloseTo(a[i], 6);
  expect(right.every((x) => x === 0)).toBe(true);
});

test('an intensity keeps the energies of both channels', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1 << 20 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -6, max: 6, noNaN: true }),
      fc.double({ min: 5, max: 22, noNaN: true }),
      (seed, likeness, log2Gain, log2Noise) => {
        const left = noise(16, seed).map((x) => 1000 * x);
        const other = noise(16, seed + 7);
        const right = left.map((x, i) => 2 ** log2Gain * (likeness * x + 300 * other[i]));
        const energy = (lines: Float64Array) => lines.reduce((sum, x) => sum + x * x, 0);
        const before = [energy(left), energy(right)];
        const { band, choice } = decide(left, right, log2Noise);
        if (choice !== INTENSITY) return;
        expect(energy(left) / before[0]).toBeCloseTo(1, 6);
        const made = energy(left) * 2 ** (-band.position / 2);
        expect(Math.abs(Math.log2(made / before[1]))).toBeLessThan(0.26);
        expect(band.error).toBeGreaterThanOrEqual(0);
      },
    ),
    { seed: 20261122, numRuns: 300 },
  );
});

/** Encodes noise panned by `gain`, with `own` noise on the right, decodes, and returns the codebooks that were used and the samples. */
function encodePanned(gain: number, options: Partial<AacEncoderOptions>, own = 0) {
  const numSamples = 24000;
  const left = Float32Array.from(noise(numSamples, 11), (x) => 0.3 * x);
  const other = noise(numSamples, 12);
  const right = left.map((x, n) => gain * x + own * other[n]);
  const books = new Set<number>();
  const inspect: AacInspector = {
    ...QUIET_AAC_INSPECTOR,
    channel: (index, stream) => {
      for (let band = 0; band < stream.numBands; band++) {
        if (stream.codebook[band] >= INTENSITY_HCB2) {
          expect(index, 'only the right channel has positions').toBe(1);
          books.add(stream.codebook[band]);
        }
      }
    },
  };
  const encoder = createAacEncoder({
    ...{ sampleRate: 48000, numChannels: 2, bitRate: 80000, bandwidth: 14000 },
    ...{ noiseSubstitution: false, inspect, ...options },
  });
  const packets = encoder.encode({
    sampleFmt: 'fltp',
    sampleRate: 48000,
    numChannels: 2,
    numSamples,
    planes: [left, right].map((data) => ({ data, offset: 0, stride: numSamples })),
    pts: 0,
  });
  packets.push(...encoder.flush());
  return { books: [...books], decoded: decodeAac(packets, encoder.streamInfo.config) };
}

test('a decoder gives the right channel level and sign of the original', () => {
  for (const [gain, book] of [
    [0.5, INTENSITY_HCB],
    [-0.5, INTENSITY_HCB2],
    [2, INTENSITY_HCB],
    [-1, INTENSITY_HCB2],
  ] as const) {
    const { books, decoded } = encodePanned(gain, { midSide: gain === -0.5, bitRate: 112000 });
    expect(books, `gain ${gain}`).toEqual([book]);
    let difference = 0;
    let energy = 0;
    let [l1, l2, r1, r2] = [0, 0, 0, 0];
    for (let n = 4000; n < 20000; n++) {
      // Second differences: mostly what is above 5 kHz.
      const l = decoded[2 * n];
      const r = decoded[2 * n + 1];
      const left = l - 2 * l1 + l2;
      const right = r - 2 * r1 + r2;
      [l2, l1, r2, r1] = [l1, l, r1, r];
      difference += (right - gain * left) ** 2;
      energy += right ** 2;
    }
    expect(difference / energy, `gain ${gain}`).toBeLessThan(0.02);
  }
});

test('no intensity without the option, nor between strangers where bits are plenty', () => {
  expect(encodePanned(-0.5, { intensityStereo: false }).books).toEqual([]);
  expect(encodePanned(-0.5, { bitRate: 320000 }, 0.2).books).toEqual([]);
});
