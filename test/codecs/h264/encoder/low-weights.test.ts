/** Fades in the lookahead: weights of pictures of half the size, and what follows from them. */
import { describe, expect, it } from 'vitest';
import { LowResolution } from '../../../../src/codecs/h264/encoder/low-resolution.ts';
import {
  createLowWeights,
  WEIGHTED_PLANES,
} from '../../../../src/codecs/h264/encoder/low-weights.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/index.ts';
import type { VideoFrame } from '../../../../src/frames/frame.ts';

const WIDTH = 8;
const HEIGHT = 6;
const STRIDE = 16 * WIDTH;

/** A texture seen from (dx, 0), its samples mapped by `level`. */
function texture(dx: number, level: (value: number) => number): Uint8Array {
  const luma = new Uint8Array(STRIDE * 16 * HEIGHT);
  for (let y = 0; y < 16 * HEIGHT; y++) {
    for (let x = 0; x < STRIDE; x++) {
      const wave = Math.sin((x + dx) / 4) + Math.sin(y / 3) + Math.sin((x + dx + 2 * y) / 5);
      luma[y * STRIDE + x] = Math.round(level(128 + 32 * wave));
    }
  }
  return luma;
}

const same = (value: number) => value;

describe('LowWeights', () => {
  it('finds the weight and offset of a fade, and none where nothing changes', () => {
    const planes = new LowResolution(WIDTH, HEIGHT, 3 + WEIGHTED_PLANES, true);
    const weights = createLowWeights(planes, 3);
    const still = new Int32Array(WIDTH * HEIGHT);
    planes.load(0, texture(0, same), 0, STRIDE);
    planes.load(
      1,
      texture(0, (value) => 16 + 0.75 * (value - 16)),
      0,
      STRIDE,
    );
    planes.load(2, texture(1, same), 0, STRIDE);
    const table = weights.tableOf(1, 0, still)!;
    for (const value of [40, 128, 220]) {
      expect(Math.abs(table[value] - (16 + 0.75 * (value - 16)))).toBeLessThanOrEqual(2);
    }
    expect(weights.tableOf(0, 0, still)).toBeNull();
    expect(weights.tableOf(2, 0, still)).toBeNull();
  });

  it('makes a copy in which a picture that moves and fades is found', () => {
    const planes = new LowResolution(WIDTH, HEIGHT, 2 + WEIGHTED_PLANES, true);
    const weights = createLowWeights(planes, 2);
    const mbs = WIDTH * HEIGHT;
    const create = () => ({
      intra: new Int32Array(mbs),
      inter: new Int32Array(mbs),
      mv: new Int32Array(mbs),
    });
    planes.load(0, texture(0, same), 0, STRIDE);
    planes.load(
      1,
      texture(4, (value) => 0.6 * value),
      0,
      STRIDE,
    );
    const plain = create();
    const weighted = create();
    planes.analyze(1, 0, null, plain);
    const table = weights.tableOf(1, 0, plain.mv)!;
    planes.analyze(1, weights.copy(0, table, 0), null, weighted);
    const sum = (costs: Int32Array) => costs.reduce((all, one) => all + one, 0);
    expect(sum(weighted.inter)).toBeLessThan(sum(plain.inter) / 2);
  });

  it('is asked anew of a plane that another picture was loaded into', () => {
    const planes = new LowResolution(WIDTH, HEIGHT, 2 + WEIGHTED_PLANES, true);
    const weights = createLowWeights(planes, 2);
    const still = new Int32Array(WIDTH * HEIGHT);
    planes.load(0, texture(0, same), 0, STRIDE);
    planes.load(1, texture(0, same), 0, STRIDE);
    expect(weights.tableOf(1, 0, still)).toBeNull();
    planes.load(
      1,
      texture(0, (value) => 0.5 * value),
      0,
      STRIDE,
    );
    weights.begin(1);
    expect(weights.tableOf(1, 0, still)).not.toBeNull();
  });
});

/** Numbers of the key pictures, and bytes of all, of a texture that moves and is `gain(n)` as bright in picture n. */
function encode(gain: (n: number) => number, weightP: boolean) {
  const luma = STRIDE * 16 * HEIGHT;
  const frame = (n: number): VideoFrame => {
    const data = new Uint8Array((luma * 3) / 2).fill(128);
    data.set(texture(n, (value) => 16 + gain(n) * (value - 16)));
    return {
      pixFmt: 'yuv420p',
      width: STRIDE,
      height: 16 * HEIGHT,
      pts: n,
      planes: [
        { data, offset: 0, stride: STRIDE },
        { data, offset: luma, stride: STRIDE / 2 },
        { data, offset: (luma * 5) / 4, stride: STRIDE / 2 },
      ],
    };
  };
  const size = { width: STRIDE, height: 16 * HEIGHT, frameRate: [25, 1] as const };
  const encoder = createH264Encoder({ ...size, profile: 'high', weightP });
  const packets = Array.from({ length: 24 }, (_, n) => encoder.encode(frame(n))).flat();
  packets.push(...encoder.flush());
  return {
    keys: packets.filter(({ isKey }) => isKey).map(({ pts }) => pts),
    bytes: packets.reduce((sum, { data }) => sum + data.length, 0),
  };
}

describe('weights in the lookahead', () => {
  it('let no scene begin in a fade to black', () => {
    const gain = (n: number) => Math.max(0, 1 - n / 20);
    const { keys, bytes } = encode(gain, true);
    expect(keys).toEqual([0]);
    expect(bytes).toBeLessThan(encode(gain, false).bytes);
  });

  it.each([0, 0.1, 1.5])('let no scene begin after a flash, %d times as bright', (brightness) => {
    expect(encode((n) => (n === 12 ? brightness : 1), true).keys).toEqual([0]);
  });
});
