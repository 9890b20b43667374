/** `channelsplit`: each channel on an output of its own. Nothing is copied. */
import { SAMPLE_FMTS, type SampleFmt, sampleFmtInfo } from '../../frames/sample-format.ts';
import { type ChannelLayout, layoutOfChannels } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type AudioPadFormats, type FilterDefinition } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { text } from './option-kinds.ts';
import { soundInput, soundOf } from './sound.ts';

/** Formats with a plane for each channel. */
export const PLANAR_FMTS: readonly SampleFmt[] = /* @__PURE__ */ SAMPLE_FMTS.filter(
  (name) => sampleFmtInfo(name).planar,
);

/** The input's layout, which must have channels with names. */
function layoutOf(options: OptionValues): ChannelLayout {
  const layout = options.layout('channel_layout')!;
  if (layout.channels.length === 0) {
    throw options.error('channel_layout', `the channels of ${layout.name} have no names`);
  }
  return layout;
}

/** Names of the channels that come out. */
function chosen(options: OptionValues): readonly string[] {
  const layout = layoutOf(options);
  const wanted = options.text('channels');
  if (wanted === 'all') return layout.channels;
  let offset = 0;
  return wanted.split(/[+|]/).map((name) => {
    if (!layout.channels.includes(name)) {
      const allowed = layout.channels.join(', ');
      throw options.error('channels', `got ${name}, ${layout.name} has ${allowed}`, offset);
    }
    offset += name.length + 1;
    return name;
  });
}

/** Sends each channel its own way. */
export const CHANNELSPLIT: FilterDefinition = {
  name: 'channelsplit',
  description: 'gives each channel an output of its own',
  options: [
    {
      name: 'channel_layout',
      kind: 'layout',
      default: 'stereo',
      description: 'layout of the input',
    },
    text('channels', 'which channels come out, with + between', { default: 'all' }),
  ],
  inputs: AUDIO_PAD,
  outputs: (options) => chosen(options).map((name) => ({ name, kind: 'audio' as const })),
  formats(options) {
    const sampleFmts = { allowed: PLANAR_FMTS };
    const sampleRates = { allowed: null };
    const pad = (layout: ChannelLayout): AudioPadFormats => ({
      kind: 'audio',
      sampleFmts,
      sampleRates,
      layouts: { allowed: [layout] },
    });
    return {
      inputs: [pad(layoutOf(options))],
      outputs: chosen(options).map((name) => pad(layoutOfChannels([name]))),
    };
  },
  open(setup) {
    const link = soundInput(setup);
    const indexes = chosen(setup.options).map((name) => link.layout.channels.indexOf(name));
    return {
      push(_, given) {
        const frame = soundOf(given);
        indexes.forEach((channel, output) => {
          if (!setup.isOpen(output)) return;
          setup.emit(output, { ...frame, numChannels: 1, planes: [frame.planes[channel]] });
        });
      },
    };
  },
};
