/** Levels: Table A-1 by its laws, the worked examples of Table A-6, and the errors. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/base/errors.ts';
import {
  checkLevel,
  cpbBrNalFactor,
  LEVELS,
  type LevelDemand,
  levelLimits,
  levelSyntax,
  maxAccessUnitBytes,
  maxDpbFrames,
  maxFirstAccessUnitBytes,
  requiredLevel,
} from '../../../src/syntax/h264/levels.ts';

const CIF: LevelDemand = {
  picWidthInMbs: 22,
  frameHeightInMbs: 18,
  frameRate: [30, 1],
  maxDecFrameBuffering: 1,
};

describe('Table A-1', () => {
  const rows = LEVELS.map(levelLimits);

  it('never falls from a level to the next higher', () => {
    for (let i = 1; i < rows.length; i++) {
      for (const column of [
        'MaxMBPS',
        'MaxFS',
        'MaxDpbMbs',
        'MaxBR',
        'MaxCPB',
        'MaxVmvR',
      ] as const) {
        expect(rows[i][column], `${column} of ${rows[i].name}`).toBeGreaterThanOrEqual(
          rows[i - 1][column],
        );
      }
      expect(rows[i].MaxMvsPer2Mb).toBeLessThanOrEqual(rows[i - 1].MaxMvsPer2Mb);
    }
  });

  it('raises at least one limit at every level', () => {
    for (let i = 1; i < rows.length; i++) {
      expect(
        rows[i].MaxMBPS > rows[i - 1].MaxMBPS || rows[i].MaxBR > rows[i - 1].MaxBR,
        rows[i].name,
      ).toBe(true);
    }
  });

  it('holds a second and more of a frame, a buffer of about a second, and at least four frames', () => {
    for (const row of rows) {
      expect(row.MaxMBPS).toBeGreaterThanOrEqual(7 * row.MaxFS);
      expect(row.MaxCPB / row.MaxBR).toBeGreaterThanOrEqual(1);
      expect(row.MaxCPB / row.MaxBR).toBeLessThan(2.8);
      expect(Math.floor(row.MaxDpbMbs / row.MaxFS)).toBeGreaterThanOrEqual(2);
      expect(Math.log2(row.MaxVmvR) % 1).toBe(0);
    }
  });

  // Table A-6: maximum frame rates of common formats, in macroblocks; rounded to 0.1.
  it.each([
    ['1', 11, 9, 15.0],
    ['1.1', 11, 9, 30.3],
    ['1.2', 22, 18, 15.2],
    ['1.3', 22, 18, 30.0],
    ['2', 22, 18, 30.0],
    ['2.1', 22, 18, 50.0],
    ['2.2', 45, 36, 12.5],
    ['3', 45, 36, 25.0],
    ['3.1', 80, 45, 30.0],
    ['3.2', 80, 45, 60.0],
    ['4', 120, 68, 30.1],
    ['4.1', 120, 68, 30.1],
    ['4.2', 120, 68, 64.0],
    ['5', 120, 68, 72.3],
    ['5.1', 256, 144, 26.7],
    ['5.2', 256, 144, 56.3],
    ['6', 512, 272, 30.0],
    ['6.1', 512, 272, 60.0],
    ['6.2', 512, 272, 120.0],
  ] as const)(
    'level %s: %i x %i macroblocks at %f frames per second',
    (name, width, height, rate) => {
      expect(levelLimits(name).MaxMBPS / (width * height)).toBeCloseTo(rate, 1);
      expect(width * height).toBeLessThanOrEqual(levelLimits(name).MaxFS);
    },
  );
});

describe('maxDpbFrames', () => {
  it.each([
    ['1', 11, 9, 4],
    ['1.1', 11, 9, 9],
    ['1.2', 22, 18, 6],
    ['3', 45, 36, 5],
    ['3.1', 80, 45, 5],
    ['4', 120, 68, 4],
    ['5.1', 120, 68, 16],
    ['6', 512, 272, 5],
  ] as const)('level %s holds %i x %i macroblocks %i times', (level, width, height, frames) => {
    expect(maxDpbFrames(level, width, height)).toBe(frames);
  });
});

describe('requiredLevel', () => {
  it.each([
    [{ ...CIF, picWidthInMbs: 11, frameHeightInMbs: 9, frameRate: [15, 1] }, '1'],
    [{ ...CIF, picWidthInMbs: 11, frameHeightInMbs: 9, frameRate: [30, 1] }, '1.1'],
    [CIF, '1.3'],
    [{ ...CIF, frameRate: null }, '1.1'],
    [{ ...CIF, maxDecFrameBuffering: 7 }, '2.1'],
    [{ ...CIF, maxBitRate: 12_000_000 }, '3'],
    [{ ...CIF, maxBitRate: 12_000_001 }, '3.1'],
    [{ ...CIF, maxBitRate: 15_000_000, profile: 100 }, '3'],
    [{ ...CIF, picWidthInMbs: 80, frameHeightInMbs: 45 }, '3.1'],
    [{ ...CIF, picWidthInMbs: 120, frameHeightInMbs: 68 }, '4'],
    [{ ...CIF, picWidthInMbs: 1055, frameHeightInMbs: 132, frameRate: [1, 1] }, '6'],
    [{ ...CIF, frameRate: [173, 1] }, '6'],
    // Wide and low: it is the width that counts.
    [{ ...CIF, picWidthInMbs: 120, frameHeightInMbs: 1, frameRate: [1, 1] }, '3.1'],
  ] as [LevelDemand, string][])('%j => %s', (demand, level) => {
    expect(requiredLevel(demand)).toBe(level);
    expect(() => checkLevel(level as (typeof LEVELS)[number], demand)).not.toThrow();
    const index = LEVELS.indexOf(level as (typeof LEVELS)[number]);
    if (index > 0) expect(() => checkLevel(LEVELS[index - 1], demand)).toThrow(ConfigError);
  });

  it('names the limit and the clause where no level is enough', () => {
    expect(() => requiredLevel({ ...CIF, picWidthInMbs: 1056 })).toThrow(
      /6\.2: got 1056 macroblocks of width, allowed 0\.\.1055 .*clause A\.3\.1 f/,
    );
    expect(() => requiredLevel({ ...CIF, maxDecFrameBuffering: 17 })).toThrow(/MaxDpbFrames/);
  });
});

describe('checkLevel', () => {
  it.each([
    ['1', CIF, /MaxFS, clause A\.3\.1 e/],
    ['1.2', CIF, /got 11880 macroblocks per second, allowed 0\.\.6000 \(MaxMBPS/],
    ['1.3', { ...CIF, maxDecFrameBuffering: 7 }, /MaxDpbFrames, clause A\.3\.1 h/],
    ['1.3', { ...CIF, maxBitRate: 1_000_000 }, /MaxBR, clause A\.3\.1 j/],
    ['1.3', { ...CIF, cpbSize: 2_400_001 }, /allowed 0\.\.2400000 \(MaxCPB/],
  ] as const)('level %s refuses %j', (level, demand, message) => {
    expect(() => checkLevel(level, demand)).toThrow(message);
  });
});

describe('levelSyntax', () => {
  it('is ten times the number, but for 1b', () => {
    expect(LEVELS.map((level) => levelSyntax(level, 66).level_idc)).toEqual([
      10, 11, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62,
    ]);
    expect(levelSyntax('1b', 77).constraint_set3_flag).toBe(1);
    expect(levelSyntax('1.1', 66).constraint_set3_flag).toBe(0);
    expect(levelSyntax('1b', 100)).toEqual({ level_idc: 9, constraint_set3_flag: 0 });
  });
});

it('limits the bytes of an access unit by MinCR', () => {
  // Level 4: 245760 macroblocks of 384 bytes a second, compressed at least 4:1.
  expect(maxAccessUnitBytes('4', [30, 1])).toBe((384 * 245760) / 4 / 30);
  expect(maxFirstAccessUnitBytes('4', 8160)).toBe((384 * 8160) / 4);
  expect(maxFirstAccessUnitBytes('4', 99)).toBe(Math.floor((384 * 245760) / 172 / 4));
  expect(cpbBrNalFactor(66)).toBe(1200);
});
