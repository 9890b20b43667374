/** SEI messages of the encoder, as ffmpeg's bitstream filter reads them. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type H264Options, resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';
import { MAX_SETTINGS_BYTES, settingsText } from '../../../../src/codecs/h264/encoder/settings.ts';
import { ffmpegPath } from '../../../support/ffmpeg.ts';
import {
  byteStreamOf,
  codePictures,
  expectDecodedAsReconstructed,
  nalUnits,
} from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const OPTIONS: H264Options = {
  width: 64,
  height: 48,
  frameRate: [30000, 1001],
  preset: 'veryfast',
  sampleAspectRatio: [4, 3],
  crf: 25,
  gopSize: 3,
  sceneCut: false,
};
const PICTURES = drawScene({ content: 'texture', seed: 2, dx: 1, dy: 1 }, 64, 48, 7);

/** Lines `name value` of all syntax elements, in their order; null if this ffmpeg cannot tell. */
function elementsOf(bytes: Uint8Array): string[] | null {
  const args = ['-hide_banner', '-f', 'h264', '-i', '-', '-c', 'copy', '-bsf:v', 'trace_headers'];
  const run = spawnSync(ffmpegPath(), [...args, '-f', 'null', '-'], {
    input: bytes,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) return null;
  return run.stderr
    .split('\n')
    .map((line) => /\]\s*\d+\s+(\S+)\s+[01]*\s*= (-?\d+)/.exec(line))
    .flatMap((match) => (match === null ? [] : [`${match[1]} ${match[2]}`]));
}

describe('messages', () => {
  it('give all settings as text, in the first access unit only', () => {
    // A level that leaves room for message and picture: at level 1 the first would be at the cost of the second.
    const options: H264Options = { ...OPTIONS, level: '3', crf: undefined, qp: 25 };
    const coded = codePictures({ ...options, settingsSei: true }, PICTURES);
    expectDecodedAsReconstructed(coded);
    const texts = coded.packets.map(({ data }) =>
      [...nalUnits(data)]
        .filter((unit) => (unit[0] & 31) === 6)
        .map((unit) => new TextDecoder('latin1').decode(unit))
        .join(''),
    );
    expect(texts.slice(1).join('')).toBe('');
    expect(texts[0]).toContain('vitrine H.264 encoder: width=64 height=48 frameRate=30000/1001 ');
    for (const part of ['rate.target.qp=25', 'gopSize=3', 'speed.refs=1', 'settingsSei=true']) {
      expect(texts[0]).toContain(` ${part} `);
    }
    expect(texts[0]).toContain('sampleAspectRatio=4/3');
    const elements = elementsOf(byteStreamOf(coded));
    if (elements === null) return;
    expect(elements).toContain('last_payload_type_byte 5');
    expect(elements).toContain('uuid_iso_iec_11578[0] 161');
    const without = codePictures(options, PICTURES);
    expect(coded.packets.slice(1)).toEqual(without.packets.slice(1));
  });

  it('of settings stay below the size that buffers are checked with', () => {
    const most: H264Options = {
      ...OPTIONS,
      crf: undefined,
      bitRate: 123_456_789.125,
      vbvBufferSize: 123_456_789,
      vbvMaxRate: 456_789_123,
      vbvInitialFullness: 0.123456789123,
      hrd: 'vbr',
      level: '6.2',
      aqStrength: 0.123456789,
      importance: 0.123456789,
      preset: 'veryslow',
      color: {
        colour_primaries: 255,
        transfer_characteristics: 255,
        matrix_coefficients: 255,
        video_full_range_flag: 1,
      },
    };
    expect(settingsText(resolveOptions(most)).length).toBeLessThan(MAX_SETTINGS_BYTES - 40);
  });

  it('mark recovery points, exact from the first picture on', () => {
    const coded = codePictures({ ...OPTIONS, keyPictures: 'recovery' }, PICTURES);
    expectDecodedAsReconstructed(coded);
    const elements = elementsOf(byteStreamOf(coded));
    if (elements === null) return;
    const messages = elements.filter((line) =>
      /^(recovery_frame_cnt|exact_match_flag|broken_link_flag) /.test(line),
    );
    const one = ['recovery_frame_cnt 0', 'exact_match_flag 1', 'broken_link_flag 0'];
    expect(messages).toEqual([...one, ...one]);
    expect(elements.filter((line) => line === 'nal_unit_type 5').length).toBe(1);
  });

  it('come in one NAL unit, buffer timing first', () => {
    const options: H264Options = {
      ...OPTIONS,
      crf: undefined,
      bitRate: 400_000,
      vbvBufferSize: 400_000,
      hrd: 'cbr',
      settingsSei: true,
      keyPictures: 'recovery',
      accessUnitDelimiters: true,
    };
    const coded = codePictures(options, PICTURES);
    expectDecodedAsReconstructed(coded);
    const elements = elementsOf(byteStreamOf(coded));
    if (elements === null) return;
    const types = elements.filter((line) => line.startsWith('last_payload_type_byte'));
    expect(types.map((line) => Number(line.split(' ')[1]))).toEqual([
      0, 1, 5, 1, 1, 1, 6, 1, 1, 1, 6,
    ]);
  });
});
