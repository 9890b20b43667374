/**
 * Packets, which go from an encoder to a container, and the description of the stream that they belong to. One canonical
 * form per codec, whatever the container (docs/packets.md); containers convert.
 */
import type { Rational } from './rational.ts';

/** Codecs by the names ffmpeg uses. All of them can be carried from file to file; `vitrine codecs` lists those that are encoded. */
export type CodecName = string;

/** What goes beside a packet: a BlockAdditional of Matroska. */
export interface PacketAddition {
  /**
   * Its BlockAddID: 1 is the codec's own (alpha of VP8 and VP9, correction of WavPack), more are as the track's mappings say; 0 stands for
   * what is no addition but the new state of the codec (CodecState).
   */
  readonly id: number;
  readonly data: Uint8Array;
}

/** One coded picture, one coded audio frame, or one run of PCM samples. Times are ticks of the stream's time base. */
export interface Packet {
  /** Canonical bytes (docs/packets.md). Owned by the receiver: the producer does not write to them again. */
  readonly data: Uint8Array;
  /** Presentation time. May be negative (audio priming). */
  readonly pts: number;
  /** Decoding time, never decreasing within a stream, at most `pts`. */
  readonly dts: number;
  /** How long the packet is presented, at least 0. */
  readonly duration: number;
  /** True if decoding can start here. */
  readonly isKey: boolean;
  /** Samples at the end of this audio packet that are padding, to be thrown away after decoding. */
  readonly discardPadding?: number;
  /** At least one; a copy to Matroska has them again, other containers have no place for them. */
  readonly additions?: readonly PacketAddition[];
}

/** Packets of one stream, in decoding order, with the time base that they count in. The result of `encode`; may be empty. */
export interface Packets {
  readonly kind: 'video' | 'audio' | 'subtitle';
  readonly packets: readonly Packet[];
  readonly timeBase: Rational;
}

/**
 * Color description by the code points of ITU-T H.273 (ISO/IEC 23091-2), which H.264, MP4 and Matroska share;
 * 2 is "unspecified".
 */
export interface ColorTags {
  /** ColourPrimaries, H.273 clause 8.1. */
  readonly colour_primaries: number;
  /** TransferCharacteristics, H.273 clause 8.2. */
  readonly transfer_characteristics: number;
  /** MatrixCoefficients, H.273 clause 8.3. */
  readonly matrix_coefficients: number;
  /** VideoFullRangeFlag, H.273 clause 8.3. */
  readonly video_full_range_flag: 0 | 1;
}

/** Samples at the sides of the coded picture that are not shown, each at least 0. */
export interface Crop {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The display that a picture was made on (SMPTE ST 2086). */
export interface MasteringDisplay {
  /** x and y of red, of green and of blue in the CIE 1931 diagram. */
  readonly primaries: readonly number[];
  /** x and y. */
  readonly whitePoint: readonly number[];
  /** In cd/m². */
  readonly luminance: readonly [min: number, max: number];
}

/** The light that a picture reaches, in cd/m² (CTA-861.3): of its brightest sample, and of its brightest frame. */
export interface ContentLight {
  readonly maxCLL: number;
  readonly maxFALL: number;
}

/** An element of a Matroska track as the file stores it. */
export interface CarriedElement {
  /** Its name in RFC 9559, which says what it is part of. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** A box of an MP4 or QuickTime file as it is stored, without its header. */
export interface CarriedBox {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The track of an MP4 or QuickTime file that counts frames: its sample entry, and a packet for each start of the count. */
export interface TimecodeTrack {
  readonly timeBase: Rational;
  readonly entry: CarriedBox;
  readonly packets: readonly Packet[];
}

/** Timecode (SMPTE ST 12-1) of a stream. */
export interface Timecode {
  /** Of the first picture: `01:00:00:00`; with a semicolon before the frames where numbers are dropped (30000/1001 pictures a second). */
  readonly text: string;
  /** The track that it comes from; streams of one file may share it. */
  readonly track?: TimecodeTrack;
}

/** The fields that all streams have. */
interface StreamInfoBase {
  readonly codec: CodecName;
  /** Seconds per tick of the packets' times. */
  readonly timeBase: Rational;
  /**
   * Decoder configuration in the codec's own form: `avcC` record, AudioSpecificConfig, `hvcC`, `OpusHead` …; empty if
   * the codec has none (PCM, PNG, JPEG).
   */
  readonly config: Uint8Array;
  /** Mean bit rate in bits per second, if known. */
  readonly bitRate?: number;
  /** ISO 639-2/T code, `und` if not given. */
  readonly language?: string;
  readonly title?: string;
  readonly isDefault?: boolean;
  /** What the track of a Matroska file says beyond the other fields: a copy to Matroska says it too, other containers cannot. */
  readonly carriedElements?: readonly CarriedElement[];
  /** The sample entry of an MP4 or QuickTime file where the codec is none that is known: a copy to such a file has it again. */
  readonly sampleEntry?: CarriedBox;
  /** Boxes of the sample entry that the other fields do not say: a copy to MP4 or QuickTime has them again. */
  readonly carriedBoxes?: readonly CarriedBox[];
  readonly timecode?: Timecode;
  /** Texts about the stream under names of Matroska's own: a copy to Matroska has them again. */
  readonly tags?: ReadonlyMap<string, string>;
}

/** A stream of pictures. */
export interface VideoStreamInfo extends StreamInfoBase {
  readonly kind: 'video';
  /** Size of the picture that is shown, after cropping, in samples. */
  readonly width: number;
  readonly height: number;
  /** Name of the decoded pixel format as ffmpeg gives it (`yuv420p`). Empty if not known (a remuxed stream). */
  readonly pixFmt: string;
  /** Frames per second if constant. */
  readonly frameRate?: Rational;
  /** Width to height of one sample; [1, 1] if not given. */
  readonly sampleAspectRatio?: Rational;
  readonly color?: ColorTags;
  /** Samples that the container cuts off the picture of this width and height; players show the rest. */
  readonly crop?: Crop;
  readonly masteringDisplay?: MasteringDisplay;
  readonly contentLight?: ContentLight;
  /** What analyzes pictures ahead of the encoder, where it was asked for, and why it is not what was asked for; it may change. */
  readonly analysis?: { readonly backend: string; readonly fallbackReason: string | null };
  /** Clockwise rotation to apply for display, degrees: 0, 90, 180 or 270. */
  readonly rotation?: number;
  /** Whether players mirror the picture, left to right, before they turn it. */
  readonly isMirrored?: boolean;
}

/** A stream of sound. */
export interface AudioStreamInfo extends StreamInfoBase {
  readonly kind: 'audio';
  /** Sampling rate in Hz. */
  readonly sampleRate: number;
  readonly numChannels: number;
  /** WAVE channel mask (bit 0 front left, bit 1 front right …); 0 if the order is not specified. */
  readonly channelMask: number;
  /** Name of the sample format that decoding gives (`s16`, `fltp`). Empty if not known. */
  readonly sampleFmt: string;
  /** Samples per channel in each packet if constant, else 0 (PCM). */
  readonly frameSize: number;
  /** Samples at the start of the decoded stream that were not in the input (encoder delay). They have negative times. */
  readonly priming: number;
}

/** A stream of timed text: one packet a cue. */
export interface SubtitleStreamInfo extends StreamInfoBase {
  readonly kind: 'subtitle';
}

export type StreamInfo = VideoStreamInfo | AudioStreamInfo | SubtitleStreamInfo;
