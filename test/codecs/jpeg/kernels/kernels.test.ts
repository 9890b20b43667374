/** Each vector kernel against its plain twin, over the same random and extreme samples: equal memory afterwards. */
import { describe, expect, it } from 'vitest';
import type { JpegKernels, ReadKernels } from '../../../../src/codecs/jpeg/kernels/contract.ts';
import { createMemory } from '../../../../src/codecs/jpeg/kernels/memory.ts';
import { writeQuantizer } from '../../../../src/codecs/jpeg/kernels/plain/forward-dct.ts';
import {
  FACTORS_BYTES,
  writeFactors,
} from '../../../../src/codecs/jpeg/kernels/plain/real-blocks.ts';
import { createReadMemory } from '../../../../src/codecs/jpeg/kernels/read-memory.ts';
import { randomNumbers } from '../../../fuzz/mutate.ts';

const SIZE = 1 << 15;

/** Calls a kernel both ways over the same bytes, and compares all of the memory. */
function expectTwins(
  fill: (bytes: Uint8Array) => void,
  call: (kernels: JpegKernels) => void,
): void {
  const [plain, vector] = [createMemory(SIZE, false), createMemory(SIZE, true)];
  for (const memory of [plain, vector]) {
    fill(memory.bytes.subarray(0, SIZE));
    call(memory.kernels);
  }
  const [a, b] = [plain.bytes.subarray(0, SIZE), vector.bytes.subarray(0, SIZE)];
  const different = a.findIndex((byte, i) => byte !== b[i]);
  expect(different, `bytes ${a[different]} and ${b[different]}`).toBe(-1);
}

/** Bytes from a seed: random, or all of the extremes. */
function filler(seed: number): (bytes: Uint8Array) => void {
  return (bytes) => {
    const random = randomNumbers(seed);
    for (let i = 0; i < bytes.length; i++)
      bytes[i] = seed % 3 === 0 ? (random() & 1) * 255 : random();
  };
}

/** Samples of 16 bits as the encoder makes them, -128..127. */
function sampleFiller(seed: number): (bytes: Uint8Array) => void {
  return (bytes) => {
    const random = randomNumbers(seed);
    const halves = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
    const range = [256, 2, 40][seed % 3]!;
    for (let i = 0; i < halves.length; i++) {
      halves[i] = range === 2 ? (random() & 1) * 255 - 128 : (random() % range) - (range >> 1);
    }
  };
}

describe('vector kernels', () => {
  const seeds = [1, 2, 3, 4, 5, 6];

  it('do what the plain ones do with rows of pixels', () => {
    for (const seed of seeds) {
      const fill = filler(seed);
      expectTwins(fill, (k) => k.splitPixels3(5, 4096, 1024, 96));
      expectTwins(fill, (k) => k.splitPixels4(3, 4096, 1024, 96));
      expectTwins(fill, (k) => k.shiftRow(7, 4096, 96));
      expectTwins(fill, (k) => k.lumaRow(0, 1024, 8192, 160));
      expectTwins(fill, (k) => k.sumRows(0, 1024, 8192, 160));
      expectTwins(fill, (k) => k.sumPairs(0, 1024, 8192, 160));
    }
  });

  it('do what the plain ones do with chroma', () => {
    for (const seed of seeds) {
      const sums = (bytes: Uint8Array) => {
        const random = randomNumbers(seed);
        const halves = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
        for (let i = 0; i < halves.length; i++)
          halves[i] = seed === 1 ? (random() & 1) * 1020 : random() % 1021;
      };
      for (const shift of [16, 17])
        expectTwins(sums, (k) => k.chromaRow(0, 2048, 8192, 16384, 96, shift));
    }
  });

  it('do what the plain ones do with blocks', () => {
    for (const seed of seeds) {
      for (const step of [1, 7, 255]) {
        const fill = (bytes: Uint8Array) => {
          sampleFiller(seed)(bytes);
          const halves = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
          writeQuantizer(halves, 8192, new Int16Array(64).fill(step));
        };
        expectTwins(fill, (k) => k.transformBlocks(0, 512, 9, 16384, 20480, 24576));
      }
    }
  });
});

describe('vector kernels of float32', () => {
  const seeds = [1, 2, 3, 4, 5, 6];

  it('do what the plain ones do with rows', () => {
    for (const seed of seeds) {
      const fill = filler(seed);
      expectTwins(fill, (k) => k.grayToReal(7, 4096, 96));
      expectTwins(fill, (k) => k.colorsToReal(3, 512, 4096, 8192, 12288, 96));
      const reals = realFiller(seed);
      expectTwins(reals, (k) => k.meanRows(0, 2048, 8192, 96));
      expectTwins(reals, (k) => k.meanPairs(0, 2048, 8192, 96));
    }
  });

  it('do what the plain ones do with blocks, white and black ones among them', () => {
    const [factors, levels, masks, variances] = [8192, 12288, 20480, 21504] as const;
    for (let seed = 1; seed <= 12; seed++) {
      for (const step of [1, 7, 90, 255]) {
        const fill = (bytes: Uint8Array) => {
          realFiller(seed)(bytes);
          const singles = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
          writeFactors(singles, factors >> 2, new Int16Array(64).fill(step));
          bytes.fill(0, factors + FACTORS_BYTES, bytes.length);
        };
        expectTwins(fill, (k) => {
          k.realLevels(0, 1024, 9, factors, levels, masks, variances);
          k.deringBlocks(0, 1024, 9, factors, levels, masks, variances);
        });
      }
    }
  });
});

/** Samples of float32 as the encoder makes them; with some seeds, many that are white or black. */
function realFiller(seed: number): (bytes: Uint8Array) => void {
  return (bytes) => {
    const random = randomNumbers(seed);
    const singles = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    for (let i = 0; i < singles.length; i++) {
      const sample = (random() % 2550) / 10 - 128;
      const end = (random() & 1) * 255 - 128;
      singles[i] = seed % 3 === 0 && (random() & 3) > 0 ? end : sample / (1 + (seed & 3));
    }
  };
}

/** The same for kernels of decoding, over the bytes that hold results. */
function expectReadTwins(
  fill: (bytes: Uint8Array) => void,
  call: (kernels: ReadKernels) => void,
  [from, to]: readonly [number, number],
): void {
  const [plain, vector] = [createReadMemory(SIZE, false), createReadMemory(SIZE, true)];
  for (const memory of [plain, vector]) {
    fill(memory.bytes.subarray(0, SIZE));
    call(memory.kernels);
  }
  const [a, b] = [plain, vector].map(({ bytes }) => [...bytes.subarray(from, to)]);
  expect(a).toEqual(b);
}

describe('vector kernels of decoding', () => {
  const seeds = [1, 2, 3, 4, 5, 6];

  it('do what the plain ones do with blocks: few coefficients, DC alone, and any 16 bits', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const fill = (bytes: Uint8Array) => {
        const random = randomNumbers(seed);
        const halves = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
        halves.fill(0);
        for (let i = 0; i < 64; i++) halves[i] = 1 + (random() % (seed % 5 === 0 ? 65535 : 90));
        const places = [0, 3, 20, 64][seed % 4]!;
        for (let block = 1; block <= 9; block++) {
          const range = [2048, 60, 65536][seed % 3]!;
          halves[64 * block] = (random() % range) - (range >> 1);
          for (let i = 0; i < places; i++) {
            halves[64 * block + (random() % 64)] = (random() % range) - (range >> 1);
          }
        }
      };
      expectReadTwins(fill, (k) => k.inverseBlocks(128, 0, 8192, 160, 9), [8192, 8192 + 1280]);
    }
  });

  it('do what the plain ones do with rows of any length', () => {
    for (const seed of seeds) {
      for (let count = 1; count < 70; count++) {
        const [at, to] = [2 * count, 8192 + seed];
        const fill = filler(seed);
        expectReadTwins(fill, (k) => k.doubleRow(at, count, to), [to, to + 2 * count]);
        const between = (k: ReadKernels) => k.doubleBetween(at, 1000, count, to);
        expectReadTwins(fill, between, [to, to + 2 * count]);
        const rows = (k: ReadKernels) => k.rowBetween(at, 1000, count, to, 1 + (count & 1));
        expectReadTwins(fill, rows, [to, to + count]);
      }
    }
  });

  it('do what the plain ones do with colors', () => {
    for (const seed of seeds) {
      for (const count of [1, 15, 16, 17, 100]) {
        const fill = filler(seed);
        const end = 8192 + 4 * count;
        expectReadTwins(fill, (k) => k.yccToRgba(3, 500, 1001, count, 8192), [8192, end]);
        expectReadTwins(fill, (k) => k.interleaveRgba(3, 500, 1001, count, 8192), [8192, end]);
        const last = 8192 + 3 * count;
        expectReadTwins(fill, (k) => k.yccToRgb(3, 500, 1001, count, 8192), [8192, last]);
        expectReadTwins(fill, (k) => k.interleaveRgb(3, 500, 1001, count, 8192), [8192, last]);
      }
    }
    // All Y, Cb and Cr.
    for (let y = 0; y < 256; y += 5) {
      const fill = (bytes: Uint8Array) => {
        bytes.fill(y, 0, 256);
        for (let i = 0; i < 256; i++) bytes[512 + i] = i;
        for (let i = 0; i < 256; i++) bytes[1024 + i] = (i * 37 + y) & 255;
      };
      expectReadTwins(fill, (k) => k.yccToRgb(0, 512, 1024, 256, 2048), [2048, 2048 + 768]);
    }
  });
});
