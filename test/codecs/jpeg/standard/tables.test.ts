/** Laws of the tables that JPEG fixes. */
import { describe, expect, it } from 'vitest';
import { huffmanCodes } from '../../../../src/codecs/jpeg/standard/huffman.ts';
import {
  TYPICAL_AC_CHROMINANCE,
  TYPICAL_AC_LUMINANCE,
  TYPICAL_DC_CHROMINANCE,
  TYPICAL_DC_LUMINANCE,
} from '../../../../src/codecs/jpeg/standard/huffman-tables.ts';
import { ZIGZAG } from '../../../../src/codecs/jpeg/standard/zigzag.ts';

describe('ZIGZAG', () => {
  it('goes through every place once, along diagonals that turn by turns', () => {
    expect([...ZIGZAG].sort((a, b) => a - b)).toEqual([...Array(64).keys()]);
    let k = 0;
    for (let diagonal = 0; diagonal < 15; diagonal++) {
      for (let i = 0; i <= diagonal; i++) {
        const row = diagonal % 2 === 0 ? diagonal - i : i;
        const column = diagonal - row;
        if (row < 8 && column < 8) expect(ZIGZAG[k++]).toBe(8 * row + column);
      }
    }
  });
});

describe('typical Huffman tables', () => {
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  const acSymbols = [0x00, 0xf0];
  for (let run = 0; run < 16; run++)
    for (let size = 1; size <= 10; size++) acSymbols.push(16 * run + size);
  it.each([
    ['K.3', TYPICAL_DC_LUMINANCE, all],
    ['K.4', TYPICAL_DC_CHROMINANCE, all],
    ['K.5', TYPICAL_AC_LUMINANCE, acSymbols],
    ['K.6', TYPICAL_AC_CHROMINANCE, acSymbols],
  ])(
    '%s has a code for each symbol, and all but the code of ones is used up',
    (_, table, symbols) => {
      expect([...table.symbols].sort((a, b) => a - b)).toEqual(symbols.sort((a, b) => a - b));
      let kraft = 0;
      for (let size = 1; size <= 16; size++) kraft += table.counts[size]! * 2 ** (16 - size);
      expect(kraft).toBeLessThan(2 ** 16);
      const { code, length } = huffmanCodes(table);
      for (const symbol of symbols) {
        expect(length[symbol]).toBeGreaterThan(0);
        expect(code[symbol]).toBeLessThan((1 << length[symbol]!) - 1);
      }
    },
  );
});
