/** `--graph`: one filter graph over streams of several inputs, whose outputs become streams of the result. */
import { ConfigError } from '../base/errors.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import type { FilterGraph, GraphInspector, OpenInput } from '../filters/index.ts';
import type { AudioFrames, VideoFrames } from '../frames/index.ts';
import { type ChosenStream, streamsNamed } from './choose-streams.ts';
import type { PacketCut } from './cut.ts';
import type { Unpack } from './frames-of-packets.ts';
import { changedBy, sourceText } from './stream-filter.ts';

/** An output of the graph. */
export interface GraphOutput {
  readonly kind: 'video' | 'audio';
  /** Its label in the graph; undefined if it has none. */
  readonly label: string | undefined;
  /** Its key in the graph. */
  readonly key: string;
}

/** A stream of an input, decoded. */
export interface DecodedStream {
  readonly stream: VideoStreamInfo | AudioStreamInfo;
  readonly unpack: Unpack;
  /** The part of the input that is read; null for all. */
  readonly cut: PacketCut | null;
}

/** An input of the graph. */
export interface GraphFeed extends DecodedStream {
  /** The stream that feeds it. */
  readonly from: ChosenStream;
  readonly key: string;
  /** Whether it has ended. */
  isDone: boolean;
}

/** Frames of an output that are taken at once: sources within a graph may be endless. */
const FRAMES_AT_ONCE = 4;

/** The graph while it runs. */
export class GraphStreams {
  readonly feeds: readonly GraphFeed[];
  readonly outputs: readonly GraphOutput[];
  private readonly graph: FilterGraph;

  private constructor(graph: FilterGraph, feeds: readonly GraphFeed[]) {
    this.graph = graph;
    this.feeds = feeds;
    this.outputs = graph.outputKeys.map((key) => {
      const label = /^a?buffersink@(.*)$/s.exec(key)?.[1];
      return { key, label, kind: graph.outputLink({ key }).kind };
    });
  }

  /**
   * Opens the graph. Inputs without a label take the first streams of their kind that no other takes, as in ffmpeg.
   * Throws `FilterGraphError`, and `ConfigError` for a label that names no stream.
   * @param streams of all inputs
   * @param decode opens a decoder for one of them
   */
  static async open(
    text: string,
    streams: readonly (readonly StreamInfo[])[],
    decode: (from: ChosenStream) => DecodedStream,
    inspect: GraphInspector | null,
  ): Promise<GraphStreams> {
    const filters = await import('../filters/index.ts');
    const feeds: GraphFeed[] = [];
    const graph = new filters.FilterGraph(text, {
      openInput(input) {
        const from = streamFor(input, streams, feeds);
        const name = `in${feeds.length}`;
        const decoded = decode(from);
        const source = sourceText(decoded.stream, filters).replace('=', `@${name}=`);
        feeds.push({ ...decoded, from, key: source.slice(0, source.indexOf('=')), isDone: false });
        return source;
      },
      inspect,
    });
    return new GraphStreams(graph, feeds);
  }

  /** The stream that an output is. Of the pictures' colors it says what the first picture stream does that the graph takes. */
  streamOf({ kind, key }: GraphOutput): VideoStreamInfo | AudioStreamInfo {
    const about = { config: new Uint8Array(0), ...changedBy(this.graph.outputLink({ key })) };
    if (kind === 'audio') {
      return { kind, codec: 'pcm', frameSize: 0, priming: 0, ...about } as AudioStreamInfo;
    }
    const first = this.feeds.find(({ stream }) => stream.kind === 'video')?.stream;
    const color = (first as VideoStreamInfo | undefined)?.color;
    return {
      ...{ kind, codec: 'rawvideo', ...about },
      ...(color === undefined ? {} : { color }),
    } as VideoStreamInfo;
  }

  /** Frames in; `duration` is that of each picture in ticks of its time base. */
  push({ key }: GraphFeed, frames: VideoFrames | AudioFrames, duration: number): void {
    this.graph.addFrames(frames, { key, duration });
  }

  /** An input has ended. */
  end(feed: GraphFeed): void {
    if (feed.isDone) return;
    feed.isDone = true;
    this.graph.flush({ key: feed.key });
  }

  /** Some frames of an output; null if it needs more input, or has ended. */
  take({ key }: GraphOutput): VideoFrames | AudioFrames | null {
    return this.graph.getFrames({ key, limit: FRAMES_AT_ONCE });
  }

  /** Whether nothing more comes to an output. */
  isEnded({ key }: GraphOutput): boolean {
    return this.graph.isEnded({ key });
  }

  /** The inputs that an output waits for. */
  wanted({ key }: GraphOutput): GraphFeed[] {
    const keys = this.graph.wantedInputs({ key });
    return this.feeds.filter((feed) => keys.includes(feed.key) && !feed.isDone);
  }

  /** Nothing more is wanted of an output. */
  close({ key }: GraphOutput): void {
    this.graph.closeOutput({ key });
  }
}

/** The stream for an open input: what its label says, such as `0:v`; without a label, what is not taken yet. */
function streamFor(
  { label, kind, filter }: OpenInput,
  streams: readonly (readonly StreamInfo[])[],
  taken: readonly GraphFeed[],
): ChosenStream {
  const isOfKind = ({ input, index }: ChosenStream) => streams[input]![index]!.kind === kind;
  if (label !== undefined && !/^\d+(:|$)/.test(label)) {
    throw new ConfigError(
      '--graph',
      `nothing feeds [${label}] of ${filter}: no output has that label, and streams are called [0:v], [1:a] or [0:1]`,
    );
  }
  if (label !== undefined) {
    const found = streamsNamed(label.replace(/^\d+$/, '$&:*'), '--graph', streams).find(isOfKind);
    if (found !== undefined) return found;
    throw new ConfigError('--graph', `[${label}] has no ${kind}, which ${filter} needs`);
  }
  const all = streams.flatMap((own, input) => own.map((_, index) => ({ input, index })));
  const isFree = ({ input, index }: ChosenStream) =>
    !taken.some(({ from }) => from.input === input && from.index === index);
  const free = all.find((stream) => isOfKind(stream) && isFree(stream));
  if (free !== undefined) return free;
  throw new ConfigError(
    '--graph',
    `nothing feeds an input of ${filter}: no ${kind} stream is left`,
  );
}
