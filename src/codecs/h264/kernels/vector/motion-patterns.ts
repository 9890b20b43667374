/** Motion search in full samples as functions that kernels of whole searches call: the starts and the patterns of encoder/motion-search.ts. */
import { type I32, type Integer, i32 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { HEXAGON, SIXTEEN_POINTS } from '../search-points.ts';
import {
  type Call,
  type CallProcedure,
  costOfVector,
  keepBest,
  mvX,
  mvY,
  NO_COST,
  NO_VECTOR,
  packMv,
  returnIfBest,
  setWord,
  wordOf,
} from './motion-vectors.ts';

/** A value moved inside two words of the record. */
function clamp(
  f: FunctionBuilder,
  record: I32,
  value: I32Local,
  min: 'minX' | 'minY',
  max: 'maxX' | 'maxY',
): void {
  const low = f.i32(wordOf(record, min));
  const high = f.i32(wordOf(record, max));
  f.set(value, i32.select(low, value, i32.lt_s(value, low)));
  f.set(value, i32.select(high, value, i32.gt_s(value, high)));
}

/** `MotionSearch.tryFull`. */
function defineTryFull(m: ModuleBuilder, sum: Call): Call {
  return m.defineFunction(null, 3, (f, record, x, y) => {
    clamp(f, record, x, 'minX', 'maxX');
    clamp(f, record, y, 'minY', 'maxY');
    const best = f.i32(wordOf(record, 'bestCost'));
    const isBest = i32.and(
      i32.and(i32.eq(x, wordOf(record, 'bestX')), i32.eq(y, wordOf(record, 'bestY'))),
      i32.ne(best, NO_COST),
    );
    f.if(isBest, () => f.return(best));
    const cost = f.i32(costOfVector(f, record, i32.shl(x, 2), i32.shl(y, 2)));
    f.if(i32.ge_s(cost, best), () => f.return(cost));
    const stride = f.i32(wordOf(record, 'stride'));
    const row = i32.add(i32.shr_s(wordOf(record, 'atY'), 2), y);
    const column = i32.add(i32.shr_s(wordOf(record, 'atX'), 2), x);
    const at = i32.add(i32.add(wordOf(record, 'luma'), i32.mul(row, stride)), column);
    f.add(cost, sum(record, at, stride, i32.sub(best, cost)));
    f.if(i32.lt_s(cost, best), () => keepBest(f, record, x, y, cost));
    return cost;
  });
}

/** `MotionSearch.searchDiamond`. */
function defineDiamond(m: ModuleBuilder, tryFull: Call): CallProcedure {
  return m.defineProcedure(null, 2, (f, record, steps) => {
    const lastX = f.i32(NO_VECTOR);
    const lastY = f.i32(NO_VECTOR);
    const lastCost = f.i32(0);
    f.while(i32.gt_s(steps, 0), () => {
      const x = f.i32(wordOf(record, 'bestX'));
      const y = f.i32(wordOf(record, 'bestY'));
      const cost = f.i32(wordOf(record, 'bestCost'));
      const tryNeighbor = (
        toX: I32,
        toY: I32,
        name: 'costAbove' | 'costBelow' | 'costLeft' | 'costRight',
      ) => {
        const isLast = i32.and(i32.eq(toX, lastX), i32.eq(toY, lastY));
        f.if(
          isLast,
          () => f.do(setWord(record, name, lastCost)),
          () => f.do(setWord(record, name, tryFull(record, toX, toY))),
        );
      };
      tryNeighbor(x, i32.sub(y, 1), 'costAbove');
      tryNeighbor(x, i32.add(y, 1), 'costBelow');
      tryNeighbor(i32.sub(x, 1), y, 'costLeft');
      tryNeighbor(i32.add(x, 1), y, 'costRight');
      returnIfBest(f, record, x, y);
      f.set(lastX, x);
      f.set(lastY, y);
      f.set(lastCost, cost);
      f.add(steps, -1);
    });
  });
}

/** Tries a full-sample vector; whether it is the best so far is not asked. */
function attempt(f: FunctionBuilder, tryFull: Call, record: I32, x: Integer, y: Integer): void {
  f.i32(tryFull(record, x, y));
}

/** `MotionSearch.searchHexagon`: the steps, then the eight neighbors. */
function defineHexagon(m: ModuleBuilder, tryFull: Call): CallProcedure {
  const steps = m.defineProcedure(null, 1, (f, record) => {
    const step = f.i32(0);
    f.while(i32.lt_s(step, wordOf(record, 'searchRange')), () => {
      const x = f.i32(wordOf(record, 'bestX'));
      const y = f.i32(wordOf(record, 'bestY'));
      for (let i = 0; i < HEXAGON.length; i += 2) {
        attempt(f, tryFull, record, i32.add(x, HEXAGON[i]), i32.add(y, HEXAGON[i + 1]));
      }
      returnIfBest(f, record, x, y);
      f.add(step, 2);
    });
  });
  return m.defineProcedure(null, 1, (f, record) => {
    f.do(steps(record));
    const x = f.i32(wordOf(record, 'bestX'));
    const y = f.i32(wordOf(record, 'bestY'));
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        attempt(f, tryFull, record, i32.add(x, dx), i32.add(y, dy));
      }
    }
  });
}

/** `MotionSearch.searchMultiHexagon`. */
function defineMultiHexagon(m: ModuleBuilder, tryFull: Call): CallProcedure {
  return m.defineProcedure(null, 1, (f, record) => {
    const range = f.i32(wordOf(record, 'searchRange'));
    const x = f.i32(wordOf(record, 'bestX'));
    const y = f.i32(wordOf(record, 'bestY'));
    const i = f.i32(1);
    f.while(i32.lt_s(i, range), () => {
      attempt(f, tryFull, record, i32.sub(x, i), y);
      attempt(f, tryFull, record, i32.add(x, i), y);
      f.add(i, 2);
    });
    f.set(i, 1);
    // i is below half the range where twice i is below all of it.
    f.while(i32.lt_s(i32.shl(i, 1), range), () => {
      attempt(f, tryFull, record, x, i32.sub(y, i));
      attempt(f, tryFull, record, x, i32.add(y, i));
      f.add(i, 2);
    });
    f.set(x, wordOf(record, 'bestX'));
    f.set(y, wordOf(record, 'bestY'));
    f.set(i, 1);
    f.while(i32.le_s(i32.shl(i, 2), range), () => {
      for (let k = 0; k < SIXTEEN_POINTS.length; k += 2) {
        const dx = i32.mul(i, SIXTEEN_POINTS[k]);
        const dy = i32.mul(i, SIXTEEN_POINTS[k + 1]);
        attempt(f, tryFull, record, i32.add(x, dx), i32.add(y, dy));
      }
      f.add(i, 1);
    });
  });
}

/** The full sample nearest to a component in quarter samples. */
const nearest = (component: I32) => i32.shr_s(i32.add(component, 2), 2);

/** `MotionSearch.tryStarts`, the prediction first. */
function defineTryStarts(m: ModuleBuilder, tryFull: Call): CallProcedure {
  return m.defineProcedure(null, 1, (f, record) => {
    const count = f.i32(wordOf(record, 'startCount'));
    const x = f.i32(nearest(wordOf(record, 'predictedX')));
    const y = f.i32(nearest(wordOf(record, 'predictedY')));
    attempt(f, tryFull, record, x, y);
    f.do(setWord(record, 'rounded', packMv(x, y)));
    const tried = f.i32(4);
    const i = f.i32(0);
    f.while(i32.le_s(i, count), () => {
      // Behind the starts, the zero vector.
      const start = f.i32(0);
      f.if(i32.lt_s(i, count), () =>
        f.set(start, wordOf(i32.add(record, i32.shl(i, 2)), 'starts')),
      );
      f.set(x, nearest(mvX(start)));
      f.set(y, nearest(mvY(start)));
      const full = f.i32(packMv(x, y));
      const isNew = f.i32(1);
      const k = f.i32(0);
      f.while(i32.lt_s(k, tried), () => {
        f.if(i32.eq(wordOf(i32.add(record, k), 'rounded'), full), () => f.set(isNew, 0));
        f.add(k, 4);
      });
      f.if(isNew, () => {
        f.do(setWord(i32.add(record, tried), 'rounded', full));
        f.add(tried, 4);
        attempt(f, tryFull, record, x, y);
      });
      f.add(i, 1);
    });
  });
}

/** The searches in full samples. */
export interface FullSearches {
  readonly tryStarts: CallProcedure;
  /** @param steps at most */
  readonly diamond: CallProcedure;
  readonly hexagon: CallProcedure;
  readonly multiHexagon: CallProcedure;
}

/** Defines the functions of patterns; `sum` is `BlockMatcher.sumDifferences`. */
export function defineFullSearches(m: ModuleBuilder, sum: Call): FullSearches {
  const tryFull = defineTryFull(m, sum);
  return {
    tryStarts: defineTryStarts(m, tryFull),
    diamond: defineDiamond(m, tryFull),
    hexagon: defineHexagon(m, tryFull),
    multiHexagon: defineMultiHexagon(m, tryFull),
  };
}
