/** The demuxer: files told by content, streams chosen, chunks and windows as SPDL's, sources of every kind. */
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { applyBsf, BSF, type DemuxedPackets, Demuxer, Muxer } from '../../src/index.ts';
import { SpillSource, StreamSource } from '../../src/io/index.ts';
import { ffmpegPath, runFfmpeg } from '../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../support/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'demuxer-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Path of a file that ffmpeg makes. */
function made(name: string, args: readonly string[]): string {
  const path = join(folder, name);
  const run = spawnSync(ffmpegPath(), ['-v', 'error', '-y', ...args, path]);
  if (run.status !== 0) throw new Error(`ffmpeg: ${run.stderr}`);
  return path;
}

// biome-ignore format: options and values
const CLIP = made('clip.mp4', [
  '-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=30:duration=3', '-f', 'lavfi', '-i', 'sine=sample_rate=44100:duration=3',
  '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-g', '15', '-c:a', 'aac',
]);

const collect = async <T>(generator: AsyncGenerator<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const each of generator) all.push(each);
  return all;
};

const times = (packets: DemuxedPackets) => packets.packets.map((packet) => packet.pts);

describe('streamingDemux', () => {
  test('duration: 90 pictures with B pictures in chunks of 29, 32 and 29, as SPDL gives them', async () => {
    // biome-ignore format: options and values
    const path = made('b.mp4', ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=30:duration=3',
      '-pix_fmt', 'yuv420p', '-c:v', 'libx264']);
    await using demuxer = await Demuxer.open(path);
    const chunks = await collect(demuxer.streamingDemux({ duration: 1 }));
    expect(chunks.map((chunk) => chunk.packets.length)).toEqual([29, 32, 29]);
    expect(chunks.every((chunk) => chunk.kind === 'video' && chunk.codec === undefined)).toBe(true);
  });

  test('every chunk begins with the first packet that is later than the duration', async () => {
    await using demuxer = await Demuxer.open(CLIP);
    for (const duration of [0.1, 0.5, 1, 1.5]) {
      const chunks = await collect(demuxer.streamingDemux({ indices: [0, 1], duration }));
      const order: { index: number; pts: number }[] = [];
      for await (const { streamIndex, packet } of demuxer.packets()) {
        const [num, den] = demuxer.streams[streamIndex]!.timeBase;
        order.push({ index: streamIndex, pts: (packet.pts * num) / den });
      }
      const expected: number[][] = [];
      let start = Number.NEGATIVE_INFINITY;
      for (const { index, pts } of order) {
        if (pts - start > duration + 1e-9) {
          expected.push([0, 0]);
          start = pts;
        }
        expected.at(-1)![index]!++;
      }
      expect(chunks.map((c) => [0, 1].map((i) => c.get(i)?.packets.length ?? 0))).toEqual(expected);
    }
  });

  test('numPackets: a chunk ends as soon as one stream has that many', async () => {
    await using demuxer = await Demuxer.open(CLIP);
    const single = await collect(demuxer.streamingDemux({ numPackets: 40 }));
    expect(single.map((chunk) => chunk.packets.length)).toEqual([40, 40, 10]);
    const both = await collect(
      demuxer.streamingDemux({ indices: new Set([0, 1]), numPackets: 20 }),
    );
    for (const [i, chunk] of both.entries()) {
      const counts = [...chunk.values()].map((packets) => packets.packets.length);
      expect(Math.max(...counts)).toBe(i < both.length - 1 ? 20 : Math.max(...counts));
    }
    const count = (index: number) =>
      both.reduce((sum, chunk) => sum + (chunk.get(index)?.packets.length ?? 0), 0);
    expect(count(0)).toBe(90);
    expect(count(1)).toBeGreaterThan(125);
  });

  test('wrong arguments say what is allowed', async () => {
    await using demuxer = await Demuxer.open(CLIP);
    expect(() => demuxer.streamingDemux({})).toThrow(/either duration or numPackets/);
    expect(() => demuxer.streamingDemux({ duration: 1, numPackets: 1 })).toThrow(/only one of/);
    expect(() => demuxer.streamingDemux({ duration: 0 })).toThrow(/above 0/);
    expect(() => demuxer.streamingDemux({ indices: 7, duration: 1 })).toThrow(/7.*0\.\.1/);
    expect(() => demuxer.streamingDemux({ indices: [], duration: 1 })).toThrow(/no stream/);
    expect(() => demuxer.streamingDemux({ numPackets: 1.5 })).toThrow(/1\.5/);
  });
});

describe('whole streams and windows', () => {
  test('demuxVideo starts at the key frame before and reads 0.3 s further; demuxAudio does not', async () => {
    await using demuxer = await Demuxer.open(CLIP);
    const all = await demuxer.demuxVideo();
    expect(all.packets).toHaveLength(90);
    expect(all.codec).toBe(demuxer.videoCodec);
    const [num, den] = all.timeBase;
    const seconds = (packets: DemuxedPackets) => times(packets).map((pts) => (pts * num) / den);
    const part = await demuxer.demuxVideo([1.2, 1.8]);
    expect(part.packets[0]!.isKey).toBe(true);
    expect(seconds(part)[0]).toBeCloseTo(1, 6);
    expect(Math.max(...seconds(part))).toBeGreaterThan(1.8);
    expect(seconds(part).at(-1)).toBeLessThan(2.2);
    expect(part.timestamp).toEqual([1.2, 1.8]);
    const sound = await demuxer.demuxAudio([1, 2]);
    const audioSeconds = times(sound).map((pts) => pts / 44100);
    expect(audioSeconds[0]).toBeLessThanOrEqual(1);
    expect(audioSeconds[0]).toBeGreaterThan(1 - 1024 / 44100);
    expect(audioSeconds.at(-1)).toBeLessThan(2);
    expect(audioSeconds.at(-1)).toBeGreaterThan(2 - 2 * (1024 / 44100));
    await expect(demuxer.demuxVideo([2, 1])).rejects.toThrow(/later end/);
  });

  test('the default stream is the best one; without, the highest bit rate', async () => {
    // biome-ignore format: options and values
    const path = made('two.mkv', ['-f', 'lavfi', '-i', 'sine', '-f', 'lavfi', '-i', 'sine=frequency=100', '-t', '1',
      '-map', '0', '-map', '1', '-c:a', 'pcm_s16le', '-disposition:a:0', '0', '-disposition:a:1', 'default']);
    await using demuxer = await Demuxer.open(path);
    expect(demuxer.audioStreamIndex).toBe(1);
    expect([demuxer.hasAudio, demuxer.hasVideo]).toEqual([true, false]);
    expect(() => demuxer.videoCodec).toThrow(/no video stream, only audio, audio/);
    await expect(demuxer.demuxVideo()).rejects.toThrow(/no video stream/);
  });

  test('a closed demuxer says so', async () => {
    const demuxer = await Demuxer.open(CLIP);
    await demuxer.close();
    await demuxer.close();
    expect(() => demuxer.packets()).toThrow(/closed/);
  });
});

describe('sources', () => {
  test('bytes, ArrayBuffer, Blob, stream and path give the same, whatever the file is called', async () => {
    const bytes = new Uint8Array(readFileSync(CLIP));
    const misnamed = join(folder, 'clip.wav');
    writeFileSync(misnamed, bytes);
    const origins = [
      CLIP,
      misnamed,
      bytes,
      bytes.slice().buffer,
      new Blob([bytes]),
      new Blob([bytes]).stream(),
      createReadStream(CLIP, { highWaterMark: 1000 }),
    ];
    for (const origin of origins) {
      await using demuxer = await Demuxer.open(origin);
      expect(demuxer.format).toBe('mp4');
      expect((await demuxer.demuxVideo()).packets).toHaveLength(90);
    }
  });

  test('Matroska from a stream, without going back', async () => {
    const path = made('clip.mkv', ['-i', CLIP, '-c', 'copy']);
    await using demuxer = await Demuxer.open(createReadStream(path, { highWaterMark: 777 }));
    expect(demuxer.format).toBe('matroska');
    expect((await demuxer.demuxVideo()).packets).toHaveLength(90);
  });

  test('WAV, ADTS, PNG and JPEG by their content; raw files by name', async () => {
    const wav = made('a.wav', ['-i', CLIP, '-vn']);
    const aac = made('a.aac', ['-i', CLIP, '-vn', '-c', 'copy']);
    const png = made('a.png', ['-i', CLIP, '-frames:v', '1']);
    const jpg = made('a.jpg', ['-i', CLIP, '-frames:v', '1']);
    const raw = made('a.yuv', ['-i', CLIP, '-frames:v', '3', '-f', 'rawvideo']);
    const open = async (path: string) => {
      await using demuxer = await Demuxer.open(new Uint8Array(readFileSync(path)));
      return [demuxer.format, demuxer.streams[0]!.codec];
    };
    expect(await open(wav)).toEqual(['wav', 'pcm_s16le']);
    expect(await open(aac)).toEqual(['adts', 'aac']);
    expect(await open(png)).toEqual(['png_pipe', 'png']);
    expect(await open(jpg)).toEqual(['jpeg_pipe', 'mjpeg']);
    for (const path of [png, jpg]) {
      await using picture = await Demuxer.open(path);
      expect(picture.imageCodec).toMatchObject({ width: 96, height: 64 });
      const { packets } = await picture.demuxImage();
      expect(packets[0]!.data).toEqual(new Uint8Array(readFileSync(path)));
    }
    const readerOptions = { pixFmt: 'yuv420p', width: 96, height: 64 };
    await using pictures = await Demuxer.open(raw, { format: 'rawvideo', readerOptions });
    expect((await pictures.demuxVideo()).packets).toHaveLength(3);
  });

  test('what is not read is refused by its name', async () => {
    const refused: [string, RegExp][] = [
      ['a.ts', /MPEG transport stream files are not read; matroska, mp4/],
      ['a.avi', /AVI files are not read/],
      ['a.flv', /Flash Video files are not read/],
      ['a.ogg', /Ogg files are not read/],
      ['a.mp3', /MP3 files are not read/],
    ];
    for (const [name, message] of refused) {
      const codecs = /ogg|mp3/.test(name) ? ['-vn', '-c:a', 'flac'] : ['-c', 'copy'];
      const args = name.endsWith('mp3') ? ['-vn'] : codecs;
      await expect(Demuxer.open(made(name, ['-i', CLIP, ...args]))).rejects.toThrow(message);
    }
    await expect(Demuxer.open(new Uint8Array(5000))).rejects.toThrow(/no format that is read/);
    await expect(Demuxer.open(new Uint8Array(0))).rejects.toThrow(/no format that is read/);
    await expect(Demuxer.open(CLIP, { format: 'nope' })).rejects.toThrow(/unknown format nope/);
    await expect(Demuxer.open(join(folder, 'missing.mp4'))).rejects.toThrow(/missing\.mp4/);
  });
});

test('the remux example of the specification page runs as written', async () => {
  const output = join(folder, 'output.mp4');
  const demuxer = await Demuxer.open(CLIP);
  const muxer = new Muxer(output);
  muxer.addRemuxStream(demuxer.videoCodec);
  await using file = await muxer.open();
  for await (const packets of demuxer.streamingDemux({ duration: 1 })) await file.write(0, packets);
  await file.close();
  await demuxer.close();
  const pictures = (path: string) =>
    runFfmpeg(['-i', path, '-map', '0:v', '-vsync', '0', '-f', 'md5', '-'], undefined, {
      allowWarnings: true,
    });
  expect(pictures(output)).toEqual(pictures(CLIP));
});

test('a stream that must be read backwards is kept, up to a bound', async () => {
  async function* pieces() {
    for (let i = 0; i < 20; i++) yield new Uint8Array(100).fill(i);
  }
  const kept = new SpillSource(new StreamSource(pieces()));
  expect((await kept.read(1500, 10))[0]).toBe(15);
  expect((await kept.read(0, 10))[0]).toBe(0);
  expect(await kept.read(1990, 100)).toHaveLength(10);
  expect(kept.size).toBe(2000);
  const bounded = new SpillSource(new StreamSource(pieces()), { maxBytes: 1000 });
  await expect(bounded.read(1500, 10)).rejects.toThrow(/more than 1000 bytes/);
});

describe('bitstream filters', () => {
  const annexB = (packets: DemuxedPackets) =>
    Buffer.concat(packets.packets.map((packet) => packet.data));

  test('h264_mp4toannexb gives the bytes that ffmpeg gives', async () => {
    const files = [CLIP];
    if (hasMedia) files.push(mediaPath('containers/h264_bpyramid.mp4'));
    for (const path of files) {
      await using demuxer = await Demuxer.open(path);
      const filtered = applyBsf(await demuxer.demuxVideo(), 'h264_mp4toannexb');
      const args = ['-i', path, '-map', '0:v', '-c', 'copy', '-bsf:v', 'h264_mp4toannexb'];
      const theirs = runFfmpeg([...args, '-f', 'rawvideo', '-'], undefined, {
        allowWarnings: true,
      });
      expect(annexB(filtered).equals(theirs)).toBe(true);
      expect(filtered.codec?.config[3]).toBe(1);
    }
  });

  test('aac_adtstoasc takes headers off and makes the configuration', async () => {
    const path = made('adts.aac', ['-i', CLIP, '-vn', '-c', 'copy']);
    const bytes = new Uint8Array(readFileSync(path));
    const frames: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
      frames.push(bytes.subarray(at, at + length));
      at += length;
    }
    await using demuxer = await Demuxer.open(CLIP);
    const { audioCodec } = demuxer;
    const bsf = new BSF({ ...audioCodec, config: new Uint8Array(0) }, 'aac_adtstoasc,null');
    const packets = frames.map((data, i) => ({
      data,
      pts: i * 1024,
      dts: i * 1024,
      duration: 1024,
      isKey: true,
    }));
    const filtered = bsf.filter({ kind: 'audio', timeBase: [1, 44100], packets });
    const expected = await demuxer.demuxAudio();
    expect(annexB(filtered).equals(annexB(expected))).toBe(true);
    expect(bsf.codec.config.subarray(0, 2)).toEqual(audioCodec.config.subarray(0, 2));
    expect(filtered.codec).toBeUndefined();
  });

  test('null and chains; mistakes are named', async () => {
    await using demuxer = await Demuxer.open(CLIP);
    const packets = await demuxer.demuxVideo();
    expect(applyBsf(packets, 'null')).toEqual(packets);
    expect(annexB(applyBsf(packets, 'h264_mp4toannexb,null'))).toEqual(
      annexB(await demuxer.demuxVideo(undefined, { bsf: 'null,h264_mp4toannexb' })),
    );
    expect(() => applyBsf(packets, 'nope')).toThrow(/unknown filter 'nope', allowed are null/);
    expect(() => applyBsf(packets, 'aac_adtstoasc')).toThrow(/is for aac, got h264/);
    const [chunk] = await collect(demuxer.streamingDemux({ numPackets: 100 }));
    expect(() => applyBsf(chunk!, 'null')).toThrow(/do not have a codec/);
    const bsf = new BSF(demuxer.videoCodec, 'null');
    expect(bsf.flush().packets).toEqual([]);
    expect(() => bsf.filter(packets)).toThrow(/was flushed/);
    expect(() => bsf.flush()).toThrow(/was flushed/);
  });
});
