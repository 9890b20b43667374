/** `LowSearch` as one kernel, step by step the same as plain/low-search.ts. */
import { type I32, type Integer, i8x16, i16x8, i32, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import {
  type KernelMemory,
  KernelModule,
  type VectorKernels,
} from '../../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import {
  DIAMOND,
  HEXAGON,
  LOW_BLOCK,
  type LowSearch,
  MAX_HEXAGON_STEPS,
  STILL_SAD,
} from '../plain/low-search.ts';
import { searchDifferences, twoRowsOf8 } from './distortion.ts';
import { splat8, sumOf16 } from './lanes.ts';
import { type Call, mvX, mvY, packMv } from './motion-vectors.ts';

/** Pairs of rows of a block. */
const PAIRS = LOW_BLOCK / 2;

/** SAD of the block at `searched`, pair of rows by pair of rows, against the one at `at`. */
function defineSad(m: ModuleBuilder): Call {
  return m.defineFunction(null, 3, (f, searched, at, stride) => {
    const twice = f.i32(i32.shl(stride, 1));
    const pairs = Array.from({ length: PAIRS }, (_, i) => {
      const differences = searchDifferences(f, v128.load(searched, 16 * i), twoRowsOf8(at, stride));
      const vector = f.v128(differences);
      f.add(at, twice);
      return vector;
    });
    // Differences have seven bits: two of them fit into a byte.
    const sums = [i8x16.add(pairs[0], pairs[1]), i8x16.add(pairs[2], pairs[3])] as const;
    const [upper, lower] = sums.map((sum) => i16x8.extadd_pairwise_i8x16_u(sum));
    return i32.shl(sumOf16(f, i16x8.add(upper, lower)), 1);
  });
}

/** The best vector so far, and what it takes to try another. */
interface Best {
  readonly x: I32Local;
  readonly y: I32Local;
  tryVector(x: Integer, y: Integer): void;
}

/** Hexagons until the center is best, then its four neighbors. */
function searchAround(f: FunctionBuilder, { x, y, tryVector }: Best): void {
  const steps = f.i32(MAX_HEXAGON_STEPS);
  const centerX = f.i32(x);
  const centerY = f.i32(y);
  const tryAround = (offsets: Int8Array) => {
    f.set(centerX, x);
    f.set(centerY, y);
    for (let i = 0; i < offsets.length; i += 2) {
      tryVector(i32.add(centerX, offsets[i]), i32.add(centerY, offsets[i + 1]));
    }
  };
  f.while(steps, () => {
    tryAround(HEXAGON);
    const isBest = i32.and(i32.eq(centerX, x), i32.eq(centerY, y));
    f.set(steps, i32.select(0, i32.sub(steps, 1), isBest));
  });
  tryAround(DIAMOND);
}

function defineLowSearch(m: ModuleBuilder): void {
  const sad = defineSad(m);
  m.defineFunction('searchLow', 10, (f, ...parameters) => {
    const [at, from, stride, searched, least, most, ...starts] = parameters;
    for (let i = 0; i < PAIRS; i++) {
      const rows = i8x16.avgr_u(twoRowsOf8(at, stride), splat8(255));
      f.do(v128.store(searched, rows, 16 * i));
      f.add(at, i32.shl(stride, 1));
    }
    const bestSad = f.i32(sad(searched, from, stride));
    const [x, y] = [f.i32(0), f.i32(0)];
    const [minX, maxX, minY, maxY] = [mvX(least), mvX(most), mvY(least), mvY(most)].map((limit) =>
      f.i32(limit),
    );
    const [toX, toY, cost] = [f.i32(0), f.i32(0), f.i32(0)];
    const tryVector = (nextX: Integer, nextY: Integer): void => {
      f.set(toX, nextX);
      f.set(toY, nextY);
      const isInside = [i32.ge_s(toX, minX), i32.le_s(toX, maxX), i32.ge_s(toY, minY)].reduce(
        (all, one) => i32.and(all, one),
        i32.le_s(toY, maxY),
      );
      f.if(isInside, () => {
        const place: I32 = i32.add(from, i32.add(i32.mul(toY, stride), toX));
        f.set(cost, sad(searched, place, stride));
        f.if(i32.lt_s(cost, bestSad), () => {
          f.set(bestSad, cost);
          f.set(x, toX);
          f.set(y, toY);
        });
      });
    };
    f.if(i32.gt_s(bestSad, STILL_SAD), () => {
      const [middle, ...others] = starts;
      tryVector(mvX(middle), mvY(middle));
      for (const start of others) {
        f.if(i32.ne(start, middle), () => tryVector(mvX(start), mvY(start)));
      }
      searchAround(f, { x, y, tryVector });
    });
    return packMv(x, y);
  });
}

/** The kernel of the lookahead's search; a row of src/pipeline/kernel-sets.ts. */
export const LOW_SEARCH_KERNELS = /* @__PURE__ */ new KernelModule(
  'h264-low-search',
  defineLowSearch,
);

/**
 * Makes a `LowSearch` over a memory; null where it has no kernels.
 * @param stride, searched as `PlainLowSearch` has them
 */
export function createLowSearch(
  kernelMemory: KernelMemory,
  vectorKernels: VectorKernels,
  stride: number,
  searched: number,
): LowSearch | null {
  const kernels = LOW_SEARCH_KERNELS.over(kernelMemory, vectorKernels);
  if (kernels === null) return null;
  const { searchLow } = kernels;
  return {
    search: (at, from, least, most, middle, right, below, before) =>
      searchLow(at, from, stride, searched, least, most, middle, right, below, before),
  };
}
