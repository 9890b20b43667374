/** The trace of filter graphs: the same frames with it, formats and times of each link. */
import { expect, test } from 'vitest';
import { FilterGraph, type FilterGraphOptions, GraphTrace } from '../../src/filters/index.ts';
import type { AudioFrames, VideoFrames } from '../../src/frames/index.ts';
import { endTrace, traceRows } from '../support/trace.ts';

const GRAPHS = [
  'testsrc2=size=64x48:rate=10:duration=1,scale=32:24,format=rgb24,fps=5,buffersink',
  'sine=frequency=300:duration=0.5,aresample=16000,volume=0.5,aformat=sample_fmts=s16,abuffersink',
  "testsrc2=size=64x48:rate=10:duration=1,split[a][b];[a]hflip[c];[c][b]overlay=enable='gt(t,0.5)',buffersink",
];

/** All that comes out of a graph without inputs, as bytes and times. */
function outputOf(text: string, options: FilterGraphOptions) {
  const graph = new FilterGraph(text, options);
  const out: unknown[] = [];
  for (;;) {
    const frames: VideoFrames | AudioFrames | null = graph.getFrames();
    if (frames === null || frames.numFrames === 0) return out;
    for (const { pts, planes } of frames.frames)
      out.push([pts, planes.map(({ data }) => data.slice())]);
  }
}

test('watching changes no frame', () => {
  for (const text of GRAPHS) {
    expect(outputOf(text, { inspect: new GraphTrace() })).toEqual(outputOf(text, {}));
  }
});

test('links have their formats, and the times of their frames in their own ticks', () => {
  const inspect = new GraphTrace();
  const frames = outputOf(GRAPHS[0], { inspect });
  const trace = endTrace(inspect);
  const { names } = trace;
  const links = traceRows(trace, 'link');
  const ends = links.map(({ fromFilter, toFilter }) => [names[fromFilter], names[toFilter]]);
  expect(ends[0]).toEqual(['testsrc2', 'scale']);
  expect(ends.at(-1)?.[1]).toBe('buffersink');
  expect(links.at(-1)).toMatchObject({ width: 32, height: 24, timeBaseDen: 5 });
  expect(names[links.at(-1)!.format]).toBe('rgb24');
  const passed = traceRows(trace, 'link_frame');
  const timesOf = (link: number) => passed.filter((row) => row.link === link).map(({ pts }) => pts);
  expect(timesOf(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(timesOf(links.length - 1)).toEqual([0, 1, 2, 3, 4]);
  expect(frames.length).toBe(5);
});
