/**
 * The decoder's buffer, as the options or a level give it: its limits, and checks that the options do not contradict each other.
 */
import { ConfigError } from '../../../base/errors.ts';
import { cpbBrNalFactor, levelLimits } from '../../../syntax/h264/levels.ts';
import { ProfileIdc } from '../../../syntax/h264/profiles.ts';
import type { CheckedOf } from './option-rows.ts';
import type { RATE_ROWS, RateContext, RateOptions } from './rate-options.ts';
import type { RateTarget } from './rate-target.ts';
import { MAX_SETTINGS_BYTES } from './settings.ts';
import { representableVbv, type VbvOptions } from './vbv.ts';

/** Fullness at which decoding starts, if nothing is asked for. */
export const INITIAL_FULLNESS = 0.9;

/**
 * Bits of the smallest pictures, to which rate control falls back when all else is too large: eight bits for each
 * macroblock of an IDR picture without residual, and the headers with parameter sets and messages; and a picture of skipped
 * macroblocks. A buffer that cannot have these cannot be kept.
 */
const IDR_BITS_PER_MB = 8;
const IDR_HEADER_BITS = 1000;
const SKIPPED_PICTURE_BITS = 320;

/** Options of rate control, each within its range. */
type Checked = CheckedOf<typeof RATE_ROWS>;

/**
 * The buffer to be kept; null if none is.
 * @param options as they were given
 * @throws ConfigError naming an option that contradicts another, or a buffer that cannot be kept
 */
export function resolveVbv(
  at: string,
  options: RateOptions,
  checked: Checked,
  target: RateTarget,
  context: RateContext,
): VbvOptions | null {
  const { vbvBufferSize, hrd, vbvInitialFullness } = checked;
  if (vbvBufferSize === undefined) {
    rejectWithoutBuffer(at, options, hrd);
    return levelBuffer(at, checked, target);
  }
  if (target.kind === 'qp') {
    throw new ConfigError(
      `${at}.vbvBufferSize`,
      'a constant quantizer cannot keep a buffer; use crf or bitRate instead of qp',
    );
  }
  const buffer = {
    maxRate: resolveMaxRate(at, checked),
    bufferSize: vbvBufferSize,
    initialFullness: vbvInitialFullness,
    isConstant: hrd === 'cbr',
  };
  requireRoom(at, buffer, context);
  return representableVbv({
    ...buffer,
    maxRate: Math.floor(buffer.maxRate),
    bufferSize: Math.floor(buffer.bufferSize),
  });
}

/** Refuses options that mean nothing without a buffer. */
function rejectWithoutBuffer(at: string, options: RateOptions, hrd: Checked['hrd']): void {
  for (const key of ['vbvMaxRate', 'vbvInitialFullness'] as const) {
    if (options[key] !== undefined) {
      throw new ConfigError(`${at}.${key}`, 'means nothing without vbvBufferSize');
    }
  }
  if (hrd !== 'none') throw new ConfigError(`${at}.hrd`, `${hrd} needs vbvBufferSize`);
}

/** The buffer that decoders of the level asked for have; null if none is, or the quantizer is constant. */
function levelBuffer(at: string, { level }: Checked, target: RateTarget): VbvOptions | null {
  if (level === undefined || target.kind === 'qp') return null;
  const { MaxBR, MaxCPB } = levelLimits(level);
  const factor = cpbBrNalFactor(ProfileIdc.BASELINE);
  if (target.kind === 'bitRate' && target.bitRate > MaxBR * factor) {
    throw new ConfigError(
      `${at}.bitRate`,
      `got ${target.bitRate}, level ${level} allows ${MaxBR * factor} (MaxBR, Table A-1)`,
    );
  }
  return representableVbv({
    maxRate: MaxBR * factor,
    bufferSize: MaxCPB * factor,
    initialFullness: INITIAL_FULLNESS,
    isConstant: false,
  });
}

/** Bits per second at which the buffer fills: as asked for, else the bit rate. */
function resolveMaxRate(at: string, { vbvMaxRate, bitRate, hrd }: Checked): number {
  const maxRate = vbvMaxRate ?? bitRate;
  if (maxRate === undefined) {
    throw new ConfigError(`${at}.vbvMaxRate`, 'missing; it has no default unless bitRate is given');
  }
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
  return maxRate;
}

/** Refuses a buffer that is too small, or fills too slowly, even for pictures without residual. */
function requireRoom(at: string, buffer: VbvOptions, context: RateContext): void {
  const { maxRate, bufferSize, initialFullness, isConstant } = buffer;
  const [numerator, denominator] = context.frameRate;
  const frameTime = (maxRate * denominator) / numerator;
  if (frameTime < SKIPPED_PICTURE_BITS) {
    const leastRate = Math.ceil((SKIPPED_PICTURE_BITS * numerator) / denominator);
    throw new ConfigError(
      `${at}.vbvMaxRate`,
      `got ${maxRate} bits per second, allowed from ${leastRate} at this frame rate`,
    );
  }
  const mbs = Math.ceil(context.width / 16) * Math.ceil(context.height / 16);
  const headers = IDR_HEADER_BITS + (context.settingsSei ? 8 * MAX_SETTINGS_BYTES : 0);
  const idr = (headers + IDR_BITS_PER_MB * mbs) / initialFullness;
  const least = Math.ceil(Math.max(idr, isConstant ? frameTime : 0));
  if (bufferSize < least) {
    throw new ConfigError(
      `${at}.vbvBufferSize`,
      `got ${bufferSize} bits, allowed from ${least}: it must hold one picture even if that is coded without residual`,
    );
  }
}
