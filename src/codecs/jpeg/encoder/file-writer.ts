/** A file from its parts: segments in the order of T.81 Figure B.2, then scans, each after the Huffman tables it uses. */
import type { Frame } from '../standard/frame.ts';
import type { HuffmanTable } from '../standard/huffman.ts';
import { DHT, DQT, DRI, EOI, SOF0, SOF1, SOF2, SOI, SOS } from '../standard/markers.ts';
import type { Segment } from '../standard/read-file.ts';
import { ZIGZAG } from '../standard/zigzag.ts';
import type { ScanPlan } from './scan-coder.ts';
import type { EntropyWriter } from './symbol-sinks.ts';

/** The parts of a file before its first scan. */
export interface FileHead {
  readonly frame: Frame;
  /** Quantization steps by destination Tq, 64 in raster order; undefined for destinations that no component uses. */
  readonly quantTables: readonly (Int16Array | undefined)[];
  readonly segments: readonly Segment[];
  /** MCUs, 0 for no restart markers. */
  readonly restartInterval: number;
}

/** Writes SOI, `segments`, DQT, SOF and DRI. Baseline files are marked so where T.81 Table B.5 allows it. */
export function writeHead(w: EntropyWriter, head: FileHead): void {
  const { frame, quantTables, segments, restartInterval } = head;
  w.append([0xff, SOI]);
  for (const { marker, data } of segments) writeSegment(w, marker, data);
  const tables: number[] = [];
  let isWide = false;
  quantTables.forEach((table, Tq) => {
    if (table === undefined) return;
    const Pq = table.some((step) => step > 255) ? 1 : 0;
    if (Pq === 1) isWide = true;
    tables.push((Pq << 4) | Tq);
    for (let k = 0; k < 64; k++) {
      const step = table[ZIGZAG[k]!]!;
      if (Pq === 1) tables.push(step >> 8);
      tables.push(step & 255);
    }
  });
  writeSegment(w, DQT, tables);
  writeFrameHeader(w, frame, isWide);
  if (restartInterval > 0) writeSegment(w, DRI, [restartInterval >> 8, restartInterval & 255]);
}

/** A marker segment with its length (T.81 clause B.1.1.4); `data` has at most 65533 bytes. */
function writeSegment(
  w: EntropyWriter,
  marker: number,
  data: Uint8Array | readonly number[],
): void {
  const length = data.length + 2;
  w.append([0xff, marker, length >> 8, length & 255]);
  w.append(data);
}

/** T.81 clause B.2.2. */
function writeFrameHeader(w: EntropyWriter, frame: Frame, isWide: boolean): void {
  const { width, height, components } = frame;
  const marker = frame.isProgressive ? SOF2 : isWide ? SOF1 : SOF0;
  const data = [8, height >> 8, height & 255, width >> 8, width & 255, components.length];
  for (const { id, h, v, quantTable } of components) data.push(id, (h << 4) | v, quantTable);
  writeSegment(w, marker, data);
}

/**
 * Writes DHT (T.81 clause B.2.4.2), as far as the scan's tables differ from those in force, and SOS (clause B.2.3).
 * @param tables by slot: the DC tables 0 and 1, then the AC tables
 * @param inForce tables that the file has defined so far, by slot; updated
 */
export function writeScanHead(
  w: EntropyWriter,
  frame: Frame,
  plan: ScanPlan,
  tables: readonly (HuffmanTable | undefined)[],
  inForce: (HuffmanTable | undefined)[],
): void {
  const defined: number[] = [];
  tables.forEach((table, slot) => {
    if (table === undefined || table === inForce[slot]) return;
    inForce[slot] = table;
    defined.push(((slot >> 1) << 4) | (slot & 1), ...table.counts.subarray(1), ...table.symbols);
  });
  if (defined.length > 0) writeSegment(w, DHT, defined);
  const data = [plan.components.length];
  for (const index of plan.components) {
    const destination = index === 0 ? 0 : 1;
    const Td = plan.spectralStart === 0 && plan.approximationHigh === 0 ? destination : 0;
    const Ta = plan.spectralEnd > 0 ? destination : 0;
    data.push(frame.components[index]!.id, (Td << 4) | Ta);
  }
  const { spectralStart, spectralEnd, approximationHigh, approximationLow } = plan;
  data.push(spectralStart, spectralEnd, (approximationHigh << 4) | approximationLow);
  writeSegment(w, SOS, data);
}

/** Ends the file (T.81 clause B.2.1). */
export function writeEnd(w: EntropyWriter): void {
  w.append([0xff, EOI]);
}
