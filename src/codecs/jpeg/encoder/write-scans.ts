/** Writes the blocks of a picture as a file: baseline with given or best tables, or progressive by the best script. */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Frame } from '../standard/frame.ts';
import type { HuffmanTable } from '../standard/huffman.ts';
import type { ComponentBlocks } from './block-store.ts';
import { type FileHead, writeEnd, writeHead, writeScanHead } from './file-writer.ts';
import { BlockMeter, type JpegInspector } from './inspector.ts';
import { ALL_ROWS, type RowSample, ScanCoder, type ScanPlan } from './scan-coder.ts';
import { ScanRunner } from './scan-runner.ts';
import { ScriptSearch, sequentialScript, smallest } from './scan-script.ts';
import { EntropyWriter, SymbolCounter } from './symbol-sinks.ts';

/** How scans are chosen. `smallest`: progressive, or baseline where that takes fewer bytes (tiny pictures). */
export type ScanMode = 'baseline' | 'progressive' | 'smallest';

/** Blocks of luma up to which scripts are compared over all rows; of larger pictures, about as many are a sample. */
const SAMPLE_BLOCKS = 1500;
/** Blocks of luma up to which baseline is tried: in larger pictures the tables of progressive scans have paid. */
const BASELINE_UP_TO = 1000;
/** Blocks of luma from which on kernels are worth their memory. */
const KERNELS_FROM = 64;
/** Rows of the sample that are coded together. */
const SAMPLE_TOGETHER = 2;

/** The rows by which scripts are compared. Choice: the files of 12 photos grow by less than 0.05 %, and the search is ten times as fast. */
function sampleOf(frame: Frame): RowSample {
  const { blocksWide, blocksHigh } = frame.components[0]!;
  const share = (blocksWide * blocksHigh) / SAMPLE_BLOCKS;
  const distance = Math.min(Math.floor(frame.mcusHigh / 3), Math.round(SAMPLE_TOGETHER * share));
  return distance <= SAMPLE_TOGETHER ? ALL_ROWS : { together: SAMPLE_TOGETHER, distance };
}

/**
 * The file with `blocks`. `head.frame.isProgressive` is ignored: `mode` decides.
 * @param exact whether scripts are compared over all rows, whatever the size
 * @param vectorKernels whether kernels code scans, to the same bytes
 */
export function writeFile(
  head: FileHead,
  blocks: readonly ComponentBlocks[],
  mode: ScanMode,
  exact: boolean,
  vectorKernels: VectorKernels,
  inspector: JpegInspector | null,
): Uint8Array<ArrayBuffer> {
  const { frame } = head;
  const isSmall = frame.components[0]!.blocksWide * frame.components[0]!.blocksHigh < KERNELS_FROM;
  const runner = isSmall || mode === 'baseline' ? null : ScanRunner.create(vectorKernels);
  const coder = new ScanCoder(frame, blocks, head.restartInterval, runner);
  const scans = chooseScans(frame, coder, mode, exact, inspector);
  const isProgressive = scans[0]!.spectralEnd === 0;
  const w = new EntropyWriter();
  const meter = inspector === null ? null : new BlockMeter(w, inspector);
  writeHead(w, { ...head, frame: { ...frame, isProgressive } });
  inspector?.part('head', w.byteLength);
  const inForce: (HuffmanTable | undefined)[] = [];
  for (const plan of scans) {
    const counter = new SymbolCounter();
    coder.codeScan(plan, counter);
    const tables = counter.tables();
    const before = w.byteLength;
    writeScanHead(w, frame, plan, tables, inForce);
    inspector?.scan(plan, w.byteLength - before);
    w.beginScan(tables);
    coder.codeScan(plan, w, ALL_ROWS, meter);
    if (meter !== null) meter.endScan();
    else w.endScan();
  }
  const end = w.byteLength;
  writeEnd(w);
  inspector?.part('end', w.byteLength - end);
  return w.toBytes();
}

function chooseScans(
  frame: Frame,
  coder: ScanCoder,
  mode: ScanMode,
  exact: boolean,
  inspector: JpegInspector | null,
): readonly ScanPlan[] {
  const sequential = sequentialScript(frame);
  if (mode === 'baseline') return sequential;
  const search = new ScriptSearch(frame, coder, exact ? ALL_ROWS : sampleOf(frame), exact);
  const options = [search.best()];
  inspector?.script('searched', options[0]!.bytes);
  if (exact) {
    const conventional = search.conventional();
    inspector?.script('conventional', conventional.bytes);
    options.push(conventional);
  }
  const { blocksWide, blocksHigh } = frame.components[0]!;
  if (mode === 'smallest' && (exact || blocksWide * blocksHigh <= BASELINE_UP_TO)) {
    const bytes = search.bytesOf(sequential[0]!);
    inspector?.script('sequential', bytes);
    options.push({ scans: sequential, bytes });
  }
  return smallest(options).scans;
}
