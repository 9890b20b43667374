/** Names and habits of SPDL's io surface that its users bring along. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  audioEncodeConfig,
  convertFrames,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  Demuxer,
  demuxAudio,
  demuxImage,
  demuxVideo,
  MemorySink,
  Muxer,
  ndarray,
  PacketList,
  type Packets,
  videoEncodeConfig,
} from '../../src/index.ts';

const [count, height, width] = [12, 32, 48];
const pixels = Uint8Array.from({ length: count * height * width * 3 }, (_, i) => (i * i) >> 7);
const array = ndarray(pixels, [count, height, width, 3]);
const frames = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: 25, pts: 0 });
const config = videoEncodeConfig({ height, width, frameRate: 25 });

/** An MP4 file of the pictures, with options for encoder and container. */
async function film(encoderConfig: object = {}, muxerConfig: object = {}): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'mp4' });
  const encoder = muxer.addEncodeStream({ config, encoderConfig });
  await muxer.open(muxerConfig);
  await muxer.write(0, await encoder.encode(frames));
  await muxer.close();
  return sink.toBytes();
}

/** Table: what SPDL's reference names => what has these names here. */
const NAMES: Readonly<Record<string, string>> = {
  'spdl.io': `create_reference_audio_frame create_reference_video_frame video_encode_config audio_encode_config
    save_image load_image demux_audio demux_video demux_image apply_bsf convert_frames get_buffer_desc get_abuffer_desc
    get_video_filter_desc get_audio_filter_desc get_filter_desc Muxer Demuxer FilterGraph BSF AudioEncoder VideoEncoder`,
  Muxer: 'add_encode_stream add_remux_stream open write flush close',
  VideoEncoder: 'encode flush',
  AudioEncoder: 'encode flush frame_size',
  Demuxer: `demux_audio demux_video demux_image streaming_demux has_audio video_stream_index audio_stream_index
    audio_codec video_codec image_codec`,
  FilterGraph: 'add_frames flush get_frames dump',
  BSF: 'filter flush',
  VideoFrames: 'num_frames num_planes width height pix_fmt time_base get_pts get_timestamps clone',
  AudioFrames: 'num_frames sample_rate num_channels sample_fmt clone',
  VideoPackets: 'get_timestamps codec clone width height pix_fmt frame_rate',
  AudioPackets: 'get_timestamps codec clone sample_rate num_channels',
  VideoCodec: 'width height pix_fmt frame_rate time_base sample_aspect_ratio',
  AudioCodec: 'sample_rate num_channels sample_fmt time_base',
};

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** The object of each name of the table, out of a file of both kinds. */
async function objects(): Promise<Readonly<Record<string, object>>> {
  const library = await import('../../src/index.ts');
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'mp4' });
  const video = muxer.addEncodeStream({ config });
  const audio = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 2, sampleRate: 8000, sampleFmt: 's16' }),
  });
  const sound = createReferenceAudioFrame({
    array: ndarray(new Int16Array(16000), [8000, 2]),
    ...({ sampleFmt: 's16', sampleRate: 8000, pts: 0 } as const),
  });
  await muxer.open();
  await muxer.write(0, await video.encode(frames));
  await muxer.write(1, await audio.encode(sound));
  await muxer.close();
  const demuxer = await Demuxer.open(sink.toBytes());
  return {
    ...{ 'spdl.io': library, Muxer: muxer, VideoEncoder: video, AudioEncoder: audio },
    ...{ Demuxer: demuxer, FilterGraph: library.FilterGraph.prototype },
    ...{ BSF: library.BSF.prototype, VideoFrames: frames, AudioFrames: sound },
    VideoPackets: await demuxer.demuxVideo(),
    AudioPackets: await demuxer.demuxAudio(),
    VideoCodec: demuxer.videoCodec!,
    AudioCodec: demuxer.audioCodec!,
  };
}

describe('SPDL', () => {
  it('has its names here, in camelCase', async () => {
    const found = await objects();
    for (const [owner, names] of Object.entries(NAMES)) {
      const missing = names.split(/\s+/).filter((name) => {
        return (found[owner] as Record<string, unknown>)[camelCase(name)] === undefined;
      });
      expect(missing, owner).toEqual([]);
    }
  });

  it('tells of packets what their stream is', async () => {
    const { VideoPackets, AudioPackets } = await objects();
    const pictures = { width, height, frameRate: [25, 1], sampleRate: undefined };
    expect(VideoPackets).toMatchObject(pictures);
    expect(AudioPackets).toMatchObject({ sampleRate: 8000, numChannels: 2, width: undefined });
  });
});

describe('frames', () => {
  it('have a length, and pictures by index', () => {
    expect(frames.length).toBe(count);
    expect(frames[3]).toBe(frames.frames[3]);
    expect(frames[count]).toBeUndefined();
    expect(frames[-1]).toBeUndefined();
    expect(frames.at(-1)).toBe(frames[count - 1]);
    expect(Object.keys(frames)).not.toContain('0');
    const samples = ndarray(new Int16Array(200), [100, 2]);
    const sound = createReferenceAudioFrame({
      ...{ array: samples, sampleFmt: 's16', sampleRate: 8000, pts: 0 },
    });
    expect(sound.length).toBe(100);
  });

  it('become arrays of the shapes that convert_frames gives', () => {
    expect(convertFrames(frames).shape).toEqual([count, height, width, 3]);
    expect(convertFrames(frames).data).toEqual(pixels);
    expect(convertFrames([frames, frames]).shape).toEqual([2, count, height, width, 3]);
    expect(convertFrames([frames, frames]).data.length).toBe(2 * pixels.length);
    const shapes = [
      ['gray', [2, 8, 16], [2, 8, 16, 1]],
      ['yuv420p', [2, 12, 16], [2, 1, 12, 16]],
      ['yuv444p', [2, 3, 8, 16], [2, 3, 8, 16]],
    ] as const;
    for (const [pixFmt, shape, converted] of shapes) {
      const data = new Uint8Array(shape.reduce((a: number, b: number) => a * b, 1));
      const made = createReferenceVideoFrame({
        ...{ array: ndarray(data, shape), pixFmt, frameRate: 25, pts: 0 },
      });
      expect(convertFrames(made).shape).toEqual(converted);
    }
    expect(() => convertFrames([])).toThrow(/convertFrames\.frames: an empty list/);
    expect(() => convertFrames([frames, frames.slice(1)])).toThrow(
      /frames\[1\]: has the shape \(11/,
    );
  });
});

describe('packets', () => {
  it('may be asked for null, as SPDL gives it, or written as they are', async () => {
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'mp4' });
    const encoder = muxer.addEncodeStream({ config });
    await muxer.open();
    const packets: Packets | null = await encoder.encode(frames);
    if (packets !== null) await muxer.write(0, packets);
    const rest: Packets | null = await encoder.flush();
    if (rest !== null) await muxer.write(0, rest);
    await muxer.write(0, null);
    await muxer.close();
    expect(sink.toBytes()).toEqual(await film());
  });

  it('have a length, times, a codec and clones', async () => {
    const demuxer = await Demuxer.open(await film());
    const packets = await demuxer.demuxVideo();
    expect(packets).toBeInstanceOf(PacketList);
    expect(packets.length).toBe(count);
    expect([...packets]).toEqual(packets.packets);
    expect(packets.codec?.codec).toBe('h264');
    const times = Array.from({ length: count }, (_, i) => i / 25);
    expect(packets.getTimestamps()).toEqual(times);
    expect(packets.clone()).toEqual(packets);
    expect(packets.clone()).not.toBe(packets);
    const part = await demuxer.demuxVideo([0.1, 0.25]);
    expect(part.timestamp).toEqual([0.1, 0.25]);
    expect(part.getTimestamps()).toEqual([0.12, 0.16, 0.2, 0.24]);
    expect(part.getTimestamps({ raw: true }).length).toBeGreaterThan(4);
    for await (const chunk of demuxer.streamingDemux({ numPackets: 5 })) {
      expect(chunk.codec).toBeUndefined();
      expect(chunk.length).toBeLessThanOrEqual(5);
    }
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-spdl-'));
    writeFileSync(join(folder, 'film.mp4'), await film());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are read by one call', async () => {
    const path = join(folder, 'film.mp4');
    expect((await demuxVideo(path)).length).toBe(count);
    const part = await demuxVideo(path, { timestamp: [0, 0.1], bsf: 'h264_mp4toannexb' });
    expect([...part.packets[0]!.data.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
    expect((await demuxImage(path)).length).toBe(1);
    await expect(demuxAudio(path)).rejects.toThrow(/the file has no audio stream, only video/);
    await expect(demuxVideo(path, { window: [0, 1] } as never)).rejects.toThrow(/unknown option/);
  });
});

describe('options', () => {
  it('of encoders may be text, by the names of ffmpeg too', async () => {
    expect(await film({ crf: '30', refs: '1' })).toEqual(await film({ crf: 30, refs: 1 }));
    expect(await film({ b: '200k', g: '6' })).toEqual(await film({ bitRate: 200_000, gopSize: 6 }));
    expect(await film({ preset: 'ultrafast', level: '3.1' })).toEqual(
      await film({ preset: 'ultrafast', level: '3.1' }),
    );
    await expect(film({ crf: 'best' })).rejects.toThrow(/crf: got the string "best"/);
    await expect(film({ b: '1M', bitRate: 5 })).rejects.toThrow(/says bitRate, which is given too/);
    await expect(film({ crff: '23' })).rejects.toThrow(
      /crff: unknown option, .*did you mean crf\?/,
    );
  });

  it('of MP4 may be movflags', async () => {
    expect(await film({}, { movflags: '+faststart' })).toEqual(await film({}, { faststart: true }));
    expect(await film({}, { movflags: 'frag_keyframe+empty_moov' })).toEqual(
      await film({}, { fragmented: true }),
    );
    await expect(film({}, { movflags: '+fastsart' })).rejects.toThrow(/did you mean faststart\?/);
  });
});

describe('a key frame', () => {
  it('is where it is asked for', async () => {
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'mp4' });
    const encoder = muxer.addEncodeStream({
      config,
      encoderConfig: { gopSize: 250, sceneCut: false },
    });
    await muxer.open();
    for (let start = 0; start < count; start += 4) {
      const part = frames.slice(start, start + 4);
      await muxer.write(0, await encoder.encode(part, { keyFrame: start === 8 }));
    }
    await muxer.close();
    const { packets } = await demuxVideo(sink.toBytes());
    expect(packets.map(({ isKey }, i) => (isKey ? i : -1)).filter((i) => i >= 0)).toEqual([0, 8]);
    await expect(encoder.encode(frames, { keyFrame: 1 } as never)).rejects.toThrow();
  });
});
