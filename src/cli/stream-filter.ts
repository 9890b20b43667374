/** `--vf` and `--af`: the frames of one stream through a filter graph, on their way to the encoder. */
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import {
  FilterGraph,
  type GraphInspector,
  getAbufferDesc,
  getBufferDesc,
} from '../filters/index.ts';
import type { AudioFrames, VideoFrames } from '../frames/index.ts';
import { sampleFmtOf } from './frames-of-packets.ts';

/** A graph with one input and one output. */
export class StreamFilter<Stream extends StreamInfo> {
  /** What comes out of it, as a stream. */
  readonly stream: Stream;
  private readonly graph: FilterGraph;

  /** Throws `FilterGraphError`; its column counts from the beginning of `text`. */
  constructor(stream: Stream, text: string, inspect: GraphInspector | null = null) {
    this.graph = new FilterGraph(text, {
      inspect,
      input:
        stream.kind === 'video' ? pictureSource(stream) : soundSource(stream as AudioStreamInfo),
    });
    this.stream = { ...stream, ...this.changes() };
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

  private changes(): object {
    const link = this.graph.outputLink();
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
}

function pictureSource(stream: VideoStreamInfo): string {
  const rate = stream.frameRate === undefined ? '' : `:frame_rate=${stream.frameRate.join('/')}`;
  return `${getBufferDesc(stream)}${rate}`;
}

function soundSource(stream: AudioStreamInfo): string {
  return getAbufferDesc({ ...stream, sampleFmt: sampleFmtOf(stream) });
}
