/** Writes a PNG file row by row, in memory for a few rows and the window of deflate: for pictures that are never whole in memory. */
import { ConfigError, rejectUnknownKeys, requireOneOf, StateError } from '../../base/errors.ts';
import type { Deflater, Emit } from '../deflate/index.ts';
import { type FilterStrategy, RowFilter } from './encoder/filter-strategy.ts';
import { createDeflater, type PixelLevel, pixelBytes } from './encoder/pixels.ts';
import { identityPlan } from './encoder/reduce.ts';
import { EFFORTS, type PngEffort, paletteChunks } from './encoder.ts';
import type { PngImage } from './image.ts';
import { chunksBeforePalette, chunksBeforePixels, chunksBehindPixels } from './metadata.ts';
import { chunkBytes, SIGNATURE } from './standard/chunks.ts';
import {
  channelsOf,
  filterDistance,
  headerData,
  PALETTE,
  requireHeader,
  rowBytes,
} from './standard/header.ts';
import { packSamples, type Samples } from './standard/samples.ts';

/** Everything of a picture but its pixels, and how hard to try. */
export interface PngEncoderOptions extends Omit<PngImage, 'data'> {
  /** Default `default`. */
  readonly effort?: PngEffort;
}

/** Efforts: filters of pictures of 8 and 16 bits and of the others, level of deflate. */
const EFFORT_OPTIONS: Readonly<Record<PngEffort, readonly [FilterStrategy, PixelLevel]>> = {
  fast: ['sum', 'quick'],
  default: ['entropy', 9],
  best: ['entropy', 12],
};

/** Takes rows of samples in the color type and depth of the file, from the top. */
export class PngEncoder {
  private readonly options: PngEncoderOptions;
  private readonly plan: ReturnType<typeof identityPlan>;
  private readonly deflater: Deflater;
  private readonly filter: RowFilter;
  private readonly length: number;
  private rows = 0;
  private isBegun = false;
  private isFinished = false;

  constructor(options: PngEncoderOptions) {
    const { effort = 'default', ...image } = options;
    const keys = [
      'width',
      'height',
      'colorType',
      'bitDepth',
      'palette',
      'paletteAlpha',
      'transparent',
      'metadata',
    ];
    rejectUnknownKeys('png.encoder', image, keys);
    requireHeader('png.encoder', { ...image, interlaced: false });
    if (image.colorType === PALETTE && image.palette === undefined) {
      throw new ConfigError('png.encoder.palette', 'is needed for color type 3');
    }
    const [strategy, level] = EFFORT_OPTIONS[requireOneOf('png.encoder.effort', effort, EFFORTS)];
    this.options = options;
    this.plan = identityPlan({ ...image, data: new Uint8Array(0) }, false);
    const { header } = this.plan;
    this.length = rowBytes(header, image.width);
    const isPlain = header.colorType === PALETTE || header.bitDepth < 8;
    this.filter = new RowFilter(isPlain ? 0 : strategy, this.length, filterDistance(header));
    this.deflater = createDeflater(pixelBytes(this.plan), level, null, true);
  }

  /**
   * Takes whole rows: `samples` has one or more of them. Hands on bytes of the file as they are ready. Throws `ConfigError` for
   * samples that make no whole rows, `StateError` for more rows than the picture has.
   */
  push(samples: Samples, emit: Emit): void {
    const { header } = this.plan;
    const perRow = header.width * channelsOf(header.colorType);
    const isWide = header.bitDepth === 16;
    if (samples instanceof Uint16Array !== isWide) {
      throw new ConfigError(
        'png.encoder.push',
        `needed is a ${isWide ? 'Uint16Array' : 'Uint8Array'}`,
      );
    }
    if (samples.length % perRow !== 0) {
      throw new ConfigError(
        'png.encoder.push',
        `got ${samples.length} samples, a row has ${perRow}`,
      );
    }
    const count = samples.length / perRow;
    if (this.isFinished || this.rows + count > header.height) {
      throw new StateError('png.encoder.push', `more than ${header.height} rows`);
    }
    this.begin(emit);
    for (let i = 0; i < count; i++) {
      this.pack(samples, i * perRow, perRow);
      const filtered = this.filter.apply(this.length);
      this.deflater.push(filtered, (piece) => emit(chunkBytes('IDAT', piece)));
      this.rows++;
    }
  }

  /** Ends the file. Throws `StateError` if rows are wanting. */
  finish(emit: Emit): void {
    const { height } = this.plan.header;
    if (this.isFinished || this.rows !== height) {
      throw new StateError(
        'png.encoder.finish',
        `got ${this.rows} rows, the picture has ${height}`,
      );
    }
    this.isFinished = true;
    this.deflater.finish((piece) => emit(chunkBytes('IDAT', piece)));
    for (const chunk of chunksBehindPixels(this.options.metadata ?? {})) emit(chunk);
    emit(chunkBytes('IEND', new Uint8Array(0)));
  }

  private begin(emit: Emit): void {
    if (this.isBegun) return;
    this.isBegun = true;
    const metadata = this.options.metadata ?? {};
    emit(SIGNATURE);
    emit(chunkBytes('IHDR', headerData(this.plan.header)));
    for (const chunk of chunksBeforePalette(metadata)) emit(chunk);
    for (const chunk of paletteChunks(this.plan)) emit(chunk);
    for (const chunk of chunksBeforePixels(metadata, this.plan.header.colorType === PALETTE))
      emit(chunk);
  }

  private pack(samples: Samples, from: number, count: number): void {
    const { bytes, rowAt } = this.filter;
    if (samples instanceof Uint16Array) {
      for (let i = 0; i < count; i++) {
        bytes[rowAt + 2 * i] = samples[from + i]! >> 8;
        bytes[rowAt + 2 * i + 1] = samples[from + i]!;
      }
    } else {
      packSamples(samples, from, 1, count, this.plan.header.bitDepth as 8, bytes, rowAt);
    }
  }
}
