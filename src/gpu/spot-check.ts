/**
 * A look over the shoulder of a GPU: a few blocks of every picture are computed anew from the samples, by the plain kernels. What any
 * stage (halving, padding, search, costs) does to a block shows in the block's numbers. Which blocks: some by a fixed schedule that comes
 * to all of them in time, the one whose numbers change most of what the encoder chooses, and the last one, where dispatches end.
 */
import { gcd } from '../base/math.ts';
import type { PictureAnalysis } from '../codecs/h264/encoder/picture-analysis.ts';
import type { SamplePlane } from './frame-kernels.ts';
import { intraCost, satd8x8 } from './plain/block-costs.ts';
import {
  ANALYSIS_RANGE,
  type FoundVector,
  NO_LIMIT,
  sad,
  searchBlock,
} from './plain/block-search.ts';
import { halveWindow } from './plain/sample-planes.ts';

/** Blocks are SIZE by SIZE. */
const SIZE = 8;
/** The schedule comes to all blocks in as many pictures. */
const PERIOD = 1200;
/** Samples of a side of what the search of a block reads. */
const SEARCHED = SIZE + 2 * ANALYSIS_RANGE;

/** Checks the analyses of the pictures of one stream, in order. */
export class SpotCheck {
  private picture = 0;
  private before: SamplePlane | null = null;
  /** Of halved planes: the block, the block with a column and a row before it, and what is searched of the picture before. */
  private readonly block = windowOf(SIZE);
  private readonly around = windowOf(SIZE + 1);
  private readonly searched = windowOf(SEARCHED);
  private readonly prediction = new Uint8Array(SIZE * SIZE);
  private readonly found: FoundVector = { cost: 0, x: 0, y: 0 };

  /**
   * Checks the analysis of the next picture, whose samples nobody changes any more.
   * @returns what is wrong with it; null if nothing was found
   */
  findWrong(luma: SamplePlane, analysis: PictureAnalysis): string | null {
    const { before, picture } = this;
    this.before = luma;
    this.picture++;
    const across = luma.width / (2 * SIZE);
    const count = across * (luma.height / (2 * SIZE));
    const wrong = wrongLength(analysis, count, before === null ? 0 : count);
    if (wrong !== null) return `picture ${picture}: ${wrong}`;
    for (const block of blocksToCheck(picture, analysis, count)) {
      const left = SIZE * (block % across);
      const top = SIZE * Math.floor(block / across);
      halveWindow(luma, left - 1, top - 1, this.around);
      let why = this.wrongIntra(analysis.intra[block]);
      if (why === null && before !== null) {
        halveWindow(luma, left, top, this.block);
        halveWindow(before, left - ANALYSIS_RANGE, top - ANALYSIS_RANGE, this.searched);
        const { inter, x, y } = analysis;
        why =
          this.wrongVector(x[block], y[block]) ?? this.wrongInter(inter[block], x[block], y[block]);
      }
      if (why !== null) return `picture ${picture}, block ${block} of ${count}: ${why}`;
    }
    return null;
  }

  private wrongIntra(cost: number): string | null {
    const { samples, width } = this.around;
    const right = intraCost(samples, width + 1, width, this.prediction);
    return cost === right ? null : `intra cost ${cost}, right is ${right}`;
  }

  private wrongVector(x: number, y: number): string | null {
    const { block, searched, found } = this;
    if (Math.max(Math.abs(x), Math.abs(y)) > ANALYSIS_RANGE) {
      return `vector (${x}, ${y}), which is out of range`;
    }
    const at = positionOf(x, y);
    // The search has only to see that there is no better vector, and of equal ones none before it.
    found.cost = sad(block, 0, 0, searched, at, SIZE, NO_LIMIT) + Math.abs(x) + Math.abs(y) + 1;
    searchBlock(block, 0, 0, searched, SIZE, ANALYSIS_RANGE, found);
    const isRight = found.x === x && found.y === y;
    return isRight ? null : `vector (${x}, ${y}), right is (${found.x}, ${found.y})`;
  }

  private wrongInter(cost: number, x: number, y: number): string | null {
    const { block, searched } = this;
    const at = positionOf(x, y);
    const right = satd8x8(block.samples, 0, SIZE, searched.samples, at, SEARCHED);
    return cost === right ? null : `inter cost ${cost}, right is ${right}`;
  }
}

function windowOf(side: number): SamplePlane {
  return { samples: new Uint8Array(side * side), width: side, height: side };
}

/** Where in the window that is searched a vector points. */
function positionOf(x: number, y: number): number {
  return (y + ANALYSIS_RANGE) * SEARCHED + x + ANALYSIS_RANGE;
}

/** Whether there are as many numbers as there are blocks. */
function wrongLength(
  { intra, inter, x, y }: PictureAnalysis,
  blocks: number,
  searched: number,
): string | null {
  if (intra?.length !== blocks) return `${intra?.length} intra costs, needed are ${blocks}`;
  for (const values of [inter, x, y]) {
    if (values?.length !== searched) return `${values?.length} numbers, needed are ${searched}`;
  }
  return null;
}

/** The blocks of a picture that are checked. */
function blocksToCheck(picture: number, analysis: PictureAnalysis, count: number): Set<number> {
  const scheduled = Math.ceil(count / PERIOD);
  const step = stepThrough(count);
  const blocks = new Set([count - 1, bestGain(analysis)]);
  for (let i = 0; i < scheduled; i++) blocks.add(((picture * scheduled + i) * step) % count);
  return blocks;
}

/** A step that comes to each of `count` blocks before it comes to one again, and soon to every part of the picture. */
function stepThrough(count: number): number {
  let step = Math.max(1, Math.round(count * 0.618));
  while (gcd(step, count) !== 1) step++;
  return step;
}

/** The block that inter prediction serves best; of the first picture, the one that intra prediction does. */
function bestGain({ intra, inter }: PictureAnalysis): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let block = 0; block < intra.length; block++) {
    const gain = inter.length === 0 ? -intra[block] : intra[block] - inter[block];
    if (gain <= most) continue;
    most = gain;
    best = block;
  }
  return best;
}
