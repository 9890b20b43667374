/**
 * The running graph. A frame that a filter emits goes at once to the filter that follows; a sink that lacks one asks the filters
 * before it, back to a source that can make one. So nothing waits in links: what is held, a filter holds, because it needs to.
 */
import { StateError } from '../../base/errors.ts';
import { type Rational, rescale } from '../../base/rational.ts';
import type {
  FilterInstance,
  FilterReport,
  FilterSetup,
  Frame,
  Link,
} from '../definition/filter.ts';
import type { Expression } from '../language/expression.ts';
import { PicturePool } from '../pixels/picture-pool.ts';
import { type GraphEdge, type GraphNode, inOrder } from './build.ts';
import { type GraphInspector, linkOf } from './inspector.ts';
import type { Negotiation } from './negotiate.ts';

/** Variables of `enable`. */
const ENABLE_VARIABLES = ['t', 'n', 'pos', 'w', 'h'];

/** Frames that a graph without open inputs may make for one frame of a sink before it is taken to be endless. */
const MAX_STEPS = 10_000_000;

interface Station {
  readonly node: GraphNode;
  instance: FilterInstance;
  readonly inputs: readonly { ended: boolean; stopped: boolean; count: number }[];
  readonly outputs: { finished: boolean; open: boolean }[];
  readonly enable: Expression | undefined;
  /** The pictures that it took to emit. */
  readonly pool: PicturePool;
}

/** The receiver of the frames that come out of the graph. */
export interface GraphListener {
  /** A frame has come to the sink `node`. */
  frame(node: GraphNode, frame: Frame): void;
  /** The sink `node` gets no more. */
  end(node: GraphNode): void;
  report(report: FilterReport): void;
}

/** The setup that all filters of a graph share. */
export type SharedSetup = Pick<FilterSetup, 'scaleFlags' | 'fonts'>;

/** Opens all filters of a graph, and moves frames. */
export class RunningGraph {
  private readonly stations = new Map<GraphNode, Station>();
  private readonly listener: GraphListener;
  private readonly inspector: GraphInspector | null;
  /** Numbers of links, as the inspector knows them. */
  private readonly links = new Map<GraphEdge, number>();

  constructor(
    negotiation: Negotiation,
    shared: SharedSetup,
    listener: GraphListener,
    inspector: GraphInspector | null = null,
  ) {
    this.listener = listener;
    this.inspector = inspector;
    for (const node of inOrder(negotiation.nodes)) this.open(node, negotiation, shared);
    if (inspector !== null) this.tellLinks(inspector);
  }

  private tellLinks(inspector: GraphInspector): void {
    for (const node of this.stations.keys()) {
      for (const edge of node.outputs) {
        this.links.set(edge, this.links.size);
        inspector.link(linkOf(edge));
      }
    }
  }

  private open(node: GraphNode, negotiation: Negotiation, shared: SharedSetup): void {
    const enable =
      node.definition.timeline === true && node.options.isSet('enable')
        ? node.options.expression('enable', { variables: ENABLE_VARIABLES })
        : undefined;
    const station: Station = {
      node,
      instance: {},
      inputs: node.inputPads.map(() => ({ ended: false, stopped: false, count: 0 })),
      outputs: node.outputPads.map(() => ({ finished: false, open: true })),
      enable,
      pool: new PicturePool(),
    };
    this.stations.set(node, station);
    const inputs = node.inputs.map((edge) => edge.link!);
    const formats = node.outputs.map((edge) => negotiation.formatOf(edge));
    const setup: FilterSetup = {
      name: node.name,
      options: node.options,
      inputs,
      outputs: formats,
      ...shared,
      emit: (output, frame) => this.emit(station, output, frame),
      finish: (output, pts) => this.finish(station, output, pts),
      stopInput: (input) => this.stopInput(station, input),
      isOpen: (output) => station.outputs[output]!.open,
      isEnabled: (frame, n) => isEnabled(enable, frame, n, inputs[0]),
      takePicture: (pixFmt, width, height, pts) => station.pool.take(pixFmt, width, height, pts),
      report: (text, values) => this.listener.report({ filter: node.name, text, values }),
    };
    const instance = node.definition.open(setup);
    station.instance = instance;
    node.outputs.forEach((edge, output) => {
      const link = instance.outputs?.[output] ?? ({ ...inputs[0], ...formats[output] } as Link);
      if (link.kind === 'video') requirePictureSize(node, link.width, link.height);
      edge.link = link;
    });
  }

  /** A frame for `node`, a source that is fed from outside, to pass on. */
  feed(node: GraphNode, frame: Frame): void {
    this.emit(this.stations.get(node)!, 0, frame);
  }

  /** The end for a source that is fed from outside. */
  endFeed(node: GraphNode, pts: number): void {
    this.finish(this.stations.get(node)!, 0, pts);
  }

  private emit(station: Station, output: number, frame: Frame): void {
    const state = station.outputs[output]!;
    if (!state.open) return;
    const edge = station.node.outputs[output]!;
    if (this.inspector !== null) this.inspector.frame(this.links.get(edge)!, frame);
    const next = this.stations.get(edge.to)!;
    const input = next.inputs[edge.toPad]!;
    const { instance, enable } = next;
    const n = input.count++;
    if (
      enable !== undefined &&
      next.inputs.length === 1 &&
      !isEnabled(enable, frame, n, edge.link)
    ) {
      instance.passBy?.();
      this.emit(next, 0, frame);
      return;
    }
    if (instance.push === undefined) this.arrive(next, frame);
    else {
      instance.push(edge.toPad, frame);
      if (instance.letsGo === true) this.giveBack(station, frame);
    }
  }

  /** Whoever took a frame from the sink `node` holds it no more. */
  release(node: GraphNode, frame: Frame): void {
    this.giveBack(this.stations.get(node.inputs[0]!.from)!, frame);
  }

  /** A frame that `station` emitted comes back; filters without `push` have only handed it on. */
  private giveBack(station: Station, frame: Frame): void {
    const { instance, inputs, node } = station;
    if (instance.push !== undefined || inputs.length === 0) station.pool.giveBack(frame);
    else this.giveBack(this.stations.get(node.inputs[0]!.from)!, frame);
  }

  /** A filter without `push` is a sink, or hands frames on as they are. */
  private arrive(station: Station, frame: Frame): void {
    if (station.outputs.length === 0) this.listener.frame(station.node, frame);
    else this.emit(station, 0, frame);
  }

  private finish(station: Station, output: number, pts: number): void {
    const state = station.outputs[output]!;
    if (state.finished) return;
    state.finished = true;
    const edge = station.node.outputs[output]!;
    const wasOpen = state.open;
    state.open = false;
    if (!wasOpen) return;
    const next = this.stations.get(edge.to)!;
    const input = next.inputs[edge.toPad]!;
    if (input.ended) return;
    input.ended = true;
    const { instance } = next;
    if (instance.end !== undefined) instance.end(edge.toPad, pts);
    else if (next.outputs.length === 0) this.listener.end(next.node);
    else {
      const from = edge.link!.timeBase;
      next.node.outputs.forEach((out, index) => {
        this.finish(next, index, rescaleTime(pts, from, out.link!.timeBase));
      });
    }
  }

  private stopInput(station: Station, input: number): void {
    const state = station.inputs[input]!;
    if (state.stopped) return;
    state.stopped = true;
    state.ended = true;
    const edge = station.node.inputs[input]!;
    const before = this.stations.get(edge.from)!;
    before.outputs[edge.fromPad]!.open = false;
    if (before.outputs.every(({ open }) => !open)) {
      for (const index of before.inputs.keys()) this.stopInput(before, index);
    }
  }

  /** The sink `node` takes no more frames. */
  closeSink(node: GraphNode): void {
    this.stopInput(this.stations.get(node)!, 0);
  }

  /** Brings something nearer to the sink `node`; false if only frames from outside could. */
  advance(node: GraphNode): boolean {
    return this.demandInputs(this.stations.get(node)!);
  }

  private demand(station: Station, output: number): boolean {
    if (station.outputs[output]!.finished) return false;
    if (station.instance.pull?.(output) === true) return true;
    return this.demandInputs(station);
  }

  private demandInputs(station: Station): boolean {
    const wanted = station.instance.wants?.() ?? station.inputs.keys();
    let progress = false;
    for (const input of wanted) {
      if (station.inputs[input]!.ended) continue;
      const edge = station.node.inputs[input]!;
      if (this.demand(this.stations.get(edge.from)!, edge.fromPad)) progress = true;
    }
    return progress;
  }

  /** The sources fed from outside that the sink `node` waits for. */
  wanted(node: GraphNode): GraphNode[] {
    const found = new Set<GraphNode>();
    const seen = new Set<Station>();
    const visit = (station: Station): void => {
      if (seen.has(station)) return;
      seen.add(station);
      const { inputs, instance } = station;
      if (inputs.length === 0) {
        const isFed = instance.pull === undefined && !station.outputs[0]!.finished;
        if (isFed) found.add(station.node);
        return;
      }
      for (const input of instance.wants?.() ?? inputs.keys()) {
        if (!inputs[input]!.ended) visit(this.stations.get(station.node.inputs[input]!.from)!);
      }
    };
    visit(this.stations.get(node)!);
    return [...found];
  }

  /** Advances towards the sink until `done`; throws `StateError` if that takes so many steps that it cannot end. */
  run(node: GraphNode, done: () => boolean): void {
    for (let step = 0; !done(); step++) {
      if (!this.advance(node)) return;
      if (step === MAX_STEPS) {
        throw new StateError(
          'filterGraph.getFrames',
          `no frame came to ${node.name} out of ${MAX_STEPS} that its sources made`,
        );
      }
    }
  }
}

/** As in ffmpeg: with 128 more on each side, a picture of a byte for a pixel stays below this. */
const MAX_PIXELS = 2 ** 28;

function requirePictureSize({ options }: GraphNode, width: number, height: number): void {
  if ((width + 128) * (height + 128) < MAX_PIXELS) return;
  throw options.filterError(
    `the picture is ${width}x${height}, allowed are ${MAX_PIXELS} pixels less 128 rows and columns`,
  );
}

function isEnabled(
  enable: Expression | undefined,
  frame: Frame,
  n: number,
  link: Link | undefined,
): boolean {
  if (enable === undefined || link === undefined) return true;
  const t = (frame.pts * link.timeBase[0]) / link.timeBase[1];
  const [w, h] = link.kind === 'video' ? [link.width, link.height] : [Number.NaN, Number.NaN];
  return enable.evaluate(Float64Array.of(t, n, Number.NaN, w, h)) !== 0;
}

/** A time in another time base; an unknown one stays unknown. */
export function rescaleTime(pts: number, from: Rational, to: Rational): number {
  return Number.isFinite(pts) ? rescale(pts, from, to) : Number.NaN;
}

/** The time that an expression gives, in whole ticks; NaN where it is no number or too large. */
export function ticksOf(value: number): number {
  const ticks = Math.trunc(value);
  return Number.isSafeInteger(ticks) ? ticks : Number.NaN;
}
