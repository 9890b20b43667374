/**
 * Chooses which pictures stay for reference and which of them a picture refers to; standard/reference-pictures.ts holds what
 * follows from that. Without options it is what decoders do by themselves: the last `refs` pictures, the nearest first.
 *
 * Choice: with `longTermPeriod` every so many pictures one is kept until the next such, beside the last ones: what moving
 * things have covered is then still there when they uncover it. Off by default.
 */
import type { ReconstructedPicture } from '../standard/picture.ts';
import type { ReferencePictures } from '../standard/reference-pictures.ts';
import type { MemoryManagementControl, RefPicListModification } from '../standard/slice-header.ts';

/** The pictures that are kept. */
export type References = ReferencePictures<ReconstructedPicture>;

/** How one picture deals with reference pictures; what slice headers say of it, and nal_ref_idc. */
export interface ReferencePlan {
  /** Whether later pictures may refer to it. */
  readonly isReference: boolean;
  /** num_ref_idx_l0_active_minus1 + 1, of P pictures. */
  readonly activeCount: number;
  /** No frame named twice: deblocking takes two indices for two pictures. */
  readonly modifications: readonly RefPicListModification[];
  /** IDR pictures only. */
  readonly long_term_reference_flag: 0 | 1;
  /** Reference pictures that are not IDR; empty: sliding window. */
  readonly operations: readonly MemoryManagementControl[];
}

/** What is known of the picture. */
export interface PictureKind {
  readonly isIdr: boolean;
  readonly isIntra: boolean;
}

/** Plans picture after picture. */
export interface ReferenceStrategy {
  /**
   * @param references as the pictures before have left them
   * @param frame_num of the picture
   */
  plan(references: References, frame_num: number, kind: PictureKind): ReferencePlan;
}

/** The strategy that the options ask for. */
export class ReferenceChoice implements ReferenceStrategy {
  private readonly longTermPeriod: number;
  private sinceLongTerm = 0;

  /** @param longTermPeriod pictures from one long-term picture to the next; 0 for none */
  constructor(longTermPeriod: number) {
    this.longTermPeriod = longTermPeriod;
  }

  plan(references: References, _frame_num: number, kind: PictureKind): ReferencePlan {
    const { longTermPeriod } = this;
    this.sinceLongTerm++;
    const isDue = longTermPeriod > 0 && (kind.isIdr || this.sinceLongTerm >= longTermPeriod);
    if (isDue) this.sinceLongTerm = 0;
    const becomesLongTerm: readonly MemoryManagementControl[] = isDue
      ? [{ memory_management_control_operation: 6, long_term_frame_idx: 0 }]
      : [];
    return {
      isReference: true,
      activeCount: references.count,
      modifications: [],
      long_term_reference_flag: isDue && kind.isIdr ? 1 : 0,
      operations: kind.isIdr ? [] : becomesLongTerm,
    };
  }
}
