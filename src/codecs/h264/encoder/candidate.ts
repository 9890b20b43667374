/** One way to code the current macroblock: its syntax, its motion, its reconstruction and what it costs. */
import { MacroblockSyntax } from '../standard/macroblock-syntax.ts';

/** A way to code the macroblock; made once, used for every macroblock. */
export class Candidate {
  readonly syntax = new MacroblockSyntax();
  /** Packed vectors of the 16 blocks, 4·row + column. */
  readonly mv: Int32Array = new Int32Array(16);
  /** Position of its reconstruction scratch block (memory.ts). */
  readonly recon: number;
  /** Cost in the unit of the decision: distortion + lambda·bits. */
  cost = 0;

  constructor(recon: number) {
    this.recon = recon;
  }
}
