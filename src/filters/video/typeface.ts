/** The part of a font that drawing text needs: the coverage of each character's pixels, and how far to move on. */

/** One character at one size. */
export interface Glyph {
  /** Columns and rows of `coverage`. */
  readonly width: number;
  readonly height: number;
  /** From the pen to the left column; from the base line up to the top row. */
  readonly left: number;
  readonly top: number;
  /** How far the pen moves, in pixels. */
  readonly advance: number;
  /** How much of each pixel is covered, 0..255. */
  readonly coverage: Uint8Array;
}

/** A font. */
export interface Typeface {
  /** Height above the base line and depth below it, in pixels, at a size. */
  ascent(size: number): number;
  descent(size: number): number;
  glyph(codePoint: number, size: number): Glyph;
}
