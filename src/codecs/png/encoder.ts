/** Writes PNG files: PNG (third edition) clause 12. */
import { rejectUnknownKeys, requireOneOf } from '../../base/errors.ts';
import type { JoinedBytes } from '../../base/joined-bytes.ts';
import { examinePixels } from './encoder/examine.ts';
import type { FilterStrategy } from './encoder/filter-strategy.ts';
import type { PngInspector } from './encoder/inspector.ts';
import { compressedSize, compressPixels, type PixelLevel, PixelTrials } from './encoder/pixels.ts';
import type { PixelPlan } from './encoder/plan.ts';
import {
  channelPlan,
  identityPlan,
  PALETTE_ORDERS,
  type PaletteOrder,
  palettePlan,
} from './encoder/reduce.ts';
import { type PngImage, requireImage } from './image.ts';
import {
  chunksBeforePalette,
  chunksBeforePixels,
  chunksBehindPixels,
  type PngMetadata,
} from './metadata.ts';
import { CHUNK_OVERHEAD, chunkBytes, moveToChunk, SIGNATURE } from './standard/chunks.ts';
import { bitsPerPixel, GRAY, headerData, PALETTE } from './standard/header.ts';

/** How hard is tried: `fast` for speed, `best` for the fewest bytes. */
export type PngEffort = 'fast' | 'default' | 'best';

/** Options of `encodePng`. */
export interface EncodePngOptions {
  /** Default `default`. */
  readonly effort?: PngEffort;
  /** Whether to write the seven passes of Adam7. Default false. */
  readonly interlaced?: boolean;
  /** Whether color type, depth and palette may become others that hold the same pixels. Default true. */
  readonly reduce?: boolean;
  /** Told of what is tried, decided and written; null (default) for none. The file is the same. */
  readonly inspect?: PngInspector | null;
}

const KEYS = ['effort', 'interlaced', 'reduce', 'inspect'] as const;
/** All of them. */
export const EFFORTS: readonly PngEffort[] = ['fast', 'default', 'best'];

/** The trials of each effort. */
interface Trials {
  readonly strategies: readonly FilterStrategy[];
  readonly paletteOrders: readonly PaletteOrder[];
  /** Rounds of trials, each with the best of the one before. */
  readonly rounds: readonly TrialRound[];
  /** How many of the best are compressed in full, and at which level. */
  readonly finalists: number;
  readonly level: PixelLevel;
}

/** One round: about how many pixels it looks at, at which level, and how many candidates it begins with at most. */
interface TrialRound {
  readonly pixels: number;
  readonly level: PixelLevel;
  readonly most: number;
}

// biome-ignore format: a table
const TRIALS: Readonly<Record<PngEffort, Trials>> = {
  fast: { strategies: [0, 'sum'], paletteOrders: ['luminance'], rounds: [{ pixels: 1 << 14, level: 'quick', most: 2 }], finalists: 1, level: 'quick' },
  default: { strategies: [0, 1, 2, 4, 'sum', 'entropy', 'bigrams', 'pairs'], paletteOrders: ['luminance', 'popularity'], rounds: [{ pixels: 1 << 15, level: 5, most: 99 }, { pixels: 1 << 17, level: 5, most: 3 }], finalists: 1, level: 10 },
  best: { strategies: [0, 1, 2, 3, 4, 'sum', 'entropy', 'bigrams', 'pairs', 'brute'], paletteOrders: PALETTE_ORDERS, rounds: [{ pixels: 1 << 18, level: 5, most: 99 }, { pixels: 1 << 21, level: 9, most: 6 }], finalists: 3, level: 13 },
};

/**
 * A PNG file of a picture. Pixels are exactly the same when decoded; with `reduce` the color type may be another. Throws
 * `ConfigError` for pictures that do not keep to their own description.
 */
export function encodePng(image: PngImage, options: EncodePngOptions = {}): Uint8Array {
  rejectUnknownKeys('png.options', options, KEYS);
  const effort = requireOneOf('png.options.effort', options.effort ?? 'default', EFFORTS);
  requireImage('png.image', image);
  const interlaced = options.interlaced ?? false;
  const trials = TRIALS[effort];
  const plans =
    (options.reduce ?? true)
      ? reducedPlans(image, interlaced, trials)
      : [identityPlan(image, interlaced)];
  const { inspect = null } = options;
  const { plan, pixels } = compressSmallest(image, plans, effort, inspect);
  const file = assemble(plan, pixels, image.metadata ?? {});
  if (inspect !== null) inspectChunks(inspect, file);
  return file;
}

/** Ways to write a picture that may be the smallest. */
function reducedPlans(
  image: PngImage,
  interlaced: boolean,
  { paletteOrders }: Trials,
): PixelPlan[] {
  const facts = examinePixels(image);
  const plain = channelPlan(image, facts, interlaced);
  const plans = [plain];
  if (facts.colors !== null) {
    for (const order of paletteOrders) {
      const plan = palettePlan(image, facts.colors, order, interlaced);
      // A palette of grays in their order is what they are without one.
      const isPlain = order === 'luminance' && plain.header.colorType === GRAY;
      if (isPlain && bitsPerPixel(plan.header) >= bitsPerPixel(plain.header)) continue;
      plans.push(plan);
    }
  }
  if (image.colorType === PALETTE) plans.push(identityPlan(image, interlaced));
  return plans;
}

/** Bytes of palette and transparency in the file. */
function overhead({ palette, transparent }: PixelPlan): number {
  const translucent = palette?.filter((color) => (color & 255) !== 255).length ?? 0;
  return (
    (palette === undefined ? 0 : 12 + 3 * palette.length) +
    (translucent > 0 ? 12 + translucent : 0) +
    (transparent === undefined ? 0 : 12 + 2 * transparent.length)
  );
}

/**
 * How much larger than the smallest one's a trial of a finalist may be. Choice, with the rounds of `best`: against one round over all and
 * three finalists always, twelve of the benchmark's pictures keep their bytes and a screenshot takes 1.9 % more, 0.2 % of all; the time
 * is 75 s instead of 97.
 */
const PROMISING = 1.003;

interface Candidate {
  readonly plan: PixelPlan;
  readonly strategy: FilterStrategy;
  /** Bytes of a trial. */
  size: number;
}

/** The plan with the fewest bits a pixel; filters are tried only where samples have eight bits or more. */
function quickCandidates(
  plans: readonly PixelPlan[],
  strategies: readonly FilterStrategy[],
): Candidate[] {
  const plan = plans.reduce((best, other) =>
    bitsPerPixel(other.header) < bitsPerPixel(best.header) ? other : best,
  );
  const isPlain = plan.header.colorType === PALETTE || plan.header.bitDepth < 8;
  return (isPlain ? strategies.slice(0, 1) : strategies).map((strategy) => ({
    plan,
    strategy,
    size: 0,
  }));
}

/** Tries plans and strategies on parts of the picture, the best of them on the whole. */
export function compressSmallest(
  image: PngImage,
  plans: readonly PixelPlan[],
  effort: PngEffort,
  inspector: PngInspector | null = null,
): { plan: PixelPlan; pixels: JoinedBytes } {
  const trials = TRIALS[effort];
  const candidates =
    effort === 'fast'
      ? quickCandidates(plans, trials.strategies)
      : plans.flatMap((plan) => trials.strategies.map((strategy) => ({ plan, strategy, size: 0 })));
  if (candidates.length === 1) {
    const [{ plan, strategy }] = candidates as [Candidate];
    return { plan, pixels: compressPixels(image, plan, strategy, trials.level, inspector) };
  }
  let left = candidates;
  const parts = new PixelTrials(image, plans);
  for (const { pixels, level, most } of trials.rounds) {
    left = left.slice(0, most);
    for (const candidate of left) {
      const { plan, strategy } = candidate;
      candidate.size = overhead(plan) + parts.sizeOf(plan, strategy, level, pixels);
      inspector?.trial({ header: plan.header, strategy, level }, candidate.size, false);
    }
    left.sort((a, b) => a.size - b.size);
  }
  let best: Compressed | null = null;
  const most = left[0]!.size * PROMISING;
  for (const { plan, strategy, size } of left.slice(0, trials.finalists)) {
    if (size > most) break;
    const rival: Compressed = compressBeside(best, image, plan, strategy, trials.level);
    inspector?.trial({ header: plan.header, strategy, level: trials.level }, rival.size, true);
    if (best === null || rival.size < best.size) best = rival;
  }
  const { plan, strategy, pixels } = best!;
  // Of several that were compressed in full one is written: to be seen alone it is compressed once more.
  if (inspector !== null) compressPixels(image, plan, strategy, trials.level, inspector);
  return { plan, pixels: pixels ?? compressPixels(image, plan, strategy, trials.level) };
}

/** A finalist: bytes in the file, and its zlib stream; null if it was counted only. */
interface Compressed {
  readonly plan: PixelPlan;
  readonly strategy: FilterStrategy;
  readonly size: number;
  readonly pixels: JoinedBytes | null;
}

/** Bytes of a zlib stream beside which no other is kept: a rival's are counted, and made once more if they are fewer. */
const MOST_KEPT = 1 << 22;

/** Compresses a picture as a rival of what is the smallest so far. */
function compressBeside(
  best: Compressed | null,
  image: PngImage,
  plan: PixelPlan,
  strategy: FilterStrategy,
  level: PixelLevel,
): Compressed {
  const isKept = best === null || best.size <= MOST_KEPT;
  const pixels = isKept ? compressPixels(image, plan, strategy, level) : null;
  const length = pixels === null ? compressedSize(image, plan, strategy, level) : pixels.length;
  return { plan, strategy, size: overhead(plan) + length, pixels };
}

/** PLTE and tRNS, clauses 11.2.2 and 11.3.1.1. */
export function paletteChunks({ palette, transparent }: PixelPlan): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  if (palette !== undefined) {
    const colors = Uint8Array.from(
      { length: 3 * palette.length },
      (_, i) => palette[Math.floor(i / 3)]! >>> (24 - 8 * (i % 3)),
    );
    chunks.push(chunkBytes('PLTE', colors));
    let count = palette.length;
    while (count > 0 && (palette[count - 1]! & 255) === 255) count--;
    if (count > 0)
      chunks.push(
        chunkBytes(
          'tRNS',
          Uint8Array.from(palette.subarray(0, count), (color) => color & 255),
        ),
      );
  }
  if (transparent !== undefined) {
    chunks.push(
      chunkBytes(
        'tRNS',
        Uint8Array.from(transparent.flatMap((value) => [value >> 8, value & 255])),
      ),
    );
  }
  return chunks;
}

/** Tells of the signature and the chunks of a file that was just made. */
function inspectChunks(inspector: PngInspector, file: Uint8Array): void {
  inspector.chunk('signature', SIGNATURE.length);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = SIGNATURE.length; at < file.length; ) {
    const bytes = 12 + view.getUint32(at);
    inspector.chunk(String.fromCharCode(...file.subarray(at + 4, at + 8)), bytes);
    at += bytes;
  }
}

/** The file. The pixels are moved into it: they are gone from where they were. */
function assemble(plan: PixelPlan, pixels: JoinedBytes, metadata: PngMetadata): Uint8Array {
  const before = [
    SIGNATURE,
    chunkBytes('IHDR', headerData(plan.header)),
    ...chunksBeforePalette(metadata),
    ...paletteChunks(plan),
    ...chunksBeforePixels(metadata, plan.header.colorType === PALETTE),
  ];
  const behind = [...chunksBehindPixels(metadata), chunkBytes('IEND', new Uint8Array(0))];
  const length = [...before, ...behind].reduce((sum, part) => sum + part.length, 0);
  const file = new Uint8Array(length + CHUNK_OVERHEAD + pixels.length);
  let at = 0;
  for (const part of before) at = put(file, part, at);
  at += moveToChunk(file, 'IDAT', pixels, at);
  for (const part of behind) at = put(file, part, at);
  return file;
}

/** Returns the position behind the part. */
function put(file: Uint8Array, part: Uint8Array, at: number): number {
  file.set(part, at);
  return at + part.length;
}
