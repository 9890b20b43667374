/** `anullsrc`: silence. */
import { AUDIO_PAD, type FilterDefinition, NO_PADS } from '../definition/filter.ts';
import { DURATION, FRAME_LENGTH, openSource, RATE, sourceFormats } from './sound-source.ts';

/** Makes silence. */
export const ANULLSRC: FilterDefinition = {
  name: 'anullsrc',
  description: 'makes silence',
  options: [
    {
      name: 'channel_layout',
      aliases: ['cl'],
      kind: 'layout',
      default: 'stereo',
      description: 'which channels there are',
    },
    RATE('44100', 'r'),
    FRAME_LENGTH,
    DURATION,
  ],
  inputs: NO_PADS,
  outputs: AUDIO_PAD,
  formats: (options) =>
    sourceFormats(null, options.number('sample_rate'), options.layout('channel_layout')!),
  open: (setup) =>
    openSource(
      setup,
      () => setup.options.number('nb_samples'),
      () => {},
    ),
};
