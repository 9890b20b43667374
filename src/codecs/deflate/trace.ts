/** Writes everything that an inspector of deflate is told as a trace (docs/inspection.md). */
import { type TablesOf, TraceWriter } from '../../inspect/trace-writer.ts';
import type { DeflateBlock, DeflateInspector } from './encoder/inspector.ts';
import { DEFLATE_TABLES } from './trace-tables.ts';

/** An inspector whose trace is taken piece by piece. */
export class DeflateTrace implements DeflateInspector {
  private readonly writer: TraceWriter;
  private readonly tables: TablesOf<typeof DEFLATE_TABLES>;
  private stream: number;
  private blocks = 0;
  /** Bytes that all symbols so far stand for. */
  private at = 0;
  private current: DeflateBlock | null = null;
  private first = 0;
  private bits = 0;

  /**
   * @param writer a trace that others write to as well; it has the tables `DEFLATE_TABLES`
   * @param stream number of the stream in the trace
   */
  constructor(
    writer: TraceWriter = new TraceWriter({ codec: 'deflate' }, DEFLATE_TABLES),
    stream = 0,
  ) {
    this.writer = writer;
    this.tables = writer.tables(DEFLATE_TABLES);
    this.stream = stream;
  }

  /** The bytes of the trace since the last call. */
  take(): Uint8Array[] {
    return this.writer.take();
  }

  /** Ends the trace; `take` gives the rest. */
  end(): void {
    this.writer.end();
  }

  /** Another stream begins, of that number. */
  beginStream(stream: number): void {
    this.stream = stream;
    this.blocks = 0;
    this.at = 0;
  }

  block(block: DeflateBlock): void {
    this.current = { ...block };
    this.first = this.at;
    this.bits = block.headerBits;
    this.addCodes(0, block.litlenLengths);
    this.addCodes(1, block.distanceLengths);
  }

  /** The views of a block are not kept: its codes are written at once. */
  private addCodes(isDistance: number, lengths: Uint8Array | null): void {
    if (lengths === null) return;
    for (const [symbol, length] of lengths.entries()) {
      if (length === 0) continue;
      this.tables.deflate_code.add(this.stream, this.blocks, isDistance, symbol, length);
    }
  }

  literal(value: number, bits: number): void {
    this.tables.deflate_token.add(this.stream, this.blocks, this.at, value, 1, 0, bits);
    this.at++;
    this.bits += bits;
  }

  match(length: number, distance: number, bits: number): void {
    const { stream, blocks, at } = this;
    this.tables.deflate_token.add(stream, blocks, at, 0, length, distance, bits);
    this.at += length;
    this.bits += bits;
  }

  blockEnd(bits: number): void {
    const { current, stream, blocks, first } = this;
    this.bits += bits;
    if (current === null) return;
    const { type, isLast, byteCount, headerBits, storedBits, fixedBits, dynamicBits } = current;
    const facts = [type, isLast ? 1 : 0, first, byteCount, headerBits, this.bits] as const;
    this.tables.deflate_block.add(stream, blocks, ...facts, storedBits, fixedBits, dynamicBits);
    this.current = null;
    this.blocks++;
    this.writer.endGroup();
  }

  around(name: string, bits: number): void {
    if (bits === 0) return;
    this.tables.deflate_around.add(this.stream, this.writer.nameIndex(name), bits);
  }
}
