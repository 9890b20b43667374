/** Options of what stands in the stream: profile, key pictures, deblocking, slices. */
import { ConfigError } from '../../../base/errors.ts';
import { type CheckedOf, checkRows, choice, flag, integer, type OptionsOf } from './option-rows.ts';

/** The profiles, each with the tools of those before: Constrained Baseline, Main, High (clause A.2). */
export const PROFILES = ['baseline', 'main', 'high'] as const;

export type Profile = (typeof PROFILES)[number];

/**
 * Least sliceBytes: one macroblock (MAX_MACROBLOCK_LAYER_BITS are 400 bytes) and a slice header of 60 bytes must fit, were
 * every other byte followed by one for emulation prevention.
 */
const MIN_SLICE_BYTES = 700;

/** Options by name. */
export const STREAM_ROWS = {
  /**
   * The profile: the tools that a decoder must know. Default: `high`, but `baseline` with preset `ultrafast`, and for
   * `createH264BaselineEncoder`, which has no other.
   */
  profile: choice(PROFILES),
  /** Entropy coding by CABAC instead of CAVLC; default: with every profile but `baseline`, which lacks it. */
  cabac: flag(),
  /** The 8x8 transform beside the 4x4 one, in intra and inter macroblocks; default: with profile `high`, which alone has it. */
  transform8x8: flag(),
  /**
   * Whether luma alone is coded (4:0:0), of `gray` frames or of others; only with profile `high`. Chromium's own decoder shows such
   * streams; decoders in hardware need not know them.
   */
  monochrome: flag(false),
  /**
   * Weights of frequencies (clause 8.5.9): all alike, or the lists of the standard, which quantize fine detail more coarsely; only with
   * profile `high`. Lists of one's own are `scalingLists`.
   */
  scaling: choice(['flat', 'default'], 'flat'),
  /** Pictures from one IDR picture to the next. 0 is taken as 1: intra only. */
  gopSize: integer(0, 0x7fffffff, 250),
  /** Offset of the deblocking filter's first threshold, by which it is switched off (clause 8.7.2.2). */
  deblockAlpha: integer(-6, 6, 0),
  /** Offset of its second threshold. */
  deblockBeta: integer(-6, 6, 0),
  /** chroma_qp_index_offset (clause 7.4.2.2). */
  chromaQpOffset: integer(-12, 12, 0),
  /** Slices per picture, each decodable without the others of the picture. Default: 1. */
  slices: integer(1, 64),
  /** Macroblocks per slice at most; not with `slices`. Default: no limit. */
  sliceMacroblocks: integer(1, 139264),
  /** Bytes of a slice's NAL unit at most, so that it fits a packet of a network; not with `slices`. Default: no limit. */
  sliceBytes: integer(MIN_SLICE_BYTES, 0x7fffffff),
  /** Whether the first access unit carries a message with all settings as text (user data, clause D.2.7). */
  settingsSei: flag(false),
  /** Whether deblocking crosses slices (disable_deblocking_filter_idc 0 instead of 2). */
  deblockAcrossSlices: flag(true),
  /** constrained_intra_pred_flag: intra predicts from intra only, so that lost pictures do not spread. */
  constrainedIntra: flag(false),
} as const;

/** The options as a caller gives them. */
export type StreamOptions = OptionsOf<typeof STREAM_ROWS>;

/** How pictures are cut into slices; 0 is no limit. */
export interface SliceOptions {
  readonly slices: number;
  readonly sliceMacroblocks: number;
  readonly sliceBytes: number;
}

/** The options checked and completed. */
export interface ResolvedStreamOptions {
  readonly profile: Profile;
  readonly cabac: boolean;
  readonly transform8x8: boolean;
  readonly monochrome: boolean;
  readonly scaling: 'flat' | 'default';
  readonly gopSize: number;
  readonly deblockAlpha: number;
  readonly deblockBeta: number;
  readonly chromaQpOffset: number;
  readonly slicing: SliceOptions;
  readonly settingsSei: boolean;
  readonly deblockAcrossSlices: boolean;
  readonly constrainedIntra: boolean;
}

type Checked = CheckedOf<typeof STREAM_ROWS>;

/** Checks the options; throws `ConfigError` naming the first that is wrong or contradicts another. */
export function resolveStreamOptions(at: string, options: StreamOptions): ResolvedStreamOptions {
  const { slices, sliceMacroblocks, sliceBytes, ...checked } = checkRows(at, STREAM_ROWS, options);
  const profile = checked.profile ?? 'baseline';
  return {
    ...checked,
    profile,
    ...resolveProfile(at, { ...checked, profile }),
    gopSize: Math.max(1, checked.gopSize),
    slicing: resolveSlices(at, { slices, sliceMacroblocks, sliceBytes }),
  };
}

function resolveProfile(
  at: string,
  {
    profile,
    ...asked
  }: Pick<Checked, 'profile' | 'cabac' | 'transform8x8' | 'monochrome' | 'scaling'>,
): Pick<ResolvedStreamOptions, 'cabac' | 'transform8x8'> {
  const isBaseline = profile === 'baseline';
  const isHigh = profile === 'high';
  const { cabac = !isBaseline, transform8x8 = isHigh } = asked;
  if (cabac && isBaseline) {
    throw new ConfigError(`${at}.cabac`, 'profile baseline has no CABAC, allowed is false');
  }
  const ofHigh = { transform8x8, monochrome: asked.monochrome, scaling: asked.scaling !== 'flat' };
  for (const [key, isAsked] of Object.entries(ofHigh)) {
    if (!isAsked || isHigh) continue;
    throw new ConfigError(`${at}.${key}`, `is of profile high, allowed is to leave it out`);
  }
  return { cabac, transform8x8 };
}

function resolveSlices(at: string, given: Partial<SliceOptions>): SliceOptions {
  for (const key of ['sliceMacroblocks', 'sliceBytes'] as const) {
    if (given.slices !== undefined && given[key] !== undefined) {
      throw new ConfigError(`${at}.${key}`, 'contradicts slices, which says how many there are');
    }
  }
  const { slices = 1, sliceMacroblocks = 0, sliceBytes = 0 } = given;
  return { slices, sliceMacroblocks, sliceBytes };
}
