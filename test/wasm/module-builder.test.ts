/**
 * Modules written by the builders are valid, and their functions do what they were told: numbers of the binary format against
 * a decoder; functions, locals and parameters by the hundred, where an index takes two bytes; calls, loops and branches.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, i32, i32x4, signedLeb, unsignedLeb, v128 } from '../../src/wasm/expressions.ts';
import { ModuleBuilder } from '../../src/wasm/module-builder.ts';
import { instantiate } from './instantiate.ts';

const SEED = 2807;
/** Sizes on either side of where an index in LEB128 grows by a byte. */
const SIZES = [1, 127, 128, 129, 300];

describe('LEB128', () => {
  /** The value by clause 5.2.2: seven bits of each byte, lowest first; `signed` takes bit 6 of the last byte as its sign. */
  function decode(bytes: readonly number[], signed: boolean): number {
    let value = 0;
    bytes.forEach((byte, i) => {
      value += (byte % 128) * 2 ** (7 * i);
    });
    return signed && bytes.at(-1)! % 128 >= 64 ? value - 2 ** (7 * bytes.length) : value;
  }

  /** All bytes but the last have bit 7, and no shorter run of bytes has the value. */
  function expectShortest(bytes: readonly number[], fits: (bits: number) => boolean): void {
    expect(bytes.map((byte) => byte >= 128)).toEqual(bytes.map((_, i) => i < bytes.length - 1));
    expect(bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)).toBe(true);
    expect(fits(7 * bytes.length)).toBe(true);
    expect(bytes.length === 1 || !fits(7 * (bytes.length - 1))).toBe(true);
  }

  /** Integers of all lengths: numbers of up to 32 bits, and the powers of two with their neighbors. */
  const magnitudes = fc.oneof(
    fc
      .tuple(fc.nat(32), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([bits, part]) => Math.floor(part * 2 ** bits)),
    fc.tuple(fc.nat(32), fc.constantFrom(-1, 0, 1)).map(([bits, more]) => 2 ** bits + more),
  );
  const options = { seed: SEED, numRuns: 2000 };

  it('without sign gives back every integer of 32 bits, in the fewest bytes', () => {
    const integers = magnitudes.filter((value) => value < 2 ** 32);
    fc.assert(
      fc.property(integers, (value) => {
        const bytes = [...bytesOf(unsignedLeb(value))];
        expect(decode(bytes, false)).toBe(value);
        expectShortest(bytes, (bits) => value < 2 ** bits);
      }),
      options,
    );
  });

  it('with sign gives back every integer of 32 bits, in the fewest bytes', () => {
    const integers = fc
      .tuple(magnitudes, fc.boolean())
      .map(([value, negative]) => (negative ? -1 - value : value))
      .filter((value) => value >= -(2 ** 31) && value < 2 ** 31);
    fc.assert(
      fc.property(integers, (value) => {
        const bytes = [...bytesOf(signedLeb(value))];
        expect(decode(bytes, true)).toBe(value);
        expectShortest(bytes, (bits) => value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1));
      }),
      options,
    );
  });

  it('is that of the examples in DWARF 4, section 7.6', () => {
    const unsigned = [2, 127, 128, 129, 130, 12857];
    expect(unsigned.map((value) => [...bytesOf(unsignedLeb(value))])).toEqual([
      [0x02],
      [0x7f],
      [0x80, 0x01],
      [0x81, 0x01],
      [0x82, 0x01],
      [0xb9, 0x64],
    ]);
    const signed = [2, -2, 127, -127, 128, -128, 129, -129];
    expect(signed.map((value) => [...bytesOf(signedLeb(value))])).toEqual([
      [0x02],
      [0x7e],
      [0xff, 0x00],
      [0x81, 0x7f],
      [0x80, 0x01],
      [0x80, 0x7f],
      [0x81, 0x01],
      [0xff, 0x7e],
    ]);
  });
});

describe('a module', () => {
  it('of no functions is valid', () => {
    expect(WebAssembly.validate(new ModuleBuilder().encode())).toBe(true);
  });

  it.each(SIZES)('exports %i functions by their names', (count) => {
    const { exports } = instantiate((m) => {
      for (let i = 0; i < count; i++) m.defineFunction(`f${i}`, 0, () => 7 * i);
    });
    expect(Object.keys(exports)).toEqual(Array.from({ length: count }, (_, i) => `f${i}`));
    expect(Object.values(exports).map((f) => f())).toEqual(
      Array.from({ length: count }, (_, i) => 7 * i),
    );
  });

  it('has names in UTF-8, of any length', () => {
    const names = ['', 'größe', '長さ', 'x'.repeat(127), 'ü'.repeat(64), 'x'.repeat(20_000)];
    const { exports } = instantiate((m) => {
      for (const name of names) m.defineFunction(name, 0, () => name.length);
    });
    for (const name of names) expect(exports[name]!()).toBe(name.length);
  });

  it('calls functions that it defined earlier, whatever their number', () => {
    const { exports } = instantiate((m) => {
      let last = m.defineFunction('0', 2, (_, a, b) => i32.sub(a, b));
      for (let i = 1; i <= 300; i++) {
        const earlier = last;
        // Arguments keep their order; the result is used as an expression.
        last = m.defineFunction(`${i}`, 2, (_, a, b) => i32.add(earlier(a, b), i));
      }
    });
    expect(exports['300']!(1000, 1)).toBe(999 + (300 * 301) / 2);
    expect(exports['129']!(5, 9)).toBe(-4 + (129 * 130) / 2);
  });

  it('calls procedures as statements', () => {
    const { bytes, exports } = instantiate((m) => {
      const copy = m.defineProcedure('copy', 2, (f, from, to) =>
        f.do(v128.store(to, v128.load(from))),
      );
      m.defineProcedure('copyTwice', 3, (f, from, to, step) =>
        f.do(copy(from, to), copy(i32.add(from, step), i32.add(to, step))),
      );
    });
    for (let i = 0; i < 64; i++) bytes[i] = 3 * i + 200;
    expect(exports.copyTwice!(0, 333, 32)).toBeUndefined();
    expect(bytes.subarray(333, 349)).toEqual(bytes.subarray(0, 16));
    expect([...bytes.subarray(349, 365)]).toEqual(Array.from({ length: 16 }, () => 0));
    expect(bytes.subarray(365, 381)).toEqual(bytes.subarray(32, 48));
  });
});

describe('a function', () => {
  it.each(SIZES)('has %i parameters, in the order of the call', (count) => {
    const { exports } = instantiate((m) => {
      const weighted = m.defineFunction('weighted', count, (f, ...parameters) => {
        const sum = f.i32(0);
        parameters.forEach((parameter, i) => {
          f.add(sum, i32.mul(parameter, i + 1));
        });
        return sum;
      });
      m.defineFunction('call', 0, () => weighted(...Array.from({ length: count }, (_, i) => i)));
    });
    const args = Array.from({ length: count }, (_, i) => i);
    const sum = args.reduce((total, i) => total + i * (i + 1), 0);
    expect(exports.weighted!(...args)).toBe(sum);
    expect(exports.call!()).toBe(sum);
  });

  it.each(SIZES)('has %i locals of either type beside its parameters', (count) => {
    const { bytes, exports } = instantiate((m) => {
      m.defineFunction('f', 2, (f, a, b) => {
        const pairs = Array.from({ length: count }, (_, i) => ({
          integer: f.i32(i32.add(a, i)),
          vector: f.v128(i32x4.splat(i32.mul(b, i))),
        }));
        pairs.forEach(({ integer, vector }, i) => {
          f.set(vector, i32x4.add(vector, i32x4.splat(integer)));
          f.do(v128.store(16 * i, vector));
        });
        return pairs.at(-1)!.integer;
      });
    });
    expect(exports.f!(1000, 70_000)).toBe(1000 + count - 1);
    const words = new Int32Array(bytes.buffer, 0, 4 * count);
    expect([...words]).toEqual(
      Array.from({ length: 4 * count }, (_, i) => 1000 + (i >> 2) + 70_000 * (i >> 2)),
    );
  });

  it('has parameters that can be given another value', () => {
    const { exports } = instantiate((m) => {
      m.defineFunction('f', 2, (f, a, b) => {
        f.set(a, i32.add(a, b));
        f.add(b, a);
        return i32.sub(b, 1);
      });
    });
    expect(exports.f!(3, 4)).toBe(10);
  });

  it('may have a long body', () => {
    const { exports } = instantiate((m) => {
      m.defineFunction('f', 1, (f, a) => {
        for (let i = 0; i < 20_000; i++) f.add(a, 1);
        return a;
      });
    });
    expect(exports.f!(-5)).toBe(19_995);
  });
});

describe('control', () => {
  it('repeats a body as often as the count said when it was reached, once at least', () => {
    const { exports } = instantiate((m) => {
      m.defineFunction('times', 1, (f, count) => {
        const runs = f.i32(0);
        f.repeat(count, () => {
          f.add(runs, 1);
          f.set(count, 0);
        });
        return runs;
      });
      m.defineFunction('nested', 2, (f, outer, inner) => {
        const runs = f.i32(0);
        f.repeat(outer, () => {
          f.add(runs, 1000);
          f.repeat(inner, () => f.add(runs, 1));
        });
        return runs;
      });
    });
    for (const count of [1, 2, 3, 127, 128, 70_000]) expect(exports.times!(count)).toBe(count);
    expect(exports.nested!(3, 5)).toBe(3015);
    expect(exports.nested!(1, 1)).toBe(1001);
  });

  it('takes a branch where the condition is any integer but 0', () => {
    const { exports } = instantiate((m) => {
      m.defineFunction('ifElse', 1, (f, condition) => {
        const result = f.i32(0);
        f.if(
          condition,
          () => f.set(result, 1),
          () => f.set(result, 2),
        );
        return result;
      });
      m.defineFunction('ifOnly', 1, (f, condition) => {
        const result = f.i32(5);
        f.if(condition, () => f.set(result, 1));
        return result;
      });
    });
    for (const condition of [1, -1, 2, 256, -0x80000000]) {
      expect(exports.ifElse!(condition)).toBe(1);
      expect(exports.ifOnly!(condition)).toBe(1);
    }
    expect(exports.ifElse!(0)).toBe(2);
    expect(exports.ifOnly!(0)).toBe(5);
  });

  it('leaves a function or a procedure early, from loops within branches', () => {
    const { bytes, exports } = instantiate((m) => {
      m.defineFunction('firstAbove', 2, (f, value, limit) => {
        const steps = f.i32(0);
        f.repeat(100, () => {
          f.if(i32.gt_s(value, limit), () => f.return(steps));
          f.add(value, value);
          f.add(steps, 1);
        });
        return -1;
      });
      m.defineProcedure('countTo', 1, (f, limit) => {
        f.repeat(200, () => {
          f.if(i32.ge_s(i32.load8_u(0), limit), () => f.return());
          f.do(i32.store8(0, i32.add(i32.load8_u(0), 1)));
        });
        f.do(i32.store8(1, 1));
      });
      m.defineFunction('constant', 0, (f) => {
        f.return(11);
        return 12;
      });
      m.defineFunction('zero', 0, (f) => {
        f.return(0);
        return 12;
      });
    });
    expect(exports.firstAbove!(1, 1000)).toBe(10);
    expect(exports.firstAbove!(5, 4)).toBe(0);
    expect(exports.firstAbove!(0, 0)).toBe(-1);
    exports.countTo!(77);
    expect([...bytes.subarray(0, 2)]).toEqual([77, 0]);
    expect(exports.constant!()).toBe(11);
    expect(exports.zero!()).toBe(0);
  });
});
