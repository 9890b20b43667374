/** Levels that keep detail: `psyTrellis` leaves more of it, costs bits, and the decoder's pictures are the encoder's. */
import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../../../src/base/errors.ts';
import { createH264BaselineEncoder } from '../../../../src/codecs/h264/encoder/create-baseline-encoder.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { codePictures, expectDecodedAsReconstructed } from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const OPTIONS: H264Options = {
  ...{ width: 64, height: 48, frameRate: [25, 1], preset: 'medium', profile: 'high' },
  ...{ qp: 30, psyRd: 0, bframes: 0 },
};
const pictures = drawScene({ content: 'texture', seed: 3, dx: 1.5, dy: 0.5 }, 64, 48, 5);

/** Sum of the differences between samples and their neighbors to the right: how much detail there is. */
function detailOf(picture: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < 64 * 48 - 1; i++) sum += Math.abs(picture[i + 1]! - picture[i]!);
  return sum;
}

function code(more: Partial<H264Options>) {
  const { packets, reconstructed } = codePictures({ ...OPTIONS, ...more }, pictures);
  const bytes = packets.reduce((sum, { data }) => sum + data.length, 0);
  return { bytes, detail: reconstructed.reduce((sum, picture) => sum + detailOf(picture), 0) };
}

describe('psyTrellis', () => {
  it.each([{}, { cabac: false }, { transform8x8: false }, { profile: 'baseline' }] as const)(
    'keeps more detail for more bits: %j',
    (more) => {
      const plain = code({ psyTrellis: 0, ...more });
      const kept = code({ psyTrellis: 1.5, ...more });
      expect(kept.detail).toBeGreaterThan(plain.detail);
      expect(kept.bytes).toBeGreaterThan(plain.bytes);
    },
  );

  it.each([
    { qp: 0, psyTrellis: 10 },
    { qp: 51, psyTrellis: 10 },
    { crf: 24, psyTrellis: 0.7, bframes: 2, scaling: 'default' },
  ] as const)('is decoded as reconstructed: %j', ({ ...more }) => {
    const { qp: _, ...others } = OPTIONS;
    expectDecodedAsReconstructed(codePictures({ ...others, ...more }, pictures));
  });

  it('says nothing where levels are not decided', () => {
    expect(code({ trellis: false, psyTrellis: 5 })).toEqual(
      code({ trellis: false, psyTrellis: 0 }),
    );
  });

  it('is a tool that the small encoder is without', () => {
    const { profile: _, ...others } = OPTIONS;
    const options = { ...others, psyTrellis: 1 };
    expect(() => createH264Encoder(options)).not.toThrow();
    expect(() => createH264BaselineEncoder(options)).toThrow(UnsupportedError);
  });
});
