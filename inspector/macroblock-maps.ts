/** Values of a picture by macroblock, made of the rows of its trace. */
import type { Trace, TraceColumns } from '../src/inspect/index.ts';

/** Rows from `first` to before `end`. */
export interface Range {
  first: number;
  end: number;
}

/** Values of a picture by macroblock. */
export interface MacroblockMaps {
  /** 255 where nothing is known. */
  readonly type: Uint8Array;
  readonly qp: Uint8Array;
  readonly pattern: Uint8Array;
  readonly transform8x8: Uint8Array;
  readonly mode16: Uint8Array;
  readonly modeChroma: Uint8Array;
  readonly candidate: Int16Array;
  readonly bits: Float64Array;
  /** How many times its own cost is saved through it in later pictures, as powers of two; null where nobody looked ahead. */
  readonly importance: Float64Array | null;
}

/** log2(1 + inherited / intra) by macroblock. */
export function importanceOf(
  table: TraceColumns | undefined,
  rows: Range | undefined,
  mbs: number,
): Float64Array | null {
  if (table === undefined || rows === undefined || rows.end === rows.first) return null;
  const { void: isVoid, macroblock, intra, inherited } = table.columns;
  const out = new Float64Array(mbs);
  for (let i = rows.first; i < rows.end; i++) {
    const mb = macroblock[i];
    if (isVoid[i] !== 0 || !(mb >= 0 && mb < mbs)) continue;
    out[mb] = Math.log2(1 + inherited[i] / Math.max(1, intra[i]));
  }
  return out;
}

/** The values of a picture by its rows. */
export function mapsOf(
  tables: Trace['tables'],
  rows: Readonly<Record<string, Range>>,
  mbs: number,
): MacroblockMaps {
  const maps: MacroblockMaps = {
    type: new Uint8Array(mbs).fill(255),
    qp: new Uint8Array(mbs),
    pattern: new Uint8Array(mbs),
    transform8x8: new Uint8Array(mbs),
    mode16: new Uint8Array(mbs),
    modeChroma: new Uint8Array(mbs),
    candidate: new Int16Array(mbs).fill(-1),
    bits: new Float64Array(mbs),
    importance: importanceOf(tables.importance, rows.importance, mbs),
  };
  const { columns } = tables.macroblock;
  const none = new Uint8Array(columns.type.length);
  for (let i = rows.macroblock.first; i < rows.macroblock.end; i++) {
    const mb = columns.macroblock[i];
    if (columns.void[i] !== 0 || !(mb >= 0 && mb < mbs)) continue;
    maps.type[mb] = columns.type[i];
    maps.qp[mb] = columns.qp[i];
    maps.pattern[mb] = columns.codedBlockPattern[i];
    maps.transform8x8[mb] = columns.transform8x8[i];
    maps.mode16[mb] = (columns.intra16x16PredMode ?? none)[i];
    maps.modeChroma[mb] = (columns.intraChromaPredMode ?? none)[i];
    maps.candidate[mb] = columns.candidate[i];
  }
  const { void: isVoid, macroblock, length } = tables.element.columns;
  for (let i = rows.element.first; i < rows.element.end; i++) {
    const mb = macroblock[i];
    if (isVoid[i] === 0 && mb >= 0 && mb < mbs) maps.bits[mb] += length[i];
  }
  return maps;
}
