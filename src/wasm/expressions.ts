/**
 * WebAssembly instructions as functions that return expressions, by the names that the text format gives them
 * (WebAssembly 2.0 clauses 2.4 and 5.4.8): `i16x8.add(a, b)` is the instruction `i16x8.add` with its two operands.
 *
 * An expression is a run of code that leaves one value. Using it twice writes its code twice: what is needed more than once
 * goes into a local (`FunctionBuilder.i32`, `.v128`).
 */

/**
 * Bytes of code, a character each (U+0000 to U+00FF). Engines keep a text that is put together from others as a tree and lay it flat
 * once, which takes a third of the time of lists of numbers.
 */
export type Code = string;

/** The code of these bytes. */
export function codeOf(...bytes: readonly number[]): Code {
  return String.fromCharCode(...bytes);
}

/** The bytes of some code. */
export function bytesOf(code: Code): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(code.length);
  for (let i = 0; i < code.length; i++) bytes[i] = code.charCodeAt(i);
  return bytes;
}

/** Code that leaves an integer of 32 bits. */
export interface I32 {
  readonly type: 'i32';
  readonly code: Code;
}

/** Code that leaves an integer of 64 bits. */
export interface I64 {
  readonly type: 'i64';
  readonly code: Code;
}

/** Code that leaves a vector of 128 bits. */
export interface V128 {
  readonly type: 'v128';
  readonly code: Code;
}

/** Code that leaves nothing: a store, a call of a procedure. */
export interface Statement {
  readonly type: 'none';
  readonly code: Code;
}

/** A number stands for `i32.const`. */
export type Integer = I32 | number;

/** Unsigned LEB128, clause 5.2.2. */
export function unsignedLeb(value: number): Code {
  let code = '';
  let rest = value >>> 0;
  while (rest >= 0x80) {
    code += codeOf((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return code + codeOf(rest);
}

/** Signed LEB128 of an integer of 32 bits, clause 5.2.2. */
export function signedLeb(value: number): Code {
  let code = '';
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return code + codeOf(low);
    code += codeOf(low | 0x80);
  }
}

const LOCAL_GET = 0x20;
const I32_CONST = 0x41;
/** Vector instructions follow this byte, clause 5.4.8. */
const VECTOR = 0xfd;

/** The value of the local with that index. */
export function localGet<T extends 'i32' | 'i64' | 'v128'>(type: T, index: number) {
  return { type, code: codeOf(LOCAL_GET) + unsignedLeb(index) };
}

/** The code of an integer. */
export function integerCode(value: Integer): Code {
  return typeof value === 'number' ? codeOf(I32_CONST) + signedLeb(value) : value.code;
}

const i32Of = (code: Code): I32 => ({ type: 'i32', code });
const i64Of = (code: Code): I64 => ({ type: 'i64', code });
const v128Of = (code: Code): V128 => ({ type: 'v128', code });

const binary = (opcode: number) => (a: Integer, b: Integer) =>
  i32Of(integerCode(a) + integerCode(b) + codeOf(opcode));

const unary = (opcode: number) => (a: Integer) => i32Of(integerCode(a) + codeOf(opcode));

const SELECT = 0x1b;

/** Address alignment and offset of a load or store, clause 5.4.6; no alignment is promised. */
const memoryAt = (offset: number) => codeOf(0) + unsignedLeb(offset);

const statement = (code: Code): Statement => ({ type: 'none', code });

const loadInteger =
  (opcode: number) =>
  (address: Integer, offset = 0) =>
    i32Of(integerCode(address) + codeOf(opcode) + memoryAt(offset));
const storeInteger =
  (opcode: number) =>
  (address: Integer, value: Integer, offset = 0) =>
    statement(integerCode(address) + integerCode(value) + codeOf(opcode) + memoryAt(offset));

/**
 * Instructions on integers, clauses 5.4.6 and 5.4.7, and `select`, clause 5.4.3. Addresses are in bytes; `offset` is added to
 * them.
 */
export const i32 = {
  load: /* @__PURE__ */ loadInteger(0x28),
  load8_u: /* @__PURE__ */ loadInteger(0x2d),
  load16_s: /* @__PURE__ */ loadInteger(0x2e),
  load16_u: /* @__PURE__ */ loadInteger(0x2f),
  store: /* @__PURE__ */ storeInteger(0x36),
  store8: /* @__PURE__ */ storeInteger(0x3a),
  store16: /* @__PURE__ */ storeInteger(0x3b),
  eqz: /* @__PURE__ */ unary(0x45),
  eq: /* @__PURE__ */ binary(0x46),
  ne: /* @__PURE__ */ binary(0x47),
  lt_s: /* @__PURE__ */ binary(0x48),
  gt_s: /* @__PURE__ */ binary(0x4a),
  le_s: /* @__PURE__ */ binary(0x4c),
  ge_s: /* @__PURE__ */ binary(0x4e),
  clz: /* @__PURE__ */ unary(0x67),
  ctz: /* @__PURE__ */ unary(0x68),
  add: /* @__PURE__ */ binary(0x6a),
  sub: /* @__PURE__ */ binary(0x6b),
  mul: /* @__PURE__ */ binary(0x6c),
  and: /* @__PURE__ */ binary(0x71),
  or: /* @__PURE__ */ binary(0x72),
  xor: /* @__PURE__ */ binary(0x73),
  shl: /* @__PURE__ */ binary(0x74),
  shr_s: /* @__PURE__ */ binary(0x75),
  shr_u: /* @__PURE__ */ binary(0x76),
  /** `a` where `condition` is not 0, else `b`; both are computed. */
  select: (a: Integer, b: Integer, condition: Integer) =>
    i32Of(integerCode(a) + integerCode(b) + integerCode(condition) + codeOf(SELECT)),
  /** The lowest 32 bits. */
  wrap_i64: (a: I64) => i32Of(a.code + codeOf(0xa7)),
} as const;

const binaryLong = (opcode: number) => (a: I64, b: I64) => i64Of(a.code + b.code + codeOf(opcode));
const loadLong =
  (opcode: number) =>
  (address: Integer, offset = 0) =>
    i64Of(integerCode(address) + codeOf(opcode) + memoryAt(offset));

/** Instructions on integers of 64 bits, clauses 5.4.6 and 5.4.7. */
export const i64 = {
  load: /* @__PURE__ */ loadLong(0x29),
  load32_u: /* @__PURE__ */ loadLong(0x35),
  store: (address: Integer, value: I64, offset = 0) =>
    statement(integerCode(address) + value.code + codeOf(0x37) + memoryAt(offset)),
  /** 1 if all bits are 0. */
  eqz: (a: I64) => i32Of(a.code + codeOf(0x50)),
  ctz: (a: I64) => i64Of(a.code + codeOf(0x7a)),
  add: /* @__PURE__ */ binaryLong(0x7c),
  and: /* @__PURE__ */ binaryLong(0x83),
  or: /* @__PURE__ */ binaryLong(0x84),
  xor: /* @__PURE__ */ binaryLong(0x85),
  shl: /* @__PURE__ */ binaryLong(0x86),
  shr_u: /* @__PURE__ */ binaryLong(0x88),
  /** An integer of 32 bits with zeros above. */
  extend_i32_u: (a: Integer) => i64Of(integerCode(a) + codeOf(0xad)),
} as const;

const vector = (opcode: number) => codeOf(VECTOR) + unsignedLeb(opcode);
const unaryVector = (opcode: number) => (a: V128) => v128Of(a.code + vector(opcode));
const binaryVector = (opcode: number) => (a: V128, b: V128) =>
  v128Of(a.code + b.code + vector(opcode));
const shift = (opcode: number) => (a: V128, count: Integer) =>
  v128Of(a.code + integerCode(count) + vector(opcode));
const splat = (opcode: number) => (value: Integer) => v128Of(integerCode(value) + vector(opcode));
const summary = (opcode: number) => (a: V128) => i32Of(a.code + vector(opcode));
const extract = (opcode: number) => (a: V128, lane: number) =>
  i32Of(a.code + vector(opcode) + codeOf(lane));
const replace = (opcode: number) => (a: V128, lane: number, value: Integer) =>
  v128Of(a.code + integerCode(value) + vector(opcode) + codeOf(lane));
const loadVector =
  (opcode: number) =>
  (address: Integer, offset = 0) =>
    v128Of(integerCode(address) + vector(opcode) + memoryAt(offset));
const storeLane =
  (opcode: number) =>
  (address: Integer, value: V128, lane: number, offset = 0) =>
    statement(integerCode(address) + value.code + vector(opcode) + memoryAt(offset) + codeOf(lane));
const loadLane =
  (opcode: number) =>
  (address: Integer, value: V128, lane: number, offset = 0) =>
    v128Of(integerCode(address) + value.code + vector(opcode) + memoryAt(offset) + codeOf(lane));

/** Instructions on vectors whatever their lanes, clause 5.4.8. */
export const v128 = {
  load: /* @__PURE__ */ loadVector(0),
  /** Eight bytes as eight lanes of 16 bits. */
  load8x8_u: /* @__PURE__ */ loadVector(2),
  load8_splat: /* @__PURE__ */ loadVector(7),
  load16_splat: /* @__PURE__ */ loadVector(8),
  load32_splat: /* @__PURE__ */ loadVector(9),
  load64_splat: /* @__PURE__ */ loadVector(10),
  load32_zero: /* @__PURE__ */ loadVector(92),
  load64_zero: /* @__PURE__ */ loadVector(93),
  load8_lane: /* @__PURE__ */ loadLane(84),
  load16_lane: /* @__PURE__ */ loadLane(85),
  load32_lane: /* @__PURE__ */ loadLane(86),
  load64_lane: /* @__PURE__ */ loadLane(87),
  store: (address: Integer, value: V128, offset = 0) =>
    statement(integerCode(address) + value.code + vector(11) + memoryAt(offset)),
  store8_lane: /* @__PURE__ */ storeLane(88),
  store16_lane: /* @__PURE__ */ storeLane(89),
  store32_lane: /* @__PURE__ */ storeLane(90),
  store64_lane: /* @__PURE__ */ storeLane(91),
  /** Sixteen bytes, lowest first. */
  const: (bytes: readonly number[]) => v128Of(vector(12) + codeOf(...bytes)),
  not: /* @__PURE__ */ unaryVector(77),
  and: /* @__PURE__ */ binaryVector(78),
  /** a and not b. */
  andnot: /* @__PURE__ */ binaryVector(79),
  or: /* @__PURE__ */ binaryVector(80),
  xor: /* @__PURE__ */ binaryVector(81),
  /** Bits of `a` where `mask` is set, of `b` elsewhere. */
  bitselect: (a: V128, b: V128, mask: V128) => v128Of(a.code + b.code + mask.code + vector(82)),
  any_true: /* @__PURE__ */ summary(83),
} as const;

/** Instructions on sixteen lanes of 8 bits, clause 5.4.8. */
export const i8x16 = {
  /** Lanes 0..15 of `a` and 16..31 of `b`, in the order that `lanes` names them. */
  shuffle: (a: V128, b: V128, lanes: readonly number[]) =>
    v128Of(a.code + b.code + vector(13) + codeOf(...lanes)),
  /** Lanes of `a` that the lanes of `b` name; 0 where there is no such lane. */
  swizzle: /* @__PURE__ */ binaryVector(14),
  splat: /* @__PURE__ */ splat(15),
  eq: /* @__PURE__ */ binaryVector(35),
  abs: /* @__PURE__ */ unaryVector(96),
  bitmask: /* @__PURE__ */ summary(100),
  narrow_i16x8_s: /* @__PURE__ */ binaryVector(101),
  narrow_i16x8_u: /* @__PURE__ */ binaryVector(102),
  shr_u: /* @__PURE__ */ shift(109),
  add: /* @__PURE__ */ binaryVector(110),
  add_sat_u: /* @__PURE__ */ binaryVector(112),
  sub: /* @__PURE__ */ binaryVector(113),
  sub_sat_u: /* @__PURE__ */ binaryVector(115),
  min_u: /* @__PURE__ */ binaryVector(119),
  max_u: /* @__PURE__ */ binaryVector(121),
  avgr_u: /* @__PURE__ */ binaryVector(123),
} as const;

/** Instructions on eight lanes of 16 bits, clause 5.4.8. */
export const i16x8 = {
  splat: /* @__PURE__ */ splat(16),
  extract_lane_s: /* @__PURE__ */ extract(24),
  extract_lane_u: /* @__PURE__ */ extract(25),
  replace_lane: /* @__PURE__ */ replace(26),
  eq: /* @__PURE__ */ binaryVector(45),
  lt_s: /* @__PURE__ */ binaryVector(47),
  gt_s: /* @__PURE__ */ binaryVector(49),
  extadd_pairwise_i8x16_u: /* @__PURE__ */ unaryVector(125),
  abs: /* @__PURE__ */ unaryVector(128),
  neg: /* @__PURE__ */ unaryVector(129),
  narrow_i32x4_s: /* @__PURE__ */ binaryVector(133),
  q15mulr_sat_s: /* @__PURE__ */ binaryVector(130),
  extend_low_i8x16_s: /* @__PURE__ */ unaryVector(135),
  extend_low_i8x16_u: /* @__PURE__ */ unaryVector(137),
  extend_high_i8x16_u: /* @__PURE__ */ unaryVector(138),
  shl: /* @__PURE__ */ shift(139),
  shr_s: /* @__PURE__ */ shift(140),
  shr_u: /* @__PURE__ */ shift(141),
  add: /* @__PURE__ */ binaryVector(142),
  add_sat_s: /* @__PURE__ */ binaryVector(143),
  sub: /* @__PURE__ */ binaryVector(145),
  sub_sat_s: /* @__PURE__ */ binaryVector(146),
  sub_sat_u: /* @__PURE__ */ binaryVector(147),
  mul: /* @__PURE__ */ binaryVector(149),
  min_s: /* @__PURE__ */ binaryVector(150),
  max_s: /* @__PURE__ */ binaryVector(152),
} as const;

/** Instructions on four lanes of 32 bits, clause 5.4.8. */
export const i32x4 = {
  splat: /* @__PURE__ */ splat(17),
  extract_lane: /* @__PURE__ */ extract(27),
  extadd_pairwise_i16x8_s: /* @__PURE__ */ unaryVector(126),
  extadd_pairwise_i16x8_u: /* @__PURE__ */ unaryVector(127),
  extend_low_i16x8_s: /* @__PURE__ */ unaryVector(167),
  extend_high_i16x8_s: /* @__PURE__ */ unaryVector(168),
  extend_low_i16x8_u: /* @__PURE__ */ unaryVector(169),
  extend_high_i16x8_u: /* @__PURE__ */ unaryVector(170),
  shl: /* @__PURE__ */ shift(171),
  shr_s: /* @__PURE__ */ shift(172),
  shr_u: /* @__PURE__ */ shift(173),
  gt_s: /* @__PURE__ */ binaryVector(59),
  min_s: /* @__PURE__ */ binaryVector(182),
  max_s: /* @__PURE__ */ binaryVector(184),
  add: /* @__PURE__ */ binaryVector(174),
  sub: /* @__PURE__ */ binaryVector(177),
  mul: /* @__PURE__ */ binaryVector(181),
  dot_i16x8_s: /* @__PURE__ */ binaryVector(186),
  extmul_low_i16x8_s: /* @__PURE__ */ binaryVector(188),
  extmul_high_i16x8_s: /* @__PURE__ */ binaryVector(189),
  extmul_low_i16x8_u: /* @__PURE__ */ binaryVector(190),
  extmul_high_i16x8_u: /* @__PURE__ */ binaryVector(191),
  /** Lanes of float32 without their fractions; beyond the range of 32 bits, its end. */
  trunc_sat_f32x4_s: /* @__PURE__ */ unaryVector(248),
} as const;

/** Instructions on two lanes of 64 bits, clause 5.4.8. */
export const i64x2 = {
  shl: /* @__PURE__ */ shift(203),
} as const;

/** Instructions on four lanes of float32, clause 5.4.8. Each rounds as IEEE 754 says: `Math.fround` of what JavaScript computes. */
export const f32x4 = {
  add: /* @__PURE__ */ binaryVector(228),
  sub: /* @__PURE__ */ binaryVector(229),
  mul: /* @__PURE__ */ binaryVector(230),
  /** The larger of numbers that are not NaN. */
  max: /* @__PURE__ */ binaryVector(233),
  /** `b` where it is less than `a`, else `a`. */
  pmin: /* @__PURE__ */ binaryVector(234),
  abs: /* @__PURE__ */ unaryVector(224),
  sqrt: /* @__PURE__ */ unaryVector(227),
  floor: /* @__PURE__ */ unaryVector(104),
  /** Lanes of ones where it is so, of zeros elsewhere. */
  ge: /* @__PURE__ */ binaryVector(70),
  convert_i32x4_s: /* @__PURE__ */ unaryVector(250),
  /** Two float64 as the two low lanes, zeros above. */
  demote_f64x2_zero: /* @__PURE__ */ unaryVector(94),
} as const;

/** Instructions on two lanes of float64, clause 5.4.8. Each rounds as IEEE 754 says, to the same bits as numbers of JavaScript. */
export const f64x2 = {
  neg: /* @__PURE__ */ unaryVector(237),
  add: /* @__PURE__ */ binaryVector(240),
  sub: /* @__PURE__ */ binaryVector(241),
  mul: /* @__PURE__ */ binaryVector(242),
  /** All bits of a lane where `a` is less than `b`, else none. */
  lt: /* @__PURE__ */ binaryVector(73),
  /** The two lower lanes of 32 bits. */
  convert_low_i32x4_s: /* @__PURE__ */ unaryVector(254),
  /** Two float64, lowest lane first. */
  const: (low: number, high: number) =>
    v128.const([...new Uint8Array(Float64Array.of(low, high).buffer)]),
} as const;
