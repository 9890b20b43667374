/**
 * `dynaudnorm`: brings each stretch of sound near full scale, slowly enough that nothing is heard of it. Sound is cut into frames; the gain of
 * a frame is what brings its peak to the target, at most `maxgain`. Gains go through a minimum and a bell curve over `gausssize` frames,
 * and from one frame to the next in a straight line: the method that the ffmpeg manual describes.
 */
import { exp2 } from '../../base/exp-log.ts';
import { AUDIO_PAD, type FilterDefinition, sameAudio } from '../definition/filter.ts';
import { absent } from '../definition/options.ts';
import { chosenChannels } from './chosen-channels.ts';
import { FrameGains, type GainOptions } from './frame-gains.ts';
import { flag, integer, number, text } from './option-kinds.ts';
import { PeakCompressor } from './peak-compressor.ts';
import {
  formatOfLink,
  newDoubles,
  readDoubles,
  SoundQueue,
  soundInput,
  soundOf,
  soundOfDoubles,
} from './sound.ts';

/** Evens out the level. */
export const DYNAUDNORM: FilterDefinition = {
  name: 'dynaudnorm',
  description: 'brings quiet stretches of sound near full scale',
  options: [
    integer('framelen', 10, 8000, 'length of a frame in ms', { aliases: ['f'], default: '500' }),
    integer('gausssize', 3, 301, 'frames over which gains are smoothed, odd', {
      aliases: ['g'],
      default: '31',
    }),
    number('peak', 0, 1, 'peak that is wanted', { aliases: ['p'], default: '0.95' }),
    number('maxgain', 1, 100, 'largest gain', { aliases: ['m'], default: '10' }),
    number('targetrms', 0, 1, 'mean level that is wanted at most; 0 leaves it out', {
      aliases: ['r'],
      default: '0',
    }),
    flag('coupling', 'whether all channels have the same gain', { aliases: ['n'], default: '1' }),
    flag('correctdc', 'whether the mean of a frame is taken away', {
      aliases: ['c'],
      default: '0',
    }),
    flag('altboundary', 'whether the gain at the ends is that of the frames there, not 1', {
      aliases: ['b'],
      default: '0',
    }),
    number(
      'compress',
      0,
      30,
      'how many standard deviations bend the peaks of a frame; 0 leaves them',
      {
        aliases: ['s'],
        default: '0',
      },
    ),
    number('threshold', 0, 1, 'frames whose peak is below it keep the gain that was', {
      aliases: ['t'],
      default: '0',
    }),
    text('channels', 'which channels are evened out, with + between', {
      aliases: ['h'],
      default: 'all',
    }),
    absent('overlap', '0', { aliases: ['o'] }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  timeline: true,
  formats: () => sameAudio({ sampleFmts: ['dblp'] }),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const chosen = chosenChannels(setup.options, link.layout);
    const channels = chosen.filter(Boolean).length;
    const size = options.number('gausssize');
    if (size % 2 === 0) throw options.error('gausssize', `got ${size}, allowed are odd numbers`);
    const milliseconds = options.number('framelen');
    // An even number of samples, as in ffmpeg.
    const frameLength = Math.max(2, 2 * Math.round((link.sampleRate * milliseconds) / 2000));
    const gains = new FrameGains(gainOptions(setup.options, channels));
    const queue = new SoundQueue(link);
    /** Frames that wait for their gains. */
    const waiting: { all: Float64Array[]; arrays: Float64Array[]; count: number; pts: number }[] =
      [];
    const means = new Float64Array(channels);
    const compressor = new PeakCompressor(options.number('compress'), options.boolean('coupling'));
    const correctsDc = options.boolean('correctdc');
    const takeFrame = (count: number) => {
      const pts = queue.pts;
      const all = newDoubles(link.layout.numChannels, count);
      readDoubles(queue.take(count), 0, count, all, 0);
      const arrays = all.filter((_, c) => chosen[c]);
      if (correctsDc) takeMeansAway(arrays, means, waiting.length === 0 && gains.count === 0);
      compressor.compress(arrays, count);
      waiting.push({ all, arrays, count, pts });
      gains.add(arrays, count);
      giveReady();
    };
    const giveReady = () => {
      while (waiting.length > 0 && gains.isReady) {
        const { all, arrays, count, pts } = waiting.shift()!;
        gains.apply(arrays, count);
        setup.emit(0, soundOfDoubles(all, 0, count, formatOfLink(link), pts));
      }
    };
    return {
      push(_, frame) {
        queue.push(soundOf(frame));
        while (queue.length >= frameLength) takeFrame(frameLength);
      },
      end(_, pts) {
        if (queue.length > 0) takeFrame(queue.length);
        gains.finish();
        giveReady();
        setup.finish(0, pts);
      },
    };
  },
};

function gainOptions(
  options: Parameters<NonNullable<FilterDefinition['formats']>>[0],
  channels: number,
): GainOptions {
  const size = options.number('gausssize');
  const half = (size - 1) / 2;
  const sigma = (size / 2 - 1) / 3 + 1 / 3;
  const bell = Float64Array.from({ length: size }, (_, i) => {
    const x = i - half;
    return exp2((-x * x * Math.LOG2E) / (2 * sigma * sigma));
  });
  const sum = bell.reduce((total, value) => total + value, 0);
  return {
    bell: bell.map((value) => value / sum),
    channels,
    peak: options.number('peak'),
    largest: options.number('maxgain'),
    level: options.number('targetrms'),
    coupled: options.boolean('coupling'),
    keepsEnds: options.boolean('altboundary'),
    threshold: options.number('threshold'),
  };
}

/** Takes a slowly moving mean of each channel away, which goes from the last one to that of the frame in a straight line. */
function takeMeansAway(
  arrays: readonly Float64Array[],
  means: Float64Array,
  isFirst: boolean,
): void {
  for (const [c, samples] of arrays.entries()) {
    const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
    const before = isFirst ? mean : means[c];
    means[c] = isFirst ? mean : 0.1 * mean + 0.9 * before;
    for (let i = 0; i < samples.length; i++) {
      samples[i] -= before + ((means[c] - before) * i) / samples.length;
    }
  }
}
