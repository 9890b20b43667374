/**
 * Rows of pixels as the samples of a band's components: color conversion (T.871 clause 7) in floating point without rounding, chroma as
 * means of the pixels that share a sample, the last column and row repeated to whole MCUs (T.81 clause A.2.4).
 */
import type { Frame } from '../standard/frame.ts';

/** Cb = (B - Y) / 1.772, Cr = (R - Y) / 1.402 (T.871 clause 7). */
const BLUENESS = 1 / 1.772;
const REDNESS = 1 / 1.402;

/** How pixels lie in memory: interleaved samples of 8 bits. Four channels are red, green, blue and alpha. */
export type PixelChannels = 1 | 3 | 4;

/** A plane of samples of 8 bits: sample x of row y is `(data[offset + y * stride + x] - black) * scale` on JPEG's scale of 0..255. */
export interface SamplePlane {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly black: number;
  readonly scale: number;
}

/** Samples of one band, level-shifted (T.81 clause A.3.1); one plane a component, rows without gaps, whole blocks. */
export class BandSamples {
  readonly planes: readonly Float32Array[];
  readonly strides: readonly number[];
  private readonly frame: Frame;
  private readonly channels: PixelChannels;
  private readonly background: readonly number[];
  /** Chroma in full size, where it is to be reduced: a band of Cb, and one of Cr. */
  private readonly fullChroma: readonly Float32Array[];
  private readonly fullStride: number;
  private rows = 0;

  /** @param background red, green and blue behind what is transparent */
  constructor(frame: Frame, channels: PixelChannels, background: readonly number[]) {
    this.frame = frame;
    this.channels = channels;
    this.background = background;
    this.strides = frame.components.map((c) => 8 * c.paddedBlocksWide);
    this.planes = frame.components.map((c, i) => new Float32Array(this.strides[i]! * 8 * c.v));
    this.fullStride = 8 * frame.maxH * frame.mcusWide;
    const isReduced = frame.maxH > 1 || frame.maxV > 1;
    const size = this.fullStride * 8 * frame.maxV;
    this.fullChroma = isReduced
      ? [new Float32Array(size), new Float32Array(size)]
      : this.planes.slice(1);
  }

  /** Rows of a whole band. */
  get capacity(): number {
    return 8 * this.frame.maxV;
  }

  /** Rows added since the band began. */
  get rowCount(): number {
    return this.rows;
  }

  /** Adds a row of pixels, `frame.width` of them from `from` on. */
  addRow(pixels: Uint8Array, from: number): void {
    const at = this.rows * this.fullStride;
    if (this.frame.components.length === 1) this.addGrayRow(pixels, from, at);
    else this.addColorRow(pixels, from, at);
    this.repeatLastColumn(at);
    this.rows++;
  }

  private addGrayRow(pixels: Uint8Array, from: number, at: number): void {
    const luma = this.planes[0]!;
    for (let x = 0; x < this.frame.width; x++) luma[at + x] = pixels[from + x]! - 128;
  }

  private addColorRow(pixels: Uint8Array, from: number, at: number): void {
    const { channels, background } = this;
    const luma = this.planes[0]!;
    const [blueness, redness] = this.fullChroma as [Float32Array, Float32Array];
    const end = at + this.frame.width;
    for (; at < end; at++, from += channels) {
      let red = pixels[from]!;
      let green = pixels[from + 1]!;
      let blue = pixels[from + 2]!;
      if (channels === 4 && pixels[from + 3] !== 255) {
        const alpha = pixels[from + 3]! / 255;
        red = Math.round(background[0]! + (red - background[0]!) * alpha);
        green = Math.round(background[1]! + (green - background[1]!) * alpha);
        blue = Math.round(background[2]! + (blue - background[2]!) * alpha);
      }
      const y = 0.299 * red + 0.587 * green + 0.114 * blue;
      luma[at] = y - 128;
      blueness[at] = (blue - y) * BLUENESS;
      redness[at] = (red - y) * REDNESS;
    }
  }

  private repeatLastColumn(at: number): void {
    const { width } = this.frame;
    const planes =
      this.frame.components.length === 1 ? this.planes : [this.planes[0]!, ...this.fullChroma];
    for (const plane of planes)
      plane.fill(plane[at + width - 1]!, at + width, at + this.fullStride);
  }

  /**
   * Fills the band from planes that are sampled as the frame is; `band` is its number. Where the planes are smaller than
   * whole blocks, their last column and row are repeated. Then the band is finished.
   */
  fillFromPlanes(sources: readonly SamplePlane[], band: number): void {
    this.frame.components.forEach((component, i) => {
      const { width, height, v } = component;
      const { data, offset, stride, black, scale } = sources[i]!;
      const plane = this.planes[i]!;
      const planeStride = this.strides[i]!;
      for (let y = 0; y < 8 * v; y++) {
        const from = offset + Math.min(height - 1, band * 8 * v + y) * stride;
        const to = y * planeStride;
        for (let x = 0; x < width; x++) plane[to + x] = (data[from + x]! - black) * scale - 128;
        plane.fill(plane[to + width - 1]!, to + width, to + planeStride);
      }
    });
  }

  /** Ends the band: repeats the last row that was added, and reduces chroma. The next row begins a new band. */
  finish(): void {
    const { fullStride } = this;
    const planes =
      this.frame.components.length === 1 ? this.planes : [this.planes[0]!, ...this.fullChroma];
    for (let row = this.rows; row < this.capacity; row++) {
      const last = (row - 1) * fullStride;
      for (const plane of planes) plane.copyWithin(row * fullStride, last, last + fullStride);
    }
    this.rows = 0;
    if (this.fullChroma[0] !== this.planes[1]) {
      for (let i = 1; i < this.planes.length; i++) this.reduce(i);
    }
  }

  /** Means of maxH x maxV samples (1x2, 2x1 or 2x2). */
  private reduce(index: number): void {
    const { maxH, maxV } = this.frame;
    const full = this.fullChroma[index - 1]!;
    const plane = this.planes[index]!;
    const stride = this.strides[index]!;
    const right = maxH - 1;
    const down = (maxV - 1) * this.fullStride;
    for (let to = 0, y = 0; to < plane.length; to += stride, y += maxV) {
      let from = y * this.fullStride;
      for (let x = 0; x < stride; x++, from += maxH) {
        const sum =
          full[from]! + full[from + right]! + full[from + down]! + full[from + down + right]!;
        plane[to + x] = 0.25 * sum;
      }
    }
  }
}
