/**
 * The Huffman code of least total length for given counts, with no code longer than 16 bits and none that is all ones (T.81 clauses C.1
 * and K.2). Clause K.2 shortens long codes by a rule of thumb; package-merge (Larmore and Hirschberg, J. ACM 37, 1990) finds the best.
 */
import type { HuffmanTable } from '../standard/huffman.ts';

const MAX_LENGTH = 16;

/** Takes the place of the code of all ones: it is longest, last, and never written. */
const RESERVED = 256;

/** Lengths of the best code, by symbol 0..255; 0 for those that do not occur. At least one symbol must occur. */
function codeLengths(counts: Float64Array): Uint8Array {
  const symbols = [RESERVED];
  for (let symbol = 0; symbol < 256; symbol++) if (counts[symbol]! > 0) symbols.push(symbol);
  const weightOf = (symbol: number) => (symbol === RESERVED ? 0 : counts[symbol]!);
  symbols.sort((a, b) => weightOf(a) - weightOf(b));
  const weights = symbols.map(weightOf);
  // Level => whether each item, in rising order of weight, is a leaf (the next in order) or a package of two of the level before.
  const isLeaf: boolean[][] = [];
  let items = weights;
  isLeaf.push(weights.map(() => true));
  for (let level = 1; level < MAX_LENGTH; level++) {
    const merged: number[] = [];
    const kinds: boolean[] = [];
    let leaf = 0;
    for (let p = 0; ; p += 2) {
      const weight = p + 1 < items.length ? items[p]! + items[p + 1]! : Number.POSITIVE_INFINITY;
      for (; leaf < weights.length && weights[leaf]! <= weight; leaf++) {
        merged.push(weights[leaf]!);
        kinds.push(true);
      }
      if (weight === Number.POSITIVE_INFINITY) break;
      merged.push(weight);
      kinds.push(false);
    }
    items = merged;
    isLeaf.push(kinds);
  }
  return lengthsOf(symbols, isLeaf);
}

/** Each leaf among the items taken at a level makes its symbol's code one bit longer; each package takes two items of the level before. */
function lengthsOf(
  symbols: readonly number[],
  isLeaf: readonly (readonly boolean[])[],
): Uint8Array {
  const lengths = new Uint8Array(257);
  let taken = 2 * symbols.length - 2;
  for (let level = MAX_LENGTH - 1; level >= 0; level--) {
    let leaves = 0;
    for (let i = 0; i < taken; i++) if (isLeaf[level]![i]!) leaves++;
    for (let i = 0; i < leaves; i++) lengths[symbols[i]!]!++;
    taken = 2 * (taken - leaves);
  }
  return lengths;
}

/**
 * The best table for symbols that occur `counts` times, 256 of them. Symbols with the same length are in rising order. Where no symbol
 * occurs, the table has one code, which is not used.
 */
export function buildHuffmanTable(counts: Float64Array): HuffmanTable {
  const used = counts.some((count) => count > 0) ? counts : counts.map((_, i) => (i === 0 ? 1 : 0));
  const lengths = codeLengths(used);
  const table = { counts: new Uint8Array(MAX_LENGTH + 1), symbols: [] as number[] };
  for (let length = 1; length <= MAX_LENGTH; length++) {
    for (let symbol = 0; symbol < 256; symbol++) {
      if (lengths[symbol] !== length) continue;
      table.counts[length]!++;
      table.symbols.push(symbol);
    }
  }
  return { counts: table.counts, symbols: Uint8Array.from(table.symbols) };
}

/** Bytes of a table in a DHT segment (T.81 clause B.2.4.2). */
export function tableBytes(table: HuffmanTable): number {
  return 17 + table.symbols.length;
}
