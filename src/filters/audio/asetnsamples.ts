/** `asetnsamples`: the same samples in frames of one length. */
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';
import { flag, integer } from './option-kinds.ts';
import {
  copySound,
  formatOfLink,
  MOST_SAMPLES,
  newSound,
  SoundQueue,
  soundInput,
  soundOf,
} from './sound.ts';

/** Cuts sound into frames of one length. */
export const ASETNSAMPLES: FilterDefinition = {
  name: 'asetnsamples',
  description: 'cuts sound into frames of one length',
  options: [
    integer('nb_out_samples', 1, MOST_SAMPLES, 'samples in a frame', {
      aliases: ['n'],
      default: '1024',
    }),
    flag('pad', 'whether silence fills the last frame', { aliases: ['p'], default: '1' }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const link = soundInput(setup);
    const count = setup.options.number('nb_out_samples');
    const queue = new SoundQueue(link);
    return {
      push(_, frame) {
        queue.push(soundOf(frame));
        while (queue.length >= count) setup.emit(0, queue.take(count));
      },
      end(_, pts) {
        if (queue.length > 0) {
          const last = queue.take(queue.length);
          if (setup.options.boolean('pad')) {
            const whole = newSound(formatOfLink(link), count, last.pts);
            copySound(last, 0, last.numSamples, whole, 0);
            setup.emit(0, whole);
          } else {
            setup.emit(0, last);
          }
        }
        setup.finish(0, pts);
      },
    };
  },
};
