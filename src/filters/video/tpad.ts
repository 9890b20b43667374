/** `tpad`: pictures before the first and after the last. */
import { inverse, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
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
    const hasRate = link.frameRate[0] > 0 && link.frameRate[1] > 0;
    let before = countOf(options, link, 'start');
    const after = countOf(options, link, 'stop');
    const cloneFirst = options.number('start_mode') === MODES.clone;
    const cloneLast = options.number('stop_mode') === MODES.clone;
    const ticksOf = (frames: number): number =>
      hasRate ? rescale(frames, inverse(link.frameRate), link.timeBase) : frames;
    const shift = ticksOf(before);
    const blank = blankPicture(options, link);
    const waiting: VideoFrame[] = [];
    let last: VideoFrame | undefined;
    let distance = 1;
    let stopPts = Number.NaN;
    let stopped = 0;
    let emitted = 0;
    const pass = (source: VideoFrame): void => {
      const pts = source.pts + shift;
      if (last !== undefined) distance = Math.max(1, pts - last.pts);
      last = cloneLast || after !== 0 ? { ...source, pts } : undefined;
      setup.emit(0, shift === 0 ? source : { ...source, pts });
    };
    /** When all that goes before has gone: what came meanwhile, and the end where nothing goes after. */
    const advance = (): void => {
      if (before > 0) return;
      for (const source of waiting.splice(0)) pass(source);
      const goesOn = after !== 0 && !(cloneLast && last === undefined);
      if (!Number.isNaN(stopPts) && !goesOn) setup.finish(0, stopPts);
    };
    const emitBefore = (): boolean => {
      const first = cloneFirst ? waiting[0] : undefined;
      if (waiting.length === 0 && Number.isNaN(stopPts)) return false;
      setup.emit(0, { ...(first ?? blank()), pts: ticksOf(emitted++) });
      before--;
      advance();
      return true;
    };
    return {
      push(_, frame) {
        waiting.push(picture(frame));
        advance();
      },
      end(_, pts) {
        stopPts = Number.isNaN(pts) ? shift : pts + shift;
        advance();
      },
      // Pictures before and after come one at a time, as the sink asks for them.
      pull() {
        if (before > 0) return emitBefore();
        if (Number.isNaN(stopPts)) return false;
        const pts = stopPts + (hasRate ? ticksOf(stopped) : stopped * distance);
        if (stopped++ === after) setup.finish(0, pts);
        else setup.emit(0, { ...(cloneLast ? last! : blank()), pts });
        return true;
      },
    };
  },
};

/** How many pictures go before, or after: as many as the option says, or as a duration does. */
function countOf(options: OptionValues, link: VideoLink, name: 'start' | 'stop'): number {
  const micros = options.number(`${name}_duration`);
  if (micros === 0) return options.number(name);
  if (!(link.frameRate[0] > 0 && link.frameRate[1] > 0)) {
    const detail = 'the frame rate of the input is not known';
    throw options.error(`${name}_duration`, detail, 0, `use ${name}`);
  }
  return rescale(micros, MICROSECONDS, inverse(link.frameRate));
}

/** A picture of one color, drawn when it is needed first. */
function blankPicture(options: OptionValues, link: VideoLink): () => VideoFrame {
  const color = colorSamples(options.color('color'), pixFmtInfo(link.pixFmt));
  let blank: VideoFrame | undefined;
  return () => {
    if (blank === undefined) {
      blank = newPicture(link.pixFmt, link.width, link.height, 0);
      fillRectangle(blank, color, 0, 0, link.width, link.height);
    }
    return blank;
  };
}
