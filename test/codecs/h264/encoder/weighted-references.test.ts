/** Weights of references: tables against the equations, fades against ffmpeg. */
import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../../src/base/packet.ts';
import { SyntaxReader } from '../../../../src/bits/syntax-reader.ts';
import {
  weightBlock,
  weightTable,
} from '../../../../src/codecs/h264/standard/weighted-prediction.ts';
import { byteStreamOf, codePictures, expectDecodedAsReconstructed } from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const [WIDTH, HEIGHT, PICTURES] = [96, 80, 12];

/** A moving texture that fades to black: every sample nears 16, chroma 128. */
function fade(): Uint8Array[] {
  const scene = { content: 'texture', seed: 5, dx: 1, dy: 0 } as const;
  return drawScene(scene, WIDTH, HEIGHT, PICTURES).map((picture, n) => {
    const share = 1 - n / PICTURES;
    return picture.map((sample, i) => {
      const black = i < WIDTH * HEIGHT ? 16 : 128;
      return Math.round(black + (sample - black) * share);
    });
  });
}

/** Packets whose first slice refers to picture parameter set 1, that of explicit weights in B slices. */
function explicitPictures(packets: readonly Packet[]): number {
  return packets.filter(({ data }) => {
    const r = new SyntaxReader(data.subarray(5, 25), 'slice');
    r.ue('first_mb_in_slice', 0);
    r.ue('slice_type', 0);
    return r.ue('pic_parameter_set_id', 0) === 1;
  }).length;
}

describe('weighted references', () => {
  it.each([3, 1])(
    'make fades smaller, and the decoder shows what was reconstructed, %i references',
    (refs) => {
      const pictures = fade();
      const size = { width: WIDTH, height: HEIGHT, frameRate: [30, 1] as const };
      const options = { ...size, refs, profile: 'main', qp: 24 } as const;
      const plain = codePictures({ ...options, weightP: false }, pictures);
      const weighted = codePictures({ ...options, weightP: true }, pictures);
      expect(byteStreamOf(weighted).length).toBeLessThan(0.8 * byteStreamOf(plain).length);
      expectDecodedAsReconstructed(weighted);
    },
  );

  it.each([
    { direct: 'spatial', refs: 1, cabac: true },
    { direct: 'temporal', refs: 3, cabac: false },
    { direct: 'auto', refs: 2, cabac: true, bPyramid: 'none', slices: 2 },
  ] as const)('are explicit in B pictures of a fade, %o', (given) => {
    const pictures = fade();
    const size = { width: WIDTH, height: HEIGHT, frameRate: [30, 1] as const };
    const options = { ...size, ...given, bAdapt: 0, bframes: 3, profile: 'main', crf: 22 } as const;
    const coded = codePictures({ ...options, weightP: true }, pictures);
    const plain = codePictures({ ...options, weightP: false }, pictures);
    expect(byteStreamOf(coded).length).toBeLessThan(0.8 * byteStreamOf(plain).length);
    expect(explicitPictures(coded.packets)).toBeGreaterThan(2);
    expectDecodedAsReconstructed(coded);
  });

  it('have tables that say what the equations do', () => {
    for (const [logWD, weight, offset] of [
      [6, 64, 0],
      [6, 50, -7],
      [5, -12, 100],
      [0, 1, 3],
    ] as const) {
      const table = weightTable(logWD, weight, offset);
      const samples = Uint8ClampedArray.from({ length: 256 }, (_, i) => i);
      weightBlock(samples, 0, 16, 16, 16, logWD, weight, offset);
      expect([...table]).toEqual([...samples]);
    }
    expect([...weightTable(6, 64, 0)]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });
});
