/** `--trace FILE`: what a command does, decision by decision, as a trace (docs/inspection.md). */
import type { ByteSink } from '../base/byte-stream.ts';
import { AAC_TABLES } from '../codecs/aac/index.ts';
import { H264_TABLES } from '../codecs/h264/index.ts';
import { TraceWriter } from '../inspect/trace-writer.ts';
import { openPathSink } from '../io/node/path-sink.ts';

/** The option, for commands that have it. */
export const TRACE_OPTION = {
  trace: {
    kind: 'text',
    meta: 'FILE',
    help: 'write all that is decided and written to FILE, for vitrine inspect (docs/inspection.md)',
  },
} as const;

/** A trace that goes to a file while it grows. */
export class TraceOutput {
  /** Has the tables of every part that can be watched. */
  readonly writer: TraceWriter;
  private readonly sink: ByteSink;

  private constructor(command: string, sink: ByteSink) {
    this.writer = new TraceWriter({ command }, [...H264_TABLES, ...AAC_TABLES]);
    this.sink = sink;
  }

  /** Opens the file; null where none is asked for. */
  static async open(command: string, path: string | undefined): Promise<TraceOutput | null> {
    return path === undefined ? null : new TraceOutput(command, await openPathSink(path));
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
