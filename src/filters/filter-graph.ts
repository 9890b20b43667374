/** The session over a filter graph: frames in by key, frames out by key. */
import { ConfigError, StateError } from '../base/errors.ts';
import { type Rational, rescale } from '../base/rational.ts';
import { AudioFrames } from '../frames/audio-frames.ts';
import type { AudioFrame, VideoFrame } from '../frames/frame.ts';
import { pixFmtInfo } from '../frames/pixel-format.ts';
import { VideoFrames } from '../frames/video-frames.ts';
import type { FilterDefinition, FilterReport, Frame, Link } from './definition/filter.ts';
import {
  definitionOf,
  type FilterFunction,
  type FunctionFilterOptions,
} from './function-filter.ts';
import { buildGraph, type FilterLookup, type GraphNode, type OpenInput } from './graph/build.ts';
import { dumpGraph } from './graph/dump.ts';
import type { GraphInspector } from './graph/inspector.ts';
import { negotiate } from './graph/negotiate.ts';
import { RunningGraph } from './graph/run.ts';
import { parseFilterGraph } from './language/graph-text.ts';
import { FILTERS } from './registry.ts';

/** Options of a graph. */
export interface FilterGraphOptions {
  /** Filters of the caller's own, by name: functions, or whole definitions. They go before those of the library. */
  readonly filters?: Readonly<Record<string, FilterFunction | FilterDefinition>>;
  /** Fonts for `drawtext`, as bytes of TrueType files, by the name that `fontfile` says. */
  readonly fonts?: Readonly<Record<string, Uint8Array>>;
  /**
   * A source in the filter language (`buffer=…`) that the description leaves away, as ffmpeg's `-vf` does: it feeds the first open
   * input (or the one labeled `[in]`), and a sink takes the one open output.
   */
  readonly input?: string;
  /**
   * Asked for each input that the description leaves open, in the order of its text, as ffmpeg's `-filter_complex` does: gives the
   * source that feeds it (`buffer@in0=…`). A sink takes each open output; its key is `buffersink@LABEL` (`abuffersink@LABEL`), or
   * `Parsed_buffersink_N` without a label.
   */
  readonly openInput?: (input: OpenInput) => string;
  /** Is told what filters say besides frames: measured loudness, silence found. */
  readonly onReport?: (report: FilterReport) => void;
  /** Is told of links and of the frames that pass over them; null (default) for nobody. Frames are the same. */
  readonly inspect?: GraphInspector | null;
}

/** A conversion that format negotiation put between two filters. */
export interface Conversion {
  /** Name of the converter in the graph: `auto_scale_0`. */
  readonly name: string;
  readonly after: string;
  readonly before: string;
  readonly from: string;
  readonly to: string;
}

interface Source {
  readonly node: GraphNode;
  ended: boolean;
  /** The end of the last frame, in ticks of the link. */
  endPts: number;
}

interface Sink {
  readonly node: GraphNode;
  frames: Frame[];
  ended: boolean;
  lastPts: number;
}

/** Bytes that one call of `getFrames` gathers from a graph whose inputs have ended before the graph is taken to be endless. */
const MAX_GATHERED = 2 ** 31;

/** A filter graph in ffmpeg's language. Without a description, call `define` first and then `open`. */
export class FilterGraph {
  private readonly own = new Map<string, FilterDefinition>();
  private readonly options: FilterGraphOptions;
  private readonly onReport: ((report: FilterReport) => void) | undefined;
  private readonly reported: FilterReport[] = [];
  private readonly sources = new Map<string, Source>();
  private readonly sinks = new Map<string, Sink>();
  private nodes: readonly GraphNode[] = [];
  private running: RunningGraph | undefined;
  private converted: Conversion[] = [];

  constructor(description?: string, options: FilterGraphOptions = {}) {
    this.options = options;
    this.onReport = options.onReport;
    for (const [name, filter] of Object.entries(options.filters ?? {})) this.define(name, filter);
    if (description !== undefined) this.open(description);
  }

  /** Adds a filter of the caller's own; before `open`. A function gets each frame and returns what takes its place. */
  define(
    name: string,
    filter: FilterFunction | FilterDefinition,
    options: FunctionFilterOptions = {},
  ): this {
    if (this.running !== undefined) {
      throw new StateError(
        'filterGraph.define',
        'the graph is set up already; define filters before open(), or give them to the constructor',
      );
    }
    if (!/^[A-Za-z0-9_]+$/.test(name)) {
      throw new ConfigError(
        'filterGraph.define.name',
        `got ${JSON.stringify(name)}, allowed are letters, digits and _`,
      );
    }
    const definition =
      typeof filter === 'function' ? definitionOf(name, filter, options) : { ...filter, name };
    this.own.set(name, definition);
    return this;
  }

  /** Sets the graph up. Throws `FilterGraphError`, with the column, for what cannot be read or linked. */
  open(description: string): this {
    if (this.running !== undefined) {
      throw new StateError('filterGraph.open', 'the graph is set up already');
    }
    if (typeof description !== 'string') {
      throw new ConfigError(
        'filterGraph.description',
        `got ${typeof description}, allowed is text`,
      );
    }
    const text = parseFilterGraph(description);
    const lookup: FilterLookup = {
      find: (name) => this.own.get(name) ?? FILTERS.find((filter) => filter.name === name),
      names: () => [...this.own.keys(), ...FILTERS.map(({ name }) => name)],
    };
    const { input, openInput, fonts = {} } = this.options;
    const sourceOf = (source: string) => parseFilterGraph(source).chains[0]![0]!;
    const built = buildGraph(text, lookup, {
      source: input === undefined ? undefined : sourceOf(input),
      feed: openInput === undefined ? undefined : (open) => sourceOf(openInput(open)),
    });
    const negotiation = negotiate(built, lookup);
    this.nodes = negotiation.nodes;
    for (const node of built) {
      const { name } = node.definition;
      if (name === 'buffer' || name === 'abuffer') {
        this.sources.set(node.name, { node, ended: false, endPts: Number.NaN });
      } else if (name === 'buffersink' || name === 'abuffersink') {
        this.sinks.set(node.name, { node, frames: [], ended: false, lastPts: -1 });
      }
    }
    this.running = new RunningGraph(
      negotiation,
      { scaleFlags: text.scaleFlags ?? '', fonts },
      {
        frame: (node, frame) => {
          const sink = this.sinks.get(node.name);
          if (sink === undefined) return;
          // A time that an expression made unknown becomes the tick after the last one.
          const pts = Number.isNaN(frame.pts) ? sink.lastPts + 1 : frame.pts;
          sink.lastPts = pts;
          sink.frames.push(Number.isNaN(frame.pts) ? { ...frame, pts } : frame);
        },
        end: (node) => {
          const sink = this.sinks.get(node.name);
          if (sink !== undefined) sink.ended = true;
        },
        report: (report) => this.take(report),
      },
      this.options.inspect ?? null,
    );
    this.converted = negotiation.inserted.map(({ node, from, to }) => ({
      name: node.name,
      after: node.inputs[0]!.from.name,
      before: node.outputs[0]!.to.name,
      from,
      to,
    }));
    return this;
  }

  private take(report: FilterReport): void {
    if (this.onReport === undefined) this.reported.push(report);
    else this.onReport(report);
  }

  private opened(): RunningGraph {
    if (this.running === undefined) {
      throw new StateError('filterGraph', 'the graph has no description yet; call open() first');
    }
    return this.running;
  }

  /** Keys of the inputs: names of `buffer` and `abuffer` filters. */
  get inputKeys(): string[] {
    return [...this.sources.keys()];
  }

  /** Keys of the outputs: names of `buffersink` and `abuffersink` filters. */
  get outputKeys(): string[] {
    return [...this.sinks.keys()];
  }

  /** The conversions that format negotiation added. */
  get conversions(): readonly Conversion[] {
    return this.converted;
  }

  /** What filters have said so far, if no `onReport` was given. */
  get reports(): readonly FilterReport[] {
    return this.reported;
  }

  /** Format, size and time base of what comes out at a sink. */
  outputLink(options: { readonly key?: string } = {}): Link {
    this.opened();
    return this.pick(this.sinks, 'outputLink', 'outputs', options.key).node.inputs[0]!.link!;
  }

  /**
   * Takes frames in at the input `key`, which may be left out where there is one input only. The samples are read when a filter
   * needs them: they must stay as they are until what comes of them was taken out. Times are rescaled from the frames'
   * time base to the input's. `duration` is how long each frame lasts in ticks of the frames' time base; 0, the default, is what
   * frames made of arrays say: the stream ends where its last frame begins.
   */
  addFrames(
    frames: VideoFrames | AudioFrames,
    options: { readonly key?: string; readonly duration?: number } = {},
  ): void {
    const running = this.opened();
    const source = this.pick(this.sources, 'addFrames', 'inputs', options.key);
    if (source.ended) {
      throw new StateError('filterGraph.addFrames', `flush() has ended input ${source.node.name}`);
    }
    const link = source.node.outputs[0]!.link!;
    requireSameFormat(source.node.name, frames, link);
    const { timeBase } = frames;
    for (const frame of frames) {
      const pts = rescale(frame.pts, timeBase, link.timeBase);
      const ticks =
        'numSamples' in frame
          ? rescale(frame.numSamples, [1, frame.sampleRate], link.timeBase)
          : rescale(options.duration ?? 0, timeBase, link.timeBase);
      source.endPts = pts + ticks;
      running.feed(source.node, pts === frame.pts ? frame : { ...frame, pts });
    }
  }

  /** Ends the inputs, or the one with that key. */
  flush(options: { readonly key?: string } = {}): void {
    const running = this.opened();
    const ending =
      options.key === undefined
        ? [...this.sources.values()]
        : [this.pick(this.sources, 'flush', 'inputs', options.key)];
    for (const source of ending) {
      if (source.ended) continue;
      source.ended = true;
      running.endFeed(source.node, source.endPts);
    }
  }

  /**
   * What has come to the output `key`, which may be left out where there is one output only; null if nothing has. At most
   * `limit` frames: a graph that makes its frames itself may be endless.
   */
  getFrames(
    options: { readonly key?: string; readonly limit?: number } = {},
  ): VideoFrames | AudioFrames | null {
    const running = this.opened();
    const sink = this.pick(this.sinks, 'getFrames', 'outputs', options.key);
    const { limit = Infinity } = options;
    const link = sink.node.inputs[0]!.link!;
    let seen = 0;
    let gathered = 0;
    running.run(sink.node, () => {
      for (; seen < sink.frames.length; seen++) gathered += byteLength(sink.frames[seen]!);
      if (limit === Infinity && gathered > MAX_GATHERED && this.isFed) {
        throw new StateError(
          'filterGraph.getFrames',
          `${sink.frames.length} frames have come and the graph goes on; ask for a number with { limit }`,
        );
      }
      return sink.ended || sink.frames.length >= limit;
    });
    const frames = sink.frames.splice(0, Math.min(limit, sink.frames.length));
    return frames.length === 0 ? null : framesOf(link, frames);
  }

  /**
   * Gives frames of `getFrames` back to the output `key`: nobody holds them or their samples any more, and the graph writes later
   * pictures to them where it can. It saves the time of making pictures; who keeps frames, or has no use for this, leaves it out.
   */
  release(frames: VideoFrames | AudioFrames, options: { readonly key?: string } = {}): void {
    const running = this.opened();
    const { node } = this.pick(this.sinks, 'release', 'outputs', options.key);
    for (const frame of frames) running.release(node, frame);
  }

  /** Whether no more frames come in: all that comes out, the graph makes by itself. */
  private get isFed(): boolean {
    return [...this.sources.values()].every(({ ended }) => ended);
  }

  /** Whether the output `key` gets no more frames, whatever is put in: after `flush()`, or when a filter such as `trim` is done. */
  isEnded(options: { readonly key?: string } = {}): boolean {
    this.opened();
    return this.pick(this.sinks, 'isEnded', 'outputs', options.key).ended;
  }

  /**
   * Keys of the inputs whose frames the output `key` waits for, when `getFrames` has given all that there is. An input that it does
   * not name may wait, so that a graph holds little: `concat` needs its second input when the first has ended.
   */
  wantedInputs(options: { readonly key?: string } = {}): string[] {
    const running = this.opened();
    const { node } = this.pick(this.sinks, 'wantedInputs', 'outputs', options.key);
    return running.wanted(node).map(({ name }) => name);
  }

  /** Nothing more is wanted of the output `key`: it ends, and so do filters that work for it alone. */
  closeOutput(options: { readonly key?: string } = {}): void {
    const running = this.opened();
    const sink = this.pick(this.sinks, 'closeOutput', 'outputs', options.key);
    sink.ended = true;
    sink.frames.length = 0;
    running.closeSink(sink.node);
  }

  /** The graph drawn as text, as ffmpeg does. */
  dump(): string {
    this.opened();
    return dumpGraph(this.nodes);
  }

  private pick<T>(
    ends: ReadonlyMap<string, T>,
    method: string,
    what: 'inputs' | 'outputs',
    key: string | undefined,
  ): T {
    const keys = [...ends.keys()].join(', ');
    if (key === undefined) {
      if (ends.size === 1) return ends.values().next().value as T;
      throw new ConfigError(
        `filterGraph.${method}.key`,
        ends.size === 0
          ? `the graph has no ${what}`
          : `needed where there are several ${what}: ${keys}`,
      );
    }
    const found = ends.get(key);
    if (found === undefined) {
      throw new ConfigError(
        `filterGraph.${method}.key`,
        `got ${key}, allowed are ${keys || 'none'}`,
      );
    }
    return found;
  }
}

function byteLength(frame: Frame): number {
  if ('numSamples' in frame) return frame.numSamples * frame.numChannels * 8;
  return frame.width * frame.height * 4;
}

function requireSameFormat(name: string, frames: VideoFrames | AudioFrames, link: Link): void {
  const where = `filterGraph.addFrames.${name}`;
  if (frames.kind !== link.kind) {
    throw new ConfigError(where, `got ${frames.kind} frames, the input takes ${link.kind}`);
  }
  const got: string =
    frames.kind === 'video'
      ? `${frames.pixFmt} ${frames.width}x${frames.height}`
      : `${frames.sampleFmt} ${frames.sampleRate} Hz ${frames.numChannels} channels`;
  const declared: string =
    link.kind === 'video'
      ? `${link.pixFmt} ${link.width}x${link.height}`
      : `${link.sampleFmt} ${link.sampleRate} Hz ${link.layout.numChannels} channels`;
  if (got !== declared) {
    throw new ConfigError(where, `got frames of ${got}, the graph declares ${declared}`);
  }
}

function framesOf(link: Link, frames: readonly Frame[]): VideoFrames | AudioFrames {
  const timeBase: Rational = link.timeBase;
  if (link.kind === 'video') {
    const { pixFmt, width, height } = link;
    const numPlanes = pixFmtInfo(pixFmt).samplesPerPixel.length;
    return new VideoFrames(frames as VideoFrame[], { pixFmt, width, height, numPlanes, timeBase });
  }
  const { sampleFmt, sampleRate, layout } = link;
  const numChannels = layout.numChannels;
  return new AudioFrames(frames as AudioFrame[], { sampleFmt, sampleRate, numChannels, timeBase });
}
