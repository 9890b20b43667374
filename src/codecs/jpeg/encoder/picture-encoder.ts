/**
 * From rows of pixels to a file, in stated memory: real levels of a window of bands are gathered, their statistics give the costs by
 * which they are decided, and what is decided goes into the block store, from which the scans are written at the end.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { createMemory, giveBackMemory, type JpegMemory, MemoryPlan } from '../kernels/memory.ts';
import { FACTORS_BYTES, writeFactors } from '../kernels/plain/real-blocks.ts';
import type { Segment } from '../standard/read-file.ts';
import { BandSamples, type SamplePlane } from './band-samples.ts';
import { type ComponentBlocks, createBlockStore } from './block-store.ts';
import type { JpegInspector } from './inspector.ts';
import { LevelDecision } from './level-decision.ts';
import type { PixelLayout } from './pixel-rows.ts';
import type { RealLevels } from './real-levels.ts';
import type { Tuning } from './tuning.ts';
import { type ScanMode, writeFile } from './write-scans.ts';

/** Real levels that a window holds at most: 2 MB, which stay in a cache. */
const WINDOW_LEVELS = 2 ** 19;

/** Pixels from which on vector kernels are worth their memory. */
const VECTORS_FROM = 1 << 12;

/** Blocks of a component that are counted before a window is decided. */
const COUNTED_BLOCKS = 1500;

/** The settings of a picture encoder. */
export interface PictureSettings extends PixelLayout {
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

/** Byte positions of what a window of a component has. */
interface WindowPlaces {
  readonly blocks: number;
  readonly levels: number;
  readonly masks: number;
  readonly variances: number;
  readonly factors: number;
}

interface ComponentWindow {
  readonly places: WindowPlaces;
  readonly real: RealLevels;
  /** Luma alone has white and black. */
  readonly hasDeringing: boolean;
  readonly decision: LevelDecision;
  rows: number;
}

/** Encodes one picture. */
export class PictureEncoder {
  private readonly settings: PictureSettings;
  private readonly samples: BandSamples;
  private readonly blocks: ComponentBlocks[];
  private readonly windows: ComponentWindow[];
  private readonly memory: JpegMemory;
  private readonly usedKernels: VectorKernels;
  private readonly windowBands: number;
  private band = 0;
  private bandsInWindow = 0;
  private rows = 0;

  constructor(settings: PictureSettings) {
    const { frame, tuning, inspector } = settings;
    this.settings = settings;
    inspector?.picture(
      frame,
      frame.components.map((_, i) => tuning.planes[i]!.steps),
    );
    const plan = new MemoryPlan();
    this.samples = new BandSamples(settings, plan, () => this.memory);
    this.blocks = createBlockStore(frame);
    const bandLevels = frame.components.reduce((sum, c) => sum + 64 * c.blocksWide * c.v, 0);
    this.windowBands = Math.min(
      frame.mcusHigh,
      Math.max(1, Math.floor(WINDOW_LEVELS / bandLevels)),
    );
    const places = frame.components.map(({ blocksWide, v }): WindowPlaces => {
      const blocks = blocksWide * v * this.windowBands;
      return {
        blocks,
        levels: plan.place(4 * 64 * blocks),
        masks: plan.place(8 * blocks),
        variances: plan.place(4 * blocks),
        factors: plan.place(FACTORS_BYTES),
      };
    });
    this.usedKernels = frame.width * frame.height < VECTORS_FROM ? false : settings.vectorKernels;
    this.memory = createMemory(plan.size, this.usedKernels);
    this.windows = places.map((own, i) => this.createWindow(own, i));
  }

  private createWindow(places: WindowPlaces, index: number): ComponentWindow {
    const { tuning, inspector } = this.settings;
    const { singles, words } = this.memory;
    const { blocks, levels, masks, variances, factors } = places;
    const plane = tuning.planes[index]!;
    writeFactors(singles, factors >> 2, plane.steps);
    return {
      places,
      real: {
        levels: singles.subarray(levels >> 2, (levels >> 2) + 64 * blocks),
        masks: words.subarray(masks >> 2, (masks >> 2) + 2 * blocks),
        variances: singles.subarray(variances >> 2, (variances >> 2) + blocks),
      },
      hasDeringing: index === 0 && tuning.hasDeringing,
      decision: new LevelDecision(plane, this.blocks[index]!, index, inspector),
      rows: 0,
    };
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
    const { places, hasDeringing } = window;
    const { kernels } = this.memory;
    const { blocksWide, blocksHigh, v } = this.settings.frame.components[index]!;
    const stride = this.samples.strides[index]!;
    const rows = Math.min(v, blocksHigh - this.band * v);
    for (let y = 0; y < rows; y++) {
      const first = blocksWide * window.rows++;
      const { factors, levels, masks, variances } = places;
      const from = this.samples.planes[index]! + 8 * y * stride;
      const to = [levels + 256 * first, masks + 8 * first, variances + 4 * first] as const;
      kernels.realLevels(from, stride, blocksWide, factors, ...to);
      if (hasDeringing) kernels.deringBlocks(from, stride, blocksWide, factors, ...to);
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

  /** The file. All rows have been added; the encoder is used no more. */
  finish(): Uint8Array<ArrayBuffer> {
    const { frame, tuning, segments, scans, restartInterval, isExact = false } = this.settings;
    giveBackMemory(this.memory, this.usedKernels);
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
