/**
 * Every instruction of expressions.ts against its definition in the WebAssembly specification: compiled into small functions
 * that read its operands from memory and store its result, then compared over random and extreme operands. An instruction
 * that is added must have a definition; most have one already (definitions.ts).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  f32x4,
  f64x2,
  type I32,
  type I64,
  type Integer,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  i64x2,
  type Statement,
  type V128,
  v128,
} from '../../src/wasm/expressions.ts';
import {
  byteDefinitions,
  bytesOf,
  type Definition,
  type Definitions,
  doubleBytes,
  doubleDefinitions,
  i32Bytes,
  integerDefinitions,
  laneDefinitions,
  longDefinitions,
  type OperandKind,
  singleBytes,
  singleDefinitions,
  TRUNCATION,
  vectorDefinitions,
} from './definitions.ts';
import { instantiate, MEMORY_SIZE } from './instantiate.ts';

const SEED = 5320;

/** Memory of the tests: operands of 16 bytes each, the result, then bytes for loads and stores, at any of the addresses. */
const RESULT = 48;
const FIRST_ADDRESS = 64;
const LAST_ADDRESS = 500;
/** Offsets on either side of where their code grows by a byte. */
const OFFSETS = [0, 1, 5, 127, 128, 301];
const USED_SIZE = 1024;

const byte = fc.integer({ min: 0, max: 255 });
/** Vectors of lanes that are the ends of their ranges, or next to them, when lanes have that many bits. */
const extremeVector = (bits: number) => {
  const top = 1n << BigInt(bits - 1);
  const half = 1n << BigInt(bits / 2);
  const lanes = fc.constantFrom(
    ...[0n, 1n, 2n, -1n, -2n, top, top - 1n, top + 1n],
    ...[half - 1n, half, half / 2n, -half / 2n],
  );
  const count = 128 / bits;
  return fc
    .oneof(
      fc.array(lanes, { minLength: count, maxLength: count }),
      lanes.map((lane) => Array.from({ length: count }, () => lane)),
    )
    .map((vector) => bytesOf(vector, bits));
};
const finiteSingle = fc.float({ noNaN: true, noDefaultInfinity: true });
const finiteDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
const operands: Record<OperandKind, fc.Arbitrary<number[]>> = {
  v128: fc.oneof(
    { arbitrary: fc.array(byte, { minLength: 16, maxLength: 16 }), weight: 3 },
    ...[8, 16, 32].map(extremeVector),
  ),
  i32: fc
    .oneof(
      fc.integer(),
      fc.integer({ min: -70, max: 70 }),
      fc.constantFrom(...[-0x80000000, 0x7fffffff, 0x7fff, 0x8000, -0x8000, 0xffff, 0x80, 0xff]),
    )
    .map(i32Bytes),
  f32x4: fc.array(finiteSingle, { minLength: 4, maxLength: 4 }).map(singleBytes),
  'positive f32x4': fc
    .array(finiteSingle, { minLength: 4, maxLength: 4 })
    .map((values) => singleBytes(values.map(Math.abs))),
  i64: fc
    .oneof(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.bigInt({ min: 0n, max: 70n }),
      fc.nat(63).map((bit) => 1n << BigInt(bit)),
    )
    .map((value) => bytesOf([value], 64)),
  f64x2: fc.tuple(finiteDouble, finiteDouble).map(doubleBytes),
  address: fc.integer({ min: FIRST_ADDRESS, max: LAST_ADDRESS }).map(i32Bytes),
};

function sample<T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns });
}

const memoryContents = Uint8Array.from(
  sample(fc.tuple(operands.v128, operands.v128), USED_SIZE / 32).flat(2),
);
const laneNumbers = fc.integer({ min: 0, max: 31 });

/** Instructions and definitions by the name of the object that has them. */
const GROUPS: Record<string, [object, Definitions]> = {
  i32: [i32, integerDefinitions(OFFSETS)],
  i64: [i64, longDefinitions(OFFSETS)],
  v128: [v128, vectorDefinitions(OFFSETS, sample(operands.v128, 20))],
  i8x16: [
    i8x16,
    byteDefinitions(sample(fc.array(laneNumbers, { minLength: 16, maxLength: 16 }), 20)),
  ],
  i16x8: [i16x8, laneDefinitions(16)],
  i64x2: [i64x2, { shl: laneDefinitions(64).shl! }],
  i32x4: [i32x4, { ...laneDefinitions(32), trunc_sat_f32x4_s: TRUNCATION }],
  f32x4: [f32x4, singleDefinitions()],
  f64x2: [f64x2, doubleDefinitions(sample(fc.tuple(finiteDouble, finiteDouble), 20))],
};

type Instruction = (...args: unknown[]) => I32 | I64 | V128 | Statement;

/** Whether an operand can be a number in the code. */
const mayBeInCode = (kind: OperandKind): boolean => kind === 'i32' || kind === 'address';

/** An instruction with its immediates; an integer operand that has a constant is a number in the code. */
interface Case {
  readonly immediates: readonly unknown[];
  readonly constants: readonly (number[] | null)[];
}

/** Every list of immediates with operands from memory, then some with operands in the code. */
function casesOf({ immediates, operands: kinds }: Definition): Case[] {
  const inMemory = immediates.map((list) => ({
    immediates: list,
    constants: kinds.map(() => null),
  }));
  if (!kinds.some(mayBeInCode)) return inMemory;
  const constants = fc.tuple(
    ...kinds.map((kind) => (mayBeInCode(kind) ? operands[kind] : fc.constant(null))),
  );
  return [
    ...inMemory,
    ...sample(constants, 4).map((list) => ({ immediates: immediates[0]!, constants: list })),
  ];
}

/** A module with one function for each case, named by its number. */
function moduleOf(instruction: Instruction, definition: Definition, cases: readonly Case[]) {
  return instantiate((m) => {
    cases.forEach(({ immediates, constants }, number) => {
      m.defineProcedure(`${number}`, 0, (f) => {
        const read = definition.operands.map((kind, i): Integer | I64 | V128 => {
          const constant = constants[i];
          if (constant) return new DataView(Uint8Array.from(constant).buffer).getInt32(0, true);
          if (kind === 'i64') return i64.load(16 * i);
          return mayBeInCode(kind) ? i32.load(16 * i) : v128.load(16 * i);
        });
        const args = definition.inOrder?.(read, immediates) ?? [...read, ...immediates];
        const expression = instruction(...args);
        if (expression.type === 'none') f.do(expression);
        else if (expression.type === 'i32') f.do(i32.store(RESULT, expression));
        else if (expression.type === 'i64') f.do(i64.store(RESULT, expression));
        else f.do(v128.store(RESULT, expression));
      });
    });
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function expectDefinition(instruction: Instruction, definition: Definition): void {
  const cases = casesOf(definition);
  const { bytes, exports } = moduleOf(instruction, definition, cases);
  const actual = bytes.subarray(0, USED_SIZE);
  fc.assert(
    fc.property(
      fc.nat(cases.length - 1),
      fc.tuple(...definition.operands.map((kind) => operands[kind])),
      (number, drawn) => {
        const { immediates, constants } = cases[number]!;
        const values = drawn.map((value, i) => constants[i] ?? value);
        actual.set(memoryContents);
        values.forEach((value, i) => void actual.set(value, 16 * i));
        const expected = actual.slice();
        expected.set(definition.meaning(values, immediates, expected) ?? [], RESULT);
        exports[number]!();
        expect(hex(actual.subarray(RESULT, RESULT + 16)), 'result').toBe(
          hex(expected.subarray(RESULT, RESULT + 16)),
        );
        expect(hex(actual), 'memory').toBe(hex(expected));
      },
    ),
    { seed: SEED, numRuns: 150 + 10 * cases.length },
  );
}

describe('the definitions', () => {
  it('leave out no object of instructions', async () => {
    const exported = await import('../../src/wasm/expressions.ts');
    const objects = Object.entries(exported).filter(([, value]) => typeof value === 'object');
    expect(objects.map(([name]) => name).toSorted()).toEqual(Object.keys(GROUPS).toSorted());
  });

  it('leave out no instruction', () => {
    const missing = Object.entries(GROUPS).flatMap(([group, [instructions, definitions]]) =>
      Object.keys(instructions).flatMap((name) =>
        Object.hasOwn(definitions, name) ? [] : [`${group}.${name}`],
      ),
    );
    expect(missing, 'instructions without a definition in definitions.ts').toEqual([]);
  });
});

describe.each(Object.entries(GROUPS))('%s', (_, [instructions, definitions]) => {
  const defined = Object.entries<Instruction>({ ...instructions } as Record<
    string,
    Instruction
  >).flatMap(([name, instruction]) =>
    Object.hasOwn(definitions, name) ? [[name, instruction] as const] : [],
  );
  it.each(defined)('%s', (name, instruction) => {
    expectDefinition(instruction, definitions[name]!);
  });
});

describe('addresses', () => {
  const { bytes, exports } = instantiate((m) => {
    m.defineFunction('load', 1, (_, address) => i32.load(address));
    m.defineFunction('loadAfter', 1, (_, address) => i32.load(address, MEMORY_SIZE - 8));
    m.defineProcedure('store', 1, (f, address) => f.do(v128.store(address, v128.load(0), 16)));
  });

  it('reach the last byte of memory and none beyond it', () => {
    new DataView(bytes.buffer).setInt32(MEMORY_SIZE - 4, -123456789, true);
    expect(exports.load!(MEMORY_SIZE - 4)).toBe(-123456789);
    expect(() => exports.load!(MEMORY_SIZE - 3)).toThrow(WebAssembly.RuntimeError);
    expect(exports.loadAfter!(4)).toBe(-123456789);
    expect(() => exports.loadAfter!(5)).toThrow(WebAssembly.RuntimeError);
  });

  it('are unsigned, and their sum with an offset does not wrap', () => {
    expect(() => exports.store!(-16)).toThrow(WebAssembly.RuntimeError);
    expect(() => exports.load!(-4)).toThrow(WebAssembly.RuntimeError);
  });
});

describe('a number as an operand', () => {
  it('is i32.const', () => {
    const integers = sample(fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 })), 300);
    const { exports } = instantiate((m) => {
      integers.forEach((value, i) => void m.defineFunction(`${i}`, 0, () => value));
    });
    expect(integers.map((_, i) => exports[i]!())).toEqual(integers);
  });
});
