/** Pictures that are used again: the same samples come out, and what a caller keeps stays as it was. */
import { describe, expect, test } from 'vitest';
import { FilterGraph } from '../../src/filters/index.ts';
import { createReferenceVideoFrame, ndarray, type VideoFrames } from '../../src/frames/index.ts';

const [WIDTH, HEIGHT, BATCH, BATCHES] = [37, 23, 3, 4];

function randomFrames(seed: number, pixFmt: 'rgb24' | 'gray'): VideoFrames {
  let state = seed + 1;
  const step = pixFmt === 'gray' ? 1 : 3;
  const data = Uint8Array.from({ length: BATCH * HEIGHT * WIDTH * step }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
  const shape = [BATCH, HEIGHT, WIDTH, ...(step === 1 ? [] : [3])];
  const array = ndarray(data, shape);
  return createReferenceVideoFrame({ array, pixFmt, frameRate: [30, 1], pts: seed * BATCH });
}

/** The samples of each picture of a batch, as text; strides are those of new pictures. */
const samplesOf = ({ frames }: VideoFrames): string[] =>
  frames.map(({ planes }) => planes.map(({ data }) => data.join()).join('|'));

interface Run {
  /** Samples when the pictures came. */
  readonly then: string[];
  /** Samples when all was over. */
  readonly later: string[];
  readonly arrays: number;
}

function run(filters: string, pixFmt: 'rgb24' | 'gray', releases: boolean): Run {
  const source = `buffer=video_size=${WIDTH}x${HEIGHT}:pix_fmt=${pixFmt}:time_base=1/30`;
  const graph = new FilterGraph(`${source},${filters},buffersink`);
  const then: string[] = [];
  const kept: VideoFrames[] = [];
  const arrays = new Set<object>();
  for (let batch = 0; batch < BATCHES; batch++) {
    graph.addFrames(randomFrames(batch, pixFmt));
    const frames = graph.getFrames() as VideoFrames | null;
    if (frames === null) continue;
    then.push(...samplesOf(frames));
    kept.push(frames);
    for (const { planes } of frames.frames) arrays.add(planes[0]!.data);
    if (releases) graph.release(frames);
  }
  return { then, later: kept.flatMap(samplesOf), arrays: arrays.size };
}

// biome-ignore format: a list
const GRAPHS = [
  'scale=50:30', 'scale=50:30,gblur=2', 'format=yuv420p,scale=20:40', 'format=rgba,scale=30:30', 'format=yuva420p,scale=60:20,format=rgba', 'format=gbrp,boxblur=2',
  'hflip,vflip,hflip', 'scale=40:40,split[a][b];[b]hflip[c];[a][c]blend=all_mode=average',
  'format=yuv420p,scale=40:40,split[a][b];[b]negate[c];[a][c]overlay=3:5', 'transpose,unsharp=5:5:1', 'format=yuv444p,hue=h=40,eq=contrast=1.3',
  'lutrgb=r=negval,colorchannelmixer=rr=0.5', 'drawbox=2:2:9:9:red,transpose=2', "format=yuva444p,gblur=1:enable='mod(n,2)',hflip",
  'scale=40:40,tpad=start=2:start_mode=clone', 'scale=20:20,loop=2:2', 'scale=20:20,fps=60,negate', 'scale=20:20,reverse,hflip', 'scale=20:20,tile=2x1',
  'scale=20:20,crop=9:9:3:3', 'split[a][b];[a]scale=20:20[c];[b]scale=20:20,negate[d];[c][d]hstack',
];

describe.each(['rgb24', 'gray'] as const)('%s', (pixFmt) => {
  test.each(GRAPHS)('%s', (filters) => {
    const kept = run(filters, pixFmt, false);
    const released = run(filters, pixFmt, true);
    expect(released.then).toEqual(kept.then);
    expect(kept.later).toEqual(kept.then);
    expect(released.arrays).toBeLessThanOrEqual(kept.arrays);
  });
});

test('pictures that come back are written to again', () => {
  expect(run('scale=50:30', 'rgb24', false).arrays).toBe(BATCH * BATCHES);
  expect(run('scale=50:30', 'rgb24', true).arrays).toBe(BATCH);
});

test('a picture that is given back twice, or is not of the graph, is written to once at most', () => {
  const graph = new FilterGraph(
    `buffer=video_size=${WIDTH}x${HEIGHT}:pix_fmt=gray:time_base=1/30,scale=20:20,buffersink`,
  );
  const input = randomFrames(0, 'gray');
  graph.addFrames(input);
  const first = graph.getFrames() as VideoFrames;
  graph.release(first);
  graph.release(first);
  graph.release(input);
  graph.addFrames(randomFrames(1, 'gray'));
  graph.addFrames(randomFrames(2, 'gray'));
  const frames = (graph.getFrames() as VideoFrames).frames;
  expect(new Set(frames.map(({ planes }) => planes[0]!.data)).size).toBe(2 * BATCH);
});
