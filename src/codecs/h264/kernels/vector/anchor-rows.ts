/**
 * `AnchorRows` with vectors, four windows at a time. The hash of a row of 16 samples comes from those of 8, these from 4 and 2: a multiplication
 * each, where rolling has one sample wait for the one before. A picture of 1280x720 takes a third of the time of the plain one.
 */
import { i16x8, i32, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import {
  type KernelMemory,
  KernelModule,
  type VectorKernels,
} from '../../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import {
  ANCHOR_BITS,
  type AnchorRows,
  COLUMN_FACTOR,
  COLUMN_OUT,
  MIX_FACTOR,
  power,
  ROW_FACTOR,
  WINDOW,
} from '../plain/anchor-rows.ts';
import { shuffle32 } from './lanes.ts';

/** Windows that one turn takes, and how many samples further the last of their samples are loaded than the first. */
const LANES = 4;

/** Four samples from `address` on, 32 bits each. */
const samplesAt = (address: I32Local, offset: number): V128 =>
  i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address, offset)));

const times = (lanes: V128, exponent: number): V128 =>
  i32x4.mul(lanes, i32x4.splat(power(ROW_FACTOR, exponent)));

/** Hashes of two samples each. */
const pairsAt = (address: I32Local, offset: number): V128 =>
  i32x4.add(times(samplesAt(address, offset), 1), samplesAt(address, offset + 1));

/** Hashes of `2 * length` samples from those of `length`, of which `later` are the ones that follow. */
const joined = (hashes: V128, later: V128, length: number): V128 =>
  i32x4.add(times(hashes, length), later);

/** Notes the lanes of `columns` that are anchors; `left` is the column of the first, `found` where the next goes. */
function noteAnchors(
  f: FunctionBuilder,
  columns: V128Local,
  left: I32Local,
  end: I32Local,
  found: I32Local,
): void {
  const mixed = i32x4.mul(columns, i32x4.splat(MIX_FACTOR));
  const isAnchor = f.v128(i32x4.gt_s(i32x4.splat(1), i32x4.shr_u(mixed, 32 - ANCHOR_BITS)));
  f.if(v128.any_true(isAnchor), () => {
    for (let lane = 0; lane < LANES; lane++) {
      // The last turn has one window.
      const isInside = i32.lt_s(i32.add(left, lane), end);
      f.if(i32.and(i32x4.extract_lane(isAnchor, lane), isInside), () => {
        f.do(i32.store(found, i32.add(left, lane)));
        f.do(i32.store(found, i32x4.extract_lane(columns, lane), 4));
        f.add(found, 8);
      });
    }
  });
}

function defineAnchorRow(m: ModuleBuilder): void {
  m.defineFunction('anchorRow', 5, (f, row, width, ring, columns, to) => {
    const found = f.i32(to);
    const left = f.i32(0);
    const end = f.i32(i32.sub(width, WINDOW - 1));
    const pairs = f.v128(pairsAt(row, 0));
    const nextPairs = f.v128(pairsAt(row, 4));
    const fours: V128Local[] = [];
    for (let i = 0; i < 3; i++) {
      fours.push(f.v128(joined(pairs, shuffle32(pairs, nextPairs, 2, 3, 4, 5), 2)));
      f.set(pairs, nextPairs);
      f.set(nextPairs, pairsAt(row, 8 + 4 * i));
    }
    // Hashes of 8 samples from columns 0, 4 and 8 on.
    const eights = [
      f.v128(joined(fours[0], fours[1], 4)),
      f.v128(joined(fours[1], fours[2], 4)),
      f.v128(i32x4.splat(0)),
    ];
    const [, , lastFours] = fours;
    f.repeat(i32.shr_u(i32.add(end, LANES - 1), 2), () => {
      const nextFours = f.v128(joined(pairs, shuffle32(pairs, nextPairs, 2, 3, 4, 5), 2));
      f.set(pairs, nextPairs);
      f.set(nextPairs, pairsAt(row, 20));
      f.set(eights[2], joined(lastFours, nextFours, 4));
      f.set(lastFours, nextFours);
      const hashes = f.v128(joined(eights[0], eights[2], 8));
      f.set(eights[0], eights[1]);
      f.set(eights[1], eights[2]);
      const sums = f.v128(
        i32x4.sub(
          i32x4.add(i32x4.mul(v128.load(columns), i32x4.splat(COLUMN_FACTOR)), hashes),
          i32x4.mul(v128.load(ring), i32x4.splat(COLUMN_OUT)),
        ),
      );
      f.do(v128.store(columns, sums), v128.store(ring, hashes));
      noteAnchors(f, sums, left, end, found);
      f.add(row, LANES);
      f.add(columns, 4 * LANES);
      f.add(ring, 4 * LANES);
      f.add(left, LANES);
    });
    return i32.shr_u(i32.sub(found, to), 3);
  });
}

/** The kernel that finds anchors; a row of src/pipeline/kernel-sets.ts. */
export const ANCHOR_KERNELS = /* @__PURE__ */ new KernelModule('h264-anchors', defineAnchorRow);

/** `AnchorRows` over rows of `width` samples, a multiple of 16, in a memory with kernels. */
export class VectorAnchorRows implements AnchorRows {
  readonly found: Int32Array;
  private readonly width: number;
  private readonly words: Int32Array;
  private readonly anchorRow: (...args: number[]) => number;
  /** Positions of the rows' hashes, of the columns' sums, and of what was found. */
  private readonly rows: number;
  private readonly columns: number;
  private readonly foundAt: number;
  private y = 0;

  /** @param place of `anchorBytes(width)` bytes */
  constructor(
    width: number,
    words: Int32Array,
    place: number,
    anchorRow: (...args: number[]) => number,
  ) {
    this.width = width;
    this.words = words;
    this.anchorRow = anchorRow;
    this.rows = place;
    this.columns = place + 4 * WINDOW * width;
    this.foundAt = this.columns + 4 * width;
    this.found = words.subarray(this.foundAt >> 2, (this.foundAt >> 2) + 2 * width);
  }

  start(): void {
    this.words.fill(0, this.rows >> 2, this.foundAt >> 2);
    this.y = 0;
  }

  next(_bytes: Uint8Array, position: number): number {
    const { width } = this;
    const ring = this.rows + 4 * (this.y++ % WINDOW) * width;
    return this.anchorRow(position, width, ring, this.columns, this.foundAt);
  }
}

/** Makes `AnchorRows` over a memory; null where it has no kernels. @param place, width as `VectorAnchorRows` has them */
export function createAnchorRows(
  kernelMemory: KernelMemory,
  vectorKernels: VectorKernels,
  words: Int32Array,
  place: number,
  width: number,
): AnchorRows | null {
  const kernels = ANCHOR_KERNELS.over(kernelMemory, vectorKernels);
  return kernels === null ? null : new VectorAnchorRows(width, words, place, kernels['anchorRow']!);
}
