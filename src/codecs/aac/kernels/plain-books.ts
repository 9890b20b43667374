/** The kernel `chooseBooks` of contract.ts over typed arrays. */
import {
  countPairedBits,
  ESC_HCB,
  lowestBook,
  ZERO_HCB,
  ZERO_LENGTHS,
} from '../standard/spectrum-coding.ts';
import {
  BAND_BITS,
  BAND_OFFSET,
  BOOK_BEFORE,
  BOOK_COST,
  CODEBOOK,
  HIGHEST_BOOK,
  LOWEST_BOOK,
  NEVER,
  NUM_BOOKS,
  QUANTIZED,
  type SearchKernels,
} from './contract.ts';

/** The kernel over `buffer`. */
export function plainChooseBooks(buffer: ArrayBuffer): SearchKernels['chooseBooks'] {
  const words = new Int32Array(buffer);
  const halves = new Int16Array(buffer);
  const bytes = new Uint8Array(buffer);
  const cost = new Int32Array(buffer, BOOK_COST, NUM_BOOKS);

  function largestMagnitude(pos: number, count: number): number {
    let largest = 0;
    for (let i = pos; i < pos + count; i++) largest = Math.max(largest, Math.abs(words[i]));
    return largest;
  }

  /** Fills the row of `band` in `BAND_BITS`, and sets the books that it may have; `header` is the bits of a section's. */
  function countBand(channel: number, band: number, header: number): void {
    const first = halves[(channel + BAND_OFFSET) / 2 + band];
    const count = halves[(channel + BAND_OFFSET) / 2 + band + 1] - first;
    const start = (channel + QUANTIZED) / 4 + first;
    const row = BAND_BITS / 4 + band * NUM_BOOKS;
    const lowest = lowestBook(largestMagnitude(start, count));
    bytes[channel + LOWEST_BOOK + band] = lowest;
    bytes[HIGHEST_BOOK + band] = ESC_HCB;
    if (lowest === 0) {
      words[row] = 0;
      // A band of zeros in a book of values has a scale factor all the same: one bit, the same as before.
      for (let book = 1; book < NUM_BOOKS; book++) {
        words[row + book] = (count >> 2) * ZERO_LENGTHS[book] + 1;
      }
      return;
    }
    let least = NEVER;
    for (let book = lowest; book < ESC_HCB; book += 2) {
      const both = countPairedBits(words, start, count, book);
      const low = both & 0xffff;
      const high = both >>> 16;
      words[row + book] = low;
      words[row + book + 1] = high;
      bytes[HIGHEST_BOOK + band] = book + 1;
      const cheaper = Math.min(low, high);
      // Books for larger values cost more and more; what both neighbors' headers cost is all that they can save.
      if (cheaper > least + 2 * header) return;
      least = Math.min(least, cheaper);
    }
    if (lowest >= 7) {
      words[row + ESC_HCB] = countPairedBits(words, start, count, ESC_HCB) & 0xffff;
      bytes[HIGHEST_BOOK + band] = ESC_HCB;
    }
  }

  /** Finds the cheapest path through the books of the bands `first` to `end` - 1; returns the book of the last. */
  function searchBooks(channel: number, first: number, end: number, header: number): number {
    let best = 0;
    let least = 0;
    cost.fill(NEVER);
    for (let band = first; band < end; band++) {
      const row = band * NUM_BOOKS;
      const before = best;
      const changed = least + header;
      const low = bytes[channel + LOWEST_BOOK + band];
      const high = bytes[HIGHEST_BOOK + band];
      least = 2 * NEVER;
      for (let book = 0; book < NUM_BOOKS; book++) {
        // A book that this band cannot have: the next one gets there by a new section.
        if (book < low || book > high) {
          cost[book] = NEVER;
          continue;
        }
        const isChanged = cost[book] > changed;
        bytes[BOOK_BEFORE + row + book] = isChanged ? before : book;
        cost[book] = (isChanged ? changed : cost[book]) + words[BAND_BITS / 4 + row + book];
        if (cost[book] < least) {
          least = cost[book];
          best = book;
        }
      }
    }
    return best;
  }

  return (channel, first, end, header) => {
    for (let band = first; band < end; band++) countBand(channel, band, header);
    let book = searchBooks(channel, first, end, header);
    let bits = 0;
    for (let band = end - 1; band >= first; band--) {
      const row = band * NUM_BOOKS;
      bytes[channel + CODEBOOK + band] = book;
      bits += words[BAND_BITS / 4 + row + book];
      if (bytes[channel + LOWEST_BOOK + band] === 0 && book !== ZERO_HCB) bits--;
      book = bytes[BOOK_BEFORE + row + book];
    }
    return bits;
  };
}
