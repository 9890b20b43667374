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
  /** `bits` bits of the scan were written from this block to the next: its own, and stuffed zeros and restart markers among them. */
  blockBits(component: number, row: number, column: number, bits: number): void;
  /** The scan has ended, `padding` bits filled its last byte. */
  scanEnd(padding: number): void;
}

/** Measures the blocks of a scan while they are written. */
export class BlockMeter {
  private readonly writer: EntropyWriter;
  private readonly inspector: JpegInspector;
  private component = -1;
  private row = 0;
  private column = 0;
  private position = 0;

  constructor(writer: EntropyWriter, inspector: JpegInspector) {
    this.writer = writer;
    this.inspector = inspector;
  }

  /** A block begins. */
  block(component: number, row: number, column: number): void {
    this.endBlock();
    this.component = component;
    this.row = row;
    this.column = column;
  }

  private endBlock(): void {
    const { bitPosition } = this.writer;
    const { component, row, column, position } = this;
    if (component >= 0) this.inspector.blockBits(component, row, column, bitPosition - position);
    this.position = bitPosition;
  }

  /** Ends the scan, in the file as well. */
  endScan(): void {
    this.endBlock();
    this.component = -1;
    this.writer.endScan();
    this.inspector.scanEnd(this.writer.bitPosition - this.position);
  }
}
