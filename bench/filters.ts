/**
 * Filters beside ffmpeg's on one thread: `npm run bench:filters`, or with `-- --frames 40 --rounds 1` for a look. Both get the same raw pictures
 * of 1920x1080; what is measured is processor time, ours in this process around `addFrames` and `getFrames` after a short run that lets
 * the engine compile, ffmpeg's as it reports it (`-benchmark`), less that of the same run with the filter `null`. Pica, where it is installed
 * (`npm install --prefix bench`), scales RGBA by the kernel of its that reaches as far as ours. Programs alternate within a round; figures are
 * medians. Our pictures are given back to the graph, as ffmpeg's are. Writes `filters.json`.
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
import { openPica } from './peers/pica.ts';
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

type Job = (typeof JOBS)[number];

const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-filters-'));

/** Processor seconds of our graph for so many pictures. */
function ours(job: Pick<Job, 'graph'>, videos: readonly RawVideo[], frames = FRAMES): number {
  const sources = videos.map((video, i) => `${sourceText(video, String(i))}[${i}];`).join('');
  const labels = videos.map((_, i) => `[${i}]`).join('');
  const graph = new FilterGraph(`${sources}${labels}${job.graph},buffersink`);
  const clips = videos.map(framesOf);
  const before = process.cpuUsage();
  for (let n = 0; n < frames; n += KEPT) {
    clips.forEach((clip, i) => {
      graph.addFrames(clip, { key: `buffer@${i}` });
    });
    const pictures = graph.getFrames();
    if (pictures !== null) graph.release(pictures);
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

interface Row {
  readonly name: string;
  readonly peer: 'ffmpeg' | 'pica';
  readonly msOurs: number;
  readonly msPeer: number;
  /** Our speed, that of the other being 1. */
  readonly ratio: number;
  readonly bar: number;
}

/** Processor seconds of all pictures, one for each round, as a row. */
function rowOf(
  { name, bar }: Pick<Job, 'name' | 'bar'>,
  peer: Row['peer'],
  mine: readonly number[],
  other: readonly number[],
): Row {
  const [a, b] = [median(mine), median(other)];
  const perFrame = 1000 / FRAMES;
  return { name, peer, msOurs: a * perFrame, msPeer: b * perFrame, ratio: b / a, bar };
}

function besideFfmpeg(job: Job): Row {
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
  const format = job.graph.startsWith('format') ? '' : `,format=${job.pixFmt}`;
  const mine: number[] = [];
  const other: number[] = [];
  ours(job, videos, 2 * KEPT);
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(ours(job, videos));
    const busy = theirs(`${labels}${job.graph}${format}`, videos, paths);
    other.push(Math.max(busy - theirs(idle, videos, paths), 0.001));
  }
  return rowOf(job, 'ffmpeg', mine, other);
}

/** Table: RGBA beside pica: our flags, its filter, and how many times its speed is asked for. */
// biome-ignore format: a table
const PICA_JOBS = [
  { name: 'scale RGBA to 1280x720, bicubic', flags: 'bicubic', filter: 'lanczos2', bar: 2 },
  { name: 'scale RGBA to 1280x720, lanczos', flags: 'lanczos', filter: 'lanczos3', bar: 2 },
] as const;

async function besidePica(job: (typeof PICA_JOBS)[number]): Promise<Row | null> {
  const resize = await openPica();
  if (resize === null) return null;
  const video = drawnVideo('testsrc2', 'rgba', WIDTH, HEIGHT, KEPT);
  const size = { width: WIDTH, height: HEIGHT, toWidth: 1280, toHeight: 720 };
  const length = video.bytes.length / KEPT;
  // Pica reads the whole buffer that its samples lie in.
  const pictures = Array.from({ length: KEPT }, (_, i) =>
    video.bytes.slice(i * length, (i + 1) * length),
  );
  const theirs = async (frames: number): Promise<number> => {
    const before = process.cpuUsage();
    for (let n = 0; n < frames; n++) {
      await resize({ src: pictures[n % KEPT]!, ...size, filter: job.filter });
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const graph = { ...job, pixFmt: 'rgba' as const, graph: `scale=1280:720:flags=${job.flags}` };
  const mine: number[] = [];
  const other: number[] = [];
  ours(graph, [video], 2 * KEPT);
  await theirs(2 * KEPT);
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(ours(graph, [video]));
    other.push(await theirs(FRAMES));
  }
  return rowOf(job, 'pica', mine, other);
}

const rows: (Row | null)[] = [];
const isAsked = ({ name }: { readonly name: string }): boolean => name.includes(flags.only);
for (const job of JOBS.filter(isAsked)) rows.push(besideFfmpeg(job));
for (const job of PICA_JOBS.filter(isAsked)) rows.push(await besidePica(job));
rmSync(folder, { recursive: true });
const measured = rows.filter((row) => row !== null);
const head = ['1920x1080', 'beside', 'ours, ms a frame', 'its, ms a frame', 'speed', 'asked for'];
const lines = measured.map(({ name, peer, msOurs, msPeer, ratio, bar }) => [
  ...[name, peer, msOurs.toFixed(2), msPeer.toFixed(2), ratio.toFixed(2), String(bar)],
]);
console.log(formatTable([head, ...lines]));
if (flags.only === '') {
  mkdirSync(flags.out, { recursive: true });
  writeFileSync(
    join(flags.out, 'filters.json'),
    `${JSON.stringify({ frames: FRAMES, rounds: ROUNDS, rows: measured }, null, 2)}\n`,
  );
}
