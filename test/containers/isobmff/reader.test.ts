/** The MP4 reader against ffprobe on real files, and against our own writer. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/base/errors.ts';
import type { AudioStreamInfo, Packet, StreamInfo } from '../../../src/base/packet.ts';
import { BoxWriter } from '../../../src/containers/isobmff/box-writer.ts';
import { data, freeFormName, meta } from '../../../src/containers/isobmff/boxes-metadata.ts';
import {
  isMp4,
  type Mp4Options,
  type Mp4ReadOptions,
  openMp4,
} from '../../../src/containers/isobmff/index.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import {
  breathe,
  type CodedStream,
  codedAudio,
  codedVideo,
  pcmAudio,
  temporaryFile,
} from './coded-streams.ts';
import { type SinkAbilities, TestSource } from './memory-file.ts';
import { interleave, muxMp4 } from './mux.ts';

afterEach(breathe);

interface ReadFile {
  readonly streams: readonly StreamInfo[];
  readonly packets: { streamIndex: number; packet: Packet }[];
}

async function readAll(
  bytes: Uint8Array,
  knowsSize = true,
  options: Mp4ReadOptions = {},
): Promise<ReadFile> {
  const reader = await openMp4(new TestSource(bytes, knowsSize), options);
  const packets = [];
  for await (const each of reader.packets()) packets.push(each);
  return { streams: reader.streams, packets };
}

interface ProbedPacket {
  stream_index: number;
  pts: number;
  dts: number;
  duration?: number;
  size: string;
  flags: string;
}

const FILES = hasMedia
  ? readdirSync(mediaPath('containers')).filter((name) => /\.(mp4|mov|m4a)$/.test(name))
  : [];

describe.runIf(hasMedia)('packets as ffprobe gives them', () => {
  for (const name of FILES) {
    it(name, async () => {
      const path = mediaPath(`containers/${name}`);
      const { packets, streams } = await readAll(readFileSync(path));
      const probed = probeFile(path, ['-show_packets']);
      const hasShortLengths = name.includes('2byte');
      const describeOurs = packets.map(({ streamIndex, packet }) => ({
        stream: streamIndex,
        pts: packet.pts,
        dts: packet.dts,
        size: hasShortLengths && streamIndex === 0 ? 0 : packet.data.length,
        isKey: packet.isKey,
      }));
      const describeTheirs = probed.packets.map((p: ProbedPacket) => ({
        stream: p.stream_index,
        pts: p.pts,
        dts: p.dts,
        size: hasShortLengths && p.stream_index === 0 ? 0 : Number(p.size),
        isKey: p.flags.startsWith('K'),
      }));
      expect(describeOurs).toEqual(describeTheirs);
      // ffprobe guesses some durations at the end of a track or fragment; all the others are those of the tables.
      const different = packets.filter(
        ({ packet }, i) => packet.duration !== (probed.packets[i].duration ?? 0),
      );
      expect(different.length).toBeLessThanOrEqual(2);
      for (const [i, stream] of streams.entries()) {
        const theirs = probed.streams[i];
        expect(stream.codec).toBe(theirs.codec_name);
        expect(stream.timeBase.join('/')).toBe(theirs.time_base);
        if (stream.kind === 'video') {
          expect([stream.width, stream.height]).toEqual([theirs.width, theirs.height]);
        } else if (stream.kind === 'audio') {
          expect(String(stream.sampleRate)).toBe(theirs.sample_rate);
          expect(stream.numChannels).toBe(theirs.channels);
        }
      }
    });
  }

  it('gives H.264 with 4-byte lengths whatever the file has', async () => {
    const path = mediaPath('containers/h264_aac_2byte_nal_length_co64.mp4');
    const { packets } = await readAll(readFileSync(path));
    for (const { streamIndex, packet } of packets) {
      if (streamIndex !== 0) continue;
      const view = new DataView(packet.data.buffer, packet.data.byteOffset);
      let at = 0;
      while (at < packet.data.length) at += 4 + view.getUint32(at);
      expect(at).toBe(packet.data.length);
    }
  });

  it('reads metadata, chapters and the display matrix', async () => {
    const open = (name: string) =>
      openMp4(new TestSource(readFileSync(mediaPath(`containers/${name}`))));
    const { metadata } = await open('h264_aac_udta_metadata.mp4');
    expect(metadata).toMatchObject({ artist: 'Test Artist', album: 'Test Album', date: '2024' });
    const gapless = await open('aac_8k_mono.m4a');
    expect(gapless.freeForm.get('iTunSMPB')).toMatch(/^ 00000000 00000800 00000240/);
    const rotated = await open('h264_aac_rotated_reflected.mp4');
    expect(Array.from(rotated.tracks[0].matrix.slice(0, 2))).not.toEqual([0x10000, 0]);
  });
});

const video = codedVideo();
const audio = codedAudio();

/** Video packets with decoding order other than display order, as B pictures make it. */
function reordered(source: CodedStream<StreamInfo>): CodedStream<StreamInfo> {
  const order = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8];
  const packets = source.packets.map((packet, i) => {
    const pts = Math.floor(i / 10) * 10 + order[i % 10];
    return { ...packet, pts, dts: i - 2 };
  });
  return { ...source, packets };
}

const MUX_CASES: [string, Mp4Options, SinkAbilities][] = [
  ['plain', {}, {}],
  ['fast start', { faststart: true }, {}],
  ['segmented media data', { fragmented: false }, { seekable: false }],
  ['fragmented', { fragmented: { segmentIndex: true, randomAccessTable: true } }, {}],
];

describe('what the writer wrote', () => {
  for (const [name, options, abilities] of MUX_CASES) {
    it(`comes back exactly: ${name}`, async () => {
      const coded = [reordered(video), audio];
      const bytes = await muxMp4(coded, options, abilities);
      const { streams, packets } = await readAll(bytes);
      const expected = interleave(
        coded,
        streams.map(({ timeBase }) => timeBase),
      );
      for (const index of [0, 1]) {
        const ours = packets.filter(({ streamIndex }) => streamIndex === index);
        const wanted = expected.filter(({ streamIndex }) => streamIndex === index);
        expect(ours.map(({ packet }) => packet)).toEqual(wanted.map(({ packet }) => packet));
        expect(Buffer.from(streams[index].config)).toEqual(Buffer.from(coded[index].stream.config));
      }
      expect(streams[0]).toMatchObject({ width: 64, height: 48, color: video.stream.color });
      expect(streams[1]).toMatchObject({ sampleRate: 44100, numChannels: 2, priming: 1024 });
    });
  }

  it('can be read from a stream when moov is in front', async () => {
    for (const options of [{ faststart: true }, { fragmented: true }]) {
      const { packets } = await readAll(await muxMp4([video, audio], options), false);
      expect(packets).toHaveLength(video.packets.length + audio.packets.length);
    }
  });

  it('is cut off where the file is', async () => {
    const bytes = await muxMp4([video, audio], { faststart: true });
    const { packets } = await readAll(bytes.slice(0, bytes.length - 3000));
    expect(packets.length).toBeGreaterThan(20);
    expect(packets.length).toBeLessThan(75);
    const back = await muxMp4([video, audio]);
    await expect(readAll(back.slice(0, back.length - 3000))).rejects.toThrow(FormatError);
  });

  it('is read where mdat says that it goes on to the end', async () => {
    const bytes = (await muxMp4([video, audio], { faststart: true })).slice();
    const reader = await openMp4(new TestSource(bytes));
    expect(reader.isFragmented).toBe(false);
    const at = Buffer.from(bytes).indexOf('mdat') - 4;
    new DataView(bytes.buffer).setUint32(at, 0);
    expect((await readAll(bytes)).packets).toHaveLength(75);
  });

  it('keeps metadata and chapters', async () => {
    const metadata = { title: 'T', artist: 'Ä', coverArt: Uint8Array.of(0xff, 0xd8, 0xff) };
    const chapters = [{ start: 0.25, title: 'zwölf' }];
    const reader = await openMp4(new TestSource(await muxMp4([video], { metadata, chapters })));
    expect(reader.metadata).toEqual(metadata);
    expect(reader.chapters).toEqual(chapters);
  });

  it('reads chapters that a text track lists, which is no stream then', async () => {
    const list = ['One', 'Zwölf'].map(
      (title, i) =>
        `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${i * 500}\nEND=${i * 500 + 500}\ntitle=${title}\n`,
    );
    const text = temporaryFile(new TextEncoder().encode(`;FFMETADATA1\n${list.join('')}`), 'a.txt');
    const sound = temporaryFile(await muxMp4([audio]), 'a.mp4');
    const path = temporaryFile(new Uint8Array(0), 'out.mov');
    runFfmpeg(
      ['-i', sound, '-i', text, '-map_metadata', '1', '-c', 'copy', '-y', path],
      undefined,
      {
        allowWarnings: true,
      },
    );
    const bytes = readFileSync(path);
    // Without the other list of chapters.
    const at = bytes.indexOf('chpl');
    if (at >= 0) bytes.write('free', at);
    const { chapters, streams } = await openMp4(new TestSource(bytes));
    expect(streams).toHaveLength(1);
    expect(chapters).toEqual([
      { start: 0, title: 'One' },
      { start: 0.5, title: 'Zwölf' },
    ]);
  });

  it('takes delay and padding from iTunSMPB where there is no edit list, if asked to', async () => {
    const withEdits = await muxMp4([audio]);
    const expected = await readAll(withEdits);
    const { priming } = expected.streams[0] as AudioStreamInfo;
    const length = 44_100;
    const hex = (n: number): string => n.toString(16).toUpperCase().padStart(8, '0');
    const without = Buffer.from(withEdits);
    without.write('free', without.indexOf('edts'), 'latin1');
    const plain = await readAll(new Uint8Array(without));
    expect(plain.streams[0]).toMatchObject({ priming: 0 });
    const item = (text: string): Uint8Array => {
      const w = new BoxWriter();
      w.box('udta', () => {
        w.put(meta, {}, () => {
          w.box('ilst', () => {
            w.box('----', () => {
              w.put(freeFormName, { text: 'com.apple.iTunes' }, null, 'mean');
              w.put(freeFormName, { text: 'iTunSMPB' });
              w.put(data, { value: new TextEncoder().encode(text) });
            });
          });
        });
      });
      return w.view().slice();
    };
    /** The file with `udta` at the end of its `moov`, which ends it. */
    const patched = (text: string): Uint8Array => {
      const file = Buffer.concat([without, item(text)]);
      const moov = file.indexOf('moov') - 4;
      file.writeUInt32BE(file.length - moov, moov);
      return new Uint8Array(file);
    };
    const gapless = ` 00000000 ${hex(priming)} 00000134 00000000${hex(length)} 00000000`;
    const found = await readAll(patched(gapless), true, { gapless: true });
    expect((await readAll(patched(gapless))).streams[0]).toMatchObject({ priming: 0 });
    expect(found.streams[0]).toMatchObject({ priming });
    expect(found.packets).toEqual(expected.packets);
    for (const broken of [
      '',
      ' 0 1',
      ' 00000000 zz 0 1',
      ` 0 ${hex(priming)} 0 FFFFFFFFFFFFFFFF`,
    ]) {
      const { streams } = await readAll(patched(broken), true, { gapless: true });
      expect(streams[0]).toMatchObject({ priming: 0 });
    }
  });

  it('keeps WebVTT cues', async () => {
    const cue = (pts: number, duration: number, text: string): Packet => ({
      data: new TextEncoder().encode(text),
      pts,
      dts: pts,
      duration,
      isKey: true,
    });
    const stream: StreamInfo = {
      kind: 'subtitle',
      codec: 'webvtt',
      timeBase: [1, 10_000],
      config: new Uint8Array(0),
    };
    const packets = [cue(1000, 3000, 'One'), cue(6000, 2000, 'Two'), cue(8000, 100, 'Three')];
    const read = await readAll(await muxMp4([video, { stream, packets }]));
    expect(read.packets.filter((p) => p.streamIndex === 1).map((p) => p.packet)).toEqual(packets);
  });
});

const PCM_CODECS = ['s16', 's24', 's32', 'f32', 'f64'].flatMap((name) => [
  `pcm_${name}le`,
  `pcm_${name}be`,
]);

describe('PCM', () => {
  for (const [format, extra] of [
    ['mp4', []],
    ['mov', ['pcm_u8', 'pcm_s8', 'pcm_alaw', 'pcm_mulaw']],
  ] as const) {
    for (const codec of [...PCM_CODECS, ...extra]) {
      it(`comes back exactly from ${format}: ${codec}`, async () => {
        const coded = pcmAudio(codec, 5000, 777);
        const { streams, packets } = await readAll(await muxMp4([coded], { format }));
        expect(streams[0]).toMatchObject({ codec, sampleRate: 48000, numChannels: 2 });
        expect(streams[0]).toMatchObject({ channelMask: 3 });
        const join = (list: readonly Packet[]): Buffer => Buffer.concat(list.map((p) => p.data));
        const read = packets.map(({ packet }) => packet);
        expect(Buffer.compare(join(read), join(coded.packets))).toBe(0);
        expect(read.reduce((sum, packet) => sum + packet.duration, 0)).toBe(5000);
        expect(read.map(({ pts }) => pts)).toEqual([0, 1024, 2048, 3072, 4096]);
      });
    }
  }

  it('of rates beyond 16 bits keeps its rate', async () => {
    for (const format of ['mp4', 'mov'] as const) {
      const coded = pcmAudio('pcm_s16le', 2000, 777, 96000, 1);
      const { streams } = await readAll(await muxMp4([coded], { format }));
      expect(streams[0]).toMatchObject({ sampleRate: 96000, numChannels: 1 });
    }
  });
});

describe('QuickTime sound as ffmpeg writes it', () => {
  const codecs = [
    'pcm_u8',
    'pcm_s8',
    'pcm_s16le',
    'pcm_s16be',
    'pcm_s24le',
    'pcm_s24be',
    'pcm_s32le',
  ];
  for (const codec of [...codecs, 'pcm_f32le', 'pcm_f64be', 'pcm_alaw', 'pcm_mulaw']) {
    it(codec, async () => {
      const source = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000:duration=0.1', '-ac', '2'];
      const path = temporaryFile(new Uint8Array(0), 'out.mov');
      runFfmpeg([...source, '-c:a', codec, '-y', path], undefined, { allowWarnings: true });
      const { streams, packets } = await readAll(readFileSync(path));
      expect(streams[0]).toMatchObject({ codec, sampleRate: 48000, numChannels: 2 });
      const raw = runFfmpeg(['-i', path, '-c', 'copy', '-f', codec.slice(4), '-']);
      const read = Buffer.concat(packets.map(({ packet }) => packet.data));
      expect(Buffer.compare(read, raw)).toBe(0);
    });
  }
});

describe('edit lists as ffmpeg applies them', () => {
  // Files of ffmpeg's own, cut without coding anew: edit lists that begin and end in the middle.
  const cases: [string, string[]][] = [
    ['start in the middle of a GOP', ['-ss', '0.7']],
    ['end in the middle', ['-t', '0.83']],
    ['both', ['-ss', '0.41', '-t', '0.5']],
  ];
  for (const [name, cut] of cases) {
    it(name, async () => {
      const source = temporaryFile(
        runFfmpegToFile(
          ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=25:duration=2', '-f', 'lavfi', '-i'],
          ['sine=duration=2', '-c:v', 'libx264', '-g', '12', '-c:a', 'aac'],
        ),
        'source.mp4',
      );
      const path = temporaryFile(
        runFfmpegToFile([...cut, '-i', source], ['-c', 'copy']),
        'cut.mp4',
      );
      const probed = probeFile(path, ['-show_packets']).packets.map((p: ProbedPacket) => [
        p.stream_index,
        p.pts,
        p.dts,
      ]);
      const { packets } = await readAll(readFileSync(path));
      expect(packets.map((p) => [p.streamIndex, p.packet.pts, p.packet.dts])).toEqual(probed);
    });
  }
});

/** Runs ffmpeg with an MP4 file as output and returns the file. */
function runFfmpegToFile(input: readonly string[], output: readonly string[]): Uint8Array {
  const path = temporaryFile(new Uint8Array(0), 'out.mp4');
  runFfmpeg([...input, ...output, '-y', path], undefined, { allowWarnings: true });
  return readFileSync(path);
}

describe('property: any times and sizes', () => {
  const sample = fc.record({
    size: fc.integer({ min: 1, max: 60 }),
    delta: fc.integer({ min: 1, max: 5000 }),
    offset: fc.integer({ min: 0, max: 9000 }),
    isKey: fc.boolean(),
  });
  const track = fc.record({
    start: fc.integer({ min: -5000, max: 100_000 }),
    samples: fc.array(sample, { minLength: 1, maxLength: 40 }),
  });

  it('comes back from every layout', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(track, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...MUX_CASES),
        async (drawn, [, options, abilities]) => {
          const coded = drawn.map(({ start, samples }): CodedStream<StreamInfo> => {
            let dts = start;
            let keyPts = 0;
            let highestPts = Number.NEGATIVE_INFINITY;
            const packets = samples.map(({ size, delta, offset, isKey }, i): Packet => {
              // As pictures are: none behind a key picture is shown before it, nor one before it after it.
              const isSync = isKey || i === 0;
              const pts = Math.max(dts + offset, isSync ? highestPts + 1 : keyPts + 1);
              if (isSync) keyPts = pts;
              highestPts = Math.max(highestPts, pts);
              const data = Uint8Array.from({ length: size }, (_, k) => i + k);
              const packet: Packet = { data, pts, dts, duration: delta, isKey: isSync };
              dts += delta;
              return packet;
            });
            return { stream: { ...video.stream, timeBase: [1, 20_000] }, packets };
          });
          const { packets } = await readAll(await muxMp4(coded, options, abilities));
          for (const [index, { packets: wanted }] of coded.entries()) {
            const read = packets.filter((p) => p.streamIndex === index).map((p) => p.packet);
            // Pictures before 0 are cut by an edit, which may fall between two: readers place such edits their own way.
            const isCut = !options.fragmented && wanted.some((p) => p.pts < 0);
            if (!isCut) expect(read).toEqual(wanted);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('knows its own kind', async () => {
  expect(isMp4(await muxMp4([video]))).toBe(true);
  expect(isMp4(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0, 0, 0, 0))).toBe(false);
  await expect(openMp4(new TestSource(new Uint8Array(100)))).rejects.toThrow(FormatError);
});
