/** Graphs over formats with opacity, with 10 bits and in other orders: the pixels of ffmpeg, or nearly. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { PixFmt } from '../../src/frames/index.ts';
import { bytesOf, drawnVideo, runHere, runThere } from '../support/compare-graph.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-pixels-'));
afterAll(() => rmSync(folder, { recursive: true }));

function both(pixFmt: PixFmt, graph: string): readonly [ours: Buffer, theirs: Uint8Array] {
  const sources = graph.includes('[1]') ? ['testsrc2', 'mandelbrot'] : ['testsrc2'];
  const inputs = sources.map((source) => drawnVideo(source, pixFmt, 44, 32, 4));
  return [bytesOf(runHere(graph, inputs)), runThere(graph, inputs, folder, writeFileSync)];
}

describe('the same pixels', () => {
  it.each([
    ['rgba', '[0][1]blend=c0_mode=difference[o]'],
    ['gbrap', '[0][1]blend=c1_mode=multiply:c2_mode=screen[o]'],
    ['yuv420p10le', '[0]fade=in:0:3[o]'],
    ['yuv420p10le', '[0][1]blend=all_mode=multiply:all_opacity=0.4[o]'],
    ['yuv422p10le', '[0][1]blend=c0_mode=vividlight:c1_mode=bleach:c2_mode=geometric[o]'],
    ['yuv444p10le', "[0][1]blend=all_expr='A*(1-X/W)+B*X/W'[o]"],
    ['gray16le', '[0][1]blend=average:all_opacity=0.7[o]'],
    ['yuv420p10le', '[0]boxblur=3:2:cr=1[o]'],
    ['gray16be', '[0]boxblur=3:1[o]'],
    ['yuv444p10le', '[0][1]xfade=squeezeh:duration=0.14:offset=0[o]'],
    ['yuv444p10le', '[0][1]xfade=fadeslow:duration=0.14:offset=0[o]'],
    ['yuv444p10le', '[0][1]xfade=fadegrays:duration=0.14:offset=0[o]'],
    ['yuv444p', '[0][1]mergeplanes=map0s=1:map0p=1:map1p=2:map2s=1:format=yuv444p[o]'],
    ['yuv420p10le', '[0]pad=60:60:6:6:violet[o]'],
    ['gray10le', '[0]pad=60:60:6:6:white[o]'],
    ['yuv444p', "[0]fade=in:0:4:enable='between(n,1,2)'[o]"],
    ['yuv444p', "[0]hue=h=n*20:enable='gte(n,2)'[o]"],
    ['yuv444p10le', '[0]hue=h=40:s=1.3:b=1[o]'],
    ['yuva420p', '[0]eq=contrast=1.2[o]'],
    ['yuv420p', '[0]format=argb[o]'],
    ['yuv422p', '[0]format=rgb24[o]'],
    ['yuv422p', '[0]format=argb[o]'],
    ['yuv422p10le', '[0]format=rgb24[o]'],
    ['yuv422p', '[0]scale=flags=accurate_rnd,format=rgb24[o]'],
  ] as const)('%s %s', (pixFmt, graph) => {
    const [ours, theirs] = both(pixFmt, graph);
    expect(ours.length).toBeGreaterThan(0);
    expect(Buffer.compare(ours, theirs)).toBe(0);
  });

  it.each([
    ['yuv420p10le', '[0]format=rgb24[o]', 55],
    ['yuv420p10le', '[0]format=gbrp[o]', 55],
    ['yuv420p10le', '[0]scale=44:34,format=argb[o]', 55],
    ['yuv422p', '[0]scale=44:34,format=rgb24[o]', 60],
    ['yuv420p10le', '[0]format=bgr24[o]', 54],
    ['yuv420p10le', '[0]format=rgba[o]', 55],
    ['yuv444p', '[0]format=rgb24[o]', 65],
    ['yuv444p', '[0]scale=in_color_matrix=bt709:out_color_matrix=bt601[o]', 60],
    ['yuv422p', '[0]scale=in_color_matrix=bt601:out_color_matrix=bt709[o]', 60],
    ['yuv420p', '[0]scale=out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int[o]', 50],
    // swscale takes the chroma of bgr24 in between from single pixels here.
    ['yuv420p', '[0]scale=out_color_matrix=bt709[o]', 40],
    ['yuv444p', '[0]format=bgra[o]', 65],
    ['yuv444p', '[0]scale=44:34,format=bgra[o]', 55],
    ['yuv420p', '[0]scale=40:30,format=bgr24[o]', 50],
    ['yuv420p', '[0]scale=40:30:flags=bicubic+accurate_rnd,format=bgra[o]', 50],
    // swscale halves the columns of chroma of RGB that it scales, but for this flag.
    ['rgb24', '[0]scale=22:17:flags=bicubic+accurate_rnd+full_chroma_inp+full_chroma_int[o]', 60],
  ] as const)('%s %s: at least %i dB', (pixFmt, graph, least) => {
    const [ours, theirs] = both(pixFmt, graph);
    expect(ours.length).toBe(theirs.length);
    const sum = ours.reduce((total, value, i) => total + (value - theirs[i]!) ** 2, 0);
    expect(10 * Math.log10((255 ** 2 * ours.length) / sum)).toBeGreaterThan(least);
  });
});
