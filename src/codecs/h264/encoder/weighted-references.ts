/**
 * Explicit weights of reference pictures (clause 8.4.2.3): in a fade a picture is its reference times a weight plus an offset, which a
 * decoder can apply to its prediction. Means and deviations of both sources say which; whether it helps is tried on samples.
 *
 * Choice: weights are tried for the first references of P pictures (option `weightP`), and of B pictures in which the lookahead saw a
 * fade. Vectors are searched in a weighted copy of the reference; predictions are weighted after they are interpolated, as the standard
 * says. Figures: docs/h264/weighted-prediction.md.
 */

import { SliceType } from '../../../syntax/h264/slice-header.ts';
import {
  EMPTY_WEIGHTS,
  type PredictionWeights,
  type PredWeightTable,
} from '../../../syntax/h264/weight-table.ts';
import { LUMA_PADDING, mvX, mvY, type ReconstructedPicture } from '../standard/picture.ts';
import { mapBlock } from '../standard/weighted-prediction.ts';
import { distinctReferences, knownVectors, prefersExplicit } from './b-weights.ts';
import type { EncoderMemory, SourcePicture } from './memory.ts';
import type { PicturePlan } from './picture-plan.ts';
import { ReferenceWeighting } from './reference-weighting.ts';
import {
  LEAST_DEVIATION,
  LOG_WD,
  LOG_WD_B,
  type Spread,
  spreadOf,
  type Trial,
  trial,
  trialsOf,
  WORTHWHILE,
} from './weight-trials.ts';

/** References that can have weights. */
export const MAX_WEIGHTED = 3;

/** The sums take one row of so many. */
const ROW_STEP = 4;
/** Means and deviations of the three planes of a source picture. */
type Spreads = readonly [luma: Spread, cb: Spread, cr: Spread];

const NO_WEIGHTS: PredictionWeights = { luma: null, chroma: null };

/** Gives the references of pictures weights, one picture after another. */
export class WeightedReferences {
  private readonly memory: EncoderMemory;
  private readonly hasChroma: boolean;
  /** Pictures that weighted copies are made in. */
  private readonly copies: readonly ReconstructedPicture[];
  private readonly spreads = new Map<ReconstructedPicture, Spreads>();

  constructor(memory: EncoderMemory, copies: readonly ReconstructedPicture[], hasChroma: boolean) {
    this.memory = memory;
    this.hasChroma = hasChroma;
    this.copies = copies;
  }

  /**
   * Sets `weighting` of the references of a plan, until `clear`, and remembers what the picture looks like.
   * @param picture where it will be reconstructed
   * @returns the table for its slices; EMPTY_WEIGHTS for a B picture with implicit weights
   */
  plan(plan: PicturePlan, source: SourcePicture, picture: ReconstructedPicture): PredWeightTable {
    const { memory } = this;
    const { sourceLumaStride, sourceChromaStride, layout } = memory;
    const width = 16 * layout.widthInMbs;
    const height = 16 * layout.heightInMbs;
    const chroma = [sourceChromaStride, width / 2, height / 2, ROW_STEP] as const;
    const spreads: Spreads = [
      spreadOf(memory.bytes, source.luma, sourceLumaStride, width, height, ROW_STEP),
      spreadOf(memory.bytes, source.cb, ...chroma),
      spreadOf(memory.bytes, source.cr, ...chroma),
    ];
    this.spreads.set(picture, spreads);
    // Not without chroma: ffmpeg weights the chroma that it shows instead, two predictions at a time, by 0.
    if (plan.type === SliceType.B && plan.fades && this.hasChroma)
      return this.planB(plan, source, spreads);
    if (plan.type !== SliceType.P) return EMPTY_WEIGHTS;
    const [list] = plan.lists;
    for (const [i, reference] of list.entries()) {
      const vectors = i === 0 ? knownVectors(plan, 0) : null;
      this.weigh(source, spreads, reference, this.copies[i], vectors, LOG_WD);
    }
    const l0 = list.map(weightsOf);
    // Denominators of a table without weights are written as zeros, which are shorter.
    if (l0.every(({ luma }) => luma === null)) return EMPTY_WEIGHTS;
    return { luma_log2_weight_denom: LOG_WD, chroma_log2_weight_denom: LOG_WD, l0, l1: [] };
  }

  /** The picture is coded: its references have no weights any more. */
  clear(plan: PicturePlan): void {
    for (const list of plan.lists) for (const reference of list) reference.weighting = null;
  }

  /** Sets the weights of the references of a B picture, if these are better than implicit ones. */
  private planB(plan: PicturePlan, source: SourcePicture, spreads: Spreads): PredWeightTable {
    const [[first0], [first1]] = plan.lists;
    for (const [i, reference] of distinctReferences(plan).entries()) {
      const list = reference === first0 ? 0 : 1;
      const isFirst = reference === first0 || reference === first1;
      const vectors = isFirst ? knownVectors(plan, list) : null;
      this.weigh(source, spreads, reference, this.copies[i], vectors, LOG_WD_B);
    }
    const isWeighted = first0.weighting !== null || first1.weighting !== null;
    if (!isWeighted || !prefersExplicit(plan, source, this.memory)) {
      this.clear(plan);
      return EMPTY_WEIGHTS;
    }
    const [l0, l1] = plan.lists.map((list) => list.map(weightsOf));
    return { luma_log2_weight_denom: LOG_WD_B, chroma_log2_weight_denom: LOG_WD_B, l0, l1 };
  }

  /** Gives a reference weights, if they help. */
  private weigh(
    source: SourcePicture,
    spreads: Spreads,
    reference: ReconstructedPicture,
    copy: ReconstructedPicture | undefined,
    vectors: Int32Array | null,
    logWD: number,
  ): void {
    const before = this.spreads.get(reference);
    if (before === undefined || copy === undefined) return;
    const trials = trialsOf(before[0], spreads[0], logWD);
    const luma = this.chooseLuma(source, reference, trials, vectors);
    if (luma === null) return;
    const ratio = luma.weight / 2 ** logWD;
    const cb = chromaTrial(before[1], spreads[1], ratio, logWD);
    const cr = chromaTrial(before[2], spreads[2], ratio, logWD);
    const hasChroma = this.hasChroma && this.helpsChroma(source, reference, cb, cr);
    this.weightCopy(reference, copy, luma.table);
    copy.poc = reference.poc;
    const tables = {
      luma: luma.table,
      cb: hasChroma ? cb.table : null,
      cr: hasChroma ? cr.table : null,
    };
    const weights: PredictionWeights = {
      luma: { weight: luma.weight, offset: luma.offset },
      chroma: hasChroma
        ? [
            { weight: cb.weight, offset: cb.offset },
            { weight: cr.weight, offset: cr.offset },
          ]
        : null,
    };
    reference.weighting = new ReferenceWeighting(this.memory.bytes, tables, weights, copy);
  }

  /** The trial that leaves the smallest differences between source and reference, if it is clearly better than none. */
  private chooseLuma(
    source: SourcePicture,
    reference: ReconstructedPicture,
    trials: readonly Trial[],
    vectors: Int32Array | null,
  ): Trial | null {
    if (trials.length === 0) return null;
    const { bytes, layout, sourceLumaStride } = this.memory;
    const { widthInMbs, heightInMbs, lumaStride } = layout;
    const left = new Float64Array(trials.length);
    let plain = 0;
    for (let mbAddr = 0; mbAddr < widthInMbs * heightInMbs; mbAddr++) {
      const mbY = Math.floor(mbAddr / widthInMbs);
      const mbX = mbAddr - mbY * widthInMbs;
      const mv = vectors === null ? 0 : vectors[mbAddr];
      const from = source.luma + 16 * (mbY * sourceLumaStride + mbX);
      const x = 16 * mbX + 2 * mvX(mv);
      const y = 16 * mbY + 2 * mvY(mv);
      const at = reference.luma + y * lumaStride + x;
      for (let row = 0; row < 16; row += ROW_STEP) {
        for (let i = 0; i < 16; i++) {
          const sample = bytes[from + row * sourceLumaStride + i];
          const before = bytes[at + row * lumaStride + i];
          plain += Math.abs(sample - before);
          for (let t = 0; t < trials.length; t++) {
            left[t] += Math.abs(sample - trials[t].table[before]);
          }
        }
      }
    }
    let best: Trial | null = null;
    let bound = WORTHWHILE * plain;
    for (let t = 0; t < trials.length; t++) {
      if (left[t] >= bound) continue;
      bound = left[t];
      best = trials[t];
    }
    return best;
  }

  /** Whether both planes of chroma together are nearer with weights than without. */
  private helpsChroma(
    source: SourcePicture,
    reference: ReconstructedPicture,
    cb: Trial,
    cr: Trial,
  ): boolean {
    const { bytes, layout, sourceChromaStride } = this.memory;
    let gain = 0;
    for (const [from, to, { table }] of [
      [source.cb, reference.cb, cb],
      [source.cr, reference.cr, cr],
    ] as const) {
      for (let y = 0; y < 8 * layout.heightInMbs; y += ROW_STEP) {
        for (let x = 0; x < 8 * layout.widthInMbs; x++) {
          const sample = bytes[from + y * sourceChromaStride + x];
          const before = bytes[to + y * layout.chromaStride + x];
          gain += Math.abs(sample - before) - Math.abs(sample - table[before]);
        }
      }
    }
    return gain > 0;
  }

  /** Makes `copy` what `reference` is in full samples of luma, weighted, its padding included. */
  private weightCopy(
    reference: ReconstructedPicture,
    copy: ReconstructedPicture,
    table: Uint8Array,
  ): void {
    const { bytes, layout } = this.memory;
    const { lumaStride, widthInMbs, heightInMbs } = layout;
    const inside = LUMA_PADDING * lumaStride + LUMA_PADDING;
    const height = 16 * heightInMbs + 2 * LUMA_PADDING;
    const size = lumaStride * height;
    const to = copy.luma - inside;
    bytes.copyWithin(to, reference.luma - inside, reference.luma - inside + size);
    mapBlock(bytes, to, lumaStride, 16 * widthInMbs + 2 * LUMA_PADDING, height, table);
    copy.tileDone.fill(0);
  }
}

/** The weights of a reference in its place. */
function weightsOf({ weighting }: ReconstructedPicture): PredictionWeights {
  return weighting?.weights ?? NO_WEIGHTS;
}

/** The weight of a chroma plane: by its own deviations where they say anything, else the weight of luma. */
function chromaTrial(before: Spread, after: Spread, ratio: number, logWD: number): Trial {
  const says = before.deviation >= LEAST_DEVIATION && after.deviation >= LEAST_DEVIATION;
  return trial(before, after, says ? after.deviation / before.deviation : ratio, logWD);
}
