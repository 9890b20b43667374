/** The glass of `vitrine encode`: a trace of everything the H.264 encoder does (`--trace`), and its statistics (`--stats`). */
import type { ByteSink } from '../base/byte-stream.ts';
import { ConfigError } from '../base/errors.ts';
import {
  bothInspectors,
  formatStatistics,
  type H264Inspector,
  StatisticsCollector,
  type StreamStatistics,
  TraceInspector,
} from '../codecs/h264/index.ts';
import { openPathSink } from '../io/node/path-sink.ts';

/** Watches the one video stream that is encoded. */
export class EncodeGlass {
  private readonly sink: ByteSink | null;
  private readonly collector: StatisticsCollector | null;
  private trace: TraceInspector | null = null;
  private isUsed = false;

  private constructor(sink: ByteSink | null, collector: StatisticsCollector | null) {
    this.sink = sink;
    this.collector = collector;
  }

  /** Opens the trace's file, if there is to be one. */
  static async open(tracePath: string | undefined, withStatistics: boolean): Promise<EncodeGlass> {
    const sink = tracePath === undefined ? null : await openPathSink(tracePath);
    return new EncodeGlass(sink, withStatistics ? new StatisticsCollector() : null);
  }

  /** Options of the encoder of a stream of that size. Throws `ConfigError` for a second stream. */
  encoderOptions(width: number, height: number): { readonly inspect?: H264Inspector } {
    const { sink, collector } = this;
    if (sink === null && collector === null) return {};
    const option = sink === null ? '--stats' : '--trace';
    if (this.isUsed) throw new ConfigError(option, 'is for one video stream; there are more');
    this.isUsed = true;
    if (sink !== null) this.trace = new TraceInspector({ codec: 'h264', width, height });
    if (this.trace === null) return { inspect: collector!.inspector };
    if (collector === null) return { inspect: this.trace };
    return { inspect: bothInspectors(this.trace, collector.inspector) };
  }

  /** Writes what the trace has gathered. */
  async drain(): Promise<void> {
    if (this.trace === null) return;
    for (const piece of this.trace.take()) await this.sink!.write(piece);
  }

  /** Ends the trace, and its file. */
  async close(): Promise<void> {
    this.trace?.end();
    await this.drain();
    await this.sink?.close();
  }

  /** Leaves no trace behind. */
  async abort(reason: unknown): Promise<void> {
    await this.sink?.abort(reason);
  }

  /** Statistics of the stream; null if they were not asked for. */
  get statistics(): StreamStatistics | null {
    return this.collector?.statistics ?? null;
  }

  /** The statistics as lines of text. */
  lines(): string[] {
    const { statistics } = this;
    return statistics === null ? [] : formatStatistics(statistics);
  }
}
