/**
 * From a quality, 1 to 100, to the numbers that decisions hang on. Qualities are those that people know: the mean SSIMULACRA2 over the
 * pictures of `npm run bench:images` is that of libjpeg's tables at the same number.
 */
import { exp2, log2 } from '../../../base/exp-log.ts';
import {
  CHROMA_HIGH,
  CHROMA_LOW,
  CHROMA_MIDDLE,
  LUMA_HIGH,
  LUMA_LOW,
  LUMA_MIDDLE,
} from './perceptual-tables.ts';
import type { PlaneTuning, Tuning } from './tuning.ts';

/** Quality => place among the tables: 0 low, 1 middle, 2 high; beyond, all steps grow or shrink alike. Straight lines between. */
// biome-ignore format: pairs
const PLACES: readonly (readonly [quality: number, place: number])[] = [
  [1, -3], [5, -1.7], [10, -0.9], [20, -0.3], [30, 0.02], [40, 0.31], [50, 0.52], [60, 0.67], [70, 0.87],
  [75, 1.01], [80, 1.22], [85, 1.47], [90, 1.82], [95, 2.33], [97, 2.85], [98, 3.25], [99, 3.9], [100, 5.4],
];

/** Binary logarithm of what steps grow by for each place below the low table, and shrink by for each above the high one. */
const GROWTH_BELOW = 1.44;
const GROWTH_ABOVE = 1.8;

/** By table, low to high: numbers that were found with the tables. */
const CR_FACTORS = [1.18, 1.08, 1.22];
const LUMA_WEIGHTS = [18.8, 18, 18];
const CHROMA_WEIGHTS = [7.3, 7.3, 8.6];
/** What an error of DC is worth against one of AC. */
const DC_FACTORS = [0.67, 0.89, 1.5];
const MASKED_VARIANCES = [437, 319, 88];

/**
 * Chroma of fewer samples has its frequencies where the eye sees them better: its steps are smaller and its errors weigh more. Choice: at
 * 4:2:0, 12 % fewer bytes for the same SSIMULACRA2 than with factors of 1, at 4 % more for the same SSIM of luma.
 */
const REDUCED_CHROMA_FACTOR = 0.4;
const REDUCED_CHROMA_WEIGHT = 2;

/** Largest step: what a table of 8-bit steps holds, as baseline files must have (T.81 Table B.4). */
const MAX_STEP = 255;

function placeOf(quality: number): number {
  let i = 1;
  while (i < PLACES.length - 1 && quality > PLACES[i]![0]) i++;
  const [q0, p0] = PLACES[i - 1]!;
  const [q1, p1] = PLACES[i]!;
  return p0 + ((p1 - p0) * (quality - q0)) / (q1 - q0);
}

/** The geometric mean of two of three numbers, as `place` lies between them. */
function between(numbers: ArrayLike<number>, place: number): number {
  const lower = place < 1 ? 0 : 1;
  const part = Math.min(1, Math.max(0, place - lower));
  return exp2((1 - part) * log2(numbers[lower]!) + part * log2(numbers[lower + 1]!));
}

function stepsOf(tables: readonly Float64Array[], place: number, factor: number): Int16Array {
  const growth =
    place < 0 ? exp2(-place * GROWTH_BELOW) : exp2(-Math.max(0, place - 2) * GROWTH_ABOVE);
  return Int16Array.from({ length: 64 }, (_, i) => {
    const step = between([tables[0]![i]!, tables[1]![i]!, tables[2]![i]!], place);
    return Math.min(MAX_STEP, Math.max(1, Math.round(step * growth * factor)));
  });
}

/** The numbers that were asked for last: of many small pictures in turn all have the same. */
let last: { quality: number; isReduced: boolean; tuning: Tuning } | null = null;

/**
 * The numbers for `quality`, 1..100.
 * @param isReduced whether chroma has fewer samples than luma
 */
export function tuningOf(quality: number, isReduced: boolean): Tuning {
  if (last?.quality !== quality || last.isReduced !== isReduced) {
    last = { quality, isReduced, tuning: computeTuning(quality, isReduced) };
  }
  return last.tuning;
}

function computeTuning(quality: number, isReduced: boolean): Tuning {
  const place = placeOf(quality);
  const maskedVariance = between(MASKED_VARIANCES, place);
  const dcFactor = between(DC_FACTORS, place);
  const plane = (steps: Int16Array, acWeight: number): PlaneTuning => {
    return { steps, acWeight, dcWeight: acWeight * dcFactor, maskedVariance };
  };
  const luma = stepsOf([LUMA_LOW, LUMA_MIDDLE, LUMA_HIGH], place, 1);
  const chroma = [CHROMA_LOW, CHROMA_MIDDLE, CHROMA_HIGH];
  const reduction = isReduced ? REDUCED_CHROMA_FACTOR : 1;
  const cb = stepsOf(chroma, place, reduction);
  const cr = stepsOf(chroma, place, reduction * between(CR_FACTORS, place));
  const chromaWeight = between(CHROMA_WEIGHTS, place) * (isReduced ? REDUCED_CHROMA_WEIGHT : 1);
  return {
    planes: [
      plane(luma, between(LUMA_WEIGHTS, place)),
      plane(cb, chromaWeight),
      plane(cr, chromaWeight),
    ],
    hasDeringing: true,
  };
}
