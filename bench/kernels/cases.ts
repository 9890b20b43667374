/**
 * What is timed: the kernels of the H.264 encoder, each beside other ways to do the same, over many places of a picture. A
 * case returns a number that all ways of its group must agree on, so that none can be left out by the compiler.
 */

import { EncoderMemory, extendEdges } from '../../src/codecs/h264/encoder/memory.ts';
import { sad16, satd, searchWord, ssd } from '../../src/codecs/h264/kernels/plain/distortion.ts';
import { forwardDifference4x4 } from '../../src/codecs/h264/kernels/plain/forward-transform.ts';
import {
  averageBlocks,
  copyBlock,
} from '../../src/codecs/h264/kernels/plain/interpolation-words.ts';
import { predictLuma } from '../../src/codecs/h264/standard/interpolation.ts';
import { LUMA_PADDING } from '../../src/codecs/h264/standard/picture.ts';
import { addInverse4x4 } from '../../src/codecs/h264/standard/transform.ts';
import { createSyntheticClip } from '../video/synthetic.ts';
import {
  averageBytes,
  copyRows,
  forwardOfNumbers,
  sadByComparison,
  sadByPairs,
  sadOfBytes,
  satdOfNumbers,
} from './variants.ts';

/** One way to do a thing, over all places. */
export interface KernelCase {
  readonly name: string;
  readonly run: () => number;
}

/** Ways to do the same; the first is what the others are measured by. */
export interface KernelGroup {
  readonly name: string;
  /** Calls of the kernel in one run of a case. */
  readonly calls: number;
  readonly cases: readonly KernelCase[];
}

const WIDTH = 640;
const HEIGHT = 368;
const PLACES = 512;

/**
 * A source picture and a reference a few samples away, as the encoder has them in memory, and the source as motion search
 * takes it. All samples are even, so that exact sums and those without the lowest bit agree.
 */
function loadPictures() {
  const memory = new EncoderMemory(WIDTH / 16, HEIGHT / 16, 2, 1, true);
  const clip = createSyntheticClip(WIDTH, HEIGHT);
  const { bytes, layout, sourceLumaStride } = memory;
  const source = memory.sources[0]!;
  const search = memory.sources[1]!;
  const picture = memory.pictures[0]!;
  const [current, before] = [clip(1), clip(0)].map((frame) =>
    (frame.planes[0]!.data as Uint8Array).map((sample) => sample & 0xfe),
  ) as [Uint8Array, Uint8Array];
  for (let y = 0; y < HEIGHT; y++) {
    const row = y * WIDTH;
    bytes.set(current.subarray(row, row + WIDTH), source.luma + y * sourceLumaStride);
    bytes.set(before.subarray(row, row + WIDTH), picture.luma + y * layout.lumaStride);
  }
  for (let i = 0; i < (sourceLumaStride * HEIGHT) >> 2; i++) {
    memory.words[(search.luma >> 2) + i] = searchWord(memory.words[(source.luma >> 2) + i]!);
  }
  extendEdges(memory, picture.luma, layout.lumaStride, WIDTH, HEIGHT, LUMA_PADDING);
  return { memory, source, search, picture };
}

/** All groups, over one picture. */
export function kernelGroups(): KernelGroup[] {
  const { memory, source, search, picture } = loadPictures();
  const { bytes, clamped, words, layout, sourceLumaStride } = memory;
  const strideA = sourceLumaStride;
  const strideB = layout.lumaStride;
  const to = memory.blocks[0]!;
  const scratch = new Int32Array(16);
  const coefficients = new Int16Array(16);
  // Blocks at multiples of 16, and near the same place in the reference, at every alignment.
  const blocks = new Int32Array(PLACES);
  const references = new Int32Array(PLACES);
  const offsets = new Int32Array(PLACES);
  for (let i = 0; i < PLACES; i++) {
    const x = 16 * ((7 * i) % (WIDTH / 16));
    const y = 16 * ((3 * i) % (HEIGHT / 16));
    const dx = ((i * 5) % 15) - 7;
    const dy = ((i * 11) % 9) - 4;
    blocks[i] = source.luma + y * strideA + x;
    references[i] = picture.luma + (y + dy) * strideB + x + dx;
    offsets[i] = (4 * (x + dx)) | ((4 * (y + dy)) << 16);
  }
  const sum = (kernel: (a: number, b: number) => number) => () => {
    let total = 0;
    for (let i = 0; i < PLACES; i++) total += kernel(blocks[i]!, references[i]!);
    return total;
  };
  const NO_LIMIT = 0x7fffffff;
  const toSearch = search.luma - source.luma;
  const predictAt = (xFrac: number, yFrac: number) => () => {
    let total = 0;
    for (let i = 0; i < PLACES; i++) {
      const x = ((offsets[i]! << 16) >> 16) + xFrac;
      const y = (offsets[i]! >> 16) + yFrac;
      predictLuma(memory, picture, x, y, 16, 16, to, 16);
      total += bytes[to + 7 * 17]!;
    }
    return total;
  };
  const written = (kernel: (b: number) => void) => () => {
    let total = 0;
    for (let i = 0; i < PLACES; i++) {
      kernel(references[i]!);
      total += bytes[to + 7 * 17]!;
    }
    return total;
  };
  return [
    {
      name: 'SAD 16x16',
      calls: PLACES,
      cases: [
        {
          name: 'Math.abs on bytes, unrolled',
          run: sum((a, b) => sadOfBytes(bytes, a, strideA, b, strideB)),
        },
        {
          name: 'comparison of bytes',
          run: sum((a, b) => sadByComparison(bytes, a, strideA, b, strideB)),
        },
        {
          name: 'packed pairs, all eight bits',
          run: sum((a, b) => sadByPairs(words, a, strideA, b, strideB)),
        },
        {
          name: 'sad16',
          run: sum((a, b) => sad16(words, a + toSearch, strideA, b, strideB, 16, NO_LIMIT)),
        },
      ],
    },
    {
      name: 'SATD 16x16',
      calls: PLACES,
      cases: [
        {
          name: 'plain integers',
          run: sum((a, b) => satdOfNumbers(bytes, a, strideA, b, strideB, scratch)),
        },
        { name: 'satd', run: sum((a, b) => satd(words, a, strideA, b, strideB, 16, 16, NO_LIMIT)) },
      ],
    },
    {
      name: 'SSD 16x16',
      calls: PLACES,
      cases: [{ name: 'ssd', run: sum((a, b) => ssd(bytes, a, strideA, b, strideB, 16, 16)) }],
    },
    {
      name: 'forward transform 4x4 of a difference',
      calls: PLACES,
      cases: [
        {
          name: 'plain integers',
          run: sum((a, b) => {
            forwardOfNumbers(bytes, a, strideA, b & ~3, strideB, scratch);
            return scratch[5]!;
          }),
        },
        {
          name: 'forwardDifference4x4',
          run: sum((a, b) => {
            forwardDifference4x4(words, a, strideA, b & ~3, strideB, coefficients, 0);
            return coefficients[5]!;
          }),
        },
      ],
    },
    {
      name: 'inverse transform 4x4',
      calls: PLACES,
      cases: [
        {
          name: 'addInverse4x4',
          run: () => {
            coefficients.fill(0);
            coefficients[0] = 640;
            coefficients[5] = -320;
            let total = 0;
            for (let i = 0; i < PLACES; i++) {
              bytes.fill(100, to, to + 64);
              addInverse4x4(clamped, to, 16, coefficients, 0);
              total += bytes[to]!;
            }
            return total;
          },
        },
      ],
    },
    {
      name: 'copy 16x16',
      calls: PLACES,
      cases: [
        { name: 'copyWithin of rows', run: written((b) => copyRows(bytes, b, strideB, to, 16)) },
        { name: 'copyBlock', run: written((b) => copyBlock(words, b, strideB, to, 16, 16, 16)) },
      ],
    },
    {
      name: 'mean of two 16x16',
      calls: PLACES,
      cases: [
        { name: 'bytes', run: written((b) => averageBytes(bytes, b, b + 1, strideB, to, 16)) },
        {
          name: 'averageBlocks',
          run: written((b) => averageBlocks(words, b, b + 1, strideB, to, 16, 16, 16)),
        },
      ],
    },
    ...[
      [0, 0],
      [2, 0],
      [2, 2],
      [1, 0],
      [1, 1],
    ].map(([xFrac, yFrac]) => ({
      name: `luma prediction 16x16 at (${xFrac}/4, ${yFrac}/4), half samples computed`,
      calls: PLACES,
      cases: [{ name: 'predictLuma', run: predictAt(xFrac!, yFrac!) }],
    })),
    {
      name: 'half samples of the whole picture',
      calls: (WIDTH / 16) * (HEIGHT / 16),
      cases: [
        {
          name: 'predictLuma, nothing computed yet',
          run: () => {
            picture.tileDone.fill(0);
            let total = 0;
            for (let y = 0; y < HEIGHT; y += 16) {
              for (let x = 0; x < WIDTH; x += 16) {
                predictLuma(memory, picture, 4 * x + 2, 4 * y + 2, 16, 16, to, 16);
                total += bytes[to + 7 * 17]!;
              }
            }
            return total;
          },
        },
      ],
    },
  ];
}
