/** The muxer: order of calls, what becomes of the file when something fails, the same bytes whatever the way. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { ByteSink } from '../../src/base/byte-stream.ts';
import { ConfigError, MediaError, StateError } from '../../src/base/errors.ts';
import type { StreamInfo } from '../../src/base/packet.ts';
import { audioEncodeConfig, Muxer, videoEncodeConfig } from '../../src/index.ts';
import { MemorySink } from '../../src/io/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

const root = mkdtempSync(join(tmpdir(), 'muxer-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
let serial = 0;
beforeEach(() => {
  folder = join(root, String(serial++));
  mkdirSync(folder);
});

const [WIDTH, HEIGHT] = [64, 48];
const video = movingPicture(12, WIDTH, HEIGHT);
const config = videoEncodeConfig({ width: WIDTH, height: HEIGHT, frameRate: [30, 1] });

function newMuxer(destination: string | ByteSink | WritableStream = join(folder, 'out.mp4')) {
  const muxer = new Muxer(destination, { format: 'mp4' });
  const encoder = muxer.addEncodeStream({ config, encoderConfig: { preset: 'ultrafast' } });
  return { muxer, encoder };
}

/** Encodes the clip in batches and closes the file. */
async function encodeTo(
  destination: string | ByteSink | WritableStream,
  batch: number,
  options = {},
) {
  const { muxer, encoder } = newMuxer(destination);
  await muxer.open(options);
  for (let start = 0; start < 12; start += batch) {
    await muxer.write(0, await encoder.encode(rgbFrames(video.slice(start, start + batch), start)));
  }
  await muxer.write(0, await encoder.flush());
  await muxer.close();
}

/** Fails after `limit` bytes, as a disk does that is full. */
class FullSink extends MemorySink {
  aborted = 0;
  private readonly limit: number;
  constructor(limit: number) {
    super();
    this.limit = limit;
  }
  override write(bytes: Uint8Array): void {
    if (this.size + bytes.length > this.limit) throw new Error('ENOSPC: no space left on device');
    super.write(bytes);
  }
  override abort(): void {
    this.aborted++;
    super.abort();
  }
}

describe('the same bytes', () => {
  test('in one call or many', async () => {
    const files: Uint8Array[] = [];
    for (const batch of [12, 7, 1]) {
      const sink = new MemorySink();
      await encodeTo(sink, batch);
      files.push(sink.toBytes());
    }
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).toEqual(files[0]);
  });

  test('in memory and in a file; in a stream and in memory that cannot go back', async () => {
    const path = join(folder, 'a.mp4');
    const memory = new MemorySink();
    await encodeTo(path, 5);
    await encodeTo(memory, 5);
    expect(readFileSync(path).equals(memory.toBytes())).toBe(true);
    expect(readdirSync(folder)).toEqual(['a.mp4']);

    const chunks: Uint8Array[] = [];
    await encodeTo(new WritableStream({ write: (chunk) => void chunks.push(chunk) }), 5);
    const forward = new MemorySink({ seekable: false });
    await encodeTo(forward, 5);
    expect(Buffer.concat(chunks).equals(forward.toBytes())).toBe(true);
  });

  test('when encoders are left to be flushed by close', async () => {
    const plain = new MemorySink();
    await encodeTo(plain, 12);
    const sink = new MemorySink();
    const { muxer, encoder } = newMuxer(sink);
    {
      await using file = await muxer.open();
      await file.write(0, await encoder.encode(rgbFrames(video)));
    }
    expect(encoder.isOpen).toBe(false);
    expect(sink.toBytes()).toEqual(plain.toBytes());
  });
});

test('ffprobe sees what was asked for', async () => {
  const path = join(folder, 'tags.mp4');
  const muxer = new Muxer(path);
  const encoder = muxer.addEncodeStream({
    config: videoEncodeConfig({
      width: 64,
      height: 48,
      frameRate: [30000, 1001],
      gopSize: 5,
      sampleAspectRatio: [4, 3],
      colorspace: 'bt2020nc',
      colorPrimaries: 'bt2020',
      colorTrc: 'arib-std-b67',
    }),
  });
  await muxer.open();
  await muxer.write(0, await encoder.encode(rgbFrames(video, 0, [30000, 1001])));
  await muxer.close();
  const probe = probeFile(path, ['-show_entries', 'packet=flags,pts,dts']);
  expect(probe.streams[0]).toMatchObject({
    codec_name: 'h264',
    profile: 'High',
    width: 64,
    height: 48,
    pix_fmt: 'yuv420p',
    r_frame_rate: '30000/1001',
    nb_frames: '12',
    sample_aspect_ratio: '4:3',
    color_range: 'tv',
    color_space: 'bt2020nc',
    color_primaries: 'bt2020',
    color_transfer: 'arib-std-b67',
  });
  const { duration_ts, time_base } = probe.streams[0];
  expect(duration_ts * Number(time_base.split('/')[0]) * 30000).toBe(
    12 * 1001 * Number(time_base.split('/')[1]),
  );
  const keys = probe.packets.map((packet: { flags: string }) => packet.flags.startsWith('K'));
  expect(keys).toEqual(Array.from({ length: 12 }, (_, i) => i % 5 === 0));
});

test('two streams are interleaved by time, however they are written', async () => {
  const sound = tones(48000, 2, 48000);
  const order = async (alternate: boolean) => {
    const path = join(folder, `av-${alternate}.mov`);
    const muxer = new Muxer(path);
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 2, sampleRate: 48000, sampleFmt: 's16' }),
      encoder: 'pcm_s16le',
    });
    const picture = muxer.addEncodeStream({ config });
    await muxer.open();
    for (let second = 0; second < 12; second++) {
      if (alternate || second === 0) {
        const part = alternate ? sound.slice(second * 4000, (second + 1) * 4000) : sound;
        await muxer.write(0, await audio.encode(pcmFrames(part, alternate ? second * 4000 : 0)));
      }
      await muxer.write(
        1,
        await picture.encode(rgbFrames(video.slice(second, second + 1), second)),
      );
    }
    await muxer.close();
    return readFileSync(path);
  };
  const [first, second] = [await order(true), await order(false)];
  expect(first.equals(second)).toBe(true);
  const pcm = runFfmpeg(['-i', join(folder, 'av-true.mov'), '-map', '0:a', '-f', 's16le', '-']);
  expect(Buffer.from(pcm).equals(Buffer.from(sound.data.buffer))).toBe(true);
  const { streams } = probeFile(join(folder, 'av-true.mov'));
  expect(streams.map((stream: { codec_name: string }) => stream.codec_name)).toEqual([
    'pcm_s16le',
    'h264',
  ]);
});

describe('calls at the wrong time', () => {
  test('before open', async () => {
    const { muxer } = newMuxer();
    await expect(muxer.write(0, null)).rejects.toThrow(
      'muxer.write: the file is not open; call open() before',
    );
    await expect(muxer.write(0, null)).rejects.toThrow(StateError);
    await expect(muxer.flush()).rejects.toThrow(StateError);
    await expect(muxer.close()).rejects.toThrow(StateError);
    expect(existsSync(join(folder, 'out.mp4'))).toBe(false);
  });

  test('open twice, streams after open', async () => {
    const { muxer } = newMuxer();
    await muxer.open();
    await expect(muxer.open()).rejects.toThrow(/the file is open; a muxer writes one file/);
    expect(() => muxer.addEncodeStream({ config })).toThrow(StateError);
    expect(() => muxer.addRemuxStream({} as StreamInfo)).toThrow(StateError);
    await muxer.close();
  });

  test('after close', async () => {
    const { muxer, encoder } = newMuxer();
    await muxer.open();
    const packets = await encoder.encode(rgbFrames(video));
    await muxer.write(0, packets);
    await muxer.close();
    await expect(muxer.close()).rejects.toThrow(/the file is closed/);
    await expect(muxer.write(0, packets)).rejects.toThrow(StateError);
    await muxer[Symbol.asyncDispose]();
    await expect(encoder.encode(rgbFrames(video))).rejects.toThrow(
      'videoEncoder.encode: the encoder was flushed',
    );
    await expect(encoder.flush()).rejects.toThrow(StateError);
  });

  test('encode after flush, flush twice', async () => {
    const { encoder } = newMuxer();
    await encoder.flush();
    await expect(encoder.flush()).rejects.toThrow(StateError);
    await expect(encoder.encode(rgbFrames(video))).rejects.toThrow(StateError);
    const muxer = new Muxer('x.mov');
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 1, sampleRate: 8000 }),
      encoder: 'pcm_u8',
    });
    await audio.flush();
    await expect(audio.flush()).rejects.toThrow(StateError);
    await expect(audio.encode(pcmFrames(tones(10, 1, 8000), 0, 8000))).rejects.toThrow(StateError);
  });

  test('without a stream, without a format', async () => {
    await expect(new Muxer(join(folder, 'x.mp4')).open()).rejects.toThrow(/there is no stream/);
    expect(() => new Muxer(new MemorySink())).toThrow(
      /muxer.format: needed if the destination is no path/,
    );
    expect(() => new Muxer('t.xyz')).toThrow(/cannot tell from the name t.xyz/);
    expect(() => new Muxer('mp4')).toThrow(ConfigError);
    expect(() => new Muxer('t.mp4', { format: 'nope' })).toThrow(/unknown format nope/);
    expect(() => new Muxer(7 as never)).toThrow(ConfigError);
    expect(() => new Muxer('t.mp4', { fmt: 'mp4' } as never)).toThrow(/unknown option/);
    expect(new Muxer('T.MP4').streamInfos).toEqual([]);
  });

  test('calls that overlap are done in turn', async () => {
    const { muxer, encoder } = newMuxer();
    const calls: Promise<unknown>[] = [muxer.open()];
    for (let n = 0; n < 12; n++) {
      calls.push(muxer.write(0, await encoder.encode(rgbFrames(video.slice(n, n + 1), n))));
    }
    calls.push(muxer.close());
    await Promise.all(calls);
    const expected = new MemorySink();
    await encodeTo(expected, 12);
    expect(readFileSync(join(folder, 'out.mp4')).equals(expected.toBytes())).toBe(true);
  });
});

describe('wrong arguments', () => {
  test('of addEncodeStream', () => {
    const muxer = new Muxer('x.mp4');
    expect(() => muxer.addEncodeStream({ config, encoder: 'nosuch' })).toThrow(
      /unknown codec nosuch, allowed for video are h264/,
    );
    expect(() => muxer.addEncodeStream({ config, encoder: 'pcm_s16le' })).toThrow(
      /pcm_s16le is an audio codec/,
    );
    expect(() => muxer.addEncodeStream({ config: {} as never })).toThrow(
      /needed is videoEncodeConfig/,
    );
    expect(() => muxer.addEncodeStream({ config, codec: 'h264' } as never)).toThrow(
      /codec: unknown option/,
    );
    expect(() => muxer.addEncodeStream({ config, encoderConfig: { nosuch: 1 } as object })).toThrow(
      /h264.options.nosuch: unknown option/,
    );
    expect(() => muxer.addEncodeStream({ config, encoderConfig: { qp: 52 } })).toThrow(
      /qp: got 52/,
    );
    expect(() => muxer.addEncodeStream({ config, encoderConfig: { width: 3 } as object })).toThrow(
      /encoderConfig.width: is set by videoEncodeConfig/,
    );
    const m4a = new Muxer('x.m4a');
    expect(() => m4a.addEncodeStream({ config })).toThrow(/m4a files take no video/);
    expect(() => muxer.addRemuxStream(undefined as never)).toThrow(ConfigError);
    expect(muxer.streamInfos.length).toBe(0);
  });

  test('of write', async () => {
    const { muxer, encoder } = newMuxer(new MemorySink());
    await muxer.open();
    const packets = await encoder.encode(rgbFrames(video));
    await expect(muxer.write(1, packets)).rejects.toThrow(
      'muxer.write.streamIndex: got 1, allowed are 0..0',
    );
    await expect(muxer.write(Number.NaN, packets)).rejects.toThrow(ConfigError);
    await expect(muxer.write(0, { ...packets, kind: 'audio' })).rejects.toThrow(
      /got audio, but stream 0 is video/,
    );
    await expect(muxer.write(0, encoder.encode(rgbFrames(video, 12)) as never)).rejects.toThrow(
      /await encode/,
    );
    await muxer.write(0, packets);
    await expect(muxer.write(0, packets)).rejects.toThrow(/packets are written once and in order/);
    await muxer.write(0, null);
    await muxer.close();
  });

  test('of encode', async () => {
    const { encoder } = newMuxer();
    await expect(encoder.encode(rgbFrames(movingPicture(1, 32, 48)))).rejects.toThrow(
      /got 32x48, the config says 64x48/,
    );
    await expect(encoder.encode(pcmFrames(tones(8, 2, 48000)) as never)).rejects.toThrow(
      /needed are VideoFrames/,
    );
    await encoder.encode(rgbFrames(video.slice(0, 3)));
    await expect(encoder.encode(rgbFrames(video.slice(0, 3), 2))).rejects.toThrow(
      /tick 2 was coded before/,
    );
    await expect(encoder.encode(rgbFrames(video, 10, [60, 1]))).rejects.toThrow(
      /frameRate must not be lower/,
    );
    // Refused frames leave the encoder as it was.
    const { packets } = await encoder.encode(rgbFrames(video.slice(3, 4), 3));
    expect(packets.map((packet) => packet.pts)).toEqual([3]);
  });
});

describe('when something fails', () => {
  test('an error in the block leaves a valid file of what was written', async () => {
    const { muxer, encoder } = newMuxer();
    const block = async () => {
      await using file = await muxer.open();
      await file.write(0, await encoder.encode(rgbFrames(video.slice(0, 5))));
      throw new Error('from the block');
    };
    await expect(block()).rejects.toThrow('from the block');
    expect(probeFile(join(folder, 'out.mp4')).streams[0].nb_frames).toBe('5');
    expect(readdirSync(folder)).toEqual(['out.mp4']);
  });

  test.each([[0], [20], [2000], [100000]])('a sink that is full after %d bytes', async (limit) => {
    const sink = new FullSink(limit);
    const { muxer, encoder } = newMuxer(sink);
    const noise = movingPicture(12, WIDTH, HEIGHT);
    noise.data.forEach((_, i) => {
      noise.data[i] = (i * 2654435761) >>> 13;
    });
    const block = async () => {
      await using file = await muxer.open();
      for (let n = 0; n < 12; n++) {
        await file.write(0, await encoder.encode(rgbFrames(noise.slice(n, n + 1), n)));
      }
    };
    if (limit === 100000) {
      await block();
      expect(sink.aborted).toBe(0);
      return;
    }
    await expect(block()).rejects.toThrow(MediaError);
    expect(sink.aborted).toBe(1);
    await expect(muxer.write(0, null)).rejects.toThrow(/writing failed before .*ENOSPC/);
    await expect(muxer.close()).rejects.toThrow(StateError);
  });

  test('the old file stays until the new one is complete; no handle is left open', async () => {
    const path = join(folder, 'out.mp4');
    writeFileSync(path, 'the old file');
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    const { muxer, encoder } = newMuxer(path);
    await muxer.open();
    await muxer.write(0, await encoder.encode(rgbFrames(video)));
    expect(readFileSync(path, 'utf8')).toBe('the old file');
    expect(readdirSync(folder).length).toBe(2);
    await expect(muxer.open()).rejects.toThrow(StateError);
    await muxer.close();
    expect(readdirSync(folder)).toEqual(['out.mp4']);
    expect(open()).toBe(before);
  });

  test('a packet that the container refuses is left out', async () => {
    const { muxer, encoder } = newMuxer();
    await muxer.open();
    const { packets, ...rest } = await encoder.encode(rgbFrames(video));
    const late = packets.map((packet, n) => (n === 11 ? { ...packet, dts: 10 } : packet));
    await expect(muxer.write(0, { packets: late, ...rest })).rejects.toThrow(ConfigError);
    await muxer.close();
    expect(probeFile(join(folder, 'out.mp4')).streams[0].nb_frames).toBe('11');
  });

  test('options that the container refuses leave nothing', async () => {
    const { muxer } = newMuxer();
    await expect(muxer.open({ nosuch: 1 } as object)).rejects.toThrow(/nosuch: unknown option/);
    expect(readdirSync(folder)).toEqual([]);
    await expect(muxer.open()).rejects.toThrow(StateError);
    const missing = newMuxer(join(folder, 'no', 'out.mp4'));
    await expect(missing.muxer.open()).rejects.toThrow(ConfigError);
    await expect(missing.muxer.open()).rejects.toThrow(/writing failed before/);
  });

  test('a stream that rejects', async () => {
    let reason: unknown;
    const stream = new WritableStream({
      write() {
        throw new Error('quota');
      },
      abort: (why) => {
        reason = why;
      },
    });
    await expect(encodeTo(stream, 12)).rejects.toThrow(/the destination failed: quota/);
    expect(reason).toBeUndefined();
  });
});
