/** `anull`: sound as it is. */
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';

/** Hands all sound on. */
export const ANULL: FilterDefinition = {
  name: 'anull',
  description: 'hands sound on as it is',
  options: [],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open: () => ({}),
};
