/**
 * `pan`: each output channel is a weighted sum of input channels. In 16 bits the gains are counted in parts of 2^15 and sums are
 * rounded to the nearest, as ffmpeg does; floats are summed in their own precision.
 */
import type { AudioFrame } from '../../frames/frame.ts';
import { sampleFmtInfo } from '../../frames/sample-format.ts';
import {
  CHANNEL_NAMES,
  type ChannelLayout,
  parseChannelLayout,
} from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { text } from './option-kinds.ts';
import { mixFloats, mixIntegers } from './pan-mix.ts';
import {
  formatOfLink,
  newDoubles,
  newSound,
  readDoubles,
  soundInput,
  soundOf,
  soundOutput,
  writeDoubles,
} from './sound.ts';

const CHUNK = 4096;

/** One output channel. */
interface Row {
  readonly target: string | number;
  /** Whether the gains are divided by the sum of their magnitudes. */
  readonly normalizes: boolean;
  readonly gains: readonly { readonly channel: string | number; readonly gain: number }[];
  /** Its position in the text. */
  readonly at: number;
}

const CHANNEL = /^\s*(?:c(\d+)|([A-Z][A-Z0-9]*))/;
const TERM = /^\s*([+-]?)\s*(?:(\d*\.?\d+(?:[eE][+-]?\d+)?)\s*\*\s*)?/;

/** Reads `LAYOUT|OUT=GAIN*IN+GAIN*IN|OUT<IN+IN`. */
class PanText {
  private readonly options: OptionValues;
  private readonly whole: string;

  constructor(options: OptionValues) {
    this.options = options;
    this.whole = options.text('args');
  }

  private error(detail: string, at: number) {
    const hint = 'write for example stereo|c0=FL+0.5*FC|c1=FR+0.5*FC';
    return this.options.error('args', detail, at, hint);
  }

  get layout(): ChannelLayout {
    const name = this.whole.split('|')[0].trim();
    const layout = parseChannelLayout(name);
    if (layout === undefined) throw this.error(`there is no channel layout ${name || '""'}`, 0);
    return layout;
  }

  rows(): Row[] {
    const parts = this.whole.split('|');
    let at = parts[0].length + 1;
    return parts.slice(1).map((part) => {
      const row = this.row(part, at);
      at += part.length + 1;
      return row;
    });
  }

  /** A channel at the start of `part`; returns it and the length of its name. */
  private channel(part: string, at: number): [string | number, number] {
    const match = CHANNEL.exec(part);
    if (match === null || (match[2] !== undefined && !CHANNEL_NAMES.includes(match[2]))) {
      throw this.error('a channel is expected: c0, c1 … or a name such as FL', at);
    }
    return [match[2] ?? Number(match[1]), match[0].length];
  }

  private row(part: string, start: number): Row {
    const [target, length] = this.channel(part, start);
    const sign = /^\s*([=<])/.exec(part.slice(length));
    if (sign === null)
      throw this.error('= or < is expected behind the output channel', start + length);
    const gains: { channel: string | number; gain: number }[] = [];
    let at = length + sign[0].length;
    do {
      const [term, plusOrMinus, number] = TERM.exec(part.slice(at))!;
      if (gains.length > 0 && plusOrMinus === '') {
        throw this.error('+, - or | is expected', start + at);
      }
      at += term.length;
      const [channel, width] = this.channel(part.slice(at), start + at);
      gains.push({ channel, gain: Number(number ?? 1) * (plusOrMinus === '-' ? -1 : 1) });
      at += width;
    } while (part.slice(at).trim() !== '');
    return { target, normalizes: sign[1] === '<', gains, at: start };
  }
}

/** Gains by output and input channel, both by number. Channels that the input lacks count as silence. */
function gainsOf(options: OptionValues, input: ChannelLayout): Float64Array[] {
  const reader = new PanText(options);
  const out = reader.layout;
  const matrix = Array.from({ length: out.numChannels }, () => new Float64Array(input.numChannels));
  const seen = new Set<number>();
  for (const { target, normalizes, gains, at } of reader.rows()) {
    const row = typeof target === 'number' ? target : out.channels.indexOf(target);
    if (row < 0 || row >= out.numChannels) {
      throw options.error('args', `${out.name} has no channel ${target}`, at);
    }
    if (seen.has(row)) throw options.error('args', `channel ${target} is given twice`, at);
    seen.add(row);
    for (const { channel, gain } of gains) {
      const column = typeof channel === 'number' ? channel : input.channels.indexOf(channel);
      if (column >= 0 && column < input.numChannels) matrix[row][column] = gain;
    }
    const sum = matrix[row].reduce((total, gain) => total + Math.abs(gain), 0);
    if (normalizes && sum > 1e-5) {
      for (let c = 0; c < input.numChannels; c++) matrix[row][c] /= sum;
    }
  }
  return matrix;
}

/** Mixes channels. */
export const PAN: FilterDefinition = {
  name: 'pan',
  description: 'mixes channels with gains',
  options: [text('args', 'LAYOUT|OUT=GAIN*IN+GAIN*IN|…; < instead of = makes gains sum to 1')],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  formats(options) {
    const reader = new PanText(options);
    reader.rows();
    const sampleFmts = { allowed: null };
    const sampleRates = { allowed: null };
    return {
      inputs: [{ kind: 'audio', sampleFmts, sampleRates, layouts: { allowed: null } }],
      outputs: [{ kind: 'audio', sampleFmts, sampleRates, layouts: { allowed: [reader.layout] } }],
    };
  },
  open(setup) {
    const input = soundInput(setup);
    const output = { ...soundOutput(setup), timeBase: input.timeBase };
    const matrix = gainsOf(setup.options, input.layout);
    const mix = mixer(matrix, input.layout.numChannels);
    return {
      outputs: [output],
      push(_, given) {
        const frame = soundOf(given);
        const out = newSound(formatOfLink(output), frame.numSamples, frame.pts);
        mix(frame, out);
        setup.emit(0, out);
      },
    };
  },
};

function mixer(
  matrix: readonly Float64Array[],
  inChannels: number,
): (frame: AudioFrame, out: AudioFrame) => void {
  const from = newDoubles(inChannels, CHUNK);
  const to = newDoubles(matrix.length, CHUNK);
  return (frame, out) => {
    const { kind } = sampleFmtInfo(frame.sampleFmt);
    for (let at = 0; at < frame.numSamples; at += CHUNK) {
      const count = Math.min(CHUNK, frame.numSamples - at);
      readDoubles(frame, at, count, from, 0);
      if (kind === 'u8') mixIntegers(matrix, from, to, count, 256);
      else if (kind === 's16') mixIntegers(matrix, from, to, count, 1);
      else mixFloats(matrix, from, to, count, kind === 'flt');
      writeDoubles(to, 0, count, out, at);
    }
  };
}
