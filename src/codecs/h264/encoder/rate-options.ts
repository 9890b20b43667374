/** Options of rate control and lookahead: what can be asked for, what is allowed, and what contradicts what. */
import { ConfigError, requireInteger, requireNumber, requireOneOf } from '../../../base/errors.ts';
import type { Rational } from '../../../base/rational.ts';
import {
  cpbBrNalFactor,
  LEVELS,
  type LevelName,
  levelLimits,
} from '../../../syntax/h264/levels.ts';
import { ProfileIdc } from '../../../syntax/h264/profiles.ts';
import type { RateTarget } from './rate-target.ts';
import { MAX_SETTINGS_BYTES } from './settings.ts';
import { checkStatistics, type PassStatistics } from './two-pass.ts';
import { representableVbv, type VbvOptions } from './vbv.ts';

/** How many bits to spend and where; part of `H264Options`. At most one of `qp`, `crf` and `bitRate` may be given. */
export interface RateOptions {
  /** Constant quantizer 0..51 of P pictures; raised only for a picture larger than its level allows (see `level`). Default: 23, if neither `crf` nor `bitRate` is given. */
  readonly qp?: number;
  /** Constant quality 0..51, smaller is better; the scale of libx264's CRF. */
  readonly crf?: number;
  /** Average bits per second, 1000..960000000. */
  readonly bitRate?: number;
  /** Statistics of a first pass over the same pictures: spreads `bitRate` by what they need. */
  readonly statistics?: PassStatistics;
  /** Keep statistics for a second pass; default false. */
  readonly collectStatistics?: boolean;
  /** Bits per second at which a decoder's buffer fills; with `vbvBufferSize`. Default with it: `bitRate`. */
  readonly vbvMaxRate?: number;
  /** Bits in a decoder's buffer, which is then never short of a picture (Annex C). */
  readonly vbvBufferSize?: number;
  /** Fullness of that buffer when decoding starts, above 0 to 1; default 0.9. */
  readonly vbvInitialFullness?: number;
  /**
   * Whether the buffer is written into the stream (HRD parameters and timing messages): `vbr` as it is, `cbr` with a
   * constant rate, kept up by filler data. Default `none`. Needs `vbvBufferSize`; `cbr` needs `bitRate`.
   */
  readonly hrd?: 'none' | 'vbr' | 'cbr';
  /** QP that IDR pictures are below P pictures, 0..10; default 3. */
  readonly ipOffset?: number;
  /**
   * QP that B pictures are above the anchors around them, 0..10; half as much for those that others refer to. Default 2, but 0 with
   * `importance`, which says by itself that nothing depends on them.
   */
  readonly pbOffset?: number;
  /** Pictures to look ahead, 0..250. Default: by preset, but 0 with `qp`, where nothing depends on what comes. */
  readonly lookahead?: number;
  /** Whether a change of scene starts a new IDR picture. Default: by preset. */
  readonly sceneCut?: boolean;
  /** Pictures from an IDR picture to one for a change of scene, at least 1; default a tenth of `gopSize`, at most 4. */
  readonly minGopSize?: number;
  /**
   * QP by which a macroblock is coded better for each doubling of its importance to later pictures, 0..5. Default: by
   * preset, but 0 with `qp`.
   */
  readonly importance?: number;
  /** Strength of adaptive quantization by variance, 0..3; default 0: it costs PSNR for what the eye sees. */
  readonly aqStrength?: number;
  /**
   * Level to keep within (Annex A); default: the lowest that is enough for size, frame rate, references and bit rate. With
   * `crf` or `bitRate` and no buffer given, the buffer of a level that is given is kept: MaxBR and MaxCPB (Table A-1). A picture
   * larger than its level allows (MinCR) is coded again at a higher QP, with `qp` too.
   */
  readonly level?: LevelName;
  /** Whether each picture starts with an access unit delimiter; default false. */
  readonly accessUnitDelimiters?: boolean;
}

/** The keys of `RateOptions`. */
export const RATE_KEYS: readonly (keyof RateOptions)[] = [
  'qp',
  'crf',
  'bitRate',
  'statistics',
  'collectStatistics',
  'vbvMaxRate',
  'vbvBufferSize',
  'vbvInitialFullness',
  'hrd',
  'ipOffset',
  'pbOffset',
  'lookahead',
  'sceneCut',
  'minGopSize',
  'importance',
  'aqStrength',
  'level',
  'accessUnitDelimiters',
];

/** What a preset says about the lookahead. */
export interface LookaheadPreset {
  readonly lookahead: number;
  readonly sceneCut: boolean;
  readonly importance: number;
}

/** What the checks need to know of the other options. */
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
  readonly hrd: 'none' | 'vbr' | 'cbr';
  readonly collectStatistics: boolean;
  readonly ipOffset: number;
  readonly pbOffset: number;
  readonly lookahead: number;
  readonly sceneCut: boolean;
  readonly minGopSize: number;
  readonly importance: number;
  readonly aqStrength: number;
  readonly level: LevelName | undefined;
  readonly accessUnitDelimiters: boolean;
}

/** QP if nothing is asked for. */
const DEFAULT_QP = 23;

/**
 * What the smallest pictures take, to which rate control falls back when all else is too large: eight bits for each
 * macroblock of an IDR picture without residual, and the headers with parameter sets and messages; and a picture of skipped
 * macroblocks. A buffer that cannot have these cannot be kept.
 */
const IDR_BITS_PER_MB = 8;
const IDR_HEADER_BITS = 1000;
const SKIPPED_PICTURE_BITS = 320;

const MAX_BIT_RATE = 960_000_000;

/** Checks the rate options; throws `ConfigError` naming the first that is wrong or contradicts another. */
export function resolveRateOptions(
  at: string,
  options: RateOptions,
  context: RateContext,
): ResolvedRateOptions {
  const target = resolveTarget(at, options, context);
  const hrd = requireOneOf(`${at}.hrd`, options.hrd ?? 'none', ['none', 'vbr', 'cbr']);
  const looks = target.kind !== 'qp';
  const asked = options.importance ?? (looks ? context.preset.importance : 0);
  const importance = requireNumber(`${at}.importance`, asked, 0, 5);
  const flag = (key: 'collectStatistics' | 'accessUnitDelimiters'): boolean =>
    requireOneOf(`${at}.${key}`, options[key] ?? false, [true, false]);
  const minGopSize = Math.max(1, Math.min(4, Math.floor(context.gopSize / 10)));
  const sceneCut = options.sceneCut ?? context.preset.sceneCut;
  const level = options.level;
  return {
    target,
    vbv: resolveVbv(at, options, context, target, hrd),
    hrd,
    collectStatistics: flag('collectStatistics'),
    ipOffset: requireNumber(`${at}.ipOffset`, options.ipOffset ?? 3, 0, 10),
    pbOffset: requireNumber(`${at}.pbOffset`, options.pbOffset ?? (importance > 0 ? 0 : 2), 0, 10),
    lookahead: requireInteger(
      `${at}.lookahead`,
      options.lookahead ?? (looks || options.importance ? context.preset.lookahead : 0),
      0,
      250,
    ),
    sceneCut: requireOneOf(`${at}.sceneCut`, sceneCut, [true, false]),
    minGopSize: requireInteger(`${at}.minGopSize`, options.minGopSize ?? minGopSize, 1, 0x7fffffff),
    importance,
    aqStrength: requireNumber(`${at}.aqStrength`, options.aqStrength ?? 0, 0, 3),
    level: level === undefined ? undefined : requireOneOf(`${at}.level`, level, LEVELS),
    accessUnitDelimiters: flag('accessUnitDelimiters'),
  };
}

function resolveTarget(at: string, options: RateOptions, context: RateContext): RateTarget {
  const given = (['qp', 'crf', 'bitRate'] as const).filter((key) => options[key] !== undefined);
  if (given.length > 1) {
    throw new ConfigError(
      `${at}.${given[1]}`,
      `contradicts ${given[0]}; allowed is one of qp, crf, bitRate`,
    );
  }
  if (options.statistics !== undefined && options.bitRate === undefined) {
    throw new ConfigError(`${at}.statistics`, 'a second pass needs bitRate');
  }
  if (options.crf !== undefined) {
    return { kind: 'crf', crf: requireNumber(`${at}.crf`, options.crf, 0, 51) };
  }
  if (options.bitRate !== undefined) {
    const bitRate = requireNumber(`${at}.bitRate`, options.bitRate, 1000, MAX_BIT_RATE);
    const statistics = options.statistics ?? null;
    if (statistics !== null) checkStatistics(statistics, context.width, context.height);
    return { kind: 'bitRate', bitRate, statistics };
  }
  return { kind: 'qp', qp: requireInteger(`${at}.qp`, options.qp ?? DEFAULT_QP, 0, 51) };
}

/** Fullness at which decoding starts, if nothing is asked for. */
const INITIAL_FULLNESS = 0.9;

/** The buffer that decoders of the level asked for have; null if none is, or the quantizer is constant. */
function levelBuffer(at: string, options: RateOptions, target: RateTarget): VbvOptions | null {
  if (options.level === undefined || target.kind === 'qp') return null;
  const { MaxBR, MaxCPB } = levelLimits(requireOneOf(`${at}.level`, options.level, LEVELS));
  const factor = cpbBrNalFactor(ProfileIdc.BASELINE);
  if (target.kind === 'bitRate' && target.bitRate > MaxBR * factor) {
    throw new ConfigError(
      `${at}.bitRate`,
      `got ${target.bitRate}, level ${options.level} allows ${MaxBR * factor} (MaxBR, Table A-1)`,
    );
  }
  return representableVbv({
    maxRate: MaxBR * factor,
    bufferSize: MaxCPB * factor,
    initialFullness: INITIAL_FULLNESS,
    isConstant: false,
  });
}

function resolveVbv(
  at: string,
  options: RateOptions,
  context: RateContext,
  target: RateTarget,
  hrd: 'none' | 'vbr' | 'cbr',
): VbvOptions | null {
  const { vbvMaxRate, vbvBufferSize } = options;
  if (vbvBufferSize === undefined) {
    const own = levelBuffer(at, options, target);
    for (const key of ['vbvMaxRate', 'vbvInitialFullness'] as const) {
      if (options[key] !== undefined) {
        throw new ConfigError(`${at}.${key}`, 'means nothing without vbvBufferSize');
      }
    }
    if (hrd !== 'none') throw new ConfigError(`${at}.hrd`, `${hrd} needs vbvBufferSize`);
    return own;
  }
  if (target.kind === 'qp') {
    throw new ConfigError(
      `${at}.vbvBufferSize`,
      'a constant quantizer cannot keep a buffer; use crf or bitRate instead of qp',
    );
  }
  const bitRate = target.kind === 'bitRate' ? target.bitRate : undefined;
  if (vbvMaxRate === undefined && bitRate === undefined) {
    throw new ConfigError(`${at}.vbvMaxRate`, 'missing; it has no default unless bitRate is given');
  }
  const maxRate = requireNumber(`${at}.vbvMaxRate`, vbvMaxRate ?? bitRate, 1000, MAX_BIT_RATE);
  if (bitRate !== undefined && maxRate < bitRate) {
    throw new ConfigError(`${at}.vbvMaxRate`, `got ${maxRate}, allowed from bitRate, ${bitRate}`);
  }
  if (hrd === 'cbr' && maxRate !== bitRate) {
    throw new ConfigError(
      `${at}.hrd`,
      bitRate === undefined
        ? 'cbr needs bitRate'
        : `cbr needs vbvMaxRate equal to bitRate, ${bitRate}; got ${maxRate}`,
    );
  }
  const size = requireNumber(`${at}.vbvBufferSize`, vbvBufferSize, 1, 1e10);
  const fullness = options.vbvInitialFullness ?? INITIAL_FULLNESS;
  if (!(fullness > 0)) requireNumber(`${at}.vbvInitialFullness`, fullness, Number.MIN_VALUE, 1);
  const initialFullness = requireNumber(`${at}.vbvInitialFullness`, fullness, 0, 1);
  const mbs = Math.ceil(context.width / 16) * Math.ceil(context.height / 16);
  const frameTime = (maxRate * context.frameRate[1]) / context.frameRate[0];
  if (frameTime < SKIPPED_PICTURE_BITS) {
    const least = Math.ceil((SKIPPED_PICTURE_BITS * context.frameRate[0]) / context.frameRate[1]);
    throw new ConfigError(
      `${at}.vbvMaxRate`,
      `got ${maxRate} bits per second, allowed from ${least} at this frame rate`,
    );
  }
  const headers = IDR_HEADER_BITS + (context.settingsSei ? 8 * MAX_SETTINGS_BYTES : 0);
  const idr = (headers + IDR_BITS_PER_MB * mbs) / initialFullness;
  const least = Math.ceil(Math.max(idr, hrd === 'cbr' ? frameTime : 0));
  if (size < least) {
    throw new ConfigError(
      `${at}.vbvBufferSize`,
      `got ${size} bits, allowed from ${least}: it must hold one picture even if that is coded without residual`,
    );
  }
  return representableVbv({
    maxRate: Math.floor(maxRate),
    bufferSize: Math.floor(size),
    initialFullness,
    isConstant: hrd === 'cbr',
  });
}
