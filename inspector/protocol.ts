/** What the page and its worker say to each other. Everything is plain data; large arrays are transferred, never copied. */
import type { Preset } from '../src/codecs/h264/index.ts';

/** Pictures to be encoded: planes of 4:2:0, luma, Cb, Cr, without padding; both sizes are even. */
export interface SourcePictures {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Pictures a second. */
  readonly frameRate: number;
  readonly pictures: readonly Uint8Array[];
}

/** What the page lets one choose of the encoder. */
export interface Settings {
  readonly preset: Preset;
  readonly qp: number;
  readonly profile: 'baseline' | 'main' | 'high';
  readonly bframes: number;
  readonly coding: 'CAVLC' | 'CABAC';
}

/** What the page asks for. */
export type Request =
  | { readonly kind: 'sample'; readonly id: number }
  | {
      readonly kind: 'encode';
      readonly id: number;
      readonly source: SourcePictures;
      readonly settings: Settings;
      /** Whether a trace and all samples are wanted, or sizes and errors alone. */
      readonly isFull: boolean;
    };

/** Samples of a picture, as those of `SourcePictures`. */
export interface PictureSamples {
  readonly pts: number;
  readonly prediction: Uint8Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Size and error of a picture. */
export interface PictureFigures {
  readonly pts: number;
  readonly bytes: number;
  /** Squared error of its luma samples, summed. */
  readonly squaredError: number;
}

/** A complete encode. */
export interface Coded {
  readonly settings: Settings;
  /** In coding order. */
  readonly figures: readonly PictureFigures[];
  readonly samples: readonly PictureSamples[];
  /** The trace; empty unless asked for. */
  readonly trace: Uint8Array;
  /** The stream in an MP4 file; empty unless asked for. */
  readonly file: Uint8Array;
  readonly milliseconds: number;
}

/** What the worker answers. */
export type Reply =
  | { readonly kind: 'sample'; readonly id: number; readonly source: SourcePictures }
  | { readonly kind: 'progress'; readonly id: number; readonly coded: number }
  | { readonly kind: 'coded'; readonly id: number; readonly coded: Coded }
  | { readonly kind: 'problem'; readonly id: number; readonly message: string };
