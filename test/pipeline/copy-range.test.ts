/** A part of a file without coding: which packets belong to it, and what players see of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Packet } from '../../src/base/packet.ts';
import { remux } from '../../src/index.ts';
import { CopyRange } from '../../src/pipeline/copy-range.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';

const VIDEO = { kind: 'video', timeBase: [1, 25] } as const;
const SOUND = { kind: 'audio', timeBase: [1, 100] } as const;
const NO_BYTES = new Uint8Array(0);
const packet = (pts: number, dts: number, isKey: boolean): Packet => ({
  ...{ pts, dts, isKey, duration: 1 },
  data: NO_BYTES,
});

/** Groups of pictures of four, each second anchor coded ahead of the picture before it, and a sound packet for each. */
function interleaved(groups: number): [target: number, packet: Packet][] {
  const packets: [number, Packet][] = [];
  for (let n = 0; n < 4 * groups; n++) {
    const pts = n % 4 === 0 ? n : n % 4 === 1 ? n + 1 : n % 4 === 2 ? n - 1 : n;
    packets.push([0, packet(pts, n - 1, n % 4 === 0)], [1, packet(4 * n, 4 * n, true)]);
  }
  return packets;
}

describe('a stretch of a copy', () => {
  it('begins with the last key picture at its start or before, for all streams', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 119 }),
        fc.integer({ min: 1, max: 60 }),
        (from, length) => {
          const range = new CopyRange([from / 25, (from + length) / 25], [VIDEO, SOUND]);
          const out = interleaved(30).flatMap(([target, p]) => range.take(target, [p]));
          out.push(...range.flush());
          const pictures = out.filter(({ target }) => target === 0).map((each) => each.packet);
          const begin = from - (from % 4);
          expect(pictures[0]).toMatchObject({ pts: 0, dts: -1, isKey: true });
          // All that is shown in it is there, and at most a picture that the last one refers to.
          const shown = Math.min(from + length, 120) - begin;
          const times = pictures.map(({ pts }) => pts).sort((a, b) => a - b);
          expect(times.slice(0, shown)).toEqual(Array.from({ length: shown }, (_, i) => i));
          expect(times.length).toBeLessThanOrEqual(shown + 1);
          const sound = out.filter(({ target }) => target === 1).map((each) => each.packet.pts);
          expect(sound[0]).toBe(0);
          expect(sound.at(-1)!).toBeLessThan(4 * (from + length - begin));
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  it('leaves out pictures that follow the first and are shown before it', () => {
    const range = new CopyRange([1, 2], [VIDEO]);
    const open = [packet(25, 20, true), packet(23, 21, false), packet(24, 22, false)];
    const out = [...range.take(0, [...open, packet(26, 26, false)]), ...range.flush()];
    expect(out.map((each) => each.packet.pts)).toEqual([0, 1]);
  });

  it('holds nothing where the file ends before it, and ends reading behind it', () => {
    const late = new CopyRange([9, 10], [VIDEO]);
    expect([...late.take(0, [packet(0, 0, true)]), ...late.flush()]).toEqual([]);
    const short = new CopyRange([0, 0.08], [VIDEO]);
    short.take(0, [packet(0, 0, true), packet(1, 1, false), packet(2, 2, false)]);
    expect(short.isDone).toBe(true);
  });
});

describe('remux of a stretch', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-range-'));
    const sources = '-f lavfi -i testsrc2=d=4:s=96x64:r=25 -f lavfi -i sine=d=4:r=48000';
    const codecs = '-c:v libx264 -g 25 -bf 2 -c:a aac';
    runFfmpeg([...`${sources} ${codecs}`.split(' '), join(folder, 'whole.mp4')]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['mp4', 'mkv'])('plays from its first picture in %s', async (kind) => {
    const path = join(folder, `part.${kind}`);
    await remux(join(folder, 'whole.mp4'), path, { range: [1.5, 2.5] });
    runFfmpeg(['-xerror', '-i', path, '-f', 'null', '-']);
    const { packets } = probeFile(path, ['-show_entries', 'packet=codec_type,pts_time,flags']);
    const times = (type: string) =>
      (packets as { codec_type: string; pts_time: string }[])
        .filter(({ codec_type }) => codec_type === type)
        .map(({ pts_time }) => Number(pts_time));
    expect(Math.min(...times('video'))).toBeCloseTo(0, 1);
    expect(times('video').length).toBeGreaterThanOrEqual(38);
    expect(Math.min(...times('audio'))).toBeLessThan(0.03);
    expect(Math.max(...times('audio'))).toBeLessThan(1.5);
  });

  it('refuses a stretch without a length', async () => {
    const path = join(folder, 'none.mp4');
    await expect(remux(join(folder, 'whole.mp4'), path, { range: [2, 2] })).rejects.toThrow(
      'copyStreams.range: got 2..2',
    );
  });
});
