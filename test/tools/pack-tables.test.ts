/** The packing of tables for publishing: what is unpacked is what was packed. */
import { expect, test } from 'vitest';
import {
  SCALE_FACTOR_CODES,
  SCALE_FACTOR_LENGTHS,
  SPECTRUM_CODES,
  SPECTRUM_LENGTHS,
} from '../../src/codecs/aac/standard/huffman-tables.ts';
import {
  COEFF_TOKEN,
  RUN_BEFORE,
  TOTAL_ZEROS,
  TOTAL_ZEROS_CHROMA_DC,
} from '../../src/codecs/h264/standard/cavlc-tables.ts';

const huffman = { SPECTRUM_LENGTHS, SPECTRUM_CODES, SCALE_FACTOR_LENGTHS, SCALE_FACTOR_CODES };
const cavlc = { COEFF_TOKEN, TOTAL_ZEROS, TOTAL_ZEROS_CHROMA_DC, RUN_BEFORE };

const packing = await import(new URL('../../tools/pack-tables.mjs', import.meta.url).href);

/** The exports of a packed module, and the functions that unpack. */
async function unpack(source: string): Promise<Record<string, unknown>> {
  const withoutImport = source.replace(/^import .*\n/, packing.unpackingSource());
  const encoded = Buffer.from(withoutImport).toString('base64');
  return { ...(await import(/* @vite-ignore */ `data:text/javascript;base64,${encoded}`)) };
}

test('numbers come back', () => {
  const numbers = Array.from({ length: packing.MAX_NUMBER + 1 }, (_, i) => i);
  const text = packing.packNumbers(numbers);
  expect(packing.unpackNumbers(text)).toEqual(numbers);
  expect(text).toMatch(/^[#-~]*$/);
});

test('numbers that no text has are refused', () => {
  expect(() => packing.packNumbers([packing.MAX_NUMBER + 1])).toThrow('cannot be packed');
  expect(() => packing.packNumbers([-1])).toThrow('cannot be packed');
});

test('the Huffman codes of AAC come back', async () => {
  const unpacked = await unpack(packing.packedHuffmanTables(huffman));
  expect(unpacked).toMatchObject(huffman);
});

test('the codes of CAVLC come back', async () => {
  const unpacked = await unpack(packing.packedCavlcTables(cavlc));
  expect(unpacked).toMatchObject(cavlc);
});
