/**
 * The sample descriptions of a track (ISOBMFF clause 8.5.2). A track has one stream, described by its first description;
 * samples of another one get its parameter sets put before them where the codec has a place for these, and are refused
 * where it has none. So nothing is decoded with a configuration that is not its own.
 */
import { isEqual } from '../../base/byte-stream.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { inBandConfiguration } from '../config/in-band.ts';

/** Codec and format of the samples of one description. */
export interface SampleDescription {
  /** Type of the sample entry. */
  readonly type: string;
  readonly codec: string;
  readonly config: Uint8Array;
  /** Bytes of the NAL lengths in the samples. */
  readonly nalLengthSize: number;
  /** Text that must be the same for samples to go on in one stream: the format of sound, and whether it is read at all. */
  readonly format: string;
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/** Keeps which description the last packet of a track was of, on one pass through its samples. */
export class DescriptionSwitch {
  private readonly descriptions: readonly SampleDescription[];
  private current: SampleDescription;
  private readonly track_ID: number;

  constructor(descriptions: readonly SampleDescription[], track_ID: number) {
    this.descriptions = descriptions;
    this.current = descriptions[0];
    this.track_ID = track_ID;
  }

  /** Description number `index`, from 1; one that the track does not have stands for the first. */
  at(index: number): SampleDescription {
    return this.descriptions[index - 1] ?? this.descriptions[0];
  }

  /**
   * Goes on to `next`. Returns the bytes that must stand before its first packet. Throws `UnsupportedError` if the stream cannot change so.
   */
  moveTo(next: SampleDescription, offset: number): Uint8Array {
    const { current } = this;
    if (next === current) return NOTHING;
    this.current = next;
    const isSame = current.codec === next.codec && current.format === next.format;
    if (isSame && isEqual(current.config, next.config)) return NOTHING;
    const inBand = isSame ? inBandConfiguration(next.codec, next.config) : null;
    if (inBand !== null) return inBand;
    throw new UnsupportedError(
      'mp4.stsd',
      `track ${this.track_ID} changes from '${current.type}' (${current.codec}${current.format}) to '${next.type}' (${next.codec}${next.format}) at byte offset ${offset}; a stream has one configuration`,
    );
  }
}
