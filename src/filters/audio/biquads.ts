/** `highpass`, `lowpass`, `bandpass`, `equalizer`, `bass`, `treble`, `lowshelf`, `highshelf`: filters of second order, whose formulas dsp/biquad.ts has. */
import {
  type Biquad,
  type BiquadKind,
  BiquadState,
  designBiquad,
  designOnePole,
  runBiquad,
  type WidthType,
} from '../../dsp/biquad.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import {
  AUDIO_PAD,
  type FilterDefinition,
  type FilterInstance,
  type FilterSetup,
  sameAudio,
} from '../definition/filter.ts';
import { absent, type OptionDefinition } from '../definition/options.ts';
import { chosenChannels } from './chosen-channels.ts';
import { choice, flag, integer, number, text } from './option-kinds.ts';
import {
  cutToFormat,
  formatOfLink,
  newDoubles,
  newSound,
  readDoubles,
  soundInput,
  soundOf,
  writeDoubles,
} from './sound.ts';

const CHUNK = 4096;
/** Table: `precision` => formats of samples; the filter itself always works in doubles. */
const PRECISIONS: readonly (readonly SampleFmt[])[] = [
  ['s16p', 's32p', 'fltp', 'dblp'],
  ['s16p'],
  ['s32p'],
  ['fltp'],
  ['dblp'],
];
/** Table: number of `width_type` in ffmpeg => its letter. */
const WIDTH_TYPES: Readonly<Record<number, WidthType>> = { 1: 'h', 2: 'q', 3: 'o', 4: 's', 5: 'k' };

/** Ways to compute the same filter, which differ in how they round. */
const TRANSFORMS = ['di', 'dii', 'tdi', 'tdii', 'latt', 'svf', 'zdf'];

/** The differences of one filter from the others. */
interface Family {
  readonly kind: BiquadKind;
  readonly description: string;
  readonly frequency: string;
  readonly width: string;
  readonly more: readonly OptionDefinition[];
  /** See `BiquadDesign`. */
  readonly alphaFactor?: number;
}

const GAIN = number('gain', -900, 900, 'gain in dB', { aliases: ['g'], default: '0' });
const POLES = integer('poles', 1, 2, 'poles: 6 dB or 12 dB an octave', {
  aliases: ['p'],
  default: '2',
});

function optionsOf({ frequency, width, more, kind }: Family): OptionDefinition[] {
  const isShelf = kind === 'lowshelf' || kind === 'highshelf';
  const common = [
    number('frequency', 0, 999999, 'corner or middle in Hz', {
      aliases: ['f'],
      default: frequency,
    }),
    {
      name: 'width_type',
      aliases: ['t'],
      kind: 'choice',
      choices: { h: 1, q: 2, o: 3, s: 4, k: 5 },
      default: 'q',
      description: 'how width is given: Hz, quality, octaves, slope, kHz',
    } as const,
    number('width', 0, 99999, 'width of the band or slope', { aliases: ['w'], default: width }),
  ];
  return [
    ...common,
    ...more,
    ...(isShelf ? [absent('poles', '2', { aliases: ['p'] })] : []),
    number('mix', 0, 1, 'how much of the result is filtered', { aliases: ['m'], default: '1' }),
    text('channels', 'which channels are filtered, with + between', {
      aliases: ['c'],
      default: 'all',
    }),
    flag('normalize', 'whether the gain at frequency 0 is made 1', {
      aliases: ['n'],
      default: '0',
    }),
    choice('transform', TRANSFORMS, 'has no effect: all of them are one filter', {
      aliases: ['a'],
      default: 'di',
    }),
    choice('precision', ['auto', 's16', 's32', 'f32', 'f64'], 'format of samples', {
      aliases: ['r'],
      default: 'auto',
    }),
    absent('blocksize', '0', { aliases: ['b'] }),
  ];
}

function filterOf(name: string, family: Family): FilterDefinition {
  return {
    name,
    description: family.description,
    options: optionsOf(family),
    inputs: AUDIO_PAD,
    outputs: AUDIO_PAD,
    timeline: true,
    formats: (options) => sameAudio({ sampleFmts: PRECISIONS[options.number('precision')] }),
    open: (setup) => openBiquad(setup, design(setup, family)),
  };
}

function design(setup: FilterSetup, { kind, more, alphaFactor }: Family): Biquad {
  const { options } = setup;
  const { sampleRate } = soundInput(setup);
  const frequency = options.number('frequency');
  if (frequency >= sampleRate / 2) {
    const detail = `got ${frequency} Hz, allowed is what lies below half the sample rate, ${sampleRate / 2}`;
    throw options.error('frequency', detail);
  }
  // At 0 Hz nothing is left to filter.
  if (frequency === 0) return { b0: 1, b1: 0, b2: 0, a1: 0, a2: 0 };
  if (more.includes(POLES) && options.number('poles') === 1) {
    return designOnePole(kind as 'highpass' | 'lowpass', frequency, sampleRate);
  }
  const filter = designBiquad({
    kind,
    sampleRate,
    frequency,
    width: options.number('width'),
    widthType: WIDTH_TYPES[options.number('width_type')],
    gain: more.includes(GAIN) ? options.number('gain') : 0,
    ...(alphaFactor !== undefined && { alphaFactor }),
    constantSkirt: kind === 'bandpass' && options.boolean('csg'),
  });
  if (Object.values(filter).some((value) => !Number.isFinite(value))) {
    throw options.error('width', `no filter has a width of ${options.number('width')}`);
  }
  return filter;
}

/** The gain at frequency 0 made 1, where there is one. */
function normalized(filter: Biquad): Biquad {
  const { b0, b1, b2, a1, a2 } = filter;
  const top = b0 + b1 + b2;
  if (Math.abs(top) <= 1e-6) return filter;
  const factor = (1 + a1 + a2) / top;
  return { b0: b0 * factor, b1: b1 * factor, b2: b2 * factor, a1, a2 };
}

function openBiquad(setup: FilterSetup, designed: Biquad): FilterInstance {
  const link = soundInput(setup);
  const filter = setup.options.boolean('normalize') ? normalized(designed) : designed;
  const mix = setup.options.number('mix');
  const filtered = chosenChannels(setup.options, link.layout);
  const states = filtered.map(() => new BiquadState());
  const channels = newDoubles(filtered.length, CHUNK);
  const wet = new Float64Array(CHUNK);
  return {
    push(_, given) {
      const frame = soundOf(given);
      const out = newSound(formatOfLink(link), frame.numSamples, frame.pts);
      for (let at = 0; at < frame.numSamples; at += CHUNK) {
        const count = Math.min(CHUNK, frame.numSamples - at);
        readDoubles(frame, at, count, channels, 0);
        for (const [c, samples] of channels.entries()) {
          if (!filtered[c]) continue;
          runBiquad(filter, states[c], samples, 0, wet, 0, count);
          blend(samples, wet, mix, count);
          cutToFormat(samples, 0, count, link.sampleFmt);
        }
        writeDoubles(channels, 0, count, out, at);
      }
      setup.emit(0, out);
    },
  };
}

function blend(dry: Float64Array, wet: Float64Array, mix: number, count: number): void {
  if (mix === 1) for (let i = 0; i < count; i++) dry[i] = wet[i];
  else for (let i = 0; i < count; i++) dry[i] = wet[i] * mix + dry[i] * (1 - mix);
}

/** Table: name => what the filter differs in. */
const FAMILIES: Readonly<Record<string, Family>> = {
  highpass: {
    kind: 'highpass',
    description: 'lets high frequencies pass',
    frequency: '3000',
    width: '0.707',
    more: [POLES],
  },
  lowpass: {
    kind: 'lowpass',
    description: 'lets low frequencies pass',
    frequency: '500',
    width: '0.707',
    more: [POLES],
  },
  bandpass: {
    kind: 'bandpass',
    description: 'lets a band of frequencies pass',
    frequency: '3000',
    width: '0.5',
    more: [flag('csg', 'whether the gain at the middle is the quality', { default: '0' })],
  },
  equalizer: {
    kind: 'peak',
    description: 'raises or lowers a band of frequencies',
    frequency: '0',
    width: '1',
    more: [GAIN],
  },
  // ffmpeg's bass and treble have the shelves of older SoX, whose alpha is smaller by the square root of 2; its lowshelf and
  // highshelf have those of the cookbook.
  bass: {
    kind: 'lowshelf',
    description: 'raises or lowers low frequencies',
    frequency: '100',
    width: '0.5',
    more: [GAIN],
    alphaFactor: Math.SQRT1_2,
  },
  lowshelf: {
    kind: 'lowshelf',
    description: 'raises or lowers low frequencies, with the slope of the cookbook',
    frequency: '100',
    width: '0.5',
    more: [GAIN],
  },
  treble: {
    kind: 'highshelf',
    description: 'raises or lowers high frequencies',
    frequency: '3000',
    width: '0.5',
    more: [GAIN],
    alphaFactor: Math.SQRT1_2,
  },
  highshelf: {
    kind: 'highshelf',
    description: 'raises or lowers high frequencies, with the slope of the cookbook',
    frequency: '3000',
    width: '0.5',
    more: [GAIN],
  },
};

/** All of them. */
export const BIQUAD_FILTERS: readonly FilterDefinition[] = /* @__PURE__ */ Object.entries(
  FAMILIES,
).map(([name, family]) => filterOf(name, family));
