/**
 * Format negotiation. Every pad says what it takes; pads that a link joins must agree. Where they cannot, a converter (`scale`,
 * `aresample`) goes between. Where several formats are left, each link takes the one that loses least of what comes in.
 */
import type { PixFmt } from '../../frames/pixel-format.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import { type ChannelLayout, defaultChannelLayout } from '../definition/channel-layout.ts';
import type {
  FilterFormats,
  FormatSet,
  NegotiatedFormat,
  PadFormats,
} from '../definition/filter.ts';
import { readOptions } from '../definition/options.ts';
import {
  allOptions,
  createNode,
  type FilterLookup,
  type GraphEdge,
  type GraphNode,
} from './build.ts';
import { bestLayout, bestPixFmt, bestRate, bestSampleFmt, PIX_FMT_ORDER } from './closeness.ts';

/** A converter that was put between two filters. */
export interface InsertedConverter {
  readonly node: GraphNode;
  readonly from: string;
  readonly to: string;
}

/** Values that some pads must agree on: all sets that were merged point to one. */
class Cell<T> {
  allowed: readonly T[] | null;
  /** The format to convert to where none of these comes in; undefined if no pad names one. */
  convertTo: T | undefined;
  private parent: Cell<T> | undefined;

  constructor(allowed: readonly T[] | null, convertTo?: T) {
    this.allowed = allowed;
    this.convertTo = convertTo;
  }

  root(): Cell<T> {
    return this.parent === undefined ? this : this.parent.root();
  }

  /** The values that both allow; undefined if there are none. */
  common(other: Cell<T>, keyOf: (value: T) => string): readonly T[] | null | undefined {
    const a = this.root();
    const b = other.root();
    if (a === b || b.allowed === null) return a.allowed;
    if (a.allowed === null) return b.allowed;
    const keys = new Set(b.allowed.map(keyOf));
    const both = a.allowed.filter((value) => keys.has(keyOf(value)));
    return both.length === 0 ? undefined : both;
  }

  merge(other: Cell<T>, allowed: readonly T[] | null): void {
    const a = this.root();
    const b = other.root();
    a.allowed = allowed;
    a.convertTo ??= b.convertTo;
    if (a !== b) b.parent = a;
  }
}

interface Cells {
  readonly kind: 'video' | 'audio';
  readonly pixFmts: Cell<PixFmt>;
  readonly sampleFmts: Cell<SampleFmt>;
  readonly sampleRates: Cell<number>;
  readonly layouts: Cell<ChannelLayout>;
}

type Attribute = 'pixFmts' | 'sampleFmts' | 'sampleRates' | 'layouts';

const ATTRIBUTES: Readonly<Record<'video' | 'audio', readonly Attribute[]>> = {
  video: ['pixFmts'],
  audio: ['sampleFmts', 'sampleRates', 'layouts'],
};

const keyOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? layoutKey(value as ChannelLayout) : String(value);

function layoutKey(layout: ChannelLayout): string {
  return layout.channels.length === 0 ? String(layout.numChannels) : layout.channels.join('+');
}

/** The settled format of each link. */
export interface Negotiation {
  readonly nodes: readonly GraphNode[];
  readonly inserted: readonly InsertedConverter[];
  formatOf(edge: GraphEdge): NegotiatedFormat;
}

/** Settles the formats of all links; adds the converters that are needed to the nodes. */
export function negotiate(nodes: readonly GraphNode[], lookup: FilterLookup): Negotiation {
  return new Negotiator(nodes, lookup).run();
}

class Negotiator {
  private readonly nodes: GraphNode[];
  private readonly lookup: FilterLookup;
  private readonly inputs = new Map<GraphNode, readonly Cells[]>();
  private readonly outputs = new Map<GraphNode, readonly Cells[]>();
  private readonly insertedNodes: GraphNode[] = [];

  constructor(nodes: readonly GraphNode[], lookup: FilterLookup) {
    this.nodes = [...nodes];
    this.lookup = lookup;
  }

  run(): Negotiation {
    for (const node of this.nodes) this.query(node);
    const edges = this.nodes.flatMap((node) => node.inputs);
    for (const edge of edges) {
      if (!this.merge(this.cellsFrom(edge), this.cellsTo(edge))) this.convert(edge);
    }
    this.reduce();
    this.pick();
    const formats = new Map<GraphEdge, NegotiatedFormat>();
    for (const node of this.nodes) {
      for (const edge of node.inputs) formats.set(edge, settled(this.cellsTo(edge)));
    }
    const formatOf = (edge: GraphEdge): NegotiatedFormat => formats.get(edge)!;
    const inserted = this.insertedNodes.map((node) => ({
      node,
      from: describe(formatOf(node.inputs[0]!)),
      to: describe(formatOf(node.outputs[0]!)),
    }));
    return { nodes: this.nodes, inserted, formatOf };
  }

  private query(node: GraphNode): void {
    const formats = node.definition.formats?.(node.options) ?? anyFormats(node);
    const cells = new Map<FormatSet<unknown>, Cell<unknown>>();
    const cellOf = <T>(set: FormatSet<T>): Cell<T> => {
      let cell = cells.get(set);
      if (cell === undefined) {
        cell = new Cell<unknown>(set.allowed, set.convertTo);
        cells.set(set, cell);
      }
      return cell as Cell<T>;
    };
    const none = { allowed: null };
    const cellsOf = (pad: PadFormats): Cells => ({
      kind: pad.kind,
      pixFmts: pad.kind === 'video' ? cellOf(pad.pixFmts) : new Cell<PixFmt>(null),
      sampleFmts: cellOf<SampleFmt>(pad.kind === 'audio' ? pad.sampleFmts : none),
      sampleRates: cellOf<number>(pad.kind === 'audio' ? pad.sampleRates : { allowed: null }),
      layouts: cellOf<ChannelLayout>(pad.kind === 'audio' ? pad.layouts : { allowed: null }),
    });
    this.inputs.set(node, formats.inputs.map(cellsOf));
    this.outputs.set(node, formats.outputs.map(cellsOf));
  }

  private cellsFrom(edge: GraphEdge): Cells {
    return this.outputs.get(edge.from)![edge.fromPad]!;
  }

  private cellsTo(edge: GraphEdge): Cells {
    return this.inputs.get(edge.to)![edge.toPad]!;
  }

  private merge(a: Cells, b: Cells): boolean {
    const names = ATTRIBUTES[a.kind];
    const common = names.map((name) =>
      (a[name] as Cell<unknown>).common(b[name] as Cell<unknown>, keyOf),
    );
    if (common.some((values) => values === undefined)) return false;
    names.forEach((name, i) => {
      (a[name] as Cell<unknown>).merge(b[name] as Cell<unknown>, common[i]!);
    });
    return true;
  }

  /** Puts a converter on `edge`. */
  private convert(edge: GraphEdge): void {
    const { to, toPad, kind } = edge;
    const name = kind === 'video' ? 'scale' : 'aresample';
    const definition = this.lookup.find(name);
    if (definition === undefined) {
      throw to.options.filterError(
        `its input needs another format, and there is no filter ${name}`,
      );
    }
    const options = readOptions(name, -1, allOptions(definition), []);
    const node = createNode(definition, `auto_${name}_${this.insertedNodes.length}`, options, true);
    this.insertedNodes.push(node);
    this.nodes.push(node);
    edge.to = node;
    edge.toPad = 0;
    node.inputs[0] = edge;
    const after: GraphEdge = { from: node, fromPad: 0, to, toPad, kind, link: undefined };
    node.outputs[0] = after;
    to.inputs[toPad] = after;
    this.query(node);
    const joined =
      this.merge(this.cellsFrom(edge), this.cellsTo(edge)) &&
      this.merge(this.cellsFrom(after), this.cellsTo(after));
    if (!joined) {
      throw to.options.filterError(
        `no conversion leads from what ${edge.from.name} gives to what it takes`,
      );
    }
  }

  /** Where an input has one format left and an output could have the same, it takes it: nothing is converted without need. */
  private reduce(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const node of this.nodes) {
        for (const input of this.inputs.get(node)!) {
          for (const output of this.outputs.get(node)!) {
            if (input.kind !== output.kind) continue;
            for (const name of ATTRIBUTES[input.kind]) {
              const from = (input[name] as Cell<unknown>).root();
              const into = (output[name] as Cell<unknown>).root();
              if (from === into || from.allowed?.length !== 1) continue;
              if (into.allowed !== null && into.allowed.length < 2) continue;
              const key = keyOf(from.allowed[0]);
              if (into.allowed !== null && !into.allowed.some((value) => keyOf(value) === key))
                continue;
              into.allowed = from.allowed;
              changed = true;
            }
          }
        }
      }
    }
  }

  /** Narrows every set to one value: the one closest to the filter's first input, from the sources on. */
  private pick(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const node of this.nodes) {
        const reference = this.inputs.get(node)![0];
        if (reference === undefined || !isSettled(reference)) continue;
        for (const output of this.outputs.get(node)!) {
          if (isSettled(output) || reference.kind !== output.kind) continue;
          settleLike(output, reference);
          changed = true;
        }
      }
      if (!changed) changed = this.pickFirst();
    }
  }

  /** Settles one set that nothing decides; returns whether there was one. */
  private pickFirst(): boolean {
    for (const node of this.nodes) {
      for (const cells of [...this.outputs.get(node)!, ...this.inputs.get(node)!]) {
        if (isSettled(cells)) continue;
        for (const name of ATTRIBUTES[cells.kind]) {
          const cell = (cells[name] as Cell<unknown>).root();
          cell.allowed = [cell.allowed === null ? anyValue(name) : firstOf(name, cell.allowed)];
        }
        return true;
      }
    }
    return false;
  }
}

function anyFormats(node: GraphNode): FilterFormats {
  const video: PadFormats = { kind: 'video', pixFmts: { allowed: null } };
  const audio: PadFormats = {
    kind: 'audio',
    sampleFmts: { allowed: null },
    sampleRates: { allowed: null },
    layouts: { allowed: null },
  };
  const formatsOf = ({ kind }: { readonly kind: string }) => (kind === 'video' ? video : audio);
  return { inputs: node.inputPads.map(formatsOf), outputs: node.outputPads.map(formatsOf) };
}

function anyValue(name: Attribute): unknown {
  if (name === 'pixFmts') return PIX_FMT_ORDER[0];
  if (name === 'sampleFmts') return 'u8';
  return name === 'sampleRates' ? 44100 : defaultChannelLayout(2);
}

/** ffmpeg keeps sets in the order of its own list of formats where a filter says nothing else; a filter's order stands. */
function firstOf(_name: Attribute, allowed: readonly unknown[]): unknown {
  return allowed[0];
}

function isSettled(cells: Cells): boolean {
  return ATTRIBUTES[cells.kind].every((name) => cells[name].root().allowed?.length === 1);
}

function settleLike(cells: Cells, reference: Cells): void {
  if (cells.kind === 'video') {
    const cell = cells.pixFmts.root();
    const from = reference.pixFmts.root().allowed![0]!;
    cell.allowed = [cell.allowed === null ? from : pickPixFmt(cell, from, cell.allowed)];
    return;
  }
  const formats = cells.sampleFmts.root();
  const format = reference.sampleFmts.root().allowed![0]!;
  formats.allowed = [formats.allowed === null ? format : bestSampleFmt(format, formats.allowed)];
  const rates = cells.sampleRates.root();
  const rate = reference.sampleRates.root().allowed![0]!;
  rates.allowed = [rates.allowed === null ? rate : bestRate(rate, rates.allowed)];
  const layouts = cells.layouts.root();
  const layout = reference.layouts.root().allowed![0]!;
  layouts.allowed = [layouts.allowed === null ? layout : bestLayout(layout, layouts.allowed)];
}

function pickPixFmt(cell: Cell<PixFmt>, from: PixFmt, allowed: readonly PixFmt[]): PixFmt {
  const { convertTo } = cell;
  if (convertTo === undefined || allowed.includes(from) || !allowed.includes(convertTo)) {
    return bestPixFmt(from, allowed);
  }
  return convertTo;
}

function settled(cells: Cells): NegotiatedFormat {
  if (cells.kind === 'video') return { kind: 'video', pixFmt: cells.pixFmts.root().allowed![0]! };
  return {
    kind: 'audio',
    sampleFmt: cells.sampleFmts.root().allowed![0]!,
    sampleRate: cells.sampleRates.root().allowed![0]!,
    layout: cells.layouts.root().allowed![0]!,
  };
}

function describe(format: NegotiatedFormat): string {
  if (format.kind === 'video') return format.pixFmt;
  return `${format.sampleRate} Hz ${format.sampleFmt} ${format.layout.name}`;
}
