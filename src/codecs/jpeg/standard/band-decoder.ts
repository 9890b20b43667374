/** All scans of a file, advancing together: the coefficients of one band after the other (see scan-decoder.ts). */
import { DecoderTables } from './decoder-tables.ts';
import type { JpegFile } from './read-file.ts';
import { type BandLayout, bandLayout, ScanDecoder } from './scan-decoder.ts';

/** Decodes the coefficients of a file, T.81 annexes F.2 and G.2, a band at a time. */
export class BandDecoder {
  readonly layout: BandLayout;
  private readonly scans: readonly ScanDecoder[];
  /** See `ScanDecoder.decodeBand`. */
  private readonly masks: Int32Array;

  constructor(file: JpegFile) {
    this.layout = bandLayout(file.frame);
    this.masks = new Int32Array(file.frame.isProgressive ? this.layout.size >> 5 : 0);
    const tables = new DecoderTables();
    this.scans = file.scans.map((scan) => new ScanDecoder(file.bytes, file.frame, scan, tables));
  }

  /**
   * Decodes band number `band` into `coefficients`, laid out as `layout` says. Bands are asked for in order, from 0 on. Throws
   * `FormatError` for broken data.
   */
  decode(band: number, coefficients: Int16Array): void {
    coefficients.fill(0);
    this.masks.fill(0);
    for (const scan of this.scans) scan.decodeBand(band, coefficients, this.masks);
  }
}
