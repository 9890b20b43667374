/** What can be watched of a graph: its links with their formats, and the frames that pass over each. Frames are the same with it. */
import type { Frame, Link } from '../definition/filter.ts';
import type { GraphEdge } from './build.ts';

/** A link of a graph that is set up, with the names of the filters' instances at its ends. */
export interface GraphLink {
  readonly from: string;
  readonly fromFilter: string;
  readonly fromPad: number;
  readonly to: string;
  readonly toFilter: string;
  readonly toPad: number;
  /** Format, size and time base; rate and shape of pixels of pictures. */
  readonly format: Link;
  /** Whether negotiation put the filter that it comes from there. */
  readonly isConverted: boolean;
}

/** Watches a graph; pass it as option `inspect`. */
export interface GraphInspector {
  /** A link, when the graph is set up; links are numbered from 0 in the order in which they are told. */
  link(link: GraphLink): void;
  /** A frame passes over a link; valid only during the call. */
  frame(link: number, frame: Frame): void;
}

/** The edge as it is told. */
export function linkOf({ from, fromPad, to, toPad, link }: GraphEdge): GraphLink {
  return {
    ...{ from: from.name, fromFilter: from.definition.name, fromPad },
    ...{ to: to.name, toFilter: to.definition.name, toPad },
    format: link!,
    isConverted: from.inserted,
  };
}
