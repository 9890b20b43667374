/**
 * Filters beside ffmpeg's on one thread: `npm run bench:filters`, or with `-- --frames 40 --rounds 1` for a look. Both get the same raw pictures
 * of 1920x1080; what is measured is processor time, ours in this process around `addFrames` and `getFrames` after a short run that lets
 * the engine compile, ffmpeg's as it reports it (`-benchmark`), less that of the same run with the filter `null`. Programs alternate
 * within a round; figures are medians. Writes `filters.json`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FilterGraph } from '../src/filters/index.ts';
import type { PixFmt } from '../src/frames/index.ts';
import { drawnVideo, framesOf, type RawVideo, sourceText } from '../test/support/compare-graph.ts';
import { ffmpegPath } from '../test/support/ffmpeg.ts';
import { formatTable, median } from './table.ts';

const { values: flags } = parseArgs({
  options: {
    frames: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});
const FRAMES = Number(flags.frames);
const ROUNDS = Number(flags.rounds);
const KEPT = 4;
const [WIDTH, HEIGHT] = [1920, 1080];

/** Table: what is measured, and the part of ffmpeg's speed that is asked for. */
// biome-ignore format: a table
const JOBS: readonly { name: string; pixFmt: PixFmt; graph: string; bar: number; inputs?: 2 }[] = [
  { name: 'scale to 1280x720, bicubic', pixFmt: 'yuv420p', graph: 'scale=1280:720:flags=bicubic', bar: 0.5 },
  { name: 'scale to 1280x720, bilinear', pixFmt: 'yuv420p', graph: 'scale=1280:720:flags=bilinear', bar: 0.5 },
  { name: 'scale RGBA to 1280x720', pixFmt: 'rgba', graph: 'scale=1280:720:flags=bicubic', bar: 0.5 },
  { name: 'rgb24 to yuv420p', pixFmt: 'rgb24', graph: 'format=yuv420p', bar: 0.5 },
  { name: 'yuv420p to rgb24', pixFmt: 'yuv420p', graph: 'format=rgb24', bar: 0.5 },
  { name: 'overlay', pixFmt: 'yuv420p', graph: 'overlay=10:10', bar: 0.4, inputs: 2 },
  { name: 'blend multiply', pixFmt: 'yuv420p', graph: 'blend=all_mode=multiply', bar: 0.4, inputs: 2 },
  { name: 'blend average', pixFmt: 'yuv420p', graph: 'blend=all_mode=average', bar: 0.4, inputs: 2 },
  { name: 'gblur', pixFmt: 'yuv420p', graph: 'gblur=3', bar: 0.4 },
  { name: 'boxblur', pixFmt: 'yuv420p', graph: 'boxblur=2', bar: 0.4 },
];

const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-filters-'));

/** Processor seconds of our graph for so many pictures. */
function ours(job: (typeof JOBS)[number], videos: readonly RawVideo[], frames = FRAMES): number {
  const sources = videos.map((video, i) => `${sourceText(video, String(i))}[${i}];`).join('');
  const labels = videos.map((_, i) => `[${i}]`).join('');
  const graph = new FilterGraph(`${sources}${labels}${job.graph},buffersink`);
  const clips = videos.map(framesOf);
  const before = process.cpuUsage();
  for (let n = 0; n < frames; n += KEPT) {
    clips.forEach((clip, i) => {
      graph.addFrames(clip, { key: `buffer@${i}` });
    });
    graph.getFrames();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Processor seconds of ffmpeg. */
function theirs(filter: string, videos: readonly RawVideo[], paths: readonly string[]): number {
  const inputs = videos.flatMap((video, i) => [
    ...[
      '-stream_loop',
      '-1',
      '-f',
      'rawvideo',
      '-pix_fmt',
      video.pixFmt,
      '-s',
      `${WIDTH}x${HEIGHT}`,
    ],
    ...['-r', '25', '-i', paths[i]!],
  ]);
  const args = [
    '-benchmark',
    '-filter_complex_threads',
    '1',
    '-threads',
    '1',
    ...inputs,
    '-filter_complex',
    filter,
  ];
  const run = spawnSync(ffmpegPath(), [...args, '-frames:v', String(FRAMES), '-f', 'null', '-'], {
    encoding: 'utf8',
  });
  const match = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(run.stderr);
  if (match === null) throw new Error(`ffmpeg ${filter}: ${run.stderr}`);
  return Number(match[1]) + Number(match[2]);
}

const rows: { name: string; msOurs: number; msFfmpeg: number; ratio: number; bar: number }[] = [];
for (const job of JOBS.filter(({ name }) => name.includes(flags.only))) {
  const count = job.inputs ?? 1;
  const videos = ['testsrc2', 'testsrc']
    .slice(0, count)
    .map((source) => drawnVideo(source, job.pixFmt, WIDTH, HEIGHT, KEPT));
  const paths = videos.map((video, i) => {
    const path = join(folder, `${i}.raw`);
    writeFileSync(path, video.bytes);
    return path;
  });
  const labels = videos.map((_, i) => `[${i}:v]`).join('');
  const idle = count === 1 ? `${labels}null` : `[0:v]null;[1:v]null`;
  const mine: number[] = [];
  const other: number[] = [];
  ours(job, videos, 2 * KEPT);
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(ours(job, videos));
    const busy = theirs(
      `${labels}${job.graph}${job.graph.startsWith('format') ? '' : `,format=${job.pixFmt}`}`,
      videos,
      paths,
    );
    other.push(Math.max(busy - theirs(idle, videos, paths), 0.001));
  }
  const [a, b] = [median(mine), median(other)];
  rows.push({
    name: job.name,
    msOurs: (a / FRAMES) * 1000,
    msFfmpeg: (b / FRAMES) * 1000,
    ratio: b / a,
    bar: job.bar,
  });
}
rmSync(folder, { recursive: true });
console.log(
  formatTable(
    [
      ['1920x1080', 'ours, ms a frame', 'ffmpeg, ms a frame', 'speed, ffmpeg = 1', 'asked for'],
    ].concat(
      rows.map(({ name, msOurs, msFfmpeg, ratio, bar }) => [
        name,
        msOurs.toFixed(2),
        msFfmpeg.toFixed(2),
        ratio.toFixed(2),
        String(bar),
      ]),
    ),
  ),
);
if (flags.only === '') {
  mkdirSync(flags.out, { recursive: true });
  writeFileSync(
    join(flags.out, 'filters.json'),
    `${JSON.stringify({ frames: FRAMES, rounds: ROUNDS, rows }, null, 2)}\n`,
  );
}
