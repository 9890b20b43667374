/** Files that our writer makes, judged by ffmpeg and ffprobe; and what it refuses. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError, StateError, UnsupportedError } from '../../../src/base/errors.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../../../src/base/packet.ts';
import { createMatroskaWriter } from '../../../src/containers/matroska/index.ts';
import { ffmpegPath, probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import {
  frameHashes,
  hashOf,
  MemoryFile,
  made,
  probePackets,
  readAll,
  saved,
  temporary,
  writeAll,
} from './files.ts';

const PICTURES = ['-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=25:duration=1'];
const LONG = ['-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=25:duration=4'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=1'];
const YUV = ['-pix_fmt', 'yuv420p'];

const PCM_CODECS = ['pcm_s16le', 'pcm_s24be', 'pcm_f32le', 'pcm_u8', 'pcm_alaw', 'pcm_s32le'];

/** Table: name of the file => ffmpeg arguments, codecs of its streams. */
const FILES: Readonly<
  Record<string, readonly [args: readonly string[], codecs: readonly string[]]>
> = {
  'h264.mkv': [
    [...PICTURES, ...SOUND, ...YUV, '-c:v', 'libx264', '-bf', '3', '-g', '12', '-c:a', 'aac'],
    ['h264', 'aac'],
  ],
  'hevc.mkv': [
    // biome-ignore format: options and values
    [...PICTURES, ...SOUND, ...YUV, '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none',
      '-c:a', 'libmp3lame'],
    ['hevc', 'mp3'],
  ],
  'vp8.webm': [
    [...PICTURES, ...SOUND, ...YUV, '-c:v', 'libvpx', '-b:v', '100k', '-c:a', 'libopus'],
    ['vp8', 'opus'],
  ],
  'vp9.webm': [
    // biome-ignore format: options and values
    [...PICTURES, ...SOUND, ...YUV, '-c:v', 'libvpx-vp9', '-b:v', '100k', '-deadline', 'realtime',
      '-c:a', 'libvorbis'],
    ['vp9', 'vorbis'],
  ],
  'pictures.mkv': [
    // biome-ignore format: options and values
    [...PICTURES, '-map', '0', '-map', '0', '-map', '0', '-c:v:0', 'mpeg4', '-bf:v:0', '2',
      '-c:v:1', 'mjpeg', '-pix_fmt:v:1', 'yuvj420p', '-c:v:2', 'png', '-pix_fmt:v:2', 'rgb24'],
    ['mpeg4', 'mjpeg', 'png'],
  ],
  'sounds.mkv': [
    [
      ...SOUND,
      ...['flac', 'ac3', 'eac3', 'mp2', ...PCM_CODECS].flatMap((codec, i) => [
        '-map',
        '0',
        `-c:a:${i}`,
        codec,
      ]),
    ],
    ['flac', 'ac3', 'eac3', 'mp2', ...PCM_CODECS],
  ],
};

describe('what ffmpeg wrote, we read as ffmpeg does and write so that it reads the same', () => {
  for (const [name, [args, codecs]] of Object.entries(FILES)) {
    test(codecs.join(', '), async (context) => {
      const bytes = made(name, args);
      if (bytes === null) return context.skip();
      const { streams, packets, reader } = await readAll(bytes);
      expect(reader.problems).toEqual([]);
      expect(streams.map((stream) => stream.codec)).toEqual(codecs);
      const probed = probePackets(temporary(name));
      for (const streamIndex of streams.keys()) {
        const theirs = probed.filter((p) => p.stream_index === streamIndex);
        const ours = packets.filter((p) => p.streamIndex === streamIndex).map((p) => p.packet);
        expect(ours.map((p) => [p.pts, hashOf(p.data), p.isKey])).toEqual(
          theirs.map((p) => [p.pts, p.data_hash, p.flags.startsWith('K')]),
        );
        for (const [i, { dts, duration }] of theirs.entries()) {
          // A tick apart where ffmpeg counts up rounded durations; not at all known where it waits for a decoder.
          if (dts !== undefined) expect(Math.abs(ours[i]!.dts - dts)).toBeLessThanOrEqual(1);
          if (duration) expect(Math.abs(ours[i]!.duration - duration)).toBeLessThanOrEqual(1);
        }
      }
      const docType = name.endsWith('.webm') ? 'webm' : 'matroska';
      const expected = frameHashes(temporary(name));
      for (const seekable of name === 'h264.mkv' ? [true, false] : [true]) {
        // Milliseconds, as ffmpeg's files have: so the times of packets are those of the writer.
        const options = { docType, timestampScale: 1_000_000 } as const;
        const file = await writeAll(streams, packets, options, new MemoryFile(seekable));
        const path = saved(`ours-${seekable}-${name}`, file.bytes());
        decodeCleanly(path);
        const got = frameHashes(path);
        for (const streamIndex of streams.keys()) {
          const ofStream = (line: string) => line.startsWith(`${streamIndex},`);
          expect(withoutTimes(got.filter(ofStream))).toEqual(
            withoutTimes(expected.filter(ofStream)),
          );
          expectSameTimes(got.filter(ofStream), expected.filter(ofStream));
        }
      }
    });
  }
});

/** Decodes `path`; throws if that gives an error. */
function decodeCleanly(path: string): void {
  const args = ['-v', 'error', '-i', path, '-f', 'null', '-'];
  const run = spawnSync(ffmpegPath(), args);
  expect([run.status, run.stderr.toString()]).toEqual([0, '']);
}

/** Stream, size and hash of each line of framemd5. */
function withoutTimes(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const [stream, , , , size, md5] = line.split(',').map((field) => field.trim());
    return `${stream} ${size} ${md5}`;
  });
}

/** Times of two lists of lines agree to a tick. */
function expectSameTimes(ours: readonly string[], theirs: readonly string[]): void {
  for (const [i, line] of theirs.entries()) {
    const expected = line.split(',').slice(1, 4).map(Number);
    const got = ours[i]!.split(',').slice(1, 4).map(Number);
    for (const k of [0, 1, 2]) {
      expect(Math.abs(got[k]! - expected[k]!), `${line} against ${ours[i]}`).toBeLessThanOrEqual(1);
    }
  }
}

const PCM: AudioStreamInfo = {
  kind: 'audio',
  codec: 'pcm_s16le',
  timeBase: [1, 1000],
  config: new Uint8Array(0),
  sampleRate: 8000,
  numChannels: 1,
  channelMask: 4,
  sampleFmt: 's16',
  frameSize: 0,
  priming: 0,
};

/** `count` packets of 20 ms each. */
function pcmPackets(count: number, streamIndex = 0) {
  return Array.from({ length: count }, (_, i) => ({
    streamIndex,
    packet: {
      data: new Uint8Array(320).fill(i),
      pts: 20 * i,
      dts: 20 * i,
      duration: 20,
      isKey: true,
    },
  }));
}

test('title, tags, chapters, attachments, language and text reach ffprobe', async () => {
  const text: StreamInfo = {
    kind: 'subtitle',
    codec: 'subrip',
    timeBase: [1, 1000],
    config: new Uint8Array(0),
    language: 'deu',
    title: 'Untertitel',
  };
  const cue = (start: number, duration: number, words: string) => ({
    streamIndex: 1,
    packet: {
      data: new TextEncoder().encode(words),
      pts: start,
      dts: start,
      duration,
      isKey: true,
    },
  });
  const packets = [...pcmPackets(100), cue(100, 700, 'Grüße'), cue(1000, 500, 'zwei Zeilen')];
  packets.sort((a, b) => a.packet.dts - b.packet.dts);
  const font = Uint8Array.of(1, 2, 3, 4);
  const file = await writeAll([{ ...PCM, isDefault: true }, text], packets, {
    metadata: { title: 'Ein Film', artist: 'Wer', comment: 'so', date: '2024' },
    chapters: [
      { start: 0, title: 'Anfang' },
      { start: 1.25, end: 2, title: 'Schluß' },
    ],
    attachments: [{ name: 'a.ttf', mediaType: 'font/ttf', data: font }],
    creationTime: 1_700_000_000,
  });
  const path = saved('tags.mkv', file.bytes());
  const probe = probeFile(path, ['-show_chapters']);
  expect(probe.format.tags).toMatchObject({ title: 'Ein Film', ARTIST: 'Wer', COMMENT: 'so' });
  expect(probe.format.tags.creation_time).toContain('2023-11-14T22:13:20');
  expect(Number(probe.format.duration)).toBeCloseTo(2, 6);
  expect(probe.streams[0].disposition.default).toBe(1);
  expect(probe.streams[1]).toMatchObject({ codec_name: 'subrip' });
  expect(probe.streams[1].tags).toMatchObject({ language: 'ger', title: 'Untertitel' });
  expect(
    probe.chapters.map((c: { start_time: string; tags: { title: string } }) => [
      Number(c.start_time),
      c.tags.title,
    ]),
  ).toEqual([
    [0, 'Anfang'],
    [1.25, 'Schluß'],
  ]);
  const attached = probe.streams.find((s: { codec_type: string }) => s.codec_type === 'attachment');
  expect(attached.tags).toMatchObject({ filename: 'a.ttf', mimetype: 'font/ttf' });
  const srt = new TextDecoder().decode(
    runFfmpeg(['-i', path, '-map', '0:s', '-f', 'srt', '-'], undefined, { allowWarnings: true }),
  );
  expect(srt).toContain('00:00:00,100 --> 00:00:00,800\nGrüße');
  expect(srt).toContain('00:00:01,000 --> 00:00:01,500\nzwei Zeilen');
  const again = await readAll(file.bytes());
  expect(again.reader.description.tags.get('TITLE')).toBe('Ein Film');
  expect(again.reader.description.chapters).toEqual([
    { start: 0, title: 'Anfang' },
    { start: 1.25, end: 2, title: 'Schluß' },
  ]);
  expect(again.reader.description.attachments).toEqual([
    { name: 'a.ttf', mediaType: 'font/ttf', data: font },
  ]);
  expect(again.streams[1]).toMatchObject({ language: 'deu', title: 'Untertitel' });
  expect(again.packets.map((p) => p.packet)).toEqual(packets.map((p) => p.packet));
});

test('shape, color and rotation of video reach ffprobe and come back', async () => {
  const bytes = made('shape.mkv', [...PICTURES, ...YUV, '-c:v', 'libx264', '-bf', '0']);
  const { streams, packets } = await readAll(bytes!);
  const video: VideoStreamInfo = {
    ...(streams[0] as VideoStreamInfo),
    sampleAspectRatio: [16, 11],
    rotation: 90,
    color: {
      colour_primaries: 9,
      transfer_characteristics: 16,
      matrix_coefficients: 9,
      video_full_range_flag: 0,
    },
  };
  const file = await writeAll([video], packets);
  const stream = probeFile(saved('shape-ours.mkv', file.bytes())).streams[0];
  expect(stream).toMatchObject({ sample_aspect_ratio: '16:11' });
  expect([
    stream.color_primaries,
    stream.color_transfer,
    stream.color_space,
    stream.color_range,
  ]).toEqual(['bt2020', 'smpte2084', 'bt2020nc', 'tv']);
  expect((await readAll(file.bytes())).streams[0]).toEqual({
    ...video,
    language: 'und',
    isDefault: false,
  });
});

test('priming and padding: Opus decodes to exactly the samples that went in', async (context) => {
  const args = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000:duration=0.7654', '-c:a', 'libopus'];
  const bytes = made('priming.webm', args);
  if (bytes === null) return context.skip();
  const { streams, packets } = await readAll(bytes);
  expect((streams[0] as AudioStreamInfo).priming).toBe(312);
  expect(packets.at(-1)!.packet.discardPadding).toBeGreaterThan(0);
  const file = await writeAll(streams, packets, { docType: 'webm' });
  const decode = (path: string) => runFfmpeg(['-i', path, '-f', 's16le', '-']);
  const ours = decode(saved('priming-ours.webm', file.bytes()));
  expect(ours.length / 2).toBe(Math.round(0.7654 * 48000));
  expect(hashOf(ours)).toBe(hashOf(decode(temporary('priming.webm'))));
});

test('a finer TimestampScale keeps times that milliseconds cannot hold', async () => {
  const packets = pcmPackets(50).map(({ packet }, i) => ({
    streamIndex: 0,
    packet: { ...packet, pts: 333 * i, dts: 333 * i, duration: 333 },
  }));
  const file = await writeAll([PCM], packets, { timestampScale: 10_000 });
  const theirs = probePackets(saved('fine.mkv', file.bytes()));
  expect(theirs.map((p) => p.pts)).toEqual(packets.map((p) => p.packet.pts));
  const writer = createMatroskaWriter(new MemoryFile(), [PCM], { timestampScale: 10_000 });
  expect(writer.timeBases).toEqual([[1, 100_000]]);
});

test('a file that is cut after any write plays up to its last whole cluster', async () => {
  const bytes = made('kill.mkv', [
    ...LONG,
    ...SOUND,
    ...YUV,
    '-c:v',
    'libx264',
    '-g',
    '10',
    '-c:a',
    'aac',
  ]);
  const { streams, packets } = await readAll(bytes!);
  for (const live of [false, true]) {
    const file = await (async () => {
      const killed = new MemoryFile(!live);
      const writer = createMatroskaWriter(killed, streams, { live });
      await writer.writeHeader();
      for (const { streamIndex, packet } of packets) await writer.writePacket(streamIndex, packet);
      return killed; // no writeTrailer: the process is gone
    })();
    const whole = file.bytes();
    let last = 0;
    const steps = live ? 40 : 1;
    for (let i = 1; i < file.ends.length; i += steps) {
      const cut = whole.subarray(0, file.ends[i]);
      const { packets: got, reader } = await readAll(cut);
      expect(reader.problems).toEqual([]);
      expect(got.length).toBeGreaterThanOrEqual(last);
      last = got.length;
      expect(got.map((p) => hashOf(p.packet.data))).toEqual(
        packets.slice(0, got.length).map((p) => hashOf(p.packet.data)),
      );
    }
    expect(last).toBeGreaterThan(packets.length / 3);
    const path = saved(`kill-${live}.mkv`, whole);
    decodeCleanly(path);
    expect(frameHashes(path).length).toBe((await readAll(whole)).packets.length);
  }
});

test('Cues let ffmpeg seek to a key frame without reading the rest', async () => {
  const bytes = made('seek.mkv', [
    ...LONG,
    ...YUV,
    '-c:v',
    'libx264',
    '-g',
    '10',
    '-bf',
    '0',
    '-sc_threshold',
    '0',
  ]);
  const { streams, packets } = await readAll(bytes!);
  const file = await writeAll(streams, packets, { clusterDuration: 0.4 });
  const path = saved('seek-ours.mkv', file.bytes());
  const args = [
    '-v',
    'error',
    '-ss',
    '1.75',
    '-noaccurate_seek',
    '-i',
    path,
    '-c',
    'copy',
    '-copyts',
  ];
  const lines = execFileSync(ffmpegPath(), [...args, '-f', 'framemd5', '-'])
    .toString()
    .split('\n');
  const first = lines.find((line) => !line.startsWith('#'))!;
  expect(Number(first.split(',')[2])).toBe(1600);
});

test('packets that start below zero move the whole file, and stay together', async () => {
  const early = pcmPackets(20).map(({ packet }) => ({
    streamIndex: 0,
    packet: { ...packet, pts: packet.pts - 100, dts: packet.dts - 100 },
  }));
  const other = pcmPackets(15, 1);
  const packets = [...early, ...other].sort((a, b) => a.packet.dts - b.packet.dts);
  const { packets: got } = await readAll((await writeAll([PCM, PCM], packets)).bytes());
  expect(got.map((p) => [p.streamIndex, p.packet.pts])).toEqual(
    packets.map((p) => [p.streamIndex, p.packet.pts + 100]),
  );
});

test('the same packets give the same bytes', async () => {
  const one = await writeAll([PCM], pcmPackets(30));
  const two = await writeAll([PCM], pcmPackets(30));
  expect(one.bytes()).toEqual(two.bytes());
});

describe('refused, with the reason', () => {
  const h264: VideoStreamInfo = {
    kind: 'video',
    codec: 'h264',
    timeBase: [1, 1000],
    config: new Uint8Array(0),
    width: 16,
    height: 16,
    pixFmt: '',
  };
  const create = (streams: StreamInfo[], options = {}) =>
    createMatroskaWriter(new MemoryFile(), streams, options);

  test('a codec that WebM does not hold', () => {
    expect(() => create([PCM], { docType: 'webm' })).toThrow(UnsupportedError);
    expect(() => create([PCM], { docType: 'webm' })).toThrow(/WebM does not hold 'pcm_s16le'.*vp8/);
  });
  test('a codec without a CodecID', () => {
    expect(() => create([{ ...PCM, codec: 'pcm_f32be' }])).toThrow(/no CodecID/);
  });
  test('H.264 without its record', () => {
    expect(() => create([h264])).toThrow(/streams\[0\]\.config.*h264/);
  });
  test('wrong options', () => {
    const wrong: [object, RegExp][] = [
      [{ docTyp: 'webm' }, /docTyp.*unknown option/],
      [{ docType: 'avi' }, /matroska, webm/],
      [{ timestampScale: 0 }, /timestampScale/],
      [
        {
          chapters: [
            { start: 5, title: '' },
            { start: 4, title: '' },
          ],
        },
        /chapters\[1\]/,
      ],
      [{ metadata: { coverart: 1 } }, /coverart/],
    ];
    for (const [options, message] of wrong) {
      expect(() => create([PCM], options)).toThrow(ConfigError);
      expect(() => create([PCM], options)).toThrow(message);
    }
    const pipe = new MemoryFile(false);
    expect(() => createMatroskaWriter(pipe, [PCM], { live: false })).toThrow(/live/);
    expect(() => create([])).toThrow(ConfigError);
  });
  test('packets before the header, of no stream, and going back in time', async () => {
    const early = create([PCM]);
    const { packet } = pcmPackets(1)[0]!;
    await expect(async () => early.writePacket(0, packet)).rejects.toThrow(StateError);
    const writer = create([PCM]);
    await writer.writeHeader();
    await expect(writer.writeHeader()).rejects.toThrow(StateError);
    await expect(async () => writer.writePacket(1, packet)).rejects.toThrow(/allowed are 0\.\.0/);
    await writer.writePacket(0, { ...packet, pts: 40, dts: 40 });
    await expect(async () => writer.writePacket(0, packet)).rejects.toThrow(
      /decoding time 0 follows 40/,
    );
    await expect(async () =>
      writer.writePacket(0, { ...packet, pts: -10, dts: 40 }),
    ).rejects.toThrow(/negative/);
  });
});

test('a stream that never gets a packet, and no packets at all, make a file that opens', async () => {
  const one = await writeAll([PCM, PCM], pcmPackets(5));
  expect(probeFile(saved('silent.mkv', one.bytes())).streams).toHaveLength(2);
  const none = await writeAll([PCM], []);
  expect((await readAll(none.bytes())).packets).toEqual([]);
  expect(readFileSync(saved('none.mkv', none.bytes())).length).toBe(none.bytes().length);
});
