/**
 * program_config_element(), AAC clause 4.4.1.1: the channels of a stream that has no channel configuration. It stands in
 * AudioSpecificConfig, and in the frames of ADTS, which has no other place for it.
 */
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';

/** A channel element by its place: `is_cpe` 1 is a pair. */
export interface ChannelElement {
  readonly is_cpe: Flag;
  readonly tag_select: number;
}

/** A coupling channel element. */
export interface CouplingElement {
  readonly is_ind_sw: Flag;
  readonly tag_select: number;
}

/** The elements of program_config_element(), AAC clause 4.5.1.2. Each list has at most 15 entries, `lfe` at most 3, `data` 7. */
export interface ProgramConfig {
  readonly element_instance_tag: number;
  /** Audio object type less one: 1 is AAC-LC. */
  readonly object_type: number;
  readonly sampling_frequency_index: number;
  /** From the center outwards. */
  readonly front: readonly ChannelElement[];
  readonly side: readonly ChannelElement[];
  /** From the sides to the center. */
  readonly back: readonly ChannelElement[];
  /** lfe_element_tag_select of each. */
  readonly lfe: readonly number[];
  /** assoc_data_element_tag_select of each. */
  readonly data: readonly number[];
  readonly coupling: readonly CouplingElement[];
  /** Null: not present. */
  readonly mono_mixdown_element_number: number | null;
  readonly stereo_mixdown_element_number: number | null;
  readonly matrix_mixdown: { readonly idx: number; readonly pseudo_surround_enable: Flag } | null;
  readonly comment_field_data: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** A configuration without channels, AAC-LC at 48 kHz (AAC clause 4.5.1.2). */
export const EMPTY_PROGRAM_CONFIG: ProgramConfig = {
  element_instance_tag: 0,
  object_type: 1,
  sampling_frequency_index: 3,
  front: [],
  side: [],
  back: [],
  lfe: [],
  data: [],
  coupling: [],
  mono_mixdown_element_number: null,
  stereo_mixdown_element_number: null,
  matrix_mixdown: null,
  comment_field_data: NO_BYTES,
};

/** Reads the element at bit `firstBit` of `bytes`, AAC clause 4.4.1.1. Throws `FormatError` if it is cut off. */
export function readProgramConfig(bytes: Uint8Array, firstBit: number): ProgramConfig {
  const r = new SyntaxReader(bytes, 'aac.programConfig');
  for (let left = firstBit; left > 0; left -= 16) r.u('before', Math.min(16, left), 0);
  return programConfigElement(r, EMPTY_PROGRAM_CONFIG);
}

/**
 * program_config_element(), AAC clause 4.4.1.1: writes `config`, or returns the one read. byte_alignment() counts from bit 0
 * of `s`: it began with AudioSpecificConfig or with a raw_data_block. A comment that is cut off is read as none.
 */
export function programConfigElement(s: BitSyntax, config: ProgramConfig): ProgramConfig {
  s.where = 'aac.programConfig';
  const out: Draft<ProgramConfig> = { ...config };
  out.element_instance_tag = s.u('element_instance_tag', 4, config.element_instance_tag);
  out.object_type = s.u('object_type', 2, config.object_type);
  out.sampling_frequency_index = s.u(
    'sampling_frequency_index',
    4,
    config.sampling_frequency_index,
  );
  const frontCount = s.u('num_front_channel_elements', 4, config.front.length);
  const sideCount = s.u('num_side_channel_elements', 4, config.side.length);
  const backCount = s.u('num_back_channel_elements', 4, config.back.length);
  const lfeCount = s.u('num_lfe_channel_elements', 2, config.lfe.length);
  const dataCount = s.u('num_assoc_data_elements', 3, config.data.length);
  const couplingCount = s.u('num_valid_cc_elements', 4, config.coupling.length);
  mixdowns(s, out);
  out.front = channelElements(s, 'front', frontCount, config.front);
  out.side = channelElements(s, 'side', sideCount, config.side);
  out.back = channelElements(s, 'back', backCount, config.back);
  out.lfe = tags(s, 'lfe_element_tag_select', lfeCount, config.lfe);
  out.data = tags(s, 'assoc_data_element_tag_select', dataCount, config.data);
  out.coupling = Array.from({ length: couplingCount }, (_, i) => ({
    is_ind_sw: s.flag('cc_element_is_ind_sw', config.coupling[i]?.is_ind_sw ?? 0),
    tag_select: s.u('valid_cc_element_tag_select', 4, config.coupling[i]?.tag_select ?? 0),
  }));
  if (s.bitsLeft < 8) return out;
  s.alignZero('byte_alignment');
  const comment = config.comment_field_data;
  const length = s.bitsLeft < 8 ? 0 : s.u('comment_field_bytes', 8, comment.length);
  if (length * 8 <= s.bitsLeft) {
    out.comment_field_data = s.bytes('comment_field_data', length, comment);
  }
  return out;
}

/** The three mixdowns, each behind its flag, AAC clause 4.4.1.1. */
function mixdowns(s: BitSyntax, config: Draft<ProgramConfig>): void {
  const mono = config.mono_mixdown_element_number;
  config.mono_mixdown_element_number =
    s.flag('mono_mixdown_present', mono === null ? 0 : 1) === 0
      ? null
      : s.u('mono_mixdown_element_number', 4, mono ?? 0);
  const stereo = config.stereo_mixdown_element_number;
  config.stereo_mixdown_element_number =
    s.flag('stereo_mixdown_present', stereo === null ? 0 : 1) === 0
      ? null
      : s.u('stereo_mixdown_element_number', 4, stereo ?? 0);
  const matrix = config.matrix_mixdown;
  config.matrix_mixdown =
    s.flag('matrix_mixdown_idx_present', matrix === null ? 0 : 1) === 0
      ? null
      : {
          idx: s.u('matrix_mixdown_idx', 2, matrix?.idx ?? 0),
          pseudo_surround_enable: s.flag(
            'pseudo_surround_enable',
            matrix?.pseudo_surround_enable ?? 0,
          ),
        };
}

function channelElements(
  s: BitSyntax,
  place: 'front' | 'side' | 'back',
  count: number,
  elements: readonly ChannelElement[],
): ChannelElement[] {
  return Array.from({ length: count }, (_, i) => ({
    is_cpe: s.flag(`${place}_element_is_cpe`, elements[i]?.is_cpe ?? 0),
    tag_select: s.u(`${place}_element_tag_select`, 4, elements[i]?.tag_select ?? 0),
  }));
}

function tags(s: BitSyntax, name: string, count: number, values: readonly number[]): number[] {
  return Array.from({ length: count }, (_, i) => s.u(name, 4, values[i] ?? 0));
}

/** Number of channels that the elements have, AAC clause 4.5.1.2. */
export function programChannels({ front, side, back, lfe }: ProgramConfig): number {
  const all = [...front, ...side, ...back];
  return lfe.length + all.reduce((sum, element) => sum + 1 + element.is_cpe, 0);
}

// Loudspeakers of WAVE channel masks.
const FRONT = 0x3;
const FRONT_CENTER = 0x4;
const LOW_FREQUENCY = 0x8;
const BACK = 0x30;
const FRONT_OF_CENTER = 0xc0;
const BACK_CENTER = 0x100;
const SIDE = 0x600;

/**
 * The WAVE channel mask of elements that stand where those of a mask do (AAC clause 4.5.1.2): front from the center outwards,
 * back center last; otherwise 0.
 */
export function programChannelMask({ front, side, back, lfe }: ProgramConfig): number {
  const layout = [front, side, back].map((row) => row.map(({ is_cpe }) => 1 + is_cpe).join(''));
  const frontMask = FRONT_MASKS[layout[0]!];
  const sideMask = layout[1] === '' ? 0 : layout[1] === '2' ? SIDE : undefined;
  const backMask = BACK_MASKS[layout[2]!];
  if (frontMask === undefined || sideMask === undefined || backMask === undefined) return 0;
  if (lfe.length > 1) return 0;
  return frontMask | sideMask | backMask | (lfe.length === 1 ? LOW_FREQUENCY : 0);
}

/** Channels of the elements in front => mask. */
const FRONT_MASKS: Readonly<Record<string, number>> = {
  '1': FRONT_CENTER,
  '2': FRONT,
  '12': FRONT_CENTER | FRONT,
  '22': FRONT_OF_CENTER | FRONT,
  '122': FRONT_CENTER | FRONT_OF_CENTER | FRONT,
};

/** Channels of the elements in the back => mask. */
const BACK_MASKS: Readonly<Record<string, number>> = {
  '': 0,
  '1': BACK_CENTER,
  '2': BACK,
  '21': BACK | BACK_CENTER,
};
