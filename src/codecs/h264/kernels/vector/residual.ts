/**
 * Transform, quantization and the way back with vectors, for one 4x4 block or two side by side: the functions of
 * plain/residual.ts, argument for argument and bit for bit. The transform of clause 8.5.12.2 and its inverse add
 * along one direction, so both work on four vectors: a row, or after a transposition a column, of either block in each.
 */
import {
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type V128,
  v128,
} from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { BLOCK_X, BLOCK_Y } from '../../standard/macroblock.ts';
import { BLOCK_BYTES } from '../contract.ts';
import { QUANTIZER_BYTES, QUANTIZER_FIELD, QUANTIZERS_AT } from '../plain/quantize.ts';
import { kernelFunction, kernelProcedure } from './define.ts';
import {
  interleaveHigh16,
  interleaveHigh32,
  interleaveHigh64,
  interleaveLow16,
  interleaveLow32,
  interleaveLow64,
  shuffle16,
  splat16,
  transposePair,
} from './lanes.ts';

/** Four vectors: rows, or columns, of two blocks. */
type Four = readonly [V128Local, V128Local, V128Local, V128Local];

/** Samples of a row of one block, or of two, as lanes of 16 bits. */
type LoadSamples = (address: I32Local) => V128;
const loadOne: LoadSamples = (address) => i16x8.extend_low_i8x16_u(v128.load32_zero(address));
const loadTwo: LoadSamples = (address) => v128.load8x8_u(address);

function differences(
  f: FunctionBuilder,
  load: LoadSamples,
  source: I32Local,
  sourceStride: I32Local,
  prediction: I32Local,
  predictionStride: I32Local,
): Four {
  const row = (isLast: boolean) => {
    const difference = f.v128(i16x8.sub(load(source), load(prediction)));
    if (!isLast) {
      f.add(source, sourceStride);
      f.add(prediction, predictionStride);
    }
    return difference;
  };
  return [row(false), row(false), row(false), row(true)];
}

/** One direction of the forward transform: 1 1 1 1, 2 1 -1 -2, 1 -1 -1 1, 1 -2 2 -1. */
function forward(f: FunctionBuilder, [x0, x1, x2, x3]: Four): Four {
  const s03 = f.v128(i16x8.add(x0, x3));
  const s12 = f.v128(i16x8.add(x1, x2));
  const d03 = f.v128(i16x8.sub(x0, x3));
  const d12 = f.v128(i16x8.sub(x1, x2));
  return [
    f.v128(i16x8.add(s03, s12)),
    f.v128(i16x8.add(i16x8.shl(d03, 1), d12)),
    f.v128(i16x8.sub(s03, s12)),
    f.v128(i16x8.sub(d03, i16x8.shl(d12, 1))),
  ];
}

/** One field of a quantizer at an address. */
const field = (quantizer: I32, name: keyof typeof QUANTIZER_FIELD) =>
  i32.load(quantizer, 4 * QUANTIZER_FIELD[name]);

/** Vectors of a factor by column of a block: even rows have the one, odd rows the other. Columns 0 and 2 are alike, 1 and 3. */
function byColumn(
  f: FunctionBuilder,
  quantizer: I32,
  name: 'scale' | 'threshold' | 'rescale',
): [V128Local, V128Local] {
  const alternating = (even: I32, odd: I32) => f.v128(i32x4.splat(i32.or(even, i32.shl(odd, 16))));
  const mixed = field(quantizer, `${name}Mixed`);
  return [
    alternating(field(quantizer, `${name}Even`), mixed),
    alternating(mixed, field(quantizer, `${name}Odd`)),
  ];
}

/** The sixteen coefficients of each block in raster order, eight to a vector, from columns. */
function toRaster(f: FunctionBuilder, [c0, c1, c2, c3]: Four): [V128Local, V128Local][] {
  return [
    [interleaveLow16(c0, c1), interleaveLow16(c2, c3)],
    [interleaveHigh16(c0, c1), interleaveHigh16(c2, c3)],
  ].map(([columns01, columns23]) => {
    const left = f.v128(columns01);
    const right = f.v128(columns23);
    return [f.v128(interleaveLow32(left, right)), f.v128(interleaveHigh32(left, right))];
  });
}

/** Stores blocks of sixteen numbers, one after another. */
function storeBlocks(f: FunctionBuilder, to: I32, blocks: readonly (readonly V128[])[]): void {
  blocks.forEach(([first, second], block) => {
    f.do(
      v128.store(to, first, BLOCK_BYTES * block),
      v128.store(to, second, BLOCK_BYTES * block + 16),
    );
  });
}

/** Lanes of the DC coefficients in column 0 of two blocks. */
const DC_LANES = [-1, -1, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0, 0].map((byte) => byte & 0xff);

/** |level| of a column: (|c|·scale + offset) >> bits, products of at most 2^27, by the one offset or, above 1, by the other. */
function magnitudes(
  f: FunctionBuilder,
  absolute: V128,
  scale: V128,
  offset: V128,
  offsetBeyond1: V128,
  bits: I32,
): V128 {
  const low = f.v128(i32x4.extmul_low_i16x8_u(absolute, scale));
  const high = f.v128(i32x4.extmul_high_i16x8_u(absolute, scale));
  const [small, large] = [offset, offsetBeyond1].map((rounding) => {
    const [first, second] = [low, high].map((product) =>
      i32x4.shr_u(i32x4.add(product, rounding), bits),
    );
    return f.v128(i16x8.narrow_i32x4_s(first, second));
  });
  return v128.bitselect(large, small, i16x8.gt_s(large, splat16(1)));
}

/** Zig-zag scan, clause 8.5.6: the eight first and the eight last positions, as lanes over both halves of the raster order. */
const SCAN_FIRST = [0, 1, 4, 8, 5, 2, 3, 6] as const;
const SCAN_LAST = [9, 12, 13, 10, 7, 11, 14, 15] as const;

function defineQuantize(
  m: ModuleBuilder,
  name: 'quantizeBlock' | 'quantizePair',
  load: LoadSamples,
  count: 1 | 2,
) {
  return kernelFunction(
    m,
    name,
    (
      f,
      source,
      sourceStride,
      prediction,
      predictionStride,
      index,
      first,
      keepsCoefficients,
      coefficients,
      levels,
    ) => {
      const rows = differences(f, load, source, sourceStride, prediction, predictionStride);
      const columns = forward(f, transposePair(f, forward(f, rows)) as Four);
      const quantizer = f.i32(i32.add(i32.mul(index, QUANTIZER_BYTES), QUANTIZERS_AT));
      const absolute = columns.map((column) => f.v128(i16x8.abs(column)));
      // Where DC coefficients are coded by themselves, they count as 0 here.
      const dcLanes = f.v128(v128.and(v128.const(DC_LANES), i16x8.splat(i32.sub(0, first))));
      f.set(absolute[0], v128.andnot(absolute[0], dcLanes));

      const thresholds = byColumn(f, quantizer, 'threshold');
      const beyond = absolute
        .map((column, i) => i16x8.gt_s(column, thresholds[i & 1]))
        .reduce((any, lanes) => v128.or(any, lanes));
      f.if(i32.eqz(v128.any_true(beyond)), () => {
        // The DC coefficients, for their own transform.
        for (let block = 0; block < count; block++) {
          f.do(v128.store16_lane(coefficients, columns[0], 4 * block, BLOCK_BYTES * block));
        }
        f.return(0);
      });

      const scales = byColumn(f, quantizer, 'scale');
      const offset = f.v128(i32x4.splat(field(quantizer, 'offset')));
      const offsetBeyond1 = f.v128(i32x4.splat(field(quantizer, 'offsetBeyond1')));
      const bits = f.i32(field(quantizer, 'bits'));
      const signed = columns.map((column, i) => {
        const signs = f.v128(i16x8.shr_s(column, 15));
        const magnitude = magnitudes(f, absolute[i], scales[i & 1], offset, offsetBeyond1, bits);
        return f.v128(i16x8.sub(v128.xor(magnitude, signs), signs));
      }) as unknown as Four;
      const blocks = toRaster(f, signed).slice(0, count);
      f.if(
        keepsCoefficients,
        () => storeBlocks(f, coefficients, toRaster(f, columns).slice(0, count)),
        () => {
          const rescales = byColumn(f, quantizer, 'rescale');
          const scaled = signed.map((column, i) =>
            f.v128(i16x8.mul(column, rescales[i & 1])),
          ) as unknown as Four;
          f.set(scaled[0], v128.bitselect(columns[0], scaled[0], dcLanes));
          storeBlocks(f, coefficients, toRaster(f, scaled).slice(0, count));
        },
      );
      const masks = blocks.map(([upper, lower], block) => {
        const scan = [SCAN_FIRST, SCAN_LAST].map((lanes) =>
          f.v128(shuffle16(upper, lower, ...lanes)),
        );
        f.do(
          v128.store(levels, scan[0], BLOCK_BYTES * block),
          v128.store(levels, scan[1], BLOCK_BYTES * block + 16),
        );
        const isZero = i8x16.eq(i8x16.narrow_i16x8_s(scan[0], scan[1]), splat16(0));
        return i32.xor(i8x16.bitmask(isZero), 0xffff);
      });
      return count === 1 ? masks[0] : i32.or(masks[0], i32.shl(masks[1], 16));
    },
  );
}

/**
 * The second direction of the inverse transform, saturated: beyond 16 bits a sample is clipped whatever it is. The first stays
 * within 16 bits: 64·255 for differences of samples, and four coefficients rounded up by half a step, 9,024 at QP 51.
 */
const SATURATED = { add: i16x8.add_sat_s, sub: i16x8.sub_sat_s } as const;

/** One direction of the inverse transform, clause 8.5.12.2. */
function inverse(
  f: FunctionBuilder,
  [d0, d1, d2, d3]: Four,
  { add, sub }: Pick<typeof i16x8, 'add' | 'sub'>,
): Four {
  const e0 = f.v128(add(d0, d2));
  const e1 = f.v128(sub(d0, d2));
  const e2 = f.v128(i16x8.sub(i16x8.shr_s(d1, 1), d3));
  const e3 = f.v128(i16x8.add(d1, i16x8.shr_s(d3, 1)));
  return [f.v128(add(e0, e3)), f.v128(add(e1, e2)), f.v128(sub(e1, e2)), f.v128(sub(e0, e3))];
}

function defineAdd(
  m: ModuleBuilder,
  name: 'addBlock' | 'addPair',
  load: LoadSamples,
  count: 1 | 2,
) {
  return kernelProcedure(m, name, (f, pos, stride, coefficients) => {
    const at = (block: number, half: number) =>
      f.v128(v128.load(coefficients, BLOCK_BYTES * block + 16 * half));
    const halves = [0, 1].map((half) => {
      const left = at(0, half);
      const right = count === 1 ? left : at(1, half);
      return [f.v128(interleaveLow64(left, right)), f.v128(interleaveHigh64(left, right))];
    });
    const columns = transposePair(f, halves.flat()) as Four;
    const rows = transposePair(f, inverse(f, columns, i16x8)) as Four;
    f.set(rows[0], i16x8.add(rows[0], splat16(32)));
    for (const sums of inverse(f, rows, SATURATED)) {
      addRow(f, pos, load, i16x8.shr_s(sums, 6), count);
      f.add(pos, stride);
    }
  });
}

/** Adds residuals to a row of samples, clipped. */
function addRow(
  f: FunctionBuilder,
  pos: I32Local,
  load: LoadSamples,
  residual: V128,
  count: 1 | 2,
): void {
  const sums = f.v128(i16x8.add(load(pos), residual));
  const samples = i8x16.narrow_i16x8_u(sums, sums);
  f.do(count === 1 ? v128.store32_lane(pos, samples, 0) : v128.store64_lane(pos, samples, 0));
}

/** Defines the kernels of `ResidualKernels`. */
export function defineResidual(m: ModuleBuilder): void {
  defineQuantize(m, 'quantizeBlock', loadOne, 1);
  const quantizePair = defineQuantize(m, 'quantizePair', loadTwo, 2);
  defineAdd(m, 'addBlock', loadOne, 1);
  const addPair = defineAdd(m, 'addPair', loadTwo, 2);
  const placeOf = (blkIdx: number, pos: I32, stride: I32) =>
    i32.add(i32.add(pos, 4 * BLOCK_X[blkIdx]), i32.mul(stride, 4 * BLOCK_Y[blkIdx]));
  kernelFunction(
    m,
    'quantizeLuma',
    (f, source, strideA, prediction, strideB, index, first, keeps, coefficients, levels, masks) => {
      const any = f.i32(0);
      const both = f.i32(0);
      for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
        const a = placeOf(blkIdx, source, strideA);
        const b = placeOf(blkIdx, prediction, strideB);
        const to = i32.add(coefficients, BLOCK_BYTES * blkIdx);
        const levelsTo = i32.add(levels, BLOCK_BYTES * blkIdx);
        f.set(both, quantizePair(a, strideA, b, strideB, index, first, keeps, to, levelsTo));
        f.do(
          i32.store(masks, i32.and(both, 0xffff), 4 * blkIdx),
          i32.store(masks, i32.shr_u(both, 16), 4 * blkIdx + 4),
        );
        f.set(any, i32.or(any, both));
      }
      return any;
    },
  );
  kernelProcedure(m, 'addLuma', (f, pos, stride, coefficients, masks) => {
    for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
      const left = i32.load(masks, 4 * blkIdx);
      f.if(i32.or(left, i32.load(masks, 4 * blkIdx + 4)), () => {
        const at = i32.add(coefficients, BLOCK_BYTES * blkIdx);
        f.do(addPair(placeOf(blkIdx, pos, stride), stride, at));
      });
    }
  });
  kernelProcedure(m, 'addDcPair', (f, pos, stride, dcLeft, dcRight) => {
    const rounded = (dc: I32) => i16x8.splat(i32.shr_s(i32.add(dc, 32), 6));
    const residual = f.v128(interleaveLow64(rounded(dcLeft), rounded(dcRight)));
    f.repeat(4, () => {
      addRow(f, pos, loadTwo, residual, 2);
      f.add(pos, stride);
    });
  });
}
