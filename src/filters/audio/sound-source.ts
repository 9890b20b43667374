/** Sources of sound: frames that are made on demand, one after another, until their time is over. */

import type { SampleFmt } from '../../frames/sample-format.ts';
import type { ChannelLayout } from '../definition/channel-layout.ts';
import type { FilterFormats, FilterInstance, FilterSetup } from '../definition/filter.ts';
import { duration, integer } from './option-kinds.ts';
import {
  formatOfLink,
  MOST_SAMPLES,
  newDoubles,
  samplesOfMicroseconds,
  soundOfDoubles,
  soundOutput,
} from './sound.ts';

/** The option for the sample rate; `rate` is its default. */
export const RATE = (rate: string, alias: string) =>
  integer('sample_rate', 1, 0x7fffffff, 'samples per second', { aliases: [alias], default: rate });
/** The option for how long a source goes on. */
export const DURATION = duration('duration', 'how long it goes on; without it, without an end', {
  aliases: ['d'],
  default: '-0.000001',
});
/** The option for the length of frames. */
export const FRAME_LENGTH = integer('nb_samples', 1, MOST_SAMPLES, 'samples in a frame', {
  aliases: ['n'],
  default: '1024',
});

/** The one format of a source. */
export function sourceFormats(
  sampleFmts: readonly SampleFmt[] | null,
  sampleRate: number,
  layout: ChannelLayout,
): FilterFormats {
  return {
    inputs: [],
    outputs: [
      {
        kind: 'audio',
        sampleFmts: { allowed: sampleFmts },
        sampleRates: { allowed: [sampleRate] },
        layouts: { allowed: [layout] },
      },
    ],
  };
}

/**
 * A source whose samples `fill` writes, as doubles: `count` samples of each channel, from sample `first` of the stream on.
 * @param frameLength samples of the frame that begins with sample `first`
 * @param total samples in all; by default what the option `duration` says
 */
export function openSource(
  setup: FilterSetup,
  frameLength: (first: number) => number,
  fill: (channels: readonly Float64Array[], first: number, count: number) => void,
  total = totalOf(setup),
): FilterInstance {
  const link = soundOutput(setup);
  const format = formatOfLink(link);
  let first = 0;
  let channels = newDoubles(format.numChannels, 0);
  let isOver = false;
  return {
    outputs: [link],
    pull() {
      if (isOver) return false;
      const count = Math.min(frameLength(first), total - first);
      if (!(count > 0)) {
        isOver = true;
        setup.finish(0, first);
        return true;
      }
      if (channels[0].length < count) channels = newDoubles(format.numChannels, count);
      fill(channels, first, count);
      setup.emit(0, soundOfDoubles(channels, 0, count, format, first));
      first += count;
      return true;
    },
  };
}

function totalOf(setup: FilterSetup): number {
  const micros = setup.options.number('duration');
  const { sampleRate } = soundOutput(setup);
  return micros < 0 ? Number.POSITIVE_INFINITY : samplesOfMicroseconds(micros, sampleRate);
}
