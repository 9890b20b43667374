/** Writes everything that an inspector of PNG is told as a trace (docs/inspection.md). */
import { type TablesOf, TraceWriter } from '../../inspect/trace-writer.ts';
import { DEFLATE_TABLES, DeflateTrace } from '../deflate/index.ts';
import { BLEND, DISPOSE, type FrameControl } from './animation.ts';
import type { PngInspector, PngWay } from './encoder/inspector.ts';
import { PNG_TABLES } from './trace-tables.ts';

/** An inspector whose trace is taken piece by piece. */
export class PngTrace implements PngInspector {
  readonly deflate: DeflateTrace;
  private readonly writer: TraceWriter;
  private readonly tables: TablesOf<typeof PNG_TABLES>;
  private pictures = 0;
  private passes = 0;
  private width = 0;
  private y = 0;
  /** Bytes of the chunks so far. */
  private at = 0;

  /** @param writer a trace that others write to as well; it has the tables `PNG_TABLES` and `DEFLATE_TABLES` */
  constructor(writer: TraceWriter = new TraceWriter({}, [...PNG_TABLES, ...DEFLATE_TABLES])) {
    this.writer = writer;
    this.tables = writer.tables(PNG_TABLES);
    this.deflate = new DeflateTrace(writer);
    writer.describe({ codec: 'png' });
  }

  /** The bytes of the trace since the last call. */
  take(): Uint8Array[] {
    return this.writer.take();
  }

  /** Ends the trace; `take` gives the rest. */
  end(): void {
    this.writer.end();
  }

  trial(way: PngWay, bytes: number, isWhole: boolean): void {
    this.tables.png_trial.add(this.pictures, ...this.columnsOf(way), bytes, isWhole ? 1 : 0);
  }

  picture(way: PngWay): void {
    const { width, height } = way.header;
    // Later pictures of an animation may be smaller.
    if (this.pictures === 0) this.writer.describe({ width, height });
    this.deflate.beginStream(this.pictures);
    this.passes = 0;
    this.at = 0;
    this.tables.png_picture.add(this.pictures++, width, height, ...this.columnsOf(way));
  }

  frame({ x, y, delay, dispose, blend }: FrameControl): void {
    const how = [DISPOSE.indexOf(dispose), BLEND.indexOf(blend)] as const;
    this.tables.png_frame.add(this.pictures - 1, x, y, ...delay, ...how);
  }

  private columnsOf({ header, strategy, level }: PngWay) {
    const { colorType, bitDepth, interlaced } = header;
    const names = [
      this.writer.nameIndex(String(strategy)),
      this.writer.nameIndex(String(level)),
    ] as const;
    return [colorType, bitDepth, interlaced ? 1 : 0, ...names] as const;
  }

  pass(width: number, _height: number): void {
    this.passes++;
    this.width = width;
    this.y = 0;
  }

  row(filter: number, weighed: Float64Array, entropy: Float64Array): void {
    const { pictures, passes, y, width } = this;
    this.tables.png_row.add(pictures - 1, passes - 1, y, width, filter, ...weighed, ...entropy);
    this.y++;
  }

  chunk(type: string, bytes: number): void {
    this.tables.png_chunk.add(this.pictures - 1, this.writer.nameIndex(type), this.at, bytes);
    this.at += bytes;
  }
}
