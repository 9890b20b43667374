/** `--vf` and `--af`: the frames of one stream through a filter graph, on their way to the encoder. */
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import type {
  FilterGraph,
  GraphInspector,
  getAbufferDesc,
  getBufferDesc,
  Link,
} from '../filters/index.ts';
import type { AudioFrames, VideoFrames } from '../frames/index.ts';
import { sampleFmtOf } from './frames-of-packets.ts';

/** A graph with one input and one output. */
export class StreamFilter<Stream extends StreamInfo> {
  /** The stream that comes out of it. */
  readonly stream: Stream;
  private readonly graph: FilterGraph;

  private constructor(stream: Stream, graph: FilterGraph) {
    this.graph = graph;
    this.stream = { ...stream, ...changedBy(graph.outputLink()) };
  }

  /**
   * Filters are loaded here: a program that has none starts 0.03 s sooner.
   * Throws `FilterGraphError`; its column counts from the beginning of `text`.
   */
  static async open<Stream extends StreamInfo>(
    stream: Stream,
    text: string,
    inspect: GraphInspector | null = null,
  ): Promise<StreamFilter<Stream>> {
    const filters = await import('../filters/index.ts');
    const input = sourceText(stream as VideoStreamInfo | AudioStreamInfo, filters);
    return new StreamFilter(stream, new filters.FilterGraph(text, { input, inspect }));
  }

  /** Frames in; what is ready comes out. `duration` is that of each picture in ticks of its time base. */
  push(frames: VideoFrames | AudioFrames, duration: number): VideoFrames | AudioFrames | null {
    this.graph.addFrames(frames, { duration });
    return this.graph.getFrames();
  }

  /** Whether nothing more comes out, whatever goes in. */
  get isDone(): boolean {
    return this.graph.isEnded();
  }

  /** The rest. */
  flush(): VideoFrames | AudioFrames | null {
    this.graph.flush();
    return this.graph.getFrames();
  }
}

/** The source that a decoded stream is for a graph. */
export function sourceText(
  stream: VideoStreamInfo | AudioStreamInfo,
  filters: {
    readonly getBufferDesc: typeof getBufferDesc;
    readonly getAbufferDesc: typeof getAbufferDesc;
  },
): string {
  if (stream.kind === 'audio') {
    return filters.getAbufferDesc({ ...stream, sampleFmt: sampleFmtOf(stream) });
  }
  const rate = stream.frameRate === undefined ? '' : `:frame_rate=${stream.frameRate.join('/')}`;
  return `${filters.getBufferDesc(stream)}${rate}`;
}

/** What a graph's output says of the stream that comes out there. */
export function changedBy(link: Link): object {
  const { timeBase } = link;
  if (link.kind === 'audio') {
    const { sampleFmt, sampleRate, layout } = link;
    return { sampleFmt, sampleRate, numChannels: layout.numChannels, channelMask: 0, timeBase };
  }
  const { width, height, pixFmt, frameRate, sampleAspectRatio } = link;
  return {
    ...{ width, height, pixFmt, timeBase },
    frameRate: frameRate[0] > 0 ? frameRate : undefined,
    sampleAspectRatio: sampleAspectRatio[0] > 0 ? sampleAspectRatio : undefined,
  };
}
