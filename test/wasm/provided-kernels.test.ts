/** `provideKernels`: where no code may be made, everything that has vector kernels takes them from the module, to the same bytes. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAacEncoder } from '../../src/codecs/aac/index.ts';
import { zlib } from '../../src/codecs/deflate/index.ts';
import { createH264Encoder } from '../../src/codecs/h264/index.ts';
import { decodeJpeg, encodeJpeg } from '../../src/codecs/jpeg/index.ts';
import { encodePng } from '../../src/codecs/png/index.ts';
import { FilterGraph } from '../../src/filters/index.ts';
import {
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  ndarray,
  toArray,
} from '../../src/index.ts';
import { KERNEL_SETS } from '../../src/pipeline/kernel-sets.ts';
import { provideKernels } from '../../src/wasm/index.ts';
import { kernelsFile } from '../../src/wasm/kernels-file.ts';

const file = new WebAssembly.Module(kernelsFile(KERNEL_SETS));
const [width, height] = [64, 48];
const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i) >> 7);
const samples = Float32Array.from({ length: 4800 }, (_, i) => Math.sin(i / 9) / 2);

function filtered(graph: string, frames: Parameters<FilterGraph['addFrames']>[0]): number[] {
  const filter = new FilterGraph(graph);
  filter.addFrames(frames);
  filter.flush();
  const { data } = toArray(filter.getFrames()!);
  return Array.from(data as ArrayLike<number>);
}

/** One program for each set of kernels. */
const PROGRAMS: Readonly<Record<string, () => readonly number[]>> = {
  aac: () => {
    const encoder = createAacEncoder({ sampleRate: 48000, numChannels: 1 });
    const planes = [{ data: samples, offset: 0, stride: 1 }];
    const packets = encoder.encode({
      ...({ sampleFmt: 'fltp', sampleRate: 48000, numChannels: 1, pts: 0 } as const),
      ...{ numSamples: samples.length, planes },
    });
    return [...packets, ...encoder.flush()].flatMap((packet) => [...packet.data]);
  },
  deflate: () => [...zlib(rgb, { level: 11 })],
  png: () => [
    ...encodePng({ width, height, colorType: 2, bitDepth: 8, data: rgb }, { effort: 'best' }),
  ],
  jpeg: () => [...encodeJpeg({ width, height, data: rgb }, { effort: 'fast' })],
  'jpeg-scans': () => [
    ...encodeJpeg({
      width: 128,
      height: 64,
      data: Uint8Array.from({ length: 3 << 13 }, (_, i) => (i * i) >> 7),
    }),
  ],
  'jpeg-read': () => {
    const data = Uint8Array.from({ length: 3 << 14 }, (_, i) => i >> 4);
    const file = encodeJpeg({ width: 128, height: 128, data }, { vectorKernels: false });
    return [...decodeJpeg(file).data];
  },
  h264: () => coded('baseline'),
  'h264-8x8': () => coded('high'),
  scale: () => {
    const frames = createReferenceVideoFrame({
      array: ndarray(rgb, [1, height, width, 3]),
      ...({ pixFmt: 'rgb24', frameRate: 25, pts: 0 } as const),
    });
    const source = `buffer=video_size=${width}x${height}:pix_fmt=rgb24:time_base=1/25:frame_rate=25`;
    return filtered(`${source},scale=40:30,format=yuv420p,buffersink`, frames);
  },
  resample: () => {
    const frames = createReferenceAudioFrame({
      array: ndarray(samples, [samples.length, 1]),
      ...({ sampleFmt: 'flt', sampleRate: 48000, pts: 0 } as const),
    });
    const source = 'abuffer=sample_rate=48000:sample_fmt=flt:channel_layout=mono';
    return filtered(`${source},aresample=44100,abuffersink`, frames);
  },
};

function coded(profile: 'baseline' | 'high'): number[] {
  const encoder = createH264Encoder({ width, height, frameRate: 25, profile });
  const data = Uint8Array.from({ length: width * height * 1.5 }, (_, i) => (i * i) >> 3);
  const plane = (offset: number, stride: number) => ({ data, offset, stride });
  const luma = width * height;
  const planes = [plane(0, width), plane(luma, width / 2), plane(luma * 1.25, width / 2)];
  const packets = [0, 1].flatMap((pts) =>
    encoder.encode({ pixFmt: 'yuv420p', width, height, pts, planes }),
  );
  return [...packets, ...encoder.flush()].flatMap((packet) => [...packet.data]);
}

const before = new Map<string, readonly number[]>();
beforeAll(() => {
  for (const [name, program] of Object.entries(PROGRAMS)) before.set(name, program());
});
afterAll(() => void vi.unstubAllGlobals());

describe('provideKernels', () => {
  it('refuses what is no module of kernels', () => {
    expect(() => provideKernels(kernelsFile(KERNEL_SETS))).toThrow(
      /^provideKernels: got an? Uint8Array, allowed is a WebAssembly\.Module of vitrine\/kernels\.wasm/,
    );
    const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    expect(() => provideKernels(empty)).toThrow(/the module has no kernels of vitrine/);
  });

  it.each(Object.keys(PROGRAMS))('serves %s, to the same bytes', (name) => {
    const used = vi.fn();
    const { Instance, Memory } = WebAssembly;
    class Counted extends Instance {
      constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
        super(module, imports);
        used(module);
      }
    }
    // Modules of the program's own can no longer be made.
    const forbidden = Object.assign(
      function Module() {
        throw new WebAssembly.CompileError('code generation is not allowed');
      },
      { customSections: WebAssembly.Module.customSections },
    );
    provideKernels(file);
    vi.stubGlobal('WebAssembly', { Instance: Counted, Memory, Module: forbidden, CompileError });
    expect(PROGRAMS[name]!()).toEqual(before.get(name));
    vi.unstubAllGlobals();
    expect(used).toHaveBeenCalled();
    for (const [module] of used.mock.calls) expect(module).toBe(file);
  });
});

const { CompileError } = WebAssembly;
