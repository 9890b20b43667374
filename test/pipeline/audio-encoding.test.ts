/** Sound from arrays to files: SPDL's audio encoding tests, re-chunking, gaps, conversion, what is refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, StateError } from '../../src/base/errors.ts';
import type { Packet } from '../../src/base/packet.ts';
import {
  AudioFrames,
  createReferenceAudioFrame,
  ndarray,
  type SampleArray,
  type SampleFmt,
} from '../../src/frames/index.ts';
import { audioEncodeConfig, Muxer } from '../../src/index.ts';
import { MemorySink } from '../../src/io/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { pcmFrames, tones } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'audio-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 44100;
const ARRAYS = {
  s16: Int16Array,
  s32: Int32Array,
  s64: BigInt64Array,
  flt: Float32Array,
  dbl: Float64Array,
} as const;

/** Noise of any format: bits from a small generator, floats within -1..1. */
function noise(kind: keyof typeof ARRAYS, length: number): SampleArray {
  const out = new ARRAYS[kind](length);
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state;
  };
  for (let i = 0; i < length; i++) {
    if (kind === 's64') out[i] = (BigInt(next()) << 32n) | BigInt(next() >>> 0);
    else if (kind === 'flt' || kind === 'dbl') out[i] = next() / 2147483648;
    else out[i] = kind === 's16' ? next() >> 16 : next();
  }
  return out;
}

function bytesOf(data: SampleArray): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Three seconds of stereo noise in three calls of one second; ffmpeg reads back the same. */
async function roundTrip(kind: keyof typeof ARRAYS, encoder: string, rawFormat: string) {
  const path = join(folder, `${encoder}.wav`);
  const array = ndarray(noise(kind, RATE * 3 * 2), [RATE * 3, 2]);
  const muxer = new Muxer(path);
  const audio = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 2, sampleRate: RATE, sampleFmt: kind }),
    encoder,
  });
  expect(audio.frameSize).toBe(0);
  await muxer.open();
  for (let start = 0; start < RATE * 3; start += RATE) {
    const frames = createReferenceAudioFrame({
      array: array.slice(start, start + RATE),
      sampleFmt: kind,
      sampleRate: RATE,
      pts: start,
    });
    await muxer.write(0, await audio.encode(frames));
  }
  await muxer.write(0, await audio.flush());
  await muxer.close();
  const { streams } = probeFile(path);
  expect(streams[0]).toMatchObject({
    codec_name: encoder,
    sample_rate: '44100',
    channels: 2,
    duration_ts: RATE * 3,
  });
  const decoded = runFfmpeg(['-i', path, '-f', rawFormat, '-'], undefined, { allowWarnings: true });
  expect(Buffer.from(decoded).equals(bytesOf(array.data))).toBe(true);
}

describe('of SPDL', () => {
  test.each([
    ['s16', 'pcm_s16le', 's16le'],
    ['s32', 'pcm_s32le', 's32le'],
    ['flt', 'pcm_f32le', 'f32le'],
    ['dbl', 'pcm_f64le', 'f64le'],
  ] as const)('encode_audio_integer and _float: %s', roundTrip);

  test('encode_audio_integer: s64, which older ffmpeg cannot read', async () => {
    const array = ndarray(noise('s64', 2000), [1000, 2]);
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'wav' });
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 2, sampleRate: RATE, sampleFmt: 's64' }),
      encoder: 'pcm_s64le',
    });
    await muxer.open();
    const frames = createReferenceAudioFrame({ array, sampleFmt: 's64', sampleRate: RATE, pts: 0 });
    await muxer.write(0, await audio.encode(frames));
    await muxer.close();
    expect(Buffer.from(sink.toBytes().slice(-16000)).equals(bytesOf(array.data))).toBe(true);
  });

  test.each(['s16p', 's32p'] as const)(
    'encode_audio_integer_planar: 32 channels of %s, in time slices',
    async (sampleFmt) => {
      const kind = sampleFmt === 's16p' ? 's16' : 's32';
      const path = join(folder, `${sampleFmt}.wav`);
      const length = 3000;
      const array = ndarray(noise(kind, 32 * length), [32, length]);
      const muxer = new Muxer(path);
      const audio = muxer.addEncodeStream({
        config: audioEncodeConfig({ numChannels: 32, sampleRate: RATE, sampleFmt }),
        encoder: `pcm_${kind}le`,
      });
      await muxer.open();
      for (let start = 0; start < length; start += 1000) {
        const slice = array.crop(1, start, start + 1000);
        const frames = createReferenceAudioFrame({
          array: slice,
          sampleFmt,
          sampleRate: RATE,
          pts: start,
        });
        await muxer.write(0, await audio.encode(frames));
      }
      await muxer.close();
      const decoded = runFfmpeg(['-i', path, '-f', `${kind}le`, '-'], undefined, {
        allowWarnings: true,
      });
      expect(Buffer.from(decoded).equals(bytesOf(array.transpose([1, 0]).toDense()))).toBe(true);
    },
  );

  test.each(['m4a', 'aac'])(
    'encode_audio_smoke_test: AAC by default in .%s, in pieces of frameSize',
    async (extension) => {
      const path = join(folder, `smoke.${extension}`);
      const muxer = new Muxer(path);
      const audio = muxer.addEncodeStream({
        config: audioEncodeConfig({ numChannels: 2, sampleRate: RATE, sampleFmt: 'fltp' }),
      });
      expect(audio.frameSize).toBe(1024);
      const array = ndarray(noise('flt', 2 * RATE) as Float32Array, [2, RATE]);
      await muxer.open();
      for (let start = 0; start < RATE; start += audio.frameSize) {
        const slice = array.crop(1, start, start + audio.frameSize);
        const frames = createReferenceAudioFrame({
          array: slice,
          sampleFmt: 'fltp',
          sampleRate: RATE,
          pts: start,
        });
        await muxer.write(0, await audio.encode(frames));
      }
      await muxer.write(0, await audio.flush());
      await muxer.close();
      const stream = probeFile(path).streams[0];
      expect(stream).toMatchObject({ codec_name: 'aac', sample_rate: '44100', channels: 2 });
      // ffmpeg warns that it has to estimate the duration of an ADTS file.
      const allowWarnings = extension === 'aac';
      const pcm = runFfmpeg(['-i', path, '-f', 's16le', '-'], undefined, { allowWarnings });
      const numDecoded = pcm.length / 4;
      const inFrames = Math.ceil(RATE / 1024) * 1024;
      if (extension === 'aac') {
        // ADTS has no word for what is not part of the sound.
        expect(numDecoded).toBe(inFrames + 1024);
      } else {
        // The duration says where the sound ends; older ffmpeg decodes the padding of the last packet all the same.
        expect(stream).toMatchObject({ duration_ts: RATE, start_pts: 0 });
        expect([RATE, inFrames]).toContain(numDecoded);
      }
    },
  );
});

describe('pieces', () => {
  const sound = tones(9000, 2, 48000);

  async function packetsOf(encoder: string, sampleFmt: SampleFmt, cuts: readonly number[]) {
    const muxer = new Muxer('x.mov');
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 2, sampleRate: 48000, sampleFmt: 's16' }),
      encoder,
    });
    const packets: Packet[] = [];
    let start = 0;
    for (const end of [...cuts, 9000]) {
      if (end <= start) continue;
      packets.push(...(await audio.encode(pcmFrames(sound.slice(start, end), start))).packets);
      start = end;
    }
    packets.push(...(await audio.flush()).packets);
    expect(sampleFmt).toBe(audio.streamInfo.sampleFmt);
    return packets;
  }

  test('of any lengths give the same packets', async () => {
    const whole = {
      aac: await packetsOf('aac', 'fltp', []),
      pcm: await packetsOf('pcm_s16le', 's16', []),
    };
    expect(whole.pcm.map((p) => p.duration)).toEqual([...Array(8).fill(1024), 9000 - 8 * 1024]);
    expect(whole.aac[0]!.pts).toBe(-1024);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9000), { maxLength: 12 }), async (raw) => {
        const cuts = raw.sort((a, b) => a - b);
        expect(await packetsOf('pcm_s16le', 's16', cuts)).toEqual(whole.pcm);
        expect(await packetsOf('aac', 'fltp', cuts)).toEqual(whole.aac);
      }),
      { seed: 8, numRuns: 8 },
    );
  });
});

describe('times', () => {
  function open(encoder = 'pcm_s16le') {
    const muxer = new Muxer('x.mov');
    return muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 1, sampleRate: 48000, sampleFmt: 's16' }),
      encoder,
    });
  }
  const ones = (length: number) => ndarray(new Int16Array(length).fill(1), [length, 1]);
  const samplesOf = (packets: readonly Packet[]) =>
    packets.flatMap(({ data }) => [...new Int16Array(data.slice().buffer)]);

  test('begin where the first frame says', async () => {
    for (const pts of [44100, -7]) {
      const audio = open();
      const { packets } = await audio.encode(pcmFrames(ones(2048), pts));
      expect(packets.map((packet) => packet.pts)).toEqual([pts, pts + 1024]);
      const aac = open('aac');
      const coded = [...(await aac.encode(pcmFrames(ones(2048), pts))).packets];
      coded.push(...(await aac.flush()).packets);
      expect(coded[0]!.pts).toBe(pts - 1024);
    }
  });

  test('a gap is silence', async () => {
    const audio = open();
    const first = await audio.encode(pcmFrames(ones(10), 0));
    const second = await audio.encode(pcmFrames(ones(10), 3000));
    const all = [first, second, await audio.flush()].flatMap(({ packets }) => samplesOf(packets));
    expect(all.length).toBe(3010);
    expect([all[9], all[10], all[2999], all[3000]]).toEqual([1, 0, 0, 1]);
  });

  test('of a coarse time base are no gaps', async () => {
    const audio = open();
    const parts = [0, 1000, 2000].map((pts) => pcmFrames(ones(1000), pts).frames[0]!);
    const coarse = parts.map((frame) => ({ ...frame, pts: Math.round(frame.pts / 48) }));
    const frames = new AudioFrames(coarse, {
      sampleFmt: 's16',
      sampleRate: 48000,
      numChannels: 1,
      timeBase: [1, 1000],
    });
    const { packets } = await audio.encode(frames);
    expect(samplesOf([...packets, ...(await audio.flush()).packets]).length).toBe(3000);
  });

  test('do not go back, nor leap', async () => {
    const audio = open();
    await audio.encode(pcmFrames(ones(100), 0));
    await expect(audio.encode(pcmFrames(ones(100), 0))).rejects.toThrow(
      /begin at sample 0, but 100 is next/,
    );
    await expect(audio.encode(pcmFrames(ones(100), 2 ** 50))).rejects.toThrow(ConfigError);
    await audio.encode(pcmFrames(ones(100), 100));
    expect(samplesOf((await audio.flush()).packets).length).toBe(200);
  });
});

describe('formats', () => {
  test('the default, planar floats, into WAV is s16', async () => {
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'wav' });
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 2, sampleRate: 8000 }),
    });
    expect(audio.streamInfo).toMatchObject({ codec: 'pcm_s16le', sampleFmt: 's16' });
    await muxer.open();
    const array = ndarray(Float32Array.of(0, 0.5, -1, 1, -0.5, 0), [2, 3]);
    const frames = createReferenceAudioFrame({
      array,
      sampleFmt: 'fltp',
      sampleRate: 8000,
      pts: 0,
    });
    await muxer.write(0, await audio.encode(frames));
    await muxer.close();
    const samples = new Int16Array(sink.toBytes().slice(-12).buffer);
    expect([...samples]).toEqual([0, 32767, 16384, -16384, -32768, 0]);
  });

  test('samples that are no numbers are refused before anything is coded', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const encoder of ['pcm_s16le', 'pcm_f32le', 'aac']) {
        const muxer = new Muxer('x.mov');
        const audio = muxer.addEncodeStream({
          config: audioEncodeConfig({ numChannels: 2, sampleRate: 8000 }),
          encoder,
        });
        const array = ndarray(new Float32Array(5000), [2, 2500]);
        array.data[2500 + 77] = bad;
        const frames = createReferenceAudioFrame({
          array,
          sampleFmt: 'fltp',
          sampleRate: 8000,
          pts: 0,
        });
        await expect(audio.encode(frames)).rejects.toThrow(`sample 77 of channel 1 is ${bad}`);
        await expect(audio.encode(frames)).rejects.toThrow(ConfigError);
        array.data[2500 + 77] = 0;
        await audio.encode(frames);
        await audio.flush();
      }
    }
  });

  test('PCM floats keep them if told to', async () => {
    const muxer = new Muxer('x.wav');
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 1, sampleRate: 8000, sampleFmt: 'flt' }),
      encoder: 'pcm_f32le',
      encoderConfig: { nonFinite: 'keep' },
    });
    const array = ndarray(Float32Array.of(Number.NaN, 1), [2, 1]);
    await audio.encode(
      createReferenceAudioFrame({ array, sampleFmt: 'flt', sampleRate: 8000, pts: 0 }),
    );
    expect((await audio.flush()).packets[0]!.data.length).toBe(8);
  });

  test('other rates and channel counts are refused', async () => {
    const muxer = new Muxer('x.wav');
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 2, sampleRate: 48000 }),
    });
    await expect(audio.encode(pcmFrames(tones(9, 2, 8000), 0, 8000))).rejects.toThrow(
      /got 8000 Hz, 2 channels, the config says 48000 Hz/,
    );
    await expect(audio.encode(pcmFrames(tones(9, 1, 48000)))).rejects.toThrow(/1 channels/);
    await expect(audio.encode(null as never)).rejects.toThrow(/needed are AudioFrames/);
    expect(() =>
      new Muxer('x.m4a').addEncodeStream({
        config: audioEncodeConfig({ numChannels: 2, sampleRate: 44101 }),
      }),
    ).toThrow(/sampleRate/);
    expect(() =>
      new Muxer('x.m4a').addEncodeStream({
        config: audioEncodeConfig({ numChannels: 2, sampleRate: 44100 }),
        encoderConfig: { sampleRate: 8000 } as object,
      }),
    ).toThrow(/encoderConfig.sampleRate: is set by audioEncodeConfig/);
  });

  test('WAV holds one stream', async () => {
    const muxer = new Muxer(join(folder, 'two.wav'));
    for (let i = 0; i < 2; i++)
      muxer.addEncodeStream({ config: audioEncodeConfig({ numChannels: 1, sampleRate: 8000 }) });
    await expect(muxer.open()).rejects.toThrow(/allowed is one audio stream/);
    await expect(muxer.open()).rejects.toThrow(StateError);
  });
});
