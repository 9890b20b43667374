/**
 * Sectioning: which codebook each band uses, so that coefficients and section headers together take the fewest bits.
 *
 * A section is a run of bands with one codebook, and its header costs 7 or 9 bits, so that it often pays to code a band
 * with a neighbor's book that is not its own best. Found by dynamic programming over (band, codebook): keeping the
 * book costs the band's bits, changing it a header more. The bits of extra `sect_len_incr` words are left out of the
 * search (they are rare) but not out of the count.
 */
import {
  type ChannelStream,
  MAX_BANDS,
  SF_OFFSET,
  sectionLengthBits,
} from '../standard/channel-stream.ts';
import {
  countPairedBits,
  ESC_HCB,
  lowestBook,
  NOISE_HCB,
  ZERO_HCB,
} from '../standard/spectrum-coding.ts';
import { largestMagnitude } from './quantizer.ts';

const NUM_BOOKS = 12;
/** More bits than a frame can have; `MAX_BANDS` of them are below 2^31. */
const NEVER = 1 << 24;
/** Bits of four zeros in each book: codewords of zeros for two or four lines. */
const ZERO_LENGTHS: Int32Array = /* @__PURE__ */ Int32Array.from(
  { length: NUM_BOOKS },
  (_, book) => {
    if (book === 0) return 0;
    const both = countPairedBits(new Int32Array(4), 0, 4, book - ((book + 1) & 1));
    return book & 1 ? both & 0xffff : both >>> 16;
  },
);

/** Scratch of one channel; nothing lives across calls. */
export class SectionScratch {
  /** Bits of each band in each codebook that it may have. */
  readonly bandBits = new Int32Array(MAX_BANDS * NUM_BOOKS);
  /** The codebooks that each band may have: from this one to that of `highest`; 0 if it is all zeros. */
  readonly lowest = new Uint8Array(MAX_BANDS);
  readonly highest = new Uint8Array(MAX_BANDS);
  /** For each band and book: the book of the band before on the cheapest path. */
  readonly from = new Uint8Array(MAX_BANDS * NUM_BOOKS);
  readonly cost = new Int32Array(NUM_BOOKS);
}

/**
 * Sets `stream.codebook` of all bands whose book is a spectrum book (noise and intensity bands are kept), from
 * `stream.quantized`. Returns the bits of the spectral data.
 */
export function chooseCodebooks(stream: ChannelStream, scratch: SectionScratch): number {
  const { max_sfb, numWindowGroups, window_sequence } = stream.info;
  const header = 4 + sectionLengthBits(window_sequence);
  let bits = 0;
  for (let g = 0; g < numWindowGroups; g++) {
    const base = g * max_sfb;
    for (let sfb = 0; sfb < max_sfb; ) {
      if (stream.codebook[base + sfb] >= NOISE_HCB) {
        sfb++;
        continue;
      }
      let end = sfb;
      while (end < max_sfb && stream.codebook[base + end] < NOISE_HCB) {
        countBand(stream, base + end, header, scratch);
        end++;
      }
      bits += chooseInRun(stream, base + sfb, base + end, header, scratch);
      sfb = end;
    }
  }
  return bits;
}

/**
 * Fills the row of `band` in `scratch.bandBits`, and sets the books that it may have; `header` is the bits of a section's.
 */
function countBand(
  stream: ChannelStream,
  band: number,
  header: number,
  scratch: SectionScratch,
): void {
  const start = stream.bandOffset[band];
  const count = stream.bandOffset[band + 1] - start;
  const row = band * NUM_BOOKS;
  const rows = scratch.bandBits;
  const lowest = lowestBook(largestMagnitude(stream.quantized, start, count));
  scratch.lowest[band] = lowest;
  scratch.highest[band] = ESC_HCB;
  if (lowest === 0) {
    rows[row] = 0;
    // A band of zeros in a book of values has a scale factor all the same: one bit, the same as before.
    for (let book = 1; book < NUM_BOOKS; book++) {
      rows[row + book] = (count >> 2) * ZERO_LENGTHS[book] + 1;
    }
    return;
  }
  let least = NEVER;
  for (let book = lowest; book < ESC_HCB; book += 2) {
    const both = countPairedBits(stream.quantized, start, count, book);
    const low = both & 0xffff;
    const high = both >>> 16;
    rows[row + book] = low;
    rows[row + book + 1] = high;
    scratch.highest[band] = book + 1;
    const cheaper = low < high ? low : high;
    // Books for larger values cost more and more; what both neighbors' headers cost is all that they can save.
    if (cheaper > least + 2 * header) return;
    if (cheaper < least) least = cheaper;
  }
  if (lowest >= 7) {
    rows[row + ESC_HCB] = countPairedBits(stream.quantized, start, count, ESC_HCB) & 0xffff;
    scratch.highest[band] = ESC_HCB;
  }
}

/**
 * Viterbi search over the bands `first` to `end` - 1, all of one group. Sets their codebooks and returns their bits.
 * A band looks at its own books only, half of them on average.
 */
function chooseInRun(
  stream: ChannelStream,
  first: number,
  end: number,
  header: number,
  scratch: SectionScratch,
): number {
  const { bandBits, from, cost, lowest, highest } = scratch;
  cost.fill(NEVER);
  let best = lowest[first];
  for (let book = lowest[first]; book <= highest[first]; book++) {
    cost[book] = bandBits[first * NUM_BOOKS + book] + header;
    if (cost[book] < cost[best]) best = book;
  }
  for (let band = first + 1; band < end; band++) {
    const row = band * NUM_BOOKS;
    const before = best;
    const changed = cost[before] + header;
    const low = lowest[band];
    const high = highest[band];
    let least = 2 * NEVER;
    for (let book = low; book <= high; book++) {
      let total = cost[book];
      from[row + book] = book;
      if (total > changed) {
        total = changed;
        from[row + book] = before;
      }
      total += bandBits[row + book];
      cost[book] = total;
      if (total < least) {
        least = total;
        best = book;
      }
    }
    // Books that this band cannot have: the next one gets there by a new section.
    for (let book = lowest[band - 1]; book < low; book++) cost[book] = NEVER;
    for (let book = highest[band - 1]; book > high; book--) cost[book] = NEVER;
  }
  let book = best;
  let bits = 0;
  for (let band = end - 1; band >= first; band--) {
    stream.codebook[band] = book;
    const isZero = lowest[band] === 0;
    bits += bandBits[band * NUM_BOOKS + book] - (isZero && book !== ZERO_HCB ? 1 : 0);
    book = from[band * NUM_BOOKS + book];
  }
  return bits;
}

/**
 * Gives bands of zeros that lie in a section of values the scale factor of the band before them (or, at the start, of the
 * first that has one), so that it costs one bit; and sets `global_gain` to the first scale factor.
 */
export function completeScaleFactors(stream: ChannelStream, scratch: SectionScratch): void {
  let last = -1;
  let waiting = 0;
  for (let band = 0; band < stream.numBands; band++) {
    if (!isSpectrumBook(stream.codebook[band])) continue;
    if (scratch.lowest[band] !== 0) {
      last = stream.scaleFactor[band];
      for (; waiting < band; waiting++) {
        if (isSpectrumBook(stream.codebook[waiting])) stream.scaleFactor[waiting] = last;
      }
      waiting = band + 1;
    } else if (last >= 0) {
      stream.scaleFactor[band] = last;
      waiting = band + 1;
    }
  }
  let first = 0;
  while (first < stream.numBands && !isSpectrumBook(stream.codebook[first])) first++;
  stream.global_gain = first < stream.numBands ? stream.scaleFactor[first] : SF_OFFSET;
}

/** Whether `book` is one whose bands have a scale factor of the quantizer. */
export function isSpectrumBook(book: number): boolean {
  return book > ZERO_HCB && book < NOISE_HCB;
}
