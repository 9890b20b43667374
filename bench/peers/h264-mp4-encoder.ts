/** h264-mp4-encoder: minih264 compiled to WebAssembly. Its presets are the speeds 0 (best) to 10 (fastest). */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ffmpegPath } from '../../test/support/ffmpeg.ts';
import { frameBytes } from '../video/clips.ts';
import type { EncodeJob, InProcessEncoder } from './encoder.ts';

const require = createRequire(import.meta.url);

/** What we use of the package. */
interface Hme {
  createH264MP4Encoder(): Promise<HmeEncoder>;
}

interface HmeEncoder {
  width: number;
  height: number;
  frameRate: number;
  speed: number;
  quantizationParameter: number;
  groupOfPictures: number;
  readonly outputFilename: string;
  readonly FS: { readFile(path: string): Uint8Array; unlink(path: string): void };
  initialize(): void;
  addFrameYuv(samples: Uint8Array): void;
  finalize(): void;
  delete(): void;
}

/** The package, which `npm ci --prefix bench` installs. */
export function loadH264Mp4Encoder(): InProcessEncoder {
  const hme = require('h264-mp4-encoder') as Hme;
  const encode = async (job: EncodeJob, samples: Uint8Array) => {
    const { clip } = job;
    const encoder = await hme.createH264MP4Encoder();
    encoder.width = clip.width;
    encoder.height = clip.height;
    encoder.frameRate = clip.frameRate[0] / clip.frameRate[1];
    encoder.speed = Number(job.preset);
    encoder.quantizationParameter = job.qp;
    encoder.groupOfPictures = job.gop;
    encoder.initialize();
    const size = frameBytes(clip);
    for (let n = 0; n < clip.numFrames; n++) {
      encoder.addFrameYuv(samples.subarray(n * size, (n + 1) * size));
    }
    encoder.finalize();
    const mp4 = encoder.FS.readFile(encoder.outputFilename).slice();
    encoder.FS.unlink(encoder.outputFilename);
    encoder.delete();
    return mp4;
  };
  return { encode };
}

/** Takes the Annex B stream out of an MP4 file in memory and writes it to `path`; outside the time that is measured. */
export function writeAnnexBOfMp4(mp4: Uint8Array, path: string): void {
  writeFileSync(`${path}.mp4`, mp4);
  const run = spawnSync(
    ffmpegPath(),
    ['-v', 'error', '-y', '-i', `${path}.mp4`, '-c', 'copy', '-f', 'h264', path],
    { encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(`unpacking MP4: ${run.stderr}`);
}
