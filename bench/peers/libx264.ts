/** libx264 through the ffmpeg program: Constrained Baseline, one thread, tuned for PSNR. */
import { spawnSync } from 'node:child_process';
import { ffmpegPath } from '../../test/support/ffmpeg.ts';
import type { BenchEncoder, EncodeJob } from './encoder.ts';

/**
 * libx264 with its vector code (`asm` true) or in plain C, as scalar as JavaScript is; both give the same bits. The time
 * is that of ffmpeg's own `-benchmark`: from the opened input to the closed output, reading raw frames from a file.
 */
export function createLibx264(asm: boolean): BenchEncoder {
  const version = spawnSync(ffmpegPath(), ['-version'], { encoding: 'utf8' }).stdout.split(
    '\n',
  )[0]!;
  return {
    label: asm ? 'libx264' : 'libx264 asm=0',
    version,
    encode: async (job) => encodeWithFfmpeg(job, asm),
    close: () => {},
  };
}

/** Options of ffmpeg's libx264 for a job, the same for the program and for ffmpeg.wasm. */
export function libx264Options(job: EncodeJob, asm: boolean): string[] {
  return ['-c:v', 'libx264', '-preset', job.preset, '-tune', 'psnr', '-profile:v', 'baseline']
    .concat(['-qp', String(job.qp), '-g', String(job.gop), '-threads', '1'])
    .concat(asm ? [] : ['-x264-params', 'asm=0']);
}

/** Options by which ffmpeg reads the raw frames of the job's clip from `path`. */
export function rawInputOptions(job: EncodeJob, path: string): string[] {
  const { clip } = job;
  return ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${clip.width}x${clip.height}`]
    .concat(['-r', clip.frameRate.join('/'), '-i', path])
    .concat(['-frames:v', String(clip.numFrames)]);
}

function encodeWithFfmpeg(job: EncodeJob, asm: boolean): number {
  const args = ['-hide_banner', '-nostdin', '-nostats', '-benchmark', '-y']
    .concat(rawInputOptions(job, job.clip.path))
    .concat(libx264Options(job, asm), ['-f', 'h264', job.output]);
  const run = spawnSync(ffmpegPath(), args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const time = /bench: utime=([\d.]+)s(?: stime=([\d.]+)s)?/.exec(run.stderr ?? '');
  if (run.status !== 0 || time === null) throw new Error(`ffmpeg ${args.join(' ')}: ${run.stderr}`);
  return Number(time[1]) + Number(time[2] ?? 0);
}
