/** What files say beside their streams goes with them from file to file, as far as the new kind of file can say it. */
import { describe, expect, it, test } from 'vitest';
import type { AudioStreamInfo, SubtitleStreamInfo } from '../../src/base/packet.ts';
import { Demuxer, MemorySink, Muxer, remux } from '../../src/index.ts';
import { hasMedia, mediaPath } from '../support/media.ts';

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3);

const METADATA = {
  title: 'Ein Titel',
  artist: 'Somebody',
  album: 'An album',
  comment: 'Überall',
  genre: 'Noise',
  copyright: 'nobody',
  date: '2026-11-22',
};

const CHAPTERS = [
  { start: 0, title: 'Beginning' },
  { start: 1.5, title: 'Middle' },
  { start: 2.25, title: 'Schluß' },
];

const SOUND: AudioStreamInfo = {
  kind: 'audio',
  codec: 'aac',
  timeBase: [1, 48000],
  config: Uint8Array.of(0x11, 0x88),
  sampleRate: 48000,
  numChannels: 1,
  channelMask: 4,
  sampleFmt: 'fltp',
  frameSize: 1024,
  priming: 0,
  language: 'deu',
  title: 'Kommentar',
  isDefault: false,
};

const TEXT: SubtitleStreamInfo = {
  kind: 'subtitle',
  codec: 'subrip',
  timeBase: [1, 1000],
  config: new Uint8Array(0),
  language: 'fra',
  isDefault: false,
};

const STREAMS = [SOUND, { ...SOUND, language: 'eng', title: 'Main', isDefault: true }, TEXT];

async function makeFile(format: string, options: object): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format });
  for (const stream of STREAMS) muxer.addRemuxStream(stream);
  await muxer.open(options);
  for (const index of [0, 1]) {
    const packets = Array.from({ length: 150 }, (_, i) => {
      const data = Uint8Array.of(index, i, 1, 2, 3);
      return { data, pts: i * 1024, dts: i * 1024, duration: 1024, isKey: true };
    });
    await muxer.write(index, { kind: 'audio', timeBase: [1, 48000], packets });
  }
  const cue = { data: new TextEncoder().encode('Hallo'), pts: 500, dts: 500, duration: 1000 };
  const packets = [{ ...cue, isKey: true }];
  await muxer.write(2, { kind: 'subtitle', timeBase: [1, 1000], packets });
  await muxer.close();
  return sink.toBytes();
}

async function copied(bytes: Uint8Array, format: string): Promise<Uint8Array> {
  const sink = new MemorySink();
  await remux(bytes, sink, { format });
  return sink.toBytes();
}

/** What a file says of itself and of its streams. */
async function said(bytes: Uint8Array) {
  const demuxer = await Demuxer.open(bytes);
  const { metadata, chapters, attachments, otherTags } = demuxer.reader.about!;
  const streams = demuxer.streams.map(({ language, title, isDefault }) => ({
    language,
    title,
    isDefault,
  }));
  return { metadata, chapters, attachments, otherTags, streams };
}

const metadata = { ...METADATA, coverArt: PNG };

describe.each([
  ['mp4', 'matroska'],
  ['matroska', 'mp4'],
  ['mp4', 'mp4'],
  ['mov', 'matroska'],
  ['matroska', 'matroska'],
] as const)('%s to %s', (from, to) => {
  it('keeps titles, cover, chapters, languages and defaults', async () => {
    const first = await makeFile(from, { metadata, chapters: CHAPTERS });
    const there = await said(await copied(first, to));
    expect(there.metadata).toEqual(metadata);
    expect(there.chapters).toEqual(CHAPTERS);
    expect(there.streams).toEqual(
      STREAMS.map(({ language, title, isDefault }) => ({ language, title, isDefault })),
    );
    expect(there.attachments).toEqual([]);
  });
});

test('attachments and other tags stay in Matroska; WebM and WAV take what they can', async () => {
  const attachments = [{ name: 'a.ttf', mediaType: 'font/ttf', data: Uint8Array.of(1, 2) }];
  const otherTags = new Map([['DIRECTOR', 'me']]);
  const options = { metadata, chapters: CHAPTERS, attachments, otherTags };
  const first = await makeFile('matroska', options);
  const again = await said(await copied(first, 'matroska'));
  expect(again.attachments).toEqual(attachments);
  expect(again.otherTags).toEqual(otherTags);
  const wav = new MemorySink();
  const muxer = new Muxer(wav, { format: 'wav' });
  muxer.addRemuxStream({ ...SOUND, codec: 'pcm_s16le', config: new Uint8Array(0), frameSize: 0 });
  await muxer.open({ tags: { title: 'T', track: '3' } });
  const packets = [{ data: new Uint8Array(4), pts: 0, dts: 0, duration: 1, isKey: true }];
  await muxer.write(0, { kind: 'audio', timeBase: [1, 48000], packets });
  await muxer.close();
  const inMatroska = await said(await copied(wav.toBytes(), 'matroska'));
  expect(inMatroska.metadata).toEqual({ title: 'T' });
  expect(inMatroska.otherTags).toEqual(new Map([['PART_NUMBER', '3']]));
  const back = await said(await copied(await copied(wav.toBytes(), 'matroska'), 'wav'));
  expect(back.metadata).toEqual({ title: 'T' });
});

test('options of the caller win, and a cover that is none is left out', async () => {
  const first = await makeFile('matroska', {
    metadata: METADATA,
    attachments: [{ name: 'cover.png', mediaType: 'image/png', data: Uint8Array.of(1, 2, 3) }],
  });
  const sink = new MemorySink();
  await remux(first, sink, { format: 'mp4', muxerOptions: { metadata: { title: 'Mine' } } });
  expect((await said(sink.toBytes())).metadata).toEqual({ title: 'Mine' });
  expect((await said(await copied(first, 'mp4'))).metadata).toEqual(METADATA);
});

test.skipIf(!hasMedia)('of a real file', async () => {
  const sink = new MemorySink();
  await remux(mediaPath('containers/h264_aac_udta_metadata.mp4'), sink, { format: 'matroska' });
  const source = await Demuxer.open(mediaPath('containers/h264_aac_udta_metadata.mp4'));
  const { encoder: _, ...texts } = source.reader.about!.metadata;
  await source.close();
  expect(Object.keys(texts).length).toBeGreaterThan(0);
  expect((await said(sink.toBytes())).metadata).toEqual(texts);
});
