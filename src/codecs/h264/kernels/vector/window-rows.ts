/**
 * `WindowRows` with vectors, four windows at a time. The hash of a row of 16 samples comes from those of 8, these from 4 and 2: a multiplication
 * each, where rolling has one sample wait for the one before. A picture of 1280x720 takes a third of the time of the plain one.
 */
import { type I32, i16x8, i32, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import {
  type Exports,
  type KernelMemory,
  KernelModule,
  type VectorKernels,
} from '../../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import {
  ANCHOR_BITS,
  COLUMN_FACTOR,
  FILTER_BITS,
  filterSize,
  MIX_FACTOR,
  power,
  ROW_FACTOR,
  WINDOW,
  type WindowKind,
  type WindowRows,
} from '../plain/window-rows.ts';
import { shuffle32 } from './lanes.ts';

/** Windows that one turn takes. */
const LANES = 4;

/** Four samples from `offset` behind `address` on, 32 bits each. */
const samplesAt = (address: I32Local, offset: number): V128 =>
  i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address, offset)));

const times = (lanes: V128, exponent: number): V128 =>
  i32x4.mul(lanes, i32x4.splat(power(ROW_FACTOR, exponent)));

/** Hashes of two samples each. */
const pairsAt = (address: I32Local, offset: number): V128 =>
  i32x4.add(times(samplesAt(address, offset), 1), samplesAt(address, offset + 1));

/** Hashes of twice `length` samples from those of `length`, of which `later` are the ones that follow. */
const joined = (hashes: V128, later: V128, length: number): V128 =>
  i32x4.add(times(hashes, length), later);

/** Hashes of 8 or 16 samples from each column on, four columns a turn; `row` moves on with the turns. */
function rowHashes(f: FunctionBuilder, row: I32Local, window: 8 | 16): () => V128Local {
  const pairs = f.v128(pairsAt(row, 0));
  const laterPairs = f.v128(pairsAt(row, LANES));
  // How many vectors of hashes of four samples are made before the first turn.
  const ahead = window === 16 ? 3 : 1;
  const nextFours = (offset: number): V128Local => {
    const fours = f.v128(joined(pairs, shuffle32(pairs, laterPairs, 2, 3, 4, 5), 2));
    f.set(pairs, laterPairs);
    f.set(laterPairs, pairsAt(row, offset + 2 * LANES));
    return fours;
  };
  const fours = Array.from({ length: ahead }, (_, i) => nextFours(LANES * i));
  const last = fours[ahead - 1];
  const eights = fours.slice(1).map((later, i) => f.v128(joined(fours[i], later, 4)));
  return () => {
    const next = nextFours(LANES * ahead);
    const eight = f.v128(joined(last, next, 4));
    f.set(last, next);
    if (window === 8) return eight;
    const hashes = f.v128(joined(eights[0], eight, 8));
    f.set(eights[0], eights[1]);
    f.set(eights[1], eight);
    return hashes;
  };
}

/** Notes a window at `found`, which moves on. */
function note(f: FunctionBuilder, found: I32Local, left: I32, hash: I32): void {
  f.do(i32.store(found, left), i32.store(found, hash, 4));
  f.add(found, 8);
}

/** Where the sums of four columns go: `left` is the first of them, `end` the one behind the last window of the row. */
type TakeSums = (sums: V128Local, left: I32Local, end: I32Local) => void;

function takeRow(
  f: FunctionBuilder,
  window: 8 | 16,
  [row, width, ring, columns]: readonly I32Local[],
  take: TakeSums,
): void {
  const left = f.i32(0);
  const end = f.i32(i32.sub(width, window - 1));
  const nextHashes = rowHashes(f, row, window);
  f.repeat(i32.shr_u(i32.add(end, LANES - 1), 2), () => {
    const hashes = nextHashes();
    const down = i32x4.mul(v128.load(columns), i32x4.splat(COLUMN_FACTOR));
    const out = i32x4.mul(v128.load(ring), i32x4.splat(power(COLUMN_FACTOR, window)));
    const sums = f.v128(i32x4.sub(i32x4.add(down, hashes), out));
    f.do(v128.store(columns, sums), v128.store(ring, hashes));
    take(sums, left, end);
    f.add(row, LANES);
    f.add(columns, 4 * LANES);
    f.add(ring, 4 * LANES);
    f.add(left, LANES);
  });
}

const mix = (sums: V128): V128 => i32x4.mul(sums, i32x4.splat(MIX_FACTOR));

function defineAnchorRow(m: ModuleBuilder): void {
  m.defineFunction('anchorRow', 5, (f, row, width, ring, columns, to) => {
    const found = f.i32(to);
    takeRow(f, WINDOW.anchors, [row, width, ring, columns], (sums, left, end) => {
      const high = i32x4.shr_u(mix(sums), 32 - ANCHOR_BITS);
      const isAnchor = f.v128(i32x4.gt_s(i32x4.splat(1), high));
      f.if(v128.any_true(isAnchor), () => {
        for (let lane = 0; lane < LANES; lane++) {
          // The last turn has one window.
          const isInside = i32.lt_s(i32.add(left, lane), end);
          f.if(i32.and(i32x4.extract_lane(isAnchor, lane), isInside), () =>
            note(f, found, i32.add(left, lane), i32x4.extract_lane(sums, lane)),
          );
        }
      });
    });
    return i32.shr_u(i32.sub(found, to), 3);
  });
}

function defineAskedRow(m: ModuleBuilder): void {
  m.defineFunction('askedRow', 6, (f, row, width, ring, columns, to, filter) => {
    const found = f.i32(to);
    takeRow(f, WINDOW.asked, [row, width, ring, columns], (sums, left, end) => {
      const high = f.v128(i32x4.shr_u(mix(sums), 32 - FILTER_BITS));
      for (let lane = 0; lane < LANES; lane++) {
        const isAsked = i32.load8_u(i32.add(filter, i32x4.extract_lane(high, lane)));
        f.if(isAsked, () =>
          f.if(i32.lt_s(i32.add(left, lane), end), () =>
            note(f, found, i32.add(left, lane), i32x4.extract_lane(sums, lane)),
          ),
        );
      }
    });
    return i32.shr_u(i32.sub(found, to), 3);
  });
}

/** The kernels that find windows; a row of src/pipeline/kernel-sets.ts. */
export const WINDOW_KERNELS = /* @__PURE__ */ new KernelModule('h264-windows', (m) => {
  defineAnchorRow(m);
  defineAskedRow(m);
});

/** `WindowRows` of `width` samples, a multiple of 16, in a memory with kernels. */
class VectorWindowRows implements WindowRows {
  readonly found: Int32Array;
  readonly filter: Uint8Array;
  private readonly window: number;
  private readonly width: number;
  private readonly words: Int32Array;
  private readonly takeRow: (...args: number[]) => number;
  /** Positions of the rows' hashes, of the columns' sums, of what was found, and of the filter. */
  private readonly rows: number;
  private readonly columns: number;
  private readonly foundAt: number;
  private readonly filterAt: number;
  private y = 0;

  constructor(kind: WindowKind, width: number, words: Int32Array, place: number, kernels: Exports) {
    this.window = WINDOW[kind];
    this.width = width;
    this.words = words;
    this.takeRow = kernels[kind === 'asked' ? 'askedRow' : 'anchorRow'];
    this.rows = place;
    this.columns = place + 4 * this.window * width;
    this.foundAt = this.columns + 4 * width;
    this.filterAt = this.foundAt + 8 * width;
    this.found = words.subarray(this.foundAt >> 2, this.filterAt >> 2);
    const start = words.byteOffset + this.filterAt;
    this.filter = new Uint8Array(words.buffer, start, filterSize(kind));
  }

  start(): void {
    this.words.fill(0, this.rows >> 2, this.foundAt >> 2);
    this.y = 0;
  }

  next(_bytes: Uint8Array, position: number): number {
    const { width, columns, foundAt, filterAt, window } = this;
    const ring = this.rows + 4 * (this.y++ % window) * width;
    return this.takeRow(position, width, ring, columns, foundAt, filterAt);
  }
}

/**
 * Makes `WindowRows` over a memory; null where it has no kernels.
 * @param words the memory
 * @param place of `windowBytes` in it, a multiple of 16
 */
export function createWindowRows(
  kernelMemory: KernelMemory,
  vectorKernels: VectorKernels,
  words: Int32Array,
  place: number,
  kind: WindowKind,
  width: number,
): WindowRows | null {
  const kernels = WINDOW_KERNELS.over(kernelMemory, vectorKernels);
  return kernels === null ? null : new VectorWindowRows(kind, width, words, place, kernels);
}
