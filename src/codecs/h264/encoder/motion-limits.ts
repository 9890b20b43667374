/** The range of a macroblock's vectors: the padding of the pictures and the level limit it. */
import { mvX, mvY } from '../standard/picture.ts';
import type { MacroblockContext } from './macroblock-context.ts';

/** How far outside the picture a block may start, in samples; within the padding less the reach of the filters. */
const OUTSIDE = 24;

/** Limits of the vectors of the current macroblock, in full samples. */
export class MotionLimits {
  minX = 0;
  maxX = 0;
  minY = 0;
  maxY = 0;
  private readonly maxVertical: number;

  /** @param maxVertical largest vertical vector component of the level, in full samples (Table A-1) */
  constructor(maxVertical: number) {
    this.maxVertical = maxVertical;
  }

  /** Sets the limits for the context's macroblock. */
  startMacroblock({ mbX, mbY, state }: MacroblockContext): void {
    this.minX = Math.max(-16 * mbX - OUTSIDE, -2048 + 1);
    this.maxX = Math.min(16 * (state.widthInMbs - mbX - 1) + OUTSIDE, 2047 - 1);
    this.minY = Math.max(-16 * mbY - OUTSIDE, -this.maxVertical + 1);
    this.maxY = Math.min(16 * (state.heightInMbs - mbY - 1) + OUTSIDE, this.maxVertical - 2);
  }

  /** Whether a packed vector may be used. */
  allows(mv: number): boolean {
    const x = mvX(mv);
    const y = mvY(mv);
    return x >= 4 * this.minX && x <= 4 * this.maxX && y >= 4 * this.minY && y <= 4 * this.maxY;
  }
}
