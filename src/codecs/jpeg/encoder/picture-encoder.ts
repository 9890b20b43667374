/**
 * From rows of pixels to a file, in stated memory: real levels of a window of bands are gathered, their statistics give the costs by
 * which they are decided, and what is decided goes into the block store, from which the scans are written at the end.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Frame } from '../standard/frame.ts';
import type { Segment } from '../standard/read-file.ts';
import { BandSamples, type PixelChannels, type SamplePlane } from './band-samples.ts';
import { type ComponentBlocks, createBlockStore } from './block-store.ts';
import { Deringing } from './deringing.ts';
import {
  forwardDct,
  type RealLevels,
  type TransformFactors,
  transformFactors,
} from './forward-dct.ts';
import type { JpegInspector } from './inspector.ts';
import { LevelDecision } from './level-decision.ts';
import type { Tuning } from './tuning.ts';
import { type ScanMode, writeFile } from './write-scans.ts';

/** Real levels that a window holds at most: 2 MB, which stay in a cache. */
const WINDOW_LEVELS = 2 ** 19;

/** Blocks of a component that are counted before a window is decided. */
const COUNTED_BLOCKS = 1500;

/** The settings of a picture encoder. */
export interface PictureSettings {
  readonly frame: Frame;
  readonly channels: PixelChannels;
  readonly background: readonly number[];
  readonly tuning: Tuning;
  readonly segments: readonly Segment[];
  readonly scans: ScanMode;
  readonly restartInterval: number;
  readonly vectorKernels: VectorKernels;
  /** Whether scripts are compared over all rows. */
  readonly isExact?: boolean;
  /** Told of what is decided and written. */
  readonly inspector: JpegInspector | null;
}

interface ComponentWindow {
  readonly real: RealLevels;
  readonly factors: TransformFactors;
  /** Luma alone has white and black. */
  readonly deringing: Deringing | null;
  readonly decision: LevelDecision;
  rows: number;
}

/** Encodes one picture. */
export class PictureEncoder {
  private readonly settings: PictureSettings;
  private readonly samples: BandSamples;
  private readonly blocks: ComponentBlocks[];
  private readonly windows: ComponentWindow[];
  private readonly work = new Float64Array(64);
  private readonly windowBands: number;
  private band = 0;
  private bandsInWindow = 0;
  private rows = 0;

  constructor(settings: PictureSettings) {
    const { frame, channels, background, tuning, inspector } = settings;
    this.settings = settings;
    inspector?.picture(
      frame,
      frame.components.map((_, i) => tuning.planes[i]!.steps),
    );
    this.samples = new BandSamples(frame, channels, background);
    this.blocks = createBlockStore(frame);
    const bandLevels = frame.components.reduce((sum, c) => sum + 64 * c.blocksWide * c.v, 0);
    this.windowBands = Math.min(
      frame.mcusHigh,
      Math.max(1, Math.floor(WINDOW_LEVELS / bandLevels)),
    );
    this.windows = frame.components.map((component, i) => {
      const plane = tuning.planes[i]!;
      const blockCount = component.blocksWide * component.v * this.windowBands;
      const factors = transformFactors(plane.steps);
      return {
        real: {
          levels: new Float32Array(64 * blockCount),
          masks: new Int32Array(2 * blockCount),
          variances: new Float32Array(blockCount),
        },
        factors,
        deringing: i === 0 && tuning.hasDeringing ? new Deringing(factors) : null,
        decision: new LevelDecision(plane, this.blocks[i]!, i, inspector),
        rows: 0,
      };
    });
  }

  /** Rows that have been added. */
  get rowCount(): number {
    return this.rows;
  }

  /** Adds the next row of pixels. */
  addRow(pixels: Uint8Array, from: number): void {
    const { frame } = this.settings;
    this.samples.addRow(pixels, from);
    this.rows++;
    if (this.samples.rowCount < this.samples.capacity && this.rows < frame.height) return;
    this.samples.finish();
    this.endBand();
  }

  /** Adds all of a picture whose planes are sampled as the frame is; takes the place of `addRow`. */
  addPlanes(planes: readonly SamplePlane[]): void {
    const { frame } = this.settings;
    while (this.band < frame.mcusHigh) {
      this.samples.fillFromPlanes(planes, this.band);
      this.endBand();
    }
    this.rows = frame.height;
  }

  private endBand(): void {
    const { frame } = this.settings;
    for (let i = 0; i < this.windows.length; i++) this.transformBand(i);
    this.band++;
    this.bandsInWindow++;
    if (this.bandsInWindow < this.windowBands && this.band < frame.mcusHigh) return;
    for (let i = 0; i < this.windows.length; i++) this.decideWindow(i);
    this.bandsInWindow = 0;
  }

  private transformBand(index: number): void {
    const window = this.windows[index]!;
    const { deringing, factors, real } = window;
    const { blocksWide, blocksHigh, v } = this.settings.frame.components[index]!;
    const plane = this.samples.planes[index]!;
    const stride = this.samples.strides[index]!;
    const rows = Math.min(v, blocksHigh - this.band * v);
    for (let y = 0; y < rows; y++) {
      const first = blocksWide * window.rows++;
      for (let x = 0; x < blocksWide; x++) {
        const from = 8 * (y * stride + x);
        forwardDct(plane, from, stride, factors, this.work, real, first + x);
        if (deringing !== null) deringing.apply(plane, from, stride, this.work, real, first + x);
      }
    }
  }

  private decideWindow(index: number): void {
    const window = this.windows[index]!;
    const { decision, real, rows } = window;
    const { blocksWide } = this.settings.frame.components[index]!;
    const distance = Math.max(1, Math.floor((rows * blocksWide) / COUNTED_BLOCKS));
    decision.countRows(real, rows, distance);
    for (let y = 0; y < rows; y++) decision.decideRow(real, y * blocksWide);
    window.rows = 0;
  }

  /** The file. All rows have been added. */
  finish(): Uint8Array<ArrayBuffer> {
    const { frame, tuning, segments, scans, restartInterval, isExact = false } = this.settings;
    const quantTables: (Int16Array | undefined)[] = [];
    frame.components.forEach((component, i) => {
      quantTables[component.quantTable] = tuning.planes[i]!.steps;
    });
    return writeFile(
      { frame, quantTables, segments, restartInterval },
      this.blocks,
      scans,
      isExact,
      this.settings.vectorKernels,
      this.settings.inspector,
    );
  }
}
