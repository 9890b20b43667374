/**
 * Clips made from the shared ones and from photos by ffmpeg's filters, so that no choice is fitted to the shared clips alone: fades,
 * a cross-fade, flashes, a dark picture, grain, a slow pan over a photo, a drawn zoom. Decoded once under `out/cache`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, statSync } from 'node:fs';
import { ffmpegPath } from '../../test/support/ffmpeg.ts';
import { mediaPath } from '../../test/support/media.ts';
import { CACHE, type Clip, frameBytes } from '../video/clips.ts';

interface Recipe {
  readonly inputs: readonly string[];
  readonly filter: string;
  readonly width: number;
  readonly height: number;
  readonly rate: readonly [num: number, den: number];
}

const video = (name: string) => ['-i', mediaPath(`video/${name}`)];
const photo = (name: string) => ['-loop', '1', '-i', mediaPath(`images/${name}`)];

/** Frames of each. */
const FRAMES = 60;

const RECIPES: Readonly<Record<string, Recipe>> = {
  'made-fades': {
    inputs: video('foreman_176x144_30fps.mkv'),
    filter: 'fade=in:0:20,fade=out:30:25',
    width: 176,
    height: 144,
    rate: [30, 1],
  },
  'made-white-fade': {
    inputs: video('juggle_640x360_24fps.mkv'),
    filter: 'crop=352:288:140:40,fade=in:0:15:color=white,fade=out:40:20:color=white',
    width: 352,
    height: 288,
    rate: [24, 1],
  },
  'made-cross-fade': {
    inputs: [...video('juggle_640x360_24fps.mkv'), ...video('sintel_640x272_24fps.mkv')],
    filter:
      '[0:v]crop=352:240:140:60[a];[1:v]crop=352:240:140:10[b];[a][b]blend=all_expr=A+(B-A)*clip((N-15)/30\\,0\\,1)',
    width: 352,
    height: 240,
    rate: [24, 1],
  },
  'made-flashes': {
    inputs: video('selfie_360x480_30fps.mkv'),
    filter:
      "crop=320:240:20:100,lutyuv=y=val,eq=brightness='if(eq(mod(n,14),9),0.45,0)':eval=frame",
    width: 320,
    height: 240,
    rate: [30, 1],
  },
  'made-dark': {
    inputs: video('selfie_360x480_30fps.mkv'),
    filter: 'crop=320:400:20:40,lutyuv=y=16+(val-16)*0.3',
    width: 320,
    height: 400,
    rate: [30, 1],
  },
  'made-grain': {
    inputs: video('sintel_640x272_24fps.mkv'),
    filter: 'noise=c0s=8:c0f=t+u:c1s=3:c1f=t:all_seed=7',
    width: 640,
    height: 272,
    rate: [24, 1],
  },
  'made-pan': {
    inputs: photo('photo_street_stalls_2048x972.png'),
    filter: "scale=1024:-2,crop=480:320:x='40+2.3*n':y='60+0.6*n'",
    width: 480,
    height: 320,
    rate: [30, 1],
  },
  'made-zoom': {
    inputs: ['-f', 'lavfi', '-i', 'mandelbrot=size=352x288:rate=30:end_scale=0.02:end_pts=90'],
    filter: 'null',
    width: 352,
    height: 288,
    rate: [30, 1],
  },
};

/** The made clips whose names contain one of `wanted` (all if it has `made`), each cut to `maxFrames` frames. */
export function loadMadeClips(wanted: readonly string[], maxFrames: number): Clip[] {
  return Object.entries(RECIPES)
    .filter(([name]) => wanted.some((part) => name.includes(part)))
    .map(([name, recipe]) => {
      const { width, height, rate: frameRate } = recipe;
      const path = `${CACHE}${name}.yuv`;
      if (!existsSync(path)) make(recipe, path);
      const clip = { name, path, width, height, frameRate, numFrames: 0 };
      const frames = Math.floor(statSync(path).size / frameBytes(clip));
      return { ...clip, numFrames: Math.min(frames, maxFrames) };
    });
}

function make({ inputs, filter, rate }: Recipe, path: string): void {
  const args = ['-v', 'error', '-y', ...inputs, '-filter_complex', `${filter},format=yuv420p`]
    .concat(['-r', rate.join('/'), '-frames:v', String(FRAMES)])
    .concat(['-f', 'rawvideo', `${path}.part`]);
  const run = spawnSync(ffmpegPath(), args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${run.stderr}`);
  renameSync(`${path}.part`, path);
}
