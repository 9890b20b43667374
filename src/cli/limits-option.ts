/** The option `--limits`: what an input may cost, limit by limit (docs/limits.md). */
import { ConfigError } from '../base/errors.ts';
import { DEFAULT_LIMITS, type LimitOptions, type Limits } from '../base/limits.ts';
import { didYouMean } from '../base/nearest-name.ts';
import type { OptionTable } from './options.ts';

/** The option of every command that reads media. */
export const LIMITS_OPTION = {
  limits: {
    kind: 'text',
    meta: 'NAME=N,…',
    help: 'what an input may cost: maxPacketBytes=256M,maxTracks=500 (docs/limits.md lists all)',
  },
} as const satisfies OptionTable;

/** Names of all limits. */
export const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as readonly (keyof Limits)[];

/** Table: letter behind a number => what it multiplies it by. */
const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const WHERE = '--limits';

/**
 * The limits that `text` names: `NAME=NUMBER` with commas between, where a number may end in k, M or G, for 2^10, 2^20 and 2^30, and
 * `none` lifts the limit. Throws `ConfigError` for what is none of `names`, given twice, or no number above 0.
 */
export function readLimits<N extends keyof Limits>(
  text: string,
  names: readonly N[],
): Pick<LimitOptions, N> {
  const limits: { -readonly [K in keyof Limits]?: number } = {};
  for (const part of text.split(',')) {
    const [name = '', value] = part.split('=').map((side) => side.trim());
    const known = names.find((each) => each === name);
    if (known === undefined) {
      const meant = didYouMean(name, names);
      throw new ConfigError(
        WHERE,
        `unknown limit ${name || "''"}${meant}; allowed are ${names.join(', ')}`,
      );
    }
    if (known in limits) throw new ConfigError(WHERE, `${known} is given twice`);
    limits[known] = readNumber(known, value);
  }
  return limits;
}

function readNumber(name: string, text: string | undefined): number {
  if (text === 'none') return Number.POSITIVE_INFINITY;
  const match = /^(\d+\.?\d*)([kMG]?)$/.exec(text ?? '');
  const value = match === null ? 0 : Number(match[1]) * FACTORS[match[2]!]!;
  if (value > 0) return value;
  const got = text === undefined ? 'no number' : text;
  throw new ConfigError(WHERE, `${name}: got ${got}, allowed are numbers such as 256M, and none`);
}
