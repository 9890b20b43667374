/**
 * The Huffman code of least total length for given counts, with no code longer than 16 bits and none that is all ones (T.81 clauses C.1
 * and K.2). Clause K.2 shortens long codes by a rule of thumb; package-merge (Larmore and Hirschberg, J. ACM 37, 1990) finds the best.
 */
import type { HuffmanTable } from '../standard/huffman.ts';

const MAX_LENGTH = 16;

interface Item {
  readonly weight: number;
  /** Symbols inside of it. */
  readonly symbols: readonly number[];
}

/** Takes the place of the code of all ones: it is longest, last, and never written. */
const RESERVED = 256;

/** Lengths of the best code, by symbol 0..255; 0 for those that do not occur. At least one symbol must occur. */
function codeLengths(counts: Float64Array): Uint8Array {
  const leaves: Item[] = [{ weight: 0, symbols: [RESERVED] }];
  for (let symbol = 0; symbol < 256; symbol++) {
    if (counts[symbol]! > 0) leaves.push({ weight: counts[symbol]!, symbols: [symbol] });
  }
  leaves.sort((a, b) => a.weight - b.weight);
  const lengths = new Uint8Array(257);
  let items: readonly Item[] = leaves;
  for (let level = 1; level < MAX_LENGTH; level++) items = merge(leaves, packagesOf(items));
  for (const { symbols } of items.slice(0, 2 * leaves.length - 2)) {
    for (const symbol of symbols) lengths[symbol]!++;
  }
  return lengths;
}

function packagesOf(items: readonly Item[]): Item[] {
  const packages: Item[] = [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    const [a, b] = [items[i]!, items[i + 1]!];
    packages.push({ weight: a.weight + b.weight, symbols: a.symbols.concat(b.symbols) });
  }
  return packages;
}

function merge(leaves: readonly Item[], packages: readonly Item[]): Item[] {
  const merged: Item[] = [];
  let p = 0;
  for (const leaf of leaves) {
    while (p < packages.length && packages[p]!.weight < leaf.weight) merged.push(packages[p++]!);
    merged.push(leaf);
  }
  return merged.concat(packages.slice(p));
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
