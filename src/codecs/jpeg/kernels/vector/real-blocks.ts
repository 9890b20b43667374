/**
 * The forward DCT in float32, and deringing, with vectors: the twins of plain/real-blocks.ts and plain/dering-blocks.ts. A row of a block is
 * two vectors; each pass works on columns, eight lanes in two halves, and the block is turned between the passes and behind them.
 */
import { f32x4, i8x16, i16x8, i32, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { ZIGZAG } from '../../standard/zigzag.ts';
import { BASIS, BLACK, DEAD_ZONE, REACH, ROUNDS, WHITE } from '../plain/dering-blocks.ts';
import { C2_MINUS_C6, C2_PLUS_C6, C4, C6 } from '../plain/real-blocks.ts';
import { splatSingle, transpose4 } from './lanes.ts';

/** A block: rows of two vectors. */
type Block = readonly (readonly V128Local[])[];

/** Where the results of blocks go. */
interface Results {
  readonly factors: I32Local;
  readonly levels: I32Local;
  readonly masks: I32Local;
  readonly variances: I32Local;
}

/** Defines `realLevels` and `deringBlocks`. */
export function defineRealBlocks(m: ModuleBuilder): void {
  define(m, 'realLevels', (f, rows, results) => writeLevels(f, rows, results));
  define(m, 'deringBlocks', dering);
}

function define(
  m: ModuleBuilder,
  name: string,
  work: (f: FunctionBuilder, rows: Block, results: Results) => void,
): void {
  m.defineProcedure(name, 7, (f, samples, stride, count, factors, levels, masks, variances) => {
    f.repeat(count, () => {
      const row = f.i32(samples);
      const rows = Array.from({ length: 8 }, () => {
        const halves = [f.v128(v128.load(row)), f.v128(v128.load(row, 16))];
        f.add(row, stride);
        return halves;
      });
      work(f, rows, { factors, levels, masks, variances });
      f.add(samples, 32);
      f.add(levels, 256);
      f.add(masks, 8);
      f.add(variances, 4);
    });
  });
}

/** Both halves of each row through `pass`, which takes and gives eight vectors. */
function onColumns(rows: Block, pass: (column: readonly V128Local[]) => V128Local[]): Block {
  const halves = [0, 1].map((half) => pass(rows.map((row) => row[half]!)));
  return rows.map((_, y) => halves.map((half) => half[y]!));
}

/** Rows become columns. */
function turned(f: FunctionBuilder, rows: Block): Block {
  const quarters = [0, 1].map((below) =>
    [0, 1].map((half) =>
      transpose4(
        f,
        rows.slice(4 * below, 4 * below + 4).map((row) => row[half]!),
      ),
    ),
  );
  return Array.from({ length: 8 }, (_, y) => {
    return [0, 1].map((half) => quarters[half]![y >> 2]![y & 3]!);
  });
}

/** The flow graph; `transformLine` of the plain twin has the same names. */
function flowGraph(f: FunctionBuilder, a: readonly V128Local[]): V128Local[] {
  const add = (x: V128, y: V128) => f.v128(f32x4.add(x, y));
  const sub = (x: V128, y: V128) => f.v128(f32x4.sub(x, y));
  const times = (x: V128, factor: number) => f.v128(f32x4.mul(x, splatSingle(factor)));
  const [s0, s7] = [add(a[0]!, a[7]!), sub(a[0]!, a[7]!)];
  const [s1, s6] = [add(a[1]!, a[6]!), sub(a[1]!, a[6]!)];
  const [s2, s5] = [add(a[2]!, a[5]!), sub(a[2]!, a[5]!)];
  const [s3, s4] = [add(a[3]!, a[4]!), sub(a[3]!, a[4]!)];
  const [e0, e3, e1] = [add(s0, s3), sub(s0, s3), add(s1, s2)];
  const z1 = times(f32x4.add(f32x4.sub(s1, s2), e3), C4);
  const o0 = add(s4, s5);
  const o1 = times(f32x4.add(s5, s6), C4);
  const o2 = add(s6, s7);
  const z5 = times(f32x4.sub(o0, o2), C6);
  const z2 = add(times(o0, C2_MINUS_C6), z5);
  const z4 = add(times(o2, C2_PLUS_C6), z5);
  const [z11, z13] = [add(s7, o1), sub(s7, o1)];
  return [
    add(e0, e1),
    add(z11, z4),
    add(e3, z1),
    sub(z13, z2),
    sub(e0, e1),
    add(z13, z2),
    sub(e3, z1),
    sub(z11, z4),
  ];
}

/** Transforms a block, and writes its levels and what is known of them; returns the levels. */
function writeLevels(f: FunctionBuilder, rows: Block, results: Results): Block {
  const { factors, levels, masks, variances } = results;
  const columns = turned(
    f,
    onColumns(rows, (column) => flowGraph(f, column)),
  );
  const coefficients = turned(
    f,
    onColumns(columns, (column) => flowGraph(f, column)),
  );
  const sum = f.v128(splatSingle(0));
  const scaled = coefficients.map((row, y) =>
    row.map((half, i) => {
      const offset = 32 * y + 16 * i;
      const level = f.v128(f32x4.mul(half, v128.load(factors, offset)));
      const square = f32x4.mul(f32x4.mul(level, level), v128.load(factors, 256 + offset));
      f.set(sum, f32x4.add(sum, square));
      f.do(v128.store(levels, level, offset));
      return level;
    }),
  );
  f.set(sum, f32x4.add(sum, i8x16.shuffle(sum, sum, [8, 9, 10, 11, 12, 13, 14, 15, ...LOW_HALF])));
  const total = f32x4.add(sum, i8x16.shuffle(sum, sum, [4, 5, 6, 7, ...LOW_HALF, 0, 1, 2, 3]));
  f.do(v128.store32_lane(variances, total, 0));
  writeMasks(f, scaled, masks);
  return scaled;
}

const LOW_HALF = [0, 1, 2, 3, 4, 5, 6, 7];

/** The bits of the AC levels of one half and above, in zig-zag order. */
function writeMasks(f: FunctionBuilder, levels: Block, masks: I32Local): void {
  const large = levels.map((row) => {
    const [left, right] = row.map((half) => f32x4.ge(f32x4.abs(half), splatSingle(0.5)));
    return f.v128(narrow32(left!, right!));
  });
  const flags = [0, 2, 4, 6].map((y) => f.v128(i8x16.narrow_i16x8_s(large[y]!, large[y + 1]!)));
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const gathered = flags.map((flag, source) => {
      const lanes = Array.from({ length: 16 }, (_, i) => {
        const place = ZIGZAG[16 * quarter + i]!;
        // DC has no bit; lanes that do not exist give zeros.
        return place > 0 && place >> 4 === source ? place & 15 : 255;
      });
      return i8x16.swizzle(flag, v128.const(lanes));
    });
    return i8x16.bitmask(gathered.reduce((a, b) => v128.or(a, b)));
  });
  f.do(
    i32.store(masks, i32.or(quarters[0]!, i32.shl(quarters[1]!, 16))),
    i32.store(masks, i32.or(quarters[2]!, i32.shl(quarters[3]!, 16)), 4),
  );
}

/** Lanes of 32 bits that are all ones or zeros, as such lanes of 16 bits. */
const narrow32 = (a: V128, b: V128): V128 => i16x8.narrow_i32x4_s(a, b);

/** Lanes of samples that are white, and of those that are black. */
const isWhite = (samples: V128): V128 => f32x4.ge(samples, splatSingle(WHITE));
const isBlack = (samples: V128): V128 => f32x4.ge(splatSingle(BLACK), samples);

function dering(f: FunctionBuilder, source: Block, results: Results): void {
  const free = source.flat().map((half) => v128.or(isWhite(half), isBlack(half)));
  const some = f.v128(free.reduce((a, b) => v128.or(a, b)));
  const all = f.v128(free.reduce((a, b) => v128.and(a, b)));
  f.if(i32.and(v128.any_true(some), v128.any_true(v128.not(all))), () => {
    const { factors, levels } = results;
    f.repeat(ROUNDS, () => {
      const rounded = source.map((row, y) =>
        row.map((_, i) => roundedLevels(f, levels, factors, 32 * y + 16 * i)),
      );
      const columns = turned(
        f,
        onColumns(rounded, (column) => inverseLine(f, column)),
      );
      const made = turned(
        f,
        onColumns(columns, (column) => inverseLine(f, column)),
      );
      const moved = source.map((row, y) => row.map((half, i) => follow(f, half, made[y]![i]!)));
      writeLevels(f, moved, results);
    });
  });
}

/** Coefficients of the levels rounded, those in the dead zone to zero, but for DC. */
function roundedLevels(
  f: FunctionBuilder,
  levels: I32Local,
  factors: I32Local,
  offset: number,
): V128Local {
  const level = f.v128(v128.load(levels, offset));
  const isKept = f32x4.ge(f32x4.abs(level), splatSingle(DEAD_ZONE));
  const first = v128.const([255, 255, 255, 255, ...new Array(12).fill(0)]);
  const kept = offset === 0 ? v128.or(isKept, first) : isKept;
  const whole = f32x4.floor(f32x4.add(level, splatSingle(0.5)));
  return f.v128(v128.and(f32x4.mul(whole, v128.load(factors, 512 + offset)), kept));
}

/** One direction of the inverse transform; see the plain twin. */
function inverseLine(f: FunctionBuilder, line: readonly V128Local[]): V128Local[] {
  const out: V128Local[] = new Array(8);
  for (let x = 0; x < 4; x++) {
    const [even, odd] = [0, 1].map((first) => {
      const product = (u: number) => f32x4.mul(line[u]!, splatSingle(BASIS[8 * u + x]!));
      const sum = f.v128(product(first));
      for (let u = first + 2; u < 8; u += 2) f.set(sum, f32x4.add(sum, product(u)));
      return sum;
    });
    out[x] = f.v128(f32x4.add(even!, odd!));
    out[7 - x] = f.v128(f32x4.sub(even!, odd!));
  }
  return out;
}

/** Free samples go to where the reconstruction has them, within their reach. */
function follow(f: FunctionBuilder, source: V128Local, made: V128Local): V128Local {
  const reach = splatSingle(REACH);
  const whiter = f32x4.pmin(f32x4.max(source, made), f32x4.add(source, reach));
  const blacker = f32x4.max(f32x4.pmin(source, made), f32x4.sub(source, reach));
  const dark = v128.bitselect(blacker, source, isBlack(source));
  return f.v128(v128.bitselect(whiter, dark, isWhite(source)));
}
