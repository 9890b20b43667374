/** Shows an inspector an element of a frame, as it was decided and written. */
import type { ElementLayout } from '../standard/channel-configuration.ts';
import { EIGHT_SHORT_SEQUENCE } from '../standard/window-sequence.ts';
import type { ChannelState } from './channel-state.ts';
import type { AacInspector, PairWeighing } from './inspector.ts';
import type { NoiseShaper } from './noise-shaping.ts';
import type { EncoderSettings } from './options.ts';

/** An element, and what its decisions left behind. */
export interface DecidedElement {
  readonly layout: ElementLayout;
  readonly channels: readonly ChannelState[];
  readonly weighing: PairWeighing;
  readonly shaper: NoiseShaper;
  /** Whether bands of the frame might be substituted by noise. */
  readonly hasNoise: boolean;
  readonly settings: EncoderSettings;
}

/** Tells `inspector` of an element. */
export function inspectElement(inspector: AacInspector, element: DecidedElement): void {
  const { layout, channels, weighing, shaper, hasNoise, settings } = element;
  for (let c = 0; c < channels.length; c++) {
    const { stream, search } = channels[c];
    inspector.channel(layout.channels[c], stream, search.spectrum, search.weight);
  }
  const [first] = layout.channels;
  const { info, numBands } = channels[0].stream;
  const { tnsGain, tnsShortGain } = settings.tuning;
  const isShort = info.window_sequence === EIGHT_SHORT_SEQUENCE;
  inspector.filters(first, shaper.gains, isShort ? tnsShortGain : tnsGain);
  if (channels.length === 2) inspector.pair(first, numBands, weighing);
  if (!hasNoise) return;
  // Gains are those of the bands of all channels, and lie in the first.
  const { gains } = channels[0].noise;
  for (let c = 0; c < channels.length; c++) {
    const { stream, noise } = channels[c];
    inspector.substitutes(layout.channels[c], stream, { error: noise.error, gains });
  }
}
