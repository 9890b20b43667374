/**
 * `ebur128`: measures loudness by EBU R 128 (dsp/loudness.ts) and reports it; the sound passes as it is. At the end there is one report of
 * the whole; with `metadata=1` or `framelog=info` there is one every 100 ms, as in ffmpeg. Maxima are over steps of 10 ms.
 */
import { decibelsToGain, gainToDecibels } from '../../dsp/biquad.ts';
import { channelWeight, LoudnessMeter } from '../../dsp/loudness.ts';
import type { ChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition, sameAudio } from '../definition/filter.ts';
import { absent } from '../definition/options.ts';
import { choice, flag, number } from './option-kinds.ts';
import { newDoubles, readDoubles, soundInput, soundOf, ticksOfSamples } from './sound.ts';

const CHUNK = 4096;
const STEPS_PER_REPORT = 10;
const SAMPLE_PEAK = 2;
const TRUE_PEAK = 4;

/** Weights of the channels of a layout; those of mono are `monoGain` decibels more. */
export function channelWeights(layout: ChannelLayout, monoGain = 0): number[] {
  const weights = Array.from({ length: layout.numChannels }, (_, c) =>
    channelWeight(layout.channels[c]),
  );
  return weights.length === 1 ? [decibelsToGain(monoGain) ** 2] : weights;
}

const tenths = (value: number): string => value.toFixed(1);

/** Measures loudness. */
export const EBUR128: FilterDefinition = {
  name: 'ebur128',
  description: 'measures loudness by EBU R 128',
  options: [
    {
      name: 'video',
      kind: 'choice',
      choices: { '0': 0, false: 0, no: 0, off: 0 },
      default: '0',
      description: 'there is no picture',
    },
    absent('size', '640x480'),
    absent('meter', '9'),
    choice('framelog', ['quiet', 'info', 'verbose'], 'whether there is a report every 100 ms', {
      default: 'quiet',
    }),
    flag('metadata', 'whether there is a report every 100 ms', { default: '0' }),
    {
      name: 'peak',
      kind: 'flags',
      choices: { none: 0, sample: SAMPLE_PEAK, true: TRUE_PEAK },
      default: 'none',
      description: 'which peaks are measured',
    },
    flag('dualmono', 'whether mono is heard from two loudspeakers', { default: '0' }),
    number('panlaw', -10, 0, 'decibels that each of those two is lower', {
      default: '-3.01029995663978',
    }),
    absent('target', '-23'),
    absent('gauge', 'momentary'),
    absent('scale', 'absolute'),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  formats: () => sameAudio({ sampleFmts: ['dbl'] }),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const peak = options.number('peak');
    // Two loudspeakers are 3.01 dB more than one, and each is lower by the pan law.
    const monoGain = options.boolean('dualmono') ? -options.number('panlaw') : 0;
    const meter = new LoudnessMeter({
      sampleRate: link.sampleRate,
      weights: channelWeights(link.layout, monoGain),
      truePeak: (peak & TRUE_PEAK) !== 0,
    });
    const reports = options.boolean('metadata') || options.number('framelog') > 0;
    const channels = newDoubles(link.layout.numChannels, CHUNK);
    const peaks = (): Record<string, number> => ({
      ...((peak & SAMPLE_PEAK) !== 0 && {
        samplePeak: gainToDecibels(Math.max(...meter.samplePeaks)),
      }),
      ...((peak & TRUE_PEAK) !== 0 && { truePeak: gainToDecibels(Math.max(...meter.truePeaks)) }),
    });
    const reportStep = (pts: number) => {
      const { momentary, shortTerm, integrated, range } = meter;
      const t = (pts * link.timeBase[0]) / link.timeBase[1];
      const levels = [momentary, shortTerm, integrated, range].map(tenths);
      setup.report(
        `t: ${t.toFixed(6)} M: ${levels[0]} S: ${levels[1]} I: ${levels[2]} LUFS LRA: ${levels[3]} LU`,
        { t, momentary, shortTerm, integrated, range, ...peaks() },
      );
    };
    return {
      push(_, given) {
        const frame = soundOf(given);
        for (let at = 0; at < frame.numSamples; ) {
          const toStep = reports ? meter.samplesToStep : CHUNK;
          const count = Math.min(CHUNK, toStep, frame.numSamples - at);
          readDoubles(frame, at, count, channels, 0);
          const before = meter.stepCount;
          meter.push(channels, 0, count);
          at += count;
          if (reports && meter.stepCount > before && meter.stepCount % STEPS_PER_REPORT === 0) {
            reportStep(frame.pts + ticksOfSamples(at, link));
          }
        }
        setup.emit(0, frame);
      },
      end(_, pts) {
        const { integrated, threshold, range, rangeThreshold, rangeLimits } = meter;
        const { momentaryMax, shortTermMax } = meter;
        const values = { integrated, threshold, range, rangeThreshold, momentaryMax, shortTermMax };
        const { low, high } = rangeLimits;
        setup.report(
          `I: ${tenths(integrated)} LUFS, threshold ${tenths(threshold)} LUFS; LRA: ${tenths(range)} LU, ${tenths(low)} to ${tenths(high)} LUFS`,
          { ...values, rangeLow: low, rangeHigh: high, ...peaks() },
        );
        setup.finish(0, pts);
      },
    };
  },
};
