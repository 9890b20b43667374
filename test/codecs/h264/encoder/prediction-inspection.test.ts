/**
 * The prediction that an inspector is told is the one that was coded from: where nothing was added to it, the reconstruction before
 * deblocking is equal. Types, modes and motion in a trace are those of the stream.
 */
import { describe, expect, it } from 'vitest';
import {
  type H264Inspector,
  QUIET_INSPECTOR,
} from '../../../../src/codecs/h264/encoder/inspector.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { TraceInspector } from '../../../../src/codecs/h264/encoder/trace-inspector.ts';
import { I_16X16, isIntra } from '../../../../src/codecs/h264/standard/macroblock.ts';
import { readTrace } from '../../../../src/inspect/index.ts';
import { codePictures } from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const WIDTH = 80;
const HEIGHT = 64;
const BASE: H264Options = { width: WIDTH, height: HEIGHT, frameRate: [25, 1], qp: 30 };

const CASES: readonly [string, Partial<H264Options>][] = [
  ['superfast', { preset: 'superfast', qp: 36 }],
  ['medium, baseline', { preset: 'medium', profile: 'baseline' }],
  ['slow, main, B pictures', { preset: 'slow', profile: 'main', bframes: 2 }],
  ['faster, high, 8x8 transform', { preset: 'faster', profile: 'high', transform8x8: true }],
  ['slices', { preset: 'veryfast', slices: 3 }],
];

/** One macroblock as the inspector was told of it. */
interface Told {
  readonly type: number;
  readonly pattern: number;
  readonly prediction: Uint8Array;
}

/** Watches predictions, and gives each picture's to `check` with its reconstruction. */
function watching(check: (told: Told, recon: Uint8Array) => void): H264Inspector {
  const macroblocks = new Map<number, Told>();
  let prediction = new Uint8Array();
  return {
    ...QUIET_INSPECTOR,
    decision: (_mbAddr, _candidate, _syntax, samples) => {
      prediction = samples.slice();
    },
    macroblockEnd: (mbAddr, { mbType, codedBlockPattern }) => {
      const [type, pattern] = [mbType[mbAddr]!, codedBlockPattern[mbAddr]!];
      macroblocks.set(mbAddr, { type, pattern, prediction });
    },
    reconstruction: ({ data, luma, lumaStride, cb, cr, chromaStride }, isDeblocked) => {
      if (isDeblocked) return;
      for (const [mbAddr, told] of macroblocks) {
        const x = mbAddr % (WIDTH / 16);
        const y = (mbAddr - x) / (WIDTH / 16);
        const own = new Uint8Array(384);
        const take = (from: number, stride: number, to: number, size: number): void => {
          const first = from + y * size * stride + x * size;
          for (let row = 0; row < size; row++) {
            const at = first + row * stride;
            own.set(data.subarray(at, at + size), to + row * size);
          }
        };
        take(luma, lumaStride, 0, 16);
        take(cb, chromaStride, 256, 8);
        take(cr, chromaStride, 320, 8);
        check(told, own);
      }
      macroblocks.clear();
    },
  };
}

/** The luma samples of 8x8 block `b8`. */
function quadrant(samples: Uint8Array, b8: number): number[] {
  const first = 128 * (b8 >> 1) + 8 * (b8 & 1);
  return Array.from({ length: 64 }, (_, i) => samples[first + 16 * (i >> 3) + (i & 7)]!);
}

describe('the prediction of a macroblock', () => {
  it.each(CASES)('is the reconstruction where nothing is added (%s)', (_name, options) => {
    const scene = drawScene({ content: 'mixture', seed: 5, dx: 2.5, dy: 1 }, WIDTH, HEIGHT, 5);
    let equal = 0;
    let coded = 0;
    const inspect = watching(({ type, pattern, prediction }, recon) => {
      for (let b8 = 0; b8 < 4; b8++) {
        if (type === I_16X16 || (pattern >> b8) & 1) coded++;
        else {
          expect(quadrant(prediction, b8)).toEqual(quadrant(recon, b8));
          equal++;
        }
      }
      if (pattern >> 4 === 0) {
        expect(prediction.subarray(256)).toEqual(recon.subarray(256));
      }
    });
    codePictures({ ...BASE, ...options, inspect }, scene);
    expect(equal).toBeGreaterThan(50);
    expect(coded).toBeGreaterThan(50);
  });

  it('is close to what is reconstructed from it', () => {
    const scene = drawScene({ content: 'gradient', seed: 9, dx: 1.5, dy: 0 }, WIDTH, HEIGHT, 4);
    let error = 0;
    let count = 0;
    const inspect = watching(({ prediction }, recon) => {
      for (let i = 0; i < 384; i++) error += Math.abs(prediction[i]! - recon[i]!);
      count += 384;
    });
    codePictures({ ...BASE, preset: 'faster', inspect }, scene);
    expect(error / count).toBeLessThan(8);
  });
});

describe('a trace', () => {
  it('has the motion of inter macroblocks, the modes of intra macroblocks, and the references of pictures', () => {
    const scene = drawScene({ content: 'mixture', seed: 5, dx: 2.5, dy: 1 }, WIDTH, HEIGHT, 6);
    const inspect = new TraceInspector({ codec: 'h264' });
    codePictures({ ...BASE, preset: 'slow', profile: 'main', bframes: 2, inspect }, scene);
    inspect.end();
    const { tables } = readTrace(new Uint8Array(Buffer.concat(inspect.take())));
    const { macroblock, motion, intra, reference, candidate, picture } = tables;
    const key = (at: number, table: typeof macroblock): string =>
      `${table!.columns.picture![at]} ${table!.columns.macroblock![at]}`;
    const area = new Map<string, number>();
    for (let i = 0; i < motion!.rowCount; i++) {
      const { width, height, list } = motion!.columns;
      const at = `${key(i, motion)} ${list![i]}`;
      area.set(at, (area.get(at) ?? 0) + width![i]! * height![i]!);
    }
    const modes = new Map<string, number>();
    for (let i = 0; i < intra!.rowCount; i++) {
      modes.set(key(i, intra), (modes.get(key(i, intra)) ?? 0) + intra!.columns.size![i]! ** 2);
    }
    const tried = new Map<string, number>();
    for (let i = 0; i < candidate!.rowCount; i++) {
      tried.set(key(i, candidate), (tried.get(key(i, candidate)) ?? 0) + 1);
    }
    for (let i = 0; i < macroblock!.rowCount; i++) {
      const type = macroblock!.columns.type![i]!;
      const own = key(i, macroblock);
      const covered = (area.get(`${own} 0`) ?? 0) + (area.get(`${own} 1`) ?? 0);
      if (isIntra(type)) expect(covered).toBe(0);
      else expect(covered).toBeGreaterThanOrEqual(256);
      expect(modes.get(own) ?? 0).toBe(type < I_16X16 ? 256 : 0);
      const chosen = macroblock!.columns.candidate![i]!;
      expect(chosen).toBeGreaterThanOrEqual(0);
      expect(chosen).toBeLessThan(tried.get(own)!);
    }
    const poc = new Set(picture!.columns.poc);
    for (const named of reference!.columns.poc!) expect(poc.has(named)).toBe(true);
  });
});

describe('a block', () => {
  it('is told in scan order: levels have the signs of their coefficients, and larger coefficients have larger levels', () => {
    const scene = drawScene({ content: 'mixture', seed: 3, dx: 1, dy: 0 }, WIDTH, HEIGHT, 3);
    let levelsSeen = 0;
    const inspect: H264Inspector = {
      ...QUIET_INSPECTOR,
      block: (_block, coefficients, deadZoneLevels, levels, start) => {
        for (let i = start; i < start + 16; i++) {
          if (deadZoneLevels[i] === 0) continue;
          levelsSeen++;
          expect(Math.sign(deadZoneLevels[i]!)).toBe(Math.sign(coefficients[i]!));
          if (levels[i] !== 0) expect(Math.sign(levels[i]!)).toBe(Math.sign(coefficients[i]!));
        }
      },
    };
    codePictures({ ...BASE, preset: 'fast', inspect }, scene);
    expect(levelsSeen).toBeGreaterThan(500);
  });
});

describe('an 8x8 block', () => {
  it('is told in scan order, for every macroblock with the 8x8 transform', () => {
    const scene = drawScene({ content: 'mixture', seed: 3, dx: 1, dy: 0 }, WIDTH, HEIGHT, 3);
    let told = 0;
    let expected = 0;
    const inspect: H264Inspector = {
      ...QUIET_INSPECTOR,
      block8x8: (_b8, coefficients, levels) => {
        told++;
        for (let i = 0; i < 64; i++) {
          if (levels[i] !== 0) expect(Math.sign(levels[i]!)).toBe(Math.sign(coefficients[i]!));
        }
      },
      macroblockEnd: (mbAddr, { transform8x8 }) => {
        expected += 4 * transform8x8[mbAddr]!;
      },
    };
    codePictures(
      { ...BASE, preset: 'faster', profile: 'high', transform8x8: true, inspect },
      scene,
    );
    expect(told).toBe(expected);
    expect(told).toBeGreaterThan(50);
  });
});
