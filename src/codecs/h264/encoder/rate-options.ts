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
  /**
   * QP of all P pictures. A picture that is larger than its level allows gets a higher one (see `level`). If neither `qp`, `crf`
   * nor `bitRate` is given, profile `baseline` has `qp` 23, and the others have `crf` 23.
   */
  qp: integer(0, 51),
  /** Constant quality, on the scale of libx264's CRF: smaller is better. 0 is not lossless. */
  crf: number(0, 51),
  /** Average bits per second. */
  bitRate: number(1000, MAX_BIT_RATE),
  /** Whether the encoder keeps statistics for a second pass. */
  collectStatistics: flag(false),
  /** Bits per second at which a decoder's buffer fills. Needs `vbvBufferSize`. Default: `bitRate`. */
  vbvMaxRate: number(1000, MAX_BIT_RATE),
  /**
   * Bits that a decoder's buffer holds. Rate control makes sure that each picture is in the buffer when it is decoded (Annex C).
   */
  vbvBufferSize: number(1, 1e10),
  /** Share of the decoder's buffer that is full when decoding starts, above 0. */
  vbvInitialFullness: number(Number.MIN_VALUE, 1, INITIAL_FULLNESS),
  /**
   * Whether the stream describes the buffer by HRD parameters and timing messages: `vbr` with a variable rate; `cbr` with a
   * constant rate, which filler data keeps up; `none` not at all. Needs `vbvBufferSize`; `cbr` also needs `bitRate`.
   */
  hrd: choice(HRD_MODES, 'none'),
  /**
   * By how much the QP of IDR pictures is lower than that of P pictures. With `crf` and B pictures it counts only as far as
   * later pictures inherit from the IDR picture.
   */
  ipOffset: number(0, 10, 3),
  /**
   * By how much the QP of B pictures is higher than that of the anchors around them; B pictures that others refer to get half of
   * it. Default: 2, but 0 with `importance`, which already knows that nothing depends on a B picture.
   */
  pbOffset: number(0, 10),
  /** Least QP that `crf` and `bitRate` choose, for pictures and macroblocks. */
  qpMin: integer(0, 51, 0),
  /** Largest QP that `crf` and `bitRate` choose, unless the decoder's buffer or the level needs a larger one. */
  qpMax: integer(0, 51, 51),
  /** With `bitRate`: largest change of QP from one P picture to the next. */
  qpStep: integer(1, 51, 4),
  /**
   * Number of later pictures that are known when a picture is decided. Default: by preset, but 0 with `qp`, since then no
   * decision depends on them; fewer where the pictures would not fit in 2 GiB (8K).
   */
  lookahead: integer(0, 250),
  /** Whether a change of scene starts a new IDR picture. */
  sceneCut: flag(),
  /**
   * Least number of pictures from an IDR picture to one that starts because the scene changes. Default: a tenth of `gopSize`,
   * but at least 1 and at most 4.
   */
  minGopSize: integer(1, 0x7fffffff),
  /**
   * By how much the QP of a macroblock falls with each doubling of its importance to later pictures. Default: by preset, twice
   * that with B pictures, but 0 with `qp`.
   */
  importance: number(0, 5),
  /**
   * Strength of adaptive quantization by variance, which gives flat places a lower QP than busy ones. It pleases the eye and
   * costs PSNR. In profiles `main` and `high` the default is 1, but 0 with `qp`.
   */
  aqStrength: number(0, 3, 0),
  /**
   * Variance of samples that adaptive quantization adds to that of each macroblock, so that places much flatter than this count
   * as equally flat. 1 suits the eye; 30 suits SSIM, which sees no difference between flatter places.
   */
  aqFloor: number(0.01, 1000, 1),
  /**
   * Level whose limits the stream keeps (Annex A). Default: the lowest that allows the size, frame rate, references and bit
   * rate. If `level` is given with `crf` or `bitRate`, and no buffer is, then MaxBR and MaxCPB of the level are the buffer
   * (Table A-1). A picture larger than the level allows (MinCR) is coded again at a higher QP, even with `qp`.
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
