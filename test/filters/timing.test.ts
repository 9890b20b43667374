/** When pictures come, and for how long inputs take part: the same pictures at the same times as in ffmpeg. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bytesOf, drawnVideo, runHere, runThere } from '../support/compare-graph.ts';
import { ffmpegPath } from '../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-timing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inputs = ['testsrc2', 'testsrc'].map((name) => drawnVideo(name, 'yuv420p', 64, 48, 30));

/** Ticks of pictures as `showinfo` prints them at the end of a graph whose inputs lie in `folder`. */
function ticksThere(graph: string, count: number): number[] {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '64x48', '-r', '25'];
  const files = Array.from({ length: count }, (_, i) => [...raw, '-i', `${folder}/in${i}.raw`]);
  const heads = files.map((_, i) => `[${i}:v]setsar=1[${i}];`).join('');
  const shown = graph.replace(/\[o\]$/, ',showinfo=checksum=0[o]');
  const args = [...files.flat(), '-filter_complex', `${heads}${shown}`, '-map', '[o]'];
  const out = ['-vsync', 'passthrough', '-f', 'null', '-'];
  const { stderr } = spawnSync(ffmpegPath(), [...args, ...out], { encoding: 'utf8' });
  return [...stderr.matchAll(/\] n: *\d+ pts: *(-?\d+)/g)].map(([, pts]) => Number(pts));
}

test.each([
  // The end of an input counts from the tick after its last picture.
  '[0]tpad=stop=10[m];[m][1]overlay=eof_action=pass[o]',
  '[1]trim=end_frame=10[s];[0][s]overlay=eof_action=pass:x=20[o]',
  '[1]trim=end_frame=10[s];[0][s]overlay=repeatlast=0[o]',
  '[1]trim=end=0.4[s];[0][s]overlay=shortest=1[o]',
  '[1]trim=end=0.4[s];[0][s]blend=all_mode=average:eof_action=endall[o]',
  '[1]trim=end=0.4[s];[s][0]hstack=shortest=1[o]',
  // Which inputs settle the time base, and which time base the output has.
  '[0]fps=12[s];[1]fps=10[t];[s][t]overlay[o]',
  '[0]fps=12[s];[1]fps=10[t];[s][t]hstack[o]',
  '[1]fps=12[s];[0]tpad=stop=5[m];[m][s]overlay=eof_action=pass[o]',
  '[1]settb=1/100[s];[0][s]blend=all_mode=average:eof_action=pass[o]',
  '[0]fps=30:start_time=0.3[o]',
  '[0]fps=ntsc:start_time=0.3[o]',
  '[0]loop=2:3:1[o]',
  '[0]loop=3:4:2[o]',
  '[0]loop=2:30:3[o]',
  '[0]setpts=PTS+7,loop=2:5:4[o]',
  '[0]loop=2:5:0,fps=30[o]',
  '[0][1]xstack=grid=1x2[o]',
  // Places of a crop follow from its sizes before they are rounded.
  '[0]crop=21.4:iw/3[o]',
  '[0]crop=33.9:31.7[o]',
  '[0]format=nv12,negate[o]',
])('%s', (graph) => {
  const used = inputs.filter((_, i) => graph.includes(`[${i}]`));
  const here = runHere(graph, used);
  const there = runThere(graph, used, folder, writeFileSync);
  expect(here?.getPts()).toEqual(ticksThere(graph, used.length));
  expect(Buffer.compare(bytesOf(here), there)).toBe(0);
});

// Fades begin at the picture that both bounds allow, at the nearest ticks; what lies under them is within a step.
test.each([
  'fade=t=out:st=0.5:d=0.4:c=white',
  'fade=t=out:st=0.5:d=0.5',
  'fade=t=in:s=5:d=0.4',
  'fade=t=in:st=0.2:n=10',
  'fade=t=in:s=15:st=0.3:d=0.4',
  'setpts=PTS+0.12/TB,fade=st=0.05:d=0.4',
  'fade=d=0.01',
])('%s', (filter) => {
  const graph = `[0]format=rgb24,${filter}[o]`;
  const here = bytesOf(runHere(graph, inputs.slice(0, 1)));
  const there = runThere(graph, inputs.slice(0, 1), folder, writeFileSync);
  expect(here.length).toBe(there.length);
  expect(here.every((sample, i) => Math.abs(sample - there[i]!) <= 1)).toBe(true);
});

test.each([
  'xfade=circleopen:0.5:0.3',
  'xfade=circleclose:0.5:0.3',
  'xfade=circlecrop:0.5:0.3',
  'xfade=fadewhite:0.5:0.3',
  'xfade=pixelize:0.5:0.3',
  'xfade=wipeleft:0.5:0.3',
  'xfade=squeezeh:0.5:0.3',
])('%s', (filter) => {
  const whole = 'scale=flags=neighbor,format=yuv444p';
  const graph = `[0]${whole}[a];[1]${whole}[b];[a][b]${filter}[o]`;
  const here = bytesOf(runHere(graph, inputs));
  const there = runThere(graph, inputs, folder, writeFileSync);
  expect(here.length).toBe(there.length);
  expect(here.every((sample, i) => Math.abs(sample - there[i]!) <= 1)).toBe(true);
});

test.each(['zoompan=d=2:fps=10:s=32x24', 'setpts=PTS+5,zoompan=d=3:s=32x24'])('%s', (filter) => {
  const graph = `[0]${filter}[o]`;
  const here = runHere(graph, inputs.slice(0, 1));
  writeFileSync(join(folder, 'in0.raw'), inputs[0]!.bytes);
  expect(here?.getPts()).toEqual(ticksThere(graph, 1));
});
