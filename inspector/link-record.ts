/** What the view of filters is drawn from: the links of graphs, and the frames that passed over each. */
import type { Trace } from '../src/inspect/index.ts';
import { requireColumns } from './needed.ts';

/** Tables that a trace of filters must have, with the columns that are read. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  link: [
    ...['graph', 'link', 'from', 'fromFilter', 'fromPad', 'to', 'toFilter', 'toPad', 'isConverted'],
    ...['format', 'width', 'height', 'sampleRate', 'layout'],
    ...['timeBaseNum', 'timeBaseDen', 'rateNum', 'rateDen'],
  ],
  link_frame: ['graph', 'link', 'pts', 'samples'],
};

/** Links that are shown of a trace. */
const MOST_LINKS = 200;

/** A link from one filter to the next. */
export interface FilterLink {
  readonly graph: number;
  readonly link: number;
  /** Names of the nodes, and of their filters. */
  readonly from: string;
  readonly fromFilter: string;
  readonly to: string;
  readonly toFilter: string;
  readonly pads: string;
  /** The format, as words. */
  readonly format: string;
  readonly timeBase: string;
  /** Whether frames are brought to another format on the way. */
  readonly isConverted: boolean;
  /** Times of its frames in seconds, and their samples: 0 of pictures. */
  readonly times: Float64Array;
  readonly samples: Uint32Array;
}

/** A number that can be drawn. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** The links of a trace; empty where it has none. Throws an error that says what to do. */
export function linksOfTrace(trace: Trace): FilterLink[] {
  const { tables, names } = trace;
  if ((tables.link?.rowCount ?? 0) === 0) return [];
  requireColumns(trace, NEEDED);
  const { columns: c, rowCount } = tables.link;
  const { columns: f, rowCount: count } = tables.link_frame;
  const byLink = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    const key = `${f.graph[i]} ${f.link[i]}`;
    const own = byLink.get(key);
    if (own === undefined) byLink.set(key, [i]);
    else own.push(i);
  }
  const name = (number: number): string => names[number] ?? '?';
  return Array.from({ length: Math.min(MOST_LINKS, rowCount) }, (_, i) => {
    const frames = byLink.get(`${c.graph[i]} ${c.link[i]}`) ?? [];
    const second = c.timeBaseDen[i] / c.timeBaseNum[i];
    const isVideo = c.width[i] > 0;
    const rate = c.rateNum[i] / c.rateDen[i];
    const format = isVideo
      ? `${name(c.format[i])} ${c.width[i]}×${c.height[i]}${rate > 0 && rate < 1e6 ? `, ${Number(rate.toFixed(3))} a second` : ''}`
      : `${name(c.format[i])} ${name(c.layout[i])}, ${c.sampleRate[i]} Hz`;
    return {
      ...{ graph: c.graph[i], link: c.link[i], format, isConverted: c.isConverted[i] !== 0 },
      ...{ from: name(c.from[i]), fromFilter: name(c.fromFilter[i]) },
      ...{ to: name(c.to[i]), toFilter: name(c.toFilter[i]) },
      pads: `${c.fromPad[i]} to ${c.toPad[i]}`,
      timeBase: `${c.timeBaseNum[i]}/${c.timeBaseDen[i]}`,
      times: Float64Array.from(frames, (row) => finite(f.pts[row] / second)),
      samples: Uint32Array.from(frames, (row) => f.samples[row]),
    };
  });
}
