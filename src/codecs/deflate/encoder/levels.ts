/**
 * The levels: a ladder of how hard is tried, each step smaller and slower than the one before. Measured in
 * bench/results/deflate.json.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Effort } from '../formats.ts';
import type { BitSink } from './bit-sink.ts';
import type { BlockMaker } from './block-maker.ts';
import { LazyBlocks } from './lazy-blocks.ts';
import type { LazyOptions } from './lazy-parser.ts';
import { OptimalBlocks, type OptimalOptions } from './optimal-blocks.ts';
import { StoredBlocks } from './stored-blocks.ts';

/** The lowest level: stored. */
export const MIN_LEVEL = 0;
/** The highest level. */
export const MAX_LEVEL = 13;
const MAX_LAZY_LEVEL = 9;
/** The default level. */
export const DEFAULT_LEVEL = 6;

/** Levels 1 to 9: greedy, lazy, lazy over two. */
// biome-ignore format: a table
const LAZY_LEVELS: readonly LazyOptions[] = [
  { chain: 4,   lazyChain: 0,  nice: 32,  lookahead: 0, least: 512, cell: 2048, threes: false, leap: 7, stride: 2 },
  { chain: 5,   lazyChain: 0,  nice: 32,  lookahead: 0, least: 512, cell: 2048, threes: true, leap: 3, stride: 1 },
  { chain: 10,  lazyChain: 0,  nice: 48,  lookahead: 0, least: 512, cell: 2048, threes: true, leap: 1, stride: 1 },
  { chain: 8,   lazyChain: 3,  nice: 32,  lookahead: 1, least: 256, cell: 1024, threes: true, leap: 0, stride: 1 },
  { chain: 16,  lazyChain: 6,  nice: 48,  lookahead: 1, least: 256, cell: 1024, threes: true, leap: 0, stride: 1 },
  { chain: 28,  lazyChain: 10, nice: 80,  lookahead: 1, least: 256, cell: 1024, threes: true, leap: 0, stride: 1 },
  { chain: 60,  lazyChain: 18, nice: 130, lookahead: 1, least: 128, cell: 512, threes: true, leap: 0, stride: 1 },
  { chain: 90,  lazyChain: 34, nice: 150, lookahead: 2, least: 128, cell: 512, threes: true, leap: 0, stride: 1 },
  { chain: 110, lazyChain: 40, nice: 150, lookahead: 2, least: 128, cell: 512, threes: true, leap: 0, stride: 1 },
];

/** Levels 10 to 13: cheapest paths. */
// biome-ignore format: a table
const OPTIMAL_LEVELS: readonly OptimalOptions[] = [
  { depth: 48,  nice: 128, hash3Bits: 18, passes: 1,  worthwhile: 1 / 2000, triesThrees: true, cutsTwice: false, endsInWholeBits: false, chunk: 1 << 18 },
  { depth: 48,  nice: 128, hash3Bits: 18, passes: 2,  worthwhile: 1 / 2000, triesThrees: true, cutsTwice: false, endsInWholeBits: true,  chunk: 1 << 18 },
  { depth: 100, nice: 258, hash3Bits: 18, passes: 4,  worthwhile: 1 / 2000, triesThrees: true, cutsTwice: false, endsInWholeBits: true,  chunk: 1 << 18 },
  { depth: 300, nice: 258, hash3Bits: 20, passes: 15, worthwhile: 1 / 500,  triesThrees: true, cutsTwice: true,  endsInWholeBits: true,  chunk: 1 << 20 },
];

/** Makes what codes at a level, 0..13, into `sink`. `size`: how many bytes will come at most, the dictionary included. */
export function createBlockMaker(
  level: number,
  sink: BitSink,
  size: number,
  kernels: VectorKernels,
): BlockMaker {
  if (level === 0) return new StoredBlocks(sink);
  if (level <= MAX_LAZY_LEVEL) return createLazyBlocks(level, sink, size, kernels);
  return new OptimalBlocks(sink, OPTIMAL_LEVELS[level - 1 - MAX_LAZY_LEVEL]!, size, kernels);
}

/** The same for levels 1 to 9, whose makers can begin anew. */
export function createLazyBlocks(
  level: number,
  sink: BitSink,
  size: number,
  kernels: VectorKernels,
): LazyBlocks {
  return new LazyBlocks(sink, LAZY_LEVELS[level - 1]!, size, kernels);
}

/** What the headers of zlib and gzip say of a level. */
export function effortOf(level: number): Effort {
  return level <= 1 ? 'fastest' : level <= 5 ? 'fast' : level === 6 ? 'default' : 'best';
}
