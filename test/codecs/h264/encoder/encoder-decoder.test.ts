/**
 * The decoder is the judge: whatever the options and the pictures, ffmpeg decodes the stream without a warning and shows
 * exactly the pictures that the encoder says it reconstructed. And what the encoder refuses.
 *
 * VITRINE_RUNS sets the number of random cases, VITRINE_SEED where they start.
 */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, StateError } from '../../../../src/base/errors.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import { QUIET_INSPECTOR } from '../../../../src/codecs/h264/encoder/inspector.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { PRESETS, presetOptions } from '../../../../src/codecs/h264/encoder/speed-options.ts';
import { TUNES } from '../../../../src/codecs/h264/encoder/tunes.ts';
import type { Zone } from '../../../../src/codecs/h264/encoder/zones.ts';
import { runFfmpeg } from '../../../support/ffmpeg.ts';
import {
  byteStreamOf,
  type CodedPictures,
  codePictures,
  expectDecodedAsReconstructed,
  frameOf,
  pictureSize,
} from '../../../support/h264.ts';
import { hasMedia, mediaPath } from '../../../support/media.ts';
import { CONTENTS, drawScene } from './content.ts';

const RUNS = Number(process.env.VITRINE_RUNS ?? 60);
const SEED = Number(process.env.VITRINE_SEED ?? 264);

const toolsBeyondBaseline = fc.constantFrom(
  { profile: 'main' },
  { profile: 'main', weightP: true },
  { profile: 'main', cabac: false },
  { profile: 'high', weightP: false },
  { profile: 'high' },
  { profile: 'high', cabac: false },
  { profile: 'high', transform8x8: false },
  { profile: 'high', monochrome: true },
  { profile: 'high', monochrome: true, cabac: false },
  { profile: 'high', scaling: 'default' },
  { profile: 'high', scaling: 'default', cabac: false },
);
/** Lists of weights from 4 to 64, of some kinds of blocks. */
const weights = (length: number) =>
  fc.array(fc.integer({ min: 4, max: 64 }), { minLength: length, maxLength: length });
const ownLists = fc
  .record(
    {
      ...{ intra4x4: weights(16), intra4x4Cr: weights(16), intra8x8: weights(64) },
      ...{ inter4x4: weights(16), inter4x4Cb: weights(16), inter8x8: weights(64) },
    },
    { requiredKeys: [] },
  )
  .map((scalingLists) => ({ profile: 'high', scalingLists }));
const tools = fc.oneof(
  fc.constant({}),
  { weight: 2, arbitrary: fc.constant({ profile: 'baseline' }) },
  { weight: 5, arbitrary: toolsBeyondBaseline },
  ownLists,
);

const qpRange = {
  qpMin: fc.integer({ min: 0, max: 30 }),
  qpMax: fc.integer({ min: 30, max: 51 }),
};

/** Ranges of pictures with a QP or a share of bits of their own. */
const zones = fc.array(
  fc
    .record({
      start: fc.integer({ min: 0, max: 8 }),
      count: fc.integer({ min: 0, max: 5 }),
      rate: fc.oneof(
        fc.record({ qp: fc.integer({ min: 0, max: 51 }) }),
        fc.record({ bitRateFactor: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
      ),
    })
    .map(({ start, count, rate }): Zone => ({ start, end: start + count, ...rate })),
  { maxLength: 3 },
);

/** A picture on its way to black: what weights of references are for. */
function faded(picture: Uint8Array, lumaSamples: number, share: number): Uint8Array {
  return picture.map((sample, i) => {
    const black = i < lumaSamples ? 16 : 128;
    return Math.round(black + (sample - black) * share);
  });
}

/** Whole coded case: pictures to draw and every option that changes what is written. */
const cases = fc.record({
  width: fc.integer({ min: 2, max: 130 }),
  height: fc.integer({ min: 2, max: 130 }),
  fades: fc.boolean(),
  count: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: 12 })),
  scene: fc.record({
    content: fc.constantFrom(...CONTENTS),
    seed: fc.integer({ min: 0, max: 255 }),
    dx: fc.integer({ min: -9, max: 9 }),
    dy: fc.integer({ min: -9, max: 9 }),
  }),
  keys: fc.subarray([1, 2, 3]),
  /** Offsets of QP that the caller asks for, by macroblock and picture; the empty string of them: none. */
  asked: fc.array(fc.integer({ min: -51, max: 51 }), { maxLength: 7 }),
  /** Pictures at which another scene begins, or the first returns. */
  cuts: fc.subarray([1, 2, 3, 4, 5]),
  rate: fc.oneof(
    { weight: 3, arbitrary: fc.record({ qp: fc.integer({ min: 0, max: 51 }) }) },
    fc.record({ crf: fc.double({ min: 0, max: 51, noNaN: true }), ...qpRange }),
    fc.record({
      bitRate: fc.integer({ min: 20_000, max: 4_000_000 }),
      qpStep: fc.integer({ min: 1, max: 51 }),
      ...qpRange,
    }),
    fc.record(
      {
        // A constant rate may not fill the buffer within a picture's time.
        bitRate: fc.integer({ min: 40_000, max: 800_000 }),
        vbvBufferSize: fc.integer({ min: 30_000, max: 1_000_000 }),
        vbvInitialFullness: fc.double({ min: 0.6, max: 1, noNaN: true }),
        hrd: fc.constantFrom('none', 'vbr', 'cbr'),
      },
      { requiredKeys: ['bitRate', 'vbvBufferSize'] },
    ),
  ),
  references: fc.oneof(
    fc.record({ longTermPeriod: fc.integer({ min: 0, max: 4 }), tools }),
    fc.record({
      ...{ sceneMemory: fc.integer({ min: 1, max: 3 }), sceneCut: fc.constant(true), tools },
    }),
    fc.record({ keyPictures: fc.constantFrom('idr', 'recovery'), tools }),
    {
      weight: 3,
      arbitrary: fc.record({
        keyPictures: fc.constantFrom('idr', 'recovery'),
        bframes: fc.integer({ min: 1, max: 16 }),
        bAdapt: fc.constantFrom(0, 1, 2),
        bPyramid: fc.constantFrom('none', 'strict', 'normal'),
        direct: fc.constantFrom('spatial', 'temporal', 'auto'),
        origins: fc.constantFrom('before', 'kept', undefined),
        tools: fc.oneof({ weight: 5, arbitrary: toolsBeyondBaseline }, ownLists),
      }),
    },
  ),
  options: fc.record(
    {
      preset: fc.constantFrom(...PRESETS),
      gopSize: fc.integer({ min: 0, max: 6 }),
      ipOffset: fc.integer({ min: 0, max: 10 }),
      pbOffset: fc.double({ min: 0, max: 10, noNaN: true }),
      search: fc.constantFrom('diamond', 'hexagon', 'multi-hexagon'),
      searchRange: fc.integer({ min: 1, max: 40 }),
      halfSteps: fc.integer({ min: 0, max: 4 }),
      quarterSteps: fc.integer({ min: 0, max: 4 }),
      metric: fc.constantFrom('sad', 'satd'),
      guidedFractions: fc.boolean(),
      sparseRows: fc.boolean(),
      neighborStarts: fc.boolean(),
      partitions: fc.constantFrom('none', '8x8', 'all'),
      refs: fc.integer({ min: 1, max: 16 }),
      mixedReferences: fc.boolean(),
      intra4x4InP: fc.boolean(),
      fastIntra: fc.boolean(),
      rdo: fc.boolean(),
      trellis: fc.boolean(),
      tune: fc.constantFrom(...TUNES.filter((tune) => tune !== 'zerolatency')),
      psyRd: fc.double({ min: 0, max: 10, noNaN: true }),
      psyTrellis: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 10, noNaN: true })),
      typeMargin: fc.double({ min: 1, max: 2, noNaN: true }),
      exactVectors: fc.boolean(),
      zones,
      keyFrames: fc.uniqueArray(fc.constantFrom(0, 0.05, 0.1, 0.101, 0.3)).map((all) => all.sort()),
      deblock: fc.boolean(),
      // Not more than 32 slices, for which ffmpeg has room, even of noise in 81 macroblocks.
      slicing: fc.oneof(
        fc.record({ slices: fc.integer({ min: 1, max: 6 }) }),
        fc.record({ sliceMacroblocks: fc.integer({ min: 3, max: 20 }) }),
        fc.record(
          {
            sliceMacroblocks: fc.integer({ min: 3, max: 40 }),
            sliceBytes: fc.integer({ min: 1400, max: 4000 }),
          },
          { requiredKeys: ['sliceBytes'] },
        ),
      ),
      deblockAcrossSlices: fc.boolean(),
      constrainedIntra: fc.boolean(),
      deblockAlpha: fc.integer({ min: -6, max: 6 }),
      deblockBeta: fc.integer({ min: -6, max: 6 }),
      chromaQpOffset: fc.integer({ min: -12, max: 12 }),
      aqStrength: fc.double({ min: 0, max: 3, noNaN: true }),
      importance: fc.double({ min: 0, max: 5, noNaN: true }),
      lookahead: fc.integer({ min: 0, max: 8 }),
      analysis: fc.constantFrom('hexagon', 'full-search'),
      sceneCut: fc.boolean(),
      minGopSize: fc.integer({ min: 1, max: 4 }),
      settingsSei: fc.boolean(),
      level: fc.constantFrom('3', '4.1', '6.2'),
      accessUnitDelimiters: fc.boolean(),
      collectStatistics: fc.boolean(),
      sampleAspectRatio: fc.constantFrom<[number, number]>([1, 1], [16, 11], [1001, 1000]),
      inspect: fc.constantFrom(undefined, QUIET_INSPECTOR),
    },
    { requiredKeys: ['preset'] },
  ),
});

/** Each picture is there once, decoded at a time of its own, none after it is shown. */
function expectTimes({ packets }: CodedPictures, firstPts: number): void {
  const times = packets.map((packet) => packet.pts).sort((a, b) => a - b);
  expect(times).toEqual(packets.map((_, n) => firstPts + n));
  for (const [n, { pts, dts }] of packets.entries()) {
    expect(dts).toBeLessThanOrEqual(pts);
    if (n > 0) expect(dts).toBe(packets[n - 1].dts + 1);
  }
}

describe('the decoder shows what the encoder reconstructed', () => {
  it(`whatever the options (seed ${SEED}, ${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ width, height, fades, count, scene, keys, asked, cuts, ...drawn }) => {
          const scenes = [scene, { ...scene, seed: 255 - scene.seed, dx: 3 - scene.dx }];
          const shown = scenes.map((one) => drawScene(one, width, height, count));
          const pictures = Array.from({ length: count }, (_, n) => {
            const picture = shown[cuts.filter((cut) => cut <= n).length & 1][n];
            return fades ? faded(picture, width * height, 1 - n / count) : picture;
          });
          const { slicing, ...others } = drawn.options;
          const { tools: profile, ...references } = drawn.references;
          const size = { width, height, frameRate: [30, 1] as [number, number] };
          // Assigned, not spread: a type with all these alternatives at once is more than the compiler can hold.
          const chosen = [others, profile, slicing, references, drawn.rate];
          const options: H264Options = Object.assign({ ...size }, ...chosen);
          const refs = options.refs ?? presetOptions(options.preset ?? 'medium').refs;
          const needed = Math.max(
            refs,
            options.longTermPeriod ? 2 : 1,
            1 + (options.sceneMemory ?? 0),
          );
          const enough = refs >= needed ? options : { ...options, refs: needed };
          const mbs = Math.ceil(width / 16) * Math.ceil(height / 16);
          const offsetsOf = (pts: number) =>
            asked.length === 0
              ? undefined
              : Int8Array.from({ length: mbs }, (_, mb) => asked[(mb + pts) % asked.length]);
          const code = (all: H264Options) =>
            byteStreamOf(codePictures(all, pictures, keys, undefined, offsetsOf));
          const coded = codePictures(enough, pictures, keys, undefined, offsetsOf);
          expect(code({ ...enough, vectorKernels: false })).toEqual(byteStreamOf(coded));
          expectTimes(coded, 0);
          expectDecodedAsReconstructed(coded, options.scalingLists !== undefined);
          await setImmediate();
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it.each([0, 10, 22, 36, 51])(
    'at QP %i, with noise of full range, on the whole ladder',
    async (qp) => {
      const scene = { content: 'noise', seed: qp, dx: 0, dy: 0 } as const;
      const pictures = drawScene(scene, 48, 48, 2);
      for (const preset of ['ultrafast', 'fast', 'veryslow'] as const) {
        const options: H264Options = { width: 48, height: 48, frameRate: [30, 1], preset, qp };
        expectDecodedAsReconstructed(codePictures(options, pictures));
        await setImmediate();
      }
    },
  );

  it.each([0, 2])('at QP %i, with 8x8 blocks whose levels take level_prefix 16', (qp) => {
    const scene = { content: 'mixture', seed: 208, dx: 0, dy: 0 } as const;
    const pictures = drawScene(scene, 60, 97, 1);
    const size = { width: 60, height: 97, frameRate: [30, 1] as const };
    const tools = { profile: 'high', cabac: false } as const;
    const options: H264Options = { ...size, ...tools, qp, slices: 4, refs: 5, level: '3' };
    expectDecodedAsReconstructed(codePictures(options, pictures));
  });

  it('over more pictures than frame_num and idr_pic_id count', () => {
    const pictures = drawScene({ content: 'texture', seed: 5, dx: 1, dy: 2 }, 32, 16, 300);
    const options: H264Options = {
      width: 32,
      height: 16,
      frameRate: [30, 1],
      preset: 'ultrafast',
      qp: 40,
      gopSize: 280,
    };
    expectDecodedAsReconstructed(codePictures(options, pictures));
    expectDecodedAsReconstructed(codePictures({ ...options, gopSize: 1 }, pictures.slice(0, 9)));
  });
});

const CLIPS = [
  ['foreman_176x144_30fps.mkv', 176, 144],
  ['mobile_352x288.h264', 352, 288],
  ['river_176x96_30fps.mkv', 176, 96],
  ['traffic_320x240_30fps.mkv', 320, 240],
  ['webcam_two_people_320x192_12fps.mkv', 320, 192],
  ['juggle_640x360_24fps.mkv', 640, 360],
  ['sintel_640x272_24fps.mkv', 640, 272],
  ['selfie_360x480_30fps.mkv', 360, 480],
  ['coffee_grain_352x288_2997fps.mkv', 352, 288],
  ['street_1280x720_30fps.mkv', 1280, 720],
  ['screen_editor_1280x720_30fps.mkv', 1280, 720],
] as const;

describe.skipIf(!hasMedia)('real clips', () => {
  it.each(CLIPS)('%s is decoded as reconstructed at four QPs', async (name, width, height) => {
    // The larger the picture, the fewer are wanted for the same number of macroblocks.
    const count = width * height > 640 * 360 ? 2 : width * height > 352 * 288 ? 4 : 8;
    const frames = ['-frames:v', `${count}`, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'];
    const raw = runFfmpeg(['-i', mediaPath(`video/${name}`), ...frames], undefined, {
      allowWarnings: true,
    });
    const size = pictureSize(width, height);
    expect(raw.length).toBe(count * size);
    const pictures = Array.from({ length: count }, (_, n) =>
      raw.subarray(n * size, (n + 1) * size),
    );
    const presets = ['ultrafast', 'veryfast', 'fast', 'superfast'] as const;
    for (const [i, qp] of [10, 22, 32, 44].entries()) {
      const preset = presets[i];
      const coded = codePictures({ width, height, frameRate: [30, 1], preset, qp }, pictures);
      expectDecodedAsReconstructed(coded);
      await setImmediate();
    }
  });
});

describe('the encoder as its caller sees it', () => {
  const base: H264Options = {
    ...{ width: 40, height: 24, frameRate: [30, 1], preset: 'fast', qp: 28 },
    profile: 'baseline',
  };
  const pictures = drawScene({ content: 'mixture', seed: 3, dx: 2, dy: 1 }, 40, 24, 6);

  it('gives the same bytes each time, and reads any strides, flipped views too', () => {
    const expected = byteStreamOf(codePictures(base, pictures));
    expect(byteStreamOf(codePictures(base, pictures))).toEqual(expected);
    const encoder = createH264Encoder(base);
    const packets = pictures.flatMap((picture, pts) => {
      const tight = frameOf(picture, 40, 24, pts);
      const planes = tight.planes.map(({ offset, stride }, i) => {
        const rows = i === 0 ? 24 : 12;
        const data = new Uint8Array(rows * (stride + 5) + 7).fill(99);
        for (let y = 0; y < rows; y++) {
          const row = 7 + (rows - 1 - y) * (stride + 5);
          data.set(picture.subarray(offset + y * stride, offset + (y + 1) * stride), row);
        }
        return { data, offset: 7 + (rows - 1) * (stride + 5), stride: -(stride + 5) };
      });
      const out = encoder.encode({ ...tight, planes });
      // Samples are read during the call only.
      for (const plane of planes) plane.data.fill(0);
      return out;
    });
    packets.push(...encoder.flush());
    const { streamInfo } = encoder;
    expect(byteStreamOf({ packets, streamInfo, reconstructed: [] })).toEqual(expected);
  });

  it('starts IDR pictures at gopSize, and where it is told to', () => {
    const keysOf = (options: Partial<H264Options>, keys: number[]): number[] =>
      codePictures({ ...base, ...options }, pictures, keys).packets.flatMap((packet, n) =>
        packet.isKey ? [n] : [],
      );
    expect(keysOf({ sceneCut: false, gopSize: 4 }, [])).toEqual([0, 4]);
    expect(keysOf({ gopSize: 0 }, [])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(keysOf({ sceneCut: false }, [2, 3])).toEqual([0, 2, 3]);
    expect(keysOf({ sceneCut: false, gopSize: 3 }, [2])).toEqual([0, 2, 5]);
    expectDecodedAsReconstructed(codePictures(base, pictures, [2, 3]));
  });

  it('keeps the times that it is given', () => {
    const encoder = createH264Encoder(base);
    const times = [-3, 0, 1, 7, 8, 1e9];
    const packets = pictures.flatMap((p, n) => encoder.encode(frameOf(p, 40, 24, times[n])));
    packets.push(...encoder.flush());
    expect(packets.map((packet) => packet.pts)).toEqual(times);
    expect(packets.map((packet) => packet.dts)).toEqual(times);
  });

  it.each([
    ['width', 1],
    ['width', 16.5],
    ['width', Number.NaN],
    ['width', 1 << 20],
    ['height', 0],
    ['height', -16],
    ['height', '16'],
    ['qp', Number.NaN],
    ['qp', -1],
    ['qp', 52],
    ['qp', 20.5],
    ['gopSize', -1],
    ['gopSize', 1.5],
    ['preset', 'fastest'],
    ['profile', 'extended'],
    ['cabac', true],
    ['transform8x8', true],
    ['search', 'full'],
    ['searchRange', 0],
    ['refs', 17],
    ['refs', 0],
    ['partitions', '4x4'],
    ['deblock', 1],
    ['deblockAlpha', 7],
    ['deblockAlpha', 0.5],
    ['deblockBeta', -7],
    ['deblockBeta', -0.5],
    ['chromaQpOffset', 13],
    ['chromaQpOffset', -12.5],
    ['frameRate', [0, 1]],
    ['frameRate', [30, Number.NaN]],
    ['frameRate', undefined],
    ['sampleAspectRatio', [1, -1]],
    ['slices', 0],
    ['slices', 65],
    ['sliceMacroblocks', 0],
    ['sliceMacroblocks', 1.5],
    ['sliceBytes', 699],
    ['sliceBytes', '1200'],
    ['longTermPeriod', -1],
    ['sceneMemory', 16],
    ['keyPictures', 'i'],
    ['settingsSei', 1],
    ['longTermPeriod', Number.NaN],
    ['constrainedIntra', 1],
    ['quality', 3],
  ])('refuses %s = %j, naming it', (key, value) => {
    const open = () => createH264Encoder({ ...base, [key]: value } as H264Options);
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(`h264.options.${key}`);
  });

  it('begins key pictures at the times of keyFrames, and at no others', () => {
    const pictures = drawScene({ content: 'texture', seed: 1, dx: 1, dy: 0 }, 32, 32, 12);
    const options: H264Options = { width: 32, height: 32, frameRate: [30, 1], qp: 30 };
    const keysOf = (keyFrames: number[], more: Partial<H264Options> = {}) =>
      codePictures({ ...options, sceneCut: false, keyFrames, ...more }, pictures)
        .packets.filter(({ isKey }) => isKey)
        .map(({ pts }) => pts)
        .sort((a, b) => a - b);
    expect(keysOf([])).toEqual([0]);
    expect(keysOf([0, 0.1, 0.21, 99])).toEqual([0, 3, 7]);
    expect(keysOf([0.1, 0.21], { profile: 'high', bframes: 3 })).toEqual([0, 3, 7]);
    expect(keysOf([0.1], { keyPictures: 'idr', gopSize: 5 })).toEqual([0, 3, 8]);
  });

  it('spends bits where qpOffsets of a picture says, and keeps to qpMin and qpMax', () => {
    const pictures = drawScene({ content: 'texture', seed: 3, dx: 2, dy: 1 }, 64, 32, 3);
    const options: H264Options = { width: 64, height: 32, frameRate: [30, 1], preset: 'fast' };
    const offsets = Int8Array.of(-12, -12, 8, 8, -12, -12, 8, 8);
    const coded = codePictures({ ...options, qp: 34 }, pictures, [], undefined, () => offsets);
    const errorOf = (left: number) => {
      let error = 0;
      for (let y = 0; y < 32; y++) {
        for (let x = left; x < left + 32; x++) {
          const at = y * 64 + x;
          error += (coded.reconstructed[2][at] - pictures[2][at]) ** 2;
        }
      }
      return error;
    };
    expect(errorOf(0) * 8).toBeLessThan(errorOf(32));
    const size = (more: Partial<H264Options>) =>
      byteStreamOf(codePictures({ ...options, ...more }, pictures)).length;
    const constant = { importance: 0, sceneCut: false, ipOffset: 0 };
    expect(size({ ...constant, crf: 10, qpMin: 33, qpMax: 33 })).toBe(
      size({ ...constant, qp: 33 }),
    );
    expect(size({ ...constant, crf: 45, qpMax: 33, qpMin: 33 })).toBe(
      size({ ...constant, qp: 33 }),
    );
  });

  it.each([true, false])('names steps of QP by -26 to 25 (cabac %s)', (cabac) => {
    const pictures = drawScene({ content: 'texture', seed: 3, dx: 2, dy: 1 }, 64, 32, 3);
    const steps: number[] = [];
    const inspect = {
      ...QUIET_INSPECTOR,
      element: (_where: string, name: string, _descriptor: string, value: number) => {
        if (name === 'mb_qp_delta') steps.push(value);
      },
    };
    const offsets = Int8Array.of(-26, 25, -26, 25, 25, -26, 25, -26);
    const options: H264Options = {
      ...{ width: 64, height: 32, frameRate: [30, 1], profile: 'high', qp: 26, cabac, inspect },
    };
    const coded = codePictures(options, pictures, [], undefined, () => offsets);
    expectDecodedAsReconstructed(coded);
    expect(Math.min(...steps)).toBeLessThan(0);
    expect(steps.every((step) => step >= -26 && step <= 25)).toBe(true);
  });

  it('refuses a map of offsets of another size', () => {
    const encoder = createH264Encoder({ width: 64, height: 32, frameRate: [30, 1] });
    const frame = frameOf(new Uint8Array(pictureSize(64, 32)), 64, 32, 0);
    expect(() => encoder.encode(frame, { qpOffsets: new Int8Array(7) })).toThrow(
      'h264.encode.qpOffsets: got 7 numbers, needed is an Int8Array of 8, one by macroblock',
    );
  });

  it('refuses frames of another size or format, and times that do not rise', () => {
    const encoder = createH264Encoder(base);
    const frame = frameOf(pictures[0], 40, 24, 5);
    expect(() => encoder.encode({ ...frame, width: 38 })).toThrow(ConfigError);
    expect(() => encoder.encode({ ...frame, height: 26 })).toThrow('h264.encode.frame');
    expect(() => encoder.encode({ ...frame, pixFmt: 'rgb24' })).toThrow('pixFmt');
    expect(() => encoder.encode({ ...frame, pts: Number.NaN })).toThrow('h264.encode.frame.pts');
    encoder.encode(frame);
    for (const pts of [5, 4]) {
      expect(() => encoder.encode({ ...frame, pts })).toThrow('h264.encode.frame.pts');
    }
    expect(() => encoder.encode({ ...frame, pts: 4 })).toThrow(ConfigError);
    const packets = [...encoder.encode({ ...frame, pts: 6 }), ...encoder.flush()];
    expect(packets.at(-1)?.pts).toBe(6);
  });

  it('refuses planes that are missing or too short, and colors that are no code points', () => {
    const encoder = createH264Encoder(base);
    const frame = frameOf(pictures[0], 40, 24, 5);
    const [luma, cb, cr] = frame.planes;
    expect(() => encoder.encode({ ...frame, planes: [] })).toThrow(ConfigError);
    expect(() => encoder.encode({ ...frame, planes: [luma, cb] })).toThrow('planes[2]');
    expect(() => encoder.encode({ ...frame, planes: [luma, { ...cb, stride: 1e6 }, cr] })).toThrow(
      'planes[1]',
    );
    const tight = { ...luma, data: new Uint8Array(40 * 24 - 1), offset: 0, stride: 40 };
    expect(() => encoder.encode({ ...frame, planes: [tight, cb, cr] })).toThrow('planes[0]');
    const color = {
      colour_primaries: 999,
      transfer_characteristics: 1,
      matrix_coefficients: 1,
      video_full_range_flag: 0 as const,
    };
    expect(() => createH264Encoder({ ...base, color })).toThrow('colour_primaries');
  });

  it('codes the next picture as if a refused one had never come', () => {
    const encoder = createH264Encoder(base);
    const frame = frameOf(pictures[0], 40, 24, 5);
    expect(() => encoder.encode({ ...frame, pixFmt: 'rgb24' })).toThrow(ConfigError);
    expect(encoder.encode(frame).length).toBe(1);
  });

  it('refuses work after the end, and a reconstruction before the beginning', () => {
    const encoder = createH264Encoder(base);
    expect(() => encoder.reconstructed).toThrow(StateError);
    expect(encoder.flush()).toEqual([]);
    expect(() => encoder.flush()).toThrow(StateError);
    expect(() => encoder.encode(frameOf(pictures[0], 40, 24, 0))).toThrow(StateError);
  });
});
