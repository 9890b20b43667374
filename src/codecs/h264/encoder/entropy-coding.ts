/** The entropy coding of one encoder: the writer of macroblocks, and the counter of the bits that it would write. */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { CavlcBitCounter, CavlcWriter, type CodeNums } from '../standard/cavlc-sinks.ts';
import type { MacroblockCounter, SliceDataSink } from '../standard/macroblock-sink.ts';
import { cavlcLevelDecider, type LevelDecider } from './level-decision.ts';
import type { MacroblockContext } from './macroblock-context.ts';

/** The two sinks of an encoder. */
export interface EntropyCoding {
  readonly writer: SliceDataSink;
  readonly counter: MacroblockCounter;
  /** Decides which levels are worth their bits. */
  readonly levels: LevelDecider;
}

/**
 * Makes the sinks of an encoder.
 * @param syntax where the writer writes, behind the slice header
 * @param vectorKernels which vector kernels are used, if there can be any
 */
type CreateEntropyCoding = (
  context: MacroblockContext,
  syntax: SyntaxWriter,
  vectorKernels: VectorKernels,
  hasChroma: boolean,
) => EntropyCoding;

/** CABAC as a tool. */
export interface Cabac {
  readonly create: CreateEntropyCoding;
  /** Checks that a module of kernels has those that choose levels; throws `ConfigError` naming `where`. */
  requireKernels(where: string, kernels: VectorKernels): void;
}

/** Entropy coding by CAVLC, `codeNums` of 4:2:0 if not given; the one by CABAC is in cabac-coding.ts. */
export function createCavlc(
  { coefficients }: MacroblockContext,
  syntax: SyntaxWriter,
  codeNums?: CodeNums,
): EntropyCoding {
  return {
    writer: new CavlcWriter(coefficients, syntax, codeNums),
    counter: new CavlcBitCounter(coefficients, codeNums),
    levels: cavlcLevelDecider(coefficients),
  };
}
