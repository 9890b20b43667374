/** Scaling lists: in the parameter sets, and in the steps of quantizers, so that decoders reconstruct what the encoder did. */
import { describe, expect, it } from 'vitest';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { createScaling } from '../../../../src/codecs/h264/encoder/scaling.ts';
import { createQuantizers } from '../../../../src/codecs/h264/kernels/plain/quantize.ts';
import { DEFAULT_SCALING_LISTS } from '../../../../src/codecs/h264/standard/scaling-lists.ts';
import { readAvcRecord } from '../../../../src/syntax/h264/configuration-record.ts';
import { readSequenceParameterSet } from '../../../../src/syntax/h264/sps.ts';
import { codePictures, expectDecodedAsReconstructed } from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const HIGH: H264Options = { profile: 'high', width: 48, height: 40, frameRate: [25, 1] };
const ramp = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, i) => Math.round(from + ((to - from) * i) / (count - 1)));

describe('scaling lists', () => {
  it.each([
    { scaling: 'default', qp: 12, preset: 'veryfast' },
    { scaling: 'default', qp: 26, preset: 'slow', cabac: false },
    { scaling: 'default', crf: 30, preset: 'medium', bframes: 3 },
    { scaling: 'default', qp: 30, preset: 'faster', transform8x8: false },
    { scaling: 'default', qp: 28, monochrome: true },
    { scalingLists: { intra4x4: ramp(16, 4, 64), inter8x8: ramp(64, 64, 4) }, qp: 22 },
    { scalingLists: { inter4x4Cb: ramp(16, 64, 5), inter4x4Cr: ramp(16, 4, 9) }, qp: 0 },
    { scalingLists: { intra8x8: ramp(64, 4, 60), inter4x4: ramp(16, 30, 64) }, qp: 51 },
  ] as const)('are decoded as reconstructed: %j', (more) => {
    for (const content of ['mixture', 'noise'] as const) {
      const pictures = drawScene({ content, seed: 4, dx: 2, dy: 1 }, 48, 40, 5);
      expectDecodedAsReconstructed(codePictures({ ...HIGH, ...more }, pictures));
    }
  });

  it("stand in the sequence parameter set, the standard's by their name", () => {
    const setOf = (more: Partial<H264Options>) =>
      readSequenceParameterSet(
        readAvcRecord(createH264Encoder({ ...HIGH, ...more }).streamInfo.config).sps[0]!,
      ).seq_scaling_matrix;
    expect(setOf({})).toBeNull();
    expect(setOf({ scaling: 'default' })).toEqual(Array(8).fill('default'));
    const intra4x4 = ramp(16, 10, 40);
    const lists = setOf({ scalingLists: { intra4x4 } })!;
    // Entries are in the order of the scan: the second lies to the right of the first, the third below it.
    expect([...(lists[0] as Uint8Array)].slice(0, 4)).toEqual([10, 12, 18, 26]);
    expect(lists[2]).toEqual(lists[0]);
    expect(lists[3]).toEqual(new Uint8Array(16).fill(16));
  });

  it('of weights 16 alone give the quantizers of flat lists', () => {
    const lists = { intra4x4: Array(16).fill(16) };
    const { quantizers } = createScaling({
      profile: 'high',
      scaling: 'flat',
      scalingLists: lists,
    })!;
    const flat = createQuantizers();
    for (const qp of [0, 17, 23, 24, 51]) {
      const [ours, theirs] = [quantizers[52 + qp]!, flat[52 + qp]!];
      expect({ ...ours, rescale: 0, round: 0, down: 0 }).toEqual({ ...theirs, rescale: 0 });
      for (let i = 0; i < 16; i++) {
        const level = 7;
        const scaled = (level * ours.rescale[i]! + ours.round) >> ours.down;
        expect(scaled).toBe(level * theirs.rescale[i]!);
      }
    }
  });

  it('spend fewer bits on fine detail than flat ones of the same QP', () => {
    const pictures = drawScene({ content: 'noise', seed: 2, dx: 1, dy: 0 }, 48, 40, 3);
    const size = (more: Partial<H264Options>) =>
      codePictures({ ...HIGH, qp: 26, ...more }, pictures).packets.reduce(
        (sum, { data }) => sum + data.length,
        0,
      );
    expect(size({ scaling: 'default' })).toBeLessThan(0.95 * size({}));
    const fine = { intra4x4: Array(16).fill(8), inter4x4: Array(16).fill(8) };
    const fine8 = { intra8x8: Array(64).fill(8), inter8x8: Array(64).fill(8) };
    expect(size({ scalingLists: { ...fine, ...fine8 } })).toBeGreaterThan(1.05 * size({}));
  });

  it('of the standard rise with frequency', () => {
    for (const list of DEFAULT_SCALING_LISTS) {
      expect([16, 64]).toContain(list.length);
      // Tables 7-3 and 7-4 rise but for the diagonals' middles, where they fall by 2 at most.
      for (let i = 1; i < list.length; i++) expect(list[i]! - list[i - 1]!).toBeGreaterThan(-3);
    }
  });
});
