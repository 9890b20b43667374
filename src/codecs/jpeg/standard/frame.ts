/**
 * The geometry of a frame: components, blocks and MCUs (T.81 clauses A.1.1, A.2). A *band* is our word for one row of MCUs of
 * an interleaved scan over all components: 8 * maxV rows of the picture.
 */

/** One component of a frame, with the sizes that follow from its sampling factors. */
export interface Component {
  /** C_i: the identifier that scan headers use, 0..255. */
  readonly id: number;
  /** H_i and V_i: relative horizontal and vertical sampling, 1..4. */
  readonly h: number;
  readonly v: number;
  /** Tq_i: the destination of its quantization table, 0..3. */
  readonly quantTable: number;
  /** x_i and y_i: samples that the picture has (clause A.1.1). */
  readonly width: number;
  readonly height: number;
  /** Blocks of a row and of a column that hold samples of the picture: what a non-interleaved scan codes (clause A.2.2). */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** The same rounded up to whole MCUs: what interleaved scans code (clause A.2.4). */
  readonly paddedBlocksWide: number;
  readonly paddedBlocksHigh: number;
}

/** A frame header (T.81 clause B.2.2), and what follows from it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
  readonly maxH: number;
  readonly maxV: number;
  /** MCUs of a row, and rows of MCUs (bands), of a scan over all components. */
  readonly mcusWide: number;
  readonly mcusHigh: number;
}

/** A component as the frame header describes it. */
export interface ComponentHeader {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantTable: number;
}

/** The frame with these header fields, by T.81 clauses A.1.1 and A.2.4. */
export function createFrame(
  width: number,
  height: number,
  isProgressive: boolean,
  headers: readonly ComponentHeader[],
): Frame {
  // A frame of one component is never interleaved: its MCU is one block, whatever its factors say (clause A.2.2).
  const single = headers.length === 1;
  const maxH = single ? 1 : Math.max(...headers.map((c) => c.h));
  const maxV = single ? 1 : Math.max(...headers.map((c) => c.v));
  const mcusWide = Math.ceil(width / (8 * maxH));
  const mcusHigh = Math.ceil(height / (8 * maxV));
  const components = headers.map(({ id, h: headerH, v: headerV, quantTable }) => {
    const h = single ? 1 : headerH;
    const v = single ? 1 : headerV;
    const componentWidth = Math.ceil((width * h) / maxH);
    const componentHeight = Math.ceil((height * v) / maxV);
    return {
      id,
      h,
      v,
      quantTable,
      width: componentWidth,
      height: componentHeight,
      blocksWide: Math.ceil(componentWidth / 8),
      blocksHigh: Math.ceil(componentHeight / 8),
      paddedBlocksWide: mcusWide * h,
      paddedBlocksHigh: mcusHigh * v,
    };
  });
  return { width, height, isProgressive, components, maxH, maxV, mcusWide, mcusHigh };
}
