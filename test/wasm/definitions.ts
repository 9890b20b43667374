/**
 * What the integer and vector instructions of WebAssembly 2.0 do (clauses 4.3.2, 4.4.3 and 4.4.7), written plainly over arrays
 * of lanes of any width. As one table serves all widths, it has the instructions of a shape that no kernel needs yet, and
 * names that its shape does not have (`i8x16.mul`).
 */

/** A value as its bytes, lowest first: 4 of an i32, 16 of a v128. */
export type Bytes = readonly number[];
/**
 * `f32x4` and `f64x2` are a v128 of four or two finite numbers: the bits of a NaN are not fixed (clause 4.3.3), and no kernel relies
 * on them, nor takes the root of what is below 0.
 */
export type OperandKind = 'i32' | 'i64' | 'v128' | 'f32x4' | 'positive f32x4' | 'f64x2' | 'address';
/** How a lane of bits is read as a number: clause 4.3.2, "signed". */
type Sign = 's' | 'u';

/** One instruction. */
export interface Definition {
  readonly operands: readonly OperandKind[];
  /** Arguments that are part of the instruction, such as lane numbers; every list is a case. */
  readonly immediates: readonly (readonly unknown[])[];
  /** Arguments of the function that writes the instruction: operands, then immediates, unless given here. */
  readonly inOrder?: (operands: readonly unknown[], immediates: readonly unknown[]) => unknown[];
  /** The value that the instruction leaves; a store changes `memory` instead. */
  readonly meaning: (
    operands: readonly Bytes[],
    immediates: readonly unknown[],
    memory: Uint8Array,
  ) => Bytes | undefined;
}
export type Definitions = Readonly<Record<string, Definition>>;

/** Bytes as lanes of that many bits, lowest first. */
export function lanesOf(bytes: Bytes, bits: number, sign: Sign): bigint[] {
  const size = bits / 8;
  return Array.from({ length: bytes.length / size }, (_, lane) => {
    let value = 0n;
    for (let i = 0; i < size; i++) value += BigInt(bytes[lane * size + i]!) << BigInt(8 * i);
    return sign === 's' ? BigInt.asIntN(bits, value) : value;
  });
}

/** Lanes modulo 2^bits, as bytes. */
export function bytesOf(lanes: readonly bigint[], bits: number): number[] {
  return lanes.flatMap((lane) =>
    Array.from({ length: bits / 8 }, (_, i) => Number((lane >> BigInt(8 * i)) & 0xffn)),
  );
}

/** An integer as the bytes of an i32. */
export const i32Bytes = (value: number | bigint): number[] => bytesOf([BigInt(value)], 32);
const numberOf = (bytes: Bytes): number => Number(lanesOf(bytes, 32, 'u')[0]);

/** sat_s and sat_u, clause 4.3.2: the nearest number that the lane can hold. */
function saturate(value: bigint, bits: number, sign: Sign): bigint {
  const low = sign === 's' ? -(1n << BigInt(bits - 1)) : 0n;
  const high = low + (1n << BigInt(bits)) - 1n;
  return value < low ? low : value > high ? high : value;
}

const NONE = [[]] as const;
const truth = (condition: boolean): bigint => (condition ? 1n : 0n);
const shapeName = (bits: number): string => `i${bits}x${128 / bits}`;
const allLanes = (bits: number) => Array.from({ length: 128 / bits }, (_, lane) => [lane]);

/** An operator on lanes of the operands, one lane of each at a time. */
function laneWise(
  type: 'i32' | 'i64' | 'v128',
  bits: number,
  sign: Sign,
  operator: (...lanes: bigint[]) => bigint,
): Definition {
  return {
    operands: Array.from({ length: operator.length }, () => type),
    immediates: NONE,
    meaning: (operands) => {
      const lanes = operands.map((bytes) => lanesOf(bytes, bits, sign));
      return bytesOf(
        lanes[0]!.map((_, i) => operator(...lanes.map((of) => of[i]!))),
        bits,
      );
    },
  };
}

/** A shift of every lane, by a count modulo the number of bits: ishl, ishr_s, ishr_u. */
function shift(
  bits: number,
  sign: Sign,
  operator: (lane: bigint, count: bigint) => bigint,
): Definition {
  return {
    operands: ['v128', 'i32'],
    immediates: NONE,
    meaning: ([a, count]) => {
      const places = BigInt(numberOf(count!) % bits);
      return bytesOf(
        lanesOf(a!, bits, sign).map((lane) => operator(lane, places)),
        bits,
      );
    },
  };
}

/** One number from the lanes of a vector. */
function gather(bits: number, sign: Sign, summary: (lanes: bigint[]) => bigint): Definition {
  return {
    operands: ['v128'],
    immediates: NONE,
    meaning: ([a]) => i32Bytes(summary(lanesOf(a!, bits, sign))),
  };
}

function extractLane(bits: number, sign: Sign): Definition {
  return {
    operands: ['v128'],
    immediates: allLanes(bits),
    meaning: ([a], [lane]) => i32Bytes(lanesOf(a!, bits, sign)[lane as number]!),
  };
}

/** Vectors of another lane width: `from` and `to` bits, by a function on all lanes of each operand. */
function convert(
  from: number,
  to: number,
  sign: Sign,
  conversion: (...operands: bigint[][]) => bigint[],
): Definition {
  return {
    operands: Array.from({ length: conversion.length }, () => 'v128'),
    immediates: NONE,
    meaning: (operands) =>
      bytesOf(conversion(...operands.map((bytes) => lanesOf(bytes, from, sign))), to),
  };
}

const lowHalf = (lanes: bigint[]) => lanes.slice(0, lanes.length / 2);
const highHalf = (lanes: bigint[]) => lanes.slice(lanes.length / 2);
const pairSums = (lanes: bigint[]) =>
  lanes.flatMap((lane, i) => (i % 2 === 0 ? [lane + lanes[i + 1]!] : []));
const products = (a: bigint[], b: bigint[]) => a.map((lane, i) => lane * b[i]!);

/** The same instructions for both ways to read a lane, their names ending in `_s` and `_u`. */
function forBothSigns(definitionsOf: (sign: Sign) => Definitions): Definitions {
  return Object.fromEntries(
    (['s', 'u'] as const).flatMap((sign) =>
      Object.entries(definitionsOf(sign)).map(([name, definition]) => [
        `${name}_${sign}`,
        definition,
      ]),
    ),
  );
}

/** Instructions on vectors with lanes of that many bits. */
export function laneDefinitions(bits: number): Definitions {
  const of = (sign: Sign, operator: (...lanes: bigint[]) => bigint) =>
    laneWise('v128', bits, sign, operator);
  const narrower = shapeName(bits / 2);
  return {
    splat: {
      operands: ['i32'],
      immediates: NONE,
      meaning: ([value]) => allLanes(bits).flatMap(() => value!.slice(0, bits / 8)),
    },
    // Lanes of 32 bits fill an i32, and the names of their instructions have no sign.
    extract_lane: extractLane(bits, 'u'),
    replace_lane: {
      operands: ['v128', 'i32'],
      immediates: allLanes(bits),
      inOrder: ([a, value], [lane]) => [a, lane, value],
      meaning: ([a, value], [lane]) =>
        a!.toSpliced(((lane as number) * bits) / 8, bits / 8, ...value!.slice(0, bits / 8)),
    },
    all_true: gather(bits, 'u', (lanes) => truth(lanes.every((lane) => lane !== 0n))),
    bitmask: gather(bits, 's', (lanes) =>
      lanes.reduce((mask, lane, i) => mask + (truth(lane < 0n) << BigInt(i)), 0n),
    ),
    eq: of('u', (a, b) => -truth(a === b)),
    ne: of('u', (a, b) => -truth(a !== b)),
    abs: of('s', (a) => (a < 0n ? -a : a)),
    neg: of('u', (a) => -a),
    add: of('u', (a, b) => a + b),
    sub: of('u', (a, b) => a - b),
    mul: of('u', (a, b) => a * b),
    shl: shift(bits, 'u', (lane, count) => lane << count),
    ...forBothSigns((sign) => ({
      extract_lane: extractLane(bits, sign),
      shr: shift(bits, sign, (lane, count) => lane >> count),
      lt: of(sign, (a, b) => -truth(a < b)),
      gt: of(sign, (a, b) => -truth(a > b)),
      le: of(sign, (a, b) => -truth(a <= b)),
      ge: of(sign, (a, b) => -truth(a >= b)),
      min: of(sign, (a, b) => (a < b ? a : b)),
      max: of(sign, (a, b) => (a > b ? a : b)),
      avgr: of(sign, (a, b) => (a + b + 1n) >> 1n),
      add_sat: of(sign, (a, b) => saturate(a + b, bits, sign)),
      sub_sat: of(sign, (a, b) => saturate(a - b, bits, sign)),
      // Lanes to be narrowed are signed, whatever the sign of the result.
      [`narrow_${shapeName(2 * bits)}`]: convert(2 * bits, bits, 's', (a, b) =>
        [...a, ...b].map((lane) => saturate(lane, bits, sign)),
      ),
      [`extend_low_${narrower}`]: convert(bits / 2, bits, sign, (a) => lowHalf(a)),
      [`extend_high_${narrower}`]: convert(bits / 2, bits, sign, (a) => highHalf(a)),
      [`extadd_pairwise_${narrower}`]: convert(bits / 2, bits, sign, (a) => pairSums(a)),
      [`extmul_low_${narrower}`]: convert(bits / 2, bits, sign, (a, b) => lowHalf(products(a, b))),
      [`extmul_high_${narrower}`]: convert(bits / 2, bits, sign, (a, b) =>
        highHalf(products(a, b)),
      ),
      [`dot_${narrower}`]: convert(bits / 2, bits, sign, (a, b) => pairSums(products(a, b))),
      q15mulr_sat: of(sign, (a, b) => saturate((a * b + (1n << 14n)) >> 15n, bits, sign)),
    })),
  };
}

/** Instructions that only sixteen lanes of 8 bits have. `shuffles` are lists of lanes to try. */
export function byteDefinitions(shuffles: readonly (readonly number[])[]): Definitions {
  return {
    ...laneDefinitions(8),
    popcnt: laneWise('v128', 8, 'u', (a) =>
      BigInt([...a.toString(2)].filter((c) => c === '1').length),
    ),
    swizzle: {
      operands: ['v128', 'v128'],
      immediates: NONE,
      meaning: ([a, b]) => b!.map((lane) => a![lane] ?? 0),
    },
    shuffle: {
      operands: ['v128', 'v128'],
      immediates: shuffles.map((lanes) => [lanes]),
      meaning: ([a, b], [lanes]) => (lanes as number[]).map((lane) => [...a!, ...b!][lane]!),
    },
  };
}

/** ictz, clause 4.3.2. */
function trailingZeros(value: bigint, bits: number): bigint {
  const digits = value.toString(2);
  return BigInt(value === 0n ? bits : digits.length - 1 - digits.lastIndexOf('1'));
}

/** Instructions on one integer of 32 bits, and `select`. */
export function integerDefinitions(offsets: readonly number[]): Definitions {
  const of = (sign: Sign, operator: (...lanes: bigint[]) => bigint) =>
    laneWise('i32', 32, sign, operator);
  return {
    eqz: of('u', (a) => truth(a === 0n)),
    clz: of('u', (a) => 32n - BigInt(a === 0n ? 0 : a.toString(2).length)),
    ctz: of('u', (a) => trailingZeros(a, 32)),
    wrap_i64: { operands: ['i64'], immediates: NONE, meaning: ([a]) => a!.slice(0, 4) },
    eq: of('u', (a, b) => truth(a === b)),
    ne: of('u', (a, b) => truth(a !== b)),
    add: of('u', (a, b) => a + b),
    sub: of('u', (a, b) => a - b),
    mul: of('u', (a, b) => a * b),
    and: of('u', (a, b) => a & b),
    or: of('u', (a, b) => a | b),
    xor: of('u', (a, b) => a ^ b),
    shl: of('u', (a, count) => a << (count % 32n)),
    ...forBothSigns((sign) => ({
      lt: of(sign, (a, b) => truth(a < b)),
      gt: of(sign, (a, b) => truth(a > b)),
      le: of(sign, (a, b) => truth(a <= b)),
      ge: of(sign, (a, b) => truth(a >= b)),
      shr: of(sign, (a, count) => a >> BigInt.asUintN(5, count)),
      load8: load(offsets, 1, (bytes) => bytesOf(lanesOf(bytes, 8, sign), 32)),
      load16: load(offsets, 2, (bytes) => bytesOf(lanesOf(bytes, 16, sign), 32)),
    })),
    load: load(offsets, 4, (bytes) => bytes),
    store: store(offsets, 'i32', 4),
    store8: store(offsets, 'i32', 1),
    store16: store(offsets, 'i32', 2),
    select: of('u', (a, b, condition) => (condition !== 0n ? a : b)),
  };
}

/** Instructions on integers of 64 bits. */
export function longDefinitions(offsets: readonly number[]): Definitions {
  const of = (operator: (...values: bigint[]) => bigint) => laneWise('i64', 64, 'u', operator);
  const extended = (bytes: Bytes) => bytesOf(lanesOf(bytes, 8 * bytes.length, 'u'), 64);
  return {
    load: load(offsets, 8, (bytes) => bytes),
    load8_u: load(offsets, 1, extended),
    load16_u: load(offsets, 2, extended),
    load32_u: load(offsets, 4, extended),
    store: store(offsets, 'i64', 8),
    eqz: {
      operands: ['i64'],
      immediates: NONE,
      meaning: ([a]) => i32Bytes(truth(lanesOf(a!, 64, 'u')[0] === 0n)),
    },
    ctz: of((a) => trailingZeros(a, 64)),
    add: of((a, b) => a + b),
    mul: of((a, b) => a * b),
    and: of((a, b) => a & b),
    or: of((a, b) => a | b),
    xor: of((a, b) => a ^ b),
    shl: of((a, b) => a << (b % 64n)),
    shr_u: of((a, b) => a >> (b % 64n)),
    extend_i32_u: { operands: ['i32'], immediates: NONE, meaning: ([a]) => extended(a!) },
  };
}

/** The effective address, clause 4.4.7, where it does not leave the memory. */
const effectiveAddress = (address: Bytes, offset: unknown) =>
  numberOf(address) + (offset as number);

/** A load of that many bytes at each of the offsets. */
function load(
  offsets: readonly number[],
  size: number,
  extend: (bytes: number[]) => Bytes,
): Definition {
  return {
    operands: ['address'],
    immediates: offsets.map((offset) => [offset]),
    meaning: ([address], [offset], memory) => {
      const from = effectiveAddress(address!, offset);
      return extend([...memory.subarray(from, from + size)]);
    },
  };
}

/** A store of the lowest bytes of a value. */
function store(offsets: readonly number[], type: 'i32' | 'i64' | 'v128', size: number): Definition {
  return {
    operands: ['address', type],
    immediates: offsets.map((offset) => [offset]),
    meaning: ([address, value], [offset], memory) => {
      memory.set(value!.slice(0, size), effectiveAddress(address!, offset));
      return undefined;
    },
  };
}

/** The lane and the offset, for every lane; offsets are taken by turns. */
const lanesAndOffsets = (bits: number, offsets: readonly number[]) =>
  allLanes(bits).map(([lane], i) => [lane, offsets[i % offsets.length]]);

function loadLane(offsets: readonly number[], bits: number): Definition {
  const size = bits / 8;
  return {
    operands: ['address', 'v128'],
    immediates: lanesAndOffsets(bits, offsets),
    meaning: ([address, value], [lane, offset], memory) => {
      const from = effectiveAddress(address!, offset);
      const loaded = memory.subarray(from, from + size);
      return value!.toSpliced((lane as number) * size, size, ...loaded);
    },
  };
}

function storeLane(offsets: readonly number[], bits: number): Definition {
  const size = bits / 8;
  return {
    operands: ['address', 'v128'],
    immediates: lanesAndOffsets(bits, offsets),
    meaning: ([address, value], [lane, offset], memory) => {
      const first = (lane as number) * size;
      memory.set(value!.slice(first, first + size), effectiveAddress(address!, offset));
      return undefined;
    },
  };
}

/** Instructions on vectors whatever their lanes. `constants` are vectors to try, as bytes. */
export function vectorDefinitions(
  offsets: readonly number[],
  constants: readonly Bytes[],
): Definitions {
  const of = (operator: (...lanes: bigint[]) => bigint) => laneWise('v128', 8, 'u', operator);
  const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
  const byWidth = [8, 16, 32, 64].map((bits) => {
    const repeated = (bytes: Bytes) => allLanes(bits).flatMap(() => bytes);
    const padded = (bytes: Bytes) => [...bytes, ...zeros(16 - bits / 8)];
    return {
      [`load${bits}_splat`]: load(offsets, bits / 8, repeated),
      [`load${bits}_zero`]: load(offsets, bits / 8, padded),
      [`load${bits}_lane`]: loadLane(offsets, bits),
      [`store${bits}_lane`]: storeLane(offsets, bits),
      ...forBothSigns((sign) => ({
        [`load${bits}x${64 / bits}`]: load(offsets, 8, (bytes) =>
          bytesOf(lanesOf(bytes, bits, sign), 2 * bits),
        ),
      })),
    };
  });
  return {
    ...Object.assign({}, ...byWidth),
    load: load(offsets, 16, (bytes) => bytes),
    store: store(offsets, 'v128', 16),
    const: {
      operands: [],
      immediates: constants.map((bytes) => [bytes]),
      meaning: (_, [bytes]) => bytes as Bytes,
    },
    not: of((a) => ~a),
    and: of((a, b) => a & b),
    andnot: of((a, b) => a & ~b),
    or: of((a, b) => a | b),
    xor: of((a, b) => a ^ b),
    bitselect: of((a, b, mask) => (a & mask) | (b & ~mask)),
    any_true: gather(8, 'u', (lanes) => truth(lanes.some((lane) => lane !== 0n))),
  };
}

/** Four float32 as bytes, lowest lane first. */
export const singleBytes = (values: readonly number[]): number[] => [
  ...new Uint8Array(Float32Array.from(values).buffer),
];

const doublesOf = (bytes: Bytes): Float64Array => new Float64Array(Uint8Array.from(bytes).buffer);

const singlesOf = (bytes: Bytes): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

/** `trunc_sat_f32x4_s`, clause 4.3.3, from finite numbers. */
export const TRUNCATION: Definition = {
  operands: ['f32x4'],
  immediates: NONE,
  meaning: ([a]) =>
    bytesOf(
      [...singlesOf(a!)].map((value) => saturate(BigInt(Math.trunc(value)), 32, 's')),
      32,
    ),
};

/** Instructions on four lanes of float32. */
export function singleDefinitions(): Definitions {
  const of = (operator: (a: number, b: number) => number): Definition => ({
    operands: ['f32x4', 'f32x4'],
    immediates: NONE,
    meaning: (operands) => {
      const [a, b] = operands.map(singlesOf);
      return singleBytes([...a!].map((value, lane) => operator(value, b![lane]!)));
    },
  });
  const ofOne = (operand: OperandKind, operator: (a: number) => number): Definition => ({
    operands: [operand],
    immediates: NONE,
    meaning: ([a]) => singleBytes([...singlesOf(a!)].map(operator)),
  });
  return {
    add: of((a, b) => a + b),
    sub: of((a, b) => a - b),
    mul: of((a, b) => a * b),
    max: of(Math.max),
    pmin: of((a, b) => (b < a ? b : a)),
    ge: {
      operands: ['f32x4', 'f32x4'],
      immediates: NONE,
      meaning: (operands) => {
        const [a, b] = operands.map(singlesOf);
        const isGreater = [...a!].map((value, lane) => -truth(value >= b![lane]!));
        return bytesOf(isGreater, 32);
      },
    },
    abs: ofOne('f32x4', Math.abs),
    sqrt: ofOne('positive f32x4', Math.sqrt),
    floor: ofOne('f32x4', Math.floor),
    demote_f64x2_zero: {
      operands: ['f64x2'],
      immediates: NONE,
      meaning: ([a]) => singleBytes([...doublesOf(a!), 0, 0]),
    },
    convert_i32x4_s: {
      operands: ['v128'],
      immediates: NONE,
      meaning: ([a]) => singleBytes(lanesOf(a!, 32, 's').map(Number)),
    },
  };
}

/** Two float64 as bytes, lowest lane first. */
export const doubleBytes = (values: readonly number[]): number[] => [
  ...new Uint8Array(Float64Array.from(values).buffer),
];

/** Instructions on two lanes of float64. `constants` are pairs to try. */
export function doubleDefinitions(constants: readonly (readonly [number, number])[]): Definitions {
  const of = (operator: (a: number, b: number) => number): Definition => ({
    operands: ['f64x2', 'f64x2'],
    immediates: NONE,
    meaning: (operands) => {
      const [a, b] = operands.map(doublesOf);
      return doubleBytes([operator(a![0]!, b![0]!), operator(a![1]!, b![1]!)]);
    },
  });
  const comparison = (operator: (a: number, b: number) => boolean): Definition => ({
    operands: ['f64x2', 'f64x2'],
    immediates: NONE,
    meaning: (operands) => {
      const [a, b] = operands.map(doublesOf);
      return [0, 1].flatMap((lane) => Array(8).fill(operator(a![lane]!, b![lane]!) ? 255 : 0));
    },
  });
  return {
    add: of((a, b) => a + b),
    sub: of((a, b) => a - b),
    mul: of((a, b) => a * b),
    lt: comparison((a, b) => a < b),
    convert_low_i32x4_s: {
      operands: ['v128'],
      immediates: NONE,
      meaning: ([a]) => doubleBytes(lanesOf(a!, 32, 's').slice(0, 2).map(Number)),
    },
    neg: {
      operands: ['f64x2'],
      immediates: NONE,
      meaning: ([a]) => doubleBytes([...doublesOf(a!)].map((x) => -x)),
    },
    const: {
      operands: [],
      immediates: constants,
      meaning: (_, values) => doubleBytes(values as number[]),
    },
  };
}
