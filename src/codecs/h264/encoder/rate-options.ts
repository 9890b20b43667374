/** Options of rate control and lookahead: their ranges, and which of them contradict each other. */
import { ConfigError } from '../../../base/errors.ts';
import type { Rational } from '../../../base/rational.ts';
import { LEVELS, type LevelName } from '../../../syntax/h264/levels.ts';
import { checkRows, choice, flag, integer, number, type OptionsOf } from './option-rows.ts';
import type { RateTarget } from './rate-target.ts';
import type { PassStatistics } from './two-pass.ts';
import type { VbvOptions } from './vbv.ts';
import { INITIAL_FULLNESS, resolveVbv } from './vbv-options.ts';

const MAX_BIT_RATE = 960_000_000;

/** Values of `hrd`. */
const HRD_MODES = ['none', 'vbr', 'cbr'] as const;

/** Whether the buffer is written into the stream, and at which kind of rate. */
export type HrdMode = (typeof HRD_MODES)[number];

/** The options that say how many bits to spend and where. At most one of `qp`, `crf` and `bitRate` may be given. */
export const RATE_ROWS = {
  /** Constant quantizer of P pictures; raised only for a picture larger than its level allows (see `level`). Default: 23, if neither `crf` nor `bitRate` is given, but `crf` 23 in profiles `main` and `high`. */
  qp: integer(0, 51),
  /** Constant quality, smaller is better; the scale of libx264's CRF, but 0 is not lossless. */
  crf: number(0, 51),
  /** Average bits per second. */
  bitRate: number(1000, MAX_BIT_RATE),
  /** Keep statistics for a second pass. */
  collectStatistics: flag(false),
  /** Bits per second at which a decoder's buffer fills; with `vbvBufferSize`. Default with it: `bitRate`. */
  vbvMaxRate: number(1000, MAX_BIT_RATE),
  /** Bits in a decoder's buffer, which is then never short of a picture (Annex C). */
  vbvBufferSize: number(1, 1e10),
  /** Fullness of that buffer when decoding starts, above 0. */
  vbvInitialFullness: number(Number.MIN_VALUE, 1, INITIAL_FULLNESS),
  /**
   * Whether the buffer is written into the stream (HRD parameters and timing messages): `vbr` as it is, `cbr` with a
   * constant rate, kept up by filler data. Needs `vbvBufferSize`; `cbr` needs `bitRate`.
   */
  hrd: choice(HRD_MODES, 'none'),
  /** QP that IDR pictures are below P pictures; with `crf` and B pictures only as far as later pictures inherit from them. */
  ipOffset: number(0, 10, 3),
  /**
   * QP that B pictures are above the anchors around them; half as much for those that others refer to. Default 2, but 0 with
   * `importance`, which says by itself that nothing depends on them.
   */
  pbOffset: number(0, 10),
  /** Least QP that `crf` and `bitRate` choose, for macroblocks too. */
  qpMin: integer(0, 51, 0),
  /** Largest QP that they choose, unless a buffer or the level would be broken. */
  qpMax: integer(0, 51, 51),
  /** Largest change of QP with `bitRate` from one P picture to the next. */
  qpStep: integer(1, 51, 4),
  /** Pictures to look ahead. Default: by preset, but 0 with `qp`, where nothing depends on what comes. */
  lookahead: integer(0, 250),
  /** Whether a change of scene starts a new IDR picture. */
  sceneCut: flag(),
  /** Pictures from an IDR picture to one for a change of scene; default a tenth of `gopSize`, at most 4. */
  minGopSize: integer(1, 0x7fffffff),
  /** QP by which a macroblock is coded better for each doubling of its importance to later pictures. Default: by preset, twice that with B pictures, but 0 with `qp`. */
  importance: number(0, 5),
  /**
   * Strength of adaptive quantization by variance: it costs PSNR for what the eye sees. In profiles `main` and `high` the default is 1,
   * but 0 with `qp`.
   */
  aqStrength: number(0, 3, 0),
  /**
   * Variance of a macroblock's samples from which on adaptive quantization tells flat and busy places apart: the eye wants 1, SSIM 30, below which
   * it sees no difference.
   */
  aqFloor: number(0.01, 1000, 1),
  /**
   * Level to keep within (Annex A); default: the lowest that is enough for size, frame rate, references and bit rate. With
   * `crf` or `bitRate` and no buffer given, the buffer of a level that is given is kept: MaxBR and MaxCPB (Table A-1). A picture
   * larger than its level allows (MinCR) is coded again at a higher QP, with `qp` too.
   */
  level: choice(LEVELS),
  /** Whether each picture starts with an access unit delimiter. */
  accessUnitDelimiters: flag(false),
} as const;

/** How many bits to spend and where; part of `H264Options`. At most one of `qp`, `crf` and `bitRate` may be given. */
export interface RateOptions extends OptionsOf<typeof RATE_ROWS> {
  /** Statistics of a first pass over the same pictures: spreads `bitRate` by what they need. */
  readonly statistics?: PassStatistics;
}

/** The options of the lookahead that a preset sets. */
export interface LookaheadPreset {
  readonly lookahead: number;
  readonly sceneCut: boolean;
  readonly importance: number;
}

/** The values of other options that the checks depend on. */
export interface RateContext {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly gopSize: number;
  readonly preset: LookaheadPreset;
  /** Whether the first access unit carries the settings. */
  readonly settingsSei: boolean;
}

/** Rate options checked and completed. */
export interface ResolvedRateOptions {
  readonly target: RateTarget;
  readonly vbv: VbvOptions | null;
  readonly hrd: HrdMode;
  readonly collectStatistics: boolean;
  readonly ipOffset: number;
  readonly pbOffset: number;
  readonly qpMin: number;
  readonly qpMax: number;
  readonly qpStep: number;
  readonly lookahead: number;
  readonly sceneCut: boolean;
  readonly minGopSize: number;
  readonly importance: number;
  readonly aqStrength: number;
  readonly aqFloor: number;
  readonly level: LevelName | undefined;
  readonly accessUnitDelimiters: boolean;
}

/** QP if nothing is asked for. */
const DEFAULT_QP = 23;

/** Checks the rate options; throws `ConfigError` naming the first that is wrong or contradicts another. */
export function resolveRateOptions(
  at: string,
  options: RateOptions,
  context: RateContext,
): ResolvedRateOptions {
  const given = checkRows(at, RATE_ROWS, options);
  const target = resolveTarget(at, options);
  const { preset } = context;
  const looks = target.kind !== 'qp';
  checkQpRange(at, options, given);
  const importance = given.importance ?? (looks ? preset.importance : 0);
  return {
    target,
    vbv: resolveVbv(at, options, given, target, context),
    hrd: given.hrd,
    collectStatistics: given.collectStatistics,
    ipOffset: given.ipOffset,
    pbOffset: given.pbOffset ?? (importance > 0 ? 0 : 2),
    qpMin: given.qpMin,
    qpMax: given.qpMax,
    qpStep: given.qpStep,
    lookahead: given.lookahead ?? (looks || given.importance ? preset.lookahead : 0),
    sceneCut: given.sceneCut ?? preset.sceneCut,
    minGopSize: given.minGopSize ?? Math.max(1, Math.min(4, Math.floor(context.gopSize / 10))),
    importance,
    aqStrength: given.aqStrength,
    aqFloor: given.aqFloor,
    level: given.level,
    accessUnitDelimiters: given.accessUnitDelimiters,
  };
}

/** A range of QP is for those that are chosen, and not empty. */
function checkQpRange(
  at: string,
  options: RateOptions,
  { qpMin, qpMax }: { readonly qpMin: number; readonly qpMax: number },
): void {
  for (const key of ['qpMin', 'qpMax', 'qpStep'] as const) {
    if (options[key] !== undefined && options.qp !== undefined) {
      throw new ConfigError(`${at}.${key}`, 'contradicts qp, which says it all');
    }
  }
  if (qpMin > qpMax) {
    throw new ConfigError(
      `${at}.qpMin`,
      `got ${qpMin}, with qpMax ${qpMax} allowed is 0..${qpMax}`,
    );
  }
}

/** The aim that the options ask for, each of them within its range. */
function resolveTarget(at: string, options: RateOptions): RateTarget {
  const given = (['qp', 'crf', 'bitRate'] as const).filter((key) => options[key] !== undefined);
  if (given.length > 1) {
    throw new ConfigError(
      `${at}.${given[1]}`,
      `contradicts ${given[0]}; allowed is one of qp, crf, bitRate`,
    );
  }
  const { qp = DEFAULT_QP, crf, bitRate, statistics = null } = options;
  if (statistics !== null && bitRate === undefined) {
    throw new ConfigError(`${at}.statistics`, 'a second pass needs bitRate');
  }
  if (crf !== undefined) return { kind: 'crf', crf };
  if (bitRate === undefined) return { kind: 'qp', qp };
  return { kind: 'bitRate', bitRate, statistics };
}
