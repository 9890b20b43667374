/**
 * Tells an inspector what a JPEG file consists of that is already there, whoever wrote it: its scans, the levels of its blocks, and the bits of
 * each. What the levels were before they were rounded is not known.
 */
import { requireLimits } from './decoder.ts';
import type { JpegInspector } from './encoder/inspector.ts';
import { segmentsOf } from './inspect.ts';
import { DecoderTables } from './standard/decoder-tables.ts';
import type { Frame } from './standard/frame.ts';
import { DHT, SOS } from './standard/markers.ts';
import { type JpegFile, readFile, type Scan } from './standard/read-file.ts';
import { type BandLayout, bandLayout, ScanDecoder } from './standard/scan-decoder.ts';
import { ZIGZAG } from './standard/zigzag.ts';

/** Most pixels of a file that is looked at: all its coefficients are held. */
const MAX_PIXELS = 2 ** 26;

/** Tells of a whole file. Throws as `decodeJpeg` does. */
export function watchJpeg(bytes: Uint8Array, inspector: JpegInspector): void {
  const file = readFile(bytes, requireLimits('jpeg.limits', { maxPixels: MAX_PIXELS }));
  const { frame, scans } = file;
  const layout = bandLayout(frame);
  const coefficients = new Int16Array(layout.size * frame.mcusHigh);
  const masks = new Int32Array(frame.isProgressive ? coefficients.length >> 5 : 0);
  inspector.picture(frame, file.quantization);
  let at = headEnd(bytes);
  inspector.part('head', at);
  const tables = new DecoderTables();
  for (const scan of scans) {
    const { spectralStart, spectralEnd, approximationHigh, approximationLow, start, end } = scan;
    const isWhole = !frame.isProgressive;
    inspector.scan(
      {
        components: scan.components.map(({ index }) => index),
        spectralStart: isWhole ? 0 : spectralStart,
        spectralEnd: isWhole ? 63 : spectralEnd,
        ...{ approximationHigh, approximationLow },
      },
      start - at,
    );
    watchScan(file, scan, tables, layout, coefficients, masks, inspector);
    at = end;
  }
  inspector.part('end', bytes.length - at);
  tellBlocks(frame, layout, coefficients, inspector);
}

/** Where the tables of the first scan begin, or its header where none stand before it. */
function headEnd(bytes: Uint8Array): number {
  let end = -1;
  for (const { marker, start } of segmentsOf(bytes)) {
    if (marker !== DHT && marker !== SOS) end = -1;
    else if (end < 0) end = start;
    if (marker === SOS) break;
  }
  return end;
}

/** Decodes a scan, and tells of the bits of its blocks. */
function watchScan(
  { bytes, frame }: JpegFile,
  scan: Scan,
  tables: DecoderTables,
  layout: BandLayout,
  coefficients: Int16Array,
  masks: Int32Array,
  inspector: JpegInspector,
): void {
  const decoder = new ScanDecoder(bytes, frame, scan, tables);
  const end = 8 * scan.end;
  let before = 8 * scan.start;
  let band = 0;
  // The last block waits: what is left of the scan is its own, but for the bits that fill the last byte.
  let waiting: readonly [index: number, row: number, column: number, bits: number] | null = null;
  decoder.watch((at, slot, bits) => {
    if (waiting !== null) inspector.blockBits(...waiting);
    const { index } = scan.components[slot]!;
    const { v, paddedBlocksWide } = frame.components[index]!;
    const place = (at - layout.starts[index]!) / 64;
    const row = band * v + Math.floor(place / paddedBlocksWide);
    waiting = [index, row, place % paddedBlocksWide, bits - before];
    before = bits;
  });
  const maskSize = frame.isProgressive ? layout.size >> 5 : 0;
  for (; band < frame.mcusHigh; band++) {
    decoder.decodeBand(
      band,
      coefficients.subarray(band * layout.size, (band + 1) * layout.size),
      masks.subarray(band * maskSize, (band + 1) * maskSize),
    );
  }
  // Padding of ones may make a last byte FF, behind which a zero is stuffed.
  const rest = end - before;
  const padding = rest < 16 ? rest : rest & 7;
  if (waiting !== null) {
    const [index, row, column, bits]: readonly number[] = waiting;
    inspector.blockBits(index!, row!, column!, bits! + rest - padding);
  }
  inspector.scanEnd(padding);
}

/** Tells of the levels of all blocks, which were the nearest for all that is known. */
function tellBlocks(
  frame: Frame,
  { starts, size }: BandLayout,
  coefficients: Int16Array,
  inspector: JpegInspector,
): void {
  const levels = new Int16Array(64);
  for (const [index, component] of frame.components.entries()) {
    const { v, blocksWide, blocksHigh, paddedBlocksWide } = component;
    for (let row = 0; row < blocksHigh; row++) {
      const first = Math.floor(row / v) * size + starts[index]! + 64 * (row % v) * paddedBlocksWide;
      for (let column = 0; column < blocksWide; column++) {
        const at = first + 64 * column;
        for (let k = 0; k < 64; k++) levels[k] = coefficients[at + ZIGZAG[k]!]!;
        inspector.block(index, row, column, coefficients, at, levels);
      }
    }
  }
}
