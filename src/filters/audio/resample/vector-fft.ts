/** The stages of `MixedFft` with vectors: one complex number is two lanes of float64. The arithmetic is that of the plain stages, in their order. */
import { type FftKernels, oddRoots } from '../../../dsp/mixed-fft.ts';
import { f64x2, i8x16, i32, type V128, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';

const SWAPPED = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** The two lanes of a local in the other order. */
export const swap = (a: V128Local) => i8x16.shuffle(a, a, SWAPPED);

/** The locals of the innermost loop of a stage. */
interface Constants {
  /** (1, -1). */
  readonly signs: V128Local;
  /** For odd radices: (cos, cos) and (sin, -sin), in the order of `oddRoots`. */
  readonly cosines: readonly V128Local[];
  readonly sines: readonly V128Local[];
}

/** Defines `stage2` to `stage7`. */
export function defineFft(m: ModuleBuilder): void {
  defineStage(m, 2, radix2);
  defineStage(m, 3, oddRadix);
  defineStage(m, 4, radix4);
  defineStage(m, 5, oddRadix);
  defineStage(m, 7, oddRadix);
}

type Butterfly = (f: FunctionBuilder, x: readonly V128Local[], constants: Constants) => V128[];

function defineStage(m: ModuleBuilder, radix: 2 | 3 | 4 | 5 | 7, butterfly: Butterfly): void {
  const name: keyof FftKernels = `stage${radix}`;
  m.defineProcedure(name, 5, (f, from, to, factors, groups, stride) => {
    const numbers = Array.from({ length: radix }, (_, k) => k);
    const outStep = f.i32(i32.shl(stride, 4));
    const inStep = f.i32(i32.mul(groups, outStep));
    const inputs = numbers.map((k) => (k === 0 ? null : f.i32(i32.mul(inStep, k))));
    const outputs = numbers.map((k) => (k === 0 ? null : f.i32(i32.mul(outStep, k))));
    const at = (base: I32Local, offset: I32Local | null) =>
      offset === null ? base : i32.add(base, offset);
    const constants = constantsOf(f, radix);
    f.repeat(groups, () => {
      const w = numbers.slice(1).map((k) => ({
        re: f.v128(v128.load(factors, 32 * (k - 1))),
        im: f.v128(v128.load(factors, 32 * (k - 1) + 16)),
      }));
      f.repeat(stride, () => {
        const x = inputs.map((offset) => f.v128(v128.load(at(from, offset))));
        const b = butterfly(f, x, constants);
        f.do(v128.store(to, b[0]!));
        for (let j = 1; j < radix; j++) {
          const value = f.v128(b[j]!);
          const { re, im } = w[j - 1]!;
          const product = f64x2.add(f64x2.mul(value, re), f64x2.mul(swap(value), im));
          f.do(v128.store(at(to, outputs[j]!), product));
        }
        f.add(from, 16);
        f.add(to, 16);
      });
      f.add(to, i32.sub(i32.mul(outStep, radix), outStep));
      f.add(factors, 32 * (radix - 1));
    });
  });
}

function constantsOf(f: FunctionBuilder, radix: number): Constants {
  const roots = radix === 3 || radix === 5 || radix === 7 ? oddRoots(radix) : new Float64Array(0);
  const cosines: V128Local[] = [];
  const sines: V128Local[] = [];
  for (let i = 0; i < roots.length; i += 2) {
    cosines.push(f.v128(f64x2.const(roots[i]!, roots[i]!)));
    sines.push(f.v128(f64x2.const(roots[i + 1]!, -roots[i + 1]!)));
  }
  return { signs: f.v128(f64x2.const(1, -1)), cosines, sines };
}

const radix2: Butterfly = (_, x) => [f64x2.add(x[0]!, x[1]!), f64x2.sub(x[0]!, x[1]!)];

const radix4: Butterfly = (f, x, { signs }) => {
  const s02 = f.v128(f64x2.add(x[0]!, x[2]!));
  const d02 = f.v128(f64x2.sub(x[0]!, x[2]!));
  const s13 = f.v128(f64x2.add(x[1]!, x[3]!));
  const difference = f.v128(f64x2.sub(x[1]!, x[3]!));
  // Times -i.
  const d13 = f.v128(f64x2.mul(swap(difference), signs));
  return [f64x2.add(s02, s13), f64x2.add(d02, d13), f64x2.sub(s02, s13), f64x2.sub(d02, d13)];
};

/** See `oddStage` of mixed-fft.ts. */
const oddRadix: Butterfly = (f, x, { cosines, sines }) => {
  const radix = x.length;
  const half = (radix - 1) / 2;
  const sums: V128Local[] = [];
  const differences: V128Local[] = [];
  let total: V128 = x[0]!;
  for (let k = 1; k <= half; k++) {
    const a = x[k]!;
    const b = x[radix - k]!;
    sums.push(f.v128(f64x2.add(a, b)));
    const difference = f.v128(f64x2.sub(a, b));
    differences.push(f.v128(swap(difference)));
    total = f64x2.add(total, sums[k - 1]!);
  }
  const outputs: V128[] = [total];
  for (let j = 1; j <= half; j++) {
    let even: V128 = x[0]!;
    let odd: V128 | null = null;
    for (let k = 0; k < half; k++) {
      const root = (j - 1) * half + k;
      even = f64x2.add(even, f64x2.mul(sums[k]!, cosines[root]!));
      const product = f64x2.mul(differences[k]!, sines[root]!);
      odd = odd === null ? product : f64x2.add(odd, product);
    }
    const evenLocal = f.v128(even);
    const oddLocal = f.v128(odd!);
    outputs[j] = f64x2.add(evenLocal, oddLocal);
    outputs[radix - j] = f64x2.sub(evenLocal, oddLocal);
  }
  return outputs;
};
