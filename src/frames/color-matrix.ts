/**
 * The luma and chroma equations in fixed point: E'Y = KR·R + (1 - KR - KB)·G + KB·B, E'PB = (B - Y) / (2(1 - KB)),
 * E'PR = (R - Y) / (2(1 - KR)) (H.273 clause 8.3), with 8-bit code values in the limited range
 * Y = 16 + 219·E'Y, C = 128 + 224·E'P or the full range Y = 255·E'Y, C = 128 + 255·E'P.
 */
import { UnsupportedError } from '../base/errors.ts';
import { colorName } from './color-names.ts';

/** H.273 Table 4: MatrixCoefficients => KR, KB. */
// biome-ignore format: a table
const LUMA_WEIGHTS: Readonly<Record<number, readonly [kr: number, kb: number]>> = {
  1: [0.2126, 0.0722],
  4: [0.3, 0.11],
  5: [0.299, 0.114],
  6: [0.299, 0.114],
  7: [0.212, 0.087],
  9: [0.2627, 0.0593],
};

/** KR and KB of a matrix; throws `UnsupportedError` naming `where` for one that RGB is not converted with. */
export function lumaWeights(where: string, matrix: number): readonly [kr: number, kb: number] {
  const weights = LUMA_WEIGHTS[matrix];
  if (weights === undefined) {
    const names = Object.keys(LUMA_WEIGHTS).map((code) => colorName('matrix', Number(code)));
    throw new UnsupportedError(
      where,
      `no RGB conversion for matrix_coefficients ${matrix} (${colorName('matrix', matrix)}); there is one for ${names.join(', ')}`,
    );
  }
  return weights;
}

/** Fraction bits of the coefficients below: products with sums of 16 samples stay below 2^31. */
export const FRACTION_BITS = 16;
const ONE = 1 << FRACTION_BITS;

/** Scale and zero point of 8-bit code values. */
export interface CodeRange {
  readonly lumaOffset: 0 | 16;
  readonly lumaScale: 219 | 255;
  readonly chromaScale: 224 | 255;
}

/** The quantization of H.273 clause 8.3 at a bit depth of 8. */
export function codeRange(fullRange: boolean): CodeRange {
  return fullRange
    ? { lumaOffset: 0, lumaScale: 255, chromaScale: 255 }
    : { lumaOffset: 16, lumaScale: 219, chromaScale: 224 };
}

/** Coefficients times 2^16. Those of chroma sum to 0 and those of luma to the white level, so that grays stay exact. */
export interface ForwardMatrix {
  readonly yr: number;
  readonly yg: number;
  readonly yb: number;
  readonly lumaOffset: number;
  /** Black times 2^16, and the half that rounds. */
  readonly lumaZero: number;
  readonly cbr: number;
  readonly cbg: number;
  readonly cbb: number;
  readonly crr: number;
  readonly crg: number;
  readonly crb: number;
}

/** From R, G, B 0..255 to Y, Cb - 128, Cr - 128. */
export function forwardMatrix(kr: number, kb: number, range: CodeRange): ForwardMatrix {
  const luma = (range.lumaScale / 255) * ONE;
  const chroma = (range.chromaScale / 255) * ONE;
  const yr = Math.round(kr * luma);
  const yb = Math.round(kb * luma);
  const cbr = Math.round((-kr / (2 * (1 - kb))) * chroma);
  const cbb = Math.round(chroma / 2);
  const crr = Math.round(chroma / 2);
  const crb = Math.round((-kb / (2 * (1 - kr))) * chroma);
  return {
    yr,
    yg: Math.round(luma) - yr - yb,
    yb,
    lumaOffset: range.lumaOffset,
    lumaZero: (range.lumaOffset << FRACTION_BITS) + (1 << (FRACTION_BITS - 1)),
    cbr,
    cbg: -cbr - cbb,
    cbb,
    crr,
    crg: -crr - crb,
    crb,
  };
}

/** Coefficients times 2^16. */
export interface InverseMatrix {
  readonly lumaOffset: number;
  readonly luma: number;
  readonly rcr: number;
  readonly gcb: number;
  readonly gcr: number;
  readonly bcb: number;
}

/** From Y - offset, Cb - 128, Cr - 128 to R, G, B 0..255. */
export function inverseMatrix(kr: number, kb: number, range: CodeRange): InverseMatrix {
  const chroma = (255 / range.chromaScale) * ONE;
  const kg = 1 - kr - kb;
  return {
    lumaOffset: range.lumaOffset,
    luma: Math.round((255 / range.lumaScale) * ONE),
    rcr: Math.round(2 * (1 - kr) * chroma),
    gcb: Math.round(((-2 * kb * (1 - kb)) / kg) * chroma),
    gcr: Math.round(((-2 * kr * (1 - kr)) / kg) * chroma),
    bcb: Math.round(2 * (1 - kb) * chroma),
  };
}
