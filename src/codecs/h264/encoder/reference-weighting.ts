/** Explicit weights of one reference picture, applied to what is predicted from it alone (clause 8.4.2.3.2). */
import type { PredictionWeights } from '../../../syntax/h264/weight-table.ts';
import type { ReconstructedPicture, Weighting } from '../standard/picture.ts';
import { mapBlock } from '../standard/weighted-prediction.ts';
import { CHROMA, LUMA } from './inter-prediction.ts';
import { RECON_CB, RECON_CR, RECON_LUMA, RECON_STRIDE } from './memory.ts';

/** What each value of a predicted sample becomes by component, 256 values; null where it stays. */
export interface WeightTables {
  readonly luma: Uint8Array | null;
  readonly cb: Uint8Array | null;
  readonly cr: Uint8Array | null;
}

/** The weights of a picture while it is a reference of the picture that is being coded. */
export class ReferenceWeighting implements Weighting {
  private readonly tables: WeightTables;
  readonly luma: Uint8Array | null;
  readonly weights: PredictionWeights;
  readonly searched: ReconstructedPicture;
  private readonly bytes: Uint8Array;

  /**
   * @param bytes the encoder's memory
   * @param weights the same as `tables`, as the slice header says it
   * @param searched the picture with its luma weighted in full samples
   */
  constructor(
    bytes: Uint8Array,
    tables: WeightTables,
    weights: PredictionWeights,
    searched: ReconstructedPicture,
  ) {
    this.bytes = bytes;
    this.tables = tables;
    this.luma = tables.luma;
    this.weights = weights;
    this.searched = searched;
  }

  weigh(
    recon: number,
    x: number,
    y: number,
    width: number,
    height: number,
    planes = LUMA | CHROMA,
  ): void {
    const { luma, cb, cr } = this.tables;
    if ((planes & LUMA) !== 0) this.weighPlane(luma, recon + RECON_LUMA, x, y, width, height);
    if ((planes & CHROMA) === 0) return;
    const half = [x >> 1, y >> 1, width >> 1, height >> 1] as const;
    this.weighPlane(cb, recon + RECON_CB, ...half);
    this.weighPlane(cr, recon + RECON_CR, ...half);
  }

  private weighPlane(
    table: Uint8Array | null,
    plane: number,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    if (table === null) return;
    mapBlock(this.bytes, plane + y * RECON_STRIDE + x, RECON_STRIDE, width, height, table);
  }
}
