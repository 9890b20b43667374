/**
 * Intra_8x8 prediction (clause 8.3.2). The 25 neighbors of a block are first smoothed (clause 8.3.2.2.1) into one line that runs
 * from the lowest sample at the left up to the corner and on to the right: the eight to the left, the lowest first, the corner, the
 * sixteen above. Diagonal modes then read along the line.
 */

/** Samples of the line of smoothed neighbors. */
export const INTRA_8X8_LINE = 25;
/** Where the corner stands in the line, and the first sample above. */
const CORNER = 8;
const ABOVE = 9;

/** Intra8x8PredMode, Table 8-3: named and numbered as Intra4x4PredMode. */
export const INTRA_8X8_VERTICAL = 0;
export const INTRA_8X8_HORIZONTAL = 1;
export const INTRA_8X8_DC = 2;
export const INTRA_8X8_DIAGONAL_DOWN_LEFT = 3;
export const INTRA_8X8_DIAGONAL_DOWN_RIGHT = 4;
export const INTRA_8X8_VERTICAL_RIGHT = 5;
export const INTRA_8X8_HORIZONTAL_DOWN = 6;
export const INTRA_8X8_VERTICAL_LEFT = 7;
export const INTRA_8X8_HORIZONTAL_UP = 8;

/** Bits of available neighbors: as in INTRA_4X4_NEEDS, which holds for 8x8 blocks too. */
const HAS_LEFT = 1;
const HAS_ABOVE = 2;
const HAS_CORNER = 4;

/**
 * Smooths the neighbors of the block at byte `from`, clause 8.3.2.2.1. Neighbors that are not available are not written.
 * @param available bit 0 left, bit 1 above, bit 2 the corner
 * @param hasAboveRight whether the eight samples above right may be read; if not, the last above stands in for them
 * @param line position of INTRA_8X8_LINE bytes
 */
export function smoothNeighbors8x8(
  bytes: Uint8Array,
  from: number,
  stride: number,
  available: number,
  hasAboveRight: boolean,
  line: number,
): void {
  const hasLeft = (available & HAS_LEFT) !== 0;
  const hasAbove = (available & HAS_ABOVE) !== 0;
  const hasCorner = (available & HAS_CORNER) !== 0;
  const corner = bytes[from - stride - 1];
  if (hasAbove) {
    const above = from - stride;
    let before = hasCorner ? corner : bytes[above];
    let sample = bytes[above];
    const last = hasAboveRight ? 15 : 7;
    for (let x = 0; x < last; x++) {
      const next = bytes[above + x + 1];
      bytes[line + ABOVE + x] = (before + 2 * sample + next + 2) >> 2;
      before = sample;
      sample = next;
    }
    bytes[line + ABOVE + last] = (before + 3 * sample + 2) >> 2;
    for (let x = last + 1; x < 16; x++) bytes[line + ABOVE + x] = sample;
  }
  if (hasLeft) {
    const left = from - 1;
    let before = hasCorner ? corner : bytes[left];
    let sample = bytes[left];
    for (let y = 0; y < 7; y++) {
      const next = bytes[left + (y + 1) * stride];
      bytes[line + CORNER - 1 - y] = (before + 2 * sample + next + 2) >> 2;
      before = sample;
      sample = next;
    }
    bytes[line] = (before + 3 * sample + 2) >> 2;
  }
  if (hasCorner) {
    const right = hasAbove ? bytes[from - stride] : corner;
    const below = hasLeft ? bytes[from - 1] : corner;
    bytes[line + CORNER] = (right + 2 * corner + below + 2) >> 2;
  }
}

/** (a + 2b + c + 2) >> 2 of the samples around `at`. */
function filter3(bytes: Uint8Array, at: number): number {
  return (bytes[at - 1] + 2 * bytes[at] + bytes[at + 1] + 2) >> 2;
}

/** (a + b + 1) >> 1 of the sample at `at` and the one behind. */
function filter2(bytes: Uint8Array, at: number): number {
  return (bytes[at] + bytes[at + 1] + 1) >> 1;
}

/**
 * Predicts an 8x8 block, clauses 8.3.2.2.2 to 8.3.2.2.10. The neighbors that the mode needs are available.
 * @param line position of the smoothed neighbors
 * @param available as for `smoothNeighbors8x8`; DC prediction depends on it
 */
export function predictIntra8x8(
  bytes: Uint8Array,
  line: number,
  mode: number,
  available: number,
  to: number,
  toStride: number,
): void {
  if (mode === INTRA_8X8_DC) {
    predictDc8x8(bytes, line, available, to, toStride);
    return;
  }
  const corner = line + CORNER;
  for (let y = 0; y < 8; y++) {
    const row = to + y * toStride;
    for (let x = 0; x < 8; x++) bytes[row + x] = sampleOf(bytes, corner, mode, x, y);
  }
}

/** predL of one sample in the modes other than DC; sample x above is at corner + 1 + x, sample y to the left at corner - 1 - y. */
function sampleOf(bytes: Uint8Array, corner: number, mode: number, x: number, y: number): number {
  switch (mode) {
    case INTRA_8X8_VERTICAL:
      return bytes[corner + 1 + x];
    case INTRA_8X8_HORIZONTAL:
      return bytes[corner - 1 - y];
    case INTRA_8X8_DIAGONAL_DOWN_LEFT:
      if (x + y === 14) return (bytes[corner + 15] + 3 * bytes[corner + 16] + 2) >> 2;
      return filter3(bytes, corner + 2 + x + y);
    case INTRA_8X8_DIAGONAL_DOWN_RIGHT:
      return filter3(bytes, corner + x - y);
    case INTRA_8X8_VERTICAL_RIGHT: {
      const zVR = 2 * x - y;
      if (zVR < -1) return filter3(bytes, corner + 1 + zVR);
      const at = corner + x - (y >> 1);
      return (zVR & 1) === 0 ? filter2(bytes, at) : filter3(bytes, at);
    }
    case INTRA_8X8_HORIZONTAL_DOWN: {
      const zHD = 2 * y - x;
      if (zHD < -1) return filter3(bytes, corner - 1 - zHD);
      const at = corner - y + (x >> 1);
      return (zHD & 1) === 0 ? filter2(bytes, at - 1) : filter3(bytes, at);
    }
    case INTRA_8X8_VERTICAL_LEFT: {
      const at = corner + 1 + x + (y >> 1);
      return (y & 1) === 0 ? filter2(bytes, at) : filter3(bytes, at + 1);
    }
    default: {
      const zHU = x + 2 * y;
      const last = corner - 8;
      if (zHU > 13) return bytes[last];
      if (zHU === 13) return (bytes[last + 1] + 3 * bytes[last] + 2) >> 2;
      const at = corner - 2 - y - (x >> 1);
      return (zHU & 1) === 0 ? filter2(bytes, at) : filter3(bytes, at);
    }
  }
}

/** Intra_8x8_DC, clause 8.3.2.2.4. */
function predictDc8x8(
  bytes: Uint8Array,
  line: number,
  available: number,
  to: number,
  toStride: number,
): void {
  const hasLeft = (available & HAS_LEFT) !== 0;
  const hasAbove = (available & HAS_ABOVE) !== 0;
  let sum = 0;
  for (let i = 0; i < 8; i++) {
    if (hasLeft) sum += bytes[line + i];
    if (hasAbove) sum += bytes[line + ABOVE + i];
  }
  let dc = 128;
  if (hasLeft && hasAbove) dc = (sum + 8) >> 4;
  else if (hasLeft || hasAbove) dc = (sum + 4) >> 3;
  for (let y = 0; y < 8; y++) bytes.fill(dc, to + y * toStride, to + y * toStride + 8);
}
