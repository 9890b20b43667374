/**
 * Statistics of a stream, gathered by an inspector: pictures by type with their mean QP and size, shares of macroblock
 * types, of references and of residual. Attempts that were thrown away are not counted.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import {
  B_DIRECT_16X16,
  B_SKIP,
  I_4X4,
  I_8X8,
  I_16X16,
  I_PCM,
  INTER_8X8,
  INTER_16X16,
  isIntra,
  P_SKIP,
} from '../standard/macroblock.ts';
import type { PictureState } from '../standard/picture.ts';
import { type H264Inspector, QUIET_INSPECTOR } from './inspector.ts';
import type { PicturePlan } from './picture-plan.ts';

/** Kinds of macroblocks that are told apart. */
const KINDS = [
  ...(['I16x16', 'I8x8', 'I4x4', 'I_PCM'] as const),
  ...(['P16x16', 'P16x8', 'P8x8', 'B16x16', 'B16x8', 'B8x8', 'direct', 'skip'] as const),
] as const;

type Kind = (typeof KINDS)[number];

/** Sums over the pictures of one type. */
export interface TypeStatistics {
  readonly pictures: number;
  /** Mean over all macroblocks. */
  readonly meanQp: number;
  /** Mean bytes of an access unit. */
  readonly meanBytes: number;
  /** Percent of the macroblocks by kind. */
  readonly macroblocks: Readonly<Record<Kind, number>>;
  /** Percent of the 8x8 luma blocks with levels, of macroblocks with chroma DC levels, and of those with chroma AC levels. */
  readonly coded: { readonly luma: number; readonly chromaDc: number; readonly chromaAc: number };
}

/** Statistics of a stream. */
export interface StreamStatistics {
  readonly I: TypeStatistics | null;
  readonly P: TypeStatistics | null;
  readonly B: TypeStatistics | null;
  /** Percent of the 8x8 blocks of P macroblocks by index of their reference, list 0. */
  readonly references: readonly number[];
  /** Percent of the 8x8 blocks of inter macroblocks in B slices that are predicted from list 0, list 1, and both; empty without any. */
  readonly directions: readonly number[];
}

/** Sums of one type while they grow. */
class Sums {
  pictures = 0;
  bytes = 0;
  macroblocks = 0;
  qp = 0;
  readonly kinds = new Map<Kind, number>();
  luma = 0;
  chromaDc = 0;
  chromaAc = 0;
}

function kindOf(mbType: number, isB: boolean): Kind {
  switch (mbType) {
    case I_8X8:
      return 'I8x8';
    case I_4X4:
      return 'I4x4';
    case I_16X16:
      return 'I16x16';
    case I_PCM:
      return 'I_PCM';
    case INTER_16X16:
      return isB ? 'B16x16' : 'P16x16';
    case INTER_8X8:
      return isB ? 'B8x8' : 'P8x8';
    case B_DIRECT_16X16:
      return 'direct';
    case P_SKIP:
    case B_SKIP:
      return 'skip';
    default:
      return isB ? 'B16x8' : 'P16x8';
  }
}

/** Gathers statistics; `inspector` goes to the encoder. */
export class StatisticsCollector {
  readonly inspector: H264Inspector;
  private readonly sums = new Map<number, Sums>();
  private readonly references: number[] = [];
  private readonly directions = [0, 0, 0];
  private state: PictureState | null = null;

  constructor() {
    this.inspector = {
      ...QUIET_INSPECTOR,
      macroblockEnd: (_mbAddr, state) => {
        this.state = state;
      },
      pictureEnd: (plan, bytes) => {
        if (plan !== null && this.state !== null) this.addPicture(plan, this.state, bytes);
      },
    };
  }

  /** The state holds the last attempt of every macroblock. */
  private addPicture(plan: PicturePlan, state: PictureState, bytes: number): void {
    const sums = this.sums.get(plan.type) ?? new Sums();
    this.sums.set(plan.type, sums);
    sums.pictures++;
    sums.bytes += bytes;
    for (let mbAddr = 0; mbAddr < state.mbType.length; mbAddr++) {
      const mbType = state.mbType[mbAddr]!;
      const kind = kindOf(mbType, state.isB);
      sums.macroblocks++;
      sums.qp += state.qpY[mbAddr]!;
      sums.kinds.set(kind, (sums.kinds.get(kind) ?? 0) + 1);
      const pattern = state.codedBlockPattern[mbAddr]!;
      for (let i = 0; i < 4; i++) sums.luma += (pattern >> i) & 1;
      if (pattern >> 4 > 0) sums.chromaDc++;
      if (pattern >> 4 > 1) sums.chromaAc++;
      if (isIntra(mbType)) continue;
      if (state.isB) this.addDirections(state, mbAddr);
      else this.addReferences(state, mbAddr);
    }
  }

  private addReferences(state: PictureState, mbAddr: number): void {
    for (let i = 0; i < 4; i++) {
      const refIdx = state.refIdx[4 * mbAddr + i]!;
      this.references[refIdx] = (this.references[refIdx] ?? 0) + 1;
    }
  }

  private addDirections(state: PictureState, mbAddr: number): void {
    for (let at = 4 * mbAddr; at < 4 * mbAddr + 4; at++) {
      const usesL0 = state.refIdx[at]! >= 0;
      const usesL1 = state.refIdxL1[at]! >= 0;
      this.directions[usesL0 && usesL1 ? 2 : usesL1 ? 1 : 0]!++;
    }
  }

  /** The statistics of the pictures so far. */
  get statistics(): StreamStatistics {
    const total = this.references.reduce((sum, count) => sum + (count ?? 0), 0);
    const all = this.directions.reduce((sum, count) => sum + count, 0);
    return {
      I: this.typeStatistics(SliceType.I),
      P: this.typeStatistics(SliceType.P),
      B: this.typeStatistics(SliceType.B),
      references: Array.from(this.references, (count) => percent(count ?? 0, total)),
      directions: this.sums.has(SliceType.B)
        ? this.directions.map((count) => percent(count, all))
        : [],
    };
  }

  private typeStatistics(type: number): TypeStatistics | null {
    const sums = this.sums.get(type);
    if (sums === undefined) return null;
    const { pictures, macroblocks } = sums;
    const shares = KINDS.map((kind) => [kind, percent(sums.kinds.get(kind) ?? 0, macroblocks)]);
    return {
      pictures,
      meanQp: sums.qp / macroblocks,
      meanBytes: sums.bytes / pictures,
      macroblocks: Object.fromEntries(shares) as Record<Kind, number>,
      coded: {
        luma: percent(sums.luma, 4 * macroblocks),
        chromaDc: percent(sums.chromaDc, macroblocks),
        chromaAc: percent(sums.chromaAc, macroblocks),
      },
    };
  }
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}

/** Statistics as lines of text, as libx264 prints them at its end. */
export function formatStatistics(statistics: StreamStatistics): string[] {
  const lines: string[] = [];
  const types = (['I', 'P', 'B'] as const).filter((type) => statistics[type] !== null);
  const share = (value: number): string => `${value.toFixed(1)}%`;
  for (const type of types) {
    const { pictures, meanQp, meanBytes } = statistics[type]!;
    lines.push(
      `frame ${type}:${pictures}  Avg QP:${meanQp.toFixed(2)}  size:${meanBytes.toFixed(0)}`,
    );
  }
  for (const type of types) {
    const { macroblocks } = statistics[type]!;
    const used = KINDS.filter((kind) => macroblocks[kind] > 0);
    lines.push(
      `mb ${type}  ${used.map((kind) => `${kind}: ${share(macroblocks[kind])}`).join('  ')}`,
    );
  }
  for (const type of types) {
    const { luma, chromaDc, chromaAc } = statistics[type]!.coded;
    lines.push(
      `coded ${type}  y: ${share(luma)}  uvDC: ${share(chromaDc)}  uvAC: ${share(chromaAc)}`,
    );
  }
  if (statistics.references.length > 0) {
    lines.push(`ref P L0: ${statistics.references.map(share).join(' ')}`);
  }
  const [l0, l1, both] = statistics.directions.map(share);
  if (l0 !== undefined) lines.push(`from B  L0: ${l0}  L1: ${l1}  both: ${both}`);
  return lines;
}
