/**
 * Code lengths that make a message shortest: Huffman's, computed in place (Moffat and Katajainen, "In-place calculation of
 * minimum-redundancy codes", 1995), and where those are longer than allowed, the best of limited length by package-merge
 * (Larmore and Hirschberg, "A fast algorithm for optimal length-limited Huffman codes", 1990).
 */

/**
 * Finds code lengths of `count` symbols from their `counts`; symbols that never come get 0.
 * @param limit longest length, with 2^limit at least the number of symbols that come
 * @param lengths result, of 0..limit. A single symbol gets length 1; without any, all are 0
 */
export function codeLengths(
  counts: Int32Array,
  count: number,
  limit: number,
  lengths: Uint8Array,
): void {
  const keys = new Float64Array(count);
  let used = 0;
  for (let symbol = 0; symbol < count; symbol++) {
    lengths[symbol] = 0;
    // Below 2^44: counts stay under 2^31, symbols under 2^9. Sorting by count, then symbol, makes the result definite.
    if (counts[symbol]! > 0) keys[used++] = counts[symbol]! * 512 + symbol;
  }
  if (used === 0) return;
  const sorted = keys.subarray(0, used).sort();
  const order = new Int32Array(used);
  const weights = new Float64Array(used);
  for (let i = 0; i < used; i++) {
    const weight = Math.floor(sorted[i]! / 512);
    order[i] = sorted[i]! - weight * 512;
    weights[i] = weight;
  }
  if (used === 1) {
    lengths[order[0]!] = 1;
    return;
  }
  minimumRedundancy(weights, used);
  if (weights[0]! > limit) packageMerge(counts, order, weights, limit);
  for (let i = 0; i < used; i++) lengths[order[i]!] = weights[i]!;
}

/** Replaces `n` rising weights, 2 or more, by the lengths of their codes: three passes over one array. */
function minimumRedundancy(a: Float64Array, n: number): void {
  // Left to right: parents take the places of the nodes that they join.
  a[0] = a[0]! + a[1]!;
  let root = 0;
  let leaf = 2;
  for (let next = 1; next < n - 1; next++) {
    if (leaf >= n || a[root]! < a[leaf]!) {
      a[next] = a[root]!;
      a[root++] = next;
    } else {
      a[next] = a[leaf++]!;
    }
    if (leaf >= n || (root < next && a[root]! < a[leaf]!)) {
      a[next] = a[next]! + a[root]!;
      a[root++] = next;
    } else {
      a[next] = a[next]! + a[leaf++]!;
    }
  }
  // Right to left: depths of the inner nodes.
  a[n - 2] = 0;
  for (let next = n - 3; next >= 0; next--) a[next] = a[a[next]!]! + 1;
  // Right to left: depths of the leaves.
  let available = 1;
  let inner = 0;
  let depth = 0;
  root = n - 2;
  let next = n - 1;
  while (available > 0) {
    while (root >= 0 && a[root] === depth) {
      inner++;
      root--;
    }
    while (available > inner) {
      a[next--] = depth;
      available--;
    }
    available = 2 * inner;
    depth++;
    inner = 0;
  }
}

/**
 * Package-merge over the n symbols of `order`; leaves lengths in `weights`. Each of `limit` lists merges the symbols with
 * pairs of the list before; a symbol's length is the number of times that the first 2n - 2 items of the last list hold it.
 */
function packageMerge(
  counts: Int32Array,
  order: Int32Array,
  weights: Float64Array,
  limit: number,
): void {
  const n = order.length;
  const leafWeights = Float64Array.from({ length: n }, (_, i) => counts[order[i]!]!);
  // isLeaf[level][item]: items of a list in order, whether each is a symbol or a package.
  const isLeaf: Uint8Array[] = [];
  let list = leafWeights;
  isLeaf.push(new Uint8Array(n).fill(1));
  for (let level = 1; level < limit; level++) {
    const packages = list.length >> 1;
    const merged = new Float64Array(n + packages);
    const kinds = new Uint8Array(n + packages);
    let leaf = 0;
    let pack = 0;
    for (let i = 0; i < merged.length; i++) {
      const weight =
        pack < packages ? list[2 * pack]! + list[2 * pack + 1]! : Number.POSITIVE_INFINITY;
      if (leaf < n && leafWeights[leaf]! <= weight) {
        merged[i] = leafWeights[leaf++]!;
        kinds[i] = 1;
      } else {
        merged[i] = weight;
        pack++;
      }
    }
    list = merged;
    isLeaf.push(kinds);
  }
  weights.fill(0, 0, n);
  let taken = 2 * n - 2;
  for (let level = limit - 1; level >= 0; level--) {
    let leaves = 0;
    for (let i = 0; i < taken; i++) leaves += isLeaf[level]![i]!;
    // Symbols come lightest first, so that those taken are the first ones.
    for (let i = 0; i < leaves; i++) weights[i] = weights[i]! + 1;
    taken = 2 * (taken - leaves);
  }
}
