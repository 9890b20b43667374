/** The session over a filter graph: keys, formats, ends, errors with columns. */
import { describe, expect, test } from 'vitest';
import { FilterGraph, FilterGraphError } from '../../src/filters/index.ts';
import {
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  ndarray,
  type VideoFrames,
} from '../../src/frames/index.ts';

const SOURCE = 'buffer=video_size=6x4:pix_fmt=rgb24:time_base=1/30';

function pictures(count: number, pts = 0): VideoFrames {
  const data = Uint8Array.from({ length: count * 4 * 6 * 3 }, (_, i) => (i * 7) & 255);
  return createReferenceVideoFrame({
    array: ndarray(data, [count, 4, 6, 3]),
    pixFmt: 'rgb24',
    frameRate: [30, 1],
    pts,
  });
}

describe('frames in and out', () => {
  test('null hands pictures on without a copy', () => {
    const graph = new FilterGraph(`${SOURCE},null,buffersink`);
    const frames = pictures(3, 5);
    graph.addFrames(frames);
    const out = graph.getFrames() as VideoFrames;
    expect(out.getPts()).toEqual([5, 6, 7]);
    expect(out.frames[1]!.planes).toBe(frames.frames[1]!.planes);
    expect(graph.getFrames()).toBeNull();
    graph.flush();
    graph.flush();
    expect(graph.getFrames()).toBeNull();
    expect(() => graph.addFrames(frames)).toThrow(/flush\(\) has ended/);
  });

  test('anull hands sound on', () => {
    const graph = new FilterGraph(
      'abuffer=sample_rate=8000:sample_fmt=s16:channel_layout=stereo,anull,abuffersink',
    );
    const array = ndarray(Int16Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    graph.addFrames(
      createReferenceAudioFrame({ array, sampleFmt: 's16', sampleRate: 8000, pts: 9 }),
    );
    const out = graph.getFrames()!;
    expect(out.kind).toBe('audio');
    expect(out.getPts()).toEqual([9]);
    expect(out.timeBase).toEqual([1, 8000]);
  });

  test('several inputs are named by their instances', () => {
    const graph = new FilterGraph(
      `${SOURCE.replace('buffer', 'buffer@a')},buffersink@x;${SOURCE},buffersink`,
    );
    expect(graph.inputKeys).toEqual(['buffer@a', 'Parsed_buffer_2']);
    expect(graph.outputKeys).toEqual(['buffersink@x', 'Parsed_buffersink_3']);
    expect(() => graph.addFrames(pictures(1))).toThrow(/buffer@a, Parsed_buffer_2/);
    expect(() => graph.getFrames({ key: 'x' })).toThrow(/got x, allowed are buffersink@x/);
    graph.addFrames(pictures(2), { key: 'buffer@a' });
    expect(graph.getFrames({ key: 'buffersink@x' })!.numFrames).toBe(2);
  });

  test('frames of another size, format or kind than declared are refused', () => {
    const graph = new FilterGraph('buffer=size=6x5:pix_fmt=rgb24:time_base=1/30,buffersink');
    expect(() => graph.addFrames(pictures(1))).toThrow(
      /got frames of rgb24 6x4, the graph declares rgb24 6x5/,
    );
  });

  test('times are rescaled to the time base that the input declares', () => {
    const graph = new FilterGraph('buffer=size=6x4:pix_fmt=rgb24:time_base=1/90000,buffersink');
    graph.addFrames(pictures(3));
    expect(graph.getFrames()!.getPts()).toEqual([0, 3000, 6000]);
  });

  test('a function can be a filter', () => {
    const seen: string[] = [];
    const graph = new FilterGraph();
    graph.define('every', (frame, { n, args }) => {
      seen.push(`${n}:${args}`);
      return n % 2 === 0 ? frame : null;
    });
    graph.open(`${SOURCE},every=second,buffersink`);
    graph.addFrames(pictures(4));
    expect(graph.getFrames()!.getPts()).toEqual([0, 2]);
    expect(seen).toEqual(['0:second', '1:second', '2:second', '3:second']);
    expect(() => graph.define('x', () => null)).toThrow(/define filters before open/);
  });
});

describe('what cannot be set up', () => {
  test.each([
    ['nul', 0, /there is no filter nul.*did you mean null\?/],
    [`${SOURCE},null=1,buffersink`, SOURCE.length + 6, /it has no options/],
    [`${SOURCE.replace('pix_fmt', 'pixfmt')},buffersink`, 22, /did you mean pix_fmt\?/],
    [`${SOURCE},null`, SOURCE.length + 5, /nothing takes output default/],
    ['null,buffersink', 0, /nothing feeds its input default/],
    ['[a]null[a]', 7, /lead back to it/],
    [`"${SOURCE},null"`, 0, /the whole graph is in quotes/],
  ])('%s', (text, index, message) => {
    let thrown: unknown;
    try {
      new FilterGraph(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FilterGraphError);
    expect((thrown as FilterGraphError).message).toMatch(message);
    expect((thrown as FilterGraphError).column).toBe(index + 1);
  });
});

test('the drawing is ffmpeg’s', () => {
  const graph = new FilterGraph(`${SOURCE.replace('6x4', '320x240')}:sar=1/1,null,buffersink`);
  expect(graph.dump()).toContain(
    `+-----------------+
| Parsed_buffer_0 |default--[320x240 1:1 rgb24]--Parsed_null_1:default
|    (buffer)     |
+-----------------+

                                                     +---------------+
Parsed_buffer_0:default--[320x240 1:1 rgb24]--default| Parsed_null_1 |default--[320x240 1:1 rgb24]--Parsed_buffersink_2:default
                                                     |    (null)     |
                                                     +---------------+
`,
  );
});
