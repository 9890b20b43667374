/**
 * Levels that keep detail (option `psyTrellis`). Not normative.
 *
 * Choice: where levels are decided by rate and distortion, each luma coefficient except DC is taken as a part of a step larger,
 * in the direction of the same coefficient of the source. To minimize (c + b - r)² is to minimize (c - r)² - 2·b·r; so a level
 * that adds to the detail of the picture is kept more easily, and one that takes from it is dropped more easily. Source: the
 * idea of psy-trellis in x264, which adds such a term to the distortion of each level. Figures: docs/h264/psy.md.
 */
import { forwardDifference4x4 } from '../kernels/plain/forward-transform.ts';
import { forwardDifference8x8 } from '../kernels/plain/residual-8x8.ts';
import { BLOCK_X, BLOCK_Y, ZIGZAG } from '../standard/macroblock.ts';
import { ZIGZAG_8X8_BY_COLUMN } from '../standard/transform-8x8.ts';
import type { LevelDecider } from './level-decision.ts';
import { type EncoderMemory, SOURCE_STRIDE } from './memory.ts';

/** Steps by which coefficients count further on at strength 1. */
const BIAS = 0.25;

const LUMA_BLOCKS = 16;
const LUMA_BYTES = 256;
const BLOCK_BYTES_8X8 = 128;

/** A decider that does as another does with coefficients that were moved; `strength` is the value of the option. */
export function psyLevelDecider(
  inner: LevelDecider,
  memory: EncoderMemory,
  strength: number,
): LevelDecider {
  const source = new SourceDetail(memory);
  const bias = BIAS * strength;
  const { decideLuma, decide8x8 } = inner;
  return {
    startPicture: (isIntra, grain) => inner.startPicture(isIntra, grain),
    get isIntra() {
      return inner.isIntra;
    },
    set isIntra(isIntra) {
      inner.isIntra = isIntra;
    },
    startMacroblock() {
      source.startMacroblock();
      inner.startMacroblock();
    },
    decide(quantizer, original, levels, block, ...rest) {
      const at = (original.byteOffset >> 1) + 16 * block;
      if (block < LUMA_BLOCKS) source.move4x4(quantizer.step, bias, at, block);
      return inner.decide(quantizer, original, levels, block, ...rest);
    },
    decideLuma:
      decideLuma === null
        ? null
        : (quantizer, first, coefficients, levels, masks) => {
            const at = coefficients >> 1;
            for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
              source.move4x4(quantizer.step, bias, at + 16 * blkIdx, blkIdx);
            }
            return decideLuma(quantizer, first, coefficients, levels, masks);
          },
    decide8x8:
      decide8x8 === null
        ? null
        : (quantizer, coefficients, levels, masks) => {
            source.move8x8(quantizer.step, bias, coefficients);
            return decide8x8(quantizer, coefficients, levels, masks);
          },
  };
}

function signed(magnitude: number, like: number): number {
  return like < 0 ? -Math.round(magnitude) : Math.round(magnitude);
}

/** The luma of the macroblock at hand, transformed when it is asked for. */
class SourceDetail {
  private readonly coefficients4x4: Int16Array = new Int16Array(256);
  private readonly coefficients8x8: Int16Array = new Int16Array(256);
  /** All of the encoder's memory as 16-bit numbers. */
  private readonly halves: Int16Array;
  private readonly memory: EncoderMemory;
  /** The luma, and behind it a row of zeros, which stands for all rows of a prediction of 0. */
  private readonly bytes = new Uint8Array(LUMA_BYTES + 16);
  private readonly words = new Int32Array(this.bytes.buffer);
  private has4x4 = false;
  private has8x8 = false;

  constructor(memory: EncoderMemory) {
    this.memory = memory;
    this.halves = new Int16Array(memory.bytes.buffer);
  }

  startMacroblock(): void {
    const { bytes, source } = this.memory;
    for (let i = 0; i < LUMA_BYTES; i++) this.bytes[i] = bytes[source + i];
    this.has4x4 = false;
    this.has8x8 = false;
  }

  /** Moves the coefficients of a 4x4 block at a place in `halves` by so many steps. */
  move4x4(step: Float64Array, bias: number, coefficients: number, blkIdx: number): void {
    this.transform4x4();
    const { coefficients4x4, halves } = this;
    for (let i = 1; i < 16; i++) {
      const own = coefficients4x4[16 * blkIdx + ZIGZAG[i]];
      if (own !== 0) halves[coefficients + ZIGZAG[i]] += signed(bias * step[i], own);
    }
  }

  /** The same of an 8x8 block at a position in memory. */
  move8x8(step: Float64Array, bias: number, coefficients: number): void {
    this.transform8x8();
    const { coefficients8x8, halves } = this;
    const b8 = (coefficients - this.memory.coefficients) / BLOCK_BYTES_8X8;
    for (let i = 1; i < 64; i++) {
      const place = ZIGZAG_8X8_BY_COLUMN[i];
      const own = coefficients8x8[64 * b8 + place];
      if (own !== 0) halves[(coefficients >> 1) + place] += signed(bias * step[i], own);
    }
  }

  private transform4x4(): void {
    if (this.has4x4) return;
    this.has4x4 = true;
    const { words, coefficients4x4 } = this;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      const at = 4 * (BLOCK_Y[blkIdx] * SOURCE_STRIDE + BLOCK_X[blkIdx]);
      const to = 16 * blkIdx;
      forwardDifference4x4(words, at, SOURCE_STRIDE, LUMA_BYTES, 0, coefficients4x4, to);
    }
  }

  private transform8x8(): void {
    if (this.has8x8) return;
    this.has8x8 = true;
    const { bytes, coefficients8x8 } = this;
    for (let b8 = 0; b8 < 4; b8++) {
      const at = 8 * ((b8 >> 1) * SOURCE_STRIDE + (b8 & 1));
      forwardDifference8x8(bytes, at, SOURCE_STRIDE, LUMA_BYTES, 0, coefficients8x8, 64 * b8);
    }
  }
}
