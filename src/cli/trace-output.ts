/** The file of `--trace`: all that a command does, decision by decision (docs/inspection.md). Loaded where a trace is asked for. */
import type { ByteSink, ByteSource } from '../base/byte-stream.ts';
import { Budget, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import { AAC_TABLES } from '../codecs/aac/index.ts';
import { DEFLATE_TABLES } from '../codecs/deflate/index.ts';
import { H264_TABLES } from '../codecs/h264/index.ts';
import { JPEG_TABLES, JpegTrace, watchJpeg } from '../codecs/jpeg/index.ts';
import { PNG_TABLES, PngTrace, watchPng } from '../codecs/png/index.ts';
import { FILTER_TABLES } from '../filters/index.ts';
import { TraceWriter } from '../inspect/trace-writer.ts';
import { TREE_TABLES, traceTree } from '../inspect/tree-trace.ts';
import { readWhole } from '../pipeline/image-file.ts';
import { imageKindOf } from '../pipeline/image-headers.ts';
import { treeOf } from './file-tree.ts';
import type { OutputFiles } from './output-files.ts';

/** The tables of every part that can be watched. */
const TABLES = [
  ...[...H264_TABLES, ...AAC_TABLES, ...PNG_TABLES, ...DEFLATE_TABLES, ...JPEG_TABLES],
  ...[...FILTER_TABLES, ...TREE_TABLES],
];

/** A trace that goes to a file while it grows. */
export class TraceOutput {
  /** Has the tables of every part that can be watched. */
  readonly writer: TraceWriter;
  private readonly sink: ByteSink;

  private constructor(command: string, sink: ByteSink) {
    this.writer = new TraceWriter({ command }, TABLES);
    this.sink = sink;
  }

  /** Opens the file. */
  static async open(command: string, path: string, files: OutputFiles): Promise<TraceOutput> {
    return new TraceOutput(command, await files.openSideFile(path));
  }

  /** Adds what a file is made of, of PNG and JPEG files their pixels' streams too; nothing of files that have no parts. */
  async addTree(name: string, source: ByteSource | null): Promise<void> {
    if (source === null) return;
    const limits = { maxPacketBytes: SINGLE_PACKET_BYTES };
    const codec = imageKindOf((await source.read(0, 64)).slice())?.codec;
    if (codec === 'png' || codec === 'mjpeg') {
      const file = await readWhole(source, new Budget(name, source, limits));
      if (codec === 'png') watchPng(file, new PngTrace(this.writer));
      else watchJpeg(file, new JpegTrace(this.writer));
    }
    const nodes = await treeOf(source, { limits });
    if (nodes !== null) traceTree(this.writer, nodes);
  }

  /** Writes what has gathered. */
  async drain(): Promise<void> {
    for (const piece of this.writer.take()) await this.sink.write(piece);
  }

  /** Ends the trace, and its file. */
  async close(): Promise<void> {
    this.writer.end();
    await this.drain();
    await this.sink.close();
  }
}
