/** Configuration records: round trips, and what ffmpeg writes for the same streams. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../../../src/base/errors.ts';
import { ac3BoxFromFrame, eac3BoxFromFrame } from '../../../src/containers/config/ac3.ts';
import {
  opusBoxToHead,
  opusHeadToBox,
  opusPreSkip,
} from '../../../src/containers/config/opus-head.ts';
import { vp8Record, vp9RecordFromFrame } from '../../../src/containers/config/vp-record.ts';
import { openMp4 } from '../../../src/containers/isobmff/index.ts';
import {
  audioFormatOf,
  readAudioSpecificConfig,
  writeAacLcConfig,
} from '../../../src/syntax/aac/audio-specific-config.ts';
import { SAMPLING_FREQUENCIES } from '../../../src/syntax/aac/sampling-frequency.ts';
import { widenNalLengths } from '../../../src/syntax/h264/byte-stream.ts';
import { readAvcRecord, writeAvcRecord } from '../../../src/syntax/h264/configuration-record.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { codedVideo, temporaryFile } from '../isobmff/coded-streams.ts';
import { TestSource } from '../isobmff/memory-file.ts';

/** Configuration and first packet of what ffmpeg makes of `args` in MP4. */
async function firstOf(args: readonly string[]): Promise<{ config: Uint8Array; data: Uint8Array }> {
  const path = temporaryFile(new Uint8Array(0), 'a.mp4');
  runFfmpeg([...args, '-y', path], undefined, { allowWarnings: true });
  const reader = await openMp4(new TestSource(readFileSync(path)));
  for await (const { packet } of reader.packets()) {
    return { config: reader.streams[0].config, data: packet.data };
  }
  throw new Error('no packet');
}

describe('avcC', () => {
  const set = fc.uint8Array({ minLength: 4, maxLength: 40 });

  it('comes back from its own bytes', () => {
    fc.assert(
      fc.property(
        fc.array(set, { minLength: 1, maxLength: 4 }),
        fc.array(set, { maxLength: 4 }),
        (sps, pps) => {
          const record = readAvcRecord(writeAvcRecord(sps, pps));
          expect(record.lengthSize).toBe(4);
          expect(record.sps).toEqual(sps);
          expect(record.pps).toEqual(pps);
          expect(record.AVCProfileIndication).toBe(sps[0][1]);
          expect(record.AVCLevelIndication).toBe(sps[0][3]);
        },
      ),
    );
  });

  it('is the one that ffmpeg writes, High profile too', async () => {
    const { config } = await firstOf([
      ...['-f', 'lavfi', '-i', 'testsrc=size=64x48', '-frames:v', '2', '-c:v', 'libx264'],
      ...['-profile:v', 'high', '-pix_fmt', 'yuv420p'],
    ]);
    const { sps, pps, extension } = readAvcRecord(config);
    const fields = { chroma_format_idc: 1, bit_depth_luma_minus8: 0, bit_depth_chroma_minus8: 0 };
    // Old versions of ffmpeg leave the fields of the High profiles out.
    const high = extension.length > 0 ? fields : undefined;
    expect(Buffer.from(writeAvcRecord(sps, pps, high))).toEqual(Buffer.from(config));
  });

  it('names what is wrong', () => {
    expect(() => readAvcRecord(Uint8Array.of(0, 1, 2))).toThrow(FormatError);
    const whole = codedVideo({ frames: 1 }).stream.config;
    for (let cut = 7; cut < whole.length - 1; cut++) {
      // A record that ends behind its SPS has none of the picture's, and is whole as it is.
      const hasOnlySps = cut === 8 + ((whole[6] << 8) | whole[7]);
      if (!hasOnlySps) expect(() => readAvcRecord(whole.subarray(0, cut))).toThrow(FormatError);
    }
    expect(() => writeAvcRecord([], [])).toThrow(ConfigError);
  });

  it('lengths are widened from 1, 2 and 3 bytes', () => {
    for (const size of [1, 2, 3]) {
      const lengths = [3, 0, 5];
      const packet = lengths.flatMap((length) => [
        ...new Array(size - 1).fill(0),
        length,
        ...new Array(length).fill(7),
      ]);
      const wide = lengths.flatMap((length) => [0, 0, 0, length, ...new Array(length).fill(7)]);
      expect([...widenNalLengths(Uint8Array.from(packet), size)]).toEqual(wide);
      // A unit that is cut off is left out.
      expect([...widenNalLengths(Uint8Array.from(packet.slice(0, -1)), size)]).toEqual(
        wide.slice(0, 11),
      );
    }
  });
});

describe('AudioSpecificConfig', () => {
  it('comes back for every frequency and channel configuration', () => {
    for (const frequency of [...SAMPLING_FREQUENCIES, 12345]) {
      for (let channels = 1; channels <= 7; channels++) {
        const config = readAudioSpecificConfig(writeAacLcConfig(frequency, channels));
        expect(config).toMatchObject({
          audioObjectType: 2,
          samplingFrequency: frequency,
          channelConfiguration: channels,
        });
        const read = audioFormatOf(config);
        expect(read).toMatchObject({
          sampleRate: frequency,
          numChannels: channels === 7 ? 8 : channels,
          frameLength: 1024,
        });
        // As many speakers as channels.
        expect(read.channelMask.toString(2).replaceAll('0', '')).toHaveLength(read.numChannels);
      }
    }
  });

  it('tells SBR apart from its core', () => {
    // AOT 5 (SBR), 24 kHz core, stereo, 48 kHz out, AOT 2.
    const config = Uint8Array.of(0b00101_011, 0b0_0010_001, 0b1_00010_00);
    const read = readAudioSpecificConfig(config);
    expect(read).toMatchObject({ audioObjectType: 2, samplingFrequency: 24000 });
    expect(audioFormatOf(read)).toMatchObject({ sampleRate: 48000, numChannels: 2 });
    expect(() => readAudioSpecificConfig(Uint8Array.of(0x10))).toThrow(FormatError);
    expect(() => readAudioSpecificConfig(Uint8Array.of(0b00010_110, 0b1_0001_000))).toThrow(/13/);
  });

  it('is the one that ffmpeg writes', async () => {
    const { config } = await firstOf([
      ...['-f', 'lavfi', '-i', 'sine=sample_rate=44100:duration=0.1', '-c:a', 'aac'],
    ]);
    expect(Buffer.from(config.subarray(0, 2))).toEqual(Buffer.from(writeAacLcConfig(44100, 1)));
  });
});

describe('Opus', () => {
  it('turns between OpusHead and dOps without loss', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 11, maxLength: 30 }), (fields) => {
        const box = fields.slice();
        box[0] = 0;
        const head = opusBoxToHead(box);
        expect(opusHeadToBox(head)).toEqual(box);
        expect(opusPreSkip(head)).toBe((box[2] << 8) | box[3]);
      }),
    );
    expect(() => opusHeadToBox(new Uint8Array(30))).toThrow(FormatError);
    expect(() => opusBoxToHead(new Uint8Array(5))).toThrow(FormatError);
  });
});

describe('records made from a first frame', () => {
  const tone = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000:duration=0.2'];

  it('AC-3: as ffmpeg writes dac3', async () => {
    for (const layout of [
      ['-ac', '1'],
      ['-ac', '2'],
      ['-ac', '6'],
      ['-ar', '44100', '-ac', '3'],
    ]) {
      const { config, data } = await firstOf([...tone, ...layout, '-c:a', 'ac3', '-b:a', '256k']);
      expect(Buffer.from(ac3BoxFromFrame(data))).toEqual(Buffer.from(config));
    }
  });

  it('E-AC-3: as ffmpeg writes dec3', async () => {
    const { config, data } = await firstOf([...tone, '-ac', '6', '-c:a', 'eac3', '-b:a', '256k']);
    // Old versions of ffmpeg write a byte too many.
    expect(Buffer.from(eac3BoxFromFrame(data))).toEqual(Buffer.from(config.subarray(0, 5)));
  });

  it('VP9: profile, level, depth, subsampling as ffmpeg writes vpcC', async () => {
    for (const pixFmt of ['yuv420p', 'yuv444p']) {
      const { config, data } = await firstOf([
        ...['-f', 'lavfi', '-i', 'testsrc=size=320x240', '-frames:v', '1', '-pix_fmt', pixFmt],
        ...['-c:v', 'libvpx-vp9'],
      ]);
      const record = vp9RecordFromFrame(data, 320, 240);
      // Profile; bit depth, subsampling and range. ffmpeg's level depends on the frame rate too.
      expect([record[0], record[2]]).toEqual([config[0], config[2]]);
      expect(record.length).toBe(8);
    }
  });

  it('refuse what is no first frame', () => {
    const zeros = new Uint8Array(16);
    expect(() => ac3BoxFromFrame(zeros)).toThrow(FormatError);
    expect(() => eac3BoxFromFrame(zeros)).toThrow(FormatError);
    expect(() => vp9RecordFromFrame(zeros, 16, 16)).toThrow(FormatError);
    expect(vp8Record(640, 480)[2]).toBe(0x82);
  });
});
