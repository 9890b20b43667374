/** From rows to the zlib stream of a picture: PNG (third edition) clauses 7 and 9 to 11.2.3. */

import { JoinedBytes } from '../../../base/joined-bytes.ts';
import type { KernelMemory } from '../../../wasm/kernel-memory.ts';
import { createQuickBlocks } from '../../deflate/encoder/quick-blocks.ts';
import { SizeMeter } from '../../deflate/encoder/size-meter.ts';
import { type DeflateInspector, Deflater } from '../../deflate/index.ts';
import type { PngImage } from '../image.ts';
import { filterDistance, rowBytes } from '../standard/header.ts';
import { passesOf } from '../standard/interlace.ts';
import { createRowMemory, type FilterStrategy, RowFilter } from './filter-strategy.ts';
import type { PngInspector } from './inspector.ts';
import { type PixelPlan, RowMaker } from './plan.ts';

/** Calls `take` with each filtered row; the bytes are valid during the call. Rows that are not wanted are left out. */
export function filteredRows(
  image: PngImage,
  plan: PixelPlan,
  strategy: FilterStrategy,
  take: (bytes: Uint8Array) => void,
  isWanted: (y: number) => boolean = () => true,
  memory?: KernelMemory,
  inspector: PngInspector | null = null,
): void {
  const maker = new RowMaker(image, plan);
  const longest = rowBytes(plan.header, image.width);
  const distance = filterDistance(plan.header);
  const filter = new RowFilter(strategy, longest, distance, memory, inspector);
  for (const pass of maker.passes) {
    const length = maker.length(pass);
    filter.begin();
    if (inspector !== null) inspector.pass(pass.width, pass.height);
    let isAboveThere = true;
    for (let y = 0; y < pass.height; y++) {
      if (!isWanted(y)) {
        isAboveThere = false;
        continue;
      }
      if (!isAboveThere) maker.make(pass, y - 1, filter.bytes, filter.aboveAt);
      isAboveThere = true;
      maker.make(pass, y, filter.bytes, filter.rowAt);
      take(filter.apply(length));
    }
  }
}

/** Bytes of all rows with their filter types. */
export function pixelBytes({ header }: PixelPlan): number {
  let bytes = 0;
  for (const pass of passesOf(header.width, header.height, header.interlaced)) {
    bytes += pass.height * (1 + rowBytes(header, pass.width));
  }
  return bytes;
}

/** A level of deflate, or its way to parse rows in a hurry. */
export type PixelLevel = number | 'quick';

/** Opens the compressor for at most that many bytes of rows. `lends`: pieces are valid during the call that hands them on only. */
export function createDeflater(
  maxBytes: number,
  level: PixelLevel,
  inspect: DeflateInspector | null = null,
  lends = false,
): Deflater {
  const options = { format: 'zlib', maxBytes, inspect } as const;
  if (level !== 'quick') return new Deflater({ ...options, level }, null, lends);
  return new Deflater({ ...options, level: 1 }, createQuickBlocks, lends);
}

/** The zlib stream of a picture. */
export function compressPixels(
  image: PngImage,
  plan: PixelPlan,
  strategy: FilterStrategy,
  level: PixelLevel,
  inspector: PngInspector | null = null,
): JoinedBytes {
  const output = new JoinedBytes();
  const append = (piece: Uint8Array) => output.append(piece);
  emitPixels(image, plan, strategy, level, append, inspector);
  return output;
}

/** How many bytes that stream has. */
export function compressedSize(
  image: PngImage,
  plan: PixelPlan,
  strategy: FilterStrategy,
  level: PixelLevel,
): number {
  let size = 0;
  emitPixels(image, plan, strategy, level, (piece) => {
    size += piece.length;
  });
  return size;
}

/** Hands on the stream in pieces that are valid during the call. */
function emitPixels(
  image: PngImage,
  plan: PixelPlan,
  strategy: FilterStrategy,
  level: PixelLevel,
  emit: (piece: Uint8Array) => void,
  inspector: PngInspector | null = null,
): void {
  if (inspector !== null) inspector.picture({ header: plan.header, strategy, level });
  const deflater = createDeflater(pixelBytes(plan), level, inspector?.deflate, true);
  const take = (bytes: Uint8Array) => deflater.push(bytes, emit);
  filteredRows(image, plan, strategy, take, () => true, undefined, inspector);
  deflater.finish(emit);
}

/** Bands of rows that a trial looks at, at least, and rows of a band at most. */
const LEAST_BANDS = 8;
const MOST_ROWS = 32;

/** Tries ways to write one picture, all in the same memory. */
export class PixelTrials {
  private readonly image: PngImage;
  private readonly memory: KernelMemory;
  private readonly meters = new Map<number, SizeMeter>();

  /** `plans`: those that will be tried. */
  constructor(image: PngImage, plans: readonly PixelPlan[]) {
    this.image = image;
    const longest = plans.map(({ header }) => rowBytes(header, image.width));
    this.memory = createRowMemory(Math.max(...longest));
  }

  /**
   * How many bytes part of the picture takes: bands of rows spread over it, about `most` pixels in all, the same ones for every plan
   * and strategy.
   */
  sizeOf(plan: PixelPlan, strategy: FilterStrategy, level: PixelLevel, most: number): number {
    const { image, memory } = this;
    const every = plan.header.interlaced ? 1 : Math.ceil((image.height * image.width) / most);
    const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(image.height / (LEAST_BANDS * every))));
    const isWanted = (y: number) => Math.floor(y / rows) % every === 0;
    if (level === 'quick') {
      let size = 0;
      const count = (piece: Uint8Array) => {
        size += piece.length;
      };
      const deflater = createDeflater(pixelBytes(plan), level, null, true);
      const take = (bytes: Uint8Array) => deflater.push(bytes, count);
      filteredRows(image, plan, strategy, take, isWanted, memory);
      deflater.finish(count);
      return size;
    }
    const meter = this.meters.get(level) ?? new SizeMeter(level, pixelBytes(plan));
    this.meters.set(level, meter);
    meter.begin();
    filteredRows(image, plan, strategy, (bytes) => meter.push(bytes), isWanted, memory);
    return meter.finish();
  }
}
