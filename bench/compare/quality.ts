/**
 * What a stream is worth by three measures: mean luma PSNR, SSIM of luma by ffmpeg's filter in dB, and VMAF by the ffmpeg of
 * `@ffmpeg-installer`, which has libvmaf, with the model at `../shared/reference/vmaf` (or where VITRINE_VMAF_MODEL says).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ffmpegPath } from '../../test/support/ffmpeg.ts';
import { psnrOf, squaredError } from '../quality/psnr.ts';
import { CACHE, type Clip, frameBytes, readClip } from '../video/clips.ts';
import { countedBytes } from '../video/measure.ts';
import type { Measure } from './suites.ts';

/** A stream's size and worth; measures that were not asked for are missing. */
export type Quality = { readonly bits: number } & { readonly [K in Measure]?: number };

const DECODED = `${CACHE}compare-${process.pid}.yuv`;
const MODEL =
  process.env.VITRINE_VMAF_MODEL ??
  fileURLToPath(new URL('../../../shared/reference/vmaf/vmaf_float_v0.6.1.pkl', import.meta.url));

/** Measures the Annex B stream at `path`. Throws `Error` where a frame is missing or a program fails. */
export function measureQuality(path: string, clip: Clip, measures: readonly Measure[]): Quality {
  const decode = ['-v', 'error', '-y', '-vsync', 'passthrough', '-f', 'h264', '-i', path];
  run(ffmpegPath(), [...decode, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', DECODED]);
  const bits = countedBytes(readFileSync(path)) * 8;
  const quality: { bits: number; psnr?: number; ssim?: number; vmaf?: number } = { bits };
  if (measures.includes('psnr')) quality.psnr = meanPsnr(clip);
  if (measures.includes('ssim')) quality.ssim = ssimInDb(clip);
  if (measures.includes('vmaf')) quality.vmaf = vmaf(clip);
  rmSync(DECODED);
  return quality;
}

function meanPsnr(clip: Clip): number {
  const decoded = readFileSync(DECODED);
  const source = readClip(clip);
  const size = frameBytes(clip);
  if (decoded.length !== size * clip.numFrames) {
    throw new Error(`${clip.name}: ${decoded.length / size} frames of ${clip.numFrames}`);
  }
  const luma = clip.width * clip.height;
  let sum = 0;
  for (let n = 0; n < clip.numFrames; n++) {
    sum += psnrOf(squaredError(decoded, n * size, source, n * size, luma), luma);
  }
  return sum / clip.numFrames;
}

/** Both videos as raw input: the decoded one, then the clip. */
function bothInputs(clip: Clip): string[] {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${clip.width}x${clip.height}`];
  const rate = ['-r', clip.frameRate.join('/')];
  return [...raw, ...rate, '-i', DECODED, ...raw, ...rate, '-i', clip.path];
}

function ssimInDb(clip: Clip): number {
  const frames = ['-frames:v', String(clip.numFrames)];
  const filter = ['-lavfi', '[0:v][1:v]ssim=shortest=1', ...frames, '-f', 'null', '-'];
  const text = run(ffmpegPath(), ['-hide_banner', '-nostats', ...bothInputs(clip), ...filter]);
  const match = /SSIM Y:([\d.]+)/.exec(text);
  if (match === null) throw new Error(`ssim of ${clip.name}: ${text}`);
  return -10 * Math.log10(Math.max(1e-6, 1 - Number(match[1])));
}

function vmaf(clip: Clip): number {
  const { path } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string };
  const filter = `[0:v][1:v]libvmaf=model_path=${MODEL}:n_threads=2:shortest=1`;
  const args = ['-hide_banner', '-nostats', ...bothInputs(clip), '-lavfi', filter, '-f', 'null'];
  const text = run(path, [...args, '-']);
  const match = /VMAF score = ([\d.]+)/.exec(text);
  if (match === null) throw new Error(`vmaf of ${clip.name}: ${text}`);
  return Number(match[1]);
}

function run(program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout + result.stderr;
}
