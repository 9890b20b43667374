/** Kernels that were made ahead of time: the same functions as those made at run time, and only those of the same version. */
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createH264Encoder } from '../../src/codecs/h264/index.ts';
import { audioEncodeConfig, MemorySink, Muxer, videoEncodeConfig } from '../../src/index.ts';
import { KERNEL_SETS } from '../../src/pipeline/kernel-sets.ts';
import { i32 } from '../../src/wasm/expressions.ts';
import { KernelModule } from '../../src/wasm/kernel-memory.ts';
import { kernelHashes, kernelsFile } from '../../src/wasm/kernels-file.ts';
import type { ModuleBuilder } from '../../src/wasm/module-builder.ts';

const adds = (amount: number) => (m: ModuleBuilder) => {
  m.defineFunction('add', 1, (_, value) => i32.add(value, amount));
};
const one = new KernelModule('one', adds(1));
const two = new KernelModule('two', adds(2));
const compiled = new WebAssembly.Module(kernelsFile([one, two]));

afterEach(() => void vi.unstubAllGlobals());

/** As in edge workers: modules can be instantiated, but none can be made. */
function forbidToCompile(): void {
  vi.stubGlobal(
    'WebAssembly',
    Object.assign(Object.create(WebAssembly), {
      Module: Object.assign(
        function Module() {
          throw new WebAssembly.CompileError('code generation is not allowed');
        },
        { customSections: WebAssembly.Module.customSections },
      ),
    }),
  );
}

describe('kernels made ahead of time', () => {
  it('lie in one module, each set with the functions of its own', () => {
    expect(one.createMemory(8, compiled).exports!.add!(10)).toBe(11);
    expect(two.createMemory(8, compiled).exports!.add!(10)).toBe(12);
    expect(Object.keys(one.createMemory(8, compiled).exports!)).toEqual(['add']);
    expect(one.createMemory(8, false).exports).toBeNull();
  });

  it('are had over a memory that another set made, where that one has kernels', () => {
    const fills = new KernelModule('fills', (m) => {
      m.defineProcedure('fill', 1, (f, at) => {
        f.do(i32.store(at, 7));
      });
    });
    const reads = new KernelModule('reads', (m) => {
      m.defineFunction('read', 1, (_, at) => i32.load(at));
    });
    const both = new WebAssembly.Module(kernelsFile([fills, reads]));
    for (const kernels of [true, both]) {
      const memory = fills.createMemory(64, kernels);
      memory.exports!.fill!(8);
      expect(reads.over(memory, kernels)!.read!(8)).toBe(7);
      expect(reads.over(memory, false)).toBeNull();
    }
    expect(reads.over(fills.createMemory(64, false), true)).toBeNull();
  });

  it('are taken where no code may be made', () => {
    forbidToCompile();
    const unused = new KernelModule('one', adds(1));
    expect(unused.createMemory(8).exports).toBeNull();
    expect(unused.requireKernels('kernels', compiled)).toBe(compiled);
    expect(unused.createMemory(8, compiled).exports!.add!(1)).toBe(2);
  });

  it('are known by a hash of each set', () => {
    expect(one.requireKernels('kernels', true)).toBe(true);
    expect(one.requireKernels('kernels', compiled)).toBe(compiled);
    expect(Object.keys(kernelHashes([one, two]))).toEqual(['one', 'two']);
    expect(one.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(one.hash).not.toBe(two.hash);
    const changed = new KernelModule('one', adds(3));
    expect(() => changed.requireKernels('here', compiled)).toThrow(
      /^here: the module has kernels of another version of vitrine \([0-9a-f]{16}, this one needs [0-9a-f]{16}\)/,
    );
    const other = new KernelModule('three', adds(1));
    expect(() => other.requireKernels('here', compiled)).toThrow(/no kernels called three/);
    const foreign = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    expect(() => one.requireKernels('here', foreign)).toThrow(/no kernels called one/);
  });

  it('are a module, of whatever realm, and nothing else', () => {
    const make = runInNewContext('(bytes) => new WebAssembly.Module(bytes)');
    const elsewhere = make(kernelsFile([one]));
    expect(elsewhere instanceof WebAssembly.Module).toBe(false);
    expect(one.createMemory(8, one.requireKernels('here', elsewhere)).exports!.add!(1)).toBe(2);
    for (const [value, said] of [
      [kernelsFile([one]), /got an? Uint8Array/],
      ['kernels.wasm', /got the string "kernels.wasm"/],
      [
        new WebAssembly.Instance(new WebAssembly.Module(kernelsFile([]).slice()), {
          vitrine: { memory: new WebAssembly.Memory({ initial: 1 }) },
        }),
        /got an Instance/,
      ],
      [null, /got null/],
      [1, /got 1/],
    ] as const) {
      expect(() => one.requireKernels('here', value)).toThrow(said);
      expect(() => one.requireKernels('here', value)).toThrow(/WebAssembly\.Module of vitrine/);
    }
  });
});

describe('kernels.wasm', () => {
  const file = new WebAssembly.Module(kernelsFile(KERNEL_SETS));

  it('has every set', () => {
    const names = KERNEL_SETS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const set of KERNEL_SETS) {
      expect(set.requireKernels('here', file)).toBe(file);
      const own = Object.keys(set.createMemory(65536).exports!);
      expect(Object.keys(set.createMemory(65536, file).exports!)).toEqual(own);
      expect(own.length).toBeGreaterThan(0);
    }
  });

  it('is taken by encoder and session, which write the same bytes', async () => {
    const options = { width: 48, height: 32, frameRate: [25, 1] } as const;
    const picture = Uint8Array.from({ length: 48 * 32 * 1.5 }, (_, i) => (i * i) >> 3);
    const plane = (offset: number, stride: number) => ({ data: picture, offset, stride });
    const frame = {
      ...({ pixFmt: 'yuv420p', width: 48, height: 32, pts: 0 } as const),
      planes: [plane(0, 48), plane(48 * 32, 24), plane(48 * 40, 24)],
    };
    const packets = [true, false, file].map((vectorKernels) => {
      const encoder = createH264Encoder({ ...options, vectorKernels });
      return [...encoder.encode(frame), ...encoder.flush()].map(({ data }) => [...data]);
    });
    expect(packets[1]).toEqual(packets[0]);
    expect(packets[2]).toEqual(packets[0]);

    const muxer = new Muxer(new MemorySink(), { format: 'mp4' });
    const config = videoEncodeConfig({ ...options, pixFmt: 'yuv420p' });
    muxer.addEncodeStream({ config, encoderConfig: { vectorKernels: file } });
    expect(() =>
      muxer.addEncodeStream({ config, encoderConfig: { vectorKernels: compiled } }),
    ).toThrow(/vectorKernels: the module has no kernels called h264/);
    const sound = audioEncodeConfig({ numChannels: 1, sampleRate: 48000 });
    muxer.addEncodeStream({ config: sound, encoderConfig: { vectorKernels: file } });
    expect(() =>
      muxer.addEncodeStream({ config: sound, encoderConfig: { vectorKernels: compiled } }),
    ).toThrow(/aac.options.vectorKernels: the module has no kernels called aac/);
  });
});
