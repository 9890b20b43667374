/**
 * Rows of pixels as the samples of a band's components: color conversion (T.871 clause 7) in floating point without rounding, chroma as
 * means of the pixels that share a sample, the last column and row repeated to whole MCUs (T.81 clause A.2.4).
 */
import type { JpegMemory, MemoryPlan } from '../kernels/memory.ts';
import type { Frame } from '../standard/frame.ts';
import { loadPixelRow, type PixelLayout, paddedWidth } from './pixel-rows.ts';

/** A plane of samples of 8 bits: sample x of row y is `(data[offset + y * stride + x] - black) * scale` on JPEG's scale of 0..255. */
export interface SamplePlane {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly black: number;
  readonly scale: number;
}

/** Samples of one band, level-shifted (T.81 clause A.3.1); one plane of float32 a component, rows without gaps, whole blocks. */
export class BandSamples {
  /** Byte positions of the planes, and bytes of their rows. */
  readonly planes: readonly number[];
  readonly strides: readonly number[];
  private readonly layout: PixelLayout;
  private readonly frame: Frame;
  private readonly memory: () => JpegMemory;
  /** Chroma in full size, where it is to be reduced: a band of Cb, and one of Cr. */
  private readonly fullChroma: readonly number[];
  private readonly fullStride: number;
  /** A row of pixels, and its three colors. */
  private readonly pixels: number;
  private readonly colors: number;
  private readonly colorStride: number;
  private rows = 0;

  /**
   * @param plan gets the places of samples
   * @param memory gives the memory once it is there
   */
  constructor(layout: PixelLayout, plan: MemoryPlan, memory: () => JpegMemory) {
    const { frame, channels } = layout;
    this.layout = layout;
    this.frame = frame;
    this.memory = memory;
    this.strides = frame.components.map((c) => 4 * 8 * c.paddedBlocksWide);
    this.planes = frame.components.map((c, i) => plan.place(this.strides[i]! * 8 * c.v));
    this.fullStride = 4 * paddedWidth(frame);
    const isReduced = frame.maxH > 1 || frame.maxV > 1;
    const size = this.fullStride * this.capacity;
    this.fullChroma = isReduced ? [plan.place(size), plan.place(size)] : this.planes.slice(1);
    // Pixels are split in steps of 16.
    this.colorStride = paddedWidth(frame) + 16;
    this.pixels = plan.place(channels * this.colorStride);
    this.colors = plan.place(3 * this.colorStride);
  }

  /** Rows of whole bands. */
  get capacity(): number {
    return 8 * this.frame.maxV;
  }

  /** Rows added since the band began. */
  get rowCount(): number {
    return this.rows;
  }

  /** Adds a row of pixels, `frame.width` of them from `from` on. */
  addRow(source: Uint8Array, from: number): void {
    const { pixels, colors, colorStride, layout } = this;
    const { bytes, kernels } = this.memory();
    const at = this.rows * this.fullStride;
    const width = paddedWidth(this.frame);
    loadPixelRow(layout, source, from, bytes, pixels);
    const luma = this.planes[0]! + at;
    if (this.frame.components.length === 1) kernels.grayToReal(pixels, luma, width);
    else {
      const split = layout.channels === 3 ? kernels.splitPixels3 : kernels.splitPixels4;
      split(pixels, colors, colorStride, (width + 15) & ~15);
      const [cb, cr] = this.fullChroma;
      kernels.colorsToReal(colors, colorStride, luma, cb! + at, cr! + at, width);
    }
    this.rows++;
  }

  /**
   * Fills the band from planes that are sampled as the frame is; `band` is its number. Where the planes are smaller than
   * whole blocks, their last column and row are repeated. Then the band is finished.
   */
  fillFromPlanes(sources: readonly SamplePlane[], band: number): void {
    const { singles } = this.memory();
    this.frame.components.forEach((component, i) => {
      const { width, height, v } = component;
      const { data, offset, stride, black, scale } = sources[i]!;
      const planeStride = this.strides[i]! >> 2;
      for (let y = 0; y < 8 * v; y++) {
        const from = offset + Math.min(height - 1, band * 8 * v + y) * stride;
        const to = (this.planes[i]! >> 2) + y * planeStride;
        for (let x = 0; x < width; x++) singles[to + x] = (data[from + x]! - black) * scale - 128;
        singles.fill(singles[to + width - 1]!, to + width, to + planeStride);
      }
    });
  }

  /** Ends the band: repeats the last row that was added, and reduces chroma. The next row begins a new band. */
  finish(): void {
    const { fullStride, fullChroma } = this;
    const { bytes } = this.memory();
    const planes =
      this.frame.components.length === 1 ? this.planes : [this.planes[0]!, ...fullChroma];
    for (let row = this.rows; row < this.capacity; row++) {
      for (const plane of planes) {
        const last = plane + (row - 1) * fullStride;
        bytes.copyWithin(last + fullStride, last, last + fullStride);
      }
    }
    this.rows = 0;
    if (fullChroma[0] !== this.planes[1]) {
      for (let i = 1; i < this.planes.length; i++) this.reduce(i);
    }
  }

  /** Means of maxH x maxV samples (1x2, 2x1 or 2x2). */
  private reduce(index: number): void {
    const { maxH, maxV } = this.frame;
    const { kernels } = this.memory();
    const mean = maxH === 2 ? kernels.meanPairs : kernels.meanRows;
    const stride = this.strides[index]!;
    for (let y = 0; y < 8; y++) {
      const upper = this.fullChroma[index - 1]! + y * maxV * this.fullStride;
      const lower = upper + (maxV - 1) * this.fullStride;
      mean(upper, lower, this.planes[index]! + y * stride, stride >> 2);
    }
  }
}
