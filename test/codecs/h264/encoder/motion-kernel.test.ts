/** Searches of vectors as one kernel find what the same searches find step by step. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BiSearch } from '../../../../src/codecs/h264/encoder/bi-search.ts';
import { MacroblockContext } from '../../../../src/codecs/h264/encoder/macroblock-context.ts';
import {
  EncoderMemory,
  extendEdges,
  SOURCE_STRIDE,
} from '../../../../src/codecs/h264/encoder/memory.ts';
import { MotionSearch } from '../../../../src/codecs/h264/encoder/motion-search.ts';
import { presetOptions } from '../../../../src/codecs/h264/encoder/speed-options.ts';
import {
  LUMA_PADDING,
  PictureState,
  packMv,
} from '../../../../src/codecs/h264/standard/picture.ts';
import { drawScene } from './content.ts';

const WIDTH_IN_MBS = 5;
const HEIGHT_IN_MBS = 4;
const WIDTH = 16 * WIDTH_IN_MBS;
const HEIGHT = 16 * HEIGHT_IN_MBS;

const memories = [false, true].map(
  (hasVectors) => new EncoderMemory(WIDTH_IN_MBS, HEIGHT_IN_MBS, 1, 2, hasVectors),
);

/** Two pictures as references, and a macroblock of a third as source. */
function fill(memory: EncoderMemory, pictures: readonly Uint8Array[], mbX: number, mbY: number) {
  const { bytes, layout, kernels } = memory;
  const stride = layout.lumaStride;
  memory.pictures.forEach(({ luma, tileDone }, i) => {
    for (let y = 0; y < HEIGHT; y++) {
      bytes.set(pictures[i]!.subarray(y * WIDTH, (y + 1) * WIDTH), luma + y * stride);
    }
    extendEdges(memory, luma, stride, WIDTH, HEIGHT, LUMA_PADDING);
    tileDone.fill(0);
  });
  for (let y = 0; y < 16; y++) {
    const from = (16 * mbY + y) * WIDTH + 16 * mbX;
    bytes.set(pictures[2]!.subarray(from, from + 16), memory.source + y * SOURCE_STRIDE);
  }
  kernels.searchBlock(memory.source, memory.searchSource, 256);
}

type Block = readonly [x: number, y: number, width: number, height: number];
const block = fc.constantFrom<Block[]>(
  [0, 0, 16, 16],
  [0, 8, 16, 8],
  [8, 0, 8, 16],
  [8, 8, 8, 8],
  [4, 8, 8, 4],
  [12, 4, 4, 8],
  [4, 12, 4, 4],
);
const vector = fc
  .tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -90, max: 90 }))
  .map(([x, y]) => packMv(x, y));

const input = fc.record({
  seed: fc.nat(999),
  content: fc.constantFrom('mixture', 'texture', 'edges', 'noise', 'flat'),
  mbX: fc.nat(WIDTH_IN_MBS - 1),
  mbY: fc.nat(HEIGHT_IN_MBS - 1),
  lambda: fc.integer({ min: 1, max: 90 }),
  block,
  mvp: vector,
  starts: fc.array(vector, { maxLength: 12 }),
  options: fc.record({
    search: fc.constantFrom('diamond', 'hexagon', 'multi-hexagon'),
    searchRange: fc.integer({ min: 1, max: 24 }),
    halfSteps: fc.nat(3),
    quarterSteps: fc.nat(3),
    metric: fc.constantFrom('sad', 'satd'),
    sparseRows: fc.boolean(),
  }),
  kind: fc.constantFrom('search', 'choose', 'refine'),
  withQuarters: fc.boolean(),
  isThorough: fc.boolean(),
});

describe('searches of vectors', () => {
  it('find the same as one kernel as step by step', () => {
    fc.assert(
      fc.property(input, (c) => {
        const scene = { content: c.content, seed: c.seed, dx: 1.75, dy: -0.5 } as const;
        const pictures = drawScene(scene, WIDTH, HEIGHT, 3);
        const results = memories.map((memory) => {
          fill(memory, pictures, c.mbX, c.mbY);
          const context = new MacroblockContext(
            memory,
            new PictureState(WIDTH_IN_MBS, HEIGHT_IN_MBS),
            false,
          );
          context.moveTo(c.mbY * WIDTH_IN_MBS + c.mbX, 0);
          const options = { ...presetOptions('medium'), ...c.options };
          const motion = new MotionSearch(context, memory.motionRecords[1]!, options, 60, null);
          motion.startMacroblock(c.lambda);
          motion.block.place(memory.pictures[0]!, ...c.block);
          for (const start of c.starts) motion.addStart(start);
          if (c.kind === 'search') motion.search(c.mvp, c.withQuarters, c.isThorough);
          else if (c.kind === 'refine') motion.refine(c.mvp, packMv(3, -2));
          else if (c.starts.length > 0) motion.choose(c.mvp);
          const { mv, cost, distortion, isExact } = motion;
          return { mv, cost, distortion, isExact };
        });
        expect(results[1]).toEqual(results[0]);
      }),
      { seed: 1912, numRuns: 300 },
    );
  });

  it('in two pictures find the same as one kernel as step by step', () => {
    const weights = fc.constantFrom(32, 20, 64, -11);
    // Guided fractions are searched step by step: no kernel is told of the search.
    const presets = fc.constantFrom('medium', 'ultrafast');
    fc.assert(
      fc.property(input, weights, fc.nat(3), presets, (c, weight, rounds, preset) => {
        const scene = { content: c.content, seed: c.seed, dx: 1.75, dy: -0.5 } as const;
        const pictures = drawScene(scene, WIDTH, HEIGHT, 3);
        const results = memories.map((memory) => {
          fill(memory, pictures, c.mbX, c.mbY);
          const context = new MacroblockContext(
            memory,
            new PictureState(WIDTH_IN_MBS, HEIGHT_IN_MBS),
            false,
          );
          context.moveTo(c.mbY * WIDTH_IN_MBS + c.mbX, 0);
          const options = presetOptions(preset);
          const motion = new MotionSearch(context, memory.motionRecords[1]!, options, 60, null);
          motion.startMacroblock(c.lambda);
          const bi = new BiSearch(context, motion);
          bi.place(...c.block);
          bi.from(memory.pictures[0]!, memory.pictures[1]!, weight);
          bi.refine(packMv(3, -2), packMv(-5, 4), c.mvp, packMv(0, 1), rounds);
          return { mv0: bi.mv0, mv1: bi.mv1, cost: bi.cost };
        });
        expect(results[1]).toEqual(results[0]);
      }),
      { seed: 1913, numRuns: 150 },
    );
  });
});
