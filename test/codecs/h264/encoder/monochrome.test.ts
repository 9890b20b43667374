/** Pictures without chroma: ffmpeg decodes them as gray, of any size, and headers and records say so. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/base/errors.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { MONOCHROME_CODE_NUMS } from '../../../../src/codecs/h264/standard/monochrome.ts';
import { readAvcRecord } from '../../../../src/syntax/h264/configuration-record.ts';
import { readSequenceParameterSet } from '../../../../src/syntax/h264/sps.ts';
import {
  byteStreamOf,
  codePictures,
  expectDecodedAsReconstructed,
  frameOf,
} from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const MONO = { profile: 'high', monochrome: true } as const;
const OPTIONS: H264Options = { ...MONO, width: 47, height: 33, frameRate: [25, 1] };

describe('monochrome', () => {
  it.each([
    { qp: 0, preset: 'veryfast' },
    { qp: 24, preset: 'slow', cabac: false },
    { crf: 30, preset: 'medium', bframes: 3, weightP: true },
    { qp: 36, preset: 'slower', direct: 'temporal' },
  ] as const)('is decoded as reconstructed, of odd sizes too: %j', (more) => {
    const scene = { content: more.qp === 0 ? 'noise' : 'mixture', seed: 4, dx: 2, dy: 1 } as const;
    const coded = codePictures({ ...OPTIONS, ...more }, drawScene(scene, 47, 33, 7));
    expect(coded.streamInfo).toMatchObject({ width: 47, height: 33, pixFmt: 'gray' });
    expectDecodedAsReconstructed(coded);
  });

  it('is in the parameter sets and in the record', () => {
    const { streamInfo } = createH264Encoder(OPTIONS);
    const record = readAvcRecord(streamInfo.config);
    // chroma_format in the lower two bits, behind six that are 1.
    expect(record.extension[0]).toBe(0b111111_00);
    const sps = readSequenceParameterSet(record.sps[0]!);
    expect(sps).toMatchObject({ profile_idc: 100, chroma_format_idc: 0 });
    expect([sps.frame_crop_right_offset, sps.frame_crop_bottom_offset]).toEqual([1, 15]);
  });

  it('takes gray frames, and the luma of others', () => {
    const pictures = drawScene({ content: 'texture', seed: 1, dx: 1, dy: 0 }, 47, 33, 2);
    const encoder = createH264Encoder(OPTIONS);
    const packets = pictures.flatMap((data, pts) =>
      encoder.encode({ ...frameOf(data, 47, 33, pts), pixFmt: 'gray' }),
    );
    packets.push(...encoder.flush());
    const { streamInfo } = encoder;
    const expected = codePictures(OPTIONS, pictures);
    expect(byteStreamOf({ packets, streamInfo, reconstructed: [] })).toEqual(
      byteStreamOf(expected),
    );
    const other = createH264Encoder(OPTIONS);
    const frame = frameOf(pictures[0]!, 47, 33, 0);
    expect(() => other.encode({ ...frame, pixFmt: 'rgb24' })).toThrow(
      'with monochrome allowed are gray',
    );
  });

  it('takes fewer bits than the same pictures with chroma that says nothing', () => {
    const pictures = drawScene({ content: 'mixture', seed: 9, dx: 1, dy: 1 }, 48, 32, 4);
    for (const picture of pictures) picture.fill(128, 48 * 32);
    const size = (more: Partial<H264Options>) =>
      byteStreamOf(codePictures({ ...OPTIONS, width: 48, height: 32, qp: 40, ...more }, pictures))
        .length;
    expect(size({})).toBeLessThan(size({ monochrome: false }));
  });

  it('is of profile high alone', () => {
    const open = () => createH264Encoder({ ...OPTIONS, profile: 'main' });
    expect(open).toThrow(ConfigError);
    expect(open).toThrow('h264.options.monochrome: is of profile high');
  });

  it('has its table of coded_block_pattern: a permutation of 16 for each kind', () => {
    for (const table of MONOCHROME_CODE_NUMS) {
      expect([...table].sort((a, b) => a - b)).toEqual([...Array(16).keys()]);
    }
  });
});
