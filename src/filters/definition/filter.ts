/**
 * The definition of a filter: its name, options, pads and formats as data, and a function that opens it on links whose
 * formats are settled. The graph uses nothing else of a filter; docs/filters.md leads through one.
 */
import type { Rational } from '../../base/rational.ts';
import type { AudioFrame, VideoFrame } from '../../frames/frame.ts';
import type { PixFmt } from '../../frames/pixel-format.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import type { ChannelLayout } from './channel-layout.ts';
import type { OptionDefinition, OptionValues } from './options.ts';

/** A frame on a link. Frames are never written to once they were emitted: others may hold them too. */
export type Frame = VideoFrame | AudioFrame;

/** The kind of frames that a pad carries. */
export type MediaKind = 'video' | 'audio';

/** An input or output of a filter. */
export interface PadDefinition {
  readonly name: string;
  readonly kind: MediaKind;
}

/** Values that a pad takes: null takes all. Pads that share one object are given the same value. */
export interface FormatSet<T> {
  readonly allowed: readonly T[] | null;
  /** The format to convert to where none of them comes in; by default the one that loses least. */
  readonly convertTo?: T;
}

/** The formats that a picture pad takes. */
export interface VideoPadFormats {
  readonly kind: 'video';
  readonly pixFmts: FormatSet<PixFmt>;
}

/** The formats that a sound pad takes. */
export interface AudioPadFormats {
  readonly kind: 'audio';
  readonly sampleFmts: FormatSet<SampleFmt>;
  readonly sampleRates: FormatSet<number>;
  readonly layouts: FormatSet<ChannelLayout>;
}

/** The formats that one pad takes. */
export type PadFormats = VideoPadFormats | AudioPadFormats;

/** The formats that each pad of a filter takes, in the order of its pads. */
export interface FilterFormats {
  readonly inputs: readonly PadFormats[];
  readonly outputs: readonly PadFormats[];
}

/** A link that carries pictures, when the graph is set up. */
export interface VideoLink {
  readonly kind: 'video';
  readonly pixFmt: PixFmt;
  readonly width: number;
  readonly height: number;
  /** Shape of a pixel; [0, 1] if it is not known. */
  readonly sampleAspectRatio: Rational;
  /** Seconds per tick of the times of frames. */
  readonly timeBase: Rational;
  /** Frames per second; [0, 1] if it is not known or not constant. */
  readonly frameRate: Rational;
  /** H.273 MatrixCoefficients of Y'CbCr; undefined means what ffmpeg takes then, BT.601. */
  readonly matrix?: number | undefined;
  /** Whether Y'CbCr is full range; undefined means what the format says. */
  readonly fullRange?: boolean | undefined;
}

/** A link that carries sound. */
export interface AudioLink {
  readonly kind: 'audio';
  readonly sampleFmt: SampleFmt;
  readonly sampleRate: number;
  readonly layout: ChannelLayout;
  readonly timeBase: Rational;
}

/** A link, when the graph is set up. */
export type Link = VideoLink | AudioLink;

/** The settled format of an output pad before its filter is opened: formats, but no sizes yet. */
export type NegotiatedFormat =
  | { readonly kind: 'video'; readonly pixFmt: PixFmt }
  | {
      readonly kind: 'audio';
      readonly sampleFmt: SampleFmt;
      readonly sampleRate: number;
      readonly layout: ChannelLayout;
    };

/** What a filter says about a stream besides frames: measured loudness, found silence, information about a frame. */
export interface FilterReport {
  /** Name of the filter's instance: `ebur128@main`, `Parsed_ebur128_1`. */
  readonly filter: string;
  /** One line for people. */
  readonly text: string;
  /** The same for programs. */
  readonly values: Readonly<Record<string, number | string>>;
}

/** The setup that a filter is opened with. */
export interface FilterSetup {
  /** Name of the instance. */
  readonly name: string;
  readonly options: OptionValues;
  /** The links into the filter, in the order of its input pads. */
  readonly inputs: readonly Link[];
  /** The formats that its outputs must have, in the order of its output pads. */
  readonly outputs: readonly NegotiatedFormat[];
  /** Hands a frame to whatever follows; its time is in ticks of the output's time base. */
  emit(output: number, frame: Frame): void;
  /** No more frames come out; `pts` is where the last one ended, in ticks of the output's time base, NaN if unknown. */
  finish(output: number, pts: number): void;
  /** No more frames are wanted from an input. */
  stopInput(input: number): void;
  /** Whether anything still takes frames from an output. */
  isOpen(output: number): boolean;
  /** Whether the option `enable` holds at this frame of input 0; true without it. `n` counts the frames from 0. */
  isEnabled(frame: Frame, n: number): boolean;
  /** Scaling flags for the whole graph (`sws_flags=` at its head); empty if there are none. */
  readonly scaleFlags: string;
  /** Fonts that the graph's owner gave, as bytes, by name. */
  readonly fonts: Readonly<Record<string, Uint8Array>>;
  /**
   * A picture to emit, once, when every sample of it has been written: those of a picture that came back are still in it. What
   * is kept or emitted twice, or is not written as a whole, is made by `newPicture` of pixels/picture-work.ts.
   */
  takePicture(pixFmt: PixFmt, width: number, height: number, pts: number): VideoFrame;
  /** Tells the graph's owner something. */
  report(text: string, values: Readonly<Record<string, number | string>>): void;
}

/** An open filter. */
export interface FilterInstance {
  /**
   * Whether `push` is done with a frame when it returns: it keeps and emits neither the frame nor a view of its samples. They are
   * used again then, if they were taken by `takePicture`.
   */
  readonly letsGo?: boolean;
  /** The links out of it, in the order of its output pads. Default: the settled formats with all else as on input 0. */
  readonly outputs?: readonly Link[];
  /** Takes a frame. Input pads take them in any order: a filter with several keeps what it cannot use yet. */
  push?(input: number, frame: Frame): void;
  /** A frame goes by, because the option `enable` does not hold: filters that count frames count it. */
  passBy?(): void;
  /**
   * An input has ended; `pts` is where, in ticks of that input's time base, NaN if unknown. Must lead to `finish` on all outputs
   * sooner or later. Default: finishes all outputs, at that time.
   */
  end?(input: number, pts: number): void;
  /**
   * Output `output` lacks a frame. Sources make one here, and filters that go on after their input's end; returns whether
   * anything was emitted or finished. Where it returns false the graph asks the filters before this one.
   */
  pull?(output: number): boolean;
  /** The inputs that this filter waits for. Default: all that have not ended. */
  wants?(): readonly number[];
}

/** A filter. One file holds one (or a family), exported as a constant; `registry.ts` lists them all. */
export interface FilterDefinition {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** Options in the order in which values without a name are taken. */
  readonly options: readonly OptionDefinition[];
  /** Input pads; a function where options decide. */
  readonly inputs: readonly PadDefinition[] | ((options: OptionValues) => readonly PadDefinition[]);
  readonly outputs:
    | readonly PadDefinition[]
    | ((options: OptionValues) => readonly PadDefinition[]);
  /** Whether it has the option `enable`. A filter with one input is passed by where that does not hold; others ask. */
  readonly timeline?: boolean;
  /** The formats that its pads take. Default: all pads of one kind take everything, the same on all. */
  formats?(options: OptionValues): FilterFormats;
  /** Opens it on links whose formats are settled. Throws `FilterGraphError` (`options.fail`) for what cannot be. */
  open(setup: FilterSetup): FilterInstance;
}

/** One picture pad in, or out, with the name that ffmpeg gives it. */
export const VIDEO_PAD: readonly PadDefinition[] = [{ name: 'default', kind: 'video' }];
/** One sound pad in, or out. */
export const AUDIO_PAD: readonly PadDefinition[] = [{ name: 'default', kind: 'audio' }];
/** No pads: sources have no inputs. */
export const NO_PADS: readonly PadDefinition[] = [];

/** Formats of a filter whose picture pads all have one and the same format, out of `pixFmts` (null: out of all). */
export function samePixFmt(
  pixFmts: readonly PixFmt[] | null,
  numInputs = 1,
  numOutputs = 1,
): FilterFormats {
  const pad: VideoPadFormats = { kind: 'video', pixFmts: { allowed: pixFmts } };
  return { inputs: Array(numInputs).fill(pad), outputs: Array(numOutputs).fill(pad) };
}

/** Formats of a filter whose sound pads all have one and the same format, rate and layout; null takes all. */
export function sameAudio(
  allowed: {
    readonly sampleFmts?: readonly SampleFmt[];
    readonly sampleRates?: readonly number[];
    readonly layouts?: readonly ChannelLayout[];
  } = {},
  numInputs = 1,
  numOutputs = 1,
): FilterFormats {
  const pad: AudioPadFormats = {
    kind: 'audio',
    sampleFmts: { allowed: allowed.sampleFmts ?? null },
    sampleRates: { allowed: allowed.sampleRates ?? null },
    layouts: { allowed: allowed.layouts ?? null },
  };
  return { inputs: Array(numInputs).fill(pad), outputs: Array(numOutputs).fill(pad) };
}
