/** Kind "exact durations thrown away": copied sound lasts what its frames last, whatever ticks the old file counts in. */
import { describe, expect, it } from 'vitest';
import type { AudioStreamInfo, Packet } from '../../src/base/packet.ts';
import { ExactTimes } from '../../src/pipeline/exact-times.ts';

function sound(codec: string, sampleRate: number, priming = 0): AudioStreamInfo {
  const frameSize = codec === 'aac' ? 1024 : 0;
  const shape = { sampleRate, numChannels: 2, channelMask: 3, sampleFmt: '', frameSize, priming };
  const config = new Uint8Array(0);
  return { kind: 'audio', codec, timeBase: [1, 1000], config, ...shape };
}

/** Times of frames as a file of milliseconds has them, brought to samples, and what becomes of them. */
function placed(
  stream: AudioStreamInfo,
  milliseconds: readonly number[],
  data = new Uint8Array(10),
): Packet[] {
  const times = new ExactTimes(stream);
  return milliseconds.map((ms, i) => {
    const pts = Math.round((ms * stream.sampleRate) / 1000);
    const next = milliseconds[i + 1] ?? ms + 23;
    const duration = Math.round((next * stream.sampleRate) / 1000) - pts;
    const packet = { data, pts, dts: pts, duration, isKey: true };
    return times.place(packet, [1, 1000], [1, stream.sampleRate]);
  });
}

const frameMs = (i: number) => (i * 1024 * 1000) / 44100;

describe('kind 6: exact durations of copied sound', () => {
  it('AAC of a file that rounds to milliseconds lasts 1024 samples a frame', () => {
    const stated = Array.from({ length: 500 }, (_, i) => Math.round(frameMs(i)));
    const packets = placed(sound('aac', 44100), stated);
    expect(packets.map(({ pts }) => pts)).toEqual(stated.map((_, i) => i * 1024));
    expect(packets.every(({ pts, dts, duration }) => dts === pts && duration === 1024)).toBe(true);
  });

  it('so does AAC of a file that cuts times off', () => {
    const stated = Array.from({ length: 500 }, (_, i) => 40 + Math.floor(frameMs(i)));
    const packets = placed(sound('aac', 44100), stated);
    const steps = packets.slice(1).map(({ pts }, i) => pts - packets[i]!.pts);
    expect(steps.every((step) => step === 1024)).toBe(true);
  });

  it('ticks that are not whole parts of a frame are rounded from exact times, as those of a finer Matroska file', () => {
    const times = new ExactTimes(sound('aac', 44100));
    const [num, den] = [22675, 1e9];
    const packets = Array.from({ length: 500 }, (_, i) => {
      const pts = Math.round((Math.round(frameMs(i)) * 1e6) / num);
      const packet = { data: new Uint8Array(10), pts, dts: pts, duration: 1014, isKey: true };
      return times.place(packet, [1, 1000], [num, den]);
    });
    const frame = (1024 * den) / (44100 * num);
    expect(packets.map(({ pts }) => pts)).toEqual(packets.map((_, i) => Math.round(i * frame)));
    for (const [i, { pts, duration }] of packets.slice(0, -1).entries()) {
      expect(pts + duration).toBe(packets[i + 1]!.pts);
    }
  });

  it('encoder delay begins exactly where the stream says', () => {
    const packets = placed(sound('aac', 44100, 1024), [-23, 0, 23, 46]);
    expect(packets.map(({ pts }) => pts)).toEqual([-1024, 0, 1024, 2048]);
  });

  it('gaps stay where they are', () => {
    const packets = placed(sound('aac', 44100), [0, 23, 46, 500, 523]);
    expect(packets.map(({ pts }) => pts)).toEqual([0, 1024, 2048, 22050, 23074]);
  });

  it('Opus and MP3 are known by their frames, other codecs are left alone', () => {
    const opus = placed(sound('opus', 48000), [0, 20, 40, 61], Uint8Array.of(0xfc, 1));
    expect(opus.map(({ pts }) => pts)).toEqual([0, 960, 1920, 2880]);
    const mp3 = placed(sound('mp3', 44100), [0, 26, 52, 78], Uint8Array.of(0xff, 0xfb, 0x90, 0));
    expect(mp3.map(({ pts }) => pts)).toEqual([0, 1152, 2304, 3456]);
    const unknown = placed(sound('truehd', 48000), [0, 1, 2]);
    expect(unknown.map(({ pts }) => pts)).toEqual([0, 48, 96]);
  });

  it('files that count in samples are taken as they are', () => {
    const times = new ExactTimes(sound('aac', 44100));
    const packet = { data: new Uint8Array(4), pts: 7, dts: 7, duration: 500, isKey: true };
    expect(times.place(packet, [1, 44100], [1, 44100])).toBe(packet);
  });

  it('times never fall, however a file jumps', () => {
    const stated = [0, 23, 46, 50, 51, 52, 75, 1000, 1001, 1002];
    const packets = placed(sound('aac', 44100), stated);
    for (const [i, { pts }] of packets.slice(1).entries()) {
      expect(pts).toBeGreaterThanOrEqual(packets[i]!.pts);
    }
  });
});
