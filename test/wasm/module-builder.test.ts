/** Modules written by the builder are valid, and their functions do what their instructions say. */
import { describe, expect, it } from 'vitest';
import { i32, v128 } from '../../src/wasm/expressions.ts';
import { KernelModule } from '../../src/wasm/kernel-memory.ts';
import { ModuleBuilder } from '../../src/wasm/module-builder.ts';

describe('a module', () => {
  it('of no functions is valid', () => {
    expect(WebAssembly.validate(new ModuleBuilder().encode())).toBe(true);
  });

  it('calls its functions, loops and branches', () => {
    const kernels = new KernelModule((m) => {
      const square = m.defineFunction('square', 1, (_, x) => i32.mul(x, x));
      m.defineFunction('sumOfSquares', 1, (f, count) => {
        const sum = f.i32(0);
        const i = f.i32(0);
        f.repeat(count, () => {
          f.add(i, 1);
          f.if(
            i32.eqz(i32.and(i, 1)),
            () => f.add(sum, square(i)),
            () => f.add(sum, -1),
          );
        });
        return sum;
      });
      m.defineProcedure('copy', 2, (f, from, to) => f.do(v128.store(to, v128.load(from))));
    });
    const { buffer, exports } = kernels.createMemory(64);
    expect(exports).not.toBeNull();
    expect(exports!.sumOfSquares!(5)).toBe(4 + 16 - 3);
    const bytes = new Uint8Array(buffer);
    for (let i = 0; i < 16; i++) bytes[i] = 3 * i + 200;
    exports!.copy!(0, 33);
    expect([...bytes.subarray(33, 49)]).toEqual([...bytes.subarray(0, 16)]);
  });
});
