/** A sample of the fuzzing that `tools/fuzz.ts` does at length. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAll, writeAll } from '../containers/matroska/files.ts';
import { hasMedia, mediaPath } from '../support/media.ts';
import { fuzzDemuxer, fuzzMatroska, matroskaStructure } from './matroska.ts';
import { mutate } from './mutate.ts';

const SEED = 20_240_701;
const CASES = 1000;

/** A file with every part that the writer knows. */
async function written(): Promise<Uint8Array> {
  const stream = {
    kind: 'audio' as const,
    codec: 'pcm_s16le',
    timeBase: [1, 1000] as const,
    config: new Uint8Array(0),
    sampleRate: 8000,
    numChannels: 1,
    channelMask: 4,
    sampleFmt: 's16',
    frameSize: 0,
    priming: 80,
  };
  const packets = Array.from({ length: 40 }, (_, i) => ({
    streamIndex: i & 1,
    packet: {
      data: new Uint8Array(32).fill(i),
      pts: i * 100 - 10,
      dts: i * 100 - 10,
      duration: 100,
      isKey: true,
      ...(i === 39 ? { discardPadding: 4 } : {}),
    },
  }));
  const text = {
    kind: 'subtitle' as const,
    codec: 'subrip',
    timeBase: stream.timeBase,
    config: stream.config,
  };
  const file = await writeAll([stream, text], packets, {
    metadata: { title: 'a', artist: 'b' },
    chapters: [{ start: 0, end: 1, title: 'c' }],
    attachments: [{ name: 'd', mediaType: 'e/f', data: new Uint8Array(20) }],
  });
  expect((await readAll(file.bytes())).packets).toHaveLength(40);
  return file.bytes();
}

test(`damaged Matroska files give a FormatError or what could be saved, ${CASES} times from seed ${SEED}`, async () => {
  const files = [await written()];
  if (hasMedia) {
    for (const name of ['h264_ac3_srt.mkv', 'opus_48k_mono.webm', 'vp9_bear.webm']) {
      files.push(new Uint8Array(readFileSync(mediaPath(`containers/${name}`))));
    }
  }
  const ranges = await Promise.all(files.map((bytes) => matroskaStructure(bytes)));
  let opened = 0;
  for (let i = 0; i < CASES; i++) {
    const index = i % files.length;
    try {
      if ((await fuzzMatroska(mutate(files[index]!, SEED + i, ranges[index]))).opened) opened++;
    } catch (error) {
      throw new Error(`file ${index}, seed ${SEED + i}`, { cause: error });
    }
  }
  expect(opened).toBeGreaterThan(CASES / 4);
});

test.skipIf(!hasMedia)('the demuxer takes damaged files of every kind', async () => {
  const names = [
    'rf64_s16_stereo.wav',
    'aac_lc_adts_44k.aac',
    'opus_in_mp4.mp4',
    'pcm_u8_mono.wav',
  ];
  for (const [index, name] of names.entries()) {
    const bytes = new Uint8Array(readFileSync(mediaPath(`containers/${name}`)));
    for (let i = 0; i < 60; i++)
      await fuzzDemuxer(mutate(bytes, SEED + 100 * index + i, [[0, 200]]));
  }
});
