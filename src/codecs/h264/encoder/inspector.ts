/**
 * The events inside the encoder that can be watched. All methods are called during `encode` or `flush`, with numbers and views that are
 * valid only during the call, and must not be changed. The stream is the same with and without an inspector. An error that
 * a method throws reaches the caller of `encode`, and closes the encoder. Methods are not awaited: one that is asynchronous and rejects is an
 * unhandled rejection, of which the encoder knows nothing. Plans are used again for later pictures once they are coded: what is needed of
 * one afterwards is to be copied. A method may not call the encoder that calls it.
 *
 * A picture may be coded again at a higher QP, and a macroblock taken back to open the next slice. Such attempts are told too:
 * `picture` with an attempt above 0 voids all that was told of the picture before, `macroblockVoid` all that was told of the
 * macroblock.
 */
import type { MacroblockSyntax } from '../standard/macroblock-syntax.ts';
import type { PictureState } from '../standard/picture.ts';
import type { Reconstruction } from './encoder.ts';
import type { PicturePlan } from './picture-plan.ts';

/** Descriptors of syntax elements, as `SyntaxTrace` has them. */
export type Descriptor = 'u' | 'ue' | 'se' | 'te' | 'ae' | 'ce' | 'b' | 'me';

/** Watches an encoder; pass it as option `inspect`. */
export interface H264Inspector {
  /** A picture is coded at the plan's type and QP; `attempt` counts from 0. The plan is null for the parameter sets. */
  picture(plan: PicturePlan | null, attempt: number): void;
  /** The picture is complete, in `bytes` bytes. */
  pictureEnd(plan: PicturePlan | null, bytes: number): void;
  /**
   * Pictures `first` to `anchor`, by their numbers in display order, were thought to cost that (row-choice.ts) if the last is coded first and the others
   * between it and the picture before them. Told while the order of coding is decided, before any of them is coded, and perhaps several times.
   */
  row(first: number, anchor: number, cost: number): void;
  /** A NAL unit begins; its elements follow, then `unitEnd`. */
  unit(nal_unit_type: number, nal_ref_idc: number): void;
  /** The unit has `bytes` bytes in the packet, those of its length included. */
  unitEnd(bytes: number): void;
  /**
   * A syntax element of the unit. The lengths of all elements of all units sum to the bits of the stream.
   * @param where path of the header it belongs to, such as `h264.sps`; `h264.slice_data` for macroblocks
   * @param length in bits; in a CABAC slice multiples of 1/256, as is `position`
   * @param position bit in the RBSP; the length field and the header of the unit, which stand before it, have negative ones
   */
  element(
    where: string,
    name: string,
    descriptor: Descriptor,
    value: number,
    position: number,
    length: number,
  ): void;
  /** The decisions of a macroblock begin. */
  macroblock(mbAddr: number, qp: number): void;
  /**
   * A type of inter macroblock was searched for, its cost estimated: SATD + lambda·bits of its references and vectors. Which of them
   * become candidates is decided by these.
   */
  estimate(mbType: number, cost: number): void;
  /**
   * The candidate that is written.
   * @param candidate its number among the candidates told of at this macroblock, from 0; -1 where none was told
   * @param syntax its syntax as it is written; of skipped macroblocks nothing in it counts
   * @param prediction the predicted samples: 16x16 of luma, then 8x8 of Cb and of Cr; of I_PCM the samples themselves
   */
  decision(
    mbAddr: number,
    candidate: number,
    syntax: MacroblockSyntax,
    prediction: Uint8Array,
  ): void;
  /** The macroblock is written; `state` holds its type, QP, references, vectors and counts of levels. */
  macroblockEnd(mbAddr: number, state: PictureState): void;
  /** The macroblock is taken back; it begins the next slice. */
  macroblockVoid(mbAddr: number): void;
  /**
   * A way to code the macroblock was tried.
   * @param mbType of macroblock.ts; P_SKIP for a prediction that is taken without residual
   * @param distortion squared error of all its samples
   * @param cost in the unit of the decision: squared error + psy + lambda·bits with `rdo`, else SATD + lambda·bits of the modes
   * @param psy what is added to the squared error for detail that is lost or came from nowhere (option `psyRd`)
   */
  candidate(mbType: number, distortion: number, bits: number, cost: number, psy: number): void;
  /**
   * Levels of a 4x4 block of the candidate just told, in scan order: coefficients before quantization, levels by dead zone, levels as
   * decided. Where DC levels are sent apart, that of index 0 is 0, and they are told as blocks 24 (of Intra_16x16), 25 (Cb) and 26 (Cr; four of
   * each), whose levels are always those of the dead zone. The views begin at 0, the numbers of the block at `start`.
   */
  block(
    block: number,
    coefficients: Int16Array,
    deadZoneLevels: Int16Array,
    levels: Int16Array,
    start: number,
  ): void;
  /**
   * Levels of an 8x8 block of luma of the candidate that is written, told after its `decision`: 64 coefficients before quantization,
   * levels by dead zone, and levels as decided, in scan order.
   */
  block8x8(
    b8: number,
    coefficients: Int16Array,
    deadZoneLevels: Int16Array,
    levels: Int16Array,
  ): void;
  /** A motion search begins for the block at (x, y) of the picture, in samples, in the reference whose PicOrderCnt is `poc`. */
  search(poc: number, x: number, y: number, width: number, height: number, mvp: number): void;
  /** A vector (packed, quarter samples) is better than all before. */
  searchBest(mv: number, cost: number): void;
  /** The best vector so far is measured anew: costs were of SAD, those that follow are of SATD, and are not comparable with those before. */
  searchAgain(mv: number, cost: number): void;
  /** The search ends; its cost is of SATD. */
  searchEnd(mv: number, cost: number, distortion: number): void;
  /** The picture as it is reconstructed, before and after deblocking. */
  reconstruction(picture: Reconstruction, isDeblocked: boolean): void;
  /**
   * An edge is filtered.
   * @param bS strengths of its four segments, a byte each, the first lowest
   * @param qPav mean of the luma QP of both sides
   */
  edge(mbAddr: number, verticalEdgeFlag: number, edge: number, bS: number, qPav: number): void;
}

/** Why a picture has its type. */
export const REASONS = [
  'predicted',
  'first',
  'forced',
  'distance',
  'scene',
  'recovery',
  'flash',
  'return',
] as const;

export type Reason = (typeof REASONS)[number];

/** Why the picture of a plan has its type: the one of REASONS. */
export function reasonOf(plan: PicturePlan): Reason {
  if (plan.displayNumber === 0) return 'first';
  if (plan.isRecoveryPoint) return 'recovery';
  if (plan.isForced) return 'forced';
  if (plan.isSceneCut) return plan.returnsTo >= 0 ? 'return' : 'scene';
  if (plan.isIdr) return 'distance';
  return plan.isReference ? 'predicted' : 'flash';
}

const nothing = (): void => {};

/** An inspector that looks at nothing, to be completed with the methods that are wanted. */
export const QUIET_INSPECTOR: H264Inspector = {
  picture: nothing,
  pictureEnd: nothing,
  row: nothing,
  unit: nothing,
  unitEnd: nothing,
  element: nothing,
  macroblock: nothing,
  estimate: nothing,
  decision: nothing,
  macroblockEnd: nothing,
  macroblockVoid: nothing,
  candidate: nothing,
  block: nothing,
  block8x8: nothing,
  search: nothing,
  searchBest: nothing,
  searchAgain: nothing,
  searchEnd: nothing,
  reconstruction: nothing,
  edge: nothing,
};

/** Tells two inspectors of everything, the first one first. */
export function bothInspectors(a: H264Inspector, b: H264Inspector): H264Inspector {
  const both: Record<string, (...args: never[]) => void> = {};
  for (const name of Object.keys(QUIET_INSPECTOR) as (keyof H264Inspector)[]) {
    both[name] = (...args: never[]) => {
      (a[name] as (...args: never[]) => void)(...args);
      (b[name] as (...args: never[]) => void)(...args);
    };
  }
  return both as unknown as H264Inspector;
}
