/** Writes what an inspector of filter graphs is told as a trace (docs/inspection.md). */
import type { TableDescription } from '../inspect/trace-format.ts';
import { type TablesOf, TraceWriter } from '../inspect/trace-writer.ts';
import type { Frame } from './definition/filter.ts';
import type { GraphInspector, GraphLink } from './graph/inspector.ts';

/** Frames of a group of rows. */
const GROUP_FRAMES = 256;

/** The tables of a trace of filter graphs, by name. */
export const FILTER_TABLES = [
  {
    name: 'link',
    columns: [
      ['graph', 'u16'],
      ['link', 'u16'],
      ['from', 'u16'],
      ['fromFilter', 'u16'],
      ['fromPad', 'u16'],
      ['to', 'u16'],
      ['toFilter', 'u16'],
      ['toPad', 'u16'],
      ['isConverted', 'u8'],
      ['format', 'u16'],
      ['width', 'u32'],
      ['height', 'u32'],
      ['sampleRate', 'u32'],
      ['layout', 'u16'],
      ['timeBaseNum', 'f64'],
      ['timeBaseDen', 'f64'],
      ['rateNum', 'f64'],
      ['rateDen', 'f64'],
    ],
  },
  {
    name: 'link_frame',
    columns: [
      ['graph', 'u16'],
      ['link', 'u16'],
      ['pts', 'f64'],
      ['samples', 'u32'],
    ],
  },
] as const satisfies readonly TableDescription[];

/** An inspector whose trace is taken piece by piece. */
export class GraphTrace implements GraphInspector {
  private readonly writer: TraceWriter;
  private readonly tables: TablesOf<typeof FILTER_TABLES>;
  private readonly graph: number;
  private links = 0;
  private frames = 0;

  /**
   * @param writer a trace that others write to as well; it has the tables `FILTER_TABLES`
   * @param graph number of the graph in the trace
   */
  constructor(writer: TraceWriter = new TraceWriter({}, FILTER_TABLES), graph = 0) {
    this.writer = writer;
    this.tables = writer.tables(FILTER_TABLES);
    this.graph = graph;
  }

  /** The bytes of the trace since the last call. */
  take(): Uint8Array[] {
    return this.writer.take();
  }

  /** Ends the trace; `take` gives the rest. */
  end(): void {
    this.writer.end();
  }

  link({ from, fromFilter, fromPad, to, toFilter, toPad, format, isConverted }: GraphLink): void {
    const name = (text: string): number => this.writer.nameIndex(text);
    const isVideo = format.kind === 'video';
    const size = isVideo ? ([format.width, format.height] as const) : ([0, 0] as const);
    const rate = isVideo ? format.frameRate : ([0, 1] as const);
    this.tables.link.add(
      ...[this.graph, this.links++],
      ...[name(from), name(fromFilter), fromPad, name(to), name(toFilter), toPad],
      ...[isConverted ? 1 : 0, name(isVideo ? format.pixFmt : format.sampleFmt), ...size],
      ...[isVideo ? 0 : format.sampleRate, name(isVideo ? '' : format.layout.name)],
      ...[...format.timeBase, ...rate],
    );
  }

  /** A picture has `samples` 0. */
  frame(link: number, frame: Frame): void {
    const samples = 'numSamples' in frame ? frame.numSamples : 0;
    this.tables.link_frame.add(this.graph, link, frame.pts, samples);
    if (++this.frames % GROUP_FRAMES === 0) this.writer.endGroup();
  }
}
