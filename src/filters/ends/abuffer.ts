/** `abuffer` and `abuffersink`: where sound comes into a graph from outside, and where it leaves it. */

import { defaultChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition, NO_PADS, sameAudio } from '../definition/filter.ts';
import { absent, type OptionValues } from '../definition/options.ts';

function layoutOf(options: OptionValues) {
  const channels = options.number('channels');
  const layout = options.layout('channel_layout');
  if (layout === undefined && channels === 0) {
    throw options.filterError(
      'its channels are missing',
      'give channel_layout=stereo or channels=2',
    );
  }
  if (layout !== undefined && channels !== 0 && layout.numChannels !== channels) {
    throw options.error(
      'channels',
      `got ${channels}, but ${layout.name} has ${layout.numChannels}`,
    );
  }
  return layout ?? defaultChannelLayout(channels);
}

/** Sound from `FilterGraph.addFrames`. */
export const ABUFFER: FilterDefinition = {
  name: 'abuffer',
  description: 'takes sound that is added to the graph',
  options: [
    {
      name: 'time_base',
      kind: 'ratio',
      default: '0/1',
      description: 'seconds per tick; by default one sample',
    },
    {
      name: 'sample_rate',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 768000,
      description: 'samples per second',
    },
    { name: 'sample_fmt', kind: 'sampleFmt', description: 'sample format' },
    { name: 'channel_layout', kind: 'layout', description: 'which channels there are' },
    {
      name: 'channels',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 64,
      description: 'how many channels there are',
    },
  ],
  inputs: NO_PADS,
  outputs: AUDIO_PAD,
  formats(options) {
    const sampleFmt = options.sampleFmt('sample_fmt');
    if (sampleFmt === undefined) throw options.filterError('option sample_fmt is missing');
    const sampleRate = options.number('sample_rate');
    if (sampleRate === 0) throw options.filterError('option sample_rate is missing');
    const layouts = [layoutOf(options)];
    return sameAudio({ sampleFmts: [sampleFmt], sampleRates: [sampleRate], layouts }, 0, 1);
  },
  open({ options, outputs }) {
    const format = outputs[0]! as Extract<(typeof outputs)[0], { kind: 'audio' }>;
    const given = options.pair('time_base')!;
    const timeBase = given[0] > 0 && given[1] > 0 ? given : ([1, format.sampleRate] as const);
    return { outputs: [{ ...format, timeBase }] };
  },
};

/** Sound for `FilterGraph.getFrames`. */
export const ABUFFERSINK: FilterDefinition = {
  name: 'abuffersink',
  description: 'keeps sound until it is taken from the graph',
  options: ['sample_fmts', 'sample_rates', 'channel_layouts', 'channel_counts', 'ch_layouts']
    .map((name) => absent(name, ''))
    .concat(absent('all_channel_counts', '0')),
  inputs: AUDIO_PAD,
  outputs: NO_PADS,
  open: () => ({}),
};
