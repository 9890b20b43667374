/** Sequential entropy coding (T.81 clause F.1.2) of levels in raster order, of which masks say which are not zero. */
import type { HuffmanCodes } from '../standard/huffman.ts';
import { ZIGZAG } from '../standard/zigzag.ts';
import { EntropyWriter } from './symbol-sinks.ts';

/**
 * 256 * row + mask of that row => the bits of its coefficients in zig-zag order, 0..31 and 32..63. Looked up row by row,
 * they make the mask of a block.
 */
const [LOW_BITS, HIGH_BITS] = /* @__PURE__ */ zigzagMasks();

function zigzagMasks(): [Int32Array, Int32Array] {
  const low = new Int32Array(8 * 256);
  const high = new Int32Array(8 * 256);
  for (let k = 0; k < 64; k++) {
    const place = ZIGZAG[k]!;
    for (let mask = 0; mask < 256; mask++) {
      if (((mask >> (place & 7)) & 1) === 0) continue;
      const at = 256 * (place >> 3) + mask;
      if (k < 32) low[at]! |= 1 << k;
      else high[at]! |= 1 << (k - 32);
    }
  }
  return [low, high];
}

/** Writes the blocks of a scan. */
export class BlockWriter {
  readonly file = new EntropyWriter();
  private readonly restartInterval: number;
  private untilRestart: number;
  private readonly predictions = new Int32Array(3);
  /** 256 * slot + symbol => the code, with its length in the bits above. Slots are those of symbol-sinks.ts. */
  private readonly codes = new Int32Array(4 * 256);

  constructor(restartInterval: number) {
    this.restartInterval = restartInterval;
    this.untilRestart = restartInterval;
  }

  /** The codes by slot. */
  setCodes(codes: readonly (HuffmanCodes | undefined)[]): void {
    codes.forEach((table, slot) => {
      if (table === undefined) return;
      for (let symbol = 0; symbol < 256; symbol++) {
        this.codes[256 * slot + symbol] = (table.length[symbol]! << 16) | table.code[symbol]!;
      }
    });
  }

  /** Writes a restart marker where one is due. */
  beginMcu(): void {
    if (this.restartInterval === 0) return;
    if (this.untilRestart === 0) {
      this.file.restart();
      this.predictions.fill(0);
      this.untilRestart = this.restartInterval;
    }
    this.untilRestart--;
  }

  /** Writes the block whose 64 levels begin at `at`, and whose masks at `masksAt`, of component `index`. */
  writeBlock(
    levels: Int16Array,
    at: number,
    masks: Uint8Array,
    masksAt: number,
    index: number,
  ): void {
    const { file, codes, predictions } = this;
    const slot = index === 0 ? 0 : 1;
    const dc = levels[at]!;
    const difference = dc - predictions[index]!;
    predictions[index] = dc;
    const dcSize = 32 - Math.clz32(difference < 0 ? -difference : difference);
    const dcCode = codes[256 * slot + dcSize]!;
    const dcBits = (difference < 0 ? difference - 1 : difference) & ((1 << dcSize) - 1);
    file.put(((dcCode & 0xffff) << dcSize) | dcBits, (dcCode >> 16) + dcSize);
    const table = 256 * (2 + slot);
    let low = 0;
    let high = 0;
    for (let y = 0; y < 8; y++) {
      const mask = masks[masksAt + y]!;
      if (mask === 0) continue;
      low |= LOW_BITS[256 * y + mask]!;
      high |= HIGH_BITS[256 * y + mask]!;
    }
    let before = 0;
    low &= ~1;
    for (let offset = 0; ; ) {
      if (low === 0) {
        if (high === 0) break;
        low = high;
        high = 0;
        offset = 32;
        continue;
      }
      const k = offset + 31 - Math.clz32(low & -low);
      low &= low - 1;
      let run = k - before - 1;
      before = k;
      if (run > 15) {
        const zeros = codes[table + 0xf0]!;
        for (; run > 15; run -= 16) file.put(zeros & 0xffff, zeros >> 16);
      }
      const level = levels[at + ZIGZAG[k]!]!;
      const size = 32 - Math.clz32(level < 0 ? -level : level);
      const code = codes[table + (run << 4) + size]!;
      const bits = (level < 0 ? level - 1 : level) & ((1 << size) - 1);
      const count = (code >> 16) + size;
      if (count <= 24) file.put(((code & 0xffff) << size) | bits, count);
      else {
        file.put(code & 0xffff, code >> 16);
        file.put(bits, size);
      }
    }
    if (before < 63) file.put(codes[table]! & 0xffff, codes[table]! >> 16);
  }

  /** Ends the scan. */
  end(): void {
    this.file.endScan();
  }
}
