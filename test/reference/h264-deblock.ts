/**
 * The deblocking filter sample by sample, as clause 8.7 has it for frames of frame macroblocks without 8x8 transform, in
 * P and I slices. Written from the standard's text, apart from src.
 */

/** What the filter needs to know of the macroblock and the 4x4 block that have a luma sample. */
export interface BlockAt {
  readonly mbAddr: number;
  readonly slice: number;
  readonly intra: boolean;
  readonly qpY: number;
  readonly hasCoefficients: boolean;
  readonly refIdx: number;
  readonly mv: readonly [x: number, y: number];
}

/** Samples of one plane, 2-dimensional as the standard has them. */
export type Plane = number[][];

/** A picture to filter. */
export interface DeblockInput {
  readonly width: number;
  readonly height: number;
  readonly luma: Plane;
  readonly chroma: readonly Plane[];
  blockAt(x: number, y: number): BlockAt;
  readonly disable_deblocking_filter_idc: number;
  readonly filterOffsetA: number;
  readonly filterOffsetB: number;
  readonly chroma_qp_index_offset: number;
}

/** Tables 8-16 and 8-17, a line for each indexA or indexB from 16 on: alpha', beta', t'C0 for bS 1, 2 and 3. */
// biome-ignore format: laid out as in the standard
const THRESHOLDS: readonly (readonly number[])[] = [
  [4, 2, 0, 0, 0], [4, 2, 0, 0, 1], [5, 2, 0, 0, 1], [6, 3, 0, 0, 1], [7, 3, 0, 0, 1], [8, 3, 0, 1, 1],
  [9, 3, 0, 1, 1], [10, 4, 1, 1, 1], [12, 4, 1, 1, 1], [13, 4, 1, 1, 1], [15, 6, 1, 1, 1], [17, 6, 1, 1, 2],
  [20, 7, 1, 1, 2], [22, 7, 1, 1, 2], [25, 8, 1, 1, 2], [28, 8, 1, 2, 3], [32, 9, 1, 2, 3], [36, 9, 2, 2, 3],
  [40, 10, 2, 2, 4], [45, 10, 2, 3, 4], [50, 11, 2, 3, 4], [56, 11, 3, 3, 5], [63, 12, 3, 4, 6], [71, 12, 3, 4, 6],
  [80, 13, 4, 5, 7], [90, 13, 4, 5, 8], [101, 14, 4, 6, 9], [113, 14, 5, 7, 10], [127, 15, 6, 8, 11],
  [144, 15, 6, 8, 13], [162, 16, 7, 10, 14], [182, 16, 8, 11, 16], [203, 17, 9, 12, 18], [226, 17, 10, 13, 20],
  [255, 18, 11, 15, 23], [255, 18, 13, 17, 25],
];
const NO_THRESHOLDS = [0, 0, 0, 0, 0];
const thresholdsOf = (index: number) => THRESHOLDS[index - 16] ?? NO_THRESHOLDS;

/** Table 8-15: qPI => QPc from 30 on. */
const QPC = [
  29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36, 36, 37, 37, 37, 38, 38, 38, 39, 39, 39, 39,
];

const clip = (low: number, high: number, x: number) => Math.max(low, Math.min(high, x));

/** bS, clause 8.7.2.1. */
function strength(p: BlockAt, q: BlockAt): number {
  if (p.intra || q.intra) return p.mbAddr === q.mbAddr ? 3 : 4;
  if (p.hasCoefficients || q.hasCoefficients) return 2;
  const differs = p.refIdx !== q.refIdx || p.mv.some((c, i) => Math.abs(c - q.mv[i]!) >= 4);
  return differs ? 1 : 0;
}

/** Filters all planes in place, clause 8.7: macroblocks in order, vertical edges before horizontal ones. */
export function deblock(input: DeblockInput): void {
  for (let mbY = 0; mbY < input.height; mbY += 16) {
    for (let mbX = 0; mbX < input.width; mbX += 16) {
      for (const vertical of [true, false]) {
        for (let edge = 0; edge < 16; edge += 4) {
          for (let k = 0; k < 16; k++) {
            const x = mbX + (vertical ? edge : k);
            const y = mbY + (vertical ? k : edge);
            filterLine(input, input.luma, x, y, vertical, 1);
            if (edge % 8 !== 0 || k % 2 !== 0) continue;
            for (const plane of input.chroma) filterLine(input, plane, x, y, vertical, 2);
          }
        }
      }
    }
  }
}

/**
 * Filters the samples of one line across an edge, clause 8.7.2, if it is an edge to filter. `x` and `y` are those of q0 in luma;
 * `scale` is 2 for chroma.
 */
function filterLine(
  input: DeblockInput,
  plane: Plane,
  x: number,
  y: number,
  vertical: boolean,
  scale: number,
): void {
  if ((vertical ? x : y) === 0) return;
  const blockQ = input.blockAt(x, y);
  const blockP = vertical ? input.blockAt(x - 1, y) : input.blockAt(x, y - 1);
  if (input.disable_deblocking_filter_idc === 2 && blockP.slice !== blockQ.slice) return;
  const bS = strength(blockP, blockQ);
  const qpOf = ({ qpY }: BlockAt) => {
    if (scale === 1) return qpY;
    const qPI = clip(0, 51, qpY + input.chroma_qp_index_offset);
    return QPC[qPI - 30] ?? qPI;
  };
  const qPav = (qpOf(blockP) + qpOf(blockQ) + 1) >> 1;
  const indexA = clip(0, 51, qPav + input.filterOffsetA);
  const alpha = thresholdsOf(indexA)[0]!;
  const beta = thresholdsOf(clip(0, 51, qPav + input.filterOffsetB))[1]!;

  const sampleAt = (i: number): [row: number[], column: number] => {
    const row = plane[y / scale + (vertical ? 0 : i)] ?? [];
    return [row, x / scale + (vertical ? i : 0)];
  };
  const get = (i: number) => {
    const [row, column] = sampleAt(i);
    return row[column]!;
  };
  const put = (i: number, value: number) => {
    const [row, column] = sampleAt(i);
    row[column] = value;
  };
  const [p3, p2, p1, p0] = [get(-4), get(-3), get(-2), get(-1)];
  const [q0, q1, q2, q3] = [get(0), get(1), get(2), get(3)];
  const isFiltered =
    bS !== 0 && Math.abs(p0 - q0) < alpha && Math.abs(p1 - p0) < beta && Math.abs(q1 - q0) < beta;
  if (!isFiltered) return;
  const chromaStyle = scale === 2;
  const ap = Math.abs(p2 - p0);
  const aq = Math.abs(q2 - q0);

  if (bS < 4) {
    const tC0 = thresholdsOf(indexA)[1 + bS]!;
    const tC = chromaStyle ? tC0 + 1 : tC0 + (ap < beta ? 1 : 0) + (aq < beta ? 1 : 0);
    const delta = clip(-tC, tC, (((q0 - p0) << 2) + (p1 - q1) + 4) >> 3);
    put(-1, clip(0, 255, p0 + delta));
    put(0, clip(0, 255, q0 - delta));
    if (!chromaStyle && ap < beta) {
      put(-2, p1 + clip(-tC0, tC0, (p2 + ((p0 + q0 + 1) >> 1) - (p1 << 1)) >> 1));
    }
    if (!chromaStyle && aq < beta) {
      put(1, q1 + clip(-tC0, tC0, (q2 + ((p0 + q0 + 1) >> 1) - (q1 << 1)) >> 1));
    }
    return;
  }
  const isSmallStep = Math.abs(p0 - q0) < (alpha >> 2) + 2;
  if (!chromaStyle && ap < beta && isSmallStep) {
    put(-1, (p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3);
    put(-2, (p2 + p1 + p0 + q0 + 2) >> 2);
    put(-3, (2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3);
  } else {
    put(-1, (2 * p1 + p0 + q1 + 2) >> 2);
  }
  if (!chromaStyle && aq < beta && isSmallStep) {
    put(0, (p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3);
    put(1, (p0 + q0 + q1 + q2 + 2) >> 2);
    put(2, (2 * q3 + 3 * q2 + q1 + q0 + p0 + 4) >> 3);
  } else {
    put(0, (2 * q1 + q0 + p1 + 2) >> 2);
  }
}
