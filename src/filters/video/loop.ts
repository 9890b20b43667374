/** `loop`: a stretch of pictures again and again. */
import { inverse, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import { picture, videoLink } from '../pixels/picture-work.ts';

/** Repeats pictures. */
export const LOOP: FilterDefinition = {
  name: 'loop',
  description: 'repeats a stretch of pictures',
  options: [
    {
      name: 'loop',
      kind: 'integer',
      default: '0',
      min: -1,
      max: 0x7fffffff,
      description: 'how often; -1 without end',
    },
    {
      name: 'size',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 32767,
      description: 'pictures in the stretch',
    },
    {
      name: 'start',
      kind: 'integer',
      default: '0',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      description: 'its first picture',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const size = options.number('size');
    // As in ffmpeg, which counts the picture that it works on: 0 and 1 both are the first.
    const start = Math.max(options.number('start') - 1, 0);
    let loops = size === 0 ? 0 : options.number('loop');
    const tick = frameTicks(link);
    const stretch: VideoFrame[] = [];
    const waiting: VideoFrame[] = [];
    let n = 0;
    let index = 0;
    let round = 0;
    let isEnded = false;
    const isFull = (): boolean => stretch.length === size || isEnded;
    const period = (): number => stretch.at(-1)!.pts + tick - stretch[0]!.pts;
    const looping = (): boolean => loops !== 0 && stretch.length > 0 && isFull();
    const emitAgain = (): void => {
      const frame = stretch[index]!;
      setup.emit(0, { ...frame, pts: frame.pts + (round + 1) * period() });
      if (++index < stretch.length) return;
      index = 0;
      round++;
      if (loops > 0) loops--;
    };
    const release = (): void => {
      // As in ffmpeg, what follows the repetitions is later by the whole time of their end, not only by their length.
      const delay = round === 0 ? 0 : stretch[0]!.pts + (round + 1) * period();
      for (const frame of waiting.splice(0)) setup.emit(0, { ...frame, pts: frame.pts + delay });
      // As in ffmpeg, the end is told to be that of the repetitions.
      if (isEnded) setup.finish(0, delay);
    };
    return {
      push(_, frame) {
        const source = picture(frame);
        const position = n++;
        if (looping()) {
          waiting.push(source);
          return;
        }
        if (loops !== 0 && position >= start && stretch.length < size) {
          stretch.push(source);
          setup.emit(0, source);
          return;
        }
        waiting.push(source);
        release();
      },
      end() {
        isEnded = true;
        if (!looping()) release();
      },
      pull() {
        if (!looping()) return false;
        emitAgain();
        if (loops === 0) release();
        return true;
      },
    };
  },
};

/** How long a picture lasts, in ticks; 1 where the rate is not known. */
function frameTicks({ frameRate, timeBase }: VideoLink): number {
  return frameRate[0] > 0 ? Math.max(1, rescale(1, inverse(frameRate), timeBase)) : 1;
}
