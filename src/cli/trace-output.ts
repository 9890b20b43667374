/** `--trace FILE`: what a command does, decision by decision, as a trace (docs/inspection.md). */
import type { ByteSink } from '../base/byte-stream.ts';
import { Budget, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import { AAC_TABLES } from '../codecs/aac/index.ts';
import { DEFLATE_TABLES } from '../codecs/deflate/index.ts';
import { H264_TABLES } from '../codecs/h264/index.ts';
import { JPEG_TABLES } from '../codecs/jpeg/index.ts';
import { PNG_TABLES, PngTrace, watchPng } from '../codecs/png/index.ts';
import { FILTER_TABLES } from '../filters/index.ts';
import { TraceWriter } from '../inspect/trace-writer.ts';
import { TREE_TABLES, traceTree } from '../inspect/tree-trace.ts';
import { openPathSink } from '../io/node/path-sink.ts';
import { openPathSource } from '../io/node/path-source.ts';
import { readWhole } from '../pipeline/image-file.ts';
import { imageKindOf } from '../pipeline/image-headers.ts';
import { treeOf } from './file-tree.ts';

/** The option, for commands that have it. */
export const TRACE_OPTION = {
  trace: {
    kind: 'text',
    meta: 'FILE',
    help: 'write all that is decided and written to FILE, for vitrine inspect (docs/inspection.md)',
  },
} as const;

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

  /** Opens the file; null where none is asked for. */
  static async open(command: string, path: string | undefined): Promise<TraceOutput | null> {
    return path === undefined ? null : new TraceOutput(command, await openPathSink(path));
  }

  /** Does `work` with the trace that is asked for, or without; what was begun is given up where it fails. */
  static async during<T>(
    command: string,
    path: string | undefined,
    work: (trace: TraceOutput | null) => Promise<T>,
  ): Promise<T> {
    const trace = await TraceOutput.open(command, path);
    try {
      const result = await work(trace);
      await trace?.close();
      return result;
    } catch (error) {
      await trace?.abort(error);
      throw error;
    }
  }

  /** Adds what the file at `path` is made of, of a PNG file its rows and symbols; nothing of files that have no parts, and of standard output. */
  async addTree(path: string): Promise<void> {
    if (path === '-') return;
    const source = await openPathSource(path);
    try {
      if (imageKindOf((await source.read(0, 64)).slice())?.codec === 'png') {
        const limits = { maxPacketBytes: SINGLE_PACKET_BYTES };
        watchPng(
          await readWhole(source, new Budget(path, source, limits)),
          new PngTrace(this.writer),
        );
        return;
      }
      const nodes = await treeOf(source);
      if (nodes !== null) traceTree(this.writer, nodes);
    } finally {
      await source.close();
    }
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

  /** Leaves no file behind. */
  async abort(reason: unknown): Promise<void> {
    await this.sink.abort(reason);
  }
}
