/** Where the macroblocks of a picture come from, as origin-search.ts finds it. */

/** Pictures shown one after another that are all nearly the same: one of them is as good a reference as another. */
export interface SamePictures {
  /** Their numbers in the order of display. */
  readonly first: number;
  readonly last: number;
}

/** Where the blocks of one picture come from. */
export interface PictureOrigins {
  /** Packed displacements by macroblock in full samples, or NO_ORIGIN: what lies there is the same to the last bit. */
  readonly displacements: Int32Array;
  /**
   * Where `partCount` is not 0: the same by quarter of a macroblock, 4·mbAddr + its number, of those that come from nowhere as a whole, in the picture
   * shown before (part-origins.ts).
   */
  readonly parts: Int32Array;
  /** How many parts come from somewhere. */
  partCount: number;
  /** In which of `pictures` each lies; 0 where there is none. */
  readonly indexes: Uint8Array;
  /** The picture shown before, and pictures from before that one. */
  readonly pictures: SamePictures[];
  /** The pictures that those after this one may come from, beside this one. */
  readonly kept: SamePictures[];
  /** Whether the picture looks drawn, and its macroblocks were looked for everywhere. */
  isDrawn: boolean;
  /** How many pictures before this one are nearly the same as it. */
  stillFor: number;
}

/** Room for the origins of so many macroblocks. */
export function createPictureOrigins(mbs: number): PictureOrigins {
  return {
    displacements: new Int32Array(mbs),
    parts: new Int32Array(4 * mbs),
    partCount: 0,
    indexes: new Uint8Array(mbs),
    pictures: [],
    kept: [],
    isDrawn: false,
    stillFor: 0,
  };
}
