/** `split` and `asplit`: the same frames on several outputs. Frames are shared, not copied. */
import type { FilterDefinition, MediaKind } from '../definition/filter.ts';

function splitOf(name: string, kind: MediaKind): FilterDefinition {
  return {
    name,
    description:
      kind === 'video' ? 'gives pictures to several outputs' : 'gives sound to several outputs',
    options: [
      {
        name: 'outputs',
        kind: 'integer',
        default: '2',
        min: 1,
        max: 1024,
        description: 'how many',
      },
    ],
    inputs: [{ name: 'default', kind }],
    outputs: (options) =>
      Array.from({ length: options.number('outputs') }, (_, i) => ({ name: `output${i}`, kind })),
    open: (setup) => ({
      push(_, frame) {
        for (const output of setup.outputs.keys()) setup.emit(output, frame);
      },
    }),
  };
}

/** Gives pictures to several outputs. */
export const SPLIT: FilterDefinition = splitOf('split', 'video');

/** Gives sound to several outputs. */
export const ASPLIT: FilterDefinition = splitOf('asplit', 'audio');
