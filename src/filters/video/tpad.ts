/** `tpad`: pictures before the first and after the last. */
import { inverse, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD } from '../filter.ts';
import {
  colorSamples,
  fillRectangle,
  newPicture,
  picture,
  videoLink,
} from '../pixels/picture-work.ts';

const MODES = { add: 0, clone: 1 } as const;
const MICROSECONDS = [1, 1_000_000] as const;

/** Adds pictures at both ends. */
export const TPAD: FilterDefinition = {
  name: 'tpad',
  description: 'adds pictures before the first and after the last',
  options: [
    {
      name: 'start',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 0x7fffffff,
      description: 'how many before',
    },
    {
      name: 'stop',
      kind: 'integer',
      default: '0',
      min: -1,
      max: 0x7fffffff,
      description: 'how many after; -1 without end',
    },
    {
      name: 'start_mode',
      kind: 'choice',
      default: 'add',
      choices: MODES,
      description: 'of the color, or the first again',
    },
    {
      name: 'stop_mode',
      kind: 'choice',
      default: 'add',
      choices: MODES,
      description: 'of the color, or the last again',
    },
    {
      name: 'start_duration',
      kind: 'duration',
      default: '0',
      min: 0,
      description: 'how long before, instead of start',
    },
    {
      name: 'stop_duration',
      kind: 'duration',
      default: '0',
      min: 0,
      description: 'how long after, instead of stop',
    },
    { name: 'color', kind: 'color', default: 'black', description: 'the color' },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const [num, den] = link.frameRate;
    const hasRate = num > 0 && den > 0;
    const count = (frames: string, duration: string): number => {
      const micros = options.number(duration);
      if (micros === 0) return options.number(frames);
      if (!hasRate) {
        throw options.error(
          duration,
          'the frame rate of the input is not known',
          0,
          `use ${frames}`,
        );
      }
      return rescale(micros, MICROSECONDS, inverse(link.frameRate));
    };
    let before = count('start', 'start_duration');
    const after = count('stop', 'stop_duration');
    const cloneFirst = options.number('start_mode') === MODES.clone;
    const cloneLast = options.number('stop_mode') === MODES.clone;
    const color = colorSamples(options.color('color'), pixFmtInfo(link.pixFmt));
    const framesToTicks = (frames: number): number =>
      rescale(frames, inverse(link.frameRate), link.timeBase);
    const shift = hasRate ? framesToTicks(before) : before;
    let blank: VideoFrame | undefined;
    let last: VideoFrame | undefined;
    let distance = 1;
    let stopPts = Number.NaN;
    let stopped = 0;
    const blankAt = (pts: number): VideoFrame => {
      if (blank === undefined) {
        blank = newPicture(link.pixFmt, link.width, link.height, 0);
        fillRectangle(blank, color, 0, 0, link.width, link.height);
      }
      return { ...blank, pts };
    };
    const emitBefore = (first: VideoFrame | undefined): void => {
      for (let i = 0; before > 0; before--, i++) {
        const pts = hasRate ? framesToTicks(i) : i;
        setup.emit(0, first !== undefined && cloneFirst ? { ...first, pts } : blankAt(pts));
      }
    };
    return {
      push(_, frame) {
        const source = picture(frame);
        emitBefore(source);
        const pts = source.pts + shift;
        if (last !== undefined) distance = Math.max(1, pts - last.pts);
        last = cloneLast || after !== 0 ? { ...source, pts } : undefined;
        setup.emit(0, shift === 0 ? source : { ...source, pts });
      },
      end(_, pts) {
        emitBefore(undefined);
        const end = Number.isNaN(pts) ? shift : pts + shift;
        if (after === 0 || (cloneLast && last === undefined)) setup.finish(0, end);
        else stopPts = end;
      },
      pull() {
        if (Number.isNaN(stopPts)) return false;
        const pts = stopPts + (hasRate ? framesToTicks(stopped) : stopped * distance);
        if (stopped === after) setup.finish(0, pts);
        else {
          stopped++;
          setup.emit(0, cloneLast ? { ...last!, pts } : blankAt(pts));
        }
        return true;
      },
    };
  },
};
