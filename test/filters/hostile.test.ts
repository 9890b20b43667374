/** Graphs that ask for too much, or give times that are none: a clear error or a result, soon and in little memory. */
import { describe, expect, test } from 'vitest';
import { MediaError } from '../../src/base/errors.ts';
import { FilterGraph } from '../../src/filters/index.ts';
import { createReferenceVideoFrame, ndarray } from '../../src/frames/index.ts';

const SOURCE = 'buffer=video_size=16x8:pix_fmt=gray:time_base=1/25';

/** How many of at most `limit` pictures come of three. */
function run(graph: string, limit = 50): number {
  const session = new FilterGraph(`${SOURCE},${graph},buffersink`);
  const array = ndarray(new Uint8Array(3 * 16 * 8), [3, 8, 16]);
  const frames = createReferenceVideoFrame({ array, pixFmt: 'gray', frameRate: [25, 1], pts: 0 });
  session.addFrames(frames, { duration: 1 });
  session.flush();
  return session.getFrames({ limit })?.numFrames ?? 0;
}

describe('is refused', () => {
  test.each([
    ['fps=1e12', /fps\.fps.*at most 1000000/],
    ['tile=4000x8000', /the picture is 64000x64000/],
    ['pad=16384:16384', /the picture is 16384x16384/],
    ['scale=65535:65535', /the picture is 65535x65535/],
    [`scale=w=2${'^1'.repeat(500)}`, /too many powers/],
    [`scale=w=${'('.repeat(20_000)}1`, /nested too deeply/],
    ["drawtext=text='%{eif\\:1\\:d\\:99999999}'", /99999999 digits, allowed are 0\.\.64/],
    ['@x', /the name of a filter is missing/],
    ['xstack=grid=0x2', /xstack\.grid/],
    ['xstack=grid=1000x1000', /1000000 pictures, allowed are 1 to 1024/],
  ])('%s', (graph, message) => {
    let thrown: unknown;
    try {
      run(graph);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(MediaError);
    expect((thrown as Error).message).toMatch(message);
  });
});

describe('runs', () => {
  test('a sum of thousands', () => {
    const terms = Array.from({ length: 3000 }, (_, i) => `between(n\\,${i * 2}\\,${i * 2 + 1})`);
    expect(run(`select=${terms.join('+')}`)).toBe(3);
    expect(run(`scale=w=4${'+1-1'.repeat(20_000)}`)).toBe(3);
    expect(run(`scale=w=4${'*2/2'.repeat(20_000)}`)).toBe(3);
  });

  // A gap of years is filled as it is asked for, one picture at a time.
  test('a gap of years', () => {
    expect(run('setpts=PTS*1e9,fps=5')).toBe(50);
    expect(run('tpad=start=2000000000:stop=2000000000')).toBe(50);
  });

  const pair = 'split[a][b];[a][b]';
  test.each([
    'setpts=1/0,fps=round=up',
    'setpts=1e300,fps=5',
    `setpts=0/0,${pair}hstack`,
    `setpts=1e300,${pair}overlay`,
    `setpts=0/0,${pair}concat`,
    `setpts=0/0,${pair}xfade=duration=1:offset=0`,
    'setpts=0/0,loop=2:2',
    'setpts=1e300,settb=1/1000',
  ])('times that are none: %s', (graph) => {
    expect(run(graph)).toBeGreaterThanOrEqual(0);
  });
});
