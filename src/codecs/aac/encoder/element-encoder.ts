/**
 * One element of every frame (a channel, a pair, or the LFE): from samples to a channel stream, and its bits. `analyze`
 * needs no knowledge of the rate and runs once a frame; `decide` may be repeated with another lambda.
 */

import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { ID_CPE, ID_LFE } from '../../../syntax/aac/element-ids.ts';
import type { ElementLayout } from '../standard/channel-configuration.ts';
import {
  countFixedBits,
  countIcsInfoBits,
  countScaleFactorBits,
  countSectionBits,
  MAX_BANDS,
} from '../standard/channel-stream.ts';
import {
  ELEMENT_HEADER_BITS,
  type ProtectedBits,
  writeChannelPairElement,
  writeSingleChannelElement,
} from '../standard/raw-data-block.ts';
import { SWB_OFFSET_LONG_WINDOW, SWB_OFFSET_SHORT_WINDOW } from '../standard/scalefactor-bands.ts';
import {
  EIGHT_SHORT_SEQUENCE,
  KBD_WINDOW,
  LONG_START_SEQUENCE,
  NUM_SHORT_WINDOWS,
  ONLY_LONG_SEQUENCE,
  SHORT_LENGTH,
  SINE_WINDOW,
} from '../standard/window-sequence.ts';
import { estimateSpectrumBits, prepareSearch } from './band-cost.ts';
import { type BandLimits, bandLimits } from './band-limits.ts';
import { GroupingScratch, groupWindows } from './block-switching.ts';
import { ChannelState, type SharedTools } from './channel-state.ts';
import { inspectElement } from './element-inspection.ts';
import type { AacInspector } from './inspector.ts';
import { dropLastZeros, hasLines, restoreBands } from './last-band.ts';
import { NoiseShaper } from './noise-shaping.ts';
import { prepareNoise, substituteNoise } from './noise-substitution.ts';
import type { EncoderSettings } from './options.ts';
import { PairStereo } from './pair-stereo.ts';
import { chooseCodebooks, completeScaleFactors } from './sectioning.ts';
import { chooseScaleFactors } from './trellis.ts';
import { isBeforeAttack, WindowDecision } from './window-decision.ts';
import { estimateBits, ShapeChooser } from './window-shape.ts';

/** Channels that share windows. */
type Unit = readonly ChannelState[];

/** Encodes one element of every frame, and keeps what passes from frame to frame. */
export class ElementEncoder {
  private readonly grouping = new GroupingScratch();
  readonly layout: ElementLayout;
  private readonly settings: EncoderSettings;
  private readonly tools: SharedTools;
  readonly channels: readonly ChannelState[];
  private readonly longBands: Uint16Array;
  private readonly shortBands: Uint16Array;
  private readonly limits: BandLimits;
  /** The channels in groups that share windows: all of an element together, or each apart. */
  private readonly together: readonly (readonly ChannelState[])[];
  private readonly apart: readonly (readonly ChannelState[])[];
  /** That of the two which the frame has. */
  private units: readonly (readonly ChannelState[])[];
  private readonly shaper: NoiseShaper;
  private readonly windows: WindowDecision;
  /** Whether the frame was told to leave out all bands. */
  private isSilent = false;
  private readonly shape = new ShapeChooser();
  private readonly stereo = new PairStereo();
  constructor(layout: ElementLayout, settings: EncoderSettings, tools: SharedTools) {
    this.layout = layout;
    this.settings = settings;
    this.tools = tools;
    this.channels = layout.channels.map(() => new ChannelState(tools, settings));
    this.together = [this.channels];
    this.apart = this.channels.map((channel) => [channel]);
    this.units = this.together;
    this.windows = new WindowDecision(layout, settings, this.channels);
    const index = settings.samplingFrequencyIndex;
    this.longBands = SWB_OFFSET_LONG_WINDOW[index];
    this.shortBands = SWB_OFFSET_SHORT_WINDOW[index];
    this.limits = bandLimits(settings, layout.id_syn_ele === ID_LFE);
    const { longMaxSfb, shortMaxSfb } = this.limits;
    this.shaper = new NoiseShaper(settings, longMaxSfb, shortMaxSfb);
  }

  /**
   * Takes the block of 2048 samples at `pos` of each channel; the samples from `attackPos` on are those of the next
   * frame's attack detection (1024).
   * @param samples by input channel, in the memory of the transforms; 32768 is full scale
   * @param noise weighted noise that a line is expected to have
   * @param substitutes whether bands may be substituted by noise or coded with an intensity
   */
  analyze(
    samples: readonly Float64Array[],
    pos: number,
    attackPos: number,
    noise: number,
    substitutes: boolean,
  ): void {
    const { channels, layout, tools } = this;
    const isShared = this.windows.choose(samples, pos, attackPos, this.stereo.savedBits);
    this.units = isShared ? this.together : this.apart;
    const first = samples[layout.channels[0]];
    const second = samples[layout.channels[channels.length - 1]];
    const lastChannel = channels[channels.length - 1];
    tools.transforms.bandEnergies(
      first.byteOffset + 8 * pos,
      second.byteOffset + 8 * pos,
      channels[0].ear.energy,
      lastChannel.ear.energy,
    );
    for (let c = 0; c < channels.length; c++) {
      const { ear, stream } = channels[c];
      const { window_sequence } = stream.info;
      const risesLong =
        window_sequence === ONLY_LONG_SEQUENCE || window_sequence === LONG_START_SEQUENCE;
      ear.update(risesLong ? this.settings.tuning.earlierShare : 0);
    }
    this.transform(samples, pos, this.chooseShape(samples, pos, noise));
    this.isSilent = false;
    for (let u = 0; u < this.units.length; u++) this.layOut(this.units[u], noise, substitutes);
  }

  /** Lays out channels that share windows, and prepares the search of their scale factors. */
  private layOut(channels: Unit, noise: number, substitutes: boolean): void {
    const { limits, settings } = this;
    const isShort = channels[0].stream.info.window_sequence === EIGHT_SHORT_SEQUENCE;
    if (isShort) this.group(channels);
    const isShaped = this.layout.id_syn_ele !== ID_LFE && settings.tns;
    for (let c = 0; c < channels.length; c++) {
      channels[c].stream.tns.clear();
      channels[c].filterGains.fill(0);
    }
    if (isShort && isShaped) this.shaper.shapeShort(channels);
    for (let c = 0; c < channels.length; c++) {
      if (isShort) this.layOutShort(channels[c]);
      else this.layOutLong(channels[c]);
    }
    if (!isShort && isShaped) this.shaper.shapeLong(channels);
    // Substituted noise would fill the pauses for which the windows are short.
    const hasNoise = settings.noiseSubstitution && substitutes && !isShort;
    // A filter would reach into the bands above the lines, and noise there would begin before an attack.
    const isWide = hasNoise && !isBeforeAttack(channels[0]) && !channels[0].stream.tns.hasFilter();
    const maxSfb = isShort ? limits.shortMaxSfb : isWide ? limits.noiseMaxSfb : limits.longMaxSfb;
    for (let c = 0; c < channels.length; c++) {
      channels[c].maxSfb = maxSfb;
      channels[c].hasNoise = hasNoise;
    }
    restoreBands(channels, maxSfb);
    this.prepare(channels, noise, isShort, substitutes);
  }

  /** Lines of all channels, and in short blocks the weights of their bands. */
  private transform(samples: readonly Float64Array[], pos: number, shape: number): void {
    const { channels, layout, tools } = this;
    for (let c = 0; c < channels.length; c++) {
      const { ear, stream, spectrum, lineWeights, shortWeights } = channels[c];
      const { info } = stream;
      const { window_sequence } = info;
      const isShort = window_sequence === EIGHT_SHORT_SEQUENCE;
      const before = info.window_shape;
      info.window_shape = isBeforeAttack(channels[c]) ? SINE_WINDOW : shape;
      info.max_sfb = isShort ? this.limits.shortMaxSfb : this.limits.longMaxSfb;
      info.numWindowGroups = 1;
      info.windowGroupLength[0] = 1;
      const input = samples[layout.channels[c]];
      tools.filterBank.analyze(input, pos, window_sequence, before, info.window_shape, spectrum);
      if (isShort) {
        ear.lineWeights(lineWeights);
        tools.shortEar.update(spectrum, lineWeights, shortWeights);
      }
    }
  }

  /** Groups the short windows, alike in all channels. */
  private group(channels: Unit): void {
    const { shortBands } = this;
    const { shortMaxSfb } = this.limits;
    const { info } = channels[0].stream;
    const { groupDistance } = this.settings.tuning;
    groupWindows(channels, shortBands, shortMaxSfb, groupDistance, info, this.grouping);
    for (let c = 1; c < channels.length; c++) channels[c].stream.info.copyFrom(info);
  }

  /** What the search of scale factors needs of lines and weights: substitutes, stereo, sums of bands. */
  private prepare(channels: Unit, noise: number, isShort: boolean, substitutes: boolean): void {
    const { tuning } = this.settings;
    for (let c = 0; channels[0].hasNoise && c < channels.length; c++) {
      const channel = channels[c];
      prepareNoise(
        channel.search,
        channel.stream,
        this.limits.firstNoiseSfb,
        this.limits.longMaxSfb,
        tuning,
        channel.noise,
      );
    }
    for (let c = 0; !isShort && c < channels.length; c++) {
      channels[c].search.spectrum.fill(0, this.longBands[this.limits.longMaxSfb]);
    }
    const isPair = channels.length === 2;
    if (isPair) {
      const firstIntensity = isShort ? this.limits.shortIntensitySfb : this.limits.longIntensitySfb;
      const from = substitutes ? firstIntensity : MAX_BANDS;
      this.stereo.decide(channels[0], channels[1], noise, from, this.settings);
    }
    for (let c = 0; c < channels.length; c++) {
      prepareSearch(channels[c].search, channels[c].stream, tuning);
    }
    if (isPair) this.stereo.prepareIntensities(channels[1]);
  }

  /** The window shape of a long frame: that whose spectra, all channels together, take fewer bits; asked every few frames. */
  private chooseShape(samples: readonly Float64Array[], pos: number, noise: number): number {
    const { channels, layout, tools, shape } = this;
    if (layout.id_syn_ele === ID_LFE) return SINE_WINDOW;
    for (let c = 0; c < channels.length; c++) if (isBeforeAttack(channels[c])) return shape.current;
    if (!shape.isDue()) return shape.current;
    let sineBits = 0;
    let kbdBits = 0;
    for (let c = 0; c < channels.length; c++) {
      const { ear, spectrum, lineWeights } = channels[c];
      ear.lineWeights(lineWeights);
      const input = samples[layout.channels[c]];
      const count = this.limits.longCutoff & ~3;
      const { filterBank } = tools;
      filterBank.analyze(input, pos, ONLY_LONG_SEQUENCE, SINE_WINDOW, SINE_WINDOW, spectrum);
      sineBits += estimateBits(spectrum, lineWeights, count, noise);
      filterBank.analyze(input, pos, ONLY_LONG_SEQUENCE, KBD_WINDOW, KBD_WINDOW, spectrum);
      kbdBits += estimateBits(spectrum, lineWeights, count, noise);
    }
    return shape.choose(sineBits, kbdBits, this.settings.tuning.shapeMargin);
  }

  /** Bands of a long block: lines up to the cutoff in their order, the mean weight of each band. */
  private layOutLong(channel: ChannelState): void {
    const { stream, search, spectrum } = channel;
    const { longBands, limits } = this;
    const numBands = limits.noiseMaxSfb;
    search.spectrum.set(spectrum);
    channel.ear.meanWeights(longBands, numBands, search.weight);
    for (let band = 0; band <= numBands; band++) stream.bandOffset[band] = longBands[band];
    search.spectrum.fill(0, limits.longCutoff, longBands[limits.longMaxSfb]);
  }

  /** Bands of short blocks: lines of a group interleaved band by band, clause 4.5.2.3.5. */
  private layOutShort(channel: ChannelState): void {
    const { stream, search, spectrum, shortWeights } = channel;
    const { shortBands } = this;
    const { shortCutoff } = this.limits;
    const { info } = stream;
    const bandsInTable = this.tools.shortEar.numBands;
    let at = 0;
    let band = 0;
    let window = 0;
    for (let g = 0; g < info.numWindowGroups; g++) {
      const length = info.windowGroupLength[g];
      for (let sfb = 0; sfb < info.max_sfb; sfb++, band++) {
        stream.bandOffset[band] = at;
        let weight = 0;
        for (let w = window; w < window + length; w++) {
          weight += shortWeights[w * bandsInTable + sfb];
          for (let k = shortBands[sfb]; k < shortBands[sfb + 1]; k++) {
            search.spectrum[at++] = k < shortCutoff ? spectrum[w * SHORT_LENGTH + k] : 0;
          }
        }
        search.weight[band] = weight / length;
      }
      window += length;
    }
    stream.numBands = band;
    stream.bandOffset[band] = at;
  }

  /** Whether the frame has an attack, or its block reaches to the next frame's. */
  isBeforeAttack(): boolean {
    return (
      isBeforeAttack(this.channels[0]) || isBeforeAttack(this.channels[this.channels.length - 1])
    );
  }

  /** About how many bits the frame takes if each line has the weighted noise `noise`. */
  estimateBits(noise: number): number {
    let bits = 0;
    for (let c = 0; c < this.channels.length; c++) {
      const { stream, search } = this.channels[c];
      bits += estimateSpectrumBits(search, stream, noise);
    }
    return bits;
  }

  /** Chooses scale factors and codebooks for noise that is worth `lambda` a bit. Returns the bits of the element. */
  decide(lambda: number): number {
    const { channels, units } = this;
    let bits = ELEMENT_HEADER_BITS + (channels.length === 2 ? 1 : 0);
    for (let u = 0; u < units.length; u++) bits += this.decideUnit(units[u], lambda);
    return bits;
  }

  /** The same of channels that share windows. */
  private decideUnit(channels: Unit, lambda: number): number {
    let bits = 0;
    if (!this.isSilent) restoreBands(channels, channels[0].maxSfb);
    for (let c = 0; c < channels.length; c++) {
      const { stream, search } = channels[c];
      chooseScaleFactors(search, stream, lambda);
    }
    if (channels.length === 2) this.stereo.placeIntensities(channels[0], channels[1]);
    if (channels[0].hasNoise) substituteNoise(channels, lambda);
    dropLastZeros(channels);
    // Where no line is coded, filters would be bits that no lambda can save. Lines of middle are filtered as left and as right.
    const isCoded = hasLines(channels);
    for (let c = 0; c < channels.length; c++) {
      const { stream, search } = channels[c];
      stream.tns.isPresent = stream.tns.hasFilter() && isCoded;
      bits += chooseCodebooks(search, stream);
      completeScaleFactors(search, stream);
      bits += countFixedBits(stream) + countSectionBits(stream) + countScaleFactorBits(stream);
    }
    bits += countIcsInfoBits(channels[0].stream.info);
    if (channels.length === 2) {
      this.stereo.mark(channels[0].stream, channels[1].stream);
      bits += 2 + (this.stereo.ms_mask_present === 1 ? channels[0].stream.numBands : 0);
    }
    return bits;
  }

  /** Leaves out all bands of the frame, headers of sections and filters with them. To be decided again. */
  silence(): void {
    this.isSilent = true;
    for (const { stream } of this.channels) {
      stream.info.max_sfb = 0;
      stream.info.numWindowGroups = 1;
      const isShort = stream.info.window_sequence === EIGHT_SHORT_SEQUENCE;
      stream.info.windowGroupLength[0] = isShort ? NUM_SHORT_WINDOWS : 1;
      stream.numBands = 0;
      stream.tns.clear();
    }
    this.stereo.ms_mask_present = 0;
  }

  /** Shows the frame as it was decided. */
  inspect(inspector: AacInspector): void {
    const { layout, units, channels, stereo, settings } = this;
    const { weighing } = stereo;
    inspectElement(inspector, { layout, channels, units, weighing, settings });
  }

  /** Writes the frame as it was decided, and adds to `protectedBits`. */
  write(w: SyntaxWriter, protectedBits: ProtectedBits): void {
    const { channels, layout } = this;
    if (layout.id_syn_ele === ID_CPE) {
      const pair = {
        common_window: this.units === this.together,
        ms_used: this.stereo.ms_used,
        ms_mask_present: this.stereo.ms_mask_present,
      };
      const left = channels[0].stream;
      const right = channels[1].stream;
      writeChannelPairElement(w, layout, left, right, pair, protectedBits);
    } else {
      writeSingleChannelElement(w, layout, channels[0].stream, protectedBits);
    }
  }
}
