/** The parts that picture sources share: options for size, rate and length, and a loop that gives one picture after another. */
import { inverse, type Rational, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import type { PixFmt } from '../../frames/pixel-format.ts';
import type { FilterInstance, FilterSetup, VideoLink } from '../definition/filter.ts';
import type { OptionDefinition } from '../definition/options.ts';
import { MAX_SIZE } from '../ends/buffer.ts';

/** Options that all picture sources have. */
export const SOURCE_OPTIONS: readonly OptionDefinition[] = [
  {
    name: 'size',
    aliases: ['s'],
    kind: 'size',
    default: '320x240',
    description: 'columns and rows',
  },
  { name: 'rate', aliases: ['r'], kind: 'rate', default: '25', description: 'frames per second' },
  {
    name: 'duration',
    aliases: ['d'],
    kind: 'duration',
    default: '-1us',
    min: -1,
    description: 'how long; by default without end',
  },
  { name: 'sar', kind: 'ratio', default: '1', description: 'shape of a pixel' },
];

/** The link that the options of a source describe. */
export function sourceLink(setup: FilterSetup): VideoLink {
  const { options } = setup;
  const [width, height] = options.pair('size')!;
  if (width > MAX_SIZE || height > MAX_SIZE) {
    throw options.error('size', `got ${width}x${height}, allowed are sides up to ${MAX_SIZE}`);
  }
  const frameRate = options.pair('rate') as Rational;
  const { pixFmt } = setup.outputs[0] as { pixFmt: PixFmt };
  return {
    kind: 'video',
    pixFmt,
    width,
    height,
    sampleAspectRatio: options.pair('sar') as Rational,
    timeBase: inverse(frameRate),
    frameRate,
  };
}

/** A source that draws picture after picture until its duration is over. */
export function sourceOf(
  setup: FilterSetup,
  link: VideoLink,
  draw: (n: number) => VideoFrame,
): FilterInstance {
  const duration = setup.options.number('duration');
  let n = 0;
  return {
    outputs: [link],
    pull() {
      if (duration >= 0 && rescale(n, link.timeBase, [1, 1_000_000]) >= duration) {
        setup.finish(0, n);
        return true;
      }
      const frame = draw(n);
      setup.emit(0, { ...frame, pts: n++ });
      return true;
    },
  };
}
