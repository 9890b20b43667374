/**
 * `anoisesrc`: noise of a color, the same for the same seed. White noise comes from a shift register (G. Marsaglia, "Xorshift RNGs",
 * Journal of Statistical Software 8, 2003). Pink noise is white noise through low-pass filters whose corners lie an octave and a half
 * apart, so that it falls by 3 dB an octave; brown noise is the running sum of white noise, blue and violet noise are the differences of pink and white noise.
 */
import { exp2 } from '../../base/exp-log.ts';
import { defaultChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition, NO_PADS } from '../definition/filter.ts';
import { choice, integer, number } from './option-kinds.ts';
import { DURATION, FRAME_LENGTH, openSource, RATE, sourceFormats } from './sound-source.ts';

const COLORS = ['white', 'pink', 'brown', 'blue', 'violet', 'velvet'] as const;

/** Numbers in -1..1, each as likely as any other. */
class WhiteNoise {
  private state: number;

  constructor(seed: number) {
    // Two rounds of a multiplicative hash keep seeds that lie side by side from giving similar starts.
    let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    this.state = state === 0 ? 1 : state;
  }

  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x / 2147483648;
  }
}

/** White noise that falls by 3 dB an octave over ten octaves. */
class PinkNoise {
  private static readonly SECTIONS = 8;
  private readonly poles: Float64Array;
  private readonly levels: Float64Array;
  private readonly values: Float64Array;

  constructor() {
    const sections = PinkNoise.SECTIONS;
    // Corners in cycles per sample: 0.35, then each an octave and a half lower. A corner's low-pass filter adds power in proportion to
    // its distance: gains grow by half an octave's 3/4 of that.
    this.poles = Float64Array.from({ length: sections }, (_, k) =>
      exp2(-2 * Math.PI * 0.35 * exp2(-1.5 * k) * Math.LOG2E),
    );
    this.levels = Float64Array.from({ length: sections }, (_, k) => exp2(0.75 * k));
    this.values = new Float64Array(sections);
  }

  next(white: number): number {
    let sum = 0;
    for (let k = 0; k < this.values.length; k++) {
      const pole = this.poles[k];
      this.values[k] = pole * this.values[k] + (1 - pole) * white;
      sum += this.levels[k] * this.values[k];
    }
    return sum * 0.11;
  }
}

/** A function that gives the next sample of that color, about within -1..1. */
function noiseOf(color: (typeof COLORS)[number], seed: number, density: number): () => number {
  const white = new WhiteNoise(seed);
  const pink = new PinkNoise();
  let last = 0;
  switch (color) {
    case 'white':
      return () => white.next();
    case 'pink':
      return () => pink.next(white.next());
    case 'brown':
      return () => {
        last = (last + 0.02 * white.next()) / 1.02;
        return last * 3.5;
      };
    case 'blue':
      return () => {
        const before = last;
        last = pink.next(white.next());
        return last - before;
      };
    case 'violet':
      return () => {
        const before = last;
        last = white.next() / 2;
        return last - before;
      };
    case 'velvet':
      return () => {
        const value = (white.next() + 1) / (2 * density);
        return value < 1 ? (value < 0.5 ? -1 : 1) : 0;
      };
  }
}

/** Makes noise. */
export const ANOISESRC: FilterDefinition = {
  name: 'anoisesrc',
  description: 'makes noise',
  options: [
    RATE('48000', 'r'),
    number('amplitude', 0, 1, 'largest magnitude', { aliases: ['a'], default: '1' }),
    DURATION,
    choice('color', COLORS, 'color of the noise', { aliases: ['colour', 'c'], default: 'white' }),
    integer('seed', -1, 0xffffffff, 'the same seed gives the same noise', {
      aliases: ['s'],
      default: '-1',
    }),
    FRAME_LENGTH,
    number('density', 0, 1, 'velvet: part of the samples that are not 0', { default: '0.05' }),
  ],
  inputs: NO_PADS,
  outputs: AUDIO_PAD,
  formats: (options) =>
    sourceFormats(['dbl'], options.number('sample_rate'), defaultChannelLayout(1)),
  open(setup) {
    const { options } = setup;
    const color = COLORS[options.number('color')];
    const next = noiseOf(color, options.number('seed'), options.number('density'));
    const amplitude = options.number('amplitude');
    return openSource(
      setup,
      () => options.number('nb_samples'),
      ([samples], _, count) => {
        for (let i = 0; i < count; i++) {
          samples[i] = amplitude * Math.max(-1, Math.min(1, next()));
        }
      },
    );
  },
};
