/** `aformat`: says which formats of sound are allowed from here on; where others come in, a converter goes before it. */
import { SAMPLE_FMTS, type SampleFmt } from '../../frames/sample-format.ts';
import { type ChannelLayout, parseChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition, sameAudio } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';

/** The parts of a list with `|` between; empty if the option is not set. */
function listOf<T>(
  options: OptionValues,
  name: string,
  read: (text: string) => T | undefined,
  allowed: string,
): readonly T[] | undefined {
  const text = options.text(name);
  if (text === '') return undefined;
  let offset = 0;
  return text.split(/[|,]/).map((part) => {
    const value = read(part.trim());
    if (value === undefined) {
      throw options.error(name, `got ${JSON.stringify(part)}, allowed are ${allowed}`, offset);
    }
    offset += part.length + 1;
    return value;
  });
}

const readSampleFmt = (text: string): SampleFmt | undefined =>
  SAMPLE_FMTS.find((name) => name === text);
const readRate = (text: string): number | undefined => {
  const rate = Number(text);
  return Number.isInteger(rate) && rate > 0 && rate <= 0x7fffffff ? rate : undefined;
};

/** Restricts formats; hands sound on. */
export const AFORMAT: FilterDefinition = {
  name: 'aformat',
  description: 'asks for one of some formats of sound',
  options: [
    {
      name: 'sample_fmts',
      aliases: ['f'],
      kind: 'string',
      description: 'sample formats, with | between',
    },
    { name: 'sample_rates', aliases: ['r'], kind: 'string', description: 'rates, with | between' },
    {
      name: 'channel_layouts',
      aliases: ['cl'],
      kind: 'string',
      description: 'layouts, with | between',
    },
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  formats(options) {
    const sampleFmts = listOf(options, 'sample_fmts', readSampleFmt, SAMPLE_FMTS.join(', '));
    const sampleRates = listOf(options, 'sample_rates', readRate, 'whole numbers from 1 on');
    const layouts = listOf<ChannelLayout>(
      options,
      'channel_layouts',
      parseChannelLayout,
      'layouts such as stereo or 5.1, FL+FR, 2c or a mask',
    );
    return sameAudio({
      ...(sampleFmts && { sampleFmts }),
      ...(sampleRates && { sampleRates }),
      ...(layouts && { layouts }),
    });
  },
  open: () => ({}),
};
