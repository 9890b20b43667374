/**
 * The examples of docs/h264, computed anew: what the chapters print must be what the code gives. Each computed line is
 * looked for in its chapter.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BitWriter } from '../../../src/bits/bit-writer.ts';
import { ByteWriter } from '../../../src/bits/byte-writer.ts';
import { LAMBDA_SAD, LAMBDA_SSD } from '../../../src/codecs/h264/encoder/lambda.ts';
import { decideLevels } from '../../../src/codecs/h264/encoder/level-decision.ts';
import { EncoderMemory, extendEdges } from '../../../src/codecs/h264/encoder/memory.ts';
import { createH264Encoder } from '../../../src/codecs/h264/index.ts';
import { forwardDifference4x4 } from '../../../src/codecs/h264/kernels/plain/forward-transform.ts';
import {
  createQuantizer,
  FULL_ROUNDING,
  quantize4x4,
  scaleLevels,
} from '../../../src/codecs/h264/kernels/plain/quantize.ts';
import { residualBlockBits, writeResidualBlock } from '../../../src/codecs/h264/standard/cavlc.ts';
import { DeblockingFilter } from '../../../src/codecs/h264/standard/deblock.ts';
import { predictLuma } from '../../../src/codecs/h264/standard/interpolation.ts';
import { predictIntra4x4 } from '../../../src/codecs/h264/standard/intra-4x4.ts';
import { I_16X16, INTER_16X16 } from '../../../src/codecs/h264/standard/macroblock.ts';
import {
  GRID_ORIGIN,
  GRID_STRIDE,
  MotionGrid,
} from '../../../src/codecs/h264/standard/motion-prediction.ts';
import { mvX, mvY, PictureState, packMv } from '../../../src/codecs/h264/standard/picture.ts';
import { chromaQp } from '../../../src/codecs/h264/standard/scaling.ts';
import { addInverse4x4 } from '../../../src/codecs/h264/standard/transform.ts';
import type { VideoFrame } from '../../../src/frames/frame.ts';
import { appendNalUnit } from '../../../src/syntax/h264/nal.ts';

/** The chapter with its runs of spaces made one, so that the layout of tables and blocks does not matter. */
function chapter(name: string): string {
  const url = new URL(`../../../docs/h264/${name}.md`, import.meta.url);
  return readFileSync(url, 'utf8').replace(/ +/g, ' ');
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function samples(bytes: ArrayLike<number>, at: number, count: number): string {
  return Array.from({ length: count }, (_, i) => bytes[at + i]).join(' ');
}

/** A row of a table with these cells. */
function row(...cells: (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function grayFrame(width: number, height: number, pts: number): VideoFrame {
  const plane = (w: number, h: number) => ({
    data: new Uint8Array(w * h).fill(128),
    offset: 0,
    stride: w,
  });
  const chroma = () => plane(width / 2, height / 2);
  return {
    pixFmt: 'yuv420p',
    width,
    height,
    pts,
    planes: [plane(width, height), chroma(), chroma()],
  };
}

describe('the bitstream', () => {
  const text = chapter('bitstream');

  it('puts in emulation prevention bytes', () => {
    const out = new ByteWriter();
    appendNalUnit(out, 1, 5, Uint8Array.of(0x12, 0, 0, 1, 0, 0, 0, 0x80));
    expect(text).toContain(hex(out.toBytes()));
  });

  it('has the parameter sets of 322x238', () => {
    const encoder = createH264Encoder({
      width: 322,
      height: 238,
      frameRate: [25, 1],
      preset: 'ultrafast',
      qp: 28,
    });
    const record = encoder.streamInfo.config;
    const spsLength = (record[6] << 8) | record[7];
    expect(text).toContain(`SPS ${hex(record.subarray(8, 8 + spsLength))}\n`);
    expect(text).toContain(`PPS ${hex(record.subarray(8 + spsLength + 3))}\n`);
  });

  it('codes two gray pictures', () => {
    const encoder = createH264Encoder({
      width: 32,
      height: 32,
      frameRate: [25, 1],
      preset: 'ultrafast',
      qp: 28,
      deblock: true,
    });
    for (let pts = 0; pts < 2; pts++) {
      const [packet] = encoder.encode(grayFrame(32, 32, pts));
      expect(text).toContain(`packet is \`${hex(packet.data)}\``);
    }
  });
});

describe('intra prediction', () => {
  it('predicts the nine modes', () => {
    const text = chapter('intra');
    const bytes = new Uint8Array(512);
    const words = new Int32Array(bytes.buffer);
    const at = 40;
    bytes.set([100, 100, 110, 120, 130, 140, 150, 160, 170], at - 33);
    [90, 80, 70, 60].forEach((value, y) => {
      bytes[at + 32 * y - 1] = value;
    });
    const names = [
      'Vertical',
      'Horizontal',
      'DC',
      'Diagonal_Down_Left',
      'Diagonal_Down_Right',
      'Vertical_Right',
      'Horizontal_Down',
      'Vertical_Left',
      'Horizontal_Up',
    ];
    predictIntra4x4(bytes, words, at, 32, 64, 7, true);
    names.forEach((name, mode) => {
      const rows = [0, 1, 2, 3].map((y) => samples(bytes, 256 + 16 * mode + 4 * y, 4));
      expect(text).toContain(row(`${mode} ${name}`, ...rows));
    });
  });
});

describe('motion', () => {
  const text = chapter('motion');

  it('interpolates the row', () => {
    const memory = new EncoderMemory(1, 1, 1, 1, true);
    const { layout } = memory;
    const picture = memory.pictures[0];
    const values = [10, 10, 10, 10, 10, 10, 10, 60, 200, 220, 220, 220, 220, 220, 220, 220];
    for (let y = 0; y < 16; y++) memory.bytes.set(values, picture.luma + y * layout.lumaStride);
    extendEdges(memory, picture.luma, layout.lumaStride, 16, 16, 48);
    const to = memory.blocks[2];
    for (let xFrac = 0; xFrac < 4; xFrac++) {
      predictLuma(memory, picture, 4 * 6 + xFrac, 0, 4, 4, to, 16);
      expect(text).toContain(row(xFrac, samples(memory.bytes, to, 4)));
    }
  });

  it('predicts vectors', () => {
    const grid = new MotionGrid();
    const set = (at: number, x: number, y: number) => {
      grid.refIdx[at] = 0;
      grid.mv[at] = packMv(x, y);
    };
    set(GRID_ORIGIN - 1, 8, -2);
    set(GRID_ORIGIN - GRID_STRIDE, 5, 0);
    set(GRID_ORIGIN - GRID_STRIDE + 4, -3, 4);
    const shown = (mv: number) => `(${mvX(mv)}, ${mvY(mv)})`;
    expect(text).toContain(`16x16 | ${shown(grid.predict(0, 0, 4, 0))}`);
    expect(text).toContain(`upper half | ${shown(grid.predict16x8(0, 0))}`);
    expect(text).toContain(`right half | ${shown(grid.predict8x16(2, 0))}`);
    expect(text).toContain(`\`predictSkip()\` | ${shown(grid.predictSkip())}`);
  });
});

/** The block of the chapter on the transform: source at 0, prediction at 256, rows of 16. */
function transformBlock() {
  const buffer = new ArrayBuffer(1024);
  const bytes = new Uint8Array(buffer);
  const source = ['121 125 131 140', '119 120 127 134', '110 114 118 126', '104 103 110 117'];
  source.forEach((line, y) => {
    bytes.set(line.split(' ').map(Number), 16 * y);
    bytes.fill(112, 256 + 16 * y, 260 + 16 * y);
  });
  const coefficients = new Int16Array(16);
  forwardDifference4x4(new Int32Array(buffer), 0, 16, 256, 16, coefficients, 0);
  return { buffer, bytes, source, coefficients };
}

describe('transform and quantization', () => {
  const text = chapter('transform');

  it('goes there and back', () => {
    const { buffer, bytes, source, coefficients } = transformBlock();
    for (let y = 0; y < 4; y++) {
      expect(text).toContain(`\n ${samples(coefficients, 4 * y, 4)}\n`);
    }
    const levels = new Int16Array(16);
    const quantizer = createQuantizer(28, 1 / 3);
    const mask = quantize4x4(quantizer, coefficients, 0, levels, 0, 0);
    scaleLevels(quantizer, levels, 0, mask, coefficients, 0, 0);
    expect(mask).toBe(0b111);
    expect(text).toContain(`here ${Array.from(levels.subarray(0, 3)).join(', ')}, then zeros`);
    addInverse4x4(new Uint8ClampedArray(buffer), 256, 16, coefficients, 0);
    source.forEach((line, y) => {
      const was = y === 0 ? 'was ' : '';
      expect(text).toContain(`\n ${samples(bytes, 256 + 16 * y, 4)} ${was}${line}\n`);
    });
  });

  it('has the QP of chroma', () => {
    const qps = [28, 29, 30, 36, 40, 45, 51];
    expect(text).toContain(row('QPY', ...qps));
    expect(text).toContain(row('QPc', ...qps.map((qp) => chromaQp(qp, 0))));
  });
});

describe('CAVLC', () => {
  it('codes the block', () => {
    const text = chapter('cavlc');
    const levels = Int16Array.of(7, -3, 0, 2, 0, 0, -1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    const writer = new BitWriter();
    writeResidualBlock(writer, levels, 0, 0b11001011, 16, 0);
    expect(writer.bitPosition).toBe(32);
    const bits = Array.from(writer.toBytes(), (byte) => byte.toString(2).padStart(8, '0'));
    expect(text).toContain(`\`${bits.join('')}\``);
    const counts = [0, 2, 4, 8].map((nC) => residualBlockBits(levels, 0, 0b11001011, 16, nC));
    expect(text).toContain(`${counts.slice(0, 3).join(', ')} and ${counts[3]} bits`);
  });
});

describe('deblocking', () => {
  const cases = [
    { step: 8, bS: 4 },
    { step: 20, bS: 4 },
    { step: 20, bS: 2 },
    { step: 20, bS: 1 },
    { step: 20, bS: 0 },
    { step: 50, bS: 4 },
  ];
  it.each(cases)('filters a step of $step at strength $bS', ({ step, bS }) => {
    const memory = new EncoderMemory(2, 1, 1, 1, true);
    const { layout, bytes } = memory;
    const { luma, cb, cr } = memory.pictures[0];
    for (let y = 0; y < 16; y++) {
      const at = luma + y * layout.lumaStride;
      bytes.fill(100, at, at + 16);
      bytes.fill(100 + step, at + 16, at + 32);
    }
    const state = new PictureState(2, 1);
    state.sliceOf.fill(0);
    state.mbType.fill(bS === 4 ? I_16X16 : INTER_16X16);
    state.qpY.fill(32);
    state.refIdx.fill(bS === 4 ? -1 : 0);
    if (bS === 2) {
      state.totalCoeff.fill(1, 24, 40);
      state.codedBlockPattern[1] = 15;
    }
    // A difference of 4 quarter samples is bS 1, one of 3 is bS 0.
    if (bS < 2) state.mv.fill(packMv(3 + bS, 0), 16);
    new DeblockingFilter(memory, layout, {
      disable_deblocking_filter_idc: 0,
      filterOffsetA: 0,
      filterOffsetB: 0,
      chroma_qp_index_offset: 0,
    }).filterPicture(state, { luma, cb, cr });
    const shown = `${samples(bytes, luma + 11, 5)} / ${samples(bytes, luma + 16, 5)}`;
    expect(chapter('deblocking')).toContain(row(step, bS, shown));
  });
});

describe('decisions', () => {
  const text = chapter('decisions');

  it('has lambda', () => {
    const qps = [16, 22, 27, 28, 32, 37, 51];
    expect(text).toContain(row('QP', ...qps));
    expect(text).toContain(row('`LAMBDA_SAD` (SAD, SATD)', ...qps.map((qp) => LAMBDA_SAD[qp])));
    const squares = qps.map((qp) => LAMBDA_SSD[qp].toFixed(1));
    expect(text).toContain(row('`LAMBDA_SSD` (squares)', ...squares));
  });

  it('decides the levels of the block', () => {
    const { coefficients } = transformBlock();
    const quantizer = createQuantizer(29, FULL_ROUNDING);
    const levels = new Int16Array(16);
    const mask = quantize4x4(quantizer, coefficients, 0, levels, 0, 0);
    const shown = () =>
      `| ${samples(levels, 0, 3)} | ${residualBlockBits(levels, 0, mask, 16, 0)} |`;
    const lambda = LAMBDA_SSD[29];
    const last = coefficients[4];
    expect(text).toContain(shown());
    expect(decideLevels(quantizer, coefficients, levels, 0, mask, 0, 0, lambda)).toBe(mask);
    expect(text).toContain(shown());
    expect(text).toContain(`${last} with steps of 115, is ${(last / 115).toFixed(2)} steps`);
    const more = ((last - 115) ** 2 - (last - 2 * 115) ** 2) / 40;
    expect(text).toContain(`errs by ${more.toFixed(0)} more`);
    expect(text).toContain(`five bits are worth ${(5 * lambda).toFixed(0)} `);
  });
});
