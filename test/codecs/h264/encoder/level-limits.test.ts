/**
 * The limits of levels in what is coded, not only in what is written: small levels on pictures that would break them, each
 * with a higher level beside it that shows they would.
 */
import { describe, expect, it } from 'vitest';
import { ALL_TOOLS } from '../../../../src/codecs/h264/encoder/all-tools.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import { H264Encoder } from '../../../../src/codecs/h264/encoder/encoder.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';
import { INTER_8X8, INTER_16X16 } from '../../../../src/codecs/h264/standard/macroblock.ts';
import { mvX, mvY, type PictureState } from '../../../../src/codecs/h264/standard/picture.ts';
import {
  type LevelName,
  levelLimits,
  maxAccessUnitBytes,
  maxFirstAccessUnitBytes,
} from '../../../../src/syntax/h264/levels.ts';
import {
  codePictures,
  expectDecodedAsReconstructed,
  frameOf,
  pictureSize,
} from '../../../support/h264.ts';
import { drawScene } from './content.ts';

/** The state of each picture's macroblocks after it is coded; decoding equality elsewhere proves it to be what is written. */
function statesOf(options: H264Options, pictures: readonly Uint8Array[]): PictureState[] {
  const encoder = new H264Encoder({ profile: 'baseline', ...options }, ALL_TOOLS);
  const states: PictureState[] = [];
  encoder.onReconstructed = () => {
    states.push(
      structuredClone((encoder as unknown as { coder: { state: PictureState } }).coder.state),
    );
  };
  for (const [pts, picture] of pictures.entries()) {
    encoder.encode(frameOf(picture, options.width, options.height, pts));
  }
  encoder.flush();
  return states;
}

describe('MinCR', () => {
  const noise = drawScene({ content: 'noise', seed: 1, dx: 0, dy: 0 }, 176, 144, 4);
  const base: H264Options = { width: 176, height: 144, frameRate: [15, 1], qp: 0, refs: 1 };

  it.each([
    [{ level: '1' }, 15],
    [{ level: '1.1', preset: 'ultrafast' }, 30],
    [{ level: '1', slices: 3, gopSize: 2 }, 15],
    [{}, 15],
  ] as [Partial<H264Options>, number][])('holds for every picture with %j', (change, rate) => {
    const options: H264Options = { preset: 'veryfast', ...base, frameRate: [rate, 1], ...change };
    const coded = codePictures(options, noise);
    const level = (change.level ?? '1') as LevelName;
    const sets = coded.streamInfo.config.length;
    for (const [n, packet] of coded.packets.entries()) {
      const bytes = packet.data.length + (packet.isKey ? sets : 0);
      const most =
        n === 0 ? maxFirstAccessUnitBytes(level, 99) : maxAccessUnitBytes(level, [rate, 1]);
      expect(bytes).toBeLessThanOrEqual(most);
      expect(bytes).toBeGreaterThan(most / 2);
    }
    expectDecodedAsReconstructed(coded);
    const free = codePictures({ ...options, level: '4' }, noise);
    expect(free.packets[1].data.length).toBeGreaterThan(maxAccessUnitBytes(level, [rate, 1]));
  });
});

describe('MaxBR and MaxCPB', () => {
  it('of a level that is asked for bound constant quality', () => {
    const pictures = drawScene({ content: 'noise', seed: 1, dx: 0, dy: 0 }, 96, 96, 60);
    const options: H264Options = {
      width: 96,
      height: 96,
      frameRate: [30, 1],
      preset: 'superfast',
      crf: 20,
    };
    const bits = (change: Partial<H264Options>) =>
      codePictures({ ...options, ...change }, pictures).packets.map((p) => 8 * p.data.length);
    // A leaky bucket by itself: what has come in is what was there, and the rate since.
    const fits = (sizes: readonly number[]) => {
      const { MaxBR, MaxCPB } = levelLimits('1.1');
      let fullness = MaxCPB * 1200;
      for (const size of sizes) {
        fullness -= size;
        if (fullness < 0) return false;
        fullness = Math.min(fullness + (MaxBR * 1200) / 30, MaxCPB * 1200);
      }
      return true;
    };
    expect(fits(bits({}))).toBe(false);
    expect(fits(bits({ level: '1.1' }))).toBe(true);
    const own = resolveOptions({ ...options, level: '1.1' }).rate.vbv;
    expect(own).toMatchObject({ maxRate: 230_400, bufferSize: 600_000, isConstant: false });
    expect(resolveOptions({ ...options, crf: undefined, qp: 20, level: '1.1' }).rate.vbv).toBe(
      null,
    );
  });

  it('bound the average bit rate that may be asked for, or raise the level', () => {
    const options: H264Options = {
      width: 96,
      height: 96,
      frameRate: [30, 1],
      bitRate: 1e6,
      refs: 1,
      profile: 'baseline',
    };
    expect(() => resolveOptions({ ...options, level: '1.1' })).toThrow(
      /h264\.options\.bitRate: got 1000000, level 1\.1 allows 230400 \(MaxBR/,
    );
    expect(createH264Encoder(options).streamInfo.config[3]).toBe(20);
    expect(createH264Encoder({ ...options, bitRate: 5e4 }).streamInfo.config[3]).toBe(10);
  });
});

describe('MaxDpbFrames', () => {
  it('bounds the reference pictures of a preset, and refuses more that are asked for', () => {
    const options: H264Options = { width: 352, height: 288, frameRate: [10, 1], level: '1.3' };
    expect(resolveOptions({ ...options, preset: 'veryslow' }).speed.refs).toBe(6);
    expect(resolveOptions({ ...options, preset: 'medium' }).speed.refs).toBe(3);
    expect(createH264Encoder({ ...options, refs: 6 }).streamInfo.config[3]).toBe(13);
    expect(() => createH264Encoder({ ...options, refs: 7 })).toThrow(
      /MaxDpbFrames, clause A\.3\.1 h/,
    );
  });
});

describe('MaxMBPS', () => {
  it('refuses a frame rate that is too high for the level', () => {
    const size = { width: 176, height: 144, frameRate: [16, 1] } as const;
    const options: H264Options = { ...size, refs: 1, profile: 'baseline' };
    expect(createH264Encoder({ ...options, frameRate: [15, 1] }).streamInfo.config[3]).toBe(10);
    expect(createH264Encoder(options).streamInfo.config[3]).toBe(11);
    expect(() => createH264Encoder({ ...options, level: '1' })).toThrow(
      /MaxMBPS, clause A\.3\.1 a/,
    );
  });
});

describe('MaxVmvR', () => {
  it('bounds vertical vectors', () => {
    // The texture moves 80 rows at once, which level 1 cannot follow (64), and level 1.1 can (128).
    const pictures = drawScene({ content: 'texture', seed: 3, dx: 0, dy: 80 }, 48, 400, 3);
    const base: H264Options = {
      width: 48,
      height: 400,
      frameRate: [10, 1],
      preset: 'slower',
      searchRange: 128,
      refs: 1,
      qp: 20,
      sceneCut: false,
    };
    const largest = (level: LevelName) =>
      Math.max(
        ...statesOf({ ...base, level }, pictures).flatMap((state) =>
          Array.from(state.mv, (mv) => Math.abs(mvY(mv))),
        ),
      );
    expect(largest('1.1')).toBeGreaterThan(4 * 64);
    expect(largest('1')).toBeLessThanOrEqual(4 * 64 - 1);
    expectDecodedAsReconstructed(codePictures({ ...base, level: '1' }, pictures));
  });
});

describe('MaxMvsPer2Mb and MaxSubMbRectSize', () => {
  /** Every 4x4 block moves its own way. */
  const pictures = Array.from({ length: 4 }, (_, n) => {
    const picture = new Uint8Array(pictureSize(96, 64)).fill(128);
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 96; x++) {
        const bx = x >> 2;
        const by = y >> 2;
        const dx = ((bx * 7 + by * 3) % 9) - 4;
        const dy = ((bx * 5 + by * 11) % 7) - 3;
        const u = x + n * dx;
        const v = y + n * dy;
        picture[y * 96 + x] =
          128 + Math.round(55 * Math.sin(u / 2.1) * Math.cos(v / 2.7) + 50 * Math.sin((u + v) / 9));
      }
    }
    return picture;
  });
  const base: H264Options = {
    width: 96,
    height: 64,
    frameRate: [10, 1],
    preset: 'slow',
    rdo: false,
    refs: 1,
    qp: 8,
    sceneCut: false,
  };

  /** The four vectors of each 8x8 block of P_8x8 macroblocks: [macroblock, mv, mv, mv, mv]. */
  function* blocks(state: PictureState): Generator<[number, number[]]> {
    for (let mbAddr = 0; mbAddr < state.mbType.length; mbAddr++) {
      if (state.mbType[mbAddr] !== INTER_8X8) continue;
      for (const first of [0, 2, 8, 10]) {
        yield [mbAddr, [0, 1, 4, 5].map((i) => state.mv[16 * mbAddr + first + i])];
      }
    }
  }

  /** Vectors by macroblock, counting a block's as few as its four could be written with. */
  function vectorCounts(state: PictureState): number[] {
    const counts = Array.from(state.mbType, (type) =>
      type === INTER_8X8 ? 0 : type === INTER_16X16 ? 1 : type > INTER_16X16 ? 2 : 0,
    );
    for (const [mbAddr, [a, b, c, d]] of blocks(state)) {
      const isRows = a === b && c === d;
      const isColumns = a === c && b === d;
      counts[mbAddr] += isRows && isColumns ? 1 : isRows || isColumns ? 2 : 4;
    }
    return counts;
  }

  it('bound the vectors of two macroblocks in a row', () => {
    const most = (level: LevelName) =>
      Math.max(
        ...statesOf({ ...base, level }, pictures).flatMap((state) => {
          const counts = vectorCounts(state);
          return counts.slice(1).map((count, i) => count + counts[i]);
        }),
      );
    expect(most('2.2')).toBeGreaterThan(16);
    expect(most('3.1')).toBeLessThanOrEqual(16);
    expectDecodedAsReconstructed(codePictures({ ...base, level: '3.1' }, pictures));
  });

  it('bound the rectangle that an 8x8 block is predicted from', () => {
    // Columns of four samples move apart, fast.
    const texture = drawScene({ content: 'texture', seed: 5, dx: 0, dy: 0 }, 512, 64, 1)[0];
    const apart = Array.from({ length: 3 }, (_, n) => {
      const picture = new Uint8Array(pictureSize(96, 64)).fill(128);
      for (let y = 0; y < 64; y++) {
        for (let x = 0; x < 96; x++) {
          const dx = (x >> 2) & 1 ? 30 * n : -30 * n;
          picture[y * 96 + x] = texture[y * 512 + 200 + x + dx];
        }
      }
      return picture;
    });
    const options: H264Options = { ...base, search: 'multi-hexagon', searchRange: 64 };
    const largest = (level: LevelName) => {
      let most = 0;
      for (const state of statesOf({ ...options, level }, apart)) {
        for (const [, vectors] of blocks(state)) {
          if (new Set(vectors).size === 1) continue;
          const x = vectors.map((mv, i) => 4 * (i & 1) + (mvX(mv) >> 2));
          const y = vectors.map((mv, i) => 4 * (i >> 1) + (mvY(mv) >> 2));
          const width = Math.max(...x) + 3 - Math.min(...x) + 6;
          most = Math.max(most, width * (Math.max(...y) + 3 - Math.min(...y) + 6));
        }
      }
      return most;
    };
    expect(largest('2.2')).toBeLessThanOrEqual(576);
    expect(largest('4')).toBeGreaterThan(576);
  });
});
