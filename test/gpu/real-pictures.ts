/** Neighboring pictures of real clips, cut to a size, where `../shared/media` is there. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ffmpegPath } from '../support/ffmpeg.ts';
import { mediaPath } from '../support/media.ts';
import type { PlanePair } from './questions.ts';

const CLIPS = ['foreman_176x144_30fps.mkv', 'traffic_320x240_30fps.mkv'];

/** The middle of two neighboring pictures of each clip; none where clips or ffmpeg are missing. */
export function realPairs(width: number, height: number): readonly PlanePair[] {
  return CLIPS.flatMap((name) => {
    const path = mediaPath(`video/${name}`);
    if (!existsSync(path)) return [];
    const filter = `select=gte(n\\,5),crop=${width}:${height},format=gray`;
    const args = [
      '-v',
      'error',
      '-i',
      path,
      '-vf',
      filter,
      '-frames:v',
      '2',
      '-f',
      'rawvideo',
      '-',
    ];
    const data = execFileSync(ffmpegPath(), args);
    const plane = (index: number) => ({
      samples: new Uint8Array(data.subarray(index * width * height, (index + 1) * width * height)),
      width,
      height,
    });
    return [{ name, before: plane(0), now: plane(1) }];
  });
}
