/**
 * Levels, clause A.3: how large pictures may be, how fast they may come, how many bits they may take and how far vectors may
 * reach, so that a decoder of that level is sure to keep up. The level is not only written: its limits are checked here.
 */
import { ConfigError } from '../../base/errors.ts';
import type { Rational } from '../../base/rational.ts';
import type { Flag } from '../../bits/bit-syntax.ts';
import { hasChromaFormat } from './profiles.ts';

/** Level numbers of Table A-1, lowest first. */
// biome-ignore format: five groups as in the standard
export const LEVELS = [
  '1', '1b', '1.1', '1.2', '1.3',
  '2', '2.1', '2.2',
  '3', '3.1', '3.2',
  '4', '4.1', '4.2',
  '5', '5.1', '5.2',
  '6', '6.1', '6.2',
] as const;

/** One of `LEVELS`. */
export type LevelName = (typeof LEVELS)[number];
/** The one with the widest limits. */
export const HIGHEST_LEVEL: LevelName = '6.2';

const COLUMNS = 8;

/**
 * Table A-1: level => MaxMBPS, MaxFS, MaxDpbMbs, MaxBR, MaxCPB, MaxVmvR, MinCR, MaxMvsPer2Mb; row order of `LEVELS`,
 * index COLUMNS·level + column. 0 stands for "-", no limit.
 */
// biome-ignore format: laid out as in the standard
const LEVEL_LIMITS: Int32Array = /* @__PURE__ */ Int32Array.of(
      1485,     99,    396,     64,    175,   64, 2,  0,
      1485,     99,    396,    128,    350,   64, 2,  0,
      3000,    396,    900,    192,    500,  128, 2,  0,
      6000,    396,   2376,    384,   1000,  128, 2,  0,
     11880,    396,   2376,    768,   2000,  128, 2,  0,
     11880,    396,   2376,   2000,   2000,  128, 2,  0,
     19800,    792,   4752,   4000,   4000,  256, 2,  0,
     20250,   1620,   8100,   4000,   4000,  256, 2,  0,
     40500,   1620,   8100,  10000,  10000,  256, 2, 32,
    108000,   3600,  18000,  14000,  14000,  512, 4, 16,
    216000,   5120,  20480,  20000,  20000,  512, 4, 16,
    245760,   8192,  32768,  20000,  25000,  512, 4, 16,
    245760,   8192,  32768,  50000,  62500,  512, 2, 16,
    522240,   8704,  34816,  50000,  62500,  512, 2, 16,
    589824,  22080, 110400, 135000, 135000,  512, 2, 16,
    983040,  36864, 184320, 240000, 240000,  512, 2, 16,
   2073600,  36864, 184320, 240000, 240000,  512, 2, 16,
   4177920, 139264, 696320, 240000, 240000, 8192, 2, 16,
   8355840, 139264, 696320, 480000, 480000, 8192, 2, 16,
  16711680, 139264, 696320, 800000, 800000, 8192, 2, 16);

/** One row of Table A-1, in the units that the table states, and what else depends on the level. */
export interface LevelLimits {
  readonly name: LevelName;
  /** Macroblocks per second. */
  readonly MaxMBPS: number;
  /** Macroblocks per frame. */
  readonly MaxFS: number;
  /** Macroblocks of the decoded picture buffer. */
  readonly MaxDpbMbs: number;
  /** Bit rate in units of cpbBrVclFactor or cpbBrNalFactor bits per second. */
  readonly MaxBR: number;
  /** Size of the coded picture buffer in units of cpbBrVclFactor or cpbBrNalFactor bits. */
  readonly MaxCPB: number;
  /** Vertical vector components lie in -MaxVmvR..MaxVmvR-0.25 luma samples. */
  readonly MaxVmvR: number;
  /** Smallest ratio of raw to coded size. */
  readonly MinCR: number;
  /** Motion vectors of two consecutive macroblocks; Infinity if the level sets no limit. */
  readonly MaxMvsPer2Mb: number;
  /** Horizontal vector components lie in -maxHmvR..maxHmvR-0.25 luma samples, clause A.3.1 l. */
  readonly maxHmvR: number;
  /** Frames per second, 1 ÷ fR of clause A.3. */
  readonly maxFrameRate: number;
  /**
   * MaxSubMbRectSize, Table A-3 (Baseline and Constrained Baseline, clause A.3.3 f): for the vectors of an 8x8
   * sub-macroblock that is split, (xIntMax - xIntMin + 6) * (yIntMax - yIntMin + 6) is at most this; Infinity if the level
   * sets no limit.
   */
  readonly MaxSubMbRectSize: number;
}

/** The limits of a level, Table A-1. */
export function levelLimits(name: LevelName): LevelLimits {
  const index = LEVELS.indexOf(name);
  const row = index * COLUMNS;
  const isLevel6 = index >= LEVELS.indexOf('6');
  return {
    name,
    MaxMBPS: LEVEL_LIMITS[row],
    MaxFS: LEVEL_LIMITS[row + 1],
    MaxDpbMbs: LEVEL_LIMITS[row + 2],
    MaxBR: LEVEL_LIMITS[row + 3],
    MaxCPB: LEVEL_LIMITS[row + 4],
    MaxVmvR: LEVEL_LIMITS[row + 5],
    MinCR: LEVEL_LIMITS[row + 6],
    MaxMvsPer2Mb: LEVEL_LIMITS[row + 7] || Number.POSITIVE_INFINITY,
    maxHmvR: isLevel6 ? 8192 : 2048,
    maxFrameRate: isLevel6 ? 300 : 172,
    MaxSubMbRectSize: index <= LEVELS.indexOf('3') ? 576 : Number.POSITIVE_INFINITY,
  };
}

/** The demands that a level is checked against. */
export interface LevelDemand {
  readonly picWidthInMbs: number;
  readonly frameHeightInMbs: number;
  /** Frames per second; null if it is not known. */
  readonly frameRate: Rational | null;
  /** profile_idc; Baseline if not given. */
  readonly profile?: number;
  /** Largest bit rate at the input of the coded picture buffer, NAL units and all, bits per second. */
  readonly maxBitRate?: number;
  /** Size of the coded picture buffer in bits. */
  readonly cpbSize?: number;
  /** Frames in the decoded picture buffer. */
  readonly maxDecFrameBuffering: number;
}

/**
 * cpbBrNalFactor, clause A.3.1 j and Table A-2: bits per second in one unit of MaxBR, and bits in one of MaxCPB, where all
 * NAL units count. cpbBrVclFactor is five sixths of it.
 */
export function cpbBrNalFactor(profile_idc: number): number {
  switch (profile_idc) {
    case 66:
    case 77:
    case 88:
      return 1200;
    case 100:
      return 1500;
    case 110:
      return 3600;
    default:
      return 4800;
  }
}

/** MaxDpbFrames, clause A.3.1 h: frames that fit the decoded picture buffer, at most 16; 0 if not even one does. */
export function maxDpbFrames(
  level: LevelName,
  picWidthInMbs: number,
  frameHeightInMbs: number,
): number {
  const { MaxDpbMbs } = levelLimits(level);
  return Math.min(Math.floor(MaxDpbMbs / (picWidthInMbs * frameHeightInMbs)), 16);
}

/**
 * Checks that `demand` keeps within `level`. Throws `ConfigError` that names the first limit broken, what was asked, what
 * is allowed, and the clause.
 */
export function checkLevel(
  level: LevelName,
  demand: LevelDemand,
  where = 'h264.options.level',
): void {
  const broken = firstBrokenLimit(level, demand);
  if (broken !== null) throw new ConfigError(where, `level ${level} is too low: ${broken}`);
}

/**
 * The lowest level of Table A-1 that keeps all limits of clause A.3.1. Throws `ConfigError` that names what even level 6.2
 * does not allow.
 */
export function requiredLevel(demand: LevelDemand, where = 'h264.options'): LevelName {
  for (const level of LEVELS) {
    if (firstBrokenLimit(level, demand) === null) return level;
  }
  const broken = firstBrokenLimit(HIGHEST_LEVEL, demand);
  throw new ConfigError(
    where,
    `no level allows this, not even the highest, ${HIGHEST_LEVEL}: ${broken}`,
  );
}

function firstBrokenLimit(level: LevelName, demand: LevelDemand): string | null {
  const limits = levelLimits(level);
  const { picWidthInMbs, frameHeightInMbs, frameRate, maxBitRate, cpbSize } = demand;
  const picSizeInMbs = picWidthInMbs * frameHeightInMbs;
  const maxSide = Math.floor(Math.sqrt(limits.MaxFS * 8));
  const factor = cpbBrNalFactor(demand.profile ?? 66);
  const dpbFrames = maxDpbFrames(level, picWidthInMbs, frameHeightInMbs);
  if (picSizeInMbs > limits.MaxFS) {
    return exceeded('MaxFS', picSizeInMbs, limits.MaxFS, 'macroblocks per frame', 'e');
  }
  if (picWidthInMbs > maxSide) {
    return exceeded('Sqrt(MaxFS * 8)', picWidthInMbs, maxSide, 'macroblocks of width', 'f');
  }
  if (frameHeightInMbs > maxSide) {
    return exceeded('Sqrt(MaxFS * 8)', frameHeightInMbs, maxSide, 'macroblocks of height', 'g');
  }
  if (demand.maxDecFrameBuffering > dpbFrames) {
    const frames = demand.maxDecFrameBuffering;
    return exceeded('MaxDpbFrames', frames, dpbFrames, 'frames to keep for reference', 'h');
  }
  if (frameRate !== null) {
    if (picSizeInMbs * frameRate[0] > limits.MaxMBPS * frameRate[1]) {
      const rate = Math.ceil((picSizeInMbs * frameRate[0]) / frameRate[1]);
      return exceeded('MaxMBPS', rate, limits.MaxMBPS, 'macroblocks per second', 'a');
    }
    if (frameRate[0] > limits.maxFrameRate * frameRate[1]) {
      const rate = Math.ceil(frameRate[0] / frameRate[1]);
      return exceeded('1 ÷ fR', rate, limits.maxFrameRate, 'frames per second', 'a');
    }
  }
  if (maxBitRate !== undefined && maxBitRate > limits.MaxBR * factor) {
    return exceeded('MaxBR', maxBitRate, limits.MaxBR * factor, 'bits per second', 'j');
  }
  if (cpbSize !== undefined && cpbSize > limits.MaxCPB * factor) {
    return exceeded('MaxCPB', cpbSize, limits.MaxCPB * factor, 'bits of buffer', 'j');
  }
  return null;
}

function exceeded(limit: string, got: number, max: number, unit: string, item: string): string {
  return `got ${got} ${unit}, allowed 0..${max} (${limit}, clause A.3.1 ${item})`;
}

/** How a level is written: level_idc and constraint_set3_flag. */
export interface LevelSyntax {
  readonly level_idc: number;
  readonly constraint_set3_flag: Flag;
}

/**
 * level_idc and constraint_set3_flag, clauses A.3.1 and A.3.2: ten times the level number, but level 1b is 11 with
 * constraint_set3_flag in Baseline, Main and Extended profile, and 9 in the High profiles.
 */
export function levelSyntax(level: LevelName, profile_idc: number): LevelSyntax {
  if (level !== '1b') return { level_idc: Math.round(Number(level) * 10), constraint_set3_flag: 0 };
  return hasChromaFormat(profile_idc)
    ? { level_idc: 9, constraint_set3_flag: 0 }
    : { level_idc: 11, constraint_set3_flag: 1 };
}

/**
 * The level that level_idc and constraint_set3_flag say, clause A.3.1; of a level_idc that is none, the next above it, or 6.2.
 */
export function levelOf(level_idc: number, constraint_set3_flag: Flag): LevelName {
  if (level_idc === 9 || (level_idc === 11 && constraint_set3_flag === 1)) return '1b';
  return (
    LEVELS.find((level) => level !== '1b' && Number(level) * 10 >= level_idc - 0.5) ?? HIGHEST_LEVEL
  );
}

/** Bits that macroblock_layer( ) may take at most, clause A.3.1 n: 128 + RawMbBits for 4:2:0 and 8 bits. */
export const MAX_MACROBLOCK_LAYER_BITS = 3200;
/** The same without chroma. */
export const MAX_LUMA_BITS = 2176;

/**
 * Bytes that the NAL units of access unit `n` > 0 may sum to, clause A.3.1 d, when pictures are removed from the buffer
 * every `frameRate[1] / frameRate[0]` seconds.
 */
export function maxAccessUnitBytes(level: LevelName, frameRate: Rational): number {
  const { MaxMBPS, MinCR } = levelLimits(level);
  return Math.floor((384 * MaxMBPS * frameRate[1]) / (MinCR * frameRate[0]));
}

/** Likewise for access unit 0, removed at its nominal time, clause A.3.1 c. */
export function maxFirstAccessUnitBytes(level: LevelName, picSizeInMbs: number): number {
  const { MaxMBPS, MinCR, maxFrameRate } = levelLimits(level);
  return Math.floor((384 * Math.max(picSizeInMbs, MaxMBPS / maxFrameRate)) / MinCR);
}
