/**
 * The plan of one picture, from its arrival to its last bit: one record that scenes, lookahead, reference marking and rate
 * control fill in turn, and that the slices are coded by. Pictures arrive in the order in which they are shown; they are coded
 * in the order in which the planner gives out their plans.
 */

import type {
  MemoryManagementControl,
  RefPicListModification,
} from '../../../syntax/h264/reference-syntax.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { MAX_LIST, type ReferencePictureLists } from '../standard/picture.ts';
import type { PictureAnalysis } from './picture-analysis.ts';
import type { PictureCosts } from './picture-costs.ts';
import { createPictureOrigins, type PictureOrigins } from './picture-origins.ts';

/** Complexity and types of the pictures that are coded after one. */
export interface Upcoming {
  /** Complexity and type of each, in coding order; the first `count` are valid. */
  readonly complexity: Float64Array;
  readonly type: Uint8Array;
  count: number;
  /** Pictures to be coded yet, the one at hand included, if the end is known; else -1. */
  framesLeft: number;
}

/** One picture's plan. Who fills which fields is said by the groups. */
export interface PicturePlan extends PictureCosts {
  // On arrival (picture-planner.ts).
  /** Number in the order of display, from 0. */
  displayNumber: number;
  /** Place of its samples in the encoder's memory. */
  slot: number;
  pts: number;
  isForced: boolean;
  /** The analysis that came with the picture, against the one shown before; null if there was none. */
  analysis: PictureAnalysis | null;
  /** QP that the caller adds by macroblock; null: none. */
  qpOffsets: Int8Array | null;

  // Scenes (scenes.ts).
  /** Where each macroblock comes from, to the last bit (origin-search.ts). */
  readonly origins: PictureOrigins;
  /** Whether `origins` says anything of this picture. */
  hasOrigins: boolean;
  /** `SliceType` of all its slices: I, P or B. */
  type: number;
  isIdr: boolean;
  /** A scene begins here. */
  isSceneCut: boolean;
  /** Whether later pictures may refer to it; a flash is no reference. */
  isReference: boolean;
  /** What the sample values of that picture became before it was compared (low-weights.ts); null: they stayed. */
  table: Uint8Array | null;
  /** How many pictures back in display order the one lies that this is predicted from: 1, or 2 after a flash. */
  back: number;
  /** The remembered scene that this picture returns to, and is predicted from; -1 if none. */
  returnsTo: number;
  /** Number of the remembered scene as which the reference picture before this one is kept; -1 if it is not kept. */
  keepsAs: number;
  /** Sum over the macroblocks of the cost of coding it as decided: intra if it is intra, else the cheaper. */
  complexity: number;

  // Lookahead (lookahead.ts, importance.ts).
  /** Cost that later pictures inherit from this one, by macroblock; empty where importance is not asked for. */
  readonly inherited: Float64Array;
  /** Offsets by macroblock in 1/256 QP, to be added to the picture's QP; null if all are 0. */
  offsets: Int16Array | null;
  /** Mean of the offsets by importance. */
  meanQpOffset: number;
  /**
   * Where each macroblock lies in the first picture of list 0, and in the first of list 1: packed vectors in low-resolution samples; null
   * where nobody looked.
   */
  vectors: readonly [Int32Array | null, Int32Array | null];
  /** How many pictures before and after this one these vectors point; 0: at the first of the list, wherever that is. */
  reach: readonly [number, number];
  /** Whether a B picture is another than those around it made darker or brighter, as far as the lookahead knows. */
  fades: boolean;
  upcoming: Upcoming;
  /** How far the picture is one of grain, 0..1 (grain.ts). */
  grain: number;

  // Order of coding (picture-planner.ts).
  /** Number in the order of coding, from 0. */
  codingNumber: number;
  /** Time of decoding, never above `pts`. */
  dts: number;
  /** PicOrderCnt: twice the number of pictures shown since the last IDR picture (clause 8.2.1). */
  poc: number;
  /** Shown before a picture that is coded before it: it may refer to both sides. Others are anchors. */
  isBetween: boolean;
  /** Decoding may start here although it is no IDR picture: no later picture refers to an earlier one. */
  isRecoveryPoint: boolean;

  // References (reference-choice.ts, encoder.ts).
  frame_num: number;
  /** num_ref_idx_l0_active_minus1 + 1; 0 in intra pictures. */
  activeCount: number;
  /** How many pictures of list 0, from the first on, are searched for all macroblocks; the others are searched only where something comes from them. */
  usualCount: number;
  /** num_ref_idx_l1_active_minus1 + 1; 0 unless the picture is of B slices. */
  activeCount1: number;
  /** The commands that reorder list 0. They name no frame twice: deblocking takes two indices for two pictures. */
  modifications: readonly RefPicListModification[];
  /** The commands that reorder list 1, likewise. */
  modifications1: readonly RefPicListModification[];
  /** IDR pictures only. */
  long_term_reference_flag: 0 | 1;
  /** Reference pictures that are not IDR; empty: sliding window. */
  operations: readonly MemoryManagementControl[];
  /** Lists 0 and 1 as the slices use them; empty where there is none. */
  lists: ReferencePictureLists;

  // Rate (rate-control.ts).
  /** QP in 1/256 before the offsets, or WITHOUT_RESIDUAL. */
  qp: number;
}

/** Nothing is known of what comes. */
export const NOTHING_UPCOMING: Upcoming = {
  complexity: /* @__PURE__ */ new Float64Array(0),
  type: /* @__PURE__ */ new Uint8Array(0),
  count: 0,
  framesLeft: -1,
};

const NO_LISTS: PicturePlan['lists'] = [[], []];
const NO_VECTORS: PicturePlan['vectors'] = [null, null];

/** A plan with room for the costs of `costMbs` macroblocks, and for what `inheritedMbs` of them inherit. */
export function createPicturePlan(costMbs: number, inheritedMbs: number): PicturePlan {
  return {
    intra: new Int32Array(costMbs),
    inter: new Int32Array(costMbs),
    mv: new Int32Array(costMbs),
    origins: createPictureOrigins(costMbs),
    hasOrigins: false,
    displayNumber: 0,
    slot: 0,
    pts: 0,
    isForced: false,
    analysis: null,
    qpOffsets: null,
    type: SliceType.P,
    isIdr: false,
    isSceneCut: false,
    isReference: true,
    back: 1,
    table: null,
    returnsTo: -1,
    keepsAs: -1,
    complexity: 1,
    inherited: new Float64Array(inheritedMbs),
    offsets: null,
    meanQpOffset: 0,
    vectors: NO_VECTORS,
    reach: [0, 0],
    fades: false,
    upcoming: NOTHING_UPCOMING,
    grain: 0,
    codingNumber: 0,
    dts: 0,
    poc: 0,
    isBetween: false,
    isRecoveryPoint: false,
    frame_num: 0,
    activeCount: 0,
    usualCount: MAX_LIST,
    activeCount1: 0,
    modifications: [],
    modifications1: [],
    long_term_reference_flag: 0,
    operations: [],
    lists: NO_LISTS,
    qp: 0,
  };
}

/** Resets a plan for a picture that has just arrived, of which nothing is decided yet. */
export function resetPicturePlan(plan: PicturePlan): void {
  plan.type = SliceType.P;
  plan.isIdr = false;
  plan.isSceneCut = false;
  plan.isReference = true;
  plan.back = 1;
  plan.table = null;
  plan.returnsTo = -1;
  plan.keepsAs = -1;
  plan.complexity = 1;
  plan.offsets = null;
  plan.meanQpOffset = 0;
  plan.vectors = NO_VECTORS;
  plan.reach = [0, 0];
  plan.fades = false;
  plan.hasOrigins = false;
  plan.upcoming = NOTHING_UPCOMING;
  plan.grain = 0;
  plan.isBetween = false;
  plan.isRecoveryPoint = false;
  plan.activeCount = 0;
  plan.usualCount = MAX_LIST;
  plan.activeCount1 = 0;
  plan.modifications = [];
  plan.modifications1 = [];
  plan.long_term_reference_flag = 0;
  plan.operations = [];
  plan.lists = NO_LISTS;
}

/**
 * By how much the vectors of a list are longer in the picture at `poc` than in the one that they were found in; 1 where they are not known
 * to be of another.
 */
export function vectorFactor(plan: PicturePlan, list: number, poc: number): number {
  const reach = plan.reach[list];
  return reach === 0 ? 1 : Math.abs(plan.poc - poc) / (2 * reach);
}

/** Whether a picture is coded without reference to others: IDR pictures, and first pictures of scenes. */
export function isIntraPicture(plan: Pick<PicturePlan, 'type'>): boolean {
  return plan.type === SliceType.I;
}
