/** Several inputs of sound that are taken side by side, sample for sample. */
import type { FilterInstance, FilterSetup } from '../definition/filter.ts';
import { SoundQueue, soundInput, soundOf } from './sound.ts';

/** Queues of all inputs. */
export function soundQueues(setup: FilterSetup): readonly SoundQueue[] {
  return setup.inputs.map((_, input) => new SoundQueue(soundInput(setup, input)));
}

/** The inputs that have not ended and have fewer samples than `least`, or none. */
export function lacking(queues: readonly SoundQueue[], least = 1): number[] {
  const wanted = Math.max(1, least);
  return [...queues.keys()].filter((i) => queues[i].length < wanted && !queues[i].ended);
}

/**
 * A filter that works on as many samples as all its inputs have, `take`, and ends where the first of them ends. The time of its end is
 * unknown.
 */
export function sideBySide(
  setup: FilterSetup,
  queues: readonly SoundQueue[],
  take: (count: number) => void,
): Pick<FilterInstance, 'push' | 'end' | 'wants'> {
  let isOver = false;
  const advance = () => {
    if (isOver) return;
    const count = Math.min(...queues.map(({ length }) => length));
    if (count > 0) take(count);
    if (!queues.some(({ ended, length }) => ended && length === 0)) return;
    isOver = true;
    setup.finish(0, Number.NaN);
    for (const [input, { ended }] of queues.entries()) if (!ended) setup.stopInput(input);
  };
  return {
    push(input, frame) {
      queues[input].push(soundOf(frame));
      advance();
    },
    end(input) {
      queues[input].ended = true;
      advance();
    },
    wants: () => lacking(queues),
  };
}
