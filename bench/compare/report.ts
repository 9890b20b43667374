/** Tables of a comparison. */
import { bdRate } from '../quality/bd-rate.ts';
import { formatTable, mean, percent } from '../table.ts';
import type { Quality } from './quality.ts';
import type { Measure, Suite } from './suites.ts';

type Point = Quality & { readonly cpuSeconds: number };

/** Both curves of a clip at a preset. */
export interface Measured {
  readonly clip: string;
  readonly preset: string;
  readonly anchor: readonly Point[];
  readonly test: readonly Point[];
}

/** BD-rate of `test` against `anchor` by a measure, in per cent; NaN where curves do not overlap or do not rise. */
export function bdRateBy(measure: Measure, { anchor, test }: Measured): number {
  const curve = (points: readonly Point[]) =>
    points.map((point) => ({ rate: point.bits, psnr: point[measure]! }));
  try {
    return bdRate(curve(anchor), curve(test));
  } catch (error) {
    if (error instanceof RangeError) return Number.NaN;
    throw error;
  }
}

const sum = (points: readonly Point[], key: 'bits' | 'cpuSeconds') =>
  points.reduce((total, point) => total + point[key], 0);

/** One table: a row for each preset and measure, a column for each clip; the last rows are ratios of processor time. */
export function reportSuite(suite: Suite, results: readonly Measured[]): string {
  const clips = [...new Set(results.map(({ clip }) => clip))];
  const presets = [...new Set(results.map(({ preset }) => preset))];
  const rows = [['preset', 'by', 'mean', ...clips.map((clip) => clip.slice(0, 11))]];
  const of = (preset: string, clip: string) =>
    results.find((result) => result.preset === preset && result.clip === clip)!;
  for (const preset of presets) {
    for (const measure of suite.measures) {
      const rates = clips.map((clip) => bdRateBy(measure, of(preset, clip)));
      const known = rates.filter((rate) => !Number.isNaN(rate));
      rows.push([preset, measure, percent(mean(known)), ...rates.map(percent)]);
    }
    const ratios = clips.map((clip) => {
      const { anchor, test } = of(preset, clip);
      return sum(anchor, 'cpuSeconds') / sum(test, 'cpuSeconds');
    });
    rows.push([
      preset,
      'speed',
      `${mean(ratios).toFixed(2)} x`,
      ...ratios.map((r) => r.toFixed(2)),
    ]);
    const sizes = clips.map((clip) => {
      const { anchor, test } = of(preset, clip);
      return 100 * (sum(test, 'bits') / sum(anchor, 'bits') - 1);
    });
    rows.push([preset, 'bits', percent(mean(sizes)), ...sizes.map(percent)]);
  }
  const head = `${suite.name}: BD-rate of the test against the anchor, below 0 fewer bits; speed: processor time of the anchor over the test's; bits at equal points`;
  return `${head}\n${formatTable(rows)}`;
}
