/** Numbers that TIFF 6.0 fixes: fields of a picture, and values of theirs. */

/** Fields by their numbers: TIFF clause 8 (baseline), 14 (predictor), 15 (tiles), 18 (opacity), 19 (sample format), 20 and 21 (YCbCr); ICC.1 annex B.3; XMP part 3 clause 1.1.9. */
export const TAG = {
  NewSubfileType: 254,
  SubfileType: 255,
  ImageWidth: 256,
  ImageLength: 257,
  BitsPerSample: 258,
  Compression: 259,
  PhotometricInterpretation: 262,
  FillOrder: 266,
  StripOffsets: 273,
  Orientation: 274,
  SamplesPerPixel: 277,
  RowsPerStrip: 278,
  StripByteCounts: 279,
  XResolution: 282,
  YResolution: 283,
  PlanarConfiguration: 284,
  ResolutionUnit: 296,
  Predictor: 317,
  ColorMap: 320,
  TileWidth: 322,
  TileLength: 323,
  TileOffsets: 324,
  TileByteCounts: 325,
  ExtraSamples: 338,
  SampleFormat: 339,
  YCbCrCoefficients: 529,
  YCbCrSubSampling: 530,
  ReferenceBlackWhite: 532,
  Xmp: 700,
  IccProfile: 34675,
} as const;

/**
 * Fields that say where in the file other things are: free bytes (TIFF clause 8), SubIFDs (TIFF Technical Note 1), and the directories of
 * Exif, GPS and interoperability (Exif clause 4.6.3).
 */
export const PLACE_TAGS: readonly number[] = [288, 289, 330, 34665, 34853, 40965];

/** Bits of NewSubfileType, TIFF clause 8: a smaller picture of another page, and the opacity of one. */
export const REDUCED_OR_MASK = 1 | 4;

/** SubfileType of a smaller picture of another page, TIFF clause 8. */
export const OLD_REDUCED = 2;

/** Types of values, TIFF clause 2 (Types); LONG8 is BigTIFF's, 64 bits. */
export const TYPE = { BYTE: 1, SHORT: 3, LONG: 4, RATIONAL: 5, UNDEFINED: 7, LONG8: 16 } as const;

/** Compression, TIFF clause 8; 8 is Adobe's Photoshop TIFF Technical Notes, and 32946 the number that it had before. */
export const COMPRESSION = {
  none: 1,
  lzw: 5,
  deflate: 8,
  oldDeflate: 32946,
  packBits: 32773,
} as const;

/** PhotometricInterpretation, TIFF clause 8. */
export const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  ycbcr: 6,
} as const;

/** ExtraSamples, TIFF clause 18: opacity that colors are multiplied with already, and opacity that they are not. */
export const ASSOCIATED_ALPHA = 1;
export const UNASSOCIATED_ALPHA = 2;

/** Predictor, TIFF clause 14: differences of samples along a row. */
export const HORIZONTAL_DIFFERENCES = 2;
