/** Sample conversion against exact integer arithmetic. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import {
  convertAudioFrames,
  createReferenceAudioFrame,
  ndarray,
  SAMPLE_FMTS,
  type SampleArray,
  type SampleFmt,
  type SampleKind,
  sampleFmtInfo,
  toArray,
} from '../../src/frames/index.ts';

const SEED = 4711;
const TYPES = {
  u8: Uint8Array,
  s16: Int16Array,
  s32: Int32Array,
  s64: BigInt64Array,
  flt: Float32Array,
  dbl: Float64Array,
};
const BITS: Record<string, bigint> = { u8: 8n, s16: 16n, s32: 32n, s64: 64n };

/** Integer samples as the exact numerator of a fraction of 2^63. */
function numerator(kind: SampleKind, sample: number | bigint): bigint {
  const value = BigInt(sample) - (kind === 'u8' ? 128n : 0n);
  return value << (64n - BITS[kind]!);
}

/** The nearest value with fewer bits, halves up, clamped: the documented rule in integers of any size. */
function narrowed(kind: SampleKind, exact: bigint): number | bigint {
  const bits = BITS[kind]!;
  const drop = 64n - bits;
  let value = drop === 0n ? exact : (exact + (1n << (drop - 1n))) >> drop;
  const max = (1n << (bits - 1n)) - 1n;
  if (value > max) value = max;
  if (kind === 's64') return value;
  return Number(value) + (kind === 'u8' ? 128 : 0);
}

const integerKinds = fc.constantFrom<SampleKind>('u8', 's16', 's32', 's64');

function samplesOf(kind: SampleKind, words: BigInt64Array): SampleArray {
  const out = new TYPES[kind](words.length);
  words.forEach((word, i) => {
    if (kind === 's64') out[i] = word;
    else if (kind === 'flt' || kind === 'dbl') out[i] = Number(word) / 2 ** 63;
    else out[i] = Number(word >> (64n - BITS[kind]!)) + (kind === 'u8' ? 128 : 0);
  });
  return out;
}

function convert(data: SampleArray, from: SampleFmt, to: SampleFmt, numChannels = 1) {
  const length = data.length / numChannels;
  const shape = sampleFmtInfo(from).planar ? [numChannels, length] : [length, numChannels];
  const frames = createReferenceAudioFrame({
    array: ndarray(data, shape),
    sampleFmt: from,
    sampleRate: 48000,
    pts: 3,
  });
  const out = convertAudioFrames(frames, to);
  expect(out.getPts()).toEqual([3]);
  return toArray(out);
}

const words = fc.bigInt64Array({ minLength: 1, maxLength: 40 });

describe('between integers', () => {
  test('every pair is the documented rounding, exactly', () => {
    fc.assert(
      fc.property(integerKinds, integerKinds, words, (from, to, raw) => {
        const data = samplesOf(from, raw);
        const got = convert(data, from, to).data;
        expect([...got]).toEqual([...data].map((sample) => narrowed(to, numerator(from, sample))));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('s64 just beside a half is rounded to its own side', () => {
    const half = 1n << 31n;
    const data = BigInt64Array.of(half - 1n, half, half + 1n, -half - 1n, -half, -half + 1n);
    expect([...convert(data, 's64', 's32').data]).toEqual([0, 1, 1, -1, 0, 0]);
  });
});

describe('with floats', () => {
  test('integers become exact fractions, as far as a float can hold them, and come back', () => {
    fc.assert(
      fc.property(
        integerKinds,
        fc.constantFrom<SampleKind>('flt', 'dbl'),
        words,
        (from, to, raw) => {
          const data = samplesOf(from, raw);
          const got = convert(data, from, to).data;
          [...data].forEach((sample, i) => {
            // JSON numbers of this size are exact in a double only up to 53 bits; Number() rounds to the nearest.
            const real = Number(numerator(from, sample)) / 2 ** 63;
            expect(got[i]).toBe(to === 'flt' && from !== 's64' ? Math.fround(real) : got[i]);
            if (to === 'dbl') expect(got[i]).toBe(real);
          });
          const exact = from === 'u8' || from === 's16' || (from === 's32' && to === 'dbl');
          if (exact) expect(convert(got, to, from).data).toEqual(data);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('floats are rounded to the nearest and clamped', () => {
    const step = 1 / 32768;
    const data = Float64Array.of(
      0,
      0.4 * step,
      0.5 * step,
      -0.5 * step,
      -0.51 * step,
      1,
      -1,
      7,
      -7,
      Infinity,
      -Infinity,
    );
    expect([...convert(data, 'dbl', 's16').data]).toEqual([
      0, 0, 1, 0, -1, 32767, -32768, 32767, -32768, 32767, -32768,
    ]);
    expect([...convert(Float32Array.of(1, -1, 0.5), 'flt', 's64').data]).toEqual([
      2n ** 63n - 1n,
      -(2n ** 63n),
      2n ** 62n,
    ]);
    expect([...convert(Float32Array.of(1, -1, 0, 0.5), 'flt', 'u8').data]).toEqual([
      255, 0, 128, 192,
    ]);
    expect([...convert(Float64Array.of(1, -1, 2 ** -31), 'dbl', 's32').data]).toEqual([
      2147483647, -2147483648, 1,
    ]);
  });

  test('s64 to flt is the nearest float', () => {
    const data = BigInt64Array.of(
      3n,
      (1n << 62n) + (1n << 38n),
      (1n << 62n) + (1n << 38n) + 1n,
      (1n << 62n) + (1n << 38n) - 1n,
    );
    expect([...convert(data, 's64', 'flt').data]).toEqual([3 * 2 ** -63, 0.5, 0.5 + 2 ** -24, 0.5]);
  });

  test('a NaN is an error that says where', () => {
    const data = new Float32Array(2000);
    data[1501] = Number.NaN;
    expect(() => convert(data, 'flt', 's16', 2)).toThrow(ConfigError);
    expect(() => convert(data, 'flt', 's16', 2)).toThrow('channel 1: sample 750 is NaN');
    expect(convert(data, 'flt', 'dbl').data[1501]).toBeNaN();
  });
});

test('all twelve formats, packed and planar, keep channels apart', () => {
  const source = Int16Array.from({ length: 300 }, (_, i) => ((i * 7919) % 200) * 256 - 25600);
  for (const first of SAMPLE_FMTS) {
    for (const second of SAMPLE_FMTS) {
      const a = convert(source, 's16', first, 3);
      const b = convert(a.data, first, second, 3);
      expect(convert(b.data, second, 's16', 3).data).toEqual(source);
    }
  }
});
