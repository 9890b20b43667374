/** Memory with kernels where the engine allows them, and plain memory with none wherever any step towards them fails. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { codeOf, i32 } from '../../src/wasm/expressions.ts';
import { type KernelMemory, KernelModule } from '../../src/wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../src/wasm/module-builder.ts';

const SIZES = [1, 4, 65_535, 65_536, 65_537, 200_000];

type Class = 'Module' | 'Instance' | 'Memory';

/** Until the end of the test, calls `before` whenever an object of that class of `WebAssembly` is about to be made. */
function beforeMaking(name: Class, before: () => void): void {
  const replacement = new Proxy(WebAssembly[name], {
    construct: (original, args) => {
      before();
      return Reflect.construct(original, args);
    },
  });
  const { Module, Instance, Memory } = WebAssembly;
  vi.stubGlobal('WebAssembly', { Module, Instance, Memory, [name]: replacement });
}

function throwing(error: Error) {
  return vi.fn((): never => {
    throw error;
  });
}

/** Kernels that read and write a byte. */
function writeKernels(m: ModuleBuilder): void {
  m.defineFunction('get', 1, (_, address) => i32.load8_u(address));
  m.defineProcedure('put', 2, (f, address, value) => f.do(i32.store8(address, value)));
}

function expectZeroed({ buffer }: KernelMemory, byteLength: number): void {
  expect(buffer.byteLength).toBeGreaterThanOrEqual(byteLength);
  expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
}

function expectPlain(module: KernelModule): void {
  for (const byteLength of SIZES) {
    const memory = module.createMemory(byteLength);
    expect(memory.exports).toBeNull();
    expect(memory.buffer).toBeInstanceOf(ArrayBuffer);
    expectZeroed(memory, byteLength);
  }
  const [a, b] = [module.createMemory(8), module.createMemory(8)];
  new Uint8Array(a.buffer).fill(9);
  expectZeroed(b, 8);
}

afterEach(() => void vi.unstubAllGlobals());

describe('memory with kernels', () => {
  const module = new KernelModule('test', writeKernels);

  it.each(SIZES)('has %i bytes at least, zeroed, and the kernels reach the last', (byteLength) => {
    const memory = module.createMemory(byteLength);
    expectZeroed(memory, byteLength);
    expect(Object.keys(memory.exports!)).toEqual(['get', 'put']);
    memory.exports!.put!(byteLength - 1, 211);
    expect(new Uint8Array(memory.buffer)[byteLength - 1]).toBe(211);
  });

  it('is apart from that of other calls', () => {
    const a = module.createMemory(1000);
    const b = module.createMemory(1000);
    expect(a.buffer).not.toBe(b.buffer);
    a.exports!.put!(10, 1);
    b.exports!.put!(10, 2);
    new Uint8Array(a.buffer)[11] = 3;
    expect([10, 11].map((address) => a.exports!.get!(address))).toEqual([1, 3]);
    expect([10, 11].map((address) => b.exports!.get!(address))).toEqual([2, 0]);
    expectZeroed(module.createMemory(1000), 1000);
  });

  it('is of a module written and compiled once, when first needed', () => {
    const compile = vi.fn();
    beforeMaking('Module', compile);
    const write = vi.fn(writeKernels);
    const lazy = new KernelModule('test', write);
    expect(write).not.toHaveBeenCalled();
    for (const byteLength of SIZES) expect(lazy.createMemory(byteLength).exports).not.toBeNull();
    expect(write).toHaveBeenCalledTimes(1);
    expect(compile).toHaveBeenCalledTimes(1);
  });
});

describe('memory is plain and there are no kernels', () => {
  it('where WebAssembly is undefined', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expectPlain(new KernelModule('test', writeKernels));
  });

  it('where there is no WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    expect('WebAssembly' in globalThis).toBe(false);
    expectPlain(new KernelModule('test', writeKernels));
  });

  it('where compiling throws, which is tried once', () => {
    const compile = throwing(new WebAssembly.CompileError('code is not allowed'));
    beforeMaking('Module', compile);
    const write = vi.fn(writeKernels);
    expectPlain(new KernelModule('test', write));
    expect(write).toHaveBeenCalledTimes(1);
    expect(compile).toHaveBeenCalledTimes(1);
  });

  it('where the engine does not know the instructions', () => {
    const unknown = { type: 'none', code: codeOf(0xfd, 0xff, 0x7f) } as const;
    expectPlain(new KernelModule('test', (m) => m.defineProcedure('f', 0, (f) => f.do(unknown))));
  });

  it('where there is no memory left, and only then', () => {
    const module = new KernelModule('test', writeKernels);
    const allocate = throwing(new RangeError('could not allocate'));
    beforeMaking('Memory', allocate);
    expectPlain(module);
    expect(allocate).toHaveBeenCalled();
    vi.unstubAllGlobals();
    expect(module.createMemory(100).exports).not.toBeNull();
  });

  it('where an instance cannot be made', () => {
    const link = throwing(new WebAssembly.LinkError('not linked'));
    beforeMaking('Instance', link);
    expectPlain(new KernelModule('test', writeKernels));
    expect(link).toHaveBeenCalled();
  });
});
