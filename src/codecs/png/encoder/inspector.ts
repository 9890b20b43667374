/**
 * What can be watched while a PNG file is written. All methods are called during the call that writes, with numbers and views that are
 * valid only then, and must not be changed. The file is the same with and without an inspector.
 */
import type { DeflateInspector } from '../../deflate/index.ts';
import type { FrameControl } from '../animation.ts';
import type { PngHeader } from '../standard/header.ts';
import type { FilterStrategy } from './filter-strategy.ts';
import type { PixelLevel } from './pixels.ts';

/** A way to write the pixels. */
export interface PngWay {
  readonly header: PngHeader;
  /** `unknown` of a file that somebody else may have written. */
  readonly strategy: FilterStrategy | 'unknown';
  readonly level: PixelLevel | 'unknown';
}

/** Watches whoever writes a file; pass it as option `inspect`. */
export interface PngInspector {
  /** Told of the zlib stream of the pixels that are written; null to leave it out. */
  readonly deflate: DeflateInspector | null;
  /** A way was tried on the whole picture (`isWhole`) or on part of it, and took `bytes` bytes, those of a palette among them. */
  trial(way: PngWay, bytes: number, isWhole: boolean): void;
  /** The picture is written so; its passes, rows and stream follow. */
  picture(way: PngWay): void;
  /** The picture is shown so as part of an animation. */
  frame?(control: FrameControl): void;
  /** Rows of a pass follow: of the picture, or of one of the seven of Adam7. */
  pass(width: number, height: number): void;
  /**
   * A row is written.
   * @param filter its filter type
   * @param weighed what the rule of the strategy says of each filter type; NaN where the strategy has one filter for all rows
   * @param entropy bits of the row's bytes behind each filter by how often each value comes in it
   */
  row(filter: number, weighed: Float64Array, entropy: Float64Array): void;
  /** A chunk of the file with its length, type and check, or the signature before them, in `bytes` bytes. */
  chunk(type: string, bytes: number): void;
}
