/** The Huffman tables of a file as its scans decode with them. */
import { type HuffmanDecoder, huffmanDecoder } from './huffman.ts';
import type { PlacedTable } from './read-file.ts';

const NO_CODES: HuffmanDecoder = /* @__PURE__ */ huffmanDecoder(
  { counts: new Uint8Array(17), symbols: new Uint8Array(0) },
  0,
);

/** Decoding tables by the segment that defined them: scans that share a table share its look-ups. */
export class DecoderTables {
  private readonly decoders = new Map<PlacedTable, HuffmanDecoder>();

  /** The decoder of a table; one without codes where there is none. */
  decoderOf(placed: PlacedTable | undefined): HuffmanDecoder {
    if (placed === undefined) return NO_CODES;
    let decoder = this.decoders.get(placed);
    if (decoder === undefined) {
      decoder = huffmanDecoder(placed.table, placed.offset);
      this.decoders.set(placed, decoder);
    }
    return decoder;
  }
}
