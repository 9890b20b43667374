/**
 * Options of the order of pictures and of references: which pictures are coded before others that are shown earlier, which are
 * kept for reference, and how large a picture buffer decoders need for this (docs/h264/picture-order.md).
 */
import { ConfigError } from '../../../base/errors.ts';
import {
  HIGHEST_LEVEL,
  LEVELS,
  type LevelName,
  levelLimits,
  maxDpbFrames,
} from '../../../syntax/h264/levels.ts';
import { pyramidDepth } from './coding-order.ts';
import { type CheckedOf, checkRows, choice, integer, type OptionsOf } from './option-rows.ts';
import type { RowRule } from './row-choice.ts';

/** Values of `bPyramid`. */
export const B_PYRAMIDS = ['none', 'strict', 'normal'] as const;

export type BPyramid = (typeof B_PYRAMIDS)[number];

/** Values of `direct`: from the neighbors, or from the co-located macroblock. */
export const DIRECT_MODES = ['spatial', 'temporal', 'auto'] as const;

export type DirectMode = (typeof DIRECT_MODES)[number];

/** Values of `keyPictures`. */
const KEY_PICTURES = ['idr', 'recovery'] as const;

/** Values of `bAdapt`. */
const ROW_RULES: readonly RowRule[] = [0, 1, 2];

/** Values of `origins`. */
export const ORIGINS = ['before', 'kept'] as const;

export type Origins = (typeof ORIGINS)[number];

/** The options that say which pictures refer to which. */
export const ORDER_ROWS = {
  /**
   * Most B pictures in a row. They are coded after the picture that is shown behind them, and are predicted from both sides. Not
   * with profile `baseline`, `longTermPeriod` or `sceneMemory`. In profiles `main` and `high` the default is 3, unless another
   * option rules B pictures out.
   */
  bframes: integer(0, 16, 0),
  /**
   * How the number of B pictures in a row is chosen: always `bframes` (0); as many as pay, found by letting the row grow (1); or
   * by the shortest path through all pictures that are known (2). Default: by preset.
   */
  bAdapt: choice(ROW_RULES),
  /**
   * Which B pictures others may refer to: none of them (`none`); the middle ones of a row, and only for pictures of that row
   * (`strict`); or the middle ones, and for later pictures too (`normal`).
   */
  bPyramid: choice(B_PYRAMIDS, 'normal'),
  /**
   * How macroblocks of B slices derive motion that is not sent (clause 8.4.1.2): from their neighbors (`spatial`, better for
   * most clips); from the macroblock at the same place of another picture (`temporal`); or, chosen for each picture, in the way
   * that predicted the pictures before better (`auto`).
   */
  direct: choice(DIRECT_MODES, 'spatial'),
  /** Number of reference pictures. Default: by preset, but no more than `level` has room for, if it is given. */
  refs: integer(1, 16),
  /**
   * Number of pictures from one long-term reference picture to the next. Each stays one until the next is coded, beside the last `refs` - 1
   * pictures. This helps where things move in front of a still background. Needs `refs` of 2 or more. 0: there are none.
   */
  longTermPeriod: integer(0, 0x7fffffff, 0),
  /**
   * Number of scenes that are remembered, less than `refs`. The last picture of each scene stays a reference picture, and a
   * scene that returns is predicted from it. Changes of scene then start no IDR pictures. Needs `sceneCut`. Not with
   * `longTermPeriod`.
   */
  sceneMemory: integer(0, 15, 0),
  /**
   * Which pictures decoding can start from, after the first: `idr` makes them IDR pictures; `recovery` makes them I pictures
   * with a recovery point message. No picture after a recovery point refers to one before it, but decoders keep the pictures
   * that they have. Packets of recovery points are not marked as key packets. `recovery` not with `longTermPeriod` or
   * `sceneMemory`.
   */
  keyPictures: choice(KEY_PICTURES, 'idr'),
  /**
   * Where the encoder looks, at any distance, for the macroblocks of pictures that look drawn: in the picture shown before
   * (`before`), or also in a few kept pictures from before that (`kept`). The kept pictures use the decoder's buffer as far as
   * the level has room, unless `refs` is given. `kept` not with profile `baseline`, `longTermPeriod` or `sceneMemory`. Default:
   * `kept` where it is allowed.
   */
  origins: choice(ORIGINS),
} as const;

/** The options that decide to which pictures a picture refers; part of `H264Options`. */
export type OrderOptions = OptionsOf<typeof ORDER_ROWS>;

/** The values of other options that the checks depend on. */
export interface OrderContext {
  readonly width: number;
  readonly height: number;
  readonly level: LevelName | undefined;
  readonly isBaseline: boolean;
  readonly sceneCut: boolean;
  /** The preset's values. */
  readonly preset: { readonly refs: number; readonly bAdapt: RowRule };
}

/** The options checked and completed, with what follows from them. */
export interface ResolvedOrderOptions {
  readonly bframes: number;
  readonly bAdapt: RowRule;
  readonly bPyramid: BPyramid;
  readonly direct: DirectMode;
  /** Reference pictures that a list has at most. */
  readonly refs: number;
  readonly longTermPeriod: number;
  readonly sceneMemory: number;
  readonly keyPictures: 'idr' | 'recovery';
  readonly origins: Origins;
  /** Pictures that are kept because others may come from them, beside the last one. */
  readonly keptPictures: number;
  /** Levels of reference pictures between two anchors (coding-order.ts). */
  readonly pyramidDepth: number;
  /** max_num_reorder_frames (clause E.2.1): pictures that are coded before another and shown after it. */
  readonly reorderFrames: number;
  /** max_num_ref_frames (clause 7.4.2.1.1). */
  readonly maxRefFrames: number;
  /** max_dec_frame_buffering (clause E.2.1). */
  readonly dpbFrames: number;
}

/** The largest decoded picture buffer of any level, clause A.3.1 h. */
const MAX_DPB_FRAMES = 16;

/** Checks the options of order; throws `ConfigError` naming the first that is wrong or contradicts another. */
export function resolveOrder(
  at: string,
  options: OrderOptions,
  context: OrderContext,
): ResolvedOrderOptions {
  const checked = checkRows(at, ORDER_ROWS, options);
  const { bframes, bPyramid, direct } = checked;
  if (context.isBaseline) requireNoB(at, options);
  for (const key of ['longTermPeriod', 'sceneMemory'] as const) {
    if (bframes > 0 && checked[key] > 0) {
      throw new ConfigError(`${at}.bframes`, `got ${bframes}, with ${key} allowed is 0`);
    }
  }
  const room = dpbRoom(context);
  const depth = bPyramid === 'none' ? 0 : Math.min(pyramidDepth(bframes), deepest(room));
  // Beside the levels of the pyramid, the anchor is coded ahead of its row and shown after it.
  const reorderFrames = bframes === 0 ? 0 : 1 + depth;
  // At the end of a row one picture is no longer referred to but waits to be shown, beside `depth` others.
  const waiting = Math.max(0, reorderFrames - 1);
  const refs = checked.refs ?? Math.max(1, Math.min(context.preset.refs, room - waiting));
  const most = Math.max(1 + reorderFrames, Math.min(refs, MAX_DPB_FRAMES - waiting));
  const least = bframes === 0 ? refs : most;
  const origins = resolveOrigins(at, checked, context);
  const mayGrow = origins === 'kept' && checked.refs === undefined && context.sceneCut;
  const maxRefFrames = mayGrow
    ? Math.max(least, Math.min(1 + MOST_KEPT, leastRoom(context) - waiting))
    : least;
  // The anchors on both sides of a row stay while it is coded.
  const anchors = bframes === 0 ? 1 : 2;
  return {
    bframes,
    bAdapt: checked.bAdapt ?? context.preset.bAdapt,
    bPyramid: depth === 0 ? 'none' : bPyramid,
    direct,
    refs,
    origins,
    keptPictures: origins === 'kept' ? Math.min(MOST_KEPT, maxRefFrames - anchors) : 0,
    ...checkReferences(at, checked, refs, context.sceneCut),
    pyramidDepth: depth,
    reorderFrames,
    maxRefFrames,
    dpbFrames: maxRefFrames + waiting,
  };
}

/** Values with which the options of B pictures say that there are none; `direct` has none such. */
const WITHOUT_B = { bframes: 0, bAdapt: 0, bPyramid: 'none', direct: null } as const;

/** Throws `ConfigError` naming the first option that asks for what profile Baseline lacks. */
function requireNoB(at: string, options: OrderOptions): void {
  for (const key of ['bframes', 'bAdapt', 'bPyramid', 'direct'] as const) {
    const value = options[key];
    const none = WITHOUT_B[key];
    if (value === undefined || value === none) continue;
    const allowed = none === null ? 'leave it out' : `allowed is ${none}`;
    throw new ConfigError(
      `${at}.${key}`,
      `got ${value}, but profile baseline has no B pictures; ${allowed}`,
    );
  }
}

/** Pictures that are kept because others may come from them. */
const MOST_KEPT = 4;

/** The pictures in which origins are looked for: as the caller asks; by default in pictures that are kept too, unless an option rules them out. */
function resolveOrigins(
  at: string,
  { origins, longTermPeriod, sceneMemory }: CheckedOf<typeof ORDER_ROWS>,
  { isBaseline }: OrderContext,
): Origins {
  const mayKeep = !isBaseline && longTermPeriod === 0 && sceneMemory === 0;
  if (origins === 'kept' && !mayKeep) {
    const other = isBaseline ? 'profile baseline' : 'longTermPeriod or sceneMemory';
    throw new ConfigError(`${at}.origins`, `got kept, with ${other} allowed is before`);
  }
  return origins ?? (mayKeep ? 'kept' : 'before');
}

/** Frames that the decoded picture buffer holds at the lowest level that allows pictures of this size, or at the one asked for. */
function leastRoom(context: OrderContext): number {
  if (context.level !== undefined) return dpbRoom(context);
  const width = Math.ceil(context.width / 16);
  const height = Math.ceil(context.height / 16);
  const level = LEVELS.find(
    (name) => maxDpbFrames(name, width, height) > 0 && width * height <= levelLimits(name).MaxFS,
  );
  return level === undefined ? 1 : maxDpbFrames(level, width, height);
}

/** Levels of a pyramid for which a buffer of `room` frames is enough: two anchors, and for each level one kept and one that waits. */
function deepest(room: number): number {
  return Math.max(0, (room - 2) >> 1);
}

/** Frames that the decoded picture buffer holds: that of the level asked for, else of the highest. */
export function dpbRoom({
  level,
  width,
  height,
}: Pick<OrderContext, 'level' | 'width' | 'height'>): number {
  const known = level !== undefined && LEVELS.includes(level);
  return maxDpbFrames(known ? level : HIGHEST_LEVEL, Math.ceil(width / 16), Math.ceil(height / 16));
}

/** Checks the ways to keep pictures for reference beside the last ones: at most one of them may be asked for. */
function checkReferences(
  at: string,
  { longTermPeriod, sceneMemory, keyPictures }: CheckedOf<typeof ORDER_ROWS>,
  refs: number,
  sceneCut: boolean,
): Pick<ResolvedOrderOptions, 'longTermPeriod' | 'sceneMemory' | 'keyPictures'> {
  if (longTermPeriod > 0 && refs < 2) {
    throw new ConfigError(`${at}.longTermPeriod`, `needs refs of 2 or more, got ${refs}`);
  }
  if (sceneMemory > 0) {
    const where = `${at}.sceneMemory`;
    if (sceneMemory >= refs) {
      throw new ConfigError(where, `got ${sceneMemory}, needs refs above that, got ${refs}`);
    }
    if (!sceneCut) throw new ConfigError(where, 'needs sceneCut');
    if (longTermPeriod > 0) throw new ConfigError(where, 'contradicts longTermPeriod');
  }
  if (keyPictures === 'recovery' && longTermPeriod + sceneMemory > 0) {
    const other = sceneMemory > 0 ? 'sceneMemory' : 'longTermPeriod';
    throw new ConfigError(
      `${at}.keyPictures`,
      `recovery contradicts ${other}, which refers to pictures from before`,
    );
  }
  return { longTermPeriod, sceneMemory, keyPictures };
}
