/** pred_weight_table( ), clauses 7.3.3.2 and 7.4.3.2: explicit weights of the entries of both reference lists. */
import type { BitSyntax } from '../../bits/bit-syntax.ts';

/** Weights of one entry of a list. A component without weights has null: 2^log2 of its denominator, and offset 0. */
export interface PredictionWeights {
  readonly luma: WeightAndOffset | null;
  /** Cb and Cr. */
  readonly chroma: readonly [WeightAndOffset, WeightAndOffset] | null;
}

/** Both -128..127. */
export interface WeightAndOffset {
  readonly weight: number;
  readonly offset: number;
}

/** The weights of a slice, clause 7.4.3.2. */
export interface PredWeightTable {
  /** 0..7. */
  readonly luma_log2_weight_denom: number;
  readonly chroma_log2_weight_denom: number;
  readonly l0: readonly PredictionWeights[];
  readonly l1: readonly PredictionWeights[];
}

/** A table without entries. */
export const EMPTY_WEIGHTS: PredWeightTable = {
  luma_log2_weight_denom: 0,
  chroma_log2_weight_denom: 0,
  l0: [],
  l1: [],
};

/** The values that the table's syntax depends on. */
interface TableShape {
  /** Whether ChromaArrayType is not 0. */
  readonly hasChroma: boolean;
  /** Entries of each list. */
  readonly l0: number;
  readonly l1: number;
}

/** pred_weight_table( ), clause 7.3.3.2: writes `table`, or returns the one read. */
export function predWeightTable(
  s: BitSyntax,
  table: PredWeightTable,
  { hasChroma, l0, l1 }: TableShape,
): PredWeightTable {
  const luma_log2_weight_denom = s.ueMax('luma_log2_weight_denom', table.luma_log2_weight_denom, 7);
  const chroma_log2_weight_denom = hasChroma
    ? s.ueMax('chroma_log2_weight_denom', table.chroma_log2_weight_denom, 7)
    : table.chroma_log2_weight_denom;
  const entries = (
    list: 'l0' | 'l1',
    given: readonly PredictionWeights[],
    count: number,
  ): PredictionWeights[] =>
    Array.from({ length: count }, (_, i) => weights(s, list, given[i], hasChroma));
  return {
    luma_log2_weight_denom,
    chroma_log2_weight_denom,
    l0: entries('l0', table.l0, l0),
    l1: entries('l1', table.l1, l1),
  };
}

/** The weights of one entry, clause 7.3.3.2. */
function weights(
  s: BitSyntax,
  list: 'l0' | 'l1',
  given: PredictionWeights | undefined,
  hasChroma: boolean,
): PredictionWeights {
  const component = (name: 'luma' | 'chroma', value: WeightAndOffset | undefined) => ({
    weight: s.seWithin(`${name}_weight_${list}`, value?.weight ?? 0, -128, 127),
    offset: s.seWithin(`${name}_offset_${list}`, value?.offset ?? 0, -128, 127),
  });
  const givenLuma = given?.luma ?? null;
  const hasLumaWeight = s.flag(`luma_weight_${list}_flag`, givenLuma === null ? 0 : 1) === 1;
  const luma = hasLumaWeight ? component('luma', givenLuma ?? undefined) : null;
  if (!hasChroma) return { luma, chroma: null };
  const givenChroma = given?.chroma ?? null;
  const hasWeights = s.flag(`chroma_weight_${list}_flag`, givenChroma === null ? 0 : 1) === 1;
  if (!hasWeights) return { luma, chroma: null };
  const cb = component('chroma', givenChroma?.[0]);
  return { luma, chroma: [cb, component('chroma', givenChroma?.[1])] };
}
