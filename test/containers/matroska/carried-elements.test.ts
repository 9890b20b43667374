/** Copies from Matroska to Matroska keep private data of any codec and what a track says of itself. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { UnsupportedError } from '../../../src/base/errors.ts';
import type { StreamInfo } from '../../../src/base/packet.ts';
import { createMp4Writer } from '../../../src/containers/isobmff/index.ts';
import { ffmpegPath, ffprobePath } from '../../support/ffmpeg.ts';
import { MemoryFile, made, readAll, saved, temporary, writeAll } from './files.ts';

const PICTURES = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=5:duration=1'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:duration=1'];

/** Ticks of what is read: milliseconds. */
const SCALE = { timestampScale: 1_000_000 };

/** What ffprobe says of the streams of `path` that a decoder or a player goes by. */
function probed(path: string): string {
  const fields =
    'stream=codec_name,codec_tag_string,pix_fmt,sample_fmt,bits_per_raw_sample,extradata_hash,field_order' +
    ':stream_disposition:stream_tags=stereo_mode,language:stream_side_data';
  const args = ['-v', 'error', '-show_data_hash', 'md5', '-show_entries', fields, '-of', 'flat'];
  return execFileSync(ffprobePath(), [...args, path]).toString();
}

/** Hash of what `path` decodes to. */
function decoded(path: string): string {
  const args = ['-v', 'error', '-xerror', '-i', path, '-map', '0', '-f', 'md5', '-'];
  return execFileSync(ffmpegPath(), args).toString();
}

/** Table: encoder, its options. */
// biome-ignore format: one line per codec
const CODECS: readonly (readonly [encoder: string, options: readonly string[]])[] = [
  ['ffv1', []], ['huffyuv', []], ['msmpeg4v2', []], ['wmv2', []], ['svq1', []], ['prores', []],
  ['rawvideo', ['-pix_fmt', 'yuv420p']], ['rawvideo', ['-pix_fmt', 'uyvy422']],
  ['wmav2', []], ['adpcm_ms', []], ['adpcm_ima_wav', []], ['wavpack', []], ['tta', []], ['alac', []], ['pcm_s24le', []],
];
const OF_SOUND = ['wmav2', 'adpcm_ms', 'adpcm_ima_wav', 'wavpack', 'tta', 'alac', 'pcm_s24le'];

for (const [encoder, options] of CODECS) {
  test(`a copy of ${[encoder, ...options].join(' ')} decodes like its source`, async (context) => {
    const isSound = OF_SOUND.includes(encoder);
    const name = `${encoder}${options.join('')}.mkv`;
    const input = isSound ? SOUND : PICTURES;
    const bytes = made(name, [...input, isSound ? '-c:a' : '-c:v', encoder, ...options]);
    if (bytes === null) return context.skip();
    const { streams, packets } = await readAll(bytes);
    const copy = saved(`copy-${name}`, (await writeAll(streams, packets, SCALE)).bytes());
    expect(probed(copy)).toBe(probed(temporary(name)));
    expect(decoded(copy)).toBe(decoded(temporary(name)));
  });
}

test('a codec that only Matroska has a name for is refused by MP4', async (context) => {
  const bytes = made('unnamed.mkv', [...PICTURES, '-c:v', 'huffyuv']);
  if (bytes === null) return context.skip();
  const { streams } = await readAll(bytes);
  expect(() => createMp4Writer(new MemoryFile(), streams)).toThrow(UnsupportedError);
});

// biome-ignore format: one stream a line
const FLAGS = [
  '-disposition:v:0', 'forced', '-metadata:s:v:0', 'stereo_mode=left_right',
  '-disposition:a:0', 'hearing_impaired+original+default',
  '-disposition:a:1', 'visual_impaired+comment',
  '-disposition:a:2', 'descriptions',
];

test('flags and stereo mode of tracks are kept', async (context) => {
  const maps = ['-map', '0', '-map', '1', '-map', '1', '-map', '1'];
  const input = [...PICTURES, ...SOUND, ...maps];
  const bytes = made('flags.mkv', [...input, '-c:v', 'mpeg4', '-c:a', 'mp2', ...FLAGS]);
  if (bytes === null) return context.skip();
  const { streams, packets } = await readAll(bytes);
  const copy = saved('copy-flags.mkv', (await writeAll(streams, packets, SCALE)).bytes());
  expect(probed(copy)).toBe(probed(temporary('flags.mkv')));
  expect(probed(copy)).toContain('disposition.forced=1');
  expect(probed(copy)).toContain('left_right');
});

const PICTURE: StreamInfo = {
  kind: 'video',
  codec: 'vp8',
  timeBase: [1, 1000],
  config: new Uint8Array(0),
  width: 16,
  height: 16,
  pixFmt: '',
};

const PACKET = {
  streamIndex: 0,
  packet: { data: new Uint8Array(4), pts: 0, dts: 0, duration: 40, isKey: true },
};

test('every master of a track gets its elements back, and none twice', async () => {
  const carriedElements = [
    { name: 'FlagCommentary', data: Uint8Array.of(1) },
    { name: 'LanguageBCP47', data: new TextEncoder().encode('de-AT') },
    { name: 'FieldOrder', data: Uint8Array.of(6) },
    { name: 'StereoMode', data: Uint8Array.of(3) },
    { name: 'UncompressedFourCC', data: new TextEncoder().encode('UYVY') },
    { name: 'BitsPerChannel', data: Uint8Array.of(10) },
  ];
  const stream: StreamInfo = { ...PICTURE, carriedElements };
  const first = await readAll((await writeAll([stream], [PACKET])).bytes());
  expect(first.streams[0]!.carriedElements).toEqual(carriedElements);
  // A track that tells its bits alone says nothing of its colors, not even that they are of limited range.
  expect(first.streams[0]).not.toHaveProperty('color');
  const second = await readAll((await writeAll(first.streams, [PACKET])).bytes());
  expect(second.streams).toEqual(first.streams);
  const webm = await readAll((await writeAll([stream], [PACKET], { docType: 'webm' })).bytes());
  expect(webm.streams[0]!.carriedElements?.map(({ name }) => name)).toEqual(
    carriedElements.map(({ name }) => name).filter((name) => name !== 'UncompressedFourCC'),
  );
});

test('elements of files that a track cannot carry over are not written', async () => {
  const carriedElements = [{ name: 'TrackNumber', data: Uint8Array.of(9) }];
  const { streams } = await readAll(
    (await writeAll([{ ...PICTURE, carriedElements }], [PACKET])).bytes(),
  );
  expect(streams[0]!.carriedElements).toBeUndefined();
});
