/** The clips of the video benchmarks, decoded once to raw planar 4:2:0 under `out/cache`. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ffmpegPath, probeFile } from '../../test/support/ffmpeg.ts';
import { mediaPath } from '../../test/support/media.ts';

/** Where decoded clips and peers' results are kept between runs. */
export const CACHE = fileURLToPath(new URL('../../out/cache/', import.meta.url));

/** A clip as the encoders read it. */
export interface Clip {
  /** File name up to the first underscore that a size follows: `foreman`. */
  readonly name: string;
  /** Raw frames: Y, Cb, Cr planes one after the other, frame after frame. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: readonly [num: number, den: number];
  readonly numFrames: number;
}

/** Bytes of one raw 4:2:0 frame. */
export function frameBytes(clip: Clip): number {
  return clip.width * clip.height + 2 * chromaSamples(clip);
}

/** Samples of one chroma plane of 4:2:0. */
export function chromaSamples(clip: Clip): number {
  return ((clip.width + 1) >> 1) * ((clip.height + 1) >> 1);
}

/**
 * The clips whose names contain one of `wanted` (all if it is empty), smallest first, each cut to `maxFrames` frames.
 * Throws `Error` if there are none.
 */
export function loadClips(wanted: readonly string[], maxFrames: number): Clip[] {
  const folder = mediaPath('video');
  if (!existsSync(folder)) throw new Error(`no clips at ${folder}: set VITRINE_MEDIA`);
  mkdirSync(CACHE, { recursive: true });
  const clips = readdirSync(folder)
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .map((file) => loadClip(`${folder}/${file}`, maxFrames));
  if (clips.length === 0) throw new Error(`no clip is called ${wanted.join(' or ')}`);
  return clips.sort(
    (a, b) => a.width * a.height - b.width * b.height || (a.name < b.name ? -1 : 1),
  );
}

function loadClip(source: string, maxFrames: number): Clip {
  const file = source.slice(source.lastIndexOf('/') + 1);
  const path = `${CACHE}${file}.yuv`;
  const stream = probeFile(source).streams[0];
  if (!existsSync(path)) decodeTo(source, path);
  const [num, den] = String(stream.r_frame_rate).split('/').map(Number);
  const clip = {
    name: file.replace(/_\d+x\d+.*/, ''),
    path,
    width: Number(stream.width),
    height: Number(stream.height),
    frameRate: [num!, den!] as const,
    numFrames: 0,
  };
  const numFrames = Math.floor(statSync(path).size / frameBytes(clip));
  return { ...clip, numFrames: Math.min(numFrames, maxFrames) };
}

/** Every frame of `source`, none dropped or doubled; older ffmpeg spells that `-vsync`. */
function decodeTo(source: string, path: string): void {
  const attempts = [
    ['-fps_mode', 'passthrough'],
    ['-vsync', 'passthrough'],
  ].map((mode) =>
    spawnSync(
      ffmpegPath(),
      [
        '-v',
        'error',
        '-y',
        '-i',
        source,
        ...mode,
        '-pix_fmt',
        'yuv420p',
        '-f',
        'rawvideo',
        `${path}.part`,
      ],
      { encoding: 'utf8' },
    ),
  );
  if (attempts.every((attempt) => attempt.status !== 0)) {
    throw new Error(`decoding ${source}: ${attempts[1]!.stderr}`);
  }
  renameSync(`${path}.part`, path);
}

/** All samples of a clip. */
export function readClip(clip: Clip): Uint8Array {
  return readFileSync(clip.path).subarray(0, clip.numFrames * frameBytes(clip));
}
