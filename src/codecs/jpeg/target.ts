/** The quality that meets a target: a size, or a SSIMULACRA2 score of what the decoder makes of the file. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
} from '../../base/errors.ts';

/** The goal for a file: at most so many bytes, or at least so near to the picture (see encoder/ssimulacra2.ts; 90 is hard to tell apart). */
export type JpegTarget = { readonly bytes: number } | { readonly ssimulacra2: number };

/** Qualities are tried in steps of a half. */
const STEPS_PER_QUALITY = 2;
const LOWEST = 1;
const HIGHEST = 100;

/** Checks a target; throws `ConfigError` naming what is wrong. */
export function requireTarget(where: string, target: JpegTarget): JpegTarget {
  rejectUnknownKeys(where, target, ['bytes', 'ssimulacra2']);
  if ('bytes' in target === 'ssimulacra2' in target) {
    throw new ConfigError(where, 'needed is one of bytes and ssimulacra2');
  }
  if ('bytes' in target) requireInteger(`${where}.bytes`, target.bytes, 1, Number.MAX_SAFE_INTEGER);
  else requireNumber(`${where}.ssimulacra2`, target.ssimulacra2, -1000, 100);
  return target;
}

/**
 * The file of the highest quality that has at most `limit` bytes. Throws `ConfigError` if that of quality 1 has more.
 * @param encode gives the file at a quality
 */
export function fitBytes<T extends Uint8Array>(encode: (quality: number) => T, limit: number): T {
  const found = bisect(encode, (file) => file.length <= limit, 1);
  if (found === undefined) {
    const least = encode(LOWEST).length;
    throw new ConfigError(
      'jpeg.options.target.bytes',
      `got ${limit}, the picture takes ${least} at quality 1`,
    );
  }
  return found;
}

/** The file of the lowest quality whose `score` is at least `wanted`; that of quality 100 if there is none. */
export function reachScore<T extends Uint8Array>(
  encode: (quality: number) => T,
  score: (file: T) => number,
  wanted: number,
): T {
  return bisect(encode, (file) => score(file) >= wanted, -1) ?? encode(HIGHEST);
}

/** The file at the last quality that is fit, going up (`direction` 1) from the lowest or down from the highest; undefined if that is not. */
function bisect<T>(
  encode: (quality: number) => T,
  isFit: (file: T) => boolean,
  direction: 1 | -1,
): T | undefined {
  const count = (HIGHEST - LOWEST) * STEPS_PER_QUALITY;
  const qualityAt = (step: number) =>
    direction === 1 ? LOWEST + step / STEPS_PER_QUALITY : HIGHEST - step / STEPS_PER_QUALITY;
  let found: T | undefined;
  let below = -1;
  let above = count + 1;
  while (above - below > 1) {
    const step = (below + above) >> 1;
    const file = encode(qualityAt(step));
    if (isFit(file)) {
      found = file;
      below = step;
    } else above = step;
  }
  return found;
}
