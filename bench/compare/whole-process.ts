/**
 * Encodes a clip by a whole process, as a user starts one: ffmpeg with libx264, or Node with our encoder as one bundled file.
 * The processor time is that of the process from its start to its end, the engine's start and its compiler included.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ffmpegPath } from '../../test/support/ffmpeg.ts';
import { CACHE, type Clip } from '../video/clips.ts';
import { POINT, type Side } from './suites.ts';

/** One encode. */
export interface WholeJob {
  readonly clip: Clip;
  readonly preset: string;
  readonly point: number;
  readonly output: string;
}

const BUNDLE = `${CACHE}encode-${process.pid}.mjs`;
let isBundled = false;

/** The program `encode-clip.ts` and all it imports as one file; esbuild is what tsx runs on. */
function bundle(): string {
  if (isBundled) return BUNDLE;
  const require = createRequire(import.meta.url);
  const esbuild = createRequire(require.resolve('tsx'))('esbuild');
  esbuild.buildSync({
    entryPoints: [fileURLToPath(new URL('./encode-clip.ts', import.meta.url))],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['#files'],
    logLevel: 'error',
  });
  isBundled = true;
  return BUNDLE;
}

/** The file to remove when all is encoded; null if none was made. */
export function bundledFile(): string | null {
  return isBundled ? BUNDLE : null;
}

/** Encodes into `job.output` in one thread; returns processor seconds, user and system. */
export function encodeWhole(side: Side, job: WholeJob): number {
  return side.encoder === 'vitrine' ? encodeOurs(side.options, job) : encodeX264(side.args, job);
}

function encodeOurs(options: Readonly<Record<string, unknown>>, job: WholeJob): number {
  const { clip, preset, point, output } = job;
  const entries = Object.entries(options).map(([key, value]) => [
    key,
    value === POINT ? point : value,
  ]);
  const request = { clip, output, options: { preset, ...Object.fromEntries(entries) } };
  const run = spawnSync(process.execPath, [bundle(), JSON.stringify(request)], {
    encoding: 'utf8',
  });
  const seconds = Number(run.stdout);
  if (run.status !== 0 || !(seconds > 0)) throw new Error(`encode-clip: ${run.stderr}`);
  return seconds;
}

function encodeX264(own: readonly string[], job: WholeJob): number {
  const { clip, preset, point, output } = job;
  const args = ['-hide_banner', '-nostdin', '-nostats', '-benchmark', '-y']
    .concat(['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${clip.width}x${clip.height}`])
    .concat(['-r', clip.frameRate.join('/'), '-i', clip.path, '-frames:v', String(clip.numFrames)])
    .concat(['-c:v', 'libx264', '-threads', '1', '-preset', preset])
    .concat(own.map((arg) => (arg === POINT ? String(point) : arg)))
    .concat(['-f', 'h264', output]);
  const run = spawnSync(ffmpegPath(), args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const time = /bench: utime=([\d.]+)s(?: stime=([\d.]+)s)?/.exec(run.stderr ?? '');
  if (run.status !== 0 || time === null) throw new Error(`ffmpeg ${args.join(' ')}: ${run.stderr}`);
  return Number(time[1]) + Number(time[2] ?? 0);
}

/** What results of libx264 depend on beside the job. */
export function x264Version(): string {
  return spawnSync(ffmpegPath(), ['-version'], { encoding: 'utf8' }).stdout.split('\n')[0]!;
}
