/** What the view of JPEG is drawn from: scans, and blocks with their levels and bits. */
import type { Trace } from '../src/inspect/index.ts';
import { requireColumns } from './needed.ts';

/** Tables that a trace of JPEG must have, with the columns that are read. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  jpeg_component: ['h', 'v', 'blocksWide', 'blocksHigh'],
  jpeg_step: ['picture', 'component', 'index', 'step'],
  jpeg_level: ['component', 'row', 'column', 'index', 'real', 'nearest', 'level'],
  jpeg_script: ['script', 'bytes'],
  jpeg_part: ['name', 'bytes'],
  jpeg_scan: [
    ...['components', 'spectralStart', 'spectralEnd', 'approximationHigh', 'approximationLow'],
    ...['headBytes', 'bits', 'padding'],
  ],
  jpeg_block: ['scan', 'component', 'row', 'column', 'bits'],
};

/** A component of the picture. */
export interface JpegComponent {
  readonly h: number;
  readonly v: number;
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** Quantization steps in raster order. */
  readonly steps: Uint16Array;
}

/** A scan of the file. */
export interface JpegScanRecord {
  readonly components: number;
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly approximationHigh: number;
  readonly approximationLow: number;
  readonly bytes: number;
  /** Where it ends in the file. */
  readonly end: number;
}

/** A level of a block, by its index in zig-zag order. */
export interface JpegLevel {
  readonly index: number;
  /** The coefficient in units of its step. */
  readonly real: number;
  readonly nearest: number;
  readonly level: number;
}

/** A picture as JPEG. */
export interface JpegRecord {
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  readonly scans: readonly JpegScanRecord[];
  /** Bits of 8x8 pixels, row after row, of all components and of scans up to that number. */
  blockBits(scan: number): Float32Array;
  /** Bits of one block in each scan. */
  bitsOf(component: number, row: number, column: number): readonly number[];
  levelsOf(component: number, row: number, column: number): readonly JpegLevel[];
  /** Blocks with levels that are not the nearest, those with the most first. */
  changedBlocks(): readonly ChangedBlock[];
}

/** A block with levels that are not the nearest. */
export interface ChangedBlock {
  readonly component: number;
  readonly row: number;
  readonly column: number;
  readonly count: number;
}

/** The block of a component that covers a pixel. */
export function blockAt(
  { components }: JpegRecord,
  component: number,
  x: number,
  y: number,
): readonly [row: number, column: number] {
  const { h, v, blocksWide, blocksHigh } = components[component];
  const mostH = Math.max(...components.map((one) => one.h));
  const mostV = Math.max(...components.map((one) => one.v));
  const row = Math.floor((y * v) / (8 * mostV));
  const column = Math.floor((x * h) / (8 * mostH));
  return [Math.min(row, blocksHigh - 1), Math.min(column, blocksWide - 1)];
}

function componentsOf({ tables }: Trace): JpegComponent[] {
  const c = tables.jpeg_component.columns;
  const s = tables.jpeg_step.columns;
  return Array.from({ length: Math.min(4, tables.jpeg_component.rowCount) }, (_, i) => {
    const steps = new Uint16Array(64);
    for (let row = 0; row < tables.jpeg_step.rowCount; row++) {
      if (s.component[row] === i && s.picture[row] === 0) steps[s.index[row]] = s.step[row];
    }
    const { h, v, blocksWide, blocksHigh } = c;
    return {
      ...{ h: h[i], v: v[i], steps },
      ...{ blocksWide: blocksWide[i], blocksHigh: blocksHigh[i] },
    };
  });
}

function scansOf({ tables }: Trace): JpegScanRecord[] {
  const c = tables.jpeg_scan.columns;
  const part = tables.jpeg_part.columns;
  let end = tables.jpeg_part.rowCount > 0 ? part.bytes[0] : 0;
  return Array.from({ length: tables.jpeg_scan.rowCount }, (_, i) => {
    const bytes = c.headBytes[i] + (c.bits[i] + c.padding[i]) / 8;
    end += bytes;
    return {
      ...{ components: c.components[i], bytes, end },
      ...{ spectralStart: c.spectralStart[i], spectralEnd: c.spectralEnd[i] },
      approximationHigh: c.approximationHigh[i],
      approximationLow: c.approximationLow[i],
    };
  });
}

/** Rows of a table by block: where each block's rows begin and end, for look-ups. */
class BlockIndex {
  private readonly places = new Map<number, number[]>();

  constructor(trace: Trace, table: string) {
    const { columns, rowCount } = trace.tables[table];
    for (let i = 0; i < rowCount; i++) {
      const key = BlockIndex.key(columns.component[i], columns.row[i], columns.column[i]);
      const own = this.places.get(key);
      if (own === undefined) this.places.set(key, [i]);
      else own.push(i);
    }
  }

  private static key(component: number, row: number, column: number): number {
    return (component * 65536 + row) * 65536 + column;
  }

  /** The blocks of a table whose rows `counts` chooses, with how many those are. */
  static counted(trace: Trace, table: string, counts: (row: number) => boolean): ChangedBlock[] {
    const { columns: c, rowCount } = trace.tables[table];
    const found = new Map<number, { -readonly [K in keyof ChangedBlock]: ChangedBlock[K] }>();
    for (let i = 0; i < rowCount; i++) {
      if (!counts(i)) continue;
      const [component, row, column] = [c.component[i], c.row[i], c.column[i]];
      const key = BlockIndex.key(component, row, column);
      const own = found.get(key);
      if (own === undefined) found.set(key, { component, row, column, count: 1 });
      else own.count++;
    }
    return [...found.values()].sort((a, b) => b.count - a.count);
  }

  rows(component: number, row: number, column: number): readonly number[] {
    return this.places.get(BlockIndex.key(component, row, column)) ?? [];
  }
}

/** Spreads the bits of blocks over the cells of 8x8 pixels that they cover. */
function cellBits(trace: Trace, record: JpegRecord, scan: number): Float32Array {
  const { components, width, height } = record;
  const wide = Math.ceil(width / 8);
  const high = Math.ceil(height / 8);
  const byComponent = components.map((one) => new Float64Array(one.blocksWide * one.blocksHigh));
  const { columns: c, rowCount } = trace.tables.jpeg_block;
  for (let i = 0; i < rowCount; i++) {
    const { blocksWide, blocksHigh } = components[c.component[i]] ?? {
      blocksWide: 0,
      blocksHigh: 0,
    };
    if (c.scan[i] > scan || c.column[i] >= blocksWide || c.row[i] >= blocksHigh) continue;
    byComponent[c.component[i]][c.row[i] * blocksWide + c.column[i]] += c.bits[i];
  }
  const mostH = Math.max(...components.map((one) => one.h));
  const mostV = Math.max(...components.map((one) => one.v));
  const out = new Float32Array(wide * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      for (const [i, { h, v, blocksWide }] of components.entries()) {
        const [row, column] = blockAt(record, i, 8 * x, 8 * y);
        const share = (h * v) / (mostH * mostV);
        out[y * wide + x] += byComponent[i][row * blocksWide + column] * share;
      }
    }
  }
  return out;
}

/** The picture of a trace; null where it has none. Throws an error that says what to do. */
export function jpegRecord(trace: Trace): JpegRecord | null {
  if ((trace.tables.jpeg_component?.rowCount ?? 0) === 0) return null;
  requireColumns(trace, NEEDED);
  const [width, height] = [Number(trace.about.width), Number(trace.about.height)];
  if (!(width > 0 && height > 0 && width * height <= 3840 * 2160)) {
    throw new Error(`The trace says ${width}x${height}: the page takes 3840x2160 at most.`);
  }
  const components = componentsOf(trace);
  // Blocks of 8x8 samples, and what is left over at the edges.
  const most = (Math.ceil(width / 8) + 4) * (Math.ceil(height / 8) + 4);
  if (
    components.some(
      ({ h, v, blocksWide, blocksHigh }) => h * v === 0 || blocksWide * blocksHigh > most,
    )
  ) {
    throw new Error('The trace says more blocks than its picture has: make it again.');
  }
  let levels: BlockIndex | null = null;
  let blocks: BlockIndex | null = null;
  const l = trace.tables.jpeg_level.columns;
  const b = trace.tables.jpeg_block.columns;
  const scans = scansOf(trace);
  let changed: ChangedBlock[] | null = null;
  const record: JpegRecord = {
    ...{ width, height, components, scans },
    blockBits: (scan) => cellBits(trace, record, scan),
    bitsOf: (component, row, column) => {
      blocks ??= new BlockIndex(trace, 'jpeg_block');
      const out = scans.map(() => 0);
      for (const i of blocks.rows(component, row, column)) out[b.scan[i]] += b.bits[i];
      return out;
    },
    changedBlocks: () => {
      changed ??= BlockIndex.counted(trace, 'jpeg_level', (i) => l.nearest[i] !== l.level[i]);
      return changed;
    },
    levelsOf: (component, row, column) => {
      levels ??= new BlockIndex(trace, 'jpeg_level');
      return levels.rows(component, row, column).map((i) => ({
        ...{ index: l.index[i], real: l.real[i], nearest: l.nearest[i], level: l.level[i] },
      }));
    },
  };
  return record;
}
