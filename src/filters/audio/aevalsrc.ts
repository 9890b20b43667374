/** `aevalsrc`: sound that expressions of the time make, one for each channel. */
import { type ChannelLayout, defaultChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition, NO_PADS } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { text } from './option-kinds.ts';
import { DURATION, FRAME_LENGTH, openSource, RATE, sourceFormats } from './sound-source.ts';

/** The texts of the expressions with where they begin; `|` within parentheses does not part them. */
function expressionsOf(options: OptionValues): { text: string; offset: number }[] {
  const whole = options.text('exprs');
  if (whole.trim() === '') throw options.filterError('option exprs is missing');
  const parts: { text: string; offset: number }[] = [];
  let offset = 0;
  for (const part of whole.split('|')) {
    parts.push({ text: part, offset });
    offset += part.length + 1;
  }
  return parts;
}

/** The last expression is that of all further channels. */
function layoutOf(options: OptionValues): ChannelLayout {
  const count = expressionsOf(options).length;
  const layout = options.layout('channel_layout');
  if (layout === undefined) return defaultChannelLayout(count);
  if (layout.numChannels < count) {
    const detail = `${layout.name} has ${layout.numChannels} channels, there are ${count} expressions`;
    throw options.error('channel_layout', detail);
  }
  return layout;
}

/** Makes sound of expressions. */
export const AEVALSRC: FilterDefinition = {
  name: 'aevalsrc',
  description: 'makes sound by expressions, such as 0.5*sin(2*PI*440*t)',
  options: [
    text('exprs', 'an expression of n, t and s for each channel, with | between'),
    FRAME_LENGTH,
    RATE('44100', 's'),
    DURATION,
    {
      name: 'channel_layout',
      aliases: ['c'],
      kind: 'layout',
      description: 'which channels there are',
    },
  ],
  inputs: NO_PADS,
  outputs: AUDIO_PAD,
  formats: (options) => sourceFormats(['dblp'], options.number('sample_rate'), layoutOf(options)),
  open(setup) {
    const { options } = setup;
    const rate = options.number('sample_rate');
    const variables = ['ch', 'n', 'nb_in_channels', 'nb_out_channels', 't', 's'];
    const expressions = expressionsOf(options).map(({ text: part, offset }) =>
      options.compile('exprs', part, offset, { variables }),
    );
    const channels = layoutOf(options).numChannels;
    const v = Float64Array.of(0, 0, Number.NaN, channels, 0, rate);
    return openSource(
      setup,
      () => options.number('nb_samples'),
      (arrays, first, count) => {
        for (let i = 0; i < count; i++) {
          v[1] = first + i;
          v[4] = (first + i) / rate;
          for (let c = 0; c < channels; c++) {
            v[0] = c;
            arrays[c][i] = expressions[Math.min(c, expressions.length - 1)].evaluate(v);
          }
        }
      },
    );
  },
};
