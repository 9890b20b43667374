/**
 * Vectors of predictions from two pictures as one kernel: `BiSearch.refine` of encoder/bi-search.ts, step by step the same. Everything
 * that it needs stands in a record (motion-record.ts).
 */
import { type I32, i32 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { EVEN_WEIGHT, IMPLICIT_LOG_WD } from '../../standard/picture-distance.ts';
import { BI_LIST_WORDS, BI_WORD } from '../motion-record.ts';
import type { MotionSamples } from './motion-samples.ts';
import {
  BLOCK_STRIDE,
  type Call,
  type CallProcedure,
  mvdBits,
  setWord,
  wordOf,
} from './motion-vectors.ts';

const NO_LIMIT = 0x7fffffff;
/** Quarter-sample neighbors of a vector, in the order in which they are tried. */
const NEIGHBORS = [
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
] as const;

type BiWord = keyof typeof BI_WORD;
const biWord = (record: I32, name: BiWord) => i32.load(record, 4 * BI_WORD[name]);
const setBiWord = (record: I32, name: BiWord, value: I32) =>
  i32.store(record, value, 4 * BI_WORD[name]);
/** Bytes from a word of list 0 to that of list 1. */
const LIST = 4 * BI_LIST_WORDS;

/** Predicts the block from a vector of the list whose words begin `list` bytes on. */
function definePredict(m: ModuleBuilder, { predict }: MotionSamples): CallProcedure {
  return m.defineProcedure(null, 4, (f, record, list, x, y) => {
    const motion = f.i32(biWord(record, 'motion'));
    const own = f.i32(i32.add(record, list));
    f.do(
      setWord(motion, 'luma', biWord(own, 'luma0')),
      setWord(motion, 'tiles', biWord(own, 'tiles0')),
      predict(motion, x, y, biWord(own, 'block0'), BLOCK_STRIDE),
    );
  });
}

/** SATD of both predictions together, as they lie in their scratch blocks. */
function defineDistortion(m: ModuleBuilder): Call {
  const averageBlocks = m.procedureNamed('averageBlocks');
  const weightBlocks = m.procedureNamed('weightBlocks');
  const satd = m.functionNamed('satd');
  return m.defineFunction(null, 1, (f, record) => {
    const weight = f.i32(biWord(record, 'weight'));
    const [a, b, both] = (['block0', 'block1', 'both'] as const).map((name) =>
      f.i32(biWord(record, name)),
    );
    const size = [f.i32(biWord(record, 'width')), f.i32(biWord(record, 'height'))] as const;
    const stride = BLOCK_STRIDE;
    f.if(
      i32.eq(weight, EVEN_WEIGHT),
      () => f.do(averageBlocks(a, b, stride, both, stride, ...size)),
      () => {
        const weights = [i32.sub(2 * EVEN_WEIGHT, weight), weight] as const;
        const blocks = [a, stride, b, stride, both, stride] as const;
        f.do(weightBlocks(...blocks, ...size, IMPLICIT_LOG_WD, ...weights, 0));
      },
    );
    return satd(biWord(record, 'source'), stride, both, stride, ...size, NO_LIMIT);
  });
}

/** Bits of the vector (x, y) of the list whose words are at `own`. */
function bitsOf(f: FunctionBuilder, own: I32, x: I32, y: I32): I32 {
  return mvdBits(f, i32.sub(x, biWord(own, 'predictedX0')), i32.sub(y, biWord(own, 'predictedY0')));
}

/** Whether a vector keeps to the limits, as `MotionSearch.isAllowed`. */
function isAllowed(motion: I32, x: I32, y: I32): I32 {
  const four = (name: 'minX' | 'maxX' | 'minY' | 'maxY') => i32.shl(wordOf(motion, name), 2);
  return [
    i32.ge_s(x, four('minX')),
    i32.le_s(x, four('maxX')),
    i32.ge_s(y, four('minY')),
    i32.le_s(y, four('maxY')),
  ].reduce((all, one) => i32.and(all, one));
}

/** `BiSearch.step`: leaves whether a neighbor is better. */
function defineStep(m: ModuleBuilder, predict: CallProcedure, distortion: Call): Call {
  return m.defineFunction(null, 2, (f, record, list) => {
    const motion = f.i32(biWord(record, 'motion'));
    const lambda = f.i32(wordOf(motion, 'lambda'));
    const own = f.i32(i32.add(record, list));
    const other = f.i32(i32.sub(i32.add(record, LIST), list));
    const otherBits = f.i32(bitsOf(f, other, biWord(other, 'x0'), biWord(other, 'y0')));
    const x = f.i32(biWord(own, 'x0'));
    const y = f.i32(biWord(own, 'y0'));
    const best = [f.i32(x), f.i32(y)] as const;
    for (const [dx, dy] of NEIGHBORS) {
      const toX = f.i32(i32.add(x, dx));
      const toY = f.i32(i32.add(y, dy));
      f.if(isAllowed(motion, toX, toY), () => {
        f.do(predict(record, list, toX, toY));
        const bits = i32.add(bitsOf(f, own, toX, toY), otherBits);
        const cost = f.i32(i32.add(distortion(record), i32.mul(lambda, bits)));
        f.if(i32.lt_s(cost, biWord(record, 'cost')), () => {
          f.do(setBiWord(record, 'cost', cost));
          f.set(best[0], toX);
          f.set(best[1], toY);
        });
      });
    }
    // The scratch block of this list is to hold what the other list is measured against.
    f.do(predict(record, list, ...best));
    f.do(setBiWord(own, 'x0', best[0]), setBiWord(own, 'y0', best[1]));
    return i32.or(i32.ne(best[0], x), i32.ne(best[1], y));
  });
}

/** Defines `refineBiMotion`. */
export function defineBiMotion(m: ModuleBuilder, samples: MotionSamples): void {
  const predict = definePredict(m, samples);
  const distortion = defineDistortion(m);
  const step = defineStep(m, predict, distortion);
  m.defineProcedure('refineBiMotion', 1, (f, record: I32Local) => {
    const motion = f.i32(biWord(record, 'motion'));
    for (const name of ['atX', 'atY', 'width', 'height'] as const)
      f.do(setWord(motion, name, biWord(record, name)));
    const lists = [f.i32(record), f.i32(i32.add(record, LIST))];
    const bits = lists.map((own, list) => {
      const mv = [biWord(own, 'x0'), biWord(own, 'y0')] as const;
      f.do(predict(record, LIST * list, ...mv));
      return bitsOf(f, own, ...mv);
    });
    const cost = i32.mul(wordOf(motion, 'lambda'), i32.add(bits[0], bits[1]));
    f.do(setBiWord(record, 'cost', i32.add(distortion(record), cost)));
    const rounds = f.i32(biWord(record, 'rounds'));
    f.while(i32.gt_s(rounds, 0), () => {
      const moved0 = f.i32(step(record, 0));
      const moved1 = f.i32(step(record, LIST));
      f.if(i32.eqz(i32.or(moved0, moved1)), () => f.return());
      f.add(rounds, -1);
    });
  });
}
