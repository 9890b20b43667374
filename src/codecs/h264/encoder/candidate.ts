/** One way to code the current macroblock: its syntax, its motion, its reconstruction and what it costs. */
import { BLOCKS_PER_MB } from '../standard/macroblock.ts';
import { LEVELS_PER_MB, MacroblockSyntax } from '../standard/macroblock-syntax.ts';
import type { EncoderMemory } from './memory.ts';

/** A way to code the macroblock; made once, used for every macroblock. */
export class Candidate {
  readonly syntax: MacroblockSyntax;
  /** Packed vectors of the 16 blocks, 4·row + column, of list 0 and of list 1; 0 where a list is not used. */
  readonly mv: Int32Array = new Int32Array(16);
  readonly mvL1: Int32Array = new Int32Array(16);
  /** Position of its reconstruction scratch block (memory.ts). */
  readonly recon: number;
  /** Positions of the levels and masks of `syntax` in memory. */
  readonly levels: number;
  readonly masks: number;
  readonly masks8x8: number;
  /** Cost in the unit of the decision: distortion + lambda·bits; of P_Skip and B_Skip that are taken without a search not set. */
  cost = 0;
  /** Its number among those that the inspector was told of at this macroblock; kept where there is an inspector. */
  number = -1;

  /** Takes over type, references and vectors of another. */
  copyMotion({ syntax, mv, mvL1 }: Candidate): void {
    this.syntax.mbType = syntax.mbType;
    for (let i = 0; i < 8; i++) this.syntax.refIdx[i] = syntax.refIdx[i];
    for (let i = 0; i < 4; i++) this.syntax.subMbType[i] = syntax.subMbType[i];
    for (let block = 0; block < 16; block++) {
      this.mv[block] = mv[block];
      this.mvL1[block] = mvL1[block];
    }
  }

  /** `index`: which of the memory's scratch blocks it has. */
  constructor(memory: EncoderMemory, index: number) {
    this.recon = memory.recon[index];
    this.levels = memory.levels[index];
    this.masks = memory.masks[index];
    this.masks8x8 = memory.masks8x8[index];
    const { buffer } = memory.bytes;
    this.syntax = new MacroblockSyntax(
      new Int16Array(buffer, this.levels, LEVELS_PER_MB),
      new Int32Array(buffer, this.masks, BLOCKS_PER_MB),
      new Int32Array(buffer, this.masks8x8, 8),
    );
  }
}
