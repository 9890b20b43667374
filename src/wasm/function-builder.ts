/**
 * The body of one WebAssembly function as it is being written: its locals and its statements, in order. Loops of TypeScript
 * around calls of a builder unroll code; `repeat` writes a loop that runs.
 */
import {
  type Code,
  codeOf,
  type I32,
  type I64,
  type Integer,
  i32,
  integerCode,
  localGet,
  type Statement,
  unsignedLeb,
  type V128,
} from './expressions.ts';

/** A parameter or local of 32 bits, which is also an expression of its value. */
export interface I32Local extends I32 {
  readonly index: number;
}

/** A local of 64 bits. */
export interface I64Local extends I64 {
  readonly index: number;
}

/** A local of 128 bits. */
export interface V128Local extends V128 {
  readonly index: number;
}

/** Value types, WebAssembly 2.0 clause 5.3. */
export const TYPE_I32 = 0x7f;
const TYPE_I64 = 0x7e;
const TYPE_V128 = 0x7b;
/** Control instructions and blocks without a result, clause 5.4.1. */
const LOOP = 0x03;
const IF = 0x04;
const ELSE = 0x05;
const END = 0x0b;
const BR = 0x0c;
const BR_IF = 0x0d;
const RETURN = 0x0f;
const NO_RESULT = 0x40;
const LOCAL_SET = 0x21;

/** Collects locals and code of one function whose parameters are integers. */
export class FunctionBuilder {
  readonly parameters: readonly I32Local[];
  private code: Code = '';
  private readonly localTypes: number[] = [];

  constructor(parameterCount: number) {
    this.parameters = Array.from({ length: parameterCount }, (_, index) => ({
      ...localGet('i32', index),
      index,
    }));
  }

  /** A new local that holds `value`. */
  i32(value: Integer): I32Local {
    const index = this.newIndex(TYPE_I32);
    const local = { ...localGet('i32', index), index };
    this.set(local, value);
    return local;
  }

  /** A new local that holds `value`. */
  i64(value: I64): I64Local {
    const index = this.newIndex(TYPE_I64);
    const local = { ...localGet('i64', index), index };
    this.set(local, value);
    return local;
  }

  /** A new local that holds `value`. */
  v128(value: V128): V128Local {
    const index = this.newIndex(TYPE_V128);
    const local = { ...localGet('v128', index), index };
    this.set(local, value);
    return local;
  }

  private newIndex(type: number): number {
    this.localTypes.push(type);
    return this.parameters.length + this.localTypes.length - 1;
  }

  /** Gives a local another value. */
  set(local: I32Local, value: Integer): void;
  set(local: I64Local, value: I64): void;
  set(local: V128Local, value: V128): void;
  set(local: I32Local | I64Local | V128Local, value: Integer | I64 | V128): void {
    const valueCode = typeof value === 'number' ? integerCode(value) : value.code;
    this.code += valueCode + codeOf(LOCAL_SET) + unsignedLeb(local.index);
  }

  /** local = local + value. */
  add(local: I32Local, value: Integer): void {
    this.set(local, i32.add(local, value));
  }

  /** Stores and the like. */
  do(...statements: Statement[]): void {
    for (const { code } of statements) this.code += code;
  }

  /** Runs `body` `count` times; `count` is 1 or more. */
  repeat(count: Integer, body: () => void): void {
    const left = this.i32(count);
    this.code += codeOf(LOOP, NO_RESULT);
    body();
    this.add(left, -1);
    this.code += left.code + codeOf(BR_IF, 0, END);
  }

  /** Runs `body` again and again as long as `condition`, which is computed before each turn, is not 0. */
  while(condition: Integer, body: () => void): void {
    this.code += codeOf(LOOP, NO_RESULT) + integerCode(condition) + codeOf(IF, NO_RESULT);
    body();
    this.code += codeOf(BR, 1, END, END);
  }

  /** Runs `then` where `condition` is not 0, else `otherwise` if given. */
  if(condition: Integer, then: () => void, otherwise?: () => void): void {
    this.code += integerCode(condition) + codeOf(IF, NO_RESULT);
    then();
    if (otherwise !== undefined) {
      this.code += codeOf(ELSE);
      otherwise();
    }
    this.code += codeOf(END);
  }

  /** Leaves the function with `value`, or without one. */
  return(value?: Integer): void {
    if (value !== undefined) this.code += integerCode(value);
    this.code += codeOf(RETURN);
  }

  /** The function as the code section has it, clause 5.5.13; `result` is what it leaves at its end. */
  encode(result: Integer | undefined): Code {
    const { localTypes } = this;
    const locals = localTypes.map((type) => codeOf(1, type)).join('');
    const end = result === undefined ? '' : integerCode(result);
    const body = unsignedLeb(localTypes.length) + locals + this.code + end + codeOf(END);
    return unsignedLeb(body.length) + body;
  }
}
