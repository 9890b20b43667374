/** Code points of ITU-T H.273 by the names that ffmpeg gives them, and SPDL takes. */
import { ConfigError } from '../base/errors.ts';

/** The code point that says nothing, in all three tables. */
export const UNSPECIFIED = 2;

/** H.273 Table 2: name => ColourPrimaries. */
// biome-ignore format: a table
const PRIMARIES: Readonly<Record<string, number>> = {
  bt709: 1, unknown: 2, bt470m: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, film: 8, bt2020: 9,
  smpte428: 10, smpte431: 11, smpte432: 12, ebu3213: 22,
};

/** H.273 Table 3: name => TransferCharacteristics. */
// biome-ignore format: a table
const TRANSFERS: Readonly<Record<string, number>> = {
  bt709: 1, unknown: 2, bt470m: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, linear: 8, log100: 9,
  log316: 10, 'iec61966-2-4': 11, bt1361e: 12, 'iec61966-2-1': 13, 'bt2020-10': 14,
  'bt2020-12': 15, smpte2084: 16, smpte428: 17, 'arib-std-b67': 18,
};

/** H.273 Table 4: name => MatrixCoefficients. */
// biome-ignore format: a table
const MATRICES: Readonly<Record<string, number>> = {
  gbr: 0, bt709: 1, unknown: 2, fcc: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, ycgco: 8,
  bt2020nc: 9, bt2020c: 10, smpte2085: 11, 'chroma-derived-nc': 12, 'chroma-derived-c': 13,
  ictcp: 14,
};

/** Names of another spelling, which ffmpeg takes too: name => name of the tables above. */
const ALIASES: Readonly<Record<string, string>> = {
  unspecified: 'unknown',
  gamma22: 'bt470m',
  gamma28: 'bt470bg',
  srgb: 'iec61966-2-1',
  xvycc: 'iec61966-2-4',
  iec61966_2_4: 'iec61966-2-4',
  iec61966_2_1: 'iec61966-2-1',
  bt1361: 'bt1361e',
  hlg: 'arib-std-b67',
  pq: 'smpte2084',
  log: 'log100',
  log_sqrt: 'log316',
  bt2020_10bit: 'bt2020-10',
  bt2020_12bit: 'bt2020-12',
  smpte428_1: 'smpte428',
  'jedec-p22': 'ebu3213',
  rgb: 'gbr',
  ycocg: 'ycgco',
  bt2020_ncl: 'bt2020nc',
  bt2020ncl: 'bt2020nc',
  bt2020_cl: 'bt2020c',
};

/** Which of the three tables. */
export type ColorProperty = 'primaries' | 'transfer' | 'matrix';

const TABLES: Readonly<Record<ColorProperty, Readonly<Record<string, number>>>> = {
  primaries: PRIMARIES,
  transfer: TRANSFERS,
  matrix: MATRICES,
};

/** Names of one table. */
export function colorNames(property: ColorProperty): readonly string[] {
  return Object.keys(TABLES[property]);
}

/** The code point of `name`; throws `ConfigError` naming `where` if the table has no such name. */
export function requireColorCode(where: string, property: ColorProperty, name: unknown): number {
  const table = TABLES[property];
  const text = String(name);
  if (Object.hasOwn(table, text)) return table[text]!;
  const other = Object.hasOwn(ALIASES, text) ? ALIASES[text]! : '';
  if (Object.hasOwn(table, other)) return table[other]!;
  throw new ConfigError(where, `got ${text}, allowed are ${Object.keys(table).join(', ')}`);
}

/** ffmpeg's name of a code point, `unknown` if it is reserved. */
export function colorName(property: ColorProperty, code: number): string {
  const found = Object.entries(TABLES[property]).find(([, value]) => value === code);
  return found === undefined ? 'unknown' : found[0];
}
