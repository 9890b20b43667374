/** `loop`: a stretch of pictures again and again. */
import { inverse, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type FilterDefinition, VIDEO_PAD } from '../filter.ts';
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
    const start = options.number('start');
    let loops = size === 0 ? 0 : options.number('loop');
    const tick =
      link.frameRate[0] > 0 ? Math.max(1, rescale(1, inverse(link.frameRate), link.timeBase)) : 1;
    const stretch: VideoFrame[] = [];
    const waiting: VideoFrame[] = [];
    let n = 0;
    let index = 0;
    let round = 0;
    let ended = Number.NaN;
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
      const delay = stretch.length === 0 ? 0 : round * period();
      for (const frame of waiting.splice(0)) setup.emit(0, { ...frame, pts: frame.pts + delay });
      if (isEnded) setup.finish(0, ended + delay);
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
      end(_, pts) {
        isEnded = true;
        ended = pts;
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
