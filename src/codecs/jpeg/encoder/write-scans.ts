/** Writes the blocks of a picture as a file: baseline with given or best tables, or progressive by the best script. */
import type { Frame } from '../standard/frame.ts';
import type { HuffmanTable } from '../standard/huffman.ts';
import type { ComponentBlocks } from './block-store.ts';
import { type FileHead, writeEnd, writeHead, writeScanHead } from './file-writer.ts';
import { ALL_ROWS, type RowSample, ScanCoder, type ScanPlan } from './scan-coder.ts';
import { ScriptSearch, sequentialScript, smallest } from './scan-script.ts';
import { EntropyWriter, SymbolCounter } from './symbol-sinks.ts';

/** How scans are chosen. `smallest`: progressive, or baseline where that takes fewer bytes (tiny pictures). */
export type ScanMode = 'baseline' | 'progressive' | 'smallest';

/** Blocks of luma from which on the script is chosen by a sample of rows. */
const SAMPLE_FROM = 8192;
/** Rows of the sample that are coded together, and how many such groups there are at least. */
const SAMPLE_TOGETHER = 4;
const SAMPLE_GROUPS = 8;

/** The rows by which scripts are compared: all of small pictures. Choice: no measurable loss, and 5 times the speed on 12 megapixels. */
function sampleOf(frame: Frame): RowSample {
  const { blocksWide, blocksHigh } = frame.components[0]!;
  if (blocksWide * blocksHigh <= SAMPLE_FROM) return ALL_ROWS;
  const wanted = Math.max(SAMPLE_FROM / blocksWide, SAMPLE_TOGETHER * SAMPLE_GROUPS);
  const distance = Math.floor((frame.mcusHigh * SAMPLE_TOGETHER) / wanted);
  return distance <= SAMPLE_TOGETHER ? ALL_ROWS : { together: SAMPLE_TOGETHER, distance };
}

/**
 * The file with `blocks`. `head.frame.isProgressive` is ignored: `mode` decides.
 * @param exact whether scripts are compared over all rows, whatever the size
 */
export function writeFile(
  head: FileHead,
  blocks: readonly ComponentBlocks[],
  mode: ScanMode,
  exact: boolean,
): Uint8Array<ArrayBuffer> {
  const { frame } = head;
  const coder = new ScanCoder(frame, blocks, head.restartInterval, new SymbolCounter());
  const scans = chooseScans(frame, coder, mode, exact);
  const isProgressive = scans[0]!.spectralEnd === 0;
  const w = new EntropyWriter();
  writeHead(w, { ...head, frame: { ...frame, isProgressive } });
  const inForce: (HuffmanTable | undefined)[] = [];
  for (const plan of scans) {
    const counter = new SymbolCounter();
    coder.codeScan(plan, counter);
    const tables = counter.tables();
    writeScanHead(w, frame, plan, tables, inForce);
    w.beginScan(tables);
    coder.codeScan(plan, w);
    w.endScan();
  }
  writeEnd(w);
  return w.toBytes();
}

function chooseScans(
  frame: Frame,
  coder: ScanCoder,
  mode: ScanMode,
  exact: boolean,
): readonly ScanPlan[] {
  const sequential = sequentialScript(frame);
  if (mode === 'baseline') return sequential;
  const search = new ScriptSearch(frame, coder, exact ? ALL_ROWS : sampleOf(frame));
  const options = [search.best()];
  if (exact) options.push(search.conventional());
  if (mode === 'smallest') {
    options.push({ scans: sequential, bytes: search.bytesOf(sequential[0]!) });
  }
  return smallest(options).scans;
}
