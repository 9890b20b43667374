/** Pictures of real clips, cut to a size, where `../shared/media` is there. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ffmpegPath } from '../support/ffmpeg.ts';
import { frameOf, pictureSize } from '../support/h264.ts';
import { mediaPath } from '../support/media.ts';
import type { PlanePair } from './questions.ts';

const CLIPS = ['foreman_176x144_30fps.mkv', 'traffic_320x240_30fps.mkv'];

/** Pictures that a filter of ffmpeg makes of a clip, one after another. */
function picturesOf(path: string, filter: string, count: number): Buffer {
  const input = ['-v', 'error', '-i', path, '-vf', filter];
  return execFileSync(ffmpegPath(), [...input, '-frames:v', `${count}`, '-f', 'rawvideo', '-'], {
    maxBuffer: 2 ** 28,
  });
}

/** The first `count` pictures of each clip; none where clips or ffmpeg are missing. */
export function realFrames(count: number) {
  const [width, height] = [176, 144];
  return CLIPS.flatMap((name) => {
    const path = mediaPath(`video/${name}`);
    if (!existsSync(path)) return [];
    const data = picturesOf(path, `crop=${width}:${height},format=yuv420p`, count);
    const bytes = pictureSize(width, height);
    const frames = Array.from({ length: data.length / bytes }, (_, n) =>
      frameOf(data.subarray(n * bytes, (n + 1) * bytes), width, height, n),
    );
    return [{ name, frames }];
  });
}

/** The middle of two neighboring pictures of each clip; none where clips or ffmpeg are missing. */
export function realPairs(width: number, height: number): readonly PlanePair[] {
  return CLIPS.flatMap((name) => {
    const path = mediaPath(`video/${name}`);
    if (!existsSync(path)) return [];
    const filter = `select=gte(n\\,5),crop=${width}:${height},format=gray`;
    const data = picturesOf(path, filter, 2);
    const plane = (index: number) => ({
      samples: new Uint8Array(data.subarray(index * width * height, (index + 1) * width * height)),
      width,
      height,
    });
    return [{ name, before: plane(0), now: plane(1) }];
  });
}
