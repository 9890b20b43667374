/**
 * The window sequences of one element, by the attacks in its channels, and whether a pair shares its windows.
 *
 * A pair with common windows may be coded as middle and side or with intensities, and an attack in one channel then makes both short.
 * Choice: where it saved few bits by that in the last frame that shared windows, and only one channel has an attack while the other has
 * nothing like it, only that one becomes short: a sustained sound keeps its long windows beside clicks on the other side. The
 * windows are common again as soon as both have the same sequence.
 *
 * Gain and cost: docs/aac/05-measurements.md.
 */
import { ID_LFE } from '../../../syntax/aac/element-ids.ts';
import type { ElementLayout } from '../standard/channel-configuration.ts';
import { EIGHT_SHORT_SEQUENCE, LONG_START_SEQUENCE } from '../standard/window-sequence.ts';
import { ATTACK_OFFSET, nextWindowSequence } from './block-switching.ts';
import type { ChannelState } from './channel-state.ts';
import type { EncoderSettings } from './options.ts';

/** Whether the block of a channel has an attack, or reaches to the next frame's. */
export function isBeforeAttack({ stream }: ChannelState): boolean {
  const { window_sequence } = stream.info;
  return window_sequence === EIGHT_SHORT_SEQUENCE || window_sequence === LONG_START_SEQUENCE;
}

/** Decides for one element. */
export class WindowDecision {
  private readonly layout: ElementLayout;
  private readonly settings: EncoderSettings;
  private readonly channels: readonly ChannelState[];
  private isFirst = true;

  constructor(layout: ElementLayout, settings: EncoderSettings, channels: readonly ChannelState[]) {
    this.layout = layout;
    this.settings = settings;
    this.channels = channels;
  }

  /**
   * Sets `window_sequence` of each channel for the block at `pos`; the 1024 samples from `attackPos` on are the next frame's. Returns
   * whether all channels have the same.
   * @param savedBits about how many bits a pair saved by sharing windows
   */
  choose(
    samples: readonly Float64Array[],
    pos: number,
    attackPos: number,
    savedBits: number,
  ): boolean {
    const { channels } = this;
    if (this.isFirst) {
      // Nothing comes before the first block, so it may be short without a start window to announce it.
      this.isFirst = false;
      this.detectAttacks(samples, pos + ATTACK_OFFSET, savedBits);
      for (let c = 0; c < channels.length; c++) {
        const channel = channels[c];
        channel.attackNow = channel.attackNext;
        if (channel.attackNow) channel.stream.info.window_sequence = LONG_START_SEQUENCE;
      }
    }
    this.detectAttacks(samples, attackPos, savedBits);
    let isShared = true;
    for (let c = 0; c < channels.length; c++) {
      const channel = channels[c];
      const { info } = channel.stream;
      const { attackNow, attackNext } = channel;
      info.window_sequence = nextWindowSequence(info.window_sequence, attackNow, attackNext);
      channel.attackNow = attackNext;
      if (info.window_sequence !== channels[0].stream.info.window_sequence) isShared = false;
    }
    return isShared;
  }

  /** Sets `attackNext` for the 1024 samples from `pos`: an attack in one channel is one in all, unless they are apart. */
  private detectAttacks(samples: readonly Float64Array[], pos: number, savedBits: number): void {
    const { channels, layout } = this;
    const { blockSwitching, tuning } = this.settings;
    if (layout.id_syn_ele === ID_LFE || !blockSwitching) return;
    let found = false;
    let isCalm = false;
    for (let c = 0; c < channels.length; c++) {
      const channel = channels[c];
      const { detector } = channel;
      channel.attackNext = detector.detect(samples[layout.channels[c]], pos) >= 0;
      if (channel.attackNext) found = true;
      else if (detector.strength < tuning.apartCalm) isCalm = true;
    }
    if (!found || (isCalm && savedBits < tuning.apartBelow)) return;
    for (let c = 0; c < channels.length; c++) channels[c].attackNext = true;
  }
}
