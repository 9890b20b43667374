/** What containers say of the picture beside its size goes from one to the other, and ffprobe reads it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { VideoStreamInfo } from '../../src/base/packet.ts';
import { Demuxer, MemorySink, Muxer, remux } from '../../src/index.ts';
import { codedVideo } from '../containers/isobmff/coded-streams.ts';
import { probeFile } from '../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'picture-'));
afterAll(() => rmSync(folder, { recursive: true }));

const coded = codedVideo({ frames: 3, size: '96x64' });

async function fileOf(stream: VideoStreamInfo, format: string): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format });
  muxer.addRemuxStream(stream);
  await muxer.open();
  await muxer.write(0, { kind: 'video', timeBase: stream.timeBase, packets: coded.packets });
  await muxer.close();
  return sink.toBytes();
}

async function copied(bytes: Uint8Array, format: string): Promise<Uint8Array> {
  const sink = new MemorySink();
  await remux(bytes, sink, { format });
  return sink.toBytes();
}

async function read(bytes: Uint8Array) {
  const { crop, masteringDisplay, contentLight, sampleAspectRatio } = (await Demuxer.open(bytes))
    .videoCodec;
  return { crop, masteringDisplay, contentLight, sampleAspectRatio };
}

const side = fc.integer({ min: 0, max: 20 });
const coordinate = fc.integer({ min: 1, max: 49_999 }).map((n) => n / 50_000);
const description = fc.record({
  crop: fc
    .record({ left: side, right: side, top: side, bottom: side })
    .filter((crop) => Object.values(crop).some((n) => n > 0)),
  masteringDisplay: fc.record({
    primaries: fc.array(coordinate, { minLength: 6, maxLength: 6 }),
    whitePoint: fc.array(coordinate, { minLength: 2, maxLength: 2 }),
    luminance: fc.tuple(
      fc.integer({ min: 0, max: 1000 }).map((n) => n / 10_000),
      fc.integer({ min: 100, max: 10_000 }),
    ),
  }),
  contentLight: fc.record({
    maxCLL: fc.integer({ min: 1, max: 10_000 }),
    maxFALL: fc.integer({ min: 1, max: 4000 }),
  }),
  sampleAspectRatio: fc.constantFrom([1, 1] as const, [4, 3] as const, [12, 11] as const),
});

test('crop, mastering display and light level survive every way', async () => {
  await fc.assert(
    fc.asyncProperty(description, async (said) => {
      const stream = { ...coded.stream, ...said };
      for (const [from, to] of [
        ['mp4', 'matroska'],
        ['matroska', 'mp4'],
        ['mov', 'mov'],
      ] as const) {
        const first = await fileOf(stream, from);
        expect(await read(first)).toEqual(said);
        expect(await read(await copied(first, to))).toEqual(said);
      }
    }),
    { numRuns: 30 },
  );
});

test('ffprobe reads them', async () => {
  const stream: VideoStreamInfo = {
    ...coded.stream,
    masteringDisplay: {
      primaries: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
      whitePoint: [0.3127, 0.329],
      luminance: [0.005, 1000],
    },
    contentLight: { maxCLL: 1000, maxFALL: 400 },
  };
  for (const format of ['mp4', 'matroska']) {
    const path = join(folder, `a.${format === 'mp4' ? 'mp4' : 'mkv'}`);
    writeFileSync(path, await fileOf(stream, format));
    const { streams } = probeFile(path);
    const data = Object.assign({}, ...streams[0].side_data_list);
    const value = (text: string): number => {
      const [num, den] = text.split('/');
      return Number(num) / Number(den);
    };
    expect(data.max_content).toBe(1000);
    expect(data.max_average).toBe(400);
    expect(value(data.red_x)).toBeCloseTo(0.68, 4);
    expect(value(data.green_y)).toBeCloseTo(0.69, 4);
    expect(value(data.blue_y)).toBeCloseTo(0.06, 4);
    expect(value(data.max_luminance)).toBeCloseTo(1000, 3);
    expect(value(data.min_luminance)).toBeCloseTo(0.005, 4);
  }
});
