/**
 * Every picture filter on pictures of random sizes and formats with random options: ffmpeg makes the same of them with the same graph, to the
 * last bit or within the steps that stand beside the filter.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { FILTERS } from '../../src/filters/index.ts';
import type { PixFmt } from '../../src/frames/index.ts';
import { bytesOf, drawnVideo, type RawVideo, runHere, runThere } from '../support/compare-graph.ts';
import { bytePsnr } from '../support/filter-suite.ts';

const SEED = 20261130;
const folder = mkdtempSync(join(tmpdir(), 'vitrine-video-'));
afterAll(() => rmSync(folder, { recursive: true }));

const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const int = (min: number, max: number) => fc.integer({ min, max });
const of = <T>(...values: T[]) => fc.constantFrom(...values);
const real = (min: number, max: number) =>
  fc
    .integer({ min: 0, max: 1000 })
    .map((k): string | number => (min + ((max - min) * k) / 1000).toFixed(4));
/** Fills the places `#` of a text with values, in order. */
const text = (pattern: string, ...parts: fc.Arbitrary<string | number>[]) =>
  fc.tuple(...parts).map((values) => {
    let next = 0;
    return pattern.replace(/#/g, () => String(values[next++]));
  });

const PLANAR: readonly PixFmt[] = ['yuv420p', 'yuv422p', 'yuv444p', 'gray', 'gbrp', 'yuva420p'];
const ALL: readonly PixFmt[] = [...PLANAR, 'rgb24', 'rgba', 'nv12', 'bgr24'];
const YUV: readonly PixFmt[] = ['yuv420p', 'yuv422p', 'yuv444p'];
const COLORS = of('red', 'violet', '0x336699', 'green@0.4', 'white');

interface Case {
  /** A graph from [0] (and [1]) to [o]. */
  readonly graph: fc.Arbitrary<string>;
  readonly pixFmts: readonly PixFmt[];
  /** Largest difference of a sample; a number of dB where samples are weighed. */
  readonly within?: number;
  readonly decibels?: number;
  readonly inputs?: 1 | 2;
  /** Where ffmpeg refuses odd sizes. */
  readonly even?: true;
}

const one = (
  pattern: string,
  pixFmts: readonly PixFmt[],
  ...parts: fc.Arbitrary<string | number>[]
): Case => ({
  graph: text(`[0]${pattern}[o]`, ...parts),
  pixFmts,
});
const two = (
  pattern: string,
  pixFmts: readonly PixFmt[],
  ...parts: fc.Arbitrary<string | number>[]
): Case => ({
  graph: text(`[0][1]${pattern}[o]`, ...parts),
  pixFmts,
  inputs: 2,
});

const BLEND_MODES = of(
  ...[
    'addition',
    'and',
    'average',
    'bleach',
    'burn',
    'darken',
    'difference',
    'divide',
    'dodge',
    'exclusion',
    'extremity',
    'freeze',
    'geometric',
  ],
  ...[
    'glow',
    'grainextract',
    'grainmerge',
    'hardlight',
    'hardmix',
    'hardoverlay',
    'harmonic',
    'heat',
    'interpolate',
    'lighten',
  ],
  ...[
    'linearlight',
    'multiply',
    'multiply128',
    'negation',
    'normal',
    'or',
    'overlay',
    'phoenix',
    'pinlight',
    'reflect',
    'screen',
  ],
  ...['softdifference', 'softlight', 'stain', 'subtract', 'vividlight', 'xor'],
);
const TRANSITIONS = of(
  ...[
    'fade',
    'wipeleft',
    'wiperight',
    'wipeup',
    'wipedown',
    'slideleft',
    'slideright',
    'slideup',
    'slidedown',
    'circlecrop',
    'rectcrop',
  ],
  ...[
    'distance',
    'fadeblack',
    'fadewhite',
    'radial',
    'smoothleft',
    'smoothright',
    'smoothup',
    'smoothdown',
    'circleopen',
    'circleclose',
  ],
  ...[
    'vertopen',
    'vertclose',
    'horzopen',
    'horzclose',
    'dissolve',
    'pixelize',
    'diagtl',
    'diagtr',
    'diagbl',
    'diagbr',
    'hlslice',
  ],
  ...[
    'hrslice',
    'vuslice',
    'vdslice',
    'hblur',
    'fadegrays',
    'wipetl',
    'wipetr',
    'wipebl',
    'wipebr',
    'squeezeh',
    'squeezev',
    'zoomin',
  ],
);

/** Table: filter => how it is tried. */
const CASES: Readonly<Record<string, Case>> = {
  blend: {
    ...two('blend=all_mode=#:all_opacity=#', PLANAR, BLEND_MODES, of(1, 0.5, 0.3)),
    within: 1,
  },
  boxblur: one('boxblur=#:#', PLANAR, int(0, 3), int(1, 3)),
  colorchannelmixer: {
    ...one(
      'colorchannelmixer=#:#:#:0:#:#:pc=#:pa=#',
      ['rgb24', 'rgba', 'gbrp'],
      ...[1, 2, 3, 4, 5].map(() => real(-1, 1.5)),
      of('none', 'lum', 'max', 'avg', 'sum', 'nrm', 'pwr'),
      of(0, 0.4, 1),
    ),
    within: 1,
  },
  colorspace: {
    ...one(
      'colorspace=all=#:iall=#',
      YUV,
      of('bt709', 'bt601-6-625', 'bt2020'),
      of('bt709', 'smpte170m'),
    ),
    decibels: 46,
    even: true,
  },
  concat: two('concat', ['yuv420p', 'rgb24']),
  copy: one('copy', ALL),
  crop: one('crop=iw-#:ih-#:#:#', ALL, int(0, 9), int(0, 9), int(0, 9), int(0, 9)),
  drawbox: {
    ...one(
      'drawbox=#:#:#:#:#:t=#',
      ['yuv420p', 'yuv444p', 'rgb24'],
      int(0, 20),
      int(0, 20),
      int(1, 20),
      int(1, 20),
      COLORS,
      of<string | number>(1, 3, 'fill'),
    ),
    within: 1,
  },
  drawgrid: {
    ...one(
      'drawgrid=#:#:#:#:c=#',
      ['yuv420p', 'yuv422p', 'rgb24'],
      int(0, 9),
      int(0, 9),
      int(4, 20),
      int(4, 20),
      COLORS,
    ),
    within: 1,
  },
  eq: {
    ...one(
      'eq=contrast=#:brightness=#:saturation=#:gamma=#',
      YUV,
      real(0.5, 2),
      real(-0.5, 0.5),
      real(0, 3),
      of(1, 1.4, 0.7),
    ),
    within: 1,
  },
  fade: {
    ...one(
      'fade=#:#:#:c=#',
      [...YUV, 'rgb24', 'rgba', 'bgra'],
      of('in', 'out'),
      int(0, 2),
      int(1, 4),
      of<string | number>('black', 'black', 'blue'),
    ),
    even: true,
    within: 1,
  },
  format: one('format=gray,format=gray', ['gray']),
  fps: one(
    'fps=#:round=#',
    ['gray'],
    of<string | number>(10, 25, 60, '30000/1001', 7),
    of('near', 'up', 'down', 'zero', 'inf'),
  ),
  gblur: { ...one('gblur=#:steps=#', PLANAR, real(0.2, 5), int(1, 3)), within: 1 },
  geq: {
    ...one(
      "geq=lum='#':cb='lum(X,Y)':cr=128+X",
      ['yuv444p', 'yuv420p'],
      of('lum(W-1-X,H-1-Y)', 'X*3+Y', '255-p(X,Y)', 'lum(X/2,Y/2)'),
    ),
    within: 1,
  },
  hflip: one('hflip', ALL),
  hstack: two('hstack', ['yuv420p', 'rgb24', 'gray']),
  hue: { ...one('hue=h=#:s=#', YUV, int(-180, 180), real(0, 2)), within: 1 },
  loop: one('loop=#:#', ['gray'], int(0, 3), int(1, 4)),
  lut: one('lut=c0=val/2+#:c1=negval', PLANAR, int(0, 99)),
  lutrgb: one('lutrgb=r=negval:g=val*#', ['rgb24', 'rgba'], real(0, 2)),
  lutyuv: one('lutyuv=y=gammaval(#):u=val+#', YUV, real(0.4, 2), int(0, 30)),
  mergeplanes: one('split=3[a][b][c];[a][b][c]mergeplanes=0x001120:yuv444p', ['yuv444p']),
  negate: one('negate', [...YUV, 'rgb24', 'gbrp']),
  noformat: one('noformat=gray', ['yuv420p']),
  null: one('null', ALL),
  overlay: { ...two('overlay=#:#', ['yuv420p', 'yuv444p'], int(-20, 20), int(-20, 20)), within: 1 },
  pad: {
    ...one(
      'pad=iw+#:ih+#:#:#:#',
      ['yuv420p', 'yuv422p', 'yuv444p', 'rgb24', 'gbrp'],
      int(0, 20),
      int(0, 20),
      int(-1, 9),
      int(-1, 9),
      COLORS,
    ),
    even: true,
  },
  reverse: one('reverse', ['yuv420p']),
  rotate: {
    ...one(
      'rotate=#:c=#',
      ['yuv420p', 'gray', 'rgb24', 'yuv444p'],
      real(-3, 3),
      of('black', 'green'),
    ),
    decibels: 40,
  },
  scale: {
    ...one(
      'scale=iw*#:ih*#:flags=#+accurate_rnd',
      ['yuv420p', 'yuv444p', 'gray'],
      real(0.4, 2),
      real(0.4, 2),
      of('bicubic', 'bilinear', 'area', 'lanczos'),
    ),
    decibels: 50,
  },
  select: one(
    "select='#'",
    ['gray'],
    of('mod(n,2)', 'gte(t,0.08)', 'not(eq(n,1))', 'lt(prev_selected_n,2)+eq(n,0)'),
  ),
  setdar: one('setdar=16/9', ['gray']),
  setpts: one('setpts=#', ['gray'], of('PTS*2', 'N*3', 'PTS-STARTPTS+5', 'N*N')),
  setsar: one('setsar=4/3', ['gray']),
  settb: one('settb=#', ['gray'], of('1/50', '1/1000', 'AVTB', 'intb/2')),
  showinfo: one('showinfo', ['yuv420p']),
  split: one('split[a][b];[a]hflip[c];[c][b]vstack', ['yuv420p', 'rgb24']),
  thumbnail: one('thumbnail=#', ['yuv420p', 'rgb24'], int(2, 4)),
  tile: one(
    'tile=#x#:margin=#:padding=#',
    ['yuv420p', 'rgb24'],
    int(1, 3),
    int(1, 3),
    int(0, 5),
    int(0, 5),
  ),
  tpad: one(
    'tpad=start=#:stop=#:stop_mode=#:color=#',
    ['yuv420p', 'rgb24'],
    int(0, 3),
    int(0, 3),
    of('clone', 'add'),
    COLORS,
  ),
  transpose: one('transpose=#', ['yuv420p', 'yuv444p', 'rgb24', 'gray'], int(0, 3)),
  trim: one('trim=start_frame=#:end_frame=#', ['gray'], int(0, 2), int(2, 5)),
  unsharp: {
    ...one('unsharp=#:#:#:3:3:0.5', YUV, of(3, 5, 7), of(3, 5), real(-1.5, 3)),
    within: 1,
  },
  vflip: one('vflip', ALL),
  vstack: two('vstack', ['yuv420p', 'rgb24', 'gray']),
  xfade: {
    ...two('xfade=#:duration=0.12:offset=0.04', ['yuv444p', 'gbrp'], TRANSITIONS),
    within: 1,
  },
  xstack: two('xstack=layout=#', ['yuv420p', 'rgb24'], of('0_0|w0_0', '0_0|0_h0', 'w1_0|0_0')),
  zoompan: {
    ...one('zoompan=z=1+#:d=2:s=32x24:x=#:y=#', YUV, real(0, 1), int(0, 9), int(0, 9)),
    decibels: 45,
  },
};

/** Sources have tests of their own. */
const SOURCES = [
  'buffer',
  'buffersink',
  'color',
  'nullsrc',
  'testsrc',
  'testsrc2',
  'smptebars',
  'gradients',
  'drawtext',
];

test('every picture filter is tried', () => {
  const pictures = FILTERS.filter(
    ({ inputs }) => typeof inputs === 'function' || inputs.every(({ kind }) => kind === 'video'),
  );
  const missing = pictures
    .map(({ name }) => name)
    .filter((name) => !(name in CASES) && !SOURCES.includes(name) && !/^a/.test(name))
    .filter((name) => Array.isArray(FILTERS.find((filter) => filter.name === name)!.outputs))
    .filter(
      (name) =>
        (FILTERS.find((filter) => filter.name === name)!.outputs as readonly { kind: string }[])[0]
          ?.kind === 'video',
    );
  expect(missing).toEqual([]);
});

const drawn = new Map<string, RawVideo>();
function pictures(source: string, pixFmt: PixFmt, width: number, height: number): RawVideo {
  const key = `${source}${pixFmt}${width}x${height}`;
  const video = drawn.get(key) ?? drawnVideo(source, pixFmt, width, height, 5);
  drawn.set(key, video);
  return video;
}

describe('as ffmpeg', () => {
  test.each(Object.entries(CASES))(
    '%s',
    async (_, { graph, pixFmts, within = 0, decibels, inputs = 1, even }) => {
      const arbitrary = fc.tuple(
        graph,
        of(...pixFmts),
        even ? of([34, 28], [48, 32]) : of([33, 27], [48, 32], [29, 40]),
      );
      await fc.assert(
        fc.asyncProperty(arbitrary, async ([description, pixFmt, [width, height]]) => {
          await breath();
          const videos = [pictures('testsrc2', pixFmt, width!, height!)];
          if (inputs === 2) videos.push(pictures('testsrc', pixFmt, width!, height!));
          const here = bytesOf(runHere(description, videos));
          const there = runThere(description, videos, folder, writeFileSync);
          expect(here.length, description).toBe(there.length);
          if (decibels !== undefined)
            expect(bytePsnr(here, there), `${description} ${pixFmt}`).toBeGreaterThanOrEqual(
              decibels,
            );
          else {
            let largest = 0;
            for (let i = 0; i < here.length; i++)
              largest = Math.max(largest, Math.abs(here[i]! - there[i]!));
            expect(largest, `${description} ${pixFmt} ${width}x${height}`).toBeLessThanOrEqual(
              within,
            );
          }
        }),
        { seed: SEED, numRuns: Number(process.env.FILTER_RUNS ?? 2) },
      );
    },
  );
});
