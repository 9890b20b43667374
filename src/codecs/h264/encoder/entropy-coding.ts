/** Entropy coding of one encoder, by CAVLC or CABAC: where macroblocks are written, and where their bits are counted before. */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { CabacBitCounter, CabacWriter } from '../standard/cabac-sinks.ts';
import { CavlcBitCounter, CavlcWriter } from '../standard/cavlc-sinks.ts';
import type { MacroblockCounter, SliceDataSink } from '../standard/macroblock-sink.ts';
import { cabacLevelDecider, cavlcLevelDecider, type LevelDecider } from './level-decision.ts';
import type { MacroblockContext } from './macroblock-context.ts';

/** The two sinks of an encoder. */
export interface EntropyCoding {
  readonly writer: SliceDataSink;
  readonly counter: MacroblockCounter;
  /** Which levels are worth their bits. */
  readonly levels: LevelDecider;
}

/** @param syntax where the writer writes, behind the slice header */
export function createEntropyCoding(
  isCabac: boolean,
  context: MacroblockContext,
  syntax: SyntaxWriter,
): EntropyCoding {
  const { cabac, coefficients } = context;
  context.usesCabac = isCabac;
  if (isCabac) {
    const writer = new CabacWriter(cabac, syntax);
    return {
      writer,
      counter: new CabacBitCounter(cabac, writer),
      levels: cabacLevelDecider(coefficients, writer.encoder.states),
    };
  }
  return {
    writer: new CavlcWriter(coefficients, syntax),
    counter: new CavlcBitCounter(coefficients),
    levels: cavlcLevelDecider(coefficients),
  };
}
