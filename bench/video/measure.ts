/**
 * What a coded stream costs and what it is worth, measured alike for every encoder: the bits of its slices and parameter
 * sets, and the mean luma PSNR of the pictures that ffmpeg decodes from it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ffmpegPath } from '../../test/support/ffmpeg.ts';
import { psnrOf, squaredError } from '../quality/psnr.ts';
import { type Clip, frameBytes } from './clips.ts';

/** A measured stream. */
export interface StreamMeasure {
  /** Bits of the stream as `countedBytes` counts them. */
  readonly bits: number;
  /** Mean over the frames of the luma PSNR, dB. */
  readonly psnr: number;
}

/** Measures the Annex B stream at `path` against the clip it was made of. Throws `Error` if a frame is missing. */
export function measureStream(path: string, clip: Clip, source: Uint8Array): StreamMeasure {
  const decoded = decodeLuma(path);
  const lumaSamples = clip.width * clip.height;
  if (decoded.length !== lumaSamples * clip.numFrames) {
    const frames = decoded.length / lumaSamples;
    throw new Error(`${path}: ${frames} frames of ${clip.numFrames} came back from the decoder`);
  }
  let sum = 0;
  for (let n = 0; n < clip.numFrames; n++) {
    const error = squaredError(decoded, n * lumaSamples, source, n * frameBytes(clip), lumaSamples);
    sum += psnrOf(error, lumaSamples);
  }
  return { bits: countedBytes(readFileSync(path)) * 8, psnr: sum / clip.numFrames };
}

function decodeLuma(path: string): Uint8Array {
  const run = spawnSync(
    ffmpegPath(),
    ['-v', 'error', '-vsync', 'passthrough', '-f', 'h264', '-i', path].concat([
      '-vf',
      'extractplanes=y',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-',
    ]),
    { maxBuffer: 1 << 30 },
  );
  if (run.status !== 0) throw new Error(`decoding ${path}: ${run.stderr}`);
  return run.stdout;
}

/**
 * Bytes of an Annex B stream that every encoder must spend: slices, and each parameter set the first time that it comes,
 * each NAL unit behind a 4-byte prefix. Left out are repeated parameter sets, delimiters and SEI (libx264 writes its
 * settings into one, some 700 bytes, which would weigh on the short clips).
 */
export function countedBytes(stream: Uint8Array): number {
  const seen = new Set<string>();
  let bytes = 0;
  for (const [start, end] of nalUnits(stream)) {
    const nal_unit_type = stream[start]! & 31;
    if (nal_unit_type === 7 || nal_unit_type === 8) {
      const content = Buffer.from(stream.subarray(start, end)).toString('hex');
      if (seen.has(content)) continue;
      seen.add(content);
    } else if (nal_unit_type < 1 || nal_unit_type > 5) continue;
    bytes += 4 + end - start;
  }
  return bytes;
}

/** Start and end of each NAL unit of an Annex B stream, start codes and zero bytes around them taken off. */
export function nalUnits(stream: Uint8Array): [start: number, end: number][] {
  const units: [number, number][] = [];
  let start = -1;
  const finish = (end: number) => {
    while (end > start && stream[end - 1] === 0) end--;
    if (start >= 0 && end > start) units.push([start, end]);
  };
  for (let i = 0; i + 2 < stream.length; ) {
    if (stream[i + 2]! > 1) i += 3;
    else if (stream[i] === 0 && stream[i + 1] === 0 && stream[i + 2] === 1) {
      finish(i);
      start = i + 3;
      i += 3;
    } else i++;
  }
  finish(stream.length);
  return units;
}
