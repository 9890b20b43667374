/** Options of the stream: its profile and the tools of the profile, IDR pictures, deblocking, slices. */
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

/** The options, a row for each name. */
export const STREAM_ROWS = {
  /**
   * The profile, which says what tools a decoder must have. Default: `high`, but `baseline` with preset `ultrafast`.
   * `createH264BaselineEncoder` has `baseline` alone.
   */
  profile: choice(PROFILES),
  /** Whether entropy coding is CABAC instead of CAVLC. Default: true, but false with profile `baseline`, which lacks CABAC. */
  cabac: flag(),
  /**
   * Whether intra and inter macroblocks may use the 8x8 transform beside the 4x4 one. Default: true with profile `high`, which
   * alone has it.
   */
  transform8x8: flag(),
  /**
   * Whether only luma is coded (4:0:0), of `gray` frames or of frames with chroma. Needs profile `high`. Chromium's own decoder
   * shows such streams; hardware decoders may not.
   */
  monochrome: flag(false),
  /**
   * Weights by which the quantizer treats frequencies (clause 8.5.9): `flat` treats all alike; `default` takes the lists of the
   * standard, which quantize fine detail more coarsely. `default` needs profile `high`. Other lists are given by `scalingLists`.
   */
  scaling: choice(['flat', 'default'], 'flat'),
  /** Most pictures from one IDR picture to the next. 1 makes every picture an IDR picture; 0 means 1. */
  gopSize: integer(0, 0x7fffffff, 250),
  /**
   * slice_alpha_c0_offset_div2 (clause 7.4.3): a larger value raises the threshold alpha of the deblocking filter, so that it
   * also filters edges with larger steps, and filters more strongly.
   */
  deblockAlpha: integer(-6, 6, 0),
  /**
   * slice_beta_offset_div2 (clause 7.4.3): a larger value raises the threshold beta, so that edges are also filtered between
   * samples that differ more on one side.
   */
  deblockBeta: integer(-6, 6, 0),
  /** chroma_qp_index_offset (clause 7.4.2.2): what is added to the QP of luma before that of chroma is looked up. */
  chromaQpOffset: integer(-12, 12, 0),
  /** Number of slices of a picture; each can be decoded without the others. Default: 1. */
  slices: integer(1, 64),
  /** Most macroblocks of a slice. Not with `slices`. Default: no limit. */
  sliceMacroblocks: integer(1, 139264),
  /** Most bytes of the NAL unit of a slice, so that it fits into a packet of a network. Not with `slices`. Default: no limit. */
  sliceBytes: integer(MIN_SLICE_BYTES, 0x7fffffff),
  /** Whether the first access unit carries a message with all settings as text (user data, clause D.2.7). */
  settingsSei: flag(false),
  /** Whether the deblocking filter also filters the edges between slices (disable_deblocking_filter_idc 0 instead of 2). */
  deblockAcrossSlices: flag(true),
  /**
   * constrained_intra_pred_flag: intra macroblocks are predicted from intra macroblocks alone, so that errors of lost pictures
   * do not spread into them.
   */
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
