/** Packets of MP4 files lie in the page where ffprobe finds them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { MOST_PACKETS, packetsOf } from '../../inspector/packets.ts';
import { createSample } from '../../inspector/sample.ts';
import { inspectMp4 } from '../../src/containers/isobmff/index.ts';
import { MemorySource } from '../../src/io/index.ts';

const MEDIA = '../shared/media/containers/';
/** Tables of chunks, of 32 and of 64 bits; fragments; several tracks. */
const FILES = [
  'h264_bframes_aac_faststart.mp4',
  'h264_aac_2byte_nal_length_co64.mp4',
  'h264_fragmented_multi_sidx.mp4',
  'h264_aac_fragmented.mp4',
  'h264_bpyramid.mp4',
];

const packetsIn = async (file: Uint8Array) =>
  packetsOf(await inspectMp4(new MemorySource(file), { maxRows: MOST_PACKETS }));

it('finds the packets of a file that was made here', async () => {
  const settings = { preset: 'ultrafast', qp: 40, profile: 'main', bframes: 2 } as const;
  const coded = await encodePictures(
    createSample(),
    { ...settings, coding: 'CAVLC' },
    true,
    () => {},
  );
  const packets = await packetsIn(coded.file);
  expect(packets.map(({ start, end }) => end - start)).toEqual(
    coded.figures.map(({ bytes }) => bytes),
  );
  expect(packets[0]).toMatchObject({
    track: 'track 1 (vide)',
    number: 1,
    seconds: 0,
    isSync: true,
  });
  expect(packets.at(-1)!.end).toBeLessThanOrEqual(coded.file.length);
});

it.skipIf(!existsSync(MEDIA)).each(FILES)('finds those of %s', async (name) => {
  const entries = ['-show_entries', 'packet=pos,size', '-of', 'json'];
  const { stdout } = spawnSync('ffprobe', ['-v', 'error', ...entries, MEDIA + name]);
  const { packets } = JSON.parse(String(stdout)) as { packets: { pos: string; size: string }[] };
  const own = await packetsIn(readFileSync(MEDIA + name));
  const places = own.map(({ start, end }) => `${start} ${end - start}`);
  expect(places.sort()).toEqual(packets.map(({ pos, size }) => `${pos} ${size}`).sort());
});
