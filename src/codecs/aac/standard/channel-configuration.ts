/**
 * Channel configurations, AAC clause 1.6.3.5: which elements a frame consists of, and which speaker each of their
 * channels feeds. Input channels come in the order of WAVE channel masks; the tables here say where each coded channel
 * is found among them.
 */
import { UnsupportedError } from '../../../base/errors.ts';
import { ID_CPE, ID_LFE, ID_SCE } from '../../../syntax/aac/element-ids.ts';
import { EMPTY_PROGRAM_CONFIG, type ProgramConfig } from '../../../syntax/aac/program-config.ts';

/** One syntactic element of every frame: its kind, its instance tag, and the input channels that it codes. */
export interface ElementLayout {
  readonly id_syn_ele: typeof ID_SCE | typeof ID_CPE | typeof ID_LFE;
  /** Counts elements of one kind within the frame. */
  readonly element_instance_tag: number;
  /** Indices of input channels in WAVE order: one, or two for a pair. */
  readonly channels: readonly number[];
}

/** The elements of a frame by the places of their loudspeakers, as a program_config_element() lists them, clause 4.5.2.1. */
interface ElementPlaces {
  readonly front: readonly ElementLayout[];
  readonly side: readonly ElementLayout[];
  readonly back: readonly ElementLayout[];
  readonly lfe: readonly ElementLayout[];
}

/**
 * program_config_element() of AAC-LC for such elements, clause 4.5.2.1, without coupling channels, associated data, mixdown or
 * comment.
 */
export function programConfigOf(
  { front, side, back, lfe }: ElementPlaces,
  sampling_frequency_index: number,
): ProgramConfig {
  const row = (elements: readonly ElementLayout[]) =>
    elements.map(({ id_syn_ele, element_instance_tag }) => ({
      is_cpe: id_syn_ele === ID_CPE ? (1 as const) : (0 as const),
      tag_select: element_instance_tag,
    }));
  return {
    ...EMPTY_PROGRAM_CONFIG,
    sampling_frequency_index,
    front: row(front),
    side: row(side),
    back: row(back),
    lfe: lfe.map(({ element_instance_tag }) => element_instance_tag),
  };
}

/** How the channels of one input are coded. */
export interface ChannelLayout {
  /** Table 1.19: 1..7; 0 if a program_config_element() tells. */
  readonly channelConfiguration: number;
  /** WAVE channel mask of the input. */
  readonly channelMask: number;
  readonly elements: readonly ElementLayout[];
  /** For configuration 0: where the elements stand. */
  readonly places?: ElementPlaces;
}

const sce = (tag: number, channel: number): ElementLayout => ({
  id_syn_ele: ID_SCE,
  element_instance_tag: tag,
  channels: [channel],
});
const cpe = (tag: number, left: number, right: number): ElementLayout => ({
  id_syn_ele: ID_CPE,
  element_instance_tag: tag,
  channels: [left, right],
});
const lfe = (channel: number): ElementLayout => ({
  id_syn_ele: ID_LFE,
  element_instance_tag: 0,
  channels: [channel],
});

const MONO = [sce(0, 0)];
const STEREO = [cpe(0, 0, 1)];
const SURROUND_5_0 = [sce(0, 2), cpe(0, 0, 1), cpe(1, 3, 4)];
const SURROUND_5_1 = [sce(0, 2), cpe(0, 0, 1), cpe(1, 4, 5), lfe(3)];

/**
 * Table 1.19 by channel mask; the first of each channel count is its default. Masks name the same loudspeakers as the
 * table, or (side for back) those that players treat alike.
 *
 * Configuration 7 means five front loudspeakers (mask 0xff: L R C LFE Ls Rs Lc Rc). The usual 7.1 with side and back
 * pairs (0x63f) has no configuration below 8; encoders and decoders in use carry it in configuration 7 as C, L R, side,
 * back, LFE, and so do we. What the standard means by 7 is left to a program_config_element(), which nobody reads otherwise.
 */
const LAYOUTS: readonly ChannelLayout[] = [
  { channelConfiguration: 1, channelMask: 0x4, elements: MONO },
  { channelConfiguration: 1, channelMask: 0x1, elements: MONO },
  { channelConfiguration: 2, channelMask: 0x3, elements: STEREO },
  { channelConfiguration: 3, channelMask: 0x7, elements: [sce(0, 2), cpe(0, 0, 1)] },
  { channelConfiguration: 4, channelMask: 0x107, elements: [sce(0, 2), cpe(0, 0, 1), sce(1, 3)] },
  { channelConfiguration: 5, channelMask: 0x37, elements: SURROUND_5_0 },
  { channelConfiguration: 5, channelMask: 0x607, elements: SURROUND_5_0 },
  { channelConfiguration: 6, channelMask: 0x3f, elements: SURROUND_5_1 },
  { channelConfiguration: 6, channelMask: 0x60f, elements: SURROUND_5_1 },
  {
    channelConfiguration: 7,
    channelMask: 0x63f,
    elements: [sce(0, 2), cpe(0, 0, 1), cpe(1, 6, 7), cpe(2, 4, 5), lfe(3)],
  },
];

function countChannels(layout: ChannelLayout): number {
  return layout.elements.reduce((sum, element) => sum + element.channels.length, 0);
}

/** Most channels of a layout. */
const MAX_CHANNELS = 8;
/** The layout of 7 channels if none is asked for, 6.1: L R C LFE Cs Ls Rs. */
const DEFAULT_MASK_OF_7 = 0x70f;

// Loudspeakers of the WAVE channel mask, by bit.
const FRONT_LEFT = 0;
const FRONT_CENTER = 2;
const LOW_FREQUENCY = 3;
const BACK_LEFT = 4;
const FRONT_LEFT_OF_CENTER = 6;
const BACK_CENTER = 8;
const SIDE_LEFT = 9;
/** All of them; the right one of a pair follows the left. */
const ALL_SPEAKERS = 0x7ff;

/**
 * A layout without configuration: its elements told by a program_config_element(), clause 4.5.2.1. Null if `channelMask`
 * has a loudspeaker that the element cannot place, half a pair, or none in front.
 */
function programLayout(channelMask: number): ChannelLayout | null {
  if ((channelMask & ~ALL_SPEAKERS) !== 0 || (channelMask & 0x7) === 0) return null;
  const tags = [0, 0];
  // Channels come in the order of their bits.
  const indexOf = (bit: number): number => {
    let index = 0;
    for (let lower = 0; lower < bit; lower++) index += (channelMask >> lower) & 1;
    return index;
  };
  const has = (bit: number): boolean => ((channelMask >> bit) & 1) === 1;
  const single = (bit: number): ElementLayout[] =>
    has(bit) ? [sce(tags[ID_SCE]++, indexOf(bit))] : [];
  const pair = (left: number): ElementLayout[] =>
    has(left) ? [cpe(tags[ID_CPE]++, indexOf(left), indexOf(left + 1))] : [];
  for (const left of [FRONT_LEFT, BACK_LEFT, FRONT_LEFT_OF_CENTER, SIDE_LEFT]) {
    if (has(left) !== has(left + 1)) return null;
  }
  if (has(FRONT_LEFT_OF_CENTER) && !has(FRONT_LEFT)) return null;
  const places: ElementPlaces = {
    front: [...single(FRONT_CENTER), ...pair(FRONT_LEFT_OF_CENTER), ...pair(FRONT_LEFT)],
    side: pair(SIDE_LEFT),
    back: [...pair(BACK_LEFT), ...single(BACK_CENTER)],
    lfe: has(LOW_FREQUENCY) ? [lfe(indexOf(LOW_FREQUENCY))] : [],
  };
  const { front, side, back } = places;
  const elements = [...front, ...side, ...back, ...places.lfe];
  return { channelConfiguration: 0, channelMask, elements, places };
}

/** Number of loudspeakers in `channelMask`. */
function countSpeakers(channelMask: number): number {
  let count = 0;
  for (let bit = 0; bit < 18; bit++) count += (channelMask >> bit) & 1;
  return count;
}

/**
 * The layout (clause 1.6.3.5) for `numChannels` channels whose order is `channelMask` (0: not specified, the default of
 * the count). One without configuration is told by a program_config_element().
 * Throws `UnsupportedError` if there is none.
 */
export function channelLayout(numChannels: number, channelMask = 0): ChannelLayout {
  if (numChannels < 1 || numChannels > MAX_CHANNELS) {
    throw new UnsupportedError(
      'aac.options.numChannels',
      `got ${numChannels}, allowed are 1..${MAX_CHANNELS} (clause 1.6.3.5)`,
    );
  }
  const found = LAYOUTS.find(
    (layout) =>
      countChannels(layout) === numChannels &&
      (channelMask === 0 || layout.channelMask === channelMask),
  );
  if (found !== undefined) return found;
  const mask = channelMask === 0 ? DEFAULT_MASK_OF_7 : channelMask;
  const layout = countSpeakers(mask) === numChannels ? programLayout(mask) : null;
  if (layout === null) {
    throw new UnsupportedError(
      'aac.options.channelMask',
      `got 0x${channelMask.toString(16)}, allowed for ${numChannels} channels is a mask of as many of the loudspeakers ` +
        '0x7ff, whole pairs, one of them in front (clause 4.5.2.1)',
    );
  }
  return layout;
}
