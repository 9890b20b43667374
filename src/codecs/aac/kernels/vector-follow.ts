/** The kernel `followPath` of contract.ts: see plain-paths.ts. */
import { f32x4, type I32, i32, i32x4, type Statement, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import {
  BAND_OFFSET,
  CACHE_SIZE,
  CACHED_BITS,
  CACHED_NOISE,
  CODEBOOK,
  DELTA_ORIGIN,
  DELTAS,
  EXTRA_BITS,
  LAMBDA,
  LAMBDA_2,
  QUANTIZED,
  ROW_HIGH,
  ROW_LOW,
  ROWS,
  SCALE_FACTOR,
  SILENT,
  START_COST,
} from './contract.ts';

/** Instead of a scale factor: no band was coded yet. */
const NONE = -1;

const words = (index: I32): I32 => i32.shl(index, 2);
/** Where the row before `band` has the cost of scale factor `s`; costs are positive, so that their bits compare as they do. */
const placeOf = (band: I32, s: I32): I32 => i32.add(i32.shl(band, 10), words(s));

/** @param quantizeBand its call, with the arguments of `SearchKernels.quantizeBand` */
export function defineFollowPath(
  m: ModuleBuilder,
  quantizeBand: (...args: I32[]) => Statement,
): void {
  const endOfBestPath = defineEndOfBestPath(m);
  const isCarried = defineIsCarried(m);
  const scaleFactorBefore = defineScaleFactorBefore(m);
  m.defineProcedure('followPath', 2, (f, channel, numBands) => {
    const sf = f.i32(endOfBestPath(numBands));
    const band = f.i32(i32.sub(numBands, 1));
    const from = f.i32(0);
    const count = f.i32(0);
    const isSilent = f.i32(0);
    f.while(i32.ge_s(band, 0), () => {
      const offset = i32.add(channel, i32.shl(band, 1));
      f.set(from, i32.load16_u(offset, BAND_OFFSET));
      f.set(count, i32.sub(i32.load16_u(offset, BAND_OFFSET + 2), from));
      const silent = i32.load(words(band), SILENT);
      f.set(isSilent, i32.or(i32.eq(sf, NONE), i32.le_s(silent, i32.load(0, LAMBDA_2))));
      f.if(i32.eqz(isSilent), () => f.set(isSilent, isCarried(band, sf)));
      f.do(i32.store8(i32.add(channel, band), i32.eqz(isSilent), CODEBOOK));
      f.do(i32.store16(offset, i32.select(0, sf, isSilent), SCALE_FACTOR));
      f.if(
        isSilent,
        () => clearLines(f, i32.add(channel, words(from)), count),
        () => {
          f.do(quantizeBand(channel, from, count, sf));
          f.set(sf, scaleFactorBefore(channel, band, sf));
        },
      );
      f.add(band, -1);
    });
  });
}

function clearLines(f: FunctionBuilder, first: I32, count: I32): void {
  const at = f.i32(first);
  f.repeat(i32.shr_u(count, 2), () => {
    f.do(v128.store(at, i32x4.splat(0), QUANTIZED));
    f.add(at, 16);
  });
}

function defineEndOfBestPath(m: ModuleBuilder) {
  return m.defineFunction(null, 1, (f, numBands) => {
    const best = f.i32(i32.load(words(numBands), START_COST));
    const s = f.i32(i32.load(words(numBands), ROW_LOW));
    const high = f.i32(i32.load(words(numBands), ROW_HIGH));
    const end = f.i32(NONE);
    f.while(i32.le_s(s, high), () => {
      const cost = f.i32(i32.load(placeOf(numBands, s), ROWS));
      f.if(i32.lt_s(cost, best), () => {
        f.set(best, cost);
        f.set(end, s);
      });
      f.add(s, 1);
    });
    return end;
  });
}

function defineIsCarried(m: ModuleBuilder) {
  return m.defineFunction(null, 2, (f, band, sf) => {
    const isBelow = i32.lt_s(sf, i32.and(i32.load(words(band), ROW_LOW), -4));
    const isAbove = i32.gt_s(sf, i32.or(i32.load(words(band), ROW_HIGH), 3));
    f.if(i32.or(isBelow, isAbove), () => f.return(0));
    const at = f.i32(placeOf(band, sf));
    const silent = v128.load32_splat(words(band), SILENT);
    const carried = f32x4.add(v128.load32_splat(at, ROWS), silent);
    return i32.eq(i32x4.extract_lane(carried, 0), i32.load(at, ROWS + 1024));
  });
}

function defineScaleFactorBefore(m: ModuleBuilder) {
  return m.defineFunction(null, 3, (f, channel, band, sf) => {
    const index = i32.add(i32.shl(band, 5), i32.and(sf, CACHE_SIZE - 1));
    const cached = f.i32(i32.add(channel, words(index)));
    const bits = f32x4.add(
      f32x4.convert_i32x4_s(v128.load32_splat(cached, CACHED_BITS)),
      v128.load32_splat(0, EXTRA_BITS),
    );
    const rate = f32x4.mul(v128.load32_splat(0, LAMBDA), bits);
    const cost = f.v128(f32x4.add(v128.load32_splat(cached, CACHED_NOISE), rate));
    const total = f.i32(i32.load(placeOf(band, sf), ROWS + 1024));
    const s = f.i32(i32.and(i32.load(words(band), ROW_LOW), -4));
    const high = f.i32(i32.load(words(band), ROW_HIGH));
    const sums = f.v128(i32x4.splat(0));
    f.while(i32.le_s(s, high), () => {
      const delta = v128.load(words(i32.sub(i32.add(s, DELTA_ORIGIN), sf)), DELTAS);
      f.set(sums, f32x4.add(f32x4.add(v128.load(placeOf(band, s), ROWS), delta), cost));
      for (let lane = 0; lane < 4; lane++) {
        f.if(i32.eq(i32x4.extract_lane(sums, lane), total), () => f.return(i32.add(s, lane)));
      }
      f.add(s, 4);
    });
    return f.i32(NONE);
  });
}
