/**
 * Fades in the lookahead: where a picture is another one made darker or brighter, it is searched in a copy of that one which is weighted
 * (weighted-references.ts), so that costs, rows, scenes and importance are those of a picture that is predicted well.
 */

import { LOW_BLOCK as BLOCK } from '../kernels/plain/low-search.ts';
import { mvX, mvY } from '../standard/picture.ts';
import { mapBlock } from '../standard/weighted-prediction.ts';
import { LOW_PADDING, type LowResolution } from './low-resolution.ts';
import { type Spread, spreadOf, trialsOf, WORTHWHILE } from './weight-trials.ts';

/** The sums take one row of so many. */
const ROW_STEP = 2;

/** Planes of weighted copies: of the picture before, and of the one after. */
export const WEIGHTED_PLANES = 2;

/** Weights of pictures of half the size. */
export class LowWeights {
  private readonly planes: LowResolution;
  /** The first plane for weighted copies. */
  private readonly copies: number;
  private readonly spreads: (Spread | null)[];

  /** @param copies the first of WEIGHTED_PLANES planes that are free */
  constructor(planes: LowResolution, copies: number) {
    this.planes = planes;
    this.copies = copies;
    this.spreads = new Array<Spread | null>(copies).fill(null);
  }

  /** Another picture was loaded into a plane. */
  begin(plane: number): void {
    this.spreads[plane] = null;
  }

  /**
   * What each sample value of plane `reference` becomes in plane `current`: 256 values; null where no weights bring it clearly nearer.
   * @param mv vectors at which the macroblocks are like those of `reference` without weights
   */
  tableOf(current: number, reference: number, mv: Int32Array): Uint8Array | null {
    const trials = trialsOf(this.spreadOf(reference), this.spreadOf(current));
    if (trials.length === 0) return null;
    let best: Uint8Array | null = null;
    let bound = WORTHWHILE * this.difference(current, reference, mv, null);
    for (const { table } of trials) {
      const left = this.difference(current, reference, mv, table);
      if (left >= bound) continue;
      bound = left;
      best = table;
    }
    return best;
  }

  /** Makes weighted copy 0 or 1 of a plane; returns which plane it is. */
  copy(plane: number, table: Uint8Array, which: number): number {
    const { planes, copies } = this;
    const { bytes, stride, planeSize } = planes;
    const to = copies + which;
    planes.copy(plane, to);
    mapBlock(bytes, to * planeSize, stride, stride, planeSize / stride, table);
    return to;
  }

  private spreadOf(plane: number): Spread {
    const { planes, spreads } = this;
    const { bytes, stride, planeSize, widthInMbs, heightInMbs } = planes;
    const at = plane * planeSize + LOW_PADDING * (stride + 1);
    const size = [BLOCK * widthInMbs, BLOCK * heightInMbs, ROW_STEP] as const;
    spreads[plane] ??= spreadOf(bytes, at, stride, ...size);
    return spreads[plane];
  }

  /** Differences of two planes, each macroblock where it lies by its vector, or where it is, if that is nearer. */
  private difference(
    current: number,
    reference: number,
    mv: Int32Array,
    table: Uint8Array | null,
  ): number {
    const { stride, planeSize, widthInMbs, heightInMbs } = this.planes;
    const first = current * planeSize + LOW_PADDING * (stride + 1);
    const further = (reference - current) * planeSize;
    let sum = 0;
    for (let mbY = 0; mbY < heightInMbs; mbY++) {
      for (let mbX = 0; mbX < widthInMbs; mbX++) {
        const at = first + BLOCK * (mbY * stride + mbX);
        const vector = mv[mbY * widthInMbs + mbX];
        const still = this.blockDifference(at, at + further, table);
        const moved = at + further + mvY(vector) * stride + mvX(vector);
        sum += vector === 0 ? still : Math.min(still, this.blockDifference(at, moved, table));
      }
    }
    return sum;
  }

  private blockDifference(at: number, from: number, table: Uint8Array | null): number {
    const { bytes, stride } = this.planes;
    let sum = 0;
    for (let y = 0; y < BLOCK; y += ROW_STEP) {
      const row = at + y * stride;
      const other = from + y * stride;
      for (let x = 0; x < BLOCK; x++) {
        const value = bytes[other + x];
        sum += Math.abs(bytes[row + x] - (table === null ? value : table[value]));
      }
    }
    return sum;
  }
}

/** Makes the weights of a lookahead; arguments as the constructor has them. */
export const createLowWeights = (...parts: ConstructorParameters<typeof LowWeights>): LowWeights =>
  new LowWeights(...parts);

export type CreateLowWeights = typeof createLowWeights;
