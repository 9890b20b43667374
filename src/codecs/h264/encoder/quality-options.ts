/** Options that say which errors count for the eye. */
import { number, type ValuesOf } from './option-rows.ts';

/** The options, a row for each name. */
export const QUALITY_ROWS = {
  /**
   * With `rdo`: how much it counts against a mode that its reconstruction has less detail than the source, or more. In profiles
   * `main` and `high` the default is 0.5.
   */
  psyRd: number(0, 10, 0),
  /** With `trellis`: how strongly levels that keep the detail of the source are preferred to levels that lose it. */
  psyTrellis: number(0, 10, 0),
} as const;

/** The values of all these options. */
export type QualityOptions = ValuesOf<typeof QUALITY_ROWS>;
