/** `scaleSpectrum` of kernels.ts with vectors: one complex number at a time. */
import { f64x2, v128 } from '../../../wasm/expressions.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { swap } from './vector-fft.ts';

/** Defines `scaleSpectrum`. */
export function defineSpectrum(m: ModuleBuilder): void {
  m.defineProcedure('scaleSpectrum', 5, (f, from, to, response, count, step) => {
    f.repeat(count, () => {
      const value = f.v128(v128.load(from));
      f.do(v128.store(to, f64x2.mul(swap(value), v128.load64_splat(response))));
      f.add(from, step);
      f.add(to, step);
      f.add(response, 8);
    });
  });
}
