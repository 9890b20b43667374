/**
 * Packs the largest tables of codes for publishing. The sources have them as the standards print them; a page downloads them as
 * short texts, which come to the same arrays.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

/** The module that unpacks, in `dist/src`. */
const UNPACKING = 'bits/packed-text.js';

/** Numbers below this take one character, from # on; the others have their multiples of it in front, above all of those. */
const SINGLE = 80;
export const MAX_NUMBER = SINGLE * 12 - 1;

/** Integers 0..959 as text. */
export function packNumbers(numbers) {
  const character = (value) => String.fromCharCode(value + 35);
  return Array.from(numbers, (number) => {
    if (!(number >= 0 && number <= MAX_NUMBER)) throw new Error(`${number} cannot be packed`);
    const high = Math.floor(number / SINGLE);
    return (high > 0 ? character(SINGLE - 1 + high) : '') + character(number % SINGLE);
  }).join('');
}

/** The numbers of a text. */
export function unpackNumbers(text) {
  const numbers = [];
  let high = 0;
  for (let i = 0; i < text.length; i++) {
    const value = text.charCodeAt(i) - 35;
    if (value < 80) {
      numbers.push(high + value);
      high = 0;
    } else {
      high = (value - 79) * 80;
    }
  }
  return numbers;
}

/** A table of CAVLC: the lengths, then the words. */
export function unpackCodeTable(text) {
  const numbers = unpackNumbers(text);
  const size = numbers.length / 2;
  return {
    lengths: Uint8Array.from(numbers.slice(0, size)),
    words: Uint16Array.from(numbers.slice(size)),
  };
}

/**
 * Indices of a Huffman code of AAC, the smallest sum of squares first: about as its codewords are ordered.
 * @param size how many there are
 * @param values how many a coefficient can have
 * @param lowest of them
 */
export function likelyOrder(size, values, lowest) {
  const weight = (index) => {
    let sum = 0;
    for (let place = 1; place < size; place *= values) {
      sum += ((Math.floor(index / place) % values) + lowest) ** 2;
    }
    return sum;
  };
  const indices = Array.from({ length: size }, (_, index) => index);
  // Each weighed once: in every comparison, which took twice the time when a sound begins.
  const weights = indices.map(weight);
  return indices.sort((a, b) => weights[a] - weights[b]);
}

/**
 * A Huffman code of AAC. Its codewords follow one another: 0 makes them one bit longer, another number is the place of the next index,
 * from 1 on, among those that are left of the likely order.
 */
export function unpackHuffmanCode(text, size, values, lowest) {
  const left = likelyOrder(size, values, lowest);
  const lengths = new Uint8Array(size);
  const codes = new Uint32Array(size);
  let length = 0;
  let code = 0;
  for (const number of unpackNumbers(text)) {
    if (number === 0) {
      length++;
      code *= 2;
    } else {
      const [index] = left.splice(number - 1, 1);
      lengths[index] = length;
      codes[index] = code++;
    }
  }
  return { lengths, codes };
}

/** The text that `unpackHuffmanCode` unpacks. */
export function packHuffmanCode({ lengths, codes }, values, lowest) {
  const size = lengths.length;
  const left = likelyOrder(size, values, lowest);
  const numbers = [];
  let length = 0;
  const order = Array.from(lengths, (_, index) => index).sort(
    (a, b) => lengths[a] - lengths[b] || codes[a] - codes[b],
  );
  for (const index of order) {
    for (; length < lengths[index]; length++) numbers.push(0);
    const place = left.indexOf(index);
    numbers.push(place + 1);
    left.splice(place, 1);
  }
  return packNumbers(numbers);
}

/** Of books 1 to 11 and the scale factors, AAC clause 4.6.3.3: how many values a coefficient can have, and the lowest. */
const BOOK_VALUES = [
  [3, -1],
  [3, -1],
  [3, 0],
  [3, 0],
  [9, -4],
  [9, -4],
  [8, 0],
  [8, 0],
  [13, 0],
  [13, 0],
  [17, 0],
];
const SCALE_FACTOR_VALUES = [121, -60];

/** The source of `huffman-tables.js`, packed. */
export function packedHuffmanTables(tables) {
  const call = (lengths, codes, values) => {
    const text = JSON.stringify(packHuffmanCode({ lengths, codes }, ...values));
    return `unpackHuffmanCode(${text}, ${[lengths.length, ...values].join(', ')})`;
  };
  const { SPECTRUM_LENGTHS, SPECTRUM_CODES, SCALE_FACTOR_LENGTHS, SCALE_FACTOR_CODES } = tables;
  const books = BOOK_VALUES.map((values, i) =>
    call(SPECTRUM_LENGTHS[i + 1], SPECTRUM_CODES[i + 1], values),
  );
  return `import { unpackHuffmanCode } from '../../../${UNPACKING}';
const NONE = { lengths: new Uint8Array(), codes: new Uint32Array() };
const makeBooks = () => [NONE, ${books.join(', ')}];
const lengthsOf = ({ lengths }) => lengths;
const codesOf = ({ codes }) => codes;
const BOOKS = /* @__PURE__ */ makeBooks();
export const SPECTRUM_LENGTHS = /* @__PURE__ */ BOOKS.map(lengthsOf);
export const SPECTRUM_CODES = /* @__PURE__ */ BOOKS.map(codesOf);
const SCALE_FACTOR = /* @__PURE__ */ ${call(SCALE_FACTOR_LENGTHS, SCALE_FACTOR_CODES, SCALE_FACTOR_VALUES)};
export const SCALE_FACTOR_LENGTHS = /* @__PURE__ */ lengthsOf(SCALE_FACTOR);
export const SCALE_FACTOR_CODES = /* @__PURE__ */ codesOf(SCALE_FACTOR);
`;
}

/** The source of `cavlc-tables.js`, packed. */
export function packedCavlcTables(tables) {
  const rows = Object.entries(tables).map(([name, { lengths, words }]) => {
    const text = JSON.stringify(packNumbers([...lengths, ...words]));
    return `export const ${name} = /* @__PURE__ */ unpackCodeTable(${text});\n`;
  });
  return `import { unpackCodeTable } from '../../../${UNPACKING}';\n${rows.join('')}`;
}

/** The source of the module that they import. */
export function unpackingSource() {
  const functions = [unpackNumbers, unpackCodeTable, likelyOrder, unpackHuffmanCode];
  return functions.map((f) => `export ${f}\n`).join('');
}

/** File in `dist/src` => its source packed, from what it exports. */
const PACKED = {
  'codecs/aac/standard/huffman-tables.js': packedHuffmanTables,
  'codecs/h264/standard/cavlc-tables.js': packedCavlcTables,
};

/** Packs the tables of `dist/src`, and tries that they are the same afterwards. */
export async function packTables(folder) {
  writeFileSync(join(folder, UNPACKING), unpackingSource());
  for (const [file, pack] of Object.entries(PACKED)) {
    const path = join(folder, file);
    const { href } = pathToFileURL(path);
    const tables = { ...(await import(href)) };
    writeFileSync(path, pack(tables));
    const unpacked = { ...(await import(`${href}?packed`)) };
    if (!isDeepStrictEqual(tables, unpacked)) throw new Error(`${file} is another one when packed`);
  }
}
