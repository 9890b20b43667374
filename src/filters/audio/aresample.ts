/**
 * `aresample`: sound at another rate (resample/), in another sample format, or with other channels (rematrix.ts). Format negotiation
 * puts it wherever two filters do not agree.
 */
import { scaleByFraction } from '../../base/rational.ts';
import { convertAudioFrame } from '../../frames/convert-audio.ts';
import type { AudioFrame } from '../../frames/frame.ts';
import { sampleFmtInfo } from '../../frames/sample-format.ts';
import { sameLayout } from '../definition/channel-layout.ts';
import {
  AUDIO_PAD,
  type AudioLink,
  type FilterDefinition,
  type FilterInstance,
  type FilterSetup,
} from '../definition/filter.ts';
import type { OptionDefinition } from '../definition/options.ts';
import { rescaleTime } from '../graph/run.ts';
import { ALIGN_OPTIONS, aligner } from './align-times.ts';
import { applyMatrix, type ChannelMatrix, channelMatrix, DEFAULT_MIX_LEVELS } from './rematrix.ts';
import { copySpan } from './resample/block-stage.ts';
import { Resampler } from './resample/resampler.ts';
import {
  formatOfLink,
  newDoubles,
  newSound,
  readDoubles,
  type SoundFormat,
  soundInput,
  soundOf,
  soundOfDoubles,
  soundOutput,
  ticksOfSamples,
  writeDoubles,
} from './sound.ts';

/** Table: options that set how well other resamplers work, and what they choose from. */
const QUALITY_OPTIONS: readonly OptionDefinition[] = [
  { name: 'resampler', kind: 'choice', default: 'swr', choices: { swr: 0, soxr: 1 } },
  { name: 'precision', kind: 'number', default: '20', min: 15, max: 33 },
  { name: 'filter_size', kind: 'integer', default: '32', min: 0, max: 0x7fffffff },
  { name: 'phase_shift', kind: 'integer', default: '10', min: 0, max: 24 },
  { name: 'linear_interp', kind: 'boolean', default: '1' },
  { name: 'exact_rational', kind: 'boolean', default: '1' },
  { name: 'cutoff', aliases: ['resample_cutoff'], kind: 'number', default: '0', min: 0, max: 1 },
  { name: 'cheby', kind: 'boolean', default: '0' },
  {
    name: 'filter_type',
    kind: 'choice',
    default: 'kaiser',
    choices: { cubic: 0, blackman_nuttall: 1, kaiser: 2 },
  },
  { name: 'kaiser_beta', kind: 'number', default: '9', min: 2, max: 16 },
  { name: 'internal_sample_fmt', aliases: ['tsf'], kind: 'sampleFmt' },
].map((option) => ({
  ...(option as Pick<OptionDefinition, 'name' | 'kind' | 'choices' | 'aliases'>),
  namedOnly: true,
  description: 'has no effect: there is one resampler, of 28 bits',
}));

/** Samples that are converted at a time. */
const CHUNK = 4096;

/** Changes rate, format and channels. */
export const ARESAMPLE: FilterDefinition = {
  name: 'aresample',
  description: 'changes the sample rate, band-limited, and sample format and channels where asked',
  options: [
    {
      name: 'sample_rate',
      aliases: ['osr', 'out_sample_rate'],
      kind: 'integer',
      default: '0',
      min: 0,
      max: 1 << 28,
      description: 'samples per second; 0 leaves it to what follows',
    },
    {
      name: 'out_sample_fmt',
      aliases: ['osf'],
      kind: 'sampleFmt',
      namedOnly: true,
      description: 'sample format',
    },
    {
      name: 'out_channel_layout',
      aliases: ['ocl', 'out_chlayout', 'ochl'],
      kind: 'layout',
      namedOnly: true,
      description: 'which channels there are',
    },
    {
      name: 'center_mix_level',
      aliases: ['clev'],
      kind: 'number',
      default: `${DEFAULT_MIX_LEVELS.center}`,
      min: -32,
      max: 32,
      namedOnly: true,
      description: 'gain of the center where it is mixed to left and right',
    },
    {
      name: 'surround_mix_level',
      aliases: ['slev'],
      kind: 'number',
      default: `${DEFAULT_MIX_LEVELS.surround}`,
      min: -32,
      max: 32,
      namedOnly: true,
      description: 'gain of surround channels where they are mixed to front ones',
    },
    {
      name: 'lfe_mix_level',
      kind: 'number',
      default: '0',
      min: -32,
      max: 32,
      namedOnly: true,
      description: 'gain of low frequency effects where they are mixed to others',
    },
    ...ALIGN_OPTIONS,
    ...QUALITY_OPTIONS,
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  formats(options) {
    const rate = options.number('sample_rate');
    const sampleFmt = options.sampleFmt('out_sample_fmt');
    const layout = options.layout('out_channel_layout');
    const all = { allowed: null };
    return {
      inputs: [
        {
          kind: 'audio',
          sampleFmts: { allowed: null },
          sampleRates: { allowed: null },
          layouts: { allowed: null },
        },
      ],
      outputs: [
        {
          kind: 'audio',
          sampleFmts: sampleFmt === undefined ? all : { allowed: [sampleFmt] },
          sampleRates: rate === 0 ? { allowed: null } : { allowed: [rate] },
          layouts: layout === undefined ? { allowed: null } : { allowed: [layout] },
        },
      ],
    };
  },
  open: openResample,
};

function openResample(setup: FilterSetup): FilterInstance {
  const input = soundInput(setup);
  const output = soundOutput(setup);
  const { options } = setup;
  const sink = input.sampleRate === output.sampleRate ? converter(setup) : resampling(setup);
  const align = aligner(options, input);
  return {
    outputs: [output],
    push: (_, frame) => {
      for (const part of align(soundOf(frame))) sink.push(part);
    },
    end: (_, pts) => {
      sink.finish();
      setup.finish(0, rescaleTime(pts, input.timeBase, output.timeBase));
    },
  };
}

interface Converter {
  push(frame: AudioFrame): void;
  finish(): void;
}

/** The gains between the layouts of two links; null where they have the same channels. */
function matrixOf(setup: FilterSetup, input: AudioLink, output: AudioLink): ChannelMatrix | null {
  if (sameLayout(input.layout, output.layout)) return null;
  const { options } = setup;
  const levels = {
    center: options.number('center_mix_level'),
    surround: options.number('surround_mix_level'),
    lfe: options.number('lfe_mix_level'),
  };
  // Integers would clip; floats keep the level.
  const clips = !sampleFmtInfo(output.sampleFmt).isFloat;
  return channelMatrix(input.layout, output.layout, levels, clips ? 1 : Number.POSITIVE_INFINITY);
}

/** Other format or channels at the same rate: frame by frame. */
function converter(setup: FilterSetup): Converter {
  const input = soundInput(setup);
  const output = soundOutput(setup);
  const matrix = matrixOf(setup, input, output);
  const format = formatOfLink(output);
  const from = newDoubles(matrix === null ? 0 : input.layout.numChannels, CHUNK);
  const to = newDoubles(matrix === null ? 0 : format.numChannels, CHUNK);
  return {
    push(frame) {
      const pts = rescaleTime(frame.pts, input.timeBase, output.timeBase);
      const whole =
        matrix === null
          ? convertAudioFrame(setup.name, { ...frame, pts: 0 }, output.sampleFmt)
          : mixed(frame, matrix, from, to, format);
      setup.emit(0, whole.pts === pts ? whole : { ...whole, pts });
    },
    finish() {},
  };
}

function mixed(
  frame: AudioFrame,
  matrix: ChannelMatrix,
  from: readonly Float64Array[],
  to: readonly Float64Array[],
  format: SoundFormat,
): AudioFrame {
  const whole = newSound(format, frame.numSamples, frame.pts);
  for (let at = 0; at < frame.numSamples; at += CHUNK) {
    const count = Math.min(CHUNK, frame.numSamples - at);
    readDoubles(frame, at, count, from, 0);
    applyMatrix(matrix, from, to, count);
    writeDoubles(to, 0, count, whole, at);
  }
  return whole;
}

/** Another rate. Channels are mixed where there are fewer of them: before where the output has fewer, else after. */
function resampling(setup: FilterSetup): Converter {
  const input = soundInput(setup);
  const output = soundOutput(setup);
  const matrix = matrixOf(setup, input, output);
  const format = formatOfLink(output);
  const inChannels = input.layout.numChannels;
  const mixesFirst = matrix !== null && format.numChannels <= inChannels;
  const channels = mixesFirst ? format.numChannels : inChannels;
  const resampler = new Resampler({ from: input.sampleRate, to: output.sampleRate, channels });
  const read = newDoubles(mixesFirst ? inChannels : 0, CHUNK);
  const mixesLast = matrix !== null && !mixesFirst;
  const given = newDoubles(mixesLast ? inChannels : 0, CHUNK);
  const mixedOut = newDoubles(mixesLast ? format.numChannels : 0, CHUNK);
  const times = new OutputTimes(input, output);
  const drain = () => {
    for (;;) {
      const { arrays, at, count: ready } = resampler.readable;
      const count = Math.min(CHUNK, times.room, ready);
      if (count === 0) return;
      if (mixesLast) {
        copySpan(arrays, at, given, 0, count);
        applyMatrix(matrix, given, mixedOut, count);
      }
      const [source, from] = mixesLast ? [mixedOut, 0] : [arrays, at];
      setup.emit(0, soundOfDoubles(source, from, count, format, times.take(count)));
      resampler.took(count);
    }
  };
  return {
    push(frame) {
      times.note(frame);
      for (let at = 0; at < frame.numSamples; ) {
        const target = resampler.writable;
        const count = Math.min(CHUNK, target.count, frame.numSamples - at);
        if (mixesFirst) {
          readDoubles(frame, at, count, read, 0);
          applyMatrix(matrix, read, target.arrays, count, target.at);
        } else {
          readDoubles(frame, at, count, target.arrays, target.at);
        }
        resampler.wrote(count);
        at += count;
        drain();
      }
    },
    finish() {
      resampler.finish();
      drain();
    },
  };
}

/** The times of output samples: those of the input, which count on from where a frame does not follow the one before it. */
class OutputTimes {
  private readonly input: AudioLink;
  private readonly output: AudioLink;
  /** Where times begin anew, in output samples, and with which time; the first is that of the samples that come next. */
  private readonly starts: { readonly at: number; readonly pts: number }[] = [];
  private taken = 0;
  private noted = 0;
  private expected = Number.NaN;

  constructor(input: AudioLink, output: AudioLink) {
    this.input = input;
    this.output = output;
  }

  /** An input frame, before its samples are converted. */
  note(frame: AudioFrame): void {
    const { input, output } = this;
    if (frame.pts !== this.expected) {
      const at = scaleByFraction(this.noted, output.sampleRate, input.sampleRate);
      this.starts.push({ at, pts: rescaleTime(frame.pts, input.timeBase, output.timeBase) });
    }
    this.noted += frame.numSamples;
    this.expected = frame.pts + ticksOfSamples(frame.numSamples, input);
  }

  /** How many samples there are before the next new time. */
  get room(): number {
    while (this.starts.length > 1 && this.starts[1].at <= this.taken) this.starts.shift();
    return this.starts.length > 1 ? this.starts[1].at - this.taken : Number.POSITIVE_INFINITY;
  }

  /** The time of the next output sample; the `count` samples from it on are taken. */
  take(count: number): number {
    const { at, pts } = this.starts[0];
    const time = pts + this.taken - at;
    this.taken += count;
    return time;
  }
}
