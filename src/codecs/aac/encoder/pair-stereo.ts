/** The stereo decisions of one frame of a pair: which bands are middle and side, which have an intensity (see `stereo.ts`). */
import { type ChannelStream, MAX_BANDS } from '../standard/channel-stream.ts';
import { INTENSITY_HCB, INTENSITY_HCB2, NOISE_HCB } from '../standard/spectrum-coding.ts';
import type { ChannelSearch } from './band-cost.ts';
import type { PairWeighing } from './inspector.ts';
import type { EncoderSettings } from './options.ts';
import { NOISE_TO_LAMBDA } from './rate-control.ts';
import { INTENSITY, LEFT_RIGHT, MID_SIDE, StereoBand, turnToMidSide } from './stereo.ts';

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
  /** Band => how it is coded. */
  private readonly choice = new Uint8Array(MAX_BANDS);
  /** Band => 1 if it would be middle and side by itself: its channels are alike. */
  private readonly isAlike = new Uint8Array(MAX_BANDS);
  /** Band => bits that it takes more as middle and side. */
  private readonly jointExtra = new Float64Array(MAX_BANDS);
  private hasIntensity = false;
  /** About how many bits the last frame saved by not being left and right; infinite before the first. */
  savedBits: number = Number.POSITIVE_INFINITY;
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
    const { stereoBand, isAlike, intensity } = this;
    const { stream } = left;
    const { midSide, tuning } = settings;
    const rules = { noise, lambda: noise / NOISE_TO_LAMBDA, midSide, tuning };
    this.hasIntensity = false;
    this.savedBits = 0;
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
      if (settings.inspector !== null) this.remember(band);
      this.choice[band] = choice;
      this.jointExtra[band] = stereoBand.jointBits - stereoBand.separateBits;
      if (choice === MID_SIDE) this.savedBits -= this.jointExtra[band];
      if (choice === INTENSITY) this.savedBits += 0.5 * stereoBand.separateBits;
      isAlike[band] = choice === MID_SIDE ? 1 : 0;
      intensity[band] = 0;
      if (choice === INTENSITY) {
        this.hasIntensity = true;
        intensity[band] = stereoBand.isOpposite ? INTENSITY_HCB2 : INTENSITY_HCB;
        this.position[band] = stereoBand.position;
        this.intensityError[band] = stereoBand.error;
        left.search.weight[band] = stereoBand.weight;
      }
    }
    if (midSide) this.unite(stream.numBands);
    this.weighing.choice.set(this.choice);
    this.turn(left, right);
  }

  /** Makes all bands middle and side, or none, where that takes fewer bits than to say which are. */
  private unite(numBands: number): void {
    const { choice, jointExtra } = this;
    let allExtra = 0;
    let noneExtra = 0;
    for (let band = 0; band < numBands; band++) {
      if (choice[band] === MID_SIDE) noneExtra -= jointExtra[band];
      else allExtra += choice[band] === INTENSITY ? numBands : jointExtra[band];
    }
    if (Math.min(allExtra, noneExtra) >= numBands) return;
    const united = allExtra < noneExtra ? MID_SIDE : LEFT_RIGHT;
    for (let band = 0; band < numBands; band++) {
      if (choice[band] !== INTENSITY) choice[band] = united;
    }
  }

  /** Turns the bands chosen for it to middle and side: noise of either goes to both loudspeakers. */
  private turn(left: PairChannel, right: PairChannel): void {
    const { bandOffset, numBands } = left.stream;
    for (let band = 0; band < numBands; band++) {
      if (this.choice[band] !== MID_SIDE) continue;
      const weight = left.search.weight[band] + right.search.weight[band];
      left.search.weight[band] = weight;
      right.search.weight[band] = weight;
      const { spectrum } = left.search;
      turnToMidSide(spectrum, right.search.spectrum, bandOffset[band], bandOffset[band + 1]);
    }
  }

  /**
   * Sets `ms_used` and `ms_mask_present`, when codebooks are known. The bit of a band of zeros may be anything; that of substituted
   * noise says whether both channels have the same (clause 4.6.13.3); that of an intensity stays 0, since it would turn the sign
   * (clause 4.6.8.2.3).
   */
  mark(left: ChannelStream, right: ChannelStream): void {
    const { choice, isAlike, ms_used } = this;
    let least = 1;
    let most = 0;
    for (let band = 0; band < left.numBands; band++) {
      const isNoise = left.codebook[band] === NOISE_HCB;
      const used = isNoise ? isAlike[band] : choice[band] === MID_SIDE ? 1 : 0;
      ms_used[band] = used;
      if (left.codebook[band] === 0 && right.codebook[band] === 0) continue;
      if (used < least) least = used;
      if (used > most) most = used;
    }
    this.ms_mask_present = most === 0 ? 0 : least === 1 ? 2 : 1;
  }

  private remember(band: number): void {
    const { stereoBand, weighing } = this;
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
