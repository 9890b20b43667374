/** Whole audio frames in another sample format, in memory of their own. */
import { AudioFrames } from './audio-frames.ts';
import { requireAudioFrame } from './check-frame.ts';
import { convertSamples } from './convert-samples.ts';
import { newSampleArray } from './element-type.ts';
import type { AudioFrame, Plane } from './frame.ts';
import { type SampleFmt, sampleFmtInfo } from './sample-format.ts';

/** Planes for `numSamples` samples of `numChannels` channels, all 0. */
export function allocateAudioPlanes(
  sampleFmt: SampleFmt,
  numChannels: number,
  numSamples: number,
): Plane[] {
  const { kind, planar } = sampleFmtInfo(sampleFmt);
  if (!planar) {
    const data = newSampleArray(kind, numChannels * numSamples);
    return [{ data, offset: 0, stride: numChannels }];
  }
  return Array.from({ length: numChannels }, () => ({
    data: newSampleArray(kind, numSamples),
    offset: 0,
    stride: 1,
  }));
}

/** `frame` in format `to`; the same object if it has that format already. Throws `ConfigError` for a NaN (see convert-samples). */
export function convertAudioFrame(where: string, frame: AudioFrame, to: SampleFmt): AudioFrame {
  requireAudioFrame(where, frame);
  if (frame.sampleFmt === to) return frame;
  const planes = allocateAudioPlanes(to, frame.numChannels, frame.numSamples);
  convertSamples(where, frame, 0, frame.numSamples, to, planes, 0);
  return { ...frame, sampleFmt: to, planes };
}

/** `frames` in another sample format; times stay. */
export function convertAudioFrames(frames: AudioFrames, to: SampleFmt): AudioFrames {
  const converted = frames.frames.map((frame) =>
    convertAudioFrame('convertAudioFrames', frame, to),
  );
  return new AudioFrames(converted, {
    sampleFmt: to,
    sampleRate: frames.sampleRate,
    numChannels: frames.numChannels,
    timeBase: frames.timeBase,
  });
}
