/** `trim`: the pictures of one stretch of time. Times stay as they are. */
import { type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition } from '../definition/options.ts';
import { rescaleTime } from '../graph/run.ts';
import { videoLink } from '../pixels/picture-work.ts';

const MICROSECONDS = [1, 1_000_000] as const;

const time = (name: string, description: string): OptionDefinition => ({
  name,
  aliases: [`${name}i`],
  kind: 'duration',
  description,
});
const ticks = (name: string, min: number, description: string): OptionDefinition => ({
  name,
  kind: 'integer',
  min,
  max: Number.MAX_SAFE_INTEGER,
  description,
});

/** Keeps one stretch. */
export const TRIM: FilterDefinition = {
  name: 'trim',
  description: 'keeps the pictures of one stretch of time',
  options: [
    time('start', 'first time that is kept'),
    time('end', 'first time that is not'),
    ticks('start_pts', Number.MIN_SAFE_INTEGER, 'first time that is kept, in ticks'),
    ticks('end_pts', Number.MIN_SAFE_INTEGER, 'first time that is not, in ticks'),
    time('duration', 'how long the stretch is'),
    ticks('start_frame', 0, 'first picture that is kept, from 0'),
    ticks('end_frame', 0, 'first picture that is not'),
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const { timeBase } = videoLink(setup.inputs[0]);
    const inTicks = (name: string): number | undefined => {
      const value = options.optionalNumber(name);
      return value === undefined ? undefined : rescaleTime(value, MICROSECONDS, timeBase);
    };
    const earliest = (a: number | undefined, b: number | undefined) =>
      a === undefined ? b : b === undefined ? a : Math.min(a, b);
    const latest = (a: number | undefined, b: number | undefined) =>
      a === undefined ? b : b === undefined ? a : Math.max(a, b);
    const startPts = earliest(inTicks('start'), options.optionalNumber('start_pts'));
    const endPts = latest(inTicks('end'), options.optionalNumber('end_pts'));
    const duration = inTicks('duration') || undefined;
    const startFrame = options.optionalNumber('start_frame');
    const endFrame = options.optionalNumber('end_frame');
    const hasStart = startPts !== undefined || startFrame !== undefined;
    const hasEnd = endPts !== undefined || duration !== undefined || endFrame !== undefined;
    let n = 0;
    let started = !hasStart;
    let firstPts = Number.NaN;
    return {
      push(_, frame) {
        const index = n++;
        const { pts } = frame;
        if (!started) {
          started =
            (startFrame !== undefined && index >= startFrame) ||
            (startPts !== undefined && pts >= startPts);
          if (!started) return;
        }
        if (Number.isNaN(firstPts)) firstPts = pts;
        const kept =
          !hasEnd ||
          (endFrame !== undefined && index < endFrame) ||
          (endPts !== undefined && pts < endPts) ||
          (duration !== undefined && pts - firstPts < duration);
        if (kept) {
          setup.emit(0, frame);
          return;
        }
        setup.finish(0, pts);
        setup.stopInput(0);
      },
    };
  },
};
