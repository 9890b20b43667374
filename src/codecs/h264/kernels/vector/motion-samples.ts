/**
 * Where the samples of a vector lie, as functions that kernels of motion search call: tiles of the half-sample planes are made when a
 * vector first needs them, as `ensureTiles` of standard/interpolation.ts does.
 */
import { type I32, i32 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { TILE_MARGIN } from '../../standard/interpolation.ts';
import { MOTION_WORD } from '../motion-record.ts';
import { type CallProcedure, setWord, wordOf } from './motion-vectors.ts';

/** Bits of the marks of a tile, as in standard/interpolation.ts, and what makes each plane. */
const PLANES = [
  [1, 'interpolateB'],
  [2, 'interpolateH'],
  [4, 'interpolateJ'],
] as const;

/** Makes the planes that tiles lack; all that stands in the record about tiles is known. */
function defineMakeTiles(m: ModuleBuilder): CallProcedure {
  const makers = PLANES.map(([bit, name]) => [bit, m.procedureNamed(name)] as const);
  return m.defineProcedure(null, 2, (f, record, planes) => {
    const stride = f.i32(wordOf(record, 'stride'));
    const planeSize = f.i32(wordOf(record, 'planeSize'));
    const row = f.i32(wordOf(record, 'ensuredTop'));
    const lastRow = f.i32(wordOf(record, 'ensuredBottom'));
    const lastColumn = f.i32(wordOf(record, 'ensuredRight'));
    f.while(i32.le_s(row, lastRow), () => {
      const column = f.i32(wordOf(record, 'ensuredLeft'));
      const first = i32.mul(row, wordOf(record, 'tileColumns'));
      const rowAt = f.i32(i32.add(wordOf(record, 'tiles'), first));
      f.while(i32.le_s(column, lastColumn), () => {
        const tile = f.i32(i32.add(rowAt, column));
        const done = f.i32(i32.load8_u(tile));
        const missing = f.i32(i32.and(planes, i32.xor(done, -1)));
        f.if(missing, () => {
          const y = i32.sub(i32.shl(row, 4), TILE_MARGIN);
          const x = i32.sub(i32.shl(column, 4), TILE_MARGIN);
          const inside = i32.add(i32.mul(y, stride), x);
          const at = f.i32(i32.add(wordOf(record, 'luma'), inside));
          for (const [bit, make] of makers) {
            f.if(i32.and(missing, bit), () => f.do(make(at, stride, planeSize)));
          }
          f.do(i32.store8(tile, i32.or(done, missing)));
        });
        f.add(column, 1);
      });
      f.add(row, 1);
    });
  });
}

/** `BlockMatcher.ensureHalfSamples`: `x`, `y` are full samples of the picture. */
function defineEnsure(m: ModuleBuilder): CallProcedure {
  const makeTiles = defineMakeTiles(m);
  return m.defineProcedure(null, 4, (f, record, planes, x, y) => {
    const tileAt = (position: I32) => f.i32(i32.shr_s(i32.add(position, TILE_MARGIN), 4));
    const left = tileAt(x);
    const top = tileAt(y);
    const right = tileAt(i32.add(x, wordOf(record, 'width')));
    const bottom = tileAt(i32.add(y, wordOf(record, 'height')));
    const tiles = f.i32(wordOf(record, 'tiles'));
    const known = f.i32(wordOf(record, 'ensuredPlanes'));
    const isSame = [
      i32.eq(tiles, wordOf(record, 'ensuredTiles')),
      i32.ge_s(left, wordOf(record, 'ensuredLeft')),
      i32.le_s(right, wordOf(record, 'ensuredRight')),
      i32.ge_s(top, wordOf(record, 'ensuredTop')),
      i32.le_s(bottom, wordOf(record, 'ensuredBottom')),
    ].reduce((all, one) => i32.and(all, one));
    f.if(
      isSame,
      () => f.if(i32.eqz(i32.and(planes, i32.xor(known, -1))), () => f.return()),
      () => {
        f.set(known, 0);
        f.do(
          setWord(record, 'ensuredTiles', tiles),
          setWord(record, 'ensuredLeft', left),
          setWord(record, 'ensuredTop', top),
          setWord(record, 'ensuredRight', right),
          setWord(record, 'ensuredBottom', bottom),
        );
      },
    );
    f.do(setWord(record, 'ensuredPlanes', i32.or(known, planes)));
    f.do(makeTiles(record, planes));
  });
}

/** The two samples that a luma sample is made from (Table 8-12). */
interface Pair {
  readonly first: I32Local;
  readonly second: I32Local;
}

/** Positions of both for the vector (x, y) in quarter samples; their planes hold the block then. */
function pairAt(f: FunctionBuilder, ensure: CallProcedure, record: I32Local, x: I32, y: I32): Pair {
  const atX = f.i32(i32.add(wordOf(record, 'atX'), x));
  const atY = f.i32(i32.add(wordOf(record, 'atY'), y));
  const fraction = f.i32(i32.or(i32.shl(i32.and(atY, 3), 2), i32.and(atX, 3)));
  f.set(atX, i32.shr_s(atX, 2));
  f.set(atY, i32.shr_s(atY, 2));
  const planes = f.i32(i32.load8_u(i32.add(record, fraction), 4 * MOTION_WORD.quarterPlanes));
  f.if(planes, () => f.do(ensure(record, planes, atX, atY)));
  const inPlane = i32.add(i32.mul(atY, wordOf(record, 'stride')), atX);
  const base = f.i32(i32.add(wordOf(record, 'luma'), inPlane));
  const offsets = f.i32(i32.add(record, i32.shl(fraction, 3)));
  return {
    first: f.i32(i32.add(base, wordOf(offsets, 'quarterOffsets'))),
    second: f.i32(i32.add(base, i32.load(offsets, 4 * MOTION_WORD.quarterOffsets + 4))),
  };
}

/** The functions over samples that kernels of motion search call. */
export interface MotionSamples {
  /** Finds or makes the samples at a vector: `sampleAt` and `sampleStride`. @param rowStep 2: of every second row */
  readonly place: CallProcedure;
  /** Predicts the block from a vector into rows of `toStride` at `to`, as `predictLuma`. */
  readonly predict: CallProcedure;
}

/** Defines both; `scratchStride`: rows of scratch blocks. */
export function defineMotionSamples(m: ModuleBuilder, scratchStride: number): MotionSamples {
  const ensure = defineEnsure(m);
  const averageBlocks = m.procedureNamed('averageBlocks');
  const copyBlock = m.procedureNamed('copyBlock');
  const place = m.defineProcedure(null, 4, (f, record, x, y, rowStep) => {
    const { first, second } = pairAt(f, ensure, record, x, y);
    const stride = f.i32(wordOf(record, 'stride'));
    f.do(setWord(record, 'sampleAt', first), setWord(record, 'sampleStride', stride));
    f.if(i32.and(i32.or(x, y), 1), () => {
      const scratch = f.i32(wordOf(record, 'scratch'));
      const from = i32.mul(rowStep, stride);
      const to = i32.mul(rowStep, scratchStride);
      const rows = i32.shr_u(wordOf(record, 'height'), i32.sub(rowStep, 1));
      f.do(averageBlocks(first, second, from, scratch, to, wordOf(record, 'width'), rows));
      f.do(setWord(record, 'sampleAt', scratch), setWord(record, 'sampleStride', scratchStride));
    });
  });
  const predict = m.defineProcedure(null, 5, (f, record, x, y, to, toStride) => {
    const { first, second } = pairAt(f, ensure, record, x, y);
    const stride = f.i32(wordOf(record, 'stride'));
    const size = [wordOf(record, 'width'), wordOf(record, 'height')] as const;
    f.if(
      i32.eq(first, second),
      () => f.do(copyBlock(first, stride, to, toStride, ...size)),
      () => f.do(averageBlocks(first, second, stride, to, toStride, ...size)),
    );
  });
  return { place, predict };
}
