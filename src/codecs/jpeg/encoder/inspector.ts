/**
 * What can be watched while a JPEG file is written. All methods are called during the call that writes, with numbers and views that are
 * valid only then, and must not be changed. The file is the same with and without an inspector.
 */
import type { Frame } from '../standard/frame.ts';
import type { ScanPlan } from './scan-coder.ts';
import type { EntropyWriter } from './symbol-sinks.ts';

/** A script of scans that was compared with others. */
export type JpegScript = 'searched' | 'conventional' | 'sequential';

/** Watches whoever writes a file; pass it as option `inspect`. */
export interface JpegInspector {
  /** A picture of that frame begins; `steps` has the quantization steps of each component, 64 in raster order. */
  picture(frame: Frame, steps: readonly Int16Array[]): void;
  /**
   * The levels of a block are decided.
   * @param real 64 coefficients in raster order from `at` on, in units of their quantization steps
   * @param levels what is written, 64 in zig-zag order
   */
  block(
    component: number,
    row: number,
    column: number,
    real: Float32Array | Int16Array,
    at: number,
    levels: Int16Array,
  ): void;
  /** Scripts were compared; the file would have about `bytes` bytes of scans by this one. */
  script(script: JpegScript, bytes: number): void;
  /** `head` or `end` of the file, in `bytes` bytes. */
  part(name: string, bytes: number): void;
  /** A scan begins after `headBytes` bytes of its tables and header. */
  scan(plan: ScanPlan, headBytes: number): void;
  /** `bits` bits of the scan belong to this block: as a decoder reads them, and stuffed zeros and restart markers among them. */
  blockBits(component: number, row: number, column: number, bits: number): void;
  /** The scan has ended, `padding` bits filled its last byte. */
  scanEnd(padding: number): void;
}

/** A block whose bits are measured. */
interface MeteredBlock {
  readonly component: number;
  readonly row: number;
  readonly column: number;
  bits: number;
  /** Correction bits of it that wait for the end of its end-of-band run. */
  corrections: number;
}

/**
 * Measures the blocks of a scan while they are written. A run of blocks without further coefficients is written when it ends; its bits count
 * for the blocks at which a decoder reads them: its symbol for its first block, correction bits for their own (T.81 clauses G.1.2.2, G.1.2.3).
 */
export class BlockMeter {
  private readonly writer: EntropyWriter;
  private readonly inspector: JpegInspector;
  /** The block that is written; null before the first, and where it waits in the run. */
  private present: MeteredBlock | null = null;
  private run: MeteredBlock[] = [];
  private position = 0;

  constructor(writer: EntropyWriter, inspector: JpegInspector) {
    this.writer = writer;
    this.inspector = inspector;
  }

  /** Bits since the last call. */
  private taken(): number {
    const { bitPosition } = this.writer;
    const bits = bitPosition - this.position;
    this.position = bitPosition;
    return bits;
  }

  private tell({ component, row, column, bits }: MeteredBlock): void {
    this.inspector.blockBits(component, row, column, bits);
  }

  private endBlock(): void {
    const bits = this.taken();
    if (this.present === null) return;
    this.present.bits += bits;
    this.tell(this.present);
    this.present = null;
  }

  /** A block begins. */
  block(component: number, row: number, column: number): void {
    this.endBlock();
    this.present = { component, row, column, bits: 0, corrections: 0 };
  }

  /** The present block joins the end-of-band run, and so many correction bits of it wait. */
  joinRun(corrections: number): void {
    const { present } = this;
    if (present === null) return;
    present.bits += this.taken();
    present.corrections = corrections;
    this.run.push(present);
    this.present = null;
  }

  /** The symbol of the run is written. */
  runSymbol(): void {
    this.run[0]!.bits += this.taken();
  }

  /** A correction bit is written: of the run, if its blocks have some left, else of the present block. */
  correction(): void {
    const block = this.run.find(({ corrections }) => corrections > 0);
    if (block === undefined) return;
    block.corrections--;
    block.bits += this.taken();
  }

  /** All of the run is written. Where its last block is the one at hand, what else is written before the next is still its own. */
  endRun(): void {
    const { run } = this;
    this.run = [];
    if (this.present === null) this.present = run.pop() ?? null;
    for (const block of run) this.tell(block);
  }

  /** Ends the scan, in the file as well. */
  endScan(): void {
    this.endBlock();
    this.writer.endScan();
    this.inspector.scanEnd(this.taken());
  }
}
