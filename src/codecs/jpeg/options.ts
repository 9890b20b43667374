/** The options of the encoder, and their meaning. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
  requireOneOf,
} from '../../base/errors.ts';
import type { VectorKernels } from '../../wasm/kernel-memory.ts';
import type { JpegInspector } from './encoder/inspector.ts';
import type { ScanMode } from './encoder/write-scans.ts';
import { JPEG_KERNELS } from './kernels/vector/index.ts';
import { createFrame, type Frame } from './standard/frame.ts';
import { type JpegMetadata, metadataSegments } from './standard/metadata.ts';
import type { Segment } from './standard/read-file.ts';

/** Samples of chroma for those of luma: as many, half in each row, half of the rows, or both. */
export type JpegSubsampling = '4:4:4' | '4:2:2' | '4:4:0' | '4:2:0';

/** How much work goes into a file. `fast`: one pass in integers, typical Huffman tables, a baseline file. `best`: all scripts over all rows. */
export type JpegEffort = 'fast' | 'default' | 'best';

/** Options that a whole picture and rows share. */
export interface JpegEncodeOptions {
  /** 1..100, on the scale that JPEG encoders have in common. Default 75. */
  readonly quality?: number;
  /** Default `auto`: 4:4:4 from quality 90 on, below that 4:2:0. Gray pictures have no chroma. */
  readonly subsampling?: JpegSubsampling | 'auto';
  /** Default `default`. */
  readonly effort?: JpegEffort;
  /** Vector kernels: true where the engine can make them, false for none, or the module of `vitrine/kernels.wasm`. Default true; the bytes are the same. */
  readonly vectorKernels?: VectorKernels;
  /** Default `smallest`: progressive, or baseline where that is smaller. */
  readonly scans?: ScanMode;
  /** MCUs between restart markers, 1..65535; 0, the default, for none. */
  readonly restartInterval?: number;
  readonly metadata?: JpegMetadata;
  /** The color behind transparent pixels: red, green, blue, 0..255. Default white. */
  readonly background?: readonly [number, number, number];
  /** Told of what is decided and written; null (default) for none. The file is the same. */
  readonly inspect?: JpegInspector | null;
}

/** Names of the options. */
export const ENCODE_OPTIONS: readonly (keyof JpegEncodeOptions)[] = [
  'quality',
  'subsampling',
  'effort',
  'vectorKernels',
  'scans',
  'restartInterval',
  'metadata',
  'background',
  'inspect',
];

/** H and V of luma (T.81 clause A.1.1); chroma has 1. */
const FACTORS: Readonly<Record<JpegSubsampling, readonly [number, number]>> = {
  '4:4:4': [1, 1],
  '4:2:2': [2, 1],
  '4:4:0': [1, 2],
  '4:2:0': [2, 2],
};

const SUBSAMPLINGS = ['4:4:4', '4:2:2', '4:4:0', '4:2:0'] as const;

/** Quality from which on chroma is not reduced. Choice: its steps are then small enough that the loss of samples would be seen first. */
const FULL_CHROMA_FROM = 90;

/** Options with their defaults, checked. */
export interface EncodeSettings {
  readonly quality: number;
  readonly subsampling: JpegSubsampling;
  readonly effort: JpegEffort;
  readonly vectorKernels: VectorKernels;
  readonly scans: ScanMode;
  readonly restartInterval: number;
  readonly segments: readonly Segment[];
  readonly background: readonly [number, number, number];
  readonly inspector: JpegInspector | null;
}

/** Checks options and fills in defaults; throws `ConfigError` naming the option. */
export function requireSettings(options: JpegEncodeOptions): EncodeSettings {
  const quality = requireNumber('jpeg.options.quality', options.quality ?? 75, 1, 100);
  const asked = requireOneOf('jpeg.options.subsampling', options.subsampling ?? 'auto', [
    ...SUBSAMPLINGS,
    'auto',
  ]);
  const scans = requireOneOf('jpeg.options.scans', options.scans ?? 'smallest', [
    'smallest',
    'progressive',
    'baseline',
  ]);
  const effort = requireOneOf('jpeg.options.effort', options.effort ?? 'default', [
    'fast',
    'default',
    'best',
  ]);
  const vectorKernels = JPEG_KERNELS.requireKernels(
    'jpeg.options.vectorKernels',
    options.vectorKernels ?? true,
  );
  if (effort === 'fast' && scans === 'progressive') {
    throw new ConfigError('jpeg.options.scans', 'progressive files take effort default or best');
  }
  const restartInterval = requireInteger(
    'jpeg.options.restartInterval',
    options.restartInterval ?? 0,
    0,
    65535,
  );
  const background = options.background ?? [255, 255, 255];
  if (!Array.isArray(background) || background.length !== 3) {
    throw new ConfigError('jpeg.options.background', 'needed are red, green and blue');
  }
  for (const value of background) requireInteger('jpeg.options.background', value, 0, 255);
  const auto = quality >= FULL_CHROMA_FROM ? '4:4:4' : '4:2:0';
  const metadata = options.metadata ?? {};
  rejectUnknownKeys('jpeg.options.metadata', metadata, [
    'density',
    'exif',
    'icc',
    'xmp',
    'comments',
  ]);
  return {
    quality,
    subsampling: asked === 'auto' ? auto : asked,
    effort,
    vectorKernels,
    scans,
    restartInterval,
    segments: metadataSegments(metadata),
    background,
    inspector: options.inspect ?? null,
  };
}

/** Checks the size of a picture (T.81 Table B.2: 16 bits each). */
export function requireSize(where: string, width: unknown, height: unknown): void {
  requireInteger(`${where}.width`, width, 1, 65535);
  requireInteger(`${where}.height`, height, 1, 65535);
}

/** The frame of a picture: gray, or Y, Cb and Cr, each with a quantization table of its own. */
export function frameOf(
  width: number,
  height: number,
  isGray: boolean,
  subsampling: JpegSubsampling,
): Frame {
  const [h, v] = FACTORS[subsampling];
  const luma = { id: 1, h: isGray ? 1 : h, v: isGray ? 1 : v, quantTable: 0 };
  const chroma = [2, 3].map((id) => ({ id, h: 1, v: 1, quantTable: id - 1 }));
  return createFrame(width, height, true, isGray ? [luma] : [luma, ...chroma]);
}
