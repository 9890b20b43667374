/** Kind "configuration that changes in mid-track", byte streams of H.264: clips that were joined are decoded as they are, in every container. */
import { describe, expect, it } from 'vitest';
import { MemorySink, remux } from '../../../src/index.ts';
import { concat } from '../../fuzz/box-tree.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { temporaryFile } from '../isobmff/coded-streams.ts';

/** A clip of ten pictures as a byte stream. Encoders give all their parameter sets the same numbers, and often the same picture sets. */
function clip(size: string): Uint8Array {
  const source = ['-f', 'lavfi', '-i', `testsrc=s=${size}:r=25:d=0.4`, '-pix_fmt', 'yuv420p'];
  return runFfmpeg([...source, '-c:v', 'libx264', '-bf', '0', '-f', 'h264', 'pipe:1']);
}

/** Checksums of the decoded pictures, brought to one size. Throws if decoding is not clean. */
function decoded(bytes: Uint8Array, name: string): string[] {
  const path = temporaryFile(bytes, name);
  const scaled = ['-vf', 'scale=64:48:flags=neighbor', '-f', 'framemd5', '-vsync', '0', 'pipe:1'];
  const text = new TextDecoder().decode(
    runFfmpeg(['-i', path, ...scaled], undefined, { allowWarnings: true }),
  );
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return rows.map((row) => row.split(',').at(-1)!.trim());
}

describe('kind 5: joined byte streams', () => {
  const [a, b] = [clip('64x64'), clip('128x96')];
  const joined = concat([a, b, a]);
  const wanted = decoded(joined, 'joined.h264');

  it.each([
    ['mp4', 'mp4'],
    ['matroska', 'mkv'],
    ['h264', 'h264'],
  ])('are copied to %s with every change of their parameter sets', async (format, extension) => {
    expect(wanted).toHaveLength(30);
    const sink = new MemorySink();
    await remux(joined, sink, { format });
    expect(decoded(sink.toBytes(), `copy.${extension}`)).toEqual(wanted);
  });
});
