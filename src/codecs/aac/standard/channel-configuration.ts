/**
 * Channel configurations 1 to 7, AAC clause 1.6.3.5: which elements a frame consists of, and which speaker each of their
 * channels feeds. Input channels come in the order of WAVE channel masks; the tables here say where each coded channel
 * is found among them.
 */
import { UnsupportedError } from '../../../base/errors.ts';

/** id_syn_ele of a single_channel_element(), table 4.85 (clause 4.5.2.1). */
export const ID_SCE = 0;
/** id_syn_ele of a channel_pair_element(), clause 4.5.2.1. */
export const ID_CPE = 1;
/** id_syn_ele of an lfe_channel_element(), clause 4.5.2.1. */
export const ID_LFE = 3;
/** id_syn_ele of a data_stream_element(), clause 4.5.2.1. */
export const ID_DSE = 4;
/** id_syn_ele of a fill_element(), clause 4.5.2.1. */
export const ID_FIL = 6;
/** id_syn_ele of the end of a frame, clause 4.5.2.1. */
export const ID_END = 7;

/** One syntactic element of every frame: its kind, its instance tag, and the input channels that it codes. */
export interface ElementLayout {
  readonly id_syn_ele: typeof ID_SCE | typeof ID_CPE | typeof ID_LFE;
  /** Counts elements of one kind within the frame. */
  readonly element_instance_tag: number;
  /** Indices of input channels in WAVE order: one, or two for a pair. */
  readonly channels: readonly number[];
}

/** How the channels of one input are coded. */
export interface ChannelLayout {
  /** Table 1.19: 1..7. */
  readonly channelConfiguration: number;
  /** WAVE channel mask of the input. */
  readonly channelMask: number;
  readonly elements: readonly ElementLayout[];
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
 * back, LFE, and so do we.
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
  {
    channelConfiguration: 7,
    channelMask: 0xff,
    elements: [sce(0, 2), cpe(0, 6, 7), cpe(1, 0, 1), cpe(2, 4, 5), lfe(3)],
  },
];

function countChannels(layout: ChannelLayout): number {
  return layout.elements.reduce((sum, element) => sum + element.channels.length, 0);
}

/**
 * The layout (clause 1.6.3.5) for `numChannels` channels whose order is `channelMask` (0: not specified, the default of
 * the count).
 * Throws `UnsupportedError` if there is none.
 */
export function channelLayout(numChannels: number, channelMask = 0): ChannelLayout {
  const ofCount = LAYOUTS.filter((layout) => countChannels(layout) === numChannels);
  if (ofCount.length === 0) {
    throw new UnsupportedError(
      'aac.options.numChannels',
      `got ${numChannels}, allowed are 1, 2, 3, 4, 5, 6, 8 (clause 1.6.3.5; a program configuration element is not implemented)`,
    );
  }
  const found =
    channelMask === 0
      ? ofCount[0]
      : ofCount.find((candidate) => candidate.channelMask === channelMask);
  if (found === undefined) {
    const masks = ofCount.map((candidate) => `0x${candidate.channelMask.toString(16)}`).join(', ');
    throw new UnsupportedError(
      'aac.options.channelMask',
      `got 0x${channelMask.toString(16)}, allowed for ${numChannels} channels are ${masks} (clause 1.6.3.5)`,
    );
  }
  return found;
}
