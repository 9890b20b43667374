/** `channelmap`: channels in another order, under other names, or left out. Nothing is copied. */
import {
  type ChannelLayout,
  defaultChannelLayout,
  parseChannelLayout,
} from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { PLANAR_FMTS } from './channelsplit.ts';
import { text } from './option-kinds.ts';
import { soundInput, soundOf } from './sound.ts';

/** One channel of the output: where it comes from, by name or number, and what it is. */
interface Mapping {
  readonly from: string | number;
  readonly to: string | number | undefined;
  /** Its position in the option's text. */
  readonly at: number;
}

const CHANNEL = /^([A-Z][A-Z0-9]*|\d+)$/;
const nameOrNumber = (part: string): string | number => (/^\d/.test(part) ? Number(part) : part);

function mappingsOf(options: OptionValues): readonly Mapping[] {
  const whole = options.text('map');
  if (whole === '') return [];
  let at = 0;
  return whole.split('|').map((part) => {
    const [from, to, ...rest] = part.trim().split('-');
    const isGood = CHANNEL.test(from) && (to === undefined || CHANNEL.test(to));
    if (!isGood || rest.length > 0) {
      throw options.error(
        'map',
        `got ${JSON.stringify(part)}, allowed are 1, FL, 1-0 or FR-FL`,
        at,
      );
    }
    const mapping = { from: nameOrNumber(from), to: to && nameOrNumber(to), at };
    at += part.length + 1;
    return { ...mapping, to: mapping.to === '' ? undefined : mapping.to };
  });
}

/** The layout that comes out; undefined where it is that of the input. */
function layoutOf(options: OptionValues): ChannelLayout | undefined {
  const mappings = mappingsOf(options);
  const layout = options.layout('channel_layout');
  if (layout !== undefined) {
    if (mappings.length > 0 && mappings.length !== layout.numChannels) {
      const detail = `${layout.name} has ${layout.numChannels} channels, map has ${mappings.length}`;
      throw options.error('channel_layout', detail);
    }
    return layout;
  }
  if (mappings.length === 0) return undefined;
  const names = mappings.map(({ from, to }) => to ?? from);
  if (names.every((name): name is string => typeof name === 'string')) {
    const distinct = new Set(names);
    const layout = distinct.size === names.length ? parseChannelLayout(names.join('+')) : undefined;
    if (layout !== undefined) return layout;
  }
  if (names.every((name) => typeof name === 'number')) return defaultChannelLayout(names.length);
  throw options.error('map', 'which channels come out is not said', 0, 'give channel_layout');
}

/** Puts channels in another order. */
export const CHANNELMAP: FilterDefinition = {
  name: 'channelmap',
  description: 'puts channels in another order, or leaves some out',
  options: [
    text('map', 'the channels of the output: FROM or FROM-TO by name or number, with | between'),
    { name: 'channel_layout', kind: 'layout', description: 'layout of the output' },
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  formats(options) {
    const layout = layoutOf(options);
    const sampleFmts = { allowed: PLANAR_FMTS };
    const sampleRates = { allowed: null };
    const layouts = { allowed: null };
    return {
      inputs: [{ kind: 'audio', sampleFmts, sampleRates, layouts }],
      outputs: [
        {
          kind: 'audio',
          sampleFmts,
          sampleRates,
          layouts: layout === undefined ? layouts : { allowed: [layout] },
        },
      ],
    };
  },
  open(setup) {
    const { options } = setup;
    const { layout } = soundInput(setup);
    const mappings = mappingsOf(options);
    const out = layoutOf(options) ?? layout;
    const sources = new Array<number>(out.numChannels).fill(-1);
    const numberOf = (channel: string | number, of: ChannelLayout, at: number): number => {
      const index = typeof channel === 'number' ? channel : of.channels.indexOf(channel);
      if (index >= 0 && index < of.numChannels) return index;
      const allowed = `${of.channels.join(', ')}, 0..${of.numChannels - 1}`;
      throw options.error('map', `${of.name} has no channel ${channel}, there are ${allowed}`, at);
    };
    mappings.forEach(({ from, to, at }, index) => {
      const target = to === undefined ? index : numberOf(to, out, at);
      if (sources[target] >= 0) throw options.error('map', `two channels go to ${to}`, at);
      sources[target] = numberOf(from, layout, at);
    });
    if (mappings.length === 0) {
      for (let c = 0; c < out.numChannels; c++) sources[c] = numberOf(c, layout, 0);
    }
    return {
      push(_, given) {
        const frame = soundOf(given);
        const planes = sources.map((channel) => frame.planes[channel]);
        setup.emit(0, { ...frame, numChannels: planes.length, planes });
      },
    };
  },
};
