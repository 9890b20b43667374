/**
 * Motion search as one kernel: the searches of encoder/motion-search.ts, step by step the same, without a call from outside for
 * each vector. Everything that they need stands in a record (motion-record.ts).
 */
import { type I32, i32 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { SearchPattern } from '../motion-record.ts';
import { defineFullSearches, type FullSearches } from './motion-patterns.ts';
import { defineMotionSamples, type MotionSamples } from './motion-samples.ts';
import {
  BLOCK_STRIDE,
  type Call,
  type CallProcedure,
  costOfVector,
  keepBest,
  mvX,
  mvY,
  NO_COST,
  NO_VECTOR,
  returnIfBest,
  setWord,
  wordOf,
} from './motion-vectors.ts';

/** How vectors are compared. */
const BY_SAD = 0;
const BY_SATD = 1;

/** `BlockMatcher.sumDifferences`. */
function defineSum(m: ModuleBuilder): Call {
  const sad16 = m.functionNamed('sad16');
  const sad8 = m.functionNamed('sad8');
  const sad4 = m.functionNamed('sad4');
  return m.defineFunction(null, 4, (f, record, at, stride, limit) => {
    const width = f.i32(wordOf(record, 'width'));
    const height = f.i32(wordOf(record, 'height'));
    const source = f.i32(wordOf(record, 'searchSource'));
    f.if(i32.eq(wordOf(record, 'rowStep'), 2), () => {
      const half = i32.shr_s(i32.add(limit, 1), 1);
      const [from, to] = [2 * BLOCK_STRIDE, i32.shl(stride, 1)] as const;
      f.return(i32.shl(sad16(source, from, at, to, i32.shr_u(height, 1), half), 1));
    });
    f.if(i32.eq(width, 16), () => f.return(sad16(source, BLOCK_STRIDE, at, stride, height, limit)));
    f.if(i32.eq(width, 8), () => f.return(sad8(source, BLOCK_STRIDE, at, stride, height, limit)));
    return sad4(source, BLOCK_STRIDE, at, stride, height);
  });
}

/** `MotionSearch.fractionalCost`: `metric` BY_SAD or BY_SATD. */
function defineFractionalCost(m: ModuleBuilder, sum: Call, { place }: MotionSamples): Call {
  const satd = m.functionNamed('satd');
  return m.defineFunction(null, 4, (f, record, x, y, metric) => {
    const cost = f.i32(costOfVector(f, record, x, y));
    const limit = f.i32(i32.sub(wordOf(record, 'bestCost'), cost));
    f.if(i32.le_s(limit, 0), () => f.return(cost));
    const rowStep = i32.select(1, wordOf(record, 'rowStep'), metric);
    f.do(place(record, x, y, rowStep));
    const at = f.i32(wordOf(record, 'sampleAt'));
    const stride = f.i32(wordOf(record, 'sampleStride'));
    f.if(i32.eqz(metric), () => f.return(i32.add(cost, sum(record, at, stride, limit))));
    const source = wordOf(record, 'source');
    const size = [wordOf(record, 'width'), wordOf(record, 'height')] as const;
    return i32.add(cost, satd(source, BLOCK_STRIDE, at, stride, ...size, limit));
  });
}

/** `MotionSearch.tryFraction`. */
function defineTryFraction(m: ModuleBuilder, fractionalCost: Call): CallProcedure {
  return m.defineProcedure(null, 4, (f, record, x, y, metric) => {
    const isBest = i32.and(i32.eq(x, wordOf(record, 'bestX')), i32.eq(y, wordOf(record, 'bestY')));
    f.if(isBest, () => f.return());
    const four = (name: 'minX' | 'maxX' | 'minY' | 'maxY') => i32.shl(wordOf(record, name), 2);
    const isOutside = [
      i32.lt_s(x, four('minX')),
      i32.gt_s(x, four('maxX')),
      i32.lt_s(y, four('minY')),
      i32.gt_s(y, four('maxY')),
    ].reduce((any, one) => i32.or(any, one));
    f.if(isOutside, () => f.return());
    const cost = f.i32(fractionalCost(record, x, y, metric));
    f.if(i32.lt_s(cost, wordOf(record, 'bestCost')), () => keepBest(f, record, x, y, cost));
  });
}

/** `MotionSearch.searchFractions`. */
function defineFractions(m: ModuleBuilder, tryFraction: CallProcedure): CallProcedure {
  return m.defineProcedure(null, 4, (f, record, step, steps, metric) => {
    const lastX = f.i32(NO_VECTOR);
    const lastY = f.i32(NO_VECTOR);
    f.while(i32.gt_s(steps, 0), () => {
      const x = f.i32(wordOf(record, 'bestX'));
      const y = f.i32(wordOf(record, 'bestY'));
      const tryNeighbor = (toX: I32, toY: I32) => {
        const isLast = i32.and(i32.eq(toX, lastX), i32.eq(toY, lastY));
        f.if(i32.eqz(isLast), () => f.do(tryFraction(record, toX, toY, metric)));
      };
      tryNeighbor(x, i32.sub(y, step));
      tryNeighbor(x, i32.add(y, step));
      tryNeighbor(i32.sub(x, step), y);
      tryNeighbor(i32.add(x, step), y);
      returnIfBest(f, record, x, y);
      f.set(lastX, x);
      f.set(lastY, y);
      f.add(steps, -1);
    });
  });
}

/** The functions that the searches are made of. */
interface Parts {
  readonly full: FullSearches;
  readonly fractionalCost: Call;
  readonly tryFraction: CallProcedure;
  readonly searchFractions: CallProcedure;
}

/** `MotionSearch.finish`, without what it makes of the best vector. */
function defineFinish(m: ModuleBuilder, { fractionalCost, searchFractions }: Parts): CallProcedure {
  return m.defineProcedure(null, 2, (f, record, withQuarters) => {
    const bySatd = f.i32(wordOf(record, 'bySatd'));
    const measure = () => {
      f.do(setWord(record, 'bestCost', NO_COST));
      const best = [wordOf(record, 'bestX'), wordOf(record, 'bestY')] as const;
      f.do(setWord(record, 'bestCost', fractionalCost(record, ...best, BY_SATD)));
    };
    f.if(bySatd, measure);
    f.if(withQuarters, () =>
      f.do(searchFractions(record, 1, wordOf(record, 'quarterSteps'), bySatd)),
    );
    f.if(i32.eqz(bySatd), measure);
  });
}

/** Half samples: from the prediction and the first start themselves, then around the best. */
function defineHalves(m: ModuleBuilder, { tryFraction, searchFractions }: Parts): CallProcedure {
  return m.defineProcedure(null, 1, (f, record) => {
    const fullX = f.i32(i32.shl(wordOf(record, 'bestX'), 2));
    const fullY = f.i32(i32.shl(wordOf(record, 'bestY'), 2));
    f.do(setWord(record, 'bestX', fullX), setWord(record, 'bestY', fullY));
    const halfSteps = f.i32(wordOf(record, 'halfSteps'));
    f.if(i32.eqz(i32.or(halfSteps, wordOf(record, 'quarterSteps'))), () => f.return());
    const tryStart = (x: I32, y: I32) =>
      f.if(i32.and(i32.or(x, y), 3), () => f.do(tryFraction(record, x, y, BY_SAD)));
    tryStart(wordOf(record, 'predictedX'), wordOf(record, 'predictedY'));
    f.if(wordOf(record, 'startCount'), () => {
      const start = wordOf(record, 'starts');
      tryStart(f.i32(mvX(start)), f.i32(mvY(start)));
    });
    const isStill = i32.and(
      i32.eq(fullX, wordOf(record, 'bestX')),
      i32.eq(fullY, wordOf(record, 'bestY')),
    );
    const isOneStep = i32.and(i32.eq(halfSteps, 1), i32.eqz(wordOf(record, 'pattern')));
    f.if(
      i32.and(isStill, isOneStep),
      () => {
        const toward = (a: 'costLeft' | 'costAbove', b: 'costRight' | 'costBelow') =>
          i32.select(-2, 2, i32.lt_s(wordOf(record, a), wordOf(record, b)));
        const x = i32.add(fullX, toward('costLeft', 'costRight'));
        f.do(tryFraction(record, x, fullY, BY_SAD));
        f.do(tryFraction(record, fullX, i32.add(fullY, toward('costAbove', 'costBelow')), BY_SAD));
      },
      () => f.do(searchFractions(record, 2, halfSteps, BY_SAD)),
    );
  });
}

/** `search`, `choose` and `refine` of `MotionSearch`. */
function defineSearches(m: ModuleBuilder, parts: Parts): void {
  const { full, fractionalCost, tryFraction } = parts;
  const { tryStarts, diamond, hexagon, multiHexagon } = full;
  const halves = defineHalves(m, parts);
  const finish = defineFinish(m, parts);
  m.defineProcedure('searchMotion', 1, (f, record) => {
    f.do(setWord(record, 'bestCost', NO_COST));
    f.do(tryStarts(record));
    const pattern = f.i32(wordOf(record, 'pattern'));
    f.if(
      i32.eq(pattern, SearchPattern.DIAMOND),
      () => f.do(diamond(record, wordOf(record, 'searchRange'))),
      () => {
        f.if(i32.eq(pattern, SearchPattern.MULTI_HEXAGON), () => f.do(multiHexagon(record)));
        f.do(hexagon(record));
      },
    );
    f.do(halves(record));
    f.do(finish(record, wordOf(record, 'withQuarters')));
  });
  /** Cost of the best vector by SAD. */
  const measure = (f: FunctionBuilder, record: I32) => {
    f.do(setWord(record, 'bestCost', NO_COST));
    const best = [wordOf(record, 'bestX'), wordOf(record, 'bestY')] as const;
    f.do(setWord(record, 'bestCost', fractionalCost(record, ...best, BY_SAD)));
  };
  m.defineProcedure('chooseMotion', 1, (f, record) => {
    const start = f.i32(wordOf(record, 'starts'));
    f.do(setWord(record, 'bestX', mvX(start)), setWord(record, 'bestY', mvY(start)));
    measure(f, record);
    const at = f.i32(i32.add(record, 4));
    const end = f.i32(i32.add(record, i32.shl(wordOf(record, 'startCount'), 2)));
    f.while(i32.lt_s(at, end), () => {
      f.set(start, wordOf(at, 'starts'));
      f.do(tryFraction(record, mvX(start), mvY(start), BY_SAD));
      f.add(at, 4);
    });
    const predicted = [wordOf(record, 'predictedX'), wordOf(record, 'predictedY')] as const;
    f.do(tryFraction(record, ...predicted, BY_SAD));
    f.do(finish(record, 1));
  });
  m.defineProcedure('refineMotion', 1, (f, record) => {
    f.if(i32.eqz(wordOf(record, 'bySatd')), () => measure(f, record));
    f.do(finish(record, 1));
  });
}

/** Defines `searchMotion`, `chooseMotion` and `refineMotion`; returns what other kernels of motion need. */
export function defineMotion(m: ModuleBuilder): MotionSamples {
  const samples = defineMotionSamples(m, BLOCK_STRIDE);
  const sum = defineSum(m);
  const full = defineFullSearches(m, sum);
  const fractionalCost = defineFractionalCost(m, sum, samples);
  const tryFraction = defineTryFraction(m, fractionalCost);
  const searchFractions = defineFractions(m, tryFraction);
  defineSearches(m, { full, fractionalCost, tryFraction, searchFractions });
  return samples;
}
