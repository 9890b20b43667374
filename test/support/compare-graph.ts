/** The same graph here and in ffmpeg, on the same input: what tests of single filters compare. */
import { FilterGraph } from '../../src/filters/index.ts';
import {
  type PixFmt,
  pictureByteLength,
  pixFmtInfo,
  planeHeight,
  planeRowLength,
  VideoFrames,
} from '../../src/frames/index.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { rawFrames } from './filter-suite.ts';

/** Pictures as bytes, planes one after another. */
export interface RawVideo {
  readonly pixFmt: PixFmt;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

/** Pictures that ffmpeg draws: `source` is a graph without inputs. */
export function drawnVideo(
  source: string,
  pixFmt: PixFmt,
  width: number,
  height: number,
  frames: number,
): RawVideo {
  const size = `s=${width}x${height}`;
  const args = [
    '-f',
    'lavfi',
    '-i',
    `${source}=${size}`,
    '-frames:v',
    String(frames),
    '-pix_fmt',
    pixFmt,
  ];
  const bytes = runFfmpeg([...args, '-f', 'rawvideo', '-'], undefined, {
    allowWarnings: true,
  }).slice();
  return { pixFmt, width, height, bytes };
}

/** The frames of raw video at 25 per second. */
export function framesOf({ pixFmt, width, height, bytes }: RawVideo): VideoFrames {
  const info = pixFmtInfo(pixFmt);
  const size = pictureByteLength(info, width, height);
  const data =
    info.bytesPerSample === 1
      ? bytes
      : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const frames = Array.from({ length: bytes.length / size }, (_, i) => {
    let offset = (i * size) / info.bytesPerSample;
    const planes = info.samplesPerPixel.map((_, p) => {
      const stride = planeRowLength(info, p, width);
      const plane = { data, offset, stride };
      offset += stride * planeHeight(info, p, height);
      return plane;
    });
    return { pixFmt, width, height, planes, pts: i };
  });
  const numPlanes = info.samplesPerPixel.length;
  return new VideoFrames(frames, { pixFmt, width, height, numPlanes, timeBase: [1, 25] });
}

/** Description of a source for raw video, by key. */
export function sourceText(video: RawVideo, key: string): string {
  return `buffer@${key}=video_size=${video.width}x${video.height}:pix_fmt=${video.pixFmt}:time_base=1/25:frame_rate=25/1:sar=1/1`;
}

/** What a graph makes of its inputs here; the inputs are labeled [0], [1] …, the output [o]. */
export function runHere(graph: string, inputs: readonly RawVideo[]): VideoFrames | null {
  const sources = inputs.map((video, i) => `${sourceText(video, String(i))}[${i}];`).join('');
  const session = new FilterGraph(`${sources}${graph};[o]buffersink`);
  inputs.forEach((video, i) => {
    session.addFrames(framesOf(video), { key: `buffer@${i}`, duration: 1 });
  });
  session.flush();
  return session.getFrames() as VideoFrames | null;
}

/** The same in ffmpeg: all pictures as bytes. */
export function runThere(
  graph: string,
  inputs: readonly RawVideo[],
  folder: string,
  write: (path: string, bytes: Uint8Array) => void,
): Uint8Array {
  const args = inputs.flatMap((video, i) => {
    const path = `${folder}/in${i}.raw`;
    write(path, video.bytes);
    return [
      '-f',
      'rawvideo',
      '-pix_fmt',
      video.pixFmt,
      '-s',
      `${video.width}x${video.height}`,
      '-r',
      '25',
      '-i',
      path,
    ];
  });
  const sar = inputs.map((_, i) => `[${i}:v]setsar=1[${i}];`).join('');
  return runFfmpeg(
    [
      ...args,
      '-vsync',
      '0',
      '-filter_complex',
      `${sar}${graph}`,
      '-map',
      '[o]',
      '-f',
      'rawvideo',
      '-',
    ],
    undefined,
    {
      allowWarnings: true,
    },
  ).slice();
}

/** All bytes of frames. */
export function bytesOf(frames: VideoFrames | null): Buffer {
  return frames === null ? Buffer.alloc(0) : Buffer.concat(rawFrames(frames));
}

/** The largest difference of two runs of bytes; Infinity if they are not equally long. */
export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
