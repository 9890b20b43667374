/** Regions of interest: a file of maps (`--roi`) that say by how much the QP of each macroblock differs, as zones of the encoder. */
import { readFile } from 'node:fs/promises';
import { ConfigError, messageOf } from '../base/errors.ts';
import type { Zone } from '../codecs/h264/encoder/zones.ts';
import type { OptionTable } from './options.ts';

const MOST_OFFSET = 51;

/** Options of `vitrine encode`. */
// biome-ignore format: one line per option
export const ROI_OPTION = {
  roi: { kind: 'text', meta: 'FILE', help: 'H.264: maps of regions of interest, a number by macroblock that is added to QP (docs/h264/rate-control.md)' },
} as const satisfies OptionTable;

/** A map, and for which pictures it holds. */
export interface RoiMap extends Zone {
  readonly columns: number;
  readonly rows: number;
}

/** The maps of a file; none without one. Throws `ConfigError` for a file that is none of maps. */
export async function readRoiFile(path: string | undefined): Promise<RoiMap[]> {
  if (path === undefined) return [];
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError('--roi', `${path} cannot be read: ${messageOf(error)}`);
  }
  return readRoi(path, text);
}

/**
 * Reads maps. A map has a line for each row of macroblocks, with a whole number for each macroblock; `@N` in a line before it says from
 * which picture on it holds, 0 if nothing is said. What follows # is a comment. An `@N` without a map ends the one before.
 */
export function readRoi(path: string, text: string): RoiMap[] {
  const maps: { start: number; rows: number[][] }[] = [];
  for (const [i, whole] of text.split(/\r?\n/).entries()) {
    const line = whole.replace(/#.*/, '').trim();
    if (line === '') continue;
    const at = `${path}, line ${i + 1}`;
    const [, start] = /^@(\d+)$/.exec(line) ?? [];
    const before = maps.at(-1);
    if (start !== undefined) {
      if (before !== undefined && Number(start) <= before.start) {
        throw new ConfigError('--roi', `${at}: @${start} after @${before.start} does not rise`);
      }
      maps.push({ start: Number(start), rows: [] });
      continue;
    }
    if (before === undefined) maps.push({ start: 0, rows: [] });
    const { rows } = maps.at(-1)!;
    const row = readRow(at, line);
    if (rows.length > 0 && rows[0]!.length !== row.length) {
      throw new ConfigError(
        '--roi',
        `${at}: ${row.length} numbers, the row before has ${rows[0]!.length}`,
      );
    }
    rows.push(row);
  }
  return maps.flatMap(({ start, rows }, i) => {
    const end = (maps[i + 1]?.start ?? Number.MAX_SAFE_INTEGER) - 1;
    if (rows.length === 0) return [];
    const size = { columns: rows[0]!.length, rows: rows.length };
    return [{ start, end, ...size, qpOffsets: Int8Array.from(rows.flat()) }];
  });
}

/** The maps as zones of pictures of a size. Throws `ConfigError` for maps of another. */
export function roiZones(maps: readonly RoiMap[], width: number, height: number): Zone[] {
  const wanted = `${Math.ceil(width / 16)}x${Math.ceil(height / 16)}`;
  return maps.map(({ columns, rows, ...zone }) => {
    if (`${columns}x${rows}` === wanted) return zone;
    throw new ConfigError(
      '--roi',
      `the map from picture ${zone.start} on has ${columns}x${rows} numbers, needed are ${wanted}, one by macroblock of ${width}x${height}`,
    );
  });
}

function readRow(at: string, line: string): number[] {
  return line.split(/[\s,]+/).map((word) => {
    const offset = /^[-+]?\d+$/.test(word) ? Number(word) : Number.NaN;
    if (Math.abs(offset) <= MOST_OFFSET) return offset;
    throw new ConfigError(
      '--roi',
      `${at}: got ${word}, allowed are whole numbers -${MOST_OFFSET}..${MOST_OFFSET}`,
    );
  });
}
