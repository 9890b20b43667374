/** Strips and tiles: each is expanded some rows at a time, and its samples are put where they belong, one element each. */
import { FormatError } from '../../base/errors.ts';
import type { Raster } from '../../frames/index.ts';
import type { Layout } from './layout.ts';
import { openExpander } from './standard/compression.ts';
import { placeUnitRow, unitBytes } from './ycbcr.ts';

/** Samples of the picture as the file has them, `samples` for each pixel. */
type Stored = Raster['data'];

/** A strip or tile that is read from its first row on. */
export interface Segment {
  /** Puts the next `count` rows into `stored`, from its first row on. Where pixels share Cb and Cr, `count` is a multiple but at the end. */
  read(count: number, stored: Stored): void;
  /** Reads what is left. Throws `FormatError` if the end is not what it should be. */
  end(): void;
}

/** Bytes that are expanded at a time where a strip or tile is read alone. */
const BAND_BYTES = 1 << 18;

/** Memory for rows of the picture. */
export function allocateSamples({ width, samples, bits }: Layout, rows: number): Stored {
  const length = width * rows * samples;
  return bits === 16 ? new Uint16Array(length) : new Uint8Array(length);
}

/** How many strips or tiles lie beside each other, and one behind the other for planes. */
export function segmentsOfLine({ width, segmentWidth, isPlanar, samples }: Layout): number {
  return Math.ceil(width / segmentWidth) * (isPlanar ? samples : 1);
}

/** The strips or tiles beside each other whose first row is `y`, each of them when it is asked for. */
function* segmentsAt(layout: Layout, bytes: Uint8Array, y: number): Generator<Segment> {
  const { segmentWidth, segmentHeight, isPlanar, samples } = layout;
  const across = Math.ceil(layout.width / segmentWidth);
  const down = Math.ceil(layout.height / segmentHeight);
  const first = (y / segmentHeight) * across;
  for (let plane = 0; plane < (isPlanar ? samples : 1); plane++) {
    for (let i = 0; i < across; i++) {
      const index = plane * across * down + first + i;
      yield openSegment(layout, bytes, index, { x: i * segmentWidth, y, plane });
    }
  }
}

/** All of these at once. */
export function openLine(layout: Layout, bytes: Uint8Array, y: number): readonly Segment[] {
  return [...segmentsAt(layout, bytes, y)];
}

/** Reads all of these one after the other into `stored`, whose first row is `y` of the picture. */
export function readLine(layout: Layout, bytes: Uint8Array, y: number, stored: Stored): void {
  const { width, samples, segmentWidth, segmentHeight, bits, subsampling } = layout;
  const rowBytes = Math.ceil((segmentWidth * samples * bits) / 8) * subsampling[1];
  const most = Math.max(1, Math.floor(BAND_BYTES / rowBytes)) * subsampling[1];
  const rows = Math.min(segmentHeight, layout.height - y);
  for (const segment of segmentsAt(layout, bytes, y)) {
    for (let row = 0; row < rows; row += most) {
      segment.read(Math.min(most, rows - row), stored.subarray(row * width * samples));
    }
    segment.end();
  }
}

/** Where a strip or tile lies in the picture. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly plane: number;
}

function openSegment(layout: Layout, bytes: Uint8Array, index: number, place: Place): Segment {
  const { segmentWidth, segmentHeight, samples, bits, isPlanar, subsampling } = layout;
  const offset = layout.offsets[index]!;
  if (offset > bytes.length) {
    throw new FormatError('tiff.strip', `lies at ${offset} of ${bytes.length} bytes`, offset);
  }
  const isShared = subsampling[0] * subsampling[1] > 1;
  const rowBytes = Math.ceil((segmentWidth * (isPlanar ? 1 : samples) * bits) / 8);
  const lengthOf = (rows: number) =>
    isShared ? unitBytes(subsampling, segmentWidth, rows) : rowBytes * rows;
  const rows = layout.isTiled ? segmentHeight : Math.min(segmentHeight, layout.height - place.y);
  const packed = bytes.subarray(offset, offset + layout.byteCounts[index]!);
  const expander = openExpander(layout.compression, packed, lengthOf(rows), offset);
  let memory = new Uint8Array(0);
  return {
    read(count, stored) {
      const length = lengthOf(count);
      if (memory.length < length) memory = new Uint8Array(length);
      const expanded = memory.subarray(0, length);
      // Bytes that are missing at the end are 0, as other readers have them.
      expanded.fill(0, expander.read(expanded));
      for (let row = 0; row < count; row++) {
        if (isShared) placeUnitRow(layout, expanded, row, place.x, stored);
        else placeRow(layout, expanded, row, rowBytes, place, stored);
      }
    },
    end: () => expander.end(),
  };
}

/** One row of a segment: samples are unpacked, the highest bits first, and differences added up (TIFF clause 14). */
function placeRow(
  layout: Layout,
  bytes: Uint8Array,
  row: number,
  rowBytes: number,
  { x, plane }: Place,
  stored: Stored,
): void {
  const { width, samples, bits, isPlanar } = layout;
  const perPixel = isPlanar ? 1 : samples;
  const count = Math.min(layout.segmentWidth, width - x) * perPixel;
  const step = samples / perPixel;
  const to = (row * width + x) * samples + plane;
  const packed = bytes.subarray(row * rowBytes, (row + 1) * rowBytes);
  if (bits === 8 && step === 1) stored.set(packed.subarray(0, count), to);
  else if (bits === 8) spread(packed, count, stored, to, step);
  else if (bits === 16) unpackDeep(packed, count, layout.littleEndian, stored, to, step);
  else unpackBits(packed, count, bits, stored, to, step);
  if (layout.hasDifferences) addDifferences(stored, to, count, step, perPixel);
}

/** Samples of 8 bits, every `step` elements one. */
function spread(packed: Uint8Array, count: number, stored: Stored, start: number, step: number) {
  for (let i = 0, to = start; i < count; i++, to += step) stored[to] = packed[i]!;
}

function unpackDeep(
  packed: Uint8Array,
  count: number,
  littleEndian: boolean,
  stored: Stored,
  start: number,
  step: number,
): void {
  const [low, high] = littleEndian ? [0, 1] : [1, 0];
  for (let i = 0, to = start; i < count; i++, to += step) {
    stored[to] = packed[2 * i + low!]! | (packed[2 * i + high!]! << 8);
  }
}

function unpackBits(
  packed: Uint8Array,
  count: number,
  bits: number,
  stored: Stored,
  start: number,
  step: number,
): void {
  const mask = 2 ** bits - 1;
  for (let i = 0, to = start; i < count; i++, to += step) {
    const bit = i * bits;
    stored[to] = (packed[bit >> 3]! >> (8 - bits - (bit & 7))) & mask;
  }
}

/** Each sample of a row but those of its first pixel is the difference to that of the pixel before; elements take what they hold. */
function addDifferences(
  stored: Stored,
  start: number,
  count: number,
  step: number,
  perPixel: number,
): void {
  const back = step * perPixel;
  for (let i = perPixel, to = start + back; i < count; i++, to += step) {
    stored[to] = stored[to]! + stored[to - back]!;
  }
}
