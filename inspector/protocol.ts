/** What the page and its worker say to each other. Everything is plain data; large arrays are transferred, never copied. */
import type { Preset } from '../src/codecs/h264/index.ts';

/** Pictures to be encoded: planes of 4:2:0, luma, Cb, Cr, without padding; both sizes are even. */
export interface SourcePictures {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Pictures a second. */
  readonly frameRate: number;
  /** Whether a browser has decoded them: what is shown is another encode than that of the file. */
  readonly isDecoded?: boolean;
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
    }
  | {
      readonly kind: 'sound';
      readonly id: number;
      readonly source: SourceSound;
      /** Bits a second. */
      readonly bitRate: number;
    }
  | {
      readonly kind: 'image';
      readonly id: number;
      readonly source: SourceImage;
      readonly settings: ImageSettings;
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
  | { readonly kind: 'sound'; readonly id: number; readonly coded: CodedSound }
  | { readonly kind: 'image'; readonly id: number; readonly coded: CodedImage }
  | { readonly kind: 'problem'; readonly id: number; readonly message: string };

/** Sound to be encoded: samples by channel, full scale is 1. */
export interface SourceSound {
  readonly title: string;
  readonly sampleRate: number;
  readonly channels: readonly Float32Array[];
}

/** An encode of sound. */
export interface CodedSound {
  readonly title: string;
  readonly sampleRate: number;
  readonly bitRate: number;
  /** By frame and channel: 1024 lines, 32768 is full scale; empty where only a trace is there. */
  readonly spectra: Float32Array;
  /** By channel, as long as the source; what a decoder gives. */
  readonly decoded: readonly Float32Array[];
  readonly trace: Uint8Array;
  /** The stream as ADTS. */
  readonly file: Uint8Array;
  readonly milliseconds: number;
}

/** A picture to be written as a file: red, green, blue and alpha, 8 bits each. */
export interface SourceImage {
  /** The PNG or JPEG file that it was, if it was one. */
  readonly file?: Uint8Array;
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How a picture is written. */
export interface ImageSettings {
  readonly kind: 'png' | 'jpeg';
  /** `as it is`: a file of that kind that was opened is not written anew. */
  readonly effort: 'fast' | 'default' | 'best' | 'as it is';
  readonly quality: number;
}

/** A picture as a file. */
export interface CodedImage {
  readonly title: string;
  readonly settings: ImageSettings;
  readonly trace: Uint8Array;
  readonly file: Uint8Array;
  readonly milliseconds: number;
}
