/**
 * Another reader of MP4, mp4box.js, opens what we write, finds what we put in, and has nothing to complain of: neither
 * in our own files nor in copies of real ones.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createFile, Log, type Movie, MP4BoxBuffer } from 'mp4box';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SubtitleStreamInfo } from '../../../src/base/packet.ts';
import type { Mp4Options } from '../../../src/containers/isobmff/index.ts';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { type CodedStream, codedAudio, codedVideo, pcmAudio } from './coded-streams.ts';
import { muxMp4 } from './mux.ts';

/** What it complains of: warnings and errors. */
const complaints: string[] = [];

/** What it does not know, and says so of every file that has it. */
const NOT_KNOWN = [
  /Unknown box type: 'ftab'/, // 3GPP TS 26.245 clause 5.16
  /Unknown box type: 'chpl'/, // chapters as Nero writes them
  /Unknown track reference type: 'chap'/, // a list of chapters, QuickTime File Format
  /Unknown (box type: 'gmhd'|sample entry type: 'text')/, // the same
  /Unknown box type: 'name'/, // title of a track, QuickTime File Format
  /Unknown sample entry type: 'ipcm'/, // ISO/IEC 23003-5
  /Unknown sample entry type: '(lpcm|sowt|twos|raw )'/, // PCM, QuickTime File Format
  /Found multiple boxes of type (styp|sidx)/, // of its own lists
  /Unsupported or unimplemented itif data type: 13/, // a cover that is a JPEG
  /Invalid box type: '\0\0\0\0'/, // terminator of QuickTime's `wave`
];

beforeEach(() => {
  complaints.length = 0;
  for (const level of ['warn', 'error'] as const) {
    vi.spyOn(Log, level).mockImplementation((...said: readonly unknown[]) => {
      const text = `${level}: ${said[0]} ${said[1]}`;
      if (!NOT_KNOWN.some((known) => known.test(text))) complaints.push(text);
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Opens a file, in pieces as they would come over a network; the movie's info and the samples of each track. */
function openWithMp4box(bytes: Uint8Array, pieceBytes = 100_000) {
  const file = createFile(true);
  let info: Movie | undefined;
  file.onReady = (found) => {
    info = found;
  };
  file.onError = (module, message) => complaints.push(`${module}: ${message}`);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.slice(at, at + pieceBytes);
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(piece.buffer, at));
  }
  file.flush();
  if (info === undefined) throw new Error('no movie was found');
  const { tracks } = info;
  const samples = tracks.map(({ id }) => file.getTrackSamplesInfo(id));
  return { info, tracks, samples };
}

const CUES: CodedStream<SubtitleStreamInfo> = {
  stream: { kind: 'subtitle', codec: 'subrip', timeBase: [1, 1000], config: new Uint8Array(0) },
  packets: [300, 700].map((pts) => ({
    data: new TextEncoder().encode(`cue at ${pts}`),
    pts,
    dts: pts,
    duration: 200,
    isKey: true,
  })),
};
const WEB_CUES = { ...CUES, stream: { ...CUES.stream, codec: 'webvtt' } };

const METADATA: Mp4Options = {
  metadata: { title: 'a title', coverArt: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) },
  chapters: [
    { start: 0, title: 'one' },
    { start: 0.5, title: 'two' },
  ],
};

const LAYOUTS: [string, Mp4Options][] = [
  ['plain', {}],
  ['moov in front', { faststart: true, sampleDependencies: true }],
  ['titles, cover, chapters', METADATA],
  ['QuickTime', { format: 'mov', ...METADATA }],
  ['fragments', { fragmented: true }],
  ['segments with indexes', { fragmented: { segmentIndex: true, randomAccessTable: true } }],
];

describe('mp4box.js opens', () => {
  const video = codedVideo({ frames: 40, size: '96x64' });
  const audio = codedAudio(40_000);

  it.each(LAYOUTS)('%s', async (_, options) => {
    const coded = [video, audio, CUES, WEB_CUES];
    const { info, tracks, samples } = openWithMp4box(await muxMp4(coded, options));
    expect(complaints).toEqual([]);
    expect(info.isFragmented).toBe(options.fragmented !== undefined);
    expect(tracks.slice(0, 2).map(({ codec }) => codec.slice(0, 4))).toEqual(['avc1', 'mp4a']);
    expect(samples[0]!.length).toBe(video.packets.length);
    expect(samples[1]!.length).toBe(audio.packets.length);
    expect(samples[0]!.map(({ is_sync }) => is_sync)).toEqual(
      video.packets.map(({ isKey }) => isKey),
    );
    for (const [i, { size }] of samples[0]!.entries()) {
      expect(size).toBe(video.packets[i]!.data.length);
    }
    // Each kind of text has a sample for each cue, for the time before and between, and for the end.
    expect(samples[2]!.length).toBe(5);
    expect(samples[3]!.length).toBe(5);
  });

  it('PCM in MP4', async () => {
    const { samples } = openWithMp4box(await muxMp4([pcmAudio('pcm_s24le', 2000, 500)]));
    expect(complaints).toEqual([]);
    expect(samples[0]!.length).toBe(2000);
  });
});

/** What mp4box.js says of the place of a video: it does not know ©xyz of QuickTime's user data, and passes over it. */
const PLACE = /box type: '©xyz'|Parsing of box 'udta' did not read the entire/;

describe.skipIf(!hasMedia)('mp4box.js opens copies of real files', () => {
  const names = hasMedia ? readdirSync(mediaPath('containers')) : [];
  const sources = names.filter((name) => /\.(mp4|mov|m4a|mkv|webm|aac|h264|wav)$/.test(name));
  it.each(sources)('%s', async (name) => {
    // What is carried as it is, such as the description of text, may be as odd as it was.
    const isMp4 = /\.(mp4|mov|m4a)$/.test(name);
    if (isMp4) openWithMp4box(new Uint8Array(readFileSync(mediaPath(`containers/${name}`))));
    const before = new Set(complaints);
    complaints.length = 0;
    const sink = new MemorySink();
    const isPcm = name.endsWith('.wav');
    await remux(mediaPath(`containers/${name}`), sink, { format: isPcm ? 'mov' : 'mp4' });
    const bytes = sink.toBytes();
    const { samples } = openWithMp4box(bytes);
    const isNew = (complaint: string) => !before.has(complaint) && !PLACE.test(complaint);
    expect(complaints.filter(isNew)).toEqual([]);
    const demuxer = await Demuxer.open(bytes);
    expect(samples.length).toBe(demuxer.streams.length);
    if (isPcm) return;
    const counts = demuxer.streams.map(() => 0);
    for await (const { streamIndex } of demuxer.packets()) counts[streamIndex]!++;
    for (const [i, stream] of demuxer.streams.entries()) {
      if (stream.kind !== 'subtitle' && !stream.codec.startsWith('pcm')) {
        expect(samples[i]!.length).toBe(counts[i]);
      }
    }
  });
});
