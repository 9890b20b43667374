/**
 * Noiseless coding of quantized spectra, AAC clause 4.6.3: how many bits a run of coefficients takes in a codebook, and
 * the writing of it.
 *
 * Books come in pairs with the same largest magnitude (1/2, 3/4, 5/6, 7/8, 9/10; 11 is alone), one of each pair for
 * flat and one for peaky statistics. Counting does both of a pair in one look-up.
 */
import type { BitWriter } from '../../../bits/bit-writer.ts';
import { SPECTRUM_CODES, SPECTRUM_LENGTHS } from './huffman-tables.ts';

/** sect_cb of bands of zeros, clause 4.6.3.2. */
export const ZERO_HCB = 0;
/** sect_cb of the codebook with escape sequences, clause 4.6.3.2. */
export const ESC_HCB = 11;
/** sect_cb of bands of noise, clause 4.6.13.2. */
export const NOISE_HCB = 13;
/** sect_cb of intensity stereo out of phase, clause 4.6.8.2.2. */
export const INTENSITY_HCB2 = 14;
/** sect_cb of intensity stereo in phase, clause 4.6.8.2.2. */
export const INTENSITY_HCB = 15;

/** Largest magnitude that can be coded: escape sequences reach 13 bits, clause 4.6.3.3. */
export const MAX_QUANTIZED = 8191;

/** Table 4.A.1 of clause 4.6.3.3: codebook => largest magnitude (LAV); with escapes, book 11 reaches `MAX_QUANTIZED`. */
// biome-ignore format: laid out as in the standard
export const LARGEST_MAGNITUDE: Uint16Array = /* @__PURE__ */ Uint16Array.of(
  0, 1, 1, 2, 2, 4, 4, 7, 7, 12, 12, 8191);

/** The lower book of the first pair that reaches magnitude 0..12; 0 for an all-zero band; above, it is 11. */
// biome-ignore format: one entry per magnitude
const LOWEST_BOOK: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 1, 3, 5, 5, 7, 7, 7, 9, 9, 9, 9, 9);

/** The lower codebook of the first pair that can code `largest` (clause 4.6.3.3); 0 if `largest` is 0. */
export function lowestBook(largest: number): number {
  return largest > 12 ? ESC_HCB : LOWEST_BOOK[largest];
}

/** Lengths of book 2f+1 in the low and of book 2f+2 in the high 16 bits, sign bits included, by codeword index. */
const PAIRED_LENGTHS: readonly Int32Array[] = [1, 3, 5, 7, 9].map((book) => {
  const low = SPECTRUM_LENGTHS[book];
  const high = SPECTRUM_LENGTHS[book + 1];
  const modulus = book === 3 ? 3 : book === 7 ? 8 : 13;
  const isUnsigned = book === 3 || book >= 7;
  return Int32Array.from(low, (length, index) => {
    let signs = 0;
    if (isUnsigned)
      for (let i = index; i > 0; i = Math.floor(i / modulus)) if (i % modulus) signs++;
    return (length + signs) | ((high[index] + signs) << 16);
  });
});

/** Lengths of book 11 with sign bits, without escapes. */
const ESCAPE_BOOK_LENGTHS: Int32Array = Int32Array.from(
  SPECTRUM_LENGTHS[ESC_HCB],
  (length, index) => length + (index >= 17 ? 1 : 0) + (index % 17 !== 0 ? 1 : 0),
);

/**
 * Lengths for magnitudes, by the lower book of each pair (and 11), laid out as in `PAIRED_LENGTHS` but for books 1, 2 (base
 * 3, values 0 and 1) and 5, 6 (base 5). In signed books the length may depend on signs by a bit; it is their mean, rounded.
 */
export const MAGNITUDE_LENGTHS: readonly Int32Array[] = /* @__PURE__ */ (() => {
  const none = new Int32Array(0);
  const [quad1, quad2, pair4, pair7, pair12] = PAIRED_LENGTHS;
  return [
    none,
    meanOverSigns(quad1, 3, 1, 4),
    none,
    quad2,
    none,
    meanOverSigns(pair4, 9, 4, 2),
    none,
    pair7,
    none,
    pair12,
    none,
    ESCAPE_BOOK_LENGTHS,
  ];
})();

/**
 * Means of paired lengths of a signed book over the signs.
 * @param base of the signed index, whose digits are values plus `largest`
 * @param dimension digits of the index: 4 or 2
 */
function meanOverSigns(
  lengths: Int32Array,
  base: number,
  largest: number,
  dimension: number,
): Int32Array {
  const outBase = dimension === 4 ? 3 : largest + 1;
  const low = new Float64Array(outBase ** dimension);
  const high = new Float64Array(outBase ** dimension);
  const count = new Float64Array(outBase ** dimension);
  for (let index = 0; index < lengths.length; index++) {
    let at = 0;
    for (let digit = base ** (dimension - 1); digit >= 1; digit /= base) {
      at = at * outBase + Math.abs((Math.floor(index / digit) % base) - largest);
    }
    low[at] += lengths[index] & 0xffff;
    high[at] += lengths[index] >>> 16;
    count[at]++;
  }
  return Int32Array.from(low, (sum, at) =>
    count[at] === 0 ? 0 : Math.round(sum / count[at]) | (Math.round(high[at] / count[at]) << 16),
  );
}

/**
 * Bits of escape_sequence (clause 4.6.3.3) by the magnitude's number of binary digits: N ones, a zero, N + 4 bits,
 * N = floor(log2) - 4; 0 below 16, which has none.
 */
export const ESCAPE_LENGTHS: Int32Array = /* @__PURE__ */ Int32Array.from(
  { length: 33 },
  (_, digits) => (digits < 5 ? 0 : 2 * (digits - 1) - 3),
);

/** `PAIRED_LENGTHS` of books 1 and 2, which are signed. */
export const QUAD_1 = PAIRED_LENGTHS[0];
const QUAD_2 = PAIRED_LENGTHS[1];
/** Those of books 5 and 6, likewise. */
export const PAIR_4 = PAIRED_LENGTHS[2];
const PAIR_7 = PAIRED_LENGTHS[3];
const PAIR_12 = PAIRED_LENGTHS[4];

/**
 * Bits of `count` coefficients from `pos` (clause 4.6.3.3) in the codebook pair whose lower book is `book`: the lower one's in bits
 * 0..15, the upper one's in bits 16..31. For book 11 both halves are the same.
 * @param quantized signed values within the pair's largest magnitude
 * @param count a multiple of 4
 */
export function countPairedBits(
  quantized: Int32Array,
  pos: number,
  count: number,
  book: number,
): number {
  const end = pos + count;
  let sum = 0;
  if (book === 1) {
    for (let i = pos; i < end; i += 4) {
      sum +=
        QUAD_1[
          27 * quantized[i] + 9 * quantized[i + 1] + 3 * quantized[i + 2] + quantized[i + 3] + 40
        ];
    }
  } else if (book === 3) {
    for (let i = pos; i < end; i += 4) {
      const w = Math.abs(quantized[i]);
      const x = Math.abs(quantized[i + 1]);
      const y = Math.abs(quantized[i + 2]);
      const z = Math.abs(quantized[i + 3]);
      sum += QUAD_2[27 * w + 9 * x + 3 * y + z];
    }
  } else if (book === 5) {
    for (let i = pos; i < end; i += 2) sum += PAIR_4[9 * quantized[i] + quantized[i + 1] + 40];
  } else if (book < ESC_HCB) {
    const lengths = book === 7 ? PAIR_7 : PAIR_12;
    const modulus = book === 7 ? 8 : 13;
    for (let i = pos; i < end; i += 2) {
      sum += lengths[modulus * Math.abs(quantized[i]) + Math.abs(quantized[i + 1])];
    }
  } else {
    for (let i = pos; i < end; i += 2) {
      const y = Math.abs(quantized[i]);
      const z = Math.abs(quantized[i + 1]);
      sum += ESCAPE_LENGTHS[32 - Math.clz32(y)] + ESCAPE_LENGTHS[32 - Math.clz32(z)];
      sum += ESCAPE_BOOK_LENGTHS[17 * Math.min(y, 16) + Math.min(z, 16)];
    }
    sum |= sum << 16;
  }
  return sum;
}

/** Bits of four zeros in each spectrum book and 0: codewords of zeros for two or four lines. */
export const ZERO_LENGTHS: Int32Array = /* @__PURE__ */ Int32Array.from(
  { length: 12 },
  (_, book) => {
    if (book === ZERO_HCB) return 0;
    const both = countPairedBits(new Int32Array(4), 0, 4, book - ((book + 1) & 1));
    return book & 1 ? both & 0xffff : both >>> 16;
  },
);

/**
 * Writes `count` coefficients from `pos` in codebook `book`, 1..11: hcod, sign bits, escapes, as spectral_data() of
 * clause 4.4.2.7 orders them.
 */
export function writeSpectrum(
  bits: BitWriter,
  quantized: Int32Array,
  pos: number,
  count: number,
  book: number,
): void {
  const lengths = SPECTRUM_LENGTHS[book];
  const codes = SPECTRUM_CODES[book];
  const end = pos + count;
  if (book <= 4) {
    for (let i = pos; i < end; i += 4) {
      const w = quantized[i];
      const x = quantized[i + 1];
      const y = quantized[i + 2];
      const z = quantized[i + 3];
      if (book <= 2) {
        const index = 27 * w + 9 * x + 3 * y + z + 40;
        bits.put(lengths[index], codes[index]);
      } else {
        const index = 27 * Math.abs(w) + 9 * Math.abs(x) + 3 * Math.abs(y) + Math.abs(z);
        // quad_sign_bits: one for each value that is not zero, 1 if negative. All without a branch.
        let code = (codes[index] << Number(w !== 0)) | (w >>> 31);
        code = (code << Number(x !== 0)) | (x >>> 31);
        code = (code << Number(y !== 0)) | (y >>> 31);
        code = (code << Number(z !== 0)) | (z >>> 31);
        const signs = Number(w !== 0) + Number(x !== 0) + Number(y !== 0) + Number(z !== 0);
        bits.put(lengths[index] + signs, code);
      }
    }
    return;
  }
  const modulus = book <= 6 ? 9 : book <= 8 ? 8 : book <= 10 ? 13 : 17;
  for (let i = pos; i < end; i += 2) {
    const y = quantized[i];
    const z = quantized[i + 1];
    if (book <= 6) {
      const index = 9 * y + z + 40;
      bits.put(lengths[index], codes[index]);
      continue;
    }
    const yMagnitude = Math.abs(y);
    const zMagnitude = Math.abs(z);
    const largest = modulus - 1;
    const index =
      modulus * (yMagnitude < largest ? yMagnitude : largest) +
      (zMagnitude < largest ? zMagnitude : largest);
    // pair_sign_bits, likewise.
    const code = (codes[index] << Number(y !== 0)) | (y >>> 31);
    const signs = Number(y !== 0) + Number(z !== 0);
    bits.put(lengths[index] + signs, (code << Number(z !== 0)) | (z >>> 31));
    if (book === ESC_HCB) {
      if (yMagnitude > 15) putEscape(bits, yMagnitude);
      if (zMagnitude > 15) putEscape(bits, zMagnitude);
    }
  }
}

/** hcod_esc_y, hcod_esc_z: escape_prefix of N ones, escape_separator 0, escape_word of N + 4 bits (clause 4.6.3.3). */
function putEscape(bits: BitWriter, magnitude: number): void {
  const wordLength = 31 - Math.clz32(magnitude);
  const ones = wordLength - 4;
  bits.put(ones + 1, (1 << (ones + 1)) - 2);
  bits.put(wordLength, magnitude - (1 << wordLength));
}
