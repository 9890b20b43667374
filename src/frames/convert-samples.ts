/**
 * Sound between the twelve sample formats. The meaning of a sample is a number in -1..1: u8 is (v - 128) / 2^7, s16
 * v / 2^15, s32 v / 2^31, s64 v / 2^63, floats are themselves. To more bits it is exact; to fewer it is rounded to the
 * nearest (halves up; floats as IEEE 754 rounds) and clamped to the range of the target. NaN has no integer and is an
 * error, infinity is clamped.
 *
 * Samples pass through a block of doubles, which hold every format but s64 exactly; so there is one loader and one
 * storer per format instead of a kernel per pair.
 */
import { ConfigError } from '../base/errors.ts';
import type { AudioFrame, Plane, SampleArray } from './frame.ts';
import {
  type SampleFmt,
  type SampleFmtInfo,
  type SampleKind,
  sampleFmtInfo,
} from './sample-format.ts';

const BLOCK = 1024;
const TWO_63 = 2 ** 63;
const S64_MAX = 2n ** 63n - 1n;
const S64_MIN = -(2n ** 63n);

/**
 * Converts samples `start..start + count - 1` of every channel of `source` into `target`.
 * @param target planes of format `to` with as many channels; written from sample `at` of each channel on. Not overlapping.
 * Throws `ConfigError` naming `where` if a NaN meets an integer format.
 */
export function convertSamples(
  where: string,
  source: AudioFrame,
  start: number,
  count: number,
  to: SampleFmt,
  target: readonly Plane[],
  at: number,
): void {
  const from = sampleFmtInfo(source.sampleFmt);
  const into = sampleFmtInfo(to);
  for (let channel = 0; channel < source.numChannels; channel++) {
    const input = from.planar ? source.planes[channel]! : source.planes[0]!;
    const output = into.planar ? target[channel]! : target[0]!;
    const first = input.offset + (from.planar ? 0 : channel) + start * input.stride;
    const out = output.offset + (into.planar ? 0 : channel) + at * output.stride;
    const run = { input: input.data, from, first, step: input.stride };
    convertChannel(
      `${where}, channel ${channel}`,
      run,
      count,
      into,
      output.data,
      out,
      output.stride,
    );
  }
}

/** Where the samples of one channel lie. */
interface ChannelRun {
  readonly input: SampleArray;
  readonly from: SampleFmtInfo;
  readonly first: number;
  readonly step: number;
}

function convertChannel(
  where: string,
  run: ChannelRun,
  count: number,
  into: SampleFmtInfo,
  output: SampleArray,
  out: number,
  outStep: number,
): void {
  const { input, from, first, step } = run;
  if (from.kind === into.kind) {
    copySamples(from.kind, input, first, step, output, out, outStep, count);
    return;
  }
  if (from.kind === 's16' && into.kind === 'flt') {
    scaleS16(input as Int16Array, first, step, output as Float32Array, out, outStep, count);
    return;
  }
  const block = new Float64Array(Math.min(BLOCK, count));
  for (let done = 0; done < count; done += BLOCK) {
    const length = Math.min(BLOCK, count - done);
    const at = first + done * step;
    if (from.kind === 's64') loadS64(input as BigInt64Array, at, step, block, length, into.kind);
    else LOADERS[from.kind](input as never, at, step, block, length);
    if (from.isFloat && !into.isFloat) {
      const bad = indexOfNaN(block, length);
      if (bad >= 0) {
        throw new ConfigError(where, `sample ${done + bad} is NaN, which ${into.name} cannot hold`);
      }
    }
    STORERS[into.kind](block, output as never, out + done * outStep, outStep, length);
  }
}

/** What encoders are given most, without a block between: two thirds of the time. */
function scaleS16(
  input: Int16Array,
  first: number,
  step: number,
  output: Float32Array,
  out: number,
  outStep: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) output[out + i * outStep] = input[first + i * step]! / 32768;
}

/** Index of the first NaN in `block[0..length - 1]`, -1 if there is none. */
function indexOfNaN(block: Float64Array, length: number): number {
  for (let i = 0; i < length; i++) if (Number.isNaN(block[i])) return i;
  return -1;
}

type Loader<T> = (input: T, at: number, step: number, block: Float64Array, count: number) => void;
type Storer<T> = (block: Float64Array, output: T, at: number, step: number, count: number) => void;

const loadU8: Loader<Uint8Array> = (input, at, step, block, count) => {
  for (let i = 0; i < count; i++) block[i] = (input[at + i * step]! - 128) / 128;
};
const loadS16: Loader<Int16Array> = (input, at, step, block, count) => {
  for (let i = 0; i < count; i++) block[i] = input[at + i * step]! / 32768;
};
const loadS32: Loader<Int32Array> = (input, at, step, block, count) => {
  for (let i = 0; i < count; i++) block[i] = input[at + i * step]! / 2147483648;
};
const loadFlt: Loader<Float32Array> = (input, at, step, block, count) => {
  for (let i = 0; i < count; i++) block[i] = input[at + i * step]!;
};
const loadDbl: Loader<Float64Array> = (input, at, step, block, count) => {
  for (let i = 0; i < count; i++) block[i] = input[at + i * step]!;
};

const LOADERS = { u8: loadU8, s16: loadS16, s32: loadS32, flt: loadFlt, dbl: loadDbl } as const;

/**
 * s64 has more bits than a double. What is rounded again later is first cut to 53 bits with the last bit set if
 * anything was lost ("round to odd"), so that the second rounding still sees on which side of a half it was.
 */
function loadS64(
  input: BigInt64Array,
  at: number,
  step: number,
  block: Float64Array,
  count: number,
  into: SampleKind,
): void {
  for (let i = 0; i < count; i++) {
    const sample = input[at + i * step]!;
    const small = sample > -(2n ** 53n) && sample < 2n ** 53n;
    if (into === 'dbl' || (into === 'flt' && small)) {
      block[i] = Number(sample) / TWO_63;
    } else {
      const kept = sample >> 11n;
      const lost = (sample & 2047n) !== 0n ? 1n : 0n;
      block[i] = Number(kept | lost) / 2 ** 52;
    }
  }
}

const storeU8: Storer<Uint8Array> = (block, output, at, step, count) => {
  for (let i = 0; i < count; i++) {
    const value = Math.round(block[i]! * 128) + 128;
    output[at + i * step] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
};
const storeS16: Storer<Int16Array> = (block, output, at, step, count) => {
  for (let i = 0; i < count; i++) {
    const value = Math.round(block[i]! * 32768);
    output[at + i * step] = value < -32768 ? -32768 : value > 32767 ? 32767 : value;
  }
};
const storeS32: Storer<Int32Array> = (block, output, at, step, count) => {
  for (let i = 0; i < count; i++) {
    const value = Math.round(block[i]! * 2147483648);
    output[at + i * step] =
      value < -2147483648 ? -2147483648 : value > 2147483647 ? 2147483647 : value;
  }
};
const storeS64: Storer<BigInt64Array> = (block, output, at, step, count) => {
  for (let i = 0; i < count; i++) {
    const value = Math.round(block[i]! * TWO_63);
    output[at + i * step] = value >= TWO_63 ? S64_MAX : value <= -TWO_63 ? S64_MIN : BigInt(value);
  }
};
const storeFlt: Storer<Float32Array> = (block, output, at, step, count) => {
  for (let i = 0; i < count; i++) output[at + i * step] = block[i]!;
};
const storeDbl: Storer<Float64Array> = (block, output, at, step, count) => {
  for (let i = 0; i < count; i++) output[at + i * step] = block[i]!;
};

const STORERS = {
  u8: storeU8,
  s16: storeS16,
  s32: storeS32,
  s64: storeS64,
  flt: storeFlt,
  dbl: storeDbl,
} as const;

/** The same kind, another layout: one function per element type. */
function copySamples(
  kind: SampleKind,
  input: SampleArray,
  first: number,
  step: number,
  output: SampleArray,
  out: number,
  outStep: number,
  count: number,
): void {
  if (step === 1 && outStep === 1) {
    output.set(input.subarray(first, first + count) as never, out);
    return;
  }
  COPIERS[kind](input as never, first, step, output as never, out, outStep, count);
}

type Copier<T> = (
  input: T,
  first: number,
  step: number,
  output: T,
  out: number,
  outStep: number,
  count: number,
) => void;

const copyU8: Copier<Uint8Array> = (input, first, step, output, out, outStep, count) => {
  for (let i = 0; i < count; i++) output[out + i * outStep] = input[first + i * step]!;
};
const copyS16: Copier<Int16Array> = (input, first, step, output, out, outStep, count) => {
  for (let i = 0; i < count; i++) output[out + i * outStep] = input[first + i * step]!;
};
const copyS32: Copier<Int32Array> = (input, first, step, output, out, outStep, count) => {
  for (let i = 0; i < count; i++) output[out + i * outStep] = input[first + i * step]!;
};
const copyS64: Copier<BigInt64Array> = (input, first, step, output, out, outStep, count) => {
  for (let i = 0; i < count; i++) output[out + i * outStep] = input[first + i * step]!;
};
const copyFlt: Copier<Float32Array> = (input, first, step, output, out, outStep, count) => {
  for (let i = 0; i < count; i++) output[out + i * outStep] = input[first + i * step]!;
};
const copyDbl: Copier<Float64Array> = (input, first, step, output, out, outStep, count) => {
  for (let i = 0; i < count; i++) output[out + i * outStep] = input[first + i * step]!;
};

const COPIERS = {
  u8: copyU8,
  s16: copyS16,
  s32: copyS32,
  s64: copyS64,
  flt: copyFlt,
  dbl: copyDbl,
} as const;
