/** The interface that all levels share: they turn bytes of a window into blocks. */

import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { BitSink } from './bit-sink.ts';

/** How far bytes are to be coded: as far as is useful, up to a flush point, or to the end of the stream. */
export type Until = 'more' | 'flush' | 'last';

/** Makes blocks from the bytes of a window, and writes them to a sink. */
export interface BlockMaker {
  /** Bytes that fit into the window; those of a dictionary are among them. */
  readonly capacity: number;
  /** Adler-32 of the last `count` bytes that were taken, going on from `adler`; where there is none, whoever needs it sums them up. */
  readonly adlerOf?: (adler: number, count: number) => number;
  /** Takes bytes, at most as many as there is room for: `capacity` less what `room` says is used. */
  append(bytes: Uint8Array): void;
  /** Bytes for which there is room. */
  readonly room: number;
  /** Makes bytes that were appended, and nothing before them, known without coding them. */
  skipDictionary(): void;
  /** Codes what was appended; afterwards there is room for more. */
  work(until: Until): void;
}

/** Makes one into `sink`. `size`: how many bytes will come at most, the dictionary included. */
export type MakeBlocks = (sink: BitSink, size: number, kernels: VectorKernels) => BlockMaker;
