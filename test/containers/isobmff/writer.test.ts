/** Files of the MP4 writer as ffmpeg and ffprobe see them: format, times, payload. */
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError, UnsupportedError } from '../../../src/base/errors.ts';
import type { Packet, StreamInfo } from '../../../src/base/packet.ts';
import {
  createMp4Writer,
  type Mp4Options,
  openMp4,
} from '../../../src/containers/isobmff/index.ts';
import { MemorySource } from '../../../src/io/index.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import {
  breathe,
  type CodedStream,
  codedAudio,
  codedVideo,
  pcmAudio,
  temporaryFile,
} from './coded-streams.ts';
import { type SinkAbilities, TestSink } from './memory-file.ts';
import { muxMp4 } from './mux.ts';

afterEach(breathe);

const video = codedVideo();
const audio = codedAudio();

/** Payload, times and durations of all packets as ffmpeg reads them. Fails on any warning. */
function frameHashes(bytes: Uint8Array, name = 'a.mp4'): string[] {
  const path = temporaryFile(bytes, name);
  const text = runFfmpeg(['-i', path, '-map', '0', '-c', 'copy', '-f', 'framemd5', '-']);
  return new TextDecoder()
    .decode(text)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();
}

const LAYOUTS: [string, Mp4Options, SinkAbilities][] = [
  ['moov at the back', {}, {}],
  ['moov in front, held in memory', { faststart: true }, {}],
  ['moov in front, moved', { faststart: true }, { canRead: true }],
  ['moov in front, not seekable', { faststart: true }, { seekable: false }],
  ['moov at the back, not seekable', { fragmented: false }, { seekable: false }],
];

describe('a file with one moov', () => {
  for (const [name, options, abilities] of LAYOUTS) {
    it(`is read as it was meant: ${name}`, async () => {
      const bytes = await muxMp4([video, audio], options, abilities);
      const { streams, format } = probeFile(temporaryFile(bytes, 'a.mp4'));
      expect(streams).toHaveLength(2);
      expect(streams[0]).toMatchObject({
        codec_name: 'h264',
        codec_tag_string: 'avc1',
        width: 64,
        height: 48,
        avg_frame_rate: '30000/1001',
        r_frame_rate: '30000/1001',
        time_base: '1/30000',
        start_pts: 0,
        duration_ts: 30 * 1001,
        nb_frames: '30',
        color_space: 'bt709',
        color_transfer: 'bt709',
        color_primaries: 'bt709',
        color_range: 'tv',
      });
      expect(streams[1]).toMatchObject({
        codec_name: 'aac',
        profile: 'LC',
        sample_rate: '44100',
        time_base: '1/44100',
        start_pts: 0,
        duration_ts: 44100,
      });
      expect(Number(format.duration)).toBe(1.001);
      expect(frameHashes(bytes)).toHaveLength(video.packets.length + audio.packets.length);
    });
  }

  it('holds the same packets in every layout', async () => {
    const [first, ...others] = await Promise.all(
      LAYOUTS.map(async ([, options, abilities]) =>
        frameHashes(await muxMp4([video, audio], options, abilities)),
      ),
    );
    for (const other of others) expect(other).toEqual(first);
  });

  it('is the same whether moov is held back or the data is moved', async () => {
    const held = await muxMp4([video, audio], { faststart: true });
    const moved = await muxMp4([video, audio], { faststart: true }, { canRead: true });
    expect(Buffer.compare(held, moved)).toBe(0);
  });

  it('gives the same pictures that were coded', async () => {
    const path = temporaryFile(await muxMp4([video]), 'a.mp4');
    const decoded = runFfmpeg(['-i', path, '-f', 'framemd5', '-']);
    expect(new TextDecoder().decode(decoded).match(/^0,/gm)).toHaveLength(30);
  });

  it('leaves out a stream that got no packet', async () => {
    const bytes = await muxMp4([video, { ...audio, packets: [] }]);
    expect(probeFile(temporaryFile(bytes, 'a.mp4')).streams).toHaveLength(1);
  });

  it('keeps a first pts above 0 and gaps', async () => {
    const times = [100, 101, 110, 111];
    const packets = times.map((pts, i) => ({ ...video.packets[i], pts, dts: pts }));
    const bytes = await muxMp4([{ ...video, packets }]);
    const { packets: read, streams } = probeFile(temporaryFile(bytes, 'a.mp4'), ['-show_packets']);
    expect(read.map((p: { pts: number }) => p.pts)).toEqual(times.map((t) => t * 1001));
    expect(read.map((p: { duration: number }) => p.duration)).toEqual([1001, 9009, 1001, 1001]);
    expect(streams[0].start_pts).toBe(100100);
  });

  it('keeps composition offsets and negative decoding times', async () => {
    // I P B B: decoded -2 -1 0 1, shown 0 3 1 2.
    const order = [0, 3, 1, 2];
    const packets = order.map((pts, i) => ({ ...video.packets[i], pts, dts: i - 2 }));
    const bytes = await muxMp4([{ ...video, packets }]);
    const { packets: read } = probeFile(temporaryFile(bytes, 'a.mp4'), ['-show_packets']);
    expect(read.map((p: { pts: number }) => p.pts)).toEqual(order.map((t) => t * 1001));
    expect(read.map((p: { dts: number }) => p.dts)).toEqual([-2002, -1001, 0, 1001]);
  });

  it('stores composition times before decoding times (version 1)', async () => {
    const order = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9];
    const packets = order.map((pts, i) => ({ ...video.packets[i], pts, dts: i }));
    const bytes = await muxMp4([{ ...video, packets }]);
    const { packets: read } = probeFile(temporaryFile(bytes, 'a.mp4'), ['-show_packets']);
    expect(read.map((p: { pts: number }) => p.pts)).toEqual(order.map((pts) => pts * 1001));
    expect(read.map((p: { dts: number }) => p.dts)).toEqual(order.map((_, i) => (i - 1) * 1001));
  });

  it('stores language, title, default track, rotation and aspect ratio', async () => {
    const stream = {
      ...video.stream,
      language: 'fra',
      rotation: 90,
      sampleAspectRatio: [4, 3] as const,
    };
    const second = { ...audio.stream, isDefault: false, language: 'deu' };
    const bytes = await muxMp4([{ ...video, stream }, audio, { ...audio, stream: second }]);
    const { streams } = probeFile(temporaryFile(bytes, 'a.mp4'));
    expect(streams[0].sample_aspect_ratio).toBe('4:3');
    expect(streams[0].tags.language).toBe('fra');
    expect(streams[0].side_data_list[0].rotation).toBe(-90);
    expect(streams[0].disposition.default).toBe(1);
    expect(streams[1].disposition.default).toBe(1);
    expect(streams[2].disposition.default).toBe(0);
    expect(streams[2].tags.language).toBe('deu');
  });

  it('does not turn off all sound and pictures where no track is a default one', async () => {
    const off = <T extends object>(stream: T) => ({ ...stream, isDefault: false });
    const coded = [
      { ...video, stream: off(video.stream) },
      { ...audio, stream: off(audio.stream) },
      { ...audio, stream: off(audio.stream) },
    ];
    const { streams } = probeFile(temporaryFile(await muxMp4(coded), 'a.mp4'));
    const defaults = streams.map(
      (s: { disposition: { default: number } }) => s.disposition.default,
    );
    expect(defaults).toEqual([1, 1, 0]);
    const second = [
      ...coded.slice(0, 2),
      { ...audio, stream: { ...audio.stream, isDefault: true } },
    ];
    const chosen = probeFile(temporaryFile(await muxMp4(second), 'a.mp4')).streams;
    expect(chosen[1].disposition.default).toBe(0);
    expect(chosen[2].disposition.default).toBe(1);
  });

  it('stores metadata, cover art and chapters', async () => {
    const coverArt = runFfmpeg([
      ...['-f', 'lavfi', '-i', 'testsrc=size=32x32', '-frames:v', '1', '-f', 'image2pipe'],
      ...['-c:v', 'png', '-'],
    ]);
    const metadata = {
      title: 'Größe',
      artist: 'Nobody',
      comment: 'Said.',
      date: '2024',
      encoder: 'test',
    };
    const chapters = [
      { start: 0, title: 'One' },
      { start: 0.5, title: 'Zwölf' },
    ];
    const bytes = await muxMp4([video], { metadata: { ...metadata, coverArt }, chapters });
    const { format, streams, ...rest } = probeFile(temporaryFile(bytes, 'a.mp4'), [
      '-show_chapters',
    ]);
    expect(format.tags).toMatchObject(metadata);
    const cover = streams.find(({ codec_name }: { codec_name: string }) => codec_name === 'png');
    expect(cover).toMatchObject({ width: 32, height: 32 });
    expect(cover.disposition.attached_pic).toBe(1);
    expect(rest.chapters.map((c: { tags: { title: string } }) => c.tags.title)).toEqual([
      'One',
      'Zwölf',
    ]);
    expect(rest.chapters[1].start_time).toBe('0.500000');
  });

  it.each(['mp4', 'mov'] as const)(
    'has chapters as QuickTime wants them too: %s',
    async (format) => {
      const chapters = [
        { start: 0.25, title: 'One' },
        { start: 0.25, title: 'At once' },
        { start: 0.75, title: 'Zwölf' },
      ];
      const bytes = await muxMp4([video], { format, chapters });
      // Without the other list, only the text track has them.
      const buffer = Buffer.from(bytes);
      buffer.write('free', buffer.indexOf('chpl'), 'latin1');
      const { chapters: found } = probeFile(temporaryFile(buffer, `a.${format}`), [
        '-show_chapters',
      ]);
      const titles = found.map((c: { tags: { title: string } }) => c.tags.title);
      expect(titles.slice(-3)).toEqual(['One', 'At once', 'Zwölf']);
      expect(found.at(-1).start_time).toBe('0.750000');
      const reader = await openMp4(new MemorySource(new Uint8Array(buffer)));
      expect(reader.streams).toHaveLength(1);
      expect(reader.chapters).toEqual([
        { start: 0.25, title: 'One' },
        { start: 0.251, title: 'At once' },
        { start: 0.75, title: 'Zwölf' },
      ]);
    },
  );

  it('holds no more than 256 MiB for moov in front of a stream, and says what to do', async () => {
    const sink = new TestSink({ seekable: false });
    const writer = createMp4Writer(sink, [video.stream], { faststart: true });
    await writer.writeHeader();
    const data = new Uint8Array(16 << 20);
    const write = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        await writer.writePacket(0, { data, pts: i, dts: i, duration: 1, isKey: true });
      }
    };
    await expect(write()).rejects.toThrow(/more than 256 MiB.*use fragmented, or a file/);
  });

  it('turns text cues into timed text with the gaps filled', async () => {
    const cue = (pts: number, duration: number, text: string): Packet => ({
      data: new TextEncoder().encode(text),
      pts,
      dts: pts,
      duration,
      isKey: true,
    });
    const stream: StreamInfo = {
      kind: 'subtitle',
      codec: 'subrip',
      timeBase: [1, 1000],
      config: new Uint8Array(0),
    };
    const cues = [cue(100, 300, 'Hallo'), cue(600, 200, 'Wörld')];
    const bytes = await muxMp4([video, { stream, packets: cues }]);
    const path = temporaryFile(bytes, 'a.mp4');
    const srt = new TextDecoder().decode(runFfmpeg(['-i', path, '-map', '0:1', '-f', 'srt', '-']));
    expect(srt).toBe(
      '1\n00:00:00,100 --> 00:00:00,400\nHallo\n\n2\n00:00:00,600 --> 00:00:00,800\nWörld\n\n',
    );
  });
});

describe('a fragmented file', () => {
  it('holds the packets of the plain one, with the encoder delay before 0', async () => {
    // Old versions of ffmpeg give no durations in fragments; those are checked by our reader.
    const withoutDuration = (bytes: Uint8Array): string[][] =>
      frameHashes(bytes).map((line) => line.split(',').filter((_, column) => column !== 3));
    const plain = withoutDuration(await muxMp4([video]));
    expect(withoutDuration(await muxMp4([video], { fragmented: true }))).toEqual(plain);
    const bytes = await muxMp4([video, audio], {
      fragmented: { segmentIndex: true, randomAccessTable: true },
    });
    expect(frameHashes(bytes)).toHaveLength(video.packets.length + audio.packets.length);
  });

  it('is what a sink that cannot seek gets, one fragment per GOP', async () => {
    const bytes = await muxMp4([video], {}, { seekable: false });
    expect(countBoxes(bytes, 'moof')).toBe(3);
    expect(countBoxes(bytes, 'moov')).toBe(1);
  });

  it('ends fragments by duration, at key frames', async () => {
    const options = { fragmented: { duration: 0.5 } };
    expect(countBoxes(await muxMp4([video, audio], options), 'moof')).toBe(2);
  });

  it('goes on with sound alone, before pictures come and where none do', async () => {
    const long = codedAudio(3 * 44100);
    const none = await muxMp4([{ ...video, packets: [] }, long], { fragmented: true });
    expect(countBoxes(none, 'moof')).toBe(3);
    const packets = video.packets.map((packet) => {
      return { ...packet, pts: packet.pts + 60, dts: packet.dts + 60 };
    });
    const late = await muxMp4([{ ...video, packets }, long], { fragmented: true });
    expect(frameHashes(late)).toHaveLength(packets.length + long.packets.length);
    // Three groups of pictures make three fragments; the sound before them makes more.
    expect(countBoxes(late, 'moof')).toBeGreaterThan(3);
  });

  it('plays up to its last whole fragment when it is cut', async () => {
    const bytes = await muxMp4([video], { fragmented: true });
    const lastFragment = topLevelBoxes(bytes).filter((box) => box.type === 'moof')[2].start;
    const path = temporaryFile(bytes.slice(0, lastFragment), 'a.mp4');
    const decoded = runFfmpeg(['-i', path, '-f', 'framemd5', '-']);
    expect(new TextDecoder().decode(decoded).match(/^0,/gm)).toHaveLength(20);
  });
});

function topLevelBoxes(bytes: Uint8Array): { type: string; start: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const boxes: { type: string; start: number }[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
    boxes.push({ type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), start: at });
  }
  return boxes;
}

function countBoxes(bytes: Uint8Array, type: string): number {
  return topLevelBoxes(bytes).filter((box) => box.type === type).length;
}

describe('PCM', () => {
  const quickTime = ['pcm_u8', 'pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le'];
  for (const codec of [...quickTime, 'pcm_f32be', 'pcm_f64le', 'pcm_alaw', 'pcm_mulaw']) {
    it(`in QuickTime: ${codec}`, async () => {
      const coded = pcmAudio(codec, 5000, 777);
      const bytes = await muxMp4([coded], { format: 'mov' });
      const path = temporaryFile(bytes, 'a.mov');
      expect(probeFile(path).streams[0]).toMatchObject({ codec_name: codec, duration_ts: 5000 });
      const format = codec.slice(4);
      const raw = runFfmpeg(['-i', path, '-c', 'copy', '-f', format, '-']);
      expect(Buffer.compare(raw, concatenated(coded))).toBe(0);
    });
  }

  for (const name of ['s16', 's24', 's32']) {
    for (const codec of [`pcm_${name}le`, `pcm_${name}be`]) {
      it(`in MP4: ${codec}`, async () => {
        const coded = pcmAudio(codec, 5000, 777);
        const path = temporaryFile(await muxMp4([coded]), 'a.mp4');
        const [probed] = probeFile(path).streams;
        if (probed.codec_name === undefined || probed.codec_name === 'unknown') {
          console.warn('this ffprobe does not know ipcm (ISO/IEC 23003-5): not compared');
          return;
        }
        expect(probed).toMatchObject({ codec_name: codec, duration_ts: 5000 });
        const raw = runFfmpeg(['-i', path, '-c', 'copy', '-f', codec.slice(4), '-'], undefined, {
          allowWarnings: true,
        });
        expect(Buffer.compare(raw, concatenated(coded))).toBe(0);
      });
    }
  }

  it('is refused in MP4 where ISO/IEC 23003-5 has no place for it', () => {
    const { stream } = pcmAudio('pcm_u8', 10, 10);
    expect(() => createMp4Writer(new TestSink(), [stream])).toThrow(UnsupportedError);
  });
});

function concatenated({ packets }: CodedStream<StreamInfo>): Uint8Array {
  return Uint8Array.from(packets.flatMap((packet) => [...packet.data]));
}

describe('what the writer refuses', () => {
  const stream = video.stream;
  const open = (options: object): unknown =>
    createMp4Writer(new TestSink(), [stream], options as Mp4Options);

  it('names options that are wrong', () => {
    expect(() => open({ fastStart: true })).toThrow(/mp4\.options\.fastStart.*faststart/);
    expect(() => open({ faststart: true, fragmented: true })).toThrow(ConfigError);
    expect(() => open({ format: 'avi' })).toThrow(/mp4, m4a, mov/);
    expect(() => open({ metadata: { tite: '' } })).toThrow(/mp4\.options\.metadata\.tite/);
    expect(() => createMp4Writer(new TestSink(), [])).toThrow(ConfigError);
  });

  it('names codecs that have no place, and configurations that are missing', () => {
    const vorbis = { ...audio.stream, codec: 'vorbis' };
    expect(() => createMp4Writer(new TestSink(), [vorbis])).toThrow(/'vorbis'/);
    const bare = { ...stream, config: new Uint8Array(0) };
    expect(() => createMp4Writer(new TestSink(), [bare])).toThrow(/mp4\.streams\[0\]\.config/);
  });

  it('refuses decoding times that do not rise, and a cover that is no picture', async () => {
    const packets = [video.packets[0], video.packets[0]];
    await expect(muxMp4([{ ...video, packets }])).rejects.toThrow(/decoding times must rise/);
    const metadata = { coverArt: Uint8Array.of(1, 2, 3) };
    await expect(muxMp4([video], { metadata })).rejects.toThrow(/coverArt/);
  });
});
