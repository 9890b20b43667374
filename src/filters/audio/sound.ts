/** Runs of sound as filters handle them: made, cut without a copy, queued, and read as doubles. */
import { rescale } from '../../base/rational.ts';
import { allocateAudioPlanes } from '../../frames/convert-audio.ts';
import { convertSamples } from '../../frames/convert-samples.ts';
import type { AudioFrame } from '../../frames/frame.ts';
import { type SampleFmt, sampleFmtInfo } from '../../frames/sample-format.ts';
import type { AudioLink, FilterSetup, Frame } from '../definition/filter.ts';
import { rescaleTime } from '../graph/run.ts';

/** The format of the samples of a run. */
export interface SoundFormat {
  readonly sampleFmt: SampleFmt;
  readonly sampleRate: number;
  readonly numChannels: number;
}

/** The sound link into input `input`. */
export function soundInput(setup: FilterSetup, input = 0): AudioLink {
  return setup.inputs[input] as AudioLink;
}

/** The link out of output `output`, of which only the time base is not settled: by default one sample. */
export function soundOutput(setup: FilterSetup, output = 0): AudioLink {
  const format = setup.outputs[output] as Extract<FilterSetup['outputs'][0], { kind: 'audio' }>;
  return { ...format, timeBase: [1, format.sampleRate] };
}

/** The format of the samples of a link. */
export function formatOfLink({ sampleFmt, sampleRate, layout }: AudioLink): SoundFormat {
  return { sampleFmt, sampleRate, numChannels: layout.numChannels };
}

/** A frame on a sound pad. */
export function soundOf(frame: Frame): AudioFrame {
  return frame as AudioFrame;
}

/** A run of silence in memory of its own. */
export function newSound(format: SoundFormat, numSamples: number, pts: number): AudioFrame {
  const { sampleFmt, sampleRate, numChannels } = format;
  const planes = allocateAudioPlanes(sampleFmt, numChannels, numSamples);
  if (sampleFmtInfo(sampleFmt).kind === 'u8') {
    for (const { data } of planes) (data as Uint8Array).fill(128);
  }
  return { sampleFmt, sampleRate, numChannels, numSamples, planes, pts };
}

/** `count` samples from `first` on, at the time `pts`; nothing is copied. */
export function cutSound(frame: AudioFrame, first: number, count: number, pts: number): AudioFrame {
  if (first === 0 && count === frame.numSamples && pts === frame.pts) return frame;
  const planes = frame.planes.map((plane) => ({
    ...plane,
    offset: plane.offset + first * plane.stride,
  }));
  return { ...frame, numSamples: count, planes, pts };
}

/** Copies `count` samples from `first` on into `target`, a run of the same format, from `at` on. */
export function copySound(
  frame: AudioFrame,
  first: number,
  count: number,
  target: AudioFrame,
  at: number,
): void {
  convertSamples('filters', frame, first, count, target.sampleFmt, target.planes, at);
}

/** The channels of `frame` as doubles, written to `arrays` from `at` on; full scale is 1. */
export function readDoubles(
  frame: AudioFrame,
  first: number,
  count: number,
  arrays: readonly Float64Array[],
  at: number,
): void {
  const { kind, planar } = sampleFmtInfo(frame.sampleFmt);
  if (kind !== 's16' && kind !== 'flt') {
    const planes = arrays.map((data) => ({ data, offset: 0, stride: 1 }));
    convertSamples('filters', frame, first, count, 'dblp', planes, at);
    return;
  }
  // The usual formats go straight, without a block between: with it the whole of aresample took 1.3 times as long.
  for (let c = 0; c < frame.numChannels; c++) {
    const { data, offset, stride } = frame.planes[planar ? c : 0];
    const from = offset + (planar ? 0 : c) + first * stride;
    if (kind === 's16') readS16(data as Int16Array, from, stride, arrays[c], at, count);
    else readFlt(data as Float32Array, from, stride, arrays[c], at, count);
  }
}

function readS16(
  from: Int16Array,
  first: number,
  step: number,
  to: Float64Array,
  at: number,
  count: number,
): void {
  for (let i = 0, f = first; i < count; i++, f += step) to[at + i] = from[f] / 32768;
}

function readFlt(
  from: Float32Array,
  first: number,
  step: number,
  to: Float64Array,
  at: number,
  count: number,
): void {
  for (let i = 0, f = first; i < count; i++, f += step) to[at + i] = from[f];
}

function writeS16(
  from: Float64Array,
  at: number,
  to: Int16Array,
  first: number,
  step: number,
  count: number,
): void {
  for (let i = 0, t = first; i < count; i++, t += step) {
    const value = Math.floor(from[at + i] * 32768 + 0.5);
    to[t] = value < -32768 ? -32768 : value > 32767 ? 32767 : value;
  }
}

function writeFlt(
  from: Float64Array,
  at: number,
  to: Float32Array,
  first: number,
  step: number,
  count: number,
): void {
  for (let i = 0, t = first; i < count; i++, t += step) to[t] = from[at + i];
}

/** Writes `count` samples of doubles from `at` on into `target` from `to` on: rounded to the nearest and clamped where that has integers. */
export function writeDoubles(
  arrays: readonly Float64Array[],
  at: number,
  count: number,
  target: AudioFrame,
  to: number,
): void {
  const { kind, planar } = sampleFmtInfo(target.sampleFmt);
  if (kind === 's16' || kind === 'flt') {
    for (let c = 0; c < target.numChannels; c++) {
      const { data, offset, stride } = target.planes[planar ? c : 0];
      const first = offset + (planar ? 0 : c) + to * stride;
      if (kind === 's16') writeS16(arrays[c], at, data as Int16Array, first, stride, count);
      else writeFlt(arrays[c], at, data as Float32Array, first, stride, count);
    }
    return;
  }
  const planes = arrays.map((data) => ({ data, offset: at, stride: 1 }));
  const source: AudioFrame = { ...target, sampleFmt: 'dblp', numSamples: count, planes };
  convertSamples('filters', source, 0, count, target.sampleFmt, target.planes, to);
}

/**
 * Cuts `count` doubles from `at` on to what integers of that format hold, toward 0: where ffmpeg has no rounding, so that `writeDoubles`
 * gives the same samples. Floats stay as they are.
 */
export function cutToFormat(
  samples: Float64Array,
  at: number,
  count: number,
  sampleFmt: SampleFmt,
): void {
  const { isFloat, bytesPerSample } = sampleFmtInfo(sampleFmt);
  if (isFloat) return;
  const scale = 2 ** (8 * bytesPerSample - 1);
  for (let i = at; i < at + count; i++) samples[i] = Math.trunc(samples[i] * scale) / scale;
}

/** A run of `count` samples of doubles from `at` on; see `writeDoubles`. */
export function soundOfDoubles(
  arrays: readonly Float64Array[],
  at: number,
  count: number,
  format: SoundFormat,
  pts: number,
): AudioFrame {
  const sound = newSound(format, count, pts);
  writeDoubles(arrays, at, count, sound, 0);
  return sound;
}

/** target[to + i] += gain · source[from + i], for `count` samples. */
export function addScaled(
  target: Float64Array,
  to: number,
  source: Float64Array,
  from: number,
  gain: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] += gain * source[from + i];
}

/** Most samples of a frame or of what a filter holds back, so that a graph cannot ask for more memory than there is. */
export const MOST_SAMPLES = 1 << 26;

/** `count` arrays of `length` doubles. */
export function newDoubles(count: number, length: number): Float64Array[] {
  return Array.from({ length: count }, () => new Float64Array(length));
}

/** Microseconds, as options have them, in samples. */
export function samplesOfMicroseconds(microseconds: number, sampleRate: number): number {
  return rescale(microseconds, [1, 1_000_000], [1, sampleRate]);
}

/** A number of samples in ticks of a link. */
export function ticksOfSamples(samples: number, link: AudioLink): number {
  return rescale(samples, [1, link.sampleRate], link.timeBase);
}

/** A time in ticks of a link as a number of samples since time 0. */
export function samplesOfTicks(ticks: number, link: AudioLink): number {
  return rescaleTime(ticks, link.timeBase, [1, link.sampleRate]);
}

/** Runs of sound that wait, as one run. */
export class SoundQueue {
  /** Samples that wait. */
  length = 0;
  /** Whether no more will come. */
  ended = false;
  private readonly link: AudioLink;
  private frames: AudioFrame[] = [];
  /** Samples of the first frame that are gone. */
  private gone = 0;

  constructor(link: AudioLink) {
    this.link = link;
  }

  push(frame: AudioFrame): void {
    if (frame.numSamples === 0) return;
    this.frames.push(frame);
    this.length += frame.numSamples;
  }

  /** Samples of the first frame that wait, 0 if there is none. */
  get firstLength(): number {
    return this.frames.length === 0 ? 0 : this.frames[0].numSamples - this.gone;
  }

  /** The time of the first sample that waits; NaN if there is none. */
  get pts(): number {
    if (this.frames.length === 0) return Number.NaN;
    return this.frames[0].pts + ticksOfSamples(this.gone, this.link);
  }

  /** Takes `count` samples, at most as many as wait. They are copied only where they come from several frames. */
  take(count: number): AudioFrame {
    const pts = this.pts;
    if (this.firstLength >= count) {
      const cut = cutSound(this.frames[0], this.gone, count, pts);
      this.drop(count);
      return cut;
    }
    const whole = newSound(formatOfLink(this.link), count, pts);
    for (let done = 0; done < count; ) {
      const length = Math.min(count - done, this.firstLength);
      copySound(this.frames[0], this.gone, length, whole, done);
      this.drop(length);
      done += length;
    }
    return whole;
  }

  private drop(count: number): void {
    this.length -= count;
    this.gone += count;
    if (this.gone === this.frames[0].numSamples) {
      this.frames.shift();
      this.gone = 0;
    }
  }
}
