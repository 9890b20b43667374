/** Writes everything that an inspector of JPEG is told as a trace (docs/inspection.md). */
import { type TablesOf, TraceWriter } from '../../inspect/trace-writer.ts';
import type { JpegInspector, JpegScript } from './encoder/inspector.ts';
import type { ScanPlan } from './encoder/scan-coder.ts';
import type { Frame } from './standard/frame.ts';
import { ZIGZAG } from './standard/zigzag.ts';
import { JPEG_TABLES } from './trace-tables.ts';

/** An inspector whose trace is taken piece by piece. */
export class JpegTrace implements JpegInspector {
  private readonly writer: TraceWriter;
  private readonly tables: TablesOf<typeof JPEG_TABLES>;
  private pictures = 0;
  private scans = 0;
  private plan: ScanPlan | null = null;
  private headBytes = 0;
  private bits = 0;

  /** @param writer a trace that others write to as well; it has the tables `JPEG_TABLES` */
  constructor(writer: TraceWriter = new TraceWriter({}, JPEG_TABLES)) {
    this.writer = writer;
    this.tables = writer.tables(JPEG_TABLES);
    writer.describe({ codec: 'jpeg' });
  }

  /** The bytes of the trace since the last call. */
  take(): Uint8Array[] {
    return this.writer.take();
  }

  /** Ends the trace; `take` gives the rest. */
  end(): void {
    this.writer.end();
  }

  picture({ width, height, components }: Frame, steps: readonly Int16Array[]): void {
    this.writer.describe({ width, height });
    this.pictures++;
    this.scans = 0;
    for (const [i, { h, v, blocksWide, blocksHigh }] of components.entries()) {
      this.tables.jpeg_component.add(this.pictures - 1, i, h, v, blocksWide, blocksHigh);
      for (const [index, step] of steps[i]!.entries())
        this.tables.jpeg_step.add(this.pictures - 1, i, index, step);
    }
  }

  block(
    component: number,
    row: number,
    column: number,
    real: Float32Array | Int16Array,
    at: number,
    levels: Int16Array,
  ): void {
    for (let k = 0; k < 64; k++) {
      const value = real[at + ZIGZAG[k]!]!;
      const nearest = Math.round(value);
      const level = levels[k]!;
      if (nearest === 0 && level === 0) continue;
      this.tables.jpeg_level.add(
        this.pictures - 1,
        component,
        row,
        column,
        k,
        value,
        nearest,
        level,
      );
    }
  }

  script(script: JpegScript, bytes: number): void {
    this.tables.jpeg_script.add(this.pictures - 1, this.writer.nameIndex(script), bytes);
  }

  part(name: string, bytes: number): void {
    this.tables.jpeg_part.add(this.pictures - 1, this.writer.nameIndex(name), bytes);
  }

  scan(plan: ScanPlan, headBytes: number): void {
    this.plan = plan;
    this.headBytes = headBytes;
    this.bits = 0;
  }

  blockBits(component: number, row: number, column: number, bits: number): void {
    this.bits += bits;
    this.tables.jpeg_block.add(this.pictures - 1, this.scans, component, row, column, bits);
  }

  scanEnd(padding: number): void {
    const { plan, scans, headBytes, bits } = this;
    if (plan === null) return;
    const { spectralStart, spectralEnd, approximationHigh, approximationLow } = plan;
    const components = plan.components.reduce((mask, index) => mask | (1 << index), 0);
    const band = [spectralStart, spectralEnd, approximationHigh, approximationLow] as const;
    this.tables.jpeg_scan.add(
      this.pictures - 1,
      scans,
      components,
      ...band,
      headBytes,
      bits,
      padding,
    );
    this.scans++;
    this.writer.endGroup();
  }
}
