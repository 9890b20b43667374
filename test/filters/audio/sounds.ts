/** Sound for tests of filters: made, sent through a graph here and in ffmpeg, and compared. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { FilterGraph } from '../../../src/filters/index.ts';
import {
  type AudioFrames,
  createReferenceAudioFrame,
  ndarray,
  type SampleArray,
  type SampleFmt,
  sampleFmtInfo,
} from '../../../src/frames/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

/** Sound with interleaved samples, and the channels that they are for. */
export interface Sound {
  readonly sampleFmt: 'u8' | 's16' | 's32' | 'flt' | 'dbl';
  readonly sampleRate: number;
  readonly layout: string;
  readonly channels: number;
  readonly data: SampleArray;
}

const RAW = { u8: 'u8', s16: 's16le', s32: 's32le', flt: 'f32le', dbl: 'f64le' } as const;
const ARRAYS = {
  u8: Uint8Array,
  s16: Int16Array,
  s32: Int32Array,
  flt: Float32Array,
  dbl: Float64Array,
} as const;
const SCALES = { u8: 127, s16: 32767, s32: 2147483647, flt: 1, dbl: 1 } as const;

/** A sequence of numbers in -1..1 that depends on nothing but `seed`. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/** Tones and noise: every channel its own, with a pause, peaks near full scale. */
export function makeSound(
  length: number,
  options: Partial<Omit<Sound, 'data'>> & { readonly seed?: number } = {},
): Sound {
  const { sampleFmt = 's16', sampleRate = 44100, layout = 'stereo', channels = 2 } = options;
  const next = randomNumbers(options.seed ?? 1);
  const data = new ARRAYS[sampleFmt](length * channels);
  for (let i = 0; i < length; i++) {
    const isPause = i % 20000 > 16000;
    for (let c = 0; c < channels; c++) {
      const t = i / sampleRate;
      const tone = 0.5 * Math.sin(2 * Math.PI * (220 + 170 * c) * t) * Math.sin(3 * t + c);
      const value = isPause ? 0 : tone + 0.3 * Math.sin(2 * Math.PI * 3000 * t) + 0.15 * next();
      const scaled = value * SCALES[sampleFmt];
      data[i * channels + c] =
        sampleFmt === 'flt' || sampleFmt === 'dbl'
          ? scaled
          : Math.round(scaled) + (sampleFmt === 'u8' ? 128 : 0);
    }
  }
  return { sampleFmt, sampleRate, layout, channels, data };
}

/** What came out of a graph: interleaved samples of one format, and the times of the runs. */
export interface Result {
  readonly sampleFmt: SampleFmt;
  readonly sampleRate: number;
  readonly channels: number;
  readonly samples: Float64Array | SampleArray;
  readonly pts: readonly number[];
}

const sourceOf = (sound: Sound, index: number) =>
  `abuffer@in${index}=sample_rate=${sound.sampleRate}:sample_fmt=${sound.sampleFmt}:channel_layout=${sound.layout}`;

/** The graph text with its open inputs joined to `sounds`; labels `[in0]`… where there are several. */
export function graphText(sounds: readonly Sound[], filters: string): string {
  if (sounds.length === 0) return `${filters},abuffersink`;
  if (sounds.length === 1 && !filters.includes('[in0]')) {
    return `${sourceOf(sounds[0]!, 0)},${filters},abuffersink`;
  }
  const sources = sounds.map((sound, i) => `${sourceOf(sound, i)}[in${i}]`).join(';');
  return `${sources};${filters},abuffersink`;
}

/** Sends `sounds` through `filters` in runs of `chunk` samples, by turns. */
export function runGraph(
  sounds: readonly Sound[],
  filters: string,
  chunk = 1024,
): { readonly graph: FilterGraph; readonly result: Result } {
  const graph = new FilterGraph(graphText(sounds, filters));
  const longest = Math.max(0, ...sounds.map(({ data, channels }) => data.length / channels));
  const parts: AudioFrames[] = [];
  const collect = () => {
    const frames = graph.getFrames() as AudioFrames | null;
    if (frames !== null) parts.push(frames);
  };
  for (let at = 0; at < longest; at += chunk) {
    for (const [i, sound] of sounds.entries()) {
      const { channels, sampleFmt, sampleRate, data } = sound;
      const count = Math.min(chunk, data.length / channels - at);
      if (count <= 0) continue;
      const array = ndarray(data.subarray(at * channels, (at + count) * channels), [
        count,
        channels,
      ]);
      const frames = createReferenceAudioFrame({ array, sampleFmt, sampleRate, pts: at });
      graph.addFrames(frames, { key: `abuffer@in${i}` });
    }
    collect();
  }
  graph.flush();
  collect();
  return { graph, result: joinFrames(graph, parts) };
}

function joinFrames(graph: FilterGraph, parts: readonly AudioFrames[]): Result {
  const link = graph.outputLink();
  if (link.kind !== 'audio') throw new Error('the graph gives pictures');
  const { sampleFmt, sampleRate, layout } = link;
  const { kind, planar } = sampleFmtInfo(sampleFmt);
  const channels = layout.numChannels;
  const total = parts.reduce((sum, frames) => sum + frames.numFrames, 0);
  const samples = new ARRAYS[kind as keyof typeof ARRAYS](total * channels);
  const pts: number[] = [];
  let at = 0;
  for (const frame of parts.flatMap((frames) => [...frames])) {
    pts.push(frame.pts);
    for (let c = 0; c < channels; c++) {
      const { data, offset, stride } = frame.planes[planar ? c : 0]!;
      const first = offset + (planar ? 0 : c);
      for (let i = 0; i < frame.numSamples; i++) {
        samples[(at + i) * channels + c] = data[first + i * stride] as number;
      }
    }
    at += frame.numSamples;
  }
  return { sampleFmt, sampleRate, channels, samples, pts };
}

/** The same by ffmpeg, in the sample format of `like`. */
export function runFfmpegGraph(
  sounds: readonly Sound[],
  filters: string,
  like: Result,
): Float64Array | SampleArray {
  const kind = sampleFmtInfo(like.sampleFmt).kind as keyof typeof ARRAYS;
  const inputs = sounds.flatMap((sound, i) => {
    const { sampleRate, layout, sampleFmt } = sound;
    const path = i === 0 ? '-' : saveRaw(sound, i);
    return ['-f', RAW[sampleFmt], '-ar', `${sampleRate}`, '-channel_layout', layout, '-i', path];
  });
  const graph =
    sounds.length > 1
      ? filters.replace(/\[in(\d)\]/g, '[$1:a]')
      : filters.replace('[in0]', '[0:a]');
  const output = ['-f', RAW[kind], '-c:a', `pcm_${RAW[kind]}`, '-'];
  const first = sounds[0];
  const input = first === undefined ? undefined : bytesOf(first.data);
  const bytes = runFfmpeg([...inputs, '-filter_complex', graph, ...output], input, {
    allowWarnings: true,
  });
  const copy = bytes.slice();
  return new ARRAYS[kind](copy.buffer, 0, copy.length / ARRAYS[kind].BYTES_PER_ELEMENT);
}

function bytesOf(data: SampleArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

const folder = mkdtempSync(join(tmpdir(), 'vitrine-sound-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function saveRaw(sound: Sound, index: number): string {
  const path = join(folder, `${index}.raw`);
  writeFileSync(path, bytesOf(sound.data));
  return path;
}

/** Largest difference of two runs of samples; infinite where their lengths differ. */
export function largestDifference(
  a: ArrayLike<number | bigint>,
  b: ArrayLike<number | bigint>,
): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(Number(a[i]) - Number(b[i])));
  }
  return largest;
}

/** Decibels of `expected` over the difference of `actual` from it. */
export function signalToNoise(
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  center = 0,
): number {
  if (actual.length !== expected.length) return Number.NEGATIVE_INFINITY;
  let power = 0;
  let error = 0;
  for (let i = 0; i < actual.length; i++) {
    power += (Number(expected[i]) - center) ** 2;
    error += (Number(actual[i]) - Number(expected[i])) ** 2;
  }
  return 10 * Math.log10(power / error);
}
