/** Inputs that no file holds: a filter graph of sources, as ffmpeg reads it by `-f lavfi -i testsrc=duration=5`. */
import type { ContainerReader, ReadPacket } from '../base/container.ts';
import { ConfigError } from '../base/errors.ts';
import type { Packet, StreamInfo } from '../base/packet.ts';
import { rescale } from '../base/rational.ts';
import {
  createPcmEncoder,
  PCM_CODECS,
  type PcmEncoder,
  pcmSampleFmts,
} from '../codecs/pcm/index.ts';
import type { FilterGraph, Link } from '../filters/index.ts';
import { type AudioFrames, pixFmtInfo, type VideoFrames } from '../frames/index.ts';
import { MemorySource } from '../io/index.ts';
import { packPicture } from '../pipeline/codecs/rawvideo.ts';
import { type Input, MeasuredSource } from './open-input.ts';
import { changedBy } from './stream-filter.ts';

/** The name of the format, as ffmpeg calls it. */
export const GRAPH_FORMAT = 'lavfi';

/** Opens a graph without inputs; each of its open outputs is a stream. Throws `FilterGraphError`. */
export async function openGraphInput(text: string): Promise<Input> {
  const { FilterGraph } = await import('../filters/index.ts');
  const graph = new FilterGraph(text, {
    openInput({ filter, label }) {
      const which = label === undefined ? 'an input' : `[${label}]`;
      throw new ConfigError(
        text,
        `nothing feeds ${which} of ${filter}: it must begin with sources`,
      );
    },
  });
  const source = new MeasuredSource(new MemorySource(new Uint8Array(0)));
  return { name: text, reader: new GraphReader(graph), source, limits: {} };
}

/** One output of the graph as a stream. */
interface Outlet {
  readonly key: string;
  readonly link: Link;
  readonly info: StreamInfo;
  /** Codes sound; null for pictures. */
  readonly pcm: PcmEncoder | null;
  /** Seconds that it has given. */
  seconds: number;
}

/** Reads frames of a graph as packets of raw pictures and PCM. */
class GraphReader implements ContainerReader {
  readonly format = GRAPH_FORMAT;
  readonly streams: readonly StreamInfo[];
  private readonly graph: FilterGraph;
  private readonly outlets: readonly Outlet[];

  constructor(graph: FilterGraph) {
    this.graph = graph;
    this.outlets = graph.outputKeys.map((key) => outletOf(key, graph.outputLink({ key })));
    this.streams = this.outlets.map(({ info }) => info);
  }

  /** Of the outputs the one that is behind comes first. */
  async *packets(): AsyncGenerator<ReadPacket> {
    const open = new Set(this.outlets);
    while (open.size > 0) {
      const outlet = [...open].reduce((a, b) => (b.seconds < a.seconds ? b : a));
      const frames = this.graph.getFrames({ key: outlet.key, limit: 1 });
      if (frames === null) open.delete(outlet);
      else {
        const streamIndex = this.outlets.indexOf(outlet);
        for (const packet of packetsOf(outlet, frames)) yield { streamIndex, packet };
        this.graph.release(frames, { key: outlet.key });
      }
    }
  }
}

function outletOf(key: string, link: Link): Outlet {
  if (link.kind === 'video') {
    const base = { kind: 'video', codec: 'rawvideo', config: new Uint8Array(0) } as const;
    const info = { ...base, ...changedBy(link) } as StreamInfo;
    return { key, link, info, pcm: null, seconds: 0 };
  }
  const { sampleFmt, sampleRate, layout } = link;
  const codec = PCM_CODECS.find((name) => pcmSampleFmts(name).includes(sampleFmt))!;
  const pcm = createPcmEncoder({
    ...{ codec, sampleFmt, sampleRate, nonFinite: 'keep' },
    numChannels: layout.numChannels,
  });
  return { key, link, info: pcm.streamInfo, pcm, seconds: 0 };
}

function packetsOf(outlet: Outlet, frames: VideoFrames | AudioFrames): readonly Packet[] {
  const { link, pcm } = outlet;
  const frame = frames.frames[0]!;
  const [num, den] = link.timeBase;
  if ('numSamples' in frame) {
    outlet.seconds = (frame.pts * num) / den + frame.numSamples / frame.sampleRate;
    return pcm!.encode({ ...frame, pts: rescale(frame.pts, link.timeBase, [1, frame.sampleRate]) });
  }
  const { frameRate } = link as Extract<Link, { kind: 'video' }>;
  const isConstant = frameRate[0] > 0;
  const duration = isConstant ? rescale(1, [frameRate[1], frameRate[0]], link.timeBase) : 1;
  outlet.seconds = ((frame.pts + duration) * num) / den;
  const data = packPicture(frame, pixFmtInfo(frame.pixFmt));
  return [{ data, pts: frame.pts, dts: frame.pts, duration, isKey: true }];
}
