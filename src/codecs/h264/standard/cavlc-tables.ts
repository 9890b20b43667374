/**
 * The variable-length codes of CAVLC, laid out as the standard prints them: Tables 9-5, 9-7, 9-8, 9-9(a) and 9-10 of
 * clause 9.2. They are parsed once into flat arrays of code lengths and code words. test/codecs/h264/standard/cavlc.test.ts
 * proves that each column is prefix-free and states its Kraft sum. The build packs them (tools/pack-tables.mjs).
 */
import { coeffTokenIndex } from './coeff-token.ts';

/**
 * Table 9-5, coeff_token: TrailingOnes, TotalCoeff => the code for 0 <= nC < 2, 2 <= nC < 4, 4 <= nC < 8, 8 <= nC, and
 * nC == -1 (chroma DC of 4:2:0).
 */
const COEFF_TOKEN_TEXT = `
  0  0  1                11             1111       000011 01
  0  1  000101           001011         001111     000000 000111
  1  1  01               10             1110       000001 1
  0  2  00000111         000111         001011     000100 000100
  1  2  000100           00111          01111      000101 000110
  2  2  001              011            1101       000110 001
  0  3  000000111        0000111        001000     001000 000011
  1  3  00000110         001010         01100      001001 0000011
  2  3  0000101          001001         01110      001010 0000010
  3  3  00011            0101           1100       001011 000101
  0  4  0000000111       00000111       0001111    001100 000010
  1  4  000000110        000110         01010      001101 00000011
  2  4  00000101         000101         01011      001110 00000010
  3  4  000011           0100           1011       001111 0000000
  0  5  00000000111      00000100       0001011    010000 -
  1  5  0000000110       0000110        01000      010001 -
  2  5  000000101        0000101        01001      010010 -
  3  5  0000100          00110          1010       010011 -
  0  6  0000000001111    000000111      0001001    010100 -
  1  6  00000000110      00000110       001110     010101 -
  2  6  0000000101       00000101       001101     010110 -
  3  6  00000100         001000         1001       010111 -
  0  7  0000000001011    00000001111    0001000    011000 -
  1  7  0000000001110    000000110      001010     011001 -
  2  7  00000000101      000000101      001001     011010 -
  3  7  000000100        000100         1000       011011 -
  0  8  0000000001000    00000001011    00001111   011100 -
  1  8  0000000001010    00000001110    0001110    011101 -
  2  8  0000000001101    00000001101    0001101    011110 -
  3  8  0000000100       0000100        01101      011111 -
  0  9  00000000001111   000000001111   00001011   100000 -
  1  9  00000000001110   00000001010    00001110   100001 -
  2  9  0000000001001    00000001001    0001010    100010 -
  3  9  00000000100      000000100      001100     100011 -
  0 10  00000000001011   000000001011   000001111  100100 -
  1 10  00000000001010   000000001110   00001010   100101 -
  2 10  00000000001101   000000001101   00001101   100110 -
  3 10  0000000001100    00000001100    0001100    100111 -
  0 11  000000000001111  000000001000   000001011  101000 -
  1 11  000000000001110  000000001010   000001110  101001 -
  2 11  00000000001001   000000001001   00001001   101010 -
  3 11  00000000001100   00000001000    00001100   101011 -
  0 12  000000000001011  0000000001111  000001000  101100 -
  1 12  000000000001010  0000000001110  000001010  101101 -
  2 12  000000000001101  0000000001101  000001101  101110 -
  3 12  00000000001000   000000001100   00001000   101111 -
  0 13  0000000000001111 0000000001011  0000001101 110000 -
  1 13  000000000000001  0000000001010  000000111  110001 -
  2 13  000000000001001  0000000001001  000001001  110010 -
  3 13  000000000001100  0000000001100  000001100  110011 -
  0 14  0000000000001011 0000000000111  0000001001 110100 -
  1 14  0000000000001110 00000000001011 0000001100 110101 -
  2 14  0000000000001101 0000000000110  0000001011 110110 -
  3 14  000000000001000  0000000001000  0000001010 110111 -
  0 15  0000000000000111 00000000001001 0000000101 111000 -
  1 15  0000000000001010 00000000001000 0000001000 111001 -
  2 15  0000000000001001 00000000001010 0000000111 111010 -
  3 15  0000000000001100 0000000000001  0000000110 111011 -
  0 16  0000000000000100 00000000000111 0000000001 111100 -
  1 16  0000000000000110 00000000000110 0000000100 111101 -
  2 16  0000000000000101 00000000000101 0000000011 111110 -
  3 16  0000000000001000 00000000000100 0000000010 111111 -`;

/** Tables 9-7 and 9-8, total_zeros of 4x4 blocks: total_zeros => the code for tzVlcIndex 1..15. */
const TOTAL_ZEROS_TEXT = `
   0  1         111    0101   00011 0101  000001 000001 000001 000001 00001 0000 0000 000 00 0
   1  011       110    111    111   0100  00001  00001  0001   000000 00000 0001 0001 001 01 1
   2  010       101    110    0101  0011  111    101    00001  0001   001   001  01   1   1  -
   3  0011      100    101    0100  111   110    100    011    11     11    010  1    01  -  -
   4  0010      011    0100   110   110   101    011    11     10     10    1    001  -   -  -
   5  00011     0101   0011   101   101   100    11     10     001    01    011  -    -   -  -
   6  00010     0100   100    100   100   011    010    010    01     0001  -    -    -   -  -
   7  000011    0011   011    0011  011   010    0001   001    00001  -     -    -    -   -  -
   8  000010    0010   0010   011   0010  0001   001    000000 -      -     -    -    -   -  -
   9  0000011   00011  00011  0010  00001 001    000000 -      -      -     -    -    -   -  -
  10  0000010   00010  00010  00010 0001  000000 -      -      -      -     -    -    -   -  -
  11  00000011  000011 000001 00001 00000 -      -      -      -      -     -    -    -   -  -
  12  00000010  000010 00001  00000 -     -      -      -      -      -     -    -    -   -  -
  13  000000011 000001 000000 -     -     -      -      -      -      -     -    -    -   -  -
  14  000000010 000000 -      -     -     -      -      -      -      -     -    -    -   -  -
  15  000000001 -      -      -     -     -      -      -      -      -     -    -    -   -  -`;

/** Table 9-9(a), total_zeros of chroma DC 2x2 blocks: total_zeros => the code for tzVlcIndex 1..3. */
const TOTAL_ZEROS_CHROMA_DC_TEXT = `
   0  1   1  1
   1  01  01 0
   2  001 00 -
   3  000 -  -`;

/** Table 9-10, run_before: run_before => the code for zerosLeft 1..6 and > 6. */
const RUN_BEFORE_TEXT = `
   0  1 1  11 11  11  11  111
   1  0 01 10 10  10  000 110
   2  - 00 01 01  011 001 101
   3  - -  00 001 010 011 100
   4  - -  -  000 001 010 011
   5  - -  -  -   000 101 010
   6  - -  -  -   -   100 001
   7  - -  -  -   -   -   0001
   8  - -  -  -   -   -   00001
   9  - -  -  -   -   -   000001
  10  - -  -  -   -   -   0000001
  11  - -  -  -   -   -   00000001
  12  - -  -  -   -   -   000000001
  13  - -  -  -   -   -   0000000001
  14  - -  -  -   -   -   00000000001`;

/** Code lengths in bits (0: no such code) and code words, right-aligned. */
export interface CodeTable {
  readonly lengths: Uint8Array;
  readonly words: Uint16Array;
}

/** Cells of a printed table, without the `keys` leading columns. */
function codeRows(text: string, keys: number): { keys: number[]; codes: string[] }[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const cells = line.trim().split(/ +/);
      return { keys: cells.slice(0, keys).map(Number), codes: cells.slice(keys) };
    });
}

function emptyTable(size: number): CodeTable {
  return { lengths: new Uint8Array(size), words: new Uint16Array(size) };
}

function setCode(table: CodeTable, index: number, code: string): void {
  if (code === '-') return;
  table.lengths[index] = code.length;
  table.words[index] = Number.parseInt(code, 2);
}

function parseCoeffToken(): CodeTable {
  const table = emptyTable(5 * 4 * 17);
  for (const { keys, codes } of codeRows(COEFF_TOKEN_TEXT, 2)) {
    codes.forEach((code, column) => {
      setCode(table, coeffTokenIndex(column, keys[0], keys[1]), code);
    });
  }
  return table;
}

/** A table whose columns are indexes 1.. and whose rows are values 0..15: entry (index, value) at index << 4 | value. */
function parseColumns(text: string, columns: number): CodeTable {
  const table = emptyTable((columns + 1) << 4);
  for (const { keys, codes } of codeRows(text, 1)) {
    codes.forEach((code, column) => {
      setCode(table, ((column + 1) << 4) | keys[0], code);
    });
  }
  return table;
}

/** Table 9-5 (clause 9.2.1): coeffTokenIndex(column, TrailingOnes, TotalCoeff) => coeff_token. */
export const COEFF_TOKEN: CodeTable = /* @__PURE__ */ parseCoeffToken();

/** Tables 9-7, 9-8 (clause 9.2.3): tzVlcIndex << 4 | total_zeros => code. */
export const TOTAL_ZEROS: CodeTable = /* @__PURE__ */ parseColumns(TOTAL_ZEROS_TEXT, 15);

/** Table 9-9(a) (clause 9.2.3): tzVlcIndex << 4 | total_zeros => code. */
export const TOTAL_ZEROS_CHROMA_DC: CodeTable = /* @__PURE__ */ parseColumns(
  TOTAL_ZEROS_CHROMA_DC_TEXT,
  3,
);

/** Table 9-10 (clause 9.2.3): min(zerosLeft, 7) << 4 | run_before => code. */
export const RUN_BEFORE: CodeTable = /* @__PURE__ */ parseColumns(RUN_BEFORE_TEXT, 7);
