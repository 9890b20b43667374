/** The kernel `searchPaths` of contract.ts: four states at a time. */
import { f32x4, type I32, i8x16, i32, i32x4, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import {
  BAND_OFFSET,
  CANDIDATE_COST,
  CANDIDATE_SF,
  DELTA_ORIGIN,
  DELTAS,
  DROP,
  EMPTY_HIGH,
  EMPTY_LOW,
  HIGHEST,
  LAMBDA_2,
  LOWEST,
  ROW_HIGH,
  ROW_LOW,
  ROWS,
  SILENT,
  START,
  START_BITS,
  START_COST,
} from './contract.ts';

/** Bits of infinity as float32. Costs are positive, so that their bits compare as they do. */
const INFINITY_BITS = 0x7f800000;
const ROW_BYTES = 1024;

/** The row before a band and what goes with it, and where the one after it begins. */
interface Row {
  readonly before: I32Local;
  readonly low: I32Local;
  readonly high: I32Local;
  /** Cost of a path without a scale factor, in all lanes. */
  readonly start: V128Local;
  /** Noise of the band in silence, in all lanes. */
  readonly silent: V128Local;
  /** Least cost, as bits. */
  readonly least: I32Local;
  readonly limit: I32Local;
}

/** Runs `body` for each four scale factors of the range; `s` is that of the first. */
function forFours(f: FunctionBuilder, s: I32Local, low: I32, high: I32, body: () => void): void {
  f.set(s, i32.and(low, -4));
  f.while(i32.le_s(s, high), () => {
    body();
    f.add(s, 4);
  });
}

const bitsOf = (value: V128Local): I32 => i32x4.extract_lane(value, 0);

function setLimit(f: FunctionBuilder, { least, limit }: Row): void {
  const sum = f32x4.add(i32x4.splat(least), v128.load32_splat(0, DROP));
  f.set(limit, i32x4.extract_lane(sum, 0));
}

/** @param tryScaleFactors its call, with the arguments of `SearchKernels.tryScaleFactors` */
export function defineSearchPaths(
  m: ModuleBuilder,
  tryScaleFactors: (...args: I32[]) => I32,
): void {
  m.defineProcedure('searchPaths', 2, (f, channel, numBands) => {
    const row: Row = {
      before: f.i32(ROWS),
      low: f.i32(EMPTY_LOW),
      high: f.i32(EMPTY_HIGH),
      start: f.v128(i32x4.splat(0)),
      silent: f.v128(i32x4.splat(0)),
      least: f.i32(0),
      limit: f.i32(0),
    };
    const band = f.i32(0);
    const at = f.i32(0);
    const sum = f.v128(i32x4.splat(0));
    const write = () => {
      f.do(i32.store(at, row.low, ROW_LOW), i32.store(at, row.high, ROW_HIGH));
      f.do(v128.store32_lane(at, row.start, 0, START_COST));
    };
    write();
    f.while(i32.lt_s(band, numBands), () => {
      f.set(row.silent, v128.load32_splat(at, SILENT));
      f.set(sum, f32x4.add(i32x4.splat(row.least), row.silent));
      f.set(row.least, bitsOf(sum));
      const isCheap = i32x4.extract_lane(f32x4.ge(v128.load32_splat(0, LAMBDA_2), row.silent), 0);
      f.if(
        isCheap,
        () => copyRow(f, row),
        () => {
          const offset = i32.add(channel, i32.shl(band, 1));
          const first = i32.load16_u(offset, BAND_OFFSET);
          const count = i32.sub(i32.load16_u(offset, BAND_OFFSET + 2), first);
          const args = [START, HIGHEST, LOWEST].map((from) => i32.load(at, from));
          extend(f, row, f.i32(tryScaleFactors(channel, band, first, count, ...args)));
        },
      );
      f.add(band, 1);
      f.add(at, 4);
      f.add(row.before, ROW_BYTES);
      write();
    });
  });
}

/** See plain-paths.ts. */
function copyRow(f: FunctionBuilder, { before, low, high, start, silent }: Row): void {
  const s = f.i32(0);
  forFours(f, s, low, high, () => {
    const at = f.i32(i32.add(before, i32.shl(s, 2)));
    f.do(v128.store(at, f32x4.add(v128.load(at), silent), ROW_BYTES));
  });
  f.set(start, f32x4.add(start, silent));
}

/** See plain-paths.ts. */
function extend(f: FunctionBuilder, row: Row, found: I32Local): void {
  const { before, low, high, start, silent, limit } = row;
  const s = f.i32(0);
  const sf = f.i32(0);
  const newLow = f.i32(low);
  const newHigh = f.i32(high);
  const c = f.i32(0);
  const end = f.i32(i32.shl(found, 2));
  const value = f.v128(i32x4.splat(0));
  const total = f.v128(i32x4.splat(0));
  f.while(i32.lt_s(c, end), () => {
    f.set(sf, i32.load(c, CANDIDATE_SF));
    f.set(newLow, i32.select(sf, newLow, i32.lt_s(sf, newLow)));
    f.set(newHigh, i32.select(sf, newHigh, i32.gt_s(sf, newHigh)));
    f.add(c, 4);
  });
  f.set(value, i32x4.splat(INFINITY_BITS));
  const placeOf = (index: I32) => i32.add(before, i32.shl(index, 2));
  forFours(f, s, newLow, newHigh, () => f.do(v128.store(placeOf(s), value, ROW_BYTES)));
  setLimit(f, row);
  f.set(c, 0);
  f.while(i32.lt_s(c, end), () => {
    f.set(sf, i32.load(c, CANDIDATE_SF));
    f.set(total, f32x4.add(start, v128.load32_splat(0, START_BITS)));
    const shift = f.i32(i32.shl(i32.sub(DELTA_ORIGIN, sf), 2));
    forFours(f, s, low, high, () => {
      const delta = v128.load(i32.add(i32.shl(s, 2), shift), DELTAS);
      f.set(total, f32x4.pmin(total, f32x4.add(v128.load(placeOf(s)), delta)));
    });
    for (const order of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ]) {
      const lanes = order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
      f.set(total, f32x4.pmin(total, i8x16.shuffle(total, total, lanes)));
    }
    f.set(total, f32x4.add(total, v128.load32_splat(c, CANDIDATE_COST)));
    const cost = f.i32(bitsOf(total));
    f.if(i32.le_s(cost, limit), () => {
      f.do(i32.store(placeOf(sf), cost, ROW_BYTES));
      f.if(i32.lt_s(cost, row.least), () => {
        f.set(row.least, cost);
        setLimit(f, row);
      });
    });
    f.add(c, 4);
  });
  forFours(f, s, low, high, () => {
    const at = f.i32(placeOf(s));
    const carried = f32x4.add(v128.load(at), silent);
    f.do(v128.store(at, f32x4.pmin(v128.load(at, ROW_BYTES), carried), ROW_BYTES));
  });
  trim(f, row, newLow, newHigh);
}

/** Takes states that cost too much from the ends of the range, and the path without a scale factor likewise. */
function trim(f: FunctionBuilder, row: Row, newLow: I32Local, newHigh: I32Local): void {
  const { before, low, high, start, silent, limit } = row;
  const costAt = (index: I32) => i32.load(i32.add(before, i32.shl(index, 2)), ROW_BYTES);
  // Cost of what lies beyond the range is not looked at: the low end stops above the high one.
  const isDear = (index: I32) => i32.and(i32.le_s(newLow, newHigh), i32.gt_s(costAt(index), limit));
  f.while(isDear(newLow), () => f.add(newLow, 1));
  f.while(isDear(newHigh), () => f.add(newHigh, -1));
  const isEmpty = f.i32(i32.gt_s(newLow, newHigh));
  f.set(low, i32.select(EMPTY_LOW, newLow, isEmpty));
  f.set(high, i32.select(EMPTY_HIGH, newHigh, isEmpty));
  f.set(start, f32x4.add(start, silent));
  f.if(i32.gt_s(bitsOf(start), limit), () => f.set(start, i32x4.splat(INFINITY_BITS)));
}
