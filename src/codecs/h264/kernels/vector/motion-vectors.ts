/** The common parts of all kernels of motion search: words of their record, vectors, and the cost of vectors. */
import { type I32, type Integer, i32, type Statement } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder } from '../../../../wasm/function-builder.ts';
import { MOTION_WORD } from '../motion-record.ts';

/** Names of the words of a motion record. */
export type MotionWord = keyof typeof MOTION_WORD;

/** A word of the record. */
export const wordOf = (record: I32, name: MotionWord): I32 =>
  i32.load(record, 4 * MOTION_WORD[name]);
/** The statement that sets a word of the record. */
export const setWord = (record: I32, name: MotionWord, value: Integer): Statement =>
  i32.store(record, value, 4 * MOTION_WORD[name]);

/** A call of a function of the module. */
export type Call = (...args: Integer[]) => I32;
export type CallProcedure = (...args: Integer[]) => Statement;

/** Rows of scratch blocks and of the source (encoder/memory.ts). */
export const BLOCK_STRIDE = 16;
/** A cost above all others, and a component that no vector has. */
export const NO_COST = 0x7fffffff;
export const NO_VECTOR = 1 << 20;

/** Components of a packed vector, and the vector packed. */
export const mvX = (mv: I32) => i32.shr_s(i32.shl(mv, 16), 16);
export const mvY = (mv: I32) => i32.shr_s(mv, 16);
export const packMv = (x: I32, y: I32) => i32.or(i32.shl(y, 16), i32.and(x, 0xffff));

/** 31 - the power of two in codeNum + 1 of a signed Exp-Golomb code (clause 9.1.1). */
function leadingZeros(f: FunctionBuilder, difference: I32): I32 {
  const twice = f.i32(i32.shl(difference, 1));
  return i32.clz(i32.select(twice, i32.sub(1, twice), i32.gt_s(twice, 0)));
}

/** Bits of a vector difference: 2·power + 1 for each component. */
export function mvdBits(f: FunctionBuilder, dx: I32, dy: I32): I32 {
  return i32.sub(126, i32.shl(i32.add(leadingZeros(f, dx), leadingZeros(f, dy)), 1));
}

/** Bits of the vector (x, y) in quarter samples, times lambda. */
export function costOfVector(f: FunctionBuilder, record: I32, x: I32, y: I32): I32 {
  const dx = i32.sub(x, wordOf(record, 'predictedX'));
  const dy = i32.sub(y, wordOf(record, 'predictedY'));
  return i32.mul(wordOf(record, 'lambda'), mvdBits(f, dx, dy));
}

/** Keeps (x, y) as the best vector. */
export function keepBest(f: FunctionBuilder, record: I32, x: I32, y: I32, cost: I32): void {
  f.do(setWord(record, 'bestCost', cost), setWord(record, 'bestX', x), setWord(record, 'bestY', y));
}

/** Leaves the procedure if (x, y) is still the best vector. */
export function returnIfBest(f: FunctionBuilder, record: I32, x: I32, y: I32): void {
  const isBest = i32.and(i32.eq(x, wordOf(record, 'bestX')), i32.eq(y, wordOf(record, 'bestY')));
  f.if(isBest, () => f.return());
}
