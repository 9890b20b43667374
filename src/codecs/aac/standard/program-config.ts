/** program_config_element(), AAC clause 4.4.1.1: the channels of a stream that has no channel configuration of its own. */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { ID_CPE, type ProgramConfig } from './channel-configuration.ts';

/** object_type of AAC-LC: its audioObjectType less one. */
const OBJECT_TYPE_LC = 1;

/**
 * program_config_element(), clause 4.4.1.1, without coupling channels, associated data, mixdown or comment.
 * @param w its bits began with what byte_alignment() counts from: AudioSpecificConfig or raw_data_block
 */
export function writeProgramConfigElement(
  w: SyntaxWriter,
  config: ProgramConfig,
  sampling_frequency_index: number,
): void {
  const { front, side, back, lfe } = config;
  w.u('element_instance_tag', 4, 0);
  w.u('object_type', 2, OBJECT_TYPE_LC);
  w.u('sampling_frequency_index', 4, sampling_frequency_index);
  w.u('num_front_channel_elements', 4, front.length);
  w.u('num_side_channel_elements', 4, side.length);
  w.u('num_back_channel_elements', 4, back.length);
  w.u('num_lfe_channel_elements', 2, lfe.length);
  w.u('num_assoc_data_elements', 3, 0);
  w.u('num_valid_cc_elements', 4, 0);
  w.u('mono_mixdown_present', 1, 0);
  w.u('stereo_mixdown_present', 1, 0);
  w.u('matrix_mixdown_idx_present', 1, 0);
  for (const element of front) {
    w.u('front_element_is_cpe', 1, element.id_syn_ele === ID_CPE ? 1 : 0);
    w.u('front_element_tag_select', 4, element.element_instance_tag);
  }
  for (const element of side) {
    w.u('side_element_is_cpe', 1, element.id_syn_ele === ID_CPE ? 1 : 0);
    w.u('side_element_tag_select', 4, element.element_instance_tag);
  }
  for (const element of back) {
    w.u('back_element_is_cpe', 1, element.id_syn_ele === ID_CPE ? 1 : 0);
    w.u('back_element_tag_select', 4, element.element_instance_tag);
  }
  for (const element of lfe) w.u('lfe_element_tag_select', 4, element.element_instance_tag);
  w.bits.alignZero();
  w.u('comment_field_bytes', 8, 0);
}
