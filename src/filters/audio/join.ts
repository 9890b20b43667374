/** `join`: channels of several inputs as the channels of one output. Nothing is copied. */
import type { ChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type AudioPadFormats, type FilterDefinition } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { PLANAR_FMTS } from './channelsplit.ts';
import { integer, text } from './option-kinds.ts';
import { soundInput } from './sound.ts';
import { sideBySide, soundQueues } from './sound-inputs.ts';

/** The origin of a channel of the output. */
interface Source {
  readonly input: number;
  readonly channel: number;
}

/** The text `INPUT.CHANNEL-OUTCHANNEL|…`: output channel => its source. */
function mapped(
  options: OptionValues,
  inputs: readonly ChannelLayout[],
  out: ChannelLayout,
): Map<number, Source> {
  const sources = new Map<number, Source>();
  const whole = options.text('map');
  if (whole === '') return sources;
  let at = 0;
  for (const part of whole.split('|')) {
    const match = /^(\d+)\.([A-Z][A-Z0-9]*|\d+)-([A-Z][A-Z0-9]*)$/.exec(part.trim());
    if (match === null) {
      throw options.error('map', `got ${JSON.stringify(part)}, allowed is 0.FL-FR or 1.0-FC`, at);
    }
    const [, input, name, target] = match;
    const layout = inputs[Number(input)];
    if (layout === undefined) {
      throw options.error(
        'map',
        `there is no input ${input}, allowed are 0..${inputs.length - 1}`,
        at,
      );
    }
    const channel = /^\d/.test(name) ? Number(name) : layout.channels.indexOf(name);
    const row = out.channels.indexOf(target);
    if (channel < 0 || channel >= layout.numChannels) {
      throw options.error('map', `input ${input} (${layout.name}) has no channel ${name}`, at);
    }
    if (row < 0) throw options.error('map', `${out.name} has no channel ${target}`, at);
    if (sources.has(row)) throw options.error('map', `channel ${target} is mapped twice`, at);
    sources.set(row, { input: Number(input), channel });
    at += part.length + 1;
  }
  return sources;
}

/** Fills the rest: each channel from the first input that has it and has not given it yet, else from the first that is free. */
function fillIn(
  sources: Map<number, Source>,
  inputs: readonly ChannelLayout[],
  out: ChannelLayout,
): Source[] | string {
  const used = new Set([...sources.values()].map(({ input, channel }) => `${input}.${channel}`));
  const take = (row: number, test: (layout: ChannelLayout, channel: number) => boolean) => {
    for (const [input, layout] of inputs.entries()) {
      for (let channel = 0; channel < layout.numChannels; channel++) {
        if (used.has(`${input}.${channel}`) || !test(layout, channel)) continue;
        used.add(`${input}.${channel}`);
        sources.set(row, { input, channel });
        return;
      }
    }
  };
  for (let row = 0; row < out.numChannels; row++) {
    const name = out.channels[row];
    if (!sources.has(row)) take(row, (layout, channel) => layout.channels[channel] === name);
  }
  for (let row = 0; row < out.numChannels; row++) if (!sources.has(row)) take(row, () => true);
  const missing = out.channels.find((_, row) => !sources.has(row));
  return missing ?? out.channels.map((_, row) => sources.get(row)!);
}

/** Joins channels. */
export const JOIN: FilterDefinition = {
  name: 'join',
  description: 'joins the channels of several inputs',
  options: [
    integer('inputs', 1, 64, 'how many inputs there are', { default: '2' }),
    {
      name: 'channel_layout',
      kind: 'layout',
      default: 'stereo',
      description: 'layout of the output',
    },
    text('map', 'INPUT.CHANNEL-OUTCHANNEL, with | between'),
  ],
  inputs: (options) =>
    Array.from({ length: options.number('inputs') }, (_, i) => ({
      name: `input${i}`,
      kind: 'audio' as const,
    })),
  outputs: AUDIO_PAD,
  formats(options) {
    const sampleFmts = { allowed: PLANAR_FMTS };
    const sampleRates = { allowed: null };
    const pad = (layout: ChannelLayout | undefined): AudioPadFormats => ({
      kind: 'audio',
      sampleFmts,
      sampleRates,
      layouts: { allowed: layout === undefined ? null : [layout] },
    });
    const inputs = Array.from({ length: options.number('inputs') }, () => pad(undefined));
    return { inputs, outputs: [pad(options.layout('channel_layout'))] };
  },
  open(setup) {
    const { options } = setup;
    const out = options.layout('channel_layout')!;
    if (out.channels.length === 0) {
      throw options.error('channel_layout', `the channels of ${out.name} have no names`);
    }
    const layouts = setup.inputs.map((_, input) => soundInput(setup, input).layout);
    const sources = fillIn(mapped(options, layouts, out), layouts, out);
    if (typeof sources === 'string') {
      throw options.filterError(`no channel of its inputs is left for ${sources} of ${out.name}`);
    }
    const queues = soundQueues(setup);
    return sideBySide(setup, queues, (count) => {
      const frames = queues.map((queue) => queue.take(count));
      const planes = sources.map(({ input, channel }) => frames[input].planes[channel]);
      setup.emit(0, { ...frames[0], numChannels: planes.length, planes });
    });
  },
};
