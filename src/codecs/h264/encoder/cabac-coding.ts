/** Entropy coding by CABAC, and the levels that are worth its bits. */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { squaredNorm8x8 } from '../kernels/plain/residual-8x8.ts';
import { CabacPicture } from '../standard/cabac-neighbors.ts';
import { CabacBitCounter, CabacWriter } from '../standard/cabac-sinks.ts';
import { type CoefficientGrid, NOT_AVAILABLE } from '../standard/coefficient-grid.ts';
import { BlockCat, CB_BLOCKS, ZIGZAG } from '../standard/macroblock.ts';
import { ZIGZAG_8X8_BY_COLUMN } from '../standard/transform-8x8.ts';
import type { EntropyCoding } from './entropy-coding.ts';
import { LAMBDA_SSD } from './lambda.ts';
import { INVERSE_NORM, type LevelDecider } from './level-decision.ts';
import { LevelTrellis, trellisBlock4x4, trellisBlock8x8 } from './level-trellis.ts';
import type { MacroblockContext } from './macroblock-context.ts';

/** 1 / squared norm of the forward 8x8 transform's basis by scan index: coefficients back to squared samples. */
const INVERSE_NORM_8X8: Float64Array = /* @__PURE__ */ Float64Array.from(
  ZIGZAG_8X8_BY_COLUMN,
  (at) => 1 / (squaredNorm8x8(at >> 3) * squaredNorm8x8(at & 7)),
);

/** Makes the sinks of an encoder, whose context then follows what CABAC remembers of macroblocks. */
export function createCabac(context: MacroblockContext, syntax: SyntaxWriter): EntropyCoding {
  const { coefficients, state } = context;
  const picture = new CabacPicture(state.widthInMbs, state.heightInMbs);
  context.cabac = picture;
  const writer = new CabacWriter(picture, syntax);
  return {
    writer,
    counter: new CabacBitCounter(picture, writer),
    levels: cabacLevelDecider(coefficients, writer.encoder.states),
  };
}

/** Levels by the bits of CABAC with the contexts `states`; `grid` is that of the macroblock. */
function cabacLevelDecider(grid: CoefficientGrid, states: Uint8Array): LevelDecider {
  const trellis = new LevelTrellis(states);
  const kind = (cat: number, first: number) => trellisBlock4x4(cat, first, ZIGZAG, INVERSE_NORM);
  const luma = kind(BlockCat.LUMA_4X4, 0);
  const lumaAc = kind(BlockCat.LUMA_AC_16X16, 1);
  const chromaAc = kind(BlockCat.CHROMA_AC, 1);
  const flag = (total: number) => (total > 0 && total < NOT_AVAILABLE ? 1 : 0);
  const luma8x8 = trellisBlock8x8(ZIGZAG_8X8_BY_COLUMN, INVERSE_NORM_8X8);
  return {
    decide8x8: ({ qp, step }, halves, coefficients, levels) =>
      trellis.decide(luma8x8, step, halves, coefficients, halves, levels, 0, LAMBDA_SSD[qp]),
    decide: (quantizer, original, levels, block, _mask, first, at, stride) => {
      const start = 16 * block;
      const lambda = LAMBDA_SSD[quantizer.qp];
      const { totals } = grid;
      const inc = flag(totals[at - 1]) + 2 * flag(totals[at - stride]);
      const type = block >= CB_BLOCKS ? chromaAc : first === 1 ? lumaAc : luma;
      const { step } = quantizer;
      if (!trellis.decide(type, step, original, start, levels, start, inc, lambda)) return 0;
      let mask = 0;
      for (let i = first; i < 16; i++) if (levels[start + i] !== 0) mask |= 1 << i;
      return mask;
    },
  };
}
