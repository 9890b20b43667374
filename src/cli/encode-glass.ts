/**
 * The glass of `vitrine encode`: a trace of everything that is done (`--trace`), and the statistics of H.264 (`--stats`). Loaded where one
 * of them is asked for.
 */
import type { ByteSource } from '../base/byte-stream.ts';
import { ConfigError } from '../base/errors.ts';
import type { AudioStreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { type AacInspector, AacTrace } from '../codecs/aac/index.ts';
import {
  bothInspectors,
  formatStatistics,
  type H264Inspector,
  StatisticsCollector,
  type StreamStatistics,
  TraceInspector,
} from '../codecs/h264/index.ts';
import { JpegTrace } from '../codecs/jpeg/index.ts';
import { PngTrace } from '../codecs/png/index.ts';
import { GraphTrace } from '../filters/index.ts';
import type { OutputFiles } from './output-files.ts';
import { openTrace } from './trace-option.ts';
import type { TraceOutput } from './trace-output.ts';

/** Watches the streams that are encoded. */
export class EncodeGlass {
  private readonly trace: TraceOutput | null;
  private readonly collector: StatisticsCollector | null;
  private hasVideo = false;
  private sounds = 0;
  private graphs = 0;
  /** Whether an encoder has told the trace of what it is. */
  private isDescribed = false;

  private constructor(trace: TraceOutput | null, collector: StatisticsCollector | null) {
    this.trace = trace;
    this.collector = collector;
  }

  /** Opens the trace's file, if there is to be one. */
  static async open(
    tracePath: string | undefined,
    files: OutputFiles,
    withStatistics: boolean,
  ): Promise<EncodeGlass> {
    const trace = await openTrace('encode', tracePath, files);
    return new EncodeGlass(trace, withStatistics ? new StatisticsCollector() : null);
  }

  /** Options of the encoder of a stream of that size. Throws `ConfigError` for a second H.264 stream, and for statistics of others. */
  videoOptions(codec: string, width: number, height: number): { readonly inspect?: H264Inspector } {
    const { trace, collector } = this;
    if (collector !== null && codec !== 'h264') throw new ConfigError('--stats', 'is for H.264');
    if (codec !== 'h264' || (trace === null && collector === null)) return {};
    const option = trace === null ? '--stats' : '--trace';
    if (this.hasVideo) throw new ConfigError(option, 'is for one video stream; there are more');
    this.hasVideo = true;
    const { inspector: statistics } = collector ?? { inspector: null };
    if (trace === null) return statistics === null ? {} : { inspect: statistics };
    this.isDescribed = true;
    const inspect = new TraceInspector({ codec: 'h264', width, height }, trace.writer);
    return { inspect: statistics === null ? inspect : bothInspectors(inspect, statistics) };
  }

  /** Tells the trace of the encoder of the pictures: its time base, and the options that it was given. */
  describeVideo({ codec, timeBase }: VideoStreamInfo, options: object): void {
    if (this.trace === null || codec !== 'h264') return;
    const given = Object.entries(options).filter(
      (entry): entry is [string, string | number] =>
        typeof entry[1] === 'string' || typeof entry[1] === 'number',
    );
    const times = { timeBaseNum: timeBase[0], timeBaseDen: timeBase[1] };
    this.trace.writer.describe({ ...Object.fromEntries(given), ...times });
  }

  /** Options of the encoder of a stream of sound. */
  soundOptions(
    codec: string,
    { sampleRate, numChannels }: AudioStreamInfo,
  ): { readonly inspect?: AacInspector } {
    if (this.trace === null || codec !== 'aac') return {};
    const stream = this.sounds++;
    this.isDescribed = true;
    return { inspect: new AacTrace({ sampleRate, numChannels, stream }, this.trace.writer) };
  }

  /** Options of a codec of pictures that are files of their own; nothing while the quality is searched. */
  imageOptions(codec: string, config: object): { readonly inspect?: PngTrace | JpegTrace } {
    if (this.trace === null || 'target' in config) return {};
    this.isDescribed = true;
    if (codec === 'png') return { inspect: new PngTrace(this.trace.writer) };
    return codec === 'mjpeg' ? { inspect: new JpegTrace(this.trace.writer) } : {};
  }

  /** The inspector of the filters of a stream; null for none. */
  graphInspector(): GraphTrace | null {
    return this.trace === null ? null : new GraphTrace(this.trace.writer, this.graphs++);
  }

  /** Adds what the file is made of that came out. */
  async addTree(path: string, source: ByteSource | null): Promise<void> {
    await this.trace?.addTree(path, source);
  }

  /** Writes what the trace has gathered; its head says what is coded, so nothing before an encoder is there. */
  async drain(): Promise<void> {
    if (this.isDescribed) await this.trace?.drain();
  }

  /** Ends the trace, and its file. */
  async close(): Promise<void> {
    await this.trace?.close();
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
