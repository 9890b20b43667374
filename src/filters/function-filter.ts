/** A filter given as a function of the caller's: `graph.define('name', fn)`. */
import type { PixFmt } from '../frames/pixel-format.ts';
import type { SampleFmt } from '../frames/sample-format.ts';
import {
  AUDIO_PAD,
  type FilterDefinition,
  type Frame,
  type Link,
  sameAudio,
  samePixFmt,
  VIDEO_PAD,
} from './definition/filter.ts';
import { FilterGraphError } from './language/graph-error.ts';

/** The second argument of a filter function, beside the frame. */
export interface FrameContext {
  /** Frames before this one. */
  readonly n: number;
  /** Time of the frame in seconds. */
  readonly t: number;
  readonly link: Link;
  /** The text of the filter's options in the graph: `mine=a:b` gives `a:b` as `args`. */
  readonly args: string;
}

/**
 * Returns what takes the place of a frame: a frame, several, or nothing (null). It must not write into the frame that it is given,
 * and what it returns has the same format and size.
 */
export type FilterFunction = (
  frame: Frame,
  context: FrameContext,
) => Frame | readonly Frame[] | null | undefined;

/** The frames that a filter function takes; by default pictures of any format. */
export interface FunctionFilterOptions {
  readonly kind?: 'video' | 'audio';
  readonly pixFmts?: readonly PixFmt[];
  readonly sampleFmts?: readonly SampleFmt[];
}

/** The definition of a filter whose frames go through `fn`. */
export function definitionOf(
  name: string,
  fn: FilterFunction,
  options: FunctionFilterOptions,
): FilterDefinition {
  const { kind = 'video', pixFmts, sampleFmts } = options;
  const pad = kind === 'video' ? VIDEO_PAD : AUDIO_PAD;
  return {
    name,
    description: 'a filter of the caller',
    options: [{ name: 'args', kind: 'string', default: '', description: 'given to the function' }],
    inputs: pad,
    outputs: pad,
    timeline: true,
    formats: () =>
      kind === 'video'
        ? samePixFmt(pixFmts ?? null)
        : sameAudio(sampleFmts === undefined ? {} : { sampleFmts }),
    open(setup) {
      const link = setup.inputs[0]!;
      const args = setup.options.text('args');
      let n = 0;
      return {
        push(_, frame) {
          const t = (frame.pts * link.timeBase[0]) / link.timeBase[1];
          const result = fn(frame, { n: n++, t, link, args });
          if (result === null || result === undefined) return;
          for (const out of Array.isArray(result) ? result : [result as Frame]) {
            requireFormat(name, out, link);
            setup.emit(0, out);
          }
        },
      };
    },
  };
}

function requireFormat(name: string, frame: Frame, link: Link): void {
  const fits =
    link.kind === 'video'
      ? 'pixFmt' in frame &&
        frame.pixFmt === link.pixFmt &&
        frame.width === link.width &&
        frame.height === link.height
      : 'sampleFmt' in frame &&
        frame.sampleFmt === link.sampleFmt &&
        frame.numChannels === link.layout.numChannels;
  if (!fits) {
    throw new FilterGraphError(
      `filterGraph.${name}`,
      'the function returned a frame of another format or size than it was given',
      -1,
    );
  }
}
