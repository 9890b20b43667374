/**
 * Deblocking of whole pictures (clause 8.7), with plain and with vector kernels, against the standard's text in
 * test/reference/h264-deblock.ts: macroblocks of all types beside each other, with motion and residual at random.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncoderMemory } from '../../../../src/codecs/h264/encoder/memory.ts';
import {
  DeblockingFilter,
  type DeblockOptions,
} from '../../../../src/codecs/h264/standard/deblock.ts';
import {
  I_4X4,
  I_16X16,
  I_PCM,
  INTER_8X8,
  INTER_8X16,
  INTER_16X8,
  INTER_16X16,
  isIntra,
  P_SKIP,
} from '../../../../src/codecs/h264/standard/macroblock.ts';
import { mvX, mvY, PictureState, packMv } from '../../../../src/codecs/h264/standard/picture.ts';
import { type BlockAt, deblock, type Plane } from '../../../reference/h264-deblock.ts';

const SEED = 871;
const WIDTH_IN_MBS = 4;
const HEIGHT_IN_MBS = 3;
const MBS = WIDTH_IN_MBS * HEIGHT_IN_MBS;
const WIDTH = 16 * WIDTH_IN_MBS;
const HEIGHT = 16 * HEIGHT_IN_MBS;

const INTER = [P_SKIP, P_SKIP, INTER_16X16, INTER_16X16, INTER_16X8, INTER_8X16, INTER_8X8];
const ALL = [...INTER, I_4X4, I_16X16, I_PCM];

/** Integers 0..below - 1 from a seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % below;
  };
}

/** 4·row + column of a block => number of its partition, for the types that have more than one. */
function partitionOf(mbType: number, block: number): number {
  if (mbType === INTER_16X8) return block >> 3;
  if (mbType === INTER_8X16) return (block & 3) >> 1;
  return mbType === INTER_8X8 ? block : 0;
}

/** A state that an encoder could leave. Vectors differ by little more or less than 4 quarter samples. */
function randomState(random: (below: number) => number, types: readonly number[]): PictureState {
  const state = new PictureState(WIDTH_IN_MBS, HEIGHT_IN_MBS);
  const firstOfSecondSlice = random(2 * MBS);
  const qp = 16 + random(36);
  const referenceCount = 1 + random(2);
  for (let mbAddr = 0; mbAddr < MBS; mbAddr++) {
    const mbType = types[random(types.length)]!;
    const intra = isIntra(mbType);
    state.mbType[mbAddr] = mbType;
    state.sliceOf[mbAddr] = mbAddr < firstOfSecondSlice ? 0 : 1;
    state.qpY[mbAddr] = mbType === I_PCM ? 0 : Math.min(51, qp + random(4));
    const mayHaveResidual = mbType !== P_SKIP && random(2) === 0;
    state.codedBlockPattern[mbAddr] = mbType === I_PCM ? 47 : mayHaveResidual ? random(48) : 0;
    const vectors = Array.from({ length: 16 }, () => packMv(random(6) - 3, random(6) - 3));
    const references = Array.from({ length: 4 }, () => random(referenceCount));
    for (let block = 0; block < 16; block++) {
      const quarter = ((block >> 3) << 1) + ((block & 3) >> 1);
      const isSent = (state.codedBlockPattern[mbAddr]! >> quarter) & 1;
      state.totalCoeff[24 * mbAddr + block] = isSent && random(2) ? 1 + random(16) : 0;
      const partition = partitionOf(mbType, block);
      state.mv[16 * mbAddr + block] = intra ? 0 : vectors[partition]!;
      state.refIdx[4 * mbAddr + quarter] = intra
        ? -1
        : references[mbType === INTER_8X8 ? quarter : partition]!;
    }
  }
  return state;
}

/** Flat 4x4 blocks at about one level, with a little noise. */
function randomPlane(random: (below: number) => number, width: number, height: number): Plane {
  const level = random(256);
  const contrast = 1 + random(24);
  const blocks = Array.from({ length: (width * height) / 16 }, () => level + random(contrast));
  const noise = 1 + random(6);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      Math.min(255, blocks[(y >> 2) * (width >> 2) + (x >> 2)]! + random(noise)),
    ),
  );
}

function filteredByKernels(
  withVectors: boolean,
  planes: readonly Plane[],
  state: PictureState,
  options: DeblockOptions,
): Plane[] {
  const memory = new EncoderMemory(WIDTH_IN_MBS, HEIGHT_IN_MBS, 1, 1, withVectors);
  const { bytes, layout } = memory;
  const { luma, cb, cr } = memory.pictures[0]!;
  const places = [luma, cb, cr];
  const strideOf = (plane: number) => (plane === 0 ? layout.lumaStride : layout.chromaStride);
  planes.forEach((rows, plane) => {
    rows.forEach((row, y) => {
      bytes.set(row, places[plane]! + y * strideOf(plane));
    });
  });
  new DeblockingFilter(memory, layout, options).filterPicture(state, { luma, cb, cr });
  return planes.map((rows, plane) =>
    rows.map((row, y) => {
      const at = places[plane]! + y * strideOf(plane);
      return [...bytes.subarray(at, at + row.length)];
    }),
  );
}

const optionsOf: fc.Arbitrary<DeblockOptions> = fc.record({
  disable_deblocking_filter_idc: fc.constantFrom(0, 2),
  filterOffsetA: fc.integer({ min: -6, max: 6 }).map((i) => 2 * i),
  filterOffsetB: fc.integer({ min: -6, max: 6 }).map((i) => 2 * i),
  chroma_qp_index_offset: fc.integer({ min: -12, max: 12 }),
});

describe('DeblockingFilter', () => {
  it.each([
    ['Inter macroblocks', INTER],
    ['macroblocks of all types', ALL],
  ])('filters %s as clause 8.7 says', (_, types) => {
    let changed = 0;
    fc.assert(
      fc.property(optionsOf, fc.integer(), (options, seed) => {
        const random = randomFrom(seed);
        const state = randomState(random, types);
        const planes = [1, 2, 2].map((scale) => randomPlane(random, WIDTH / scale, HEIGHT / scale));
        const expected = structuredClone(planes);
        const [luma, ...chroma] = expected;
        const blockAt = (x: number, y: number): BlockAt => {
          const mbAddr = (y >> 4) * WIDTH_IN_MBS + (x >> 4);
          const block = (((y >> 2) & 3) << 2) + ((x >> 2) & 3);
          const mv = state.mv[16 * mbAddr + block]!;
          return {
            mbAddr,
            slice: state.sliceOf[mbAddr]!,
            intra: isIntra(state.mbType[mbAddr]!),
            qpY: state.qpY[mbAddr]!,
            hasCoefficients: state.totalCoeff[24 * mbAddr + block] !== 0,
            refIdx: state.refIdx[4 * mbAddr + (((y >> 3) & 1) << 1) + ((x >> 3) & 1)]!,
            mv: [mvX(mv), mvY(mv)],
          };
        };
        deblock({ ...options, width: WIDTH, height: HEIGHT, luma: luma!, chroma, blockAt });
        for (const withVectors of [false, true]) {
          expect(filteredByKernels(withVectors, planes, state, options)).toEqual(expected);
        }
        if (String(planes) !== String(expected)) changed++;
      }),
      { seed: SEED, numRuns: 150 },
    );
    expect(changed).toBeGreaterThan(75);
  });
});
