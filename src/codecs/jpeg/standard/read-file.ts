/**
 * The marker segments of a file (T.81 annex B): everything but the entropy-coded data, whose place is noted scan by scan. Nothing is
 * decoded yet, and no memory is taken that grows with the size of the picture.
 */
import { FormatError, UnsupportedError } from '../../../base/errors.ts';
import { type ComponentHeader, createFrame, type Frame } from './frame.ts';
import type { HuffmanTable } from './huffman.ts';
import {
  APP0,
  APP15,
  COM,
  DAC,
  DHT,
  DNL,
  DQT,
  DRI,
  EOI,
  JPG,
  RST0,
  RST7,
  SOF0,
  SOF1,
  SOF2,
  SOF15,
  SOI,
  SOS,
  standsAlone,
} from './markers.ts';
import { SpectralProgress } from './progress.ts';
import { ZIGZAG } from './zigzag.ts';

/** Limits that a file must keep. Each is checked before memory is taken. */
export interface JpegLimits {
  /** Width times height. Default 2^28. */
  readonly maxPixels: number;
  /** Scans of a progressive file. Default 1000; encoders write about ten. */
  readonly maxScans: number;
}

/** A Huffman table with the place it was defined at. */
export interface PlacedTable {
  readonly table: HuffmanTable;
  readonly offset: number;
}

/** A component of a scan, with the tables that were in force when the scan began. */
export interface ScanComponent {
  /** Index in the frame's components. */
  readonly index: number;
  /** The tables of Td_j and Ta_j; undefined where no such table was defined. */
  readonly dc: PlacedTable | undefined;
  readonly ac: PlacedTable | undefined;
}

/** A scan header (T.81 clause B.2.3) and the place of its entropy-coded data. */
export interface Scan {
  readonly components: readonly ScanComponent[];
  /** Ss, Se, Ah, Al. */
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly approximationHigh: number;
  readonly approximationLow: number;
  /** R_i in MCUs, 0 for none (clause B.2.4.4). */
  readonly restartInterval: number;
  /** The entropy-coded data, restart markers included, lie at `start..end - 1`. */
  readonly start: number;
  readonly end: number;
}

/** An application or comment segment: its marker's second byte, and its content as a view of the file. */
export interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
  /** Offset of `data` in the file. */
  readonly offset: number;
}

/** A file as its markers tell it. */
export interface JpegFile {
  readonly bytes: Uint8Array;
  readonly frame: Frame;
  readonly scans: readonly Scan[];
  /** Component of the frame => quantization steps in raster order, as they were when its first scan began. */
  readonly quantization: readonly Int16Array[];
  /** APPn and COM segments in order. */
  readonly segments: readonly Segment[];
}

interface FrameHeader {
  readonly offset: number;
  readonly isProgressive: boolean;
  readonly width: number;
  height: number;
  readonly components: readonly ComponentHeader[];
}

/** Reads the segments of one file, in order. */
class SegmentReader {
  readonly bytes: Uint8Array;
  readonly limits: JpegLimits;
  position = 0;
  header: FrameHeader | undefined;
  frame: Frame | undefined;
  readonly quantTables: (Int16Array | undefined)[] = [undefined, undefined, undefined, undefined];
  /** Index: 4 * Tc + Th. */
  readonly huffmanTables: (PlacedTable | undefined)[] = new Array(8).fill(undefined);
  restartInterval = 0;
  readonly scans: Scan[] = [];
  readonly segments: Segment[] = [];
  readonly quantization: (Int16Array | undefined)[] = [];
  progress: SpectralProgress | undefined;

  constructor(bytes: Uint8Array, limits: JpegLimits) {
    this.bytes = bytes;
    this.limits = limits;
  }

  fail(where: string, detail: string, offset = this.position): never {
    throw new FormatError(`jpeg.${where}`, detail, offset);
  }

  u8(at: number): number {
    if (at >= this.bytes.length) this.fail('file', 'the file ends within a segment', at);
    return this.bytes[at]!;
  }

  u16(at: number): number {
    return (this.u8(at) << 8) | this.u8(at + 1);
  }

  /** The next marker; fill bytes before it are skipped (clause B.1.1.2). */
  nextMarker(): number {
    const { bytes } = this;
    if (this.position >= bytes.length)
      this.fail('file', 'the file ends before EOI (T.81 clause B.2.1)');
    if (bytes[this.position] !== 0xff)
      this.fail('file', 'a marker was expected (T.81 clause B.1.1.2)');
    while (this.position < bytes.length && bytes[this.position] === 0xff) this.position++;
    if (this.position >= bytes.length)
      this.fail('file', 'the file ends before EOI (T.81 clause B.2.1)');
    return bytes[this.position++]!;
  }

  /** The end of the segment that begins at `position`: its length counts the two bytes of the length itself. */
  segmentEnd(name: string): number {
    const length = this.u16(this.position);
    const end = this.position + length;
    if (length < 2 || end > this.bytes.length) {
      this.fail(name, `a segment of ${length} bytes does not fit in the file`);
    }
    return end;
  }
}

/**
 * Reads a file's markers from SOI to EOI (T.81 clause B.2). Bytes behind EOI are ignored.
 * Throws `FormatError` with the offset if the file breaks the standard, `UnsupportedError` for arithmetic coding, lossless and
 * hierarchical modes and samples of other than 8 bits.
 */
export function readFile(bytes: Uint8Array, limits: JpegLimits): JpegFile {
  const r = beginFile(bytes, limits);
  for (let marker = r.nextMarker(); marker !== EOI; marker = r.nextMarker()) {
    readSegment(r, marker);
  }
  const { frame } = r;
  if (frame === undefined || r.scans.length === 0) {
    return r.fail('file', 'the file has no scan (T.81 clause B.2.1)');
  }
  for (let i = 0; i < frame.components.length; i++) {
    if (r.quantization[i] === undefined) {
      r.fail('file', `component ${i} is coded in no scan (T.81 clause B.2.1)`);
    }
  }
  const quantization = r.quantization as Int16Array[];
  return { bytes: r.bytes, frame, scans: r.scans, quantization, segments: r.segments };
}

/** The frame of a file (T.81 clause B.2.2) and the segments before its first scan, whose data may be missing. Throws as `readFile` does. */
export function readHead(bytes: Uint8Array): Pick<JpegFile, 'frame' | 'segments'> {
  const r = beginFile(bytes, { maxPixels: Number.POSITIVE_INFINITY, maxScans: 1 });
  while (r.frame === undefined) {
    const marker = r.nextMarker();
    if (marker === EOI) r.fail('file', 'the file has no scan (T.81 clause B.2.1)');
    // A height of 0 stands behind the scan (clause B.2.5).
    if (marker === SOS) r.frame = startFrame(r, r.segmentEnd('SOS'));
    else readSegment(r, marker);
  }
  return { frame: r.frame, segments: r.segments };
}

function beginFile(bytes: Uint8Array, limits: JpegLimits): SegmentReader {
  // Copies of Node's Buffer by `slice` are none, and changing them would change the caller's file.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const r = new SegmentReader(plain, limits);
  if (bytes.length < 2 || bytes[0] !== 0xff || bytes[1] !== SOI) {
    r.fail('SOI', 'a JPEG file begins with FF D8 (T.81 clause B.2.1)', 0);
  }
  r.position = 2;
  return r;
}

/** Comments and application segments of one file: no camera or editor writes a thousandth of them. */
const MAX_SEGMENTS = 1 << 16;

function readSegment(r: SegmentReader, marker: number): void {
  if (standsAlone(marker)) r.fail('file', `marker FF ${hex(marker)} is out of place`);
  const name = `FF${hex(marker)}`;
  const end = r.segmentEnd(name);
  const start = r.position + 2;
  if (marker === SOS) {
    readScan(r, start, end);
    return;
  }
  if (marker === DQT) readQuantizationTables(r, start, end);
  else if (marker === DHT) readHuffmanTables(r, start, end);
  else if (marker === DRI) r.restartInterval = readSingle(r, 'DRI', start, end);
  else if (marker === DNL) readSingle(r, 'DNL', start, end);
  else if (marker === DAC) throw new UnsupportedError('jpeg.DAC', 'arithmetic coding');
  else if (marker >= SOF0 && marker <= SOF15 && marker !== JPG) readFrame(r, marker, start, end);
  else if (marker === COM || (marker >= APP0 && marker <= APP15)) {
    if (r.segments.length === MAX_SEGMENTS) r.fail(name, `comes after ${MAX_SEGMENTS} others`);
    r.segments.push({ marker, data: r.bytes.subarray(start, end), offset: start });
  }
  r.position = end;
}

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

/** DRI and DNL (clauses B.2.4.4, B.2.5): one number of 16 bits. */
function readSingle(r: SegmentReader, name: string, start: number, end: number): number {
  if (end - start !== 2) r.fail(name, `got ${end - start} bytes, needed are 2`);
  return r.u16(start);
}

/** Clause B.2.4.1. */
function readQuantizationTables(r: SegmentReader, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const Pq = r.bytes[at]! >> 4;
    const Tq = r.bytes[at]! & 15;
    if (Pq > 1 || Tq > 3) r.fail('DQT', `got Pq ${Pq}, Tq ${Tq}; allowed are 0..1 and 0..3`, at);
    at++;
    const size = 64 << Pq;
    if (at + size > end) r.fail('DQT', 'a table does not fit in its segment', at);
    const table = new Int16Array(64);
    for (let k = 0; k < 64; k++) {
      const step = Pq === 0 ? r.bytes[at + k]! : r.u16(at + 2 * k);
      if (step === 0) r.fail('DQT', 'a quantization step is 0 (T.81 clause B.2.4.1)', at);
      // Coefficients of 8-bit pictures have 12 bits: with a step above 2^15 - 1, only 0 makes sense.
      table[ZIGZAG[k]!] = Math.min(step, 0x7fff);
    }
    r.quantTables[Tq] = table;
    at += size;
  }
}

/** Clause B.2.4.2. */
function readHuffmanTables(r: SegmentReader, start: number, end: number): void {
  for (let at = start; at < end; ) {
    if (at + 17 > end) r.fail('DHT', 'a table does not fit in its segment', at);
    const Tc = r.bytes[at]! >> 4;
    const Th = r.bytes[at]! & 15;
    if (Tc > 1 || Th > 3) r.fail('DHT', `got Tc ${Tc}, Th ${Th}; allowed are 0..1 and 0..3`, at);
    const counts = r.bytes.slice(at, at + 17);
    counts[0] = 0;
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total > 256 || at + 17 + total > end) {
      r.fail('DHT', `a table of ${total} codes does not fit in its segment`, at);
    }
    const table = { counts, symbols: r.bytes.subarray(at + 17, at + 17 + total) };
    r.huffmanTables[4 * Tc + Th] = { table, offset: at };
    at += 17 + total;
  }
}

/** Clause B.2.2. */
function readFrame(r: SegmentReader, marker: number, start: number, end: number): void {
  if (marker !== SOF0 && marker !== SOF1 && marker !== SOF2) {
    throw new UnsupportedError(
      `jpeg.SOF${marker - SOF0}`,
      'only baseline, extended sequential and progressive Huffman coding are read (T.81 Table B.1)',
    );
  }
  if (r.header !== undefined) r.fail('SOF', 'a second frame header (T.81 clause B.2.1)', start);
  if (end - start < 6) r.fail('SOF', 'the segment is too short', start);
  const P = r.bytes[start]!;
  const Y = r.u16(start + 1);
  const X = r.u16(start + 3);
  const Nf = r.bytes[start + 5]!;
  if (P === 12) throw new UnsupportedError('jpeg.SOF', 'samples of 12 bits');
  if (P !== 8) r.fail('SOF', `got P ${P}, allowed is 8 (T.81 Table B.2)`, start);
  if (X === 0) r.fail('SOF', 'a width of 0 (T.81 Table B.2)', start + 3);
  if (Nf < 1 || Nf > 4) {
    throw new UnsupportedError('jpeg.SOF', `${Nf} components; 1 to 4 are read`);
  }
  if (end - start !== 6 + 3 * Nf) r.fail('SOF', `a wrong length for ${Nf} components`, start);
  const components: ComponentHeader[] = [];
  for (let at = start + 6; at < end; at += 3) {
    const id = r.bytes[at]!;
    const h = r.bytes[at + 1]! >> 4;
    const v = r.bytes[at + 1]! & 15;
    const quantTable = r.bytes[at + 2]!;
    if (h < 1 || h > 4 || v < 1 || v > 4 || quantTable > 3) {
      r.fail('SOF', `got H ${h}, V ${v}, Tq ${quantTable}; allowed are 1..4, 1..4, 0..3`, at);
    }
    if (components.some((c) => c.id === id)) r.fail('SOF', `component ${id} is there twice`, at);
    components.push({ id, h, v, quantTable });
  }
  r.header = { offset: start, isProgressive: marker === SOF2, width: X, height: Y, components };
}

/** Makes the frame when its first scan begins: its height may stand in a DNL segment after that scan (clause B.2.5). */
function startFrame(r: SegmentReader, scanData: number): Frame {
  const { header } = r;
  if (header === undefined)
    return r.fail('SOS', 'a scan before the frame header (T.81 clause B.2.1)');
  if (header.height === 0) {
    const at = entropyCodedEnd(r.bytes, scanData);
    if (r.bytes[at + 1] === DNL) header.height = r.u16(at + 4);
    if (header.height === 0) r.fail('SOF', 'a height of 0 without a DNL segment', header.offset);
  }
  const pixels = header.width * header.height;
  if (pixels > r.limits.maxPixels) {
    r.fail(
      'SOF',
      `${header.width}x${header.height} pixels are over the limit of ${r.limits.maxPixels}`,
      header.offset,
    );
  }
  const frame = createFrame(header.width, header.height, header.isProgressive, header.components);
  r.progress = new SpectralProgress(frame.components.length, header.isProgressive);
  return frame;
}

/** Clause B.2.3. */
function readScan(r: SegmentReader, start: number, end: number): void {
  r.frame ??= startFrame(r, end);
  const { frame } = r;
  if (r.scans.length >= r.limits.maxScans) {
    r.fail('SOS', `more scans than the limit of ${r.limits.maxScans}`, start);
  }
  const Ns = r.u8(start);
  if (Ns < 1 || Ns > 4 || end - start !== 4 + 2 * Ns) {
    r.fail('SOS', `a segment of wrong length for ${Ns} components`, start);
  }
  const components: ScanComponent[] = [];
  for (let j = 0; j < Ns; j++)
    components.push(readScanComponent(r, frame, components, start + 1 + 2 * j));
  const blocks = components.reduce((sum, { index }) => {
    const { h, v } = frame.components[index]!;
    return sum + h * v;
  }, 0);
  if (Ns > 1 && blocks > 10) r.fail('SOS', `an MCU of ${blocks} blocks (T.81 clause B.2.3)`, start);
  const parameters = start + 1 + 2 * Ns;
  const scan: Scan = {
    components,
    spectralStart: r.u8(parameters),
    spectralEnd: r.u8(parameters + 1),
    approximationHigh: r.u8(parameters + 2) >> 4,
    approximationLow: r.u8(parameters + 2) & 15,
    restartInterval: r.restartInterval,
    start: end,
    end: entropyCodedEnd(r.bytes, end),
  };
  for (const { index } of components) r.progress!.advance(index, scan, start);
  r.scans.push(scan);
  r.position = scan.end;
}

function readScanComponent(
  r: SegmentReader,
  frame: Frame,
  before: readonly ScanComponent[],
  at: number,
): ScanComponent {
  const id = r.u8(at);
  const index = frame.components.findIndex((c) => c.id === id);
  if (index < 0 || before.some((c) => c.index === index)) {
    r.fail('SOS', `component ${id} is not in the frame, or twice in the scan`, at);
  }
  const Td = r.u8(at + 1) >> 4;
  const Ta = r.u8(at + 1) & 15;
  if (Td > 3 || Ta > 3) r.fail('SOS', `got Td ${Td}, Ta ${Ta}; allowed are 0..3`, at + 1);
  if (r.quantization[index] === undefined) {
    const table = r.quantTables[frame.components[index]!.quantTable];
    if (table === undefined) r.fail('SOS', `component ${id} has no quantization table`, at);
    r.quantization[index] = table;
  }
  return { index, dc: r.huffmanTables[Td], ac: r.huffmanTables[4 + Ta] };
}

/** The first offset from `start` on at which a marker other than RSTm stands (clause B.1.1.5), or the end of the bytes. */
export function entropyCodedEnd(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) return bytes.length;
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && (next < RST0 || next > RST7)) return at;
  }
}
