/** Raw pictures, raw sound and y4m: the same bytes through ffmpeg, and broken input with its offset. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerReader, ContainerWriter } from '../../../src/base/container.ts';
import { ConfigError, FormatError, UnsupportedError } from '../../../src/base/errors.ts';
import type { AudioStreamInfo, VideoStreamInfo } from '../../../src/base/packet.ts';
import {
  createRawAudioWriter,
  createRawVideoWriter,
  createY4mWriter,
  openRawAudio,
  openRawVideo,
  openY4m,
  RAW_AUDIO_FORMATS,
  rawPictureBytes,
  Y4M_PIX_FMTS,
} from '../../../src/containers/raw/index.ts';
import { PIX_FMTS, pictureByteLength, pixFmtInfo } from '../../../src/frames/index.ts';
import { MemorySink, MemorySource } from '../../../src/io/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

function videoStream(pixFmt: string, width: number, height: number): VideoStreamInfo {
  return {
    kind: 'video',
    codec: 'rawvideo',
    timeBase: [1001, 30000],
    config: new Uint8Array(0),
    width,
    height,
    pixFmt,
    frameRate: [30000, 1001],
  };
}

function audioStream(codec: string, numChannels: number): AudioStreamInfo {
  return {
    kind: 'audio',
    codec,
    timeBase: [1, 8000],
    config: new Uint8Array(0),
    sampleRate: 8000,
    numChannels,
    channelMask: 0,
    sampleFmt: '',
    frameSize: 0,
    priming: 0,
  };
}

/** Pictures of random bytes; high bytes are zero where a sample has fewer than 16 bits. */
function randomPictures(count: number, size: number, deep = false): Uint8Array[] {
  let state = count * 77 + size;
  return Array.from({ length: count }, () => {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      bytes[i] = deep && i % 2 === 1 ? (state >>> 24) & 1 : state >>> 24;
    }
    return bytes;
  });
}

async function write(writer: ContainerWriter, pictures: readonly Uint8Array[]) {
  await writer.writeHeader();
  for (const [i, data] of pictures.entries()) {
    await writer.writePacket(0, { data, pts: i, dts: i, duration: 1, isKey: true });
  }
  await writer.writeTrailer();
}

async function payload(reader: ContainerReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let pts = 0;
  for await (const { packet } of reader.packets()) {
    expect(packet.pts).toBe(pts);
    pts += packet.duration;
    parts.push(packet.data);
  }
  return new Uint8Array(Buffer.concat(parts));
}

const y4mOf = async (stream: VideoStreamInfo, pictures: readonly Uint8Array[], options = {}) => {
  const sink = new MemorySink({ seekable: false });
  await write(createY4mWriter(sink, [stream], options), pictures);
  return sink.toBytes();
};

describe('raw pictures', () => {
  it('have the sizes that frames have', () => {
    for (const pixFmt of PIX_FMTS) {
      for (const [width, height] of [
        [1, 1],
        [7, 5],
        [64, 48],
      ] as const) {
        expect(rawPictureBytes('test', pixFmt, width, height)).toBe(
          pictureByteLength(pixFmtInfo(pixFmt), width, height),
        );
      }
    }
  });

  it('have the sizes that ffmpeg gives them, deep formats included', () => {
    for (const pixFmt of ['yuv420p', 'yuv420p10le', 'yuv444p12le', 'yuv411p', 'yuva444p', 'gbrp']) {
      const args = ['-f', 'lavfi', '-i', 'rgbtestsrc=size=13x7:rate=25', '-frames:v', '1'];
      const picture = runFfmpeg([...args, '-pix_fmt', pixFmt, '-f', 'rawvideo', '-'], undefined, {
        allowWarnings: true,
      });
      expect(rawPictureBytes('test', pixFmt, 13, 7), pixFmt).toBe(picture.length);
    }
  });

  it('are written and read without a byte more', async () => {
    for (const pixFmt of PIX_FMTS) {
      const size = rawPictureBytes('test', pixFmt, 5, 3);
      const pictures = randomPictures(4, size);
      const sink = new MemorySink();
      await write(createRawVideoWriter(sink, [videoStream(pixFmt, 5, 3)]), pictures);
      const bytes = sink.toBytes();
      expect(Buffer.compare(bytes, Buffer.concat(pictures))).toBe(0);
      const options = { pixFmt, width: 5, height: 3, frameRate: [30, 1] } as const;
      const reader = openRawVideo(new MemorySource(bytes), options);
      expect(reader.streams[0]).toMatchObject({ pixFmt, width: 5, height: 3, timeBase: [1, 30] });
      expect(await payload(reader)).toEqual(bytes);
      const cut = new MemorySource(bytes.subarray(0, size + 2));
      await expect(payload(openRawVideo(cut, options))).rejects.toThrow(
        new RegExp(`byte offset ${size + 2}\\)`),
      );
      const salvaged = openRawVideo(cut, { ...options, truncated: 'salvage' });
      expect((await payload(salvaged)).length).toBe(size);
    }
  });

  it('of the wrong size, format or time are refused', async () => {
    const sink = new MemorySink();
    const writer = createRawVideoWriter(sink, [videoStream('gray', 4, 4)]);
    const packet = { data: new Uint8Array(16), pts: 3, dts: 3, duration: 1, isKey: true };
    await writer.writePacket(0, packet);
    await expect(writer.writePacket(0, { ...packet, pts: 2 })).rejects.toThrow(ConfigError);
    const short = { ...packet, data: new Uint8Array(15) };
    await expect(writer.writePacket(0, short)).rejects.toThrow('a picture has 16');
    const streams = (stream: object) => () =>
      createRawVideoWriter(sink, [{ ...videoStream('gray', 4, 4), ...stream } as VideoStreamInfo]);
    expect(streams({ codec: 'h264' })).toThrow('allowed is one stream of rawvideo');
    expect(streams({ pixFmt: '' })).toThrow('unknown pixel format');
    expect(streams({ width: 0 })).toThrow('got 0x4');
    expect(streams({ width: 65535, height: 65535 })).toThrow('2147483647');
    expect(() => createRawVideoWriter(sink, [audioStream('pcm_u8', 1)])).toThrow(ConfigError);
  });
});

describe('raw sound', () => {
  it('is written and read without a byte more', async () => {
    for (const { format, codec, bytesPerSample } of RAW_AUDIO_FORMATS) {
      const packets = randomPictures(3, bytesPerSample * 3 * 100);
      const sink = new MemorySink();
      await write(createRawAudioWriter(format, sink, [audioStream(codec, 3)]), packets);
      const bytes = sink.toBytes();
      expect(Buffer.compare(bytes, Buffer.concat(packets))).toBe(0);
      const options = { format, sampleRate: 8000, numChannels: 3, packetSamples: 7 };
      const reader = openRawAudio(new MemorySource(bytes), options);
      expect(reader.streams[0]).toMatchObject({ codec, numChannels: 3, timeBase: [1, 8000] });
      expect(await payload(reader)).toEqual(bytes);
      const cut = new MemorySource(bytes.subarray(0, bytes.length - 1));
      await expect(payload(openRawAudio(cut, options))).rejects.toThrow(
        `byte offset ${bytes.length - 1})`,
      );
    }
  });

  it('of another codec, or options that are wrong, are refused', () => {
    const sink = new MemorySink();
    expect(() => createRawAudioWriter('s16le', sink, [audioStream('pcm_s16be', 1)])).toThrow(
      'allowed is one stream of pcm_s16le',
    );
    expect(() => createRawAudioWriter('s17le', sink, [])).toThrow('rawaudio.format: got s17le');
    const open = (options: object) => () =>
      openRawAudio(new MemorySource(new Uint8Array(0)), {
        format: 's16le',
        sampleRate: 8000,
        numChannels: 1,
        ...options,
      });
    expect(open({ format: 'mp3' })).toThrow(ConfigError);
    expect(open({ sampleRate: 0 })).toThrow('rawaudio.options.sampleRate');
    expect(open({ numChannels: Number.NaN })).toThrow('rawaudio.options.numChannels');
    expect(open({ channels: 1 })).toThrow('rawaudio.options.channels');
  });
});

describe('y4m', () => {
  it('is read by ffmpeg to the same pictures, in every format that it has', async () => {
    const formats = Y4M_PIX_FMTS.filter((pixFmt) => !/9le|14le|440|gray1|yuva/.test(pixFmt));
    for (const pixFmt of formats) {
      const pictures = randomPictures(3, rawPictureBytes('test', pixFmt, 9, 7), /le$/.test(pixFmt));
      const bytes = await y4mOf(videoStream(pixFmt, 9, 7), pictures);
      const plain = pixFmt.replace('yuvj', 'yuv');
      const raw = runFfmpeg(
        [
          '-f',
          'yuv4mpegpipe',
          '-i',
          '-',
          '-pix_fmt',
          plain,
          '-color_range',
          '0',
          '-f',
          'rawvideo',
          '-',
        ],
        bytes,
        { allowWarnings: true },
      );
      expect(raw.length, pixFmt).toBe(pictures.length * pictures[0]!.length);
      if (pixFmt === plain) {
        expect(Buffer.compare(raw, Buffer.concat(pictures)), pixFmt).toBe(0);
      }
      const reader = await openY4m(new MemorySource(bytes));
      expect(reader.streams[0]).toMatchObject({ pixFmt, timeBase: [1001, 30000] });
      expect(Buffer.compare(await payload(reader), Buffer.concat(pictures))).toBe(0);
    }
  });

  it('of ffmpeg is read to the same pictures, with rate, aspect and range', async () => {
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=50x38:rate=24000/1001', '-frames:v', '5'];
    for (const pixFmt of ['yuv420p', 'yuvj420p', 'yuv422p', 'yuv444p', 'gray']) {
      const shaped = [...source, '-vf', `format=${pixFmt},setsar=4/3`];
      const y4m = runFfmpeg([...shaped, '-f', 'yuv4mpegpipe', '-strict', '-1', '-'], undefined, {
        allowWarnings: true,
      });
      const raw = runFfmpeg([...shaped, '-f', 'rawvideo', '-'], undefined, { allowWarnings: true });
      const reader = await openY4m(new MemorySource(y4m));
      expect(reader.streams[0]).toMatchObject({
        width: 50,
        height: 38,
        frameRate: [24000, 1001],
        sampleAspectRatio: [4, 3],
      });
      expect(Buffer.compare(await payload(reader), raw)).toBe(0);
    }
  });

  it('writes the chroma site that is asked for', async () => {
    const bytes = await y4mOf(videoStream('yuv420p', 2, 2), [], { chromaSite: '420paldv' });
    expect(Buffer.from(bytes).toString()).toBe('YUV4MPEG2 W2 H2 F30000:1001 Ip A0:0 C420paldv\n');
  });

  it('takes frame parameters, and headers without C', async () => {
    const text = 'YUV4MPEG2 H2 W2 F25:1 Xanything\nFRAME Ip Xa\nabcdefFRAME\nghijkl';
    const reader = await openY4m(new MemorySource(new TextEncoder().encode(text)));
    expect(reader.streams[0]).toMatchObject({ pixFmt: 'yuv420p', width: 2, height: 2 });
    expect(new TextDecoder().decode(await payload(reader))).toBe('abcdefghijkl');
  });

  it('that is broken names the byte offset', async () => {
    const refused = async (text: string, message: RegExp, type: object = FormatError) => {
      const act = async () =>
        payload(await openY4m(new MemorySource(new TextEncoder().encode(text))));
      await expect(act()).rejects.toThrow(message);
      await expect(act()).rejects.toThrow(type as typeof Error);
    };
    await refused('', /empty.*byte offset 0\)/);
    await refused('YUV4', /byte offset 4\)/);
    await refused('RIFF1234WAVE', /begins with YUV4MPEG2.*byte offset 0\)/);
    await refused('YUV4MPEG2 W2 H2', /inside a line.*byte offset 15\)/);
    await refused(`YUV4MPEG2 ${'x'.repeat(5000)}`, /longer than 4096/);
    await refused('YUV4MPEG2 W2\n', /W and H/);
    await refused('YUV4MPEG2 W0 H2\n', /W: got 0.*byte offset 10\)/);
    await refused('YUV4MPEG2 W2 H99999999\n', /H: got 99999999.*byte offset 13\)/);
    await refused('YUV4MPEG2 W65535 H65535\n', /more than 268435456/, UnsupportedError);
    await refused('YUV4MPEG2 W2 H2 F30\n', /F: got 30.*byte offset 16\)/);
    await refused('YUV4MPEG2 W2 H2 F0:1\n', /byte offset 16\)/);
    await refused('YUV4MPEG2 W2 H2 It\n', /interlaced.*byte offset 16/, UnsupportedError);
    await refused('YUV4MPEG2 W2 H2 C999\n', /colorspace 999/, UnsupportedError);
    await refused('YUV4MPEG2 W2 H2\nFRAME\nabcde', /5 of 6 bytes.*byte offset 27\)/);
    await refused('YUV4MPEG2 W2 H2\nFRAME\nabcdefFRA', /byte offset 31\)/);
    await refused('YUV4MPEG2 W2 H2\nFRAME\nabcdefgFRAME', /must stand here.*byte offset 28\)/);
    const cut = new TextEncoder().encode('YUV4MPEG2 W2 H2\nFRAME\nabcdefFRAME\nab');
    const reader = await openY4m(new MemorySource(cut), { truncated: 'salvage' });
    expect((await payload(reader)).length).toBe(6);
  });

  it('is not written in formats that it does not have', () => {
    const sink = new MemorySink();
    expect(() => createY4mWriter(sink, [videoStream('rgb24', 2, 2)])).toThrow(
      'y4m.streams[0].pixFmt: got rgb24',
    );
    expect(() => createY4mWriter(sink, [])).toThrow('got none');
  });

  it('damaged anywhere gives pictures or a typed error', async () => {
    const size = rawPictureBytes('test', 'yuv420p', 6, 4);
    const bytes = await y4mOf(videoStream('yuv420p', 6, 4), randomPictures(3, size));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(bytes.length),
        async (changes, cut) => {
          const copy = bytes.slice();
          for (const [at, value] of changes) copy[at] = value;
          try {
            await payload(await openY4m(new MemorySource(copy.subarray(0, cut))));
          } catch (error) {
            if (!(error instanceof FormatError || error instanceof UnsupportedError)) throw error;
          }
        },
      ),
      { numRuns: 500, seed: 411 },
    );
  });
});
