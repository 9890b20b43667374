/** From text to nodes and edges: looks filters up, reads their options, joins their pads by order and by label. */
import type { FilterDefinition, Link, MediaKind, PadDefinition } from '../definition/filter.ts';
import { type OptionDefinition, type OptionValues, readOptions } from '../definition/options.ts';
import { FilterGraphError, nearestName } from '../language/graph-error.ts';
import type { FilterGraphText, FilterText, LabelText } from '../language/graph-text.ts';

/** A filter in a graph. */
export interface GraphNode {
  /** `buffer@in0`, or `Parsed_scale_1` where the graph gives no name. */
  readonly name: string;
  readonly definition: FilterDefinition;
  readonly options: OptionValues;
  readonly inputPads: readonly PadDefinition[];
  readonly outputPads: readonly PadDefinition[];
  /** The node that feeds each input pad, and the node that each output pad feeds. */
  readonly inputs: GraphEdge[];
  readonly outputs: GraphEdge[];
  /** Whether format negotiation put it there. */
  readonly inserted: boolean;
}

/** A link between two pads. */
export interface GraphEdge {
  readonly from: GraphNode;
  readonly fromPad: number;
  to: GraphNode;
  toPad: number;
  readonly kind: MediaKind;
  /** Its properties, when the graph is set up. */
  link: Link | undefined;
}

/** Finds filters by name. */
export interface FilterLookup {
  find(name: string): FilterDefinition | undefined;
  names(): Iterable<string>;
}

/** An open pad: an output that nothing takes yet, or an input that nothing feeds yet. */
interface OpenPad {
  readonly node: GraphNode;
  readonly pad: number;
  readonly text: FilterText;
}

const ENABLE: OptionDefinition = {
  name: 'enable',
  kind: 'expression',
  description: 'the filter works where this is not 0; frames pass by where it is',
  namedOnly: true,
};

/** The options of a filter with those that filters of its kind share. */
export function allOptions(definition: FilterDefinition): readonly OptionDefinition[] {
  return definition.timeline === true ? [...definition.options, ENABLE] : definition.options;
}

/** A node of `definition`; `padsOf` the pads that its options give it. */
export function createNode(
  definition: FilterDefinition,
  name: string,
  options: OptionValues,
  inserted = false,
): GraphNode {
  const { inputs, outputs } = definition;
  const inputPads = typeof inputs === 'function' ? inputs(options) : inputs;
  const outputPads = typeof outputs === 'function' ? outputs(options) : outputs;
  return { name, definition, options, inputPads, outputPads, inputs: [], outputs: [], inserted };
}

/** An input that a description leaves open. */
export interface OpenInput {
  /** Its label in the description; undefined if it has none. */
  readonly label: string | undefined;
  readonly kind: MediaKind;
  /** Name of the filter that it is an input of. */
  readonly filter: string;
  /** Index in the text of that filter's name. */
  readonly at: number;
}

/** What a description leaves away, if it does. */
export interface LeftAway {
  /** A source for the first open input; then a sink takes the one open output. */
  readonly source?: FilterText | undefined;
  /** Gives the source of each open input, in the order of the text; then a sink takes each open output, and is named after its label. */
  readonly feed?: ((input: OpenInput) => FilterText) | undefined;
}

/** The nodes of a graph in the order of its text, all pads joined. Throws `FilterGraphError` where that cannot be. */
export function buildGraph(
  graph: FilterGraphText,
  lookup: FilterLookup,
  leftAway: LeftAway = {},
): GraphNode[] {
  return new Builder(lookup, leftAway).build(graph);
}

/** The label that ffmpeg gives to the input of `-vf`. */
const INPUT_LABEL = 'in';

/** Labels of streams, `0:v`, may stand at several inputs: each is fed. */
const STREAM_LABEL = /^\d/;

class Builder {
  private readonly lookup: FilterLookup;
  private readonly leftAway: LeftAway;
  private readonly nodes: GraphNode[] = [];
  private readonly names = new Set<string>();
  private readonly openInputs = new Map<string, OpenPad>();
  private readonly openOutputs = new Map<string, OpenPad>();
  private readonly usedLabels = new Set<string>();
  /** Outputs without a label that ended a chain. */
  private readonly loose: OpenPad[] = [];

  constructor(lookup: FilterLookup, leftAway: LeftAway) {
    this.lookup = lookup;
    this.leftAway = leftAway;
  }

  build(graph: FilterGraphText): GraphNode[] {
    const { source, feed } = this.leftAway;
    if (graph.openQuote !== undefined) {
      throw new FilterGraphError(
        'filterGraph',
        'a quote is not closed',
        graph.openQuote,
        "write \\' for a quote that is part of the text",
      );
    }
    let end = 0;
    let given = source === undefined ? [] : this.add({ ...source, at: -1 }, []);
    const labeled = graph.chains
      .flat()
      .some(({ inputs }) => inputs.some(({ label }) => label === INPUT_LABEL));
    if (labeled && given.length > 0) this.openOutputs.set(INPUT_LABEL, given.pop()!);
    for (const chain of graph.chains) {
      let before: OpenPad[] = given;
      given = [];
      for (const filter of chain) {
        before = this.add(filter, before);
        end = filter.end ?? -1;
      }
      this.loose.push(...before);
    }
    if (source !== undefined) this.addSink();
    if (feed !== undefined) this.addEnds(feed);
    this.requireAllLinked(end);
    return this.nodes;
  }

  /** Adds a filter after the open outputs of the one before it; returns its own open outputs. */
  private add(filter: FilterText, before: readonly OpenPad[]): OpenPad[] {
    const node = this.createNode(filter);
    const fed = filter.inputs.length + before.length;
    if (fed > node.inputPads.length) {
      // A source that is used as a filter has no input pads: the error points at its options.
      const at =
        node.inputPads.length === 0
          ? (filter.options[0]?.keyAt ?? filter.options[0]?.valueAt)?.[0]
          : undefined;
      const labels = filter.inputs.length > 0 ? ` (${filter.inputs.length} by label)` : '';
      throw this.error(
        filter,
        `it has ${count(node.inputPads, 'input')}, got ${fed} links${labels}`,
        node.inputPads.length === 0 ? 'a source begins a chain' : '',
        at,
      );
    }
    for (const [pad, label] of filter.inputs.entries()) {
      this.feedByLabel(label, { node, pad, text: filter });
    }
    before.forEach((open, index) => {
      this.join(open, { node, pad: filter.inputs.length + index, text: filter }, filter.at ?? -1);
    });
    for (let pad = fed; pad < node.inputPads.length; pad++) {
      this.openInputs.set(`\0${node.name}:${pad}`, { node, pad, text: filter });
    }
    return this.addOutputs(filter, node);
  }

  private addOutputs(filter: FilterText, node: GraphNode): OpenPad[] {
    const open: OpenPad[] = node.outputPads.map((_, pad) => ({ node, pad, text: filter }));
    filter.outputs.forEach((label, pad) => {
      if (pad >= open.length) {
        throw new FilterGraphError(
          `filterGraph.${filter.name}`,
          `no output is left for label [${label.label}]: it has ${count(node.outputPads, 'output')}`,
          label.at ?? -1,
        );
      }
      this.takeByLabel(label, open[pad]!);
    });
    return open.slice(filter.outputs.length);
  }

  private createNode(filter: FilterText): GraphNode {
    const definition = this.lookup.find(filter.name);
    if (definition === undefined) {
      const near = nearestName(filter.name, this.lookup.names());
      throw new FilterGraphError(
        'filterGraph',
        `there is no filter ${filter.name}`,
        filter.at ?? -1,
        near === undefined ? '' : `did you mean ${near}?`,
      );
    }
    const name =
      filter.instance === undefined
        ? `Parsed_${filter.name}_${this.nodes.length}`
        : `${filter.name}@${filter.instance}`;
    if (this.names.has(name)) throw this.error(filter, `two filters are called ${name}`);
    this.names.add(name);
    const at = filter.at ?? -1;
    const options = readOptions(filter.name, at, allOptions(definition), filter.options);
    const node = createNode(definition, name, options);
    this.nodes.push(node);
    return node;
  }

  private error(
    filter: FilterText,
    detail: string,
    hint = '',
    at = filter.at ?? -1,
  ): FilterGraphError {
    return new FilterGraphError(`filterGraph.${filter.name}`, detail, at, hint);
  }

  private feedByLabel(label: LabelText, input: OpenPad): void {
    const output = this.openOutputs.get(label.label);
    const at = label.at ?? -1;
    if (output !== undefined) {
      this.openOutputs.delete(label.label);
      this.usedLabels.add(label.label);
      this.join(output, input, at);
      return;
    }
    if (this.leftAway.feed !== undefined && STREAM_LABEL.test(label.label)) {
      this.openInputs.set(`${label.label}\0${this.openInputs.size}`, input);
      return;
    }
    if (this.usedLabels.has(label.label) || this.openInputs.has(label.label)) {
      throw new FilterGraphError(
        'filterGraph',
        `label [${label.label}] is taken twice`,
        at,
        'one output feeds one input; split (asplit) gives it to several',
      );
    }
    this.openInputs.set(label.label, input);
  }

  private takeByLabel(label: LabelText, output: OpenPad): void {
    const at = label.at ?? -1;
    const input = this.openInputs.get(label.label);
    if (
      this.openOutputs.has(label.label) ||
      (input === undefined && this.usedLabels.has(label.label))
    ) {
      throw new FilterGraphError('filterGraph', `two outputs have the label [${label.label}]`, at);
    }
    if (input === undefined) {
      this.openOutputs.set(label.label, output);
      return;
    }
    this.openInputs.delete(label.label);
    this.usedLabels.add(label.label);
    this.join(output, input, at);
  }

  private join(output: OpenPad, input: OpenPad, at: number): void {
    const from = output.node;
    const to = input.node;
    const kind = from.outputPads[output.pad]!.kind;
    const wanted = to.inputPads[input.pad]!;
    if (kind !== wanted.kind) {
      throw this.error(
        input.text,
        `its input ${wanted.name} takes ${wanted.kind}, but ${from.name} gives ${kind}`,
      );
    }
    if (reaches(to, from)) {
      throw new FilterGraphError('filterGraph', `the links from ${to.name} lead back to it`, at);
    }
    const edge: GraphEdge = {
      from,
      fromPad: output.pad,
      to,
      toPad: input.pad,
      kind,
      link: undefined,
    };
    from.outputs[output.pad] = edge;
    to.inputs[input.pad] = edge;
  }

  /** A sink for the one output that is open. */
  private addSink(): void {
    const open = [...this.openOutputs.values(), ...this.loose];
    if (open.length !== 1) return;
    const name =
      open[0]!.node.outputPads[open[0]!.pad]!.kind === 'video' ? 'buffersink' : 'abuffersink';
    this.openOutputs.clear();
    this.loose.length = 0;
    this.add({ inputs: [], name, options: [], outputs: [], at: -1 }, open);
  }

  /** A source for every open input, and a sink for every open output. */
  private addEnds(feed: (input: OpenInput) => FilterText): void {
    for (const [key, { node, pad, text }] of [...this.openInputs]) {
      const [label] = key.split('\0', 1);
      const { kind } = node.inputPads[pad]!;
      const at = text.at ?? -1;
      const source = feed({ label: label === '' ? undefined : label, kind, filter: text.name, at });
      const [output] = this.add({ ...source, at: -1 }, []);
      this.openInputs.delete(key);
      this.join(output!, { node, pad, text }, at);
    }
    const labeled = [...this.openOutputs].map(([instance, open]) => ({ instance, open }));
    const loose = this.loose.map((open) => ({ open }));
    this.openOutputs.clear();
    this.loose.length = 0;
    for (const { open, ...named } of [...labeled, ...loose]) {
      const isVideo = open.node.outputPads[open.pad]!.kind === 'video';
      const name = isVideo ? 'buffersink' : 'abuffersink';
      this.add({ inputs: [], name, ...named, options: [], outputs: [], at: -1 }, [open]);
    }
  }

  private requireAllLinked(end: number): void {
    for (const [label, { node, pad, text }] of this.openInputs) {
      const name = node.inputPads[pad]!.name;
      throw this.error(
        text,
        label.startsWith('\0')
          ? `nothing feeds its input ${name}`
          : `nothing feeds its input ${name}: no output has the label [${label}]`,
        'a graph begins with sources such as buffer and abuffer',
      );
    }
    const [[label, labelled] = []] = this.openOutputs;
    const open = labelled ?? this.loose[0];
    if (open === undefined) return;
    const pad = open.node.outputPads[open.pad]!.name;
    const what = label === undefined ? `output ${pad}` : `output [${label}]`;
    throw new FilterGraphError(
      `filterGraph.${open.text.name}`,
      `nothing takes ${what} of ${open.node.name}`,
      end,
      'a graph ends with buffersink or abuffersink; before ";" outputs without a label are lost',
    );
  }
}

function count(pads: readonly PadDefinition[], what: string): string {
  return `${pads.length === 0 ? 'no' : pads.length} ${what}${pads.length === 1 ? '' : 's'}`;
}

/** Whether links lead from `from` to `to`; a node reaches itself. */
function reaches(from: GraphNode, to: GraphNode): boolean {
  if (from === to) return true;
  const seen = new Set<GraphNode>([from]);
  const waiting = [from];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const edge of node.outputs) {
      if (edge === undefined || seen.has(edge.to)) continue;
      if (edge.to === to) return true;
      seen.add(edge.to);
      waiting.push(edge.to);
    }
  }
  return false;
}

/** The nodes with every one after those that feed it. */
export function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const sorted: GraphNode[] = [];
  const seen = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const edge of node.inputs) visit(edge.from);
    sorted.push(node);
  };
  for (const node of nodes) visit(node);
  return sorted;
}
