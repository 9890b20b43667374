/** How many pictures the memory of an encoder holds, and how far it can look ahead so that they fit. */
import { ConfigError } from '../../../base/errors.ts';
import {
  createLayout,
  MOST_BYTES,
  reconstructedBytes,
  SCRATCH_BYTES,
  sourceBytes,
} from './memory.ts';
import type { ResolvedOptions } from './options.ts';
import { MAX_WEIGHTED } from './weighted-references.ts';

/** Pictures of an encoder. */
export interface PictureCounts {
  /** Whether pictures are looked at before they are coded. */
  readonly looksAhead: boolean;
  /** Those that wait until the types of the ones before are decided. */
  readonly waiting: number;
  /** Source pictures that must be kept: those waiting, and the one being coded. */
  readonly sources: number;
  /** Reconstructed pictures: references, the one being coded, and weighted copies of references. */
  readonly reconstructed: number;
}

/** The options that decide how many pictures there are. */
export type CountedOptions = Pick<ResolvedOptions, 'rate' | 'order' | 'weightP'>;

/** Counts the pictures that an encoder with these options holds. */
export function countPictures({ rate, order, weightP }: CountedOptions): PictureCounts {
  const { bframes, refs, maxRefFrames } = order;
  const looksAhead = rate.target.kind !== 'qp' || rate.sceneCut || rate.importance > 0;
  // A row is complete when the picture after its anchor is known: whether it begins a scene.
  const least = bframes > 0 ? bframes + 1 : 0;
  const waiting = looksAhead ? Math.max(rate.lookahead, least) : bframes;
  // A B picture has two references at least.
  const weighted = Math.min(Math.max(refs, bframes > 0 ? 2 : 1), MAX_WEIGHTED);
  return {
    looksAhead,
    waiting,
    // One more where pictures are looked at: the one before is compared with the newest (origin-search.ts).
    sources: waiting + (looksAhead ? 2 : 1),
    reconstructed: maxRefFrames + 1 + (weightP ? weighted : 0),
  };
}

/**
 * The lookahead of options with which all pictures fit: as it is, or shorter where it was not given. Throws `ConfigError` if
 * it was given and does not fit. Options that do not fit with any lookahead are left to the memory, which refuses them.
 */
export function fitLookahead(
  where: string,
  given: number | undefined,
  { width, height, ...options }: CountedOptions & Pick<ResolvedOptions, 'width' | 'height'>,
): number {
  const { lookahead } = options.rate;
  const { waiting, sources, reconstructed } = countPictures(options);
  const layout = createLayout(Math.ceil(width / 16), Math.ceil(height / 16));
  const room = MOST_BYTES - SCRATCH_BYTES - reconstructed * reconstructedBytes(layout);
  const most = Math.floor(room / sourceBytes(layout)) - (sources - waiting);
  if (waiting <= most || waiting > lookahead || most < 0) return lookahead;
  if (given === undefined) return most;
  throw new ConfigError(where, `got ${lookahead}, in ${width}x${height} allowed is 0..${most}`);
}
