/**
 * Sectioning: which codebook each band uses, so that coefficients and section headers together take the fewest bits.
 *
 * A section is a run of bands with one codebook, and its header costs 7 or 9 bits, so that it often pays to code a band
 * with a neighbor's book that is not its own best. Found by dynamic programming over (band, codebook): keeping the
 * book costs the band's bits, changing it a header more: a kernel (kernels/contract.ts). The bits of extra `sect_len_incr` words are
 * left out of the search (they are rare) but not out of the count.
 */
import { type ChannelStream, SF_OFFSET, sectionLengthBits } from '../standard/channel-stream.ts';
import { NOISE_HCB, ZERO_HCB } from '../standard/spectrum-coding.ts';
import type { ChannelSearch } from './band-cost.ts';

/**
 * Sets `stream.codebook` of all bands whose book is a spectrum book (noise and intensity bands are kept), from
 * `stream.quantized`, and `search.memory.lowestBook` of them. Returns the bits of the spectral data.
 */
export function chooseCodebooks(search: ChannelSearch, stream: ChannelStream): number {
  const { max_sfb, numWindowGroups, window_sequence } = stream.info;
  const { kernels } = search.shared;
  const header = 4 + sectionLengthBits(window_sequence);
  let bits = 0;
  for (let g = 0; g < numWindowGroups; g++) {
    const groupEnd = (g + 1) * max_sfb;
    for (let band = g * max_sfb; band < groupEnd; ) {
      let end = band;
      while (end < groupEnd && stream.codebook[end] < NOISE_HCB) end++;
      if (end > band) bits += kernels.chooseBooks(search.memory.position, band, end, header);
      band = end + 1;
    }
  }
  return bits;
}

/**
 * Gives bands of zeros that lie in a section of values the scale factor of the band before them (or, at the start, of the
 * first that has one), so that it costs one bit; and sets `global_gain` to the first scale factor.
 */
export function completeScaleFactors(search: ChannelSearch, stream: ChannelStream): void {
  const { lowestBook } = search.memory;
  let last = -1;
  let waiting = 0;
  for (let band = 0; band < stream.numBands; band++) {
    if (!isSpectrumBook(stream.codebook[band])) continue;
    if (lowestBook[band] !== 0) {
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
