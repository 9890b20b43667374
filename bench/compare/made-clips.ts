/**
 * Clips made from the shared ones and from photos by ffmpeg's filters, so that no choice is fitted to the shared clips alone: fades,
 * a cross-fade, flashes, a dark picture, a noisy night, grain, a slow pan over a photo, a camera that turns, photos that fade into each other,
 * interlaced fields in one picture, text that runs over a film, confetti, few pictures a second, an upright film, flat colours, a drawn zoom. Decoded
 * once under `out/cache`.
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
  'made-night': {
    inputs: video('juggle_640x360_24fps.mkv'),
    filter:
      'crop=352:288:140:40,lutyuv=y=16+(val-16)*0.22:u=128+(val-128)*0.4:v=128+(val-128)*0.4,noise=c0s=6:c0f=t:c1s=4:c1f=t:all_seed=5',
    width: 352,
    height: 288,
    rate: [24, 1],
  },
  'made-rotation': {
    inputs: photo('photo_street_stalls_2048x972.png'),
    filter:
      "scale=1024:-2,rotate='0.012*n+0.1*sin(n/9)':ow=700:oh=480,crop=352:288,scale='352*(1+0.01*n)':'288*(1+0.01*n)':eval=frame,crop=352:288",
    width: 352,
    height: 288,
    rate: [30, 1],
  },
  'made-slideshow': {
    inputs: [
      ...['-loop', '1', '-t', '2', '-i', mediaPath('images/photo_kodim08.png')],
      ...['-loop', '1', '-t', '2', '-i', mediaPath('images/photo_kodim23.png')],
      ...['-loop', '1', '-t', '2', '-i', mediaPath('images/photo_street_stalls_2048x972.png')],
    ],
    filter:
      '[0:v]scale=480:320,fps=25[a];[1:v]scale=480:320,fps=25[b];[2:v]scale=480:320,fps=25[c];[a][b]xfade=duration=0.6:offset=0.5[d];[d][c]xfade=duration=0.6:offset=1.6',
    width: 480,
    height: 320,
    rate: [25, 1],
  },
  'made-interlaced': {
    inputs: video('juggle_640x360_24fps.mkv'),
    filter: 'crop=480:320:80:20,tinterlace=interleave_top',
    width: 480,
    height: 320,
    rate: [24, 1],
  },
  'made-titles': {
    inputs: video('sintel_640x272_24fps.mkv'),
    filter:
      "crop=480:272:80:0,drawtext=text='Breaking news, and a line of text that runs on and on':x='480-6*n':y=234:fontsize=18:fontcolor=black:box=1:boxcolor=white:boxborderw=6,drawtext=text='LIVE':x=20:y=16:fontsize=22:fontcolor=red",
    width: 480,
    height: 272,
    rate: [24, 1],
  },
  'made-confetti': {
    inputs: [
      '-f',
      'lavfi',
      '-i',
      'life=s=88x72:mold=12:r=30:ratio=0.12:death_color=#c83232:life_color=#00ff80',
    ],
    filter: 'scale=352:288:flags=neighbor,gblur=1',
    width: 352,
    height: 288,
    rate: [30, 1],
  },
  'made-webcam': {
    inputs: video('selfie_360x480_30fps.mkv'),
    filter: 'fps=10,crop=320:240:20:100,noise=c0s=5:c0f=t:c1s=3:c1f=t:all_seed=3',
    width: 320,
    height: 240,
    rate: [10, 1],
  },
  'made-upright': {
    inputs: video('street_1280x720_30fps.mkv'),
    filter: 'scale=640:360,crop=270:360:100:0,scale=360:480',
    width: 360,
    height: 480,
    rate: [30, 1],
  },
  'made-cartoon': {
    inputs: ['-f', 'lavfi', '-i', 'testsrc2=s=352x288:r=25'],
    filter: 'gblur=0.6',
    width: 352,
    height: 288,
    rate: [25, 1],
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
