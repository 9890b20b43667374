/** A graph drawn as text, as ffmpeg draws it: one box a filter, with the links into and out of it. */
import type { Rational } from '../../base/rational.ts';
import type { Link } from '../definition/filter.ts';
import type { GraphEdge, GraphNode } from './build.ts';

/** The drawing of all nodes, in their order. */
export function dumpGraph(nodes: readonly GraphNode[]): string {
  return nodes.map((node) => `${drawNode(node)}\n`).join('');
}

function describe(link: Link): string {
  if (link.kind === 'video') {
    const [num, den] = link.sampleAspectRatio as Rational;
    return `[${link.width}x${link.height} ${num}:${den} ${link.pixFmt}]`;
  }
  return `[${link.sampleRate}Hz ${link.sampleFmt}:${link.layout.name}]`;
}

const longest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.map((text) => text.length));

function drawNode(node: GraphNode): string {
  const type = `(${node.definition.name})`;
  const width = Math.max(node.name.length + 2, type.length + 2);
  const height = Math.max(2, node.inputs.length, node.outputs.length);
  const left = drawInputs(node);
  const right = drawOutputs(node);
  const indent = ' '.repeat(longest(left));
  const bar = `${indent}+${'-'.repeat(width)}+\n`;
  const labelRow = Math.floor((height - 2) / 2);
  let text = bar;
  for (let row = 0; row < height; row++) {
    const inputRow = row - Math.floor((height - left.length) / 2);
    const outputRow = row - Math.floor((height - right.length) / 2);
    const label = row === labelRow ? node.name : row === labelRow + 1 ? type : '';
    const before = Math.floor((width - label.length) / 2);
    const box = `|${' '.repeat(before)}${label}${' '.repeat(width - label.length - before)}|`;
    text += `${left[inputRow] ?? indent}${box}${right[outputRow] ?? ''}\n`;
  }
  return text + bar;
}

const sourceOf = ({ from, fromPad }: GraphEdge): string =>
  `${from.name}:${from.outputPads[fromPad]!.name}`;
const targetOf = ({ to, toPad }: GraphEdge): string => `${to.name}:${to.inputPads[toPad]!.name}`;

function drawInputs(node: GraphNode): string[] {
  const sources = node.inputs.map(sourceOf);
  const formats = node.inputs.map((edge) => describe(edge.link!));
  const pads = node.inputs.map((edge) => node.inputPads[edge.toPad]!.name);
  return sources.map((source, i) => {
    const first = source.padEnd(longest(sources) + 2, '-');
    const second = formats[i]!.padEnd(longest(formats) + 2 + longest(pads) - pads[i]!.length, '-');
    return `${first}${second}${pads[i]}`;
  });
}

function drawOutputs(node: GraphNode): string[] {
  const formats = node.outputs.map((edge) => describe(edge.link!));
  const pads = node.outputs.map((edge) => node.outputPads[edge.fromPad]!.name);
  return node.outputs.map((edge, i) => {
    const first = pads[i]!.padEnd(longest(pads) + 2, '-');
    return `${first}${formats[i]!.padEnd(longest(formats) + 2, '-')}${targetOf(edge)}`;
  });
}
