/** Every option refuses what it does not allow, before the first picture, naming itself and what is allowed. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/base/errors.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';

const BASE: H264Options = {
  width: 352,
  height: 288,
  frameRate: [30, 1],
  profile: 'baseline',
};
const VBV = { bitRate: 1e6, vbvBufferSize: 1e6 };

const FLAG = [0, 1, 'true'];
const number = (below: number, above: number) => [below, above, Number.NaN, `${above}`];
const integer = (below: number, above: number) => [...number(below, above), below + 1.5];
const size = [1, 16.5, 1 << 20, Number.NaN, '16', undefined];
const rational = [[0, 1], [30, 0], [-1, 1], [1.5, 1], [30, Number.NaN], 30, '30'];

/** Bad values by option, with what else must be given for the option to mean something. */
const BAD: Record<string, readonly unknown[] | [options: object, ...values: unknown[]]> = {
  width: size,
  height: size,
  frameRate: [...rational.filter((value) => value !== 30 && value !== '30'), undefined],
  preset: ['fastest', 3, 'Medium'],
  qp: integer(-1, 52),
  crf: number(-0.5, 51.5),
  bitRate: number(999, 1e10),
  statistics: [
    { bitRate: 1e6 },
    { width: 352, height: 288 },
    { width: 352, height: 288, pictures: [] },
  ],
  collectStatistics: FLAG,
  vbvMaxRate: [{ bitRate: 1e6, vbvBufferSize: 1e6 }, 999_999, 1e10, Number.NaN],
  vbvBufferSize: [{ bitRate: 1e6 }, 0, 4600, Number.NaN, Number.POSITIVE_INFINITY],
  vbvInitialFullness: [VBV, 0, -0.1, 1.1, Number.NaN],
  hrd: [VBV, 'abr', 'CBR', true],
  ipOffset: number(-0.5, 10.5),
  qpMin: [{ crf: 20 }, ...integer(-1, 52)],
  qpMax: [{ crf: 20 }, ...integer(-1, 52)],
  qpStep: [{ crf: 20 }, ...integer(0, 52)],
  zones: [
    { profile: 'high' },
    3,
    [3],
    [{ start: 0, end: 1 }],
    [{ start: -1, end: 1, qp: 20 }],
    [{ start: 3, end: 2, qp: 20 }],
    [{ start: 0, end: 1, qp: 52 }],
    [{ start: 0, end: 1, bitRateFactor: 0 }],
    [{ start: 0, end: 1, qp: 20, bitRateFactor: 2 }],
    [{ start: 0, end: 1, qpOffsets: new Int8Array(7) }],
    [{ start: 0, end: 1, qpOffsets: new Int8Array(22 * 18).fill(60) }],
    [{ start: 0, end: 1, quality: 3 }],
  ],
  keyFrames: [3, [-1], [Number.NaN], ['1'], [1, 1], [2, 1]],
  lookahead: integer(-1, 251),
  sceneCut: FLAG,
  minGopSize: integer(0, 2 ** 31),
  importance: number(-0.1, 5.1),
  aqStrength: number(-0.1, 3.1),
  aqFloor: number(0, 1001),
  level: ['7', 4, '1.4', '1'],
  accessUnitDelimiters: FLAG,
  gopSize: integer(-1, 2 ** 31),
  sampleAspectRatio: rational,
  timeBase: rational,
  color: [
    {
      colour_primaries: 999,
      transfer_characteristics: 1,
      matrix_coefficients: 1,
      video_full_range_flag: 0,
    },
    {
      colour_primaries: 1,
      transfer_characteristics: -1,
      matrix_coefficients: 1,
      video_full_range_flag: 0,
    },
    {
      colour_primaries: 1,
      transfer_characteristics: 1,
      matrix_coefficients: 1.5,
      video_full_range_flag: 0,
    },
    {
      colour_primaries: 1,
      transfer_characteristics: 1,
      matrix_coefficients: 1,
      video_full_range_flag: 2,
    },
  ],
  profile: ['constrained', 'High', 66],
  cabac: FLAG,
  inspect: [null, 'x', {}, { picture: 1 }],
  transform8x8: FLAG,
  monochrome: [1, true, 'true'],
  scaling: ['jvt', 'default', 1],
  scalingLists: [
    { profile: 'high' },
    3,
    null,
    { intra: [] },
    { intra4x4: Array(15).fill(16) },
    { inter8x8: Array(64).fill(3) },
    { intra4x4: Array(16).fill(65) },
  ],
  deblock: FLAG,
  deblockAlpha: integer(-7, 7),
  deblockBeta: integer(-7, 7),
  chromaQpOffset: integer(-13, 13),
  slices: integer(0, 65),
  sliceMacroblocks: integer(0, 139265),
  sliceBytes: integer(699, 2 ** 31),
  pbOffset: [-1, 11, Number.NaN, '2'],
  bframes: [1, ...integer(-1, 17)],
  bAdapt: [-1, 3, '1', true],
  bPyramid: ['flat', true],
  direct: ['none', true],
  origins: ['none', 1],
  longTermPeriod: integer(-1, 2 ** 31),
  sceneMemory: integer(-1, 16),
  keyPictures: ['i', true],
  settingsSei: FLAG,
  deblockAcrossSlices: FLAG,
  constrainedIntra: FLAG,
  vectorKernels: FLAG,
  analysis: ['diamond', true],
  typeMargin: [0.9, 4.5, Number.NaN, '1.2'],
  exactVectors: FLAG,
  search: ['full', 2],
  searchRange: integer(0, 513),
  halfSteps: integer(-1, 17),
  quarterSteps: integer(-1, 17),
  intra4x4InP: FLAG,
  metric: ['ssd', 1],
  guidedFractions: FLAG,
  sparseRows: FLAG,
  neighborStarts: FLAG,
  partitions: ['4x4', true],
  mixedReferences: FLAG,
  refs: integer(0, 17),
  rdo: FLAG,
  fastIntra: FLAG,
  trellis: FLAG,
  tune: ['vmaf', 1],
  weightP: FLAG,
  psyRd: [-0.1, 10.5, Number.NaN, '1'],
  psyTrellis: [-0.1, 10.5, Number.NaN, '1'],
};

/** The options that there are, as the encoder itself says when it meets another. */
function optionNames(): string[] {
  try {
    createH264Encoder({ ...BASE, quality: 3 } as H264Options);
  } catch (error) {
    const message = (error as Error).message;
    expect(message).toContain('h264.options.quality: unknown option, allowed are width, height');
    return message.slice(message.indexOf('are ') + 4).split(', ');
  }
  throw new Error('an unknown option was taken');
}

describe.each(optionNames())('option %s', (name) => {
  const [first, ...rest] = BAD[name] ?? [];

  it('has bad values to refuse', () => {
    expect(BAD[name]).toBeDefined();
  });

  const hasOthers =
    typeof first === 'object' && first !== null && /^(vbv|hrd|statistics)/.test(name);
  const others = hasOthers ? (first as object) : {};
  const values = hasOthers ? rest : [first, ...rest];

  it.each(values.map((value) => [value]))('refuses %j', (value) => {
    const open = () => createH264Encoder({ ...BASE, ...others, [name]: value } as H264Options);
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(`h264.options.${name}`);
    expect(open).toThrow(/allowed|wanted|too low|got no pictures|must hold|missing/);
  });
});

describe('options', () => {
  it.each([undefined, null, 3, 'medium'])('refuse %j in place of an object', (options) => {
    expect(() => createH264Encoder(options as unknown as H264Options)).toThrow(ConfigError);
  });

  it.each([
    [{ qp: 20, crf: 20 }, 'crf: contradicts qp'],
    [{ qp: 20, bitRate: 1e6 }, 'bitRate: contradicts qp'],
    [{ crf: 20, bitRate: 1e6 }, 'bitRate: contradicts crf'],
    [{ qp: 20, vbvMaxRate: 1e6, vbvBufferSize: 1e6 }, 'a constant quantizer cannot keep a buffer'],
    [{ crf: 20, vbvMaxRate: 1e6, vbvBufferSize: 1e6, hrd: 'cbr' }, 'cbr needs bitRate'],
    [{ crf: 20, vbvInitialFullness: 0.5 }, 'means nothing without vbvBufferSize'],
    [{ ...VBV, vbvBufferSize: 4000 }, 'it must hold one picture even if that is coded without'],
    [
      { width: 1920, height: 1080, level: '3.1' },
      'got 8160 macroblocks per frame, allowed 0..3600',
    ],
    [{ width: 1280, height: 720, frameRate: [60, 1], level: '3.1' }, 'got 216000 macroblocks per'],
    [{ level: '3', ...VBV, vbvMaxRate: 2e7 }, 'allowed 0..12000000 (MaxBR'],
    [{ level: '3', ...VBV, vbvBufferSize: 2e7 }, 'allowed 0..12000000 (MaxCPB'],
    [{ slices: 2, sliceBytes: 1200 }, 'contradicts slices'],
  ] as [object, string][])('refuse %j', (change, message) => {
    const open = () => createH264Encoder({ ...BASE, ...change } as H264Options);
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(message);
  });
});
