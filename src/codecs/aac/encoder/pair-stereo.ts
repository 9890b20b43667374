/** The stereo decisions of one frame of a pair: which bands are middle and side, which have an intensity (see `stereo.ts`). */
import { type ChannelStream, MAX_BANDS } from '../standard/channel-stream.ts';
import { INTENSITY_HCB, INTENSITY_HCB2 } from '../standard/spectrum-coding.ts';
import type { ChannelSearch } from './band-cost.ts';
import type { PairWeighing } from './inspector.ts';
import type { EncoderSettings } from './options.ts';
import { NOISE_TO_LAMBDA } from './rate-control.ts';
import { INTENSITY, MID_SIDE, StereoBand } from './stereo.ts';

/** A channel as the decisions need it. */
export interface PairChannel {
  readonly search: ChannelSearch;
  readonly stream: ChannelStream;
}

/** Decides for one pair; the decisions of a frame stand until the next. */
export class PairStereo {
  /** Band => 1 if it is coded as middle and side. */
  readonly ms_used = new Uint8Array(MAX_BANDS);
  /** 0: no band is, 1: `ms_used` is sent, 2: all bands are (clause 4.6.8.1.2). */
  ms_mask_present: 0 | 1 | 2 = 0;
  private readonly stereoBand = new StereoBand();
  private hasIntensity = false;
  /** Band => the codebook that stands for an intensity, or 0. */
  private readonly intensity = new Uint8Array(MAX_BANDS);
  /** Band => is_position. */
  private readonly position = new Int16Array(MAX_BANDS);
  /** Band => weighted error that intensity leaves. */
  private readonly intensityError = new Float64Array(MAX_BANDS);
  /** The costs by which the bands were decided; filled where an inspector watches. */
  readonly weighing: PairWeighing = {
    choice: new Uint8Array(MAX_BANDS),
    separateBits: new Float64Array(MAX_BANDS),
    jointBits: new Float64Array(MAX_BANDS),
    codedCost: new Float64Array(MAX_BANDS),
    intensityCost: new Float64Array(MAX_BANDS),
  };

  /**
   * Chooses for each band how it is coded, and turns its lines and weights to that.
   * @param noise weighted noise that a line is expected to have
   * @param firstIntensity scale factor band from which on there may be intensities
   */
  decide(
    left: PairChannel,
    right: PairChannel,
    noise: number,
    firstIntensity: number,
    settings: EncoderSettings,
  ): void {
    const { stereoBand, ms_used, intensity } = this;
    const { stream } = left;
    const { midSide, tuning } = settings;
    const rules = { noise, lambda: noise / NOISE_TO_LAMBDA, midSide, tuning };
    let count = 0;
    this.hasIntensity = false;
    for (let band = 0; band < stream.numBands; band++) {
      const choice = stereoBand.choose(
        left.search,
        right.search,
        band,
        stream.bandOffset[band],
        stream.bandOffset[band + 1],
        settings.intensityStereo && band % stream.info.max_sfb >= firstIntensity,
        rules,
      );
      if (settings.inspector !== null) this.remember(band, choice);
      // The bit of a band with an intensity stays 0: set, it would turn the sign (clause 4.6.8.2.3).
      ms_used[band] = choice === MID_SIDE ? 1 : 0;
      intensity[band] = 0;
      if (choice === MID_SIDE) {
        count++;
        left.search.weight[band] = stereoBand.weight;
        right.search.weight[band] = stereoBand.weight;
      } else if (choice === INTENSITY) {
        this.hasIntensity = true;
        intensity[band] = stereoBand.isOpposite ? INTENSITY_HCB2 : INTENSITY_HCB;
        this.position[band] = stereoBand.position;
        this.intensityError[band] = stereoBand.error;
        left.search.weight[band] = stereoBand.weight;
      }
    }
    this.ms_mask_present = count === 0 ? 0 : count === stream.numBands ? 2 : 1;
  }

  private remember(band: number, choice: number): void {
    const { stereoBand, weighing } = this;
    weighing.choice[band] = choice;
    weighing.separateBits[band] = stereoBand.separateBits;
    weighing.jointBits[band] = stereoBand.jointBits;
    weighing.codedCost[band] = stereoBand.costAsChannels;
    weighing.intensityCost[band] = stereoBand.costAsIntensity;
  }

  /** Counts what intensities lose as noise of the right channel, which has no lines there. After `prepareSearch`. */
  prepareIntensities({ search, stream }: PairChannel): void {
    if (!this.hasIntensity) return;
    for (let band = 0; band < stream.numBands; band++) {
      if (this.intensity[band] !== 0) search.silentNoise[band] = this.intensityError[band];
    }
  }

  /** Gives the right channel its intensities where the left one has lines. When scale factors are chosen. */
  placeIntensities(left: PairChannel, right: PairChannel): void {
    if (!this.hasIntensity) return;
    for (let band = 0; band < left.stream.numBands; band++) {
      if (this.intensity[band] === 0 || left.stream.codebook[band] === 0) continue;
      right.stream.codebook[band] = this.intensity[band];
      right.stream.scaleFactor[band] = this.position[band];
    }
  }
}
