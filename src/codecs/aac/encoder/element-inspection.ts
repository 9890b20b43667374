/** Shows an inspector an element of a frame, as it was decided and written. */
import type { ElementLayout } from '../standard/channel-configuration.ts';
import { EIGHT_SHORT_SEQUENCE } from '../standard/window-sequence.ts';
import type { ChannelState } from './channel-state.ts';
import type { AacInspector, PairWeighing } from './inspector.ts';
import type { EncoderSettings } from './options.ts';

/** An element, and what its decisions left behind. */
export interface DecidedElement {
  readonly layout: ElementLayout;
  readonly channels: readonly ChannelState[];
  /** The channels in groups that share windows. */
  readonly units: readonly (readonly ChannelState[])[];
  readonly weighing: PairWeighing;
  readonly settings: EncoderSettings;
}

/** Tells `inspector` of an element. */
export function inspectElement(inspector: AacInspector, element: DecidedElement): void {
  const { layout, channels, units, weighing, settings } = element;
  for (let c = 0; c < channels.length; c++) {
    const { stream, search } = channels[c];
    inspector.channel(layout.channels[c], stream, search.spectrum, search.weight);
  }
  const { tnsGain, tnsShortGain } = settings.tuning;
  for (const unit of units) {
    const [first] = unit;
    const firstIndex = layout.channels[channels.indexOf(first)];
    const { info, numBands } = first.stream;
    const isShort = info.window_sequence === EIGHT_SHORT_SEQUENCE;
    inspector.filters(firstIndex, first.filterGains, isShort ? tnsShortGain : tnsGain);
    if (unit.length === 2) inspector.pair(firstIndex, numBands, weighing);
    if (!first.hasNoise) continue;
    // Gains are those of the bands of all channels, and lie in the first.
    const { gains } = first.noise;
    for (const channel of unit) {
      const { stream, noise } = channel;
      const index = layout.channels[channels.indexOf(channel)];
      inspector.substitutes(index, stream, { error: noise.error, gains });
    }
  }
}
