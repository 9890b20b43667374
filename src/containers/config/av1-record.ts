/**
 * AV1CodecConfigurationRecord (`av1C`) from the sequence header OBU that an AV1 stream begins with, for streams whose
 * container has none: AV1 Codec ISO Media File Format Binding clause 2.3.3, AV1 Bitstream & Decoding Process clause 5.5.
 */
import { BitReader } from '../../bits/bit-reader.ts';

const OBU_SEQUENCE_HEADER = 1;

/** The fields of a sequence header that the record repeats. */
interface SequenceHeader {
  seq_profile: number;
  seq_level_idx_0: number;
  seq_tier_0: number;
  high_bitdepth: number;
  twelve_bit: number;
  mono_chrome: number;
  subsampling_x: number;
  subsampling_y: number;
  chroma_sample_position: number;
}

/** The record for a stream whose first temporal unit is `packet`; null if that has no sequence header that can be read. */
export function av1RecordOf(packet: Uint8Array): Uint8Array | null {
  const obu = findSequenceHeader(packet);
  if (obu === null) return null;
  let header: SequenceHeader;
  try {
    header = readSequenceHeader(new BitReader(obu.payload, 'av1.sequence_header_obu'));
  } catch {
    return null;
  }
  const record = new Uint8Array(4 + obu.whole.length);
  record[0] = 0x81; // marker 1, version 1
  record[1] = (header.seq_profile << 5) | header.seq_level_idx_0;
  record[2] =
    (header.seq_tier_0 << 7) |
    (header.high_bitdepth << 6) |
    (header.twelve_bit << 5) |
    (header.mono_chrome << 4) |
    (header.subsampling_x << 3) |
    (header.subsampling_y << 2) |
    header.chroma_sample_position;
  record.set(obu.whole, 4); // configOBUs; initial_presentation_delay_present is 0
  return record;
}

/** The first sequence header in a row of OBUs with sizes (clauses 5.3.1, 5.3.2). */
function findSequenceHeader(
  packet: Uint8Array,
): { readonly whole: Uint8Array; readonly payload: Uint8Array } | null {
  for (let at = 0; at < packet.length; ) {
    const header = packet[at];
    const obu_type = (header >> 3) & 15;
    const hasExtension = (header & 4) !== 0;
    const hasSize = (header & 2) !== 0;
    let next = at + 1 + (hasExtension ? 1 : 0);
    let size = packet.length - next;
    if (hasSize) {
      // leb128, clause 4.10.5.
      size = 0;
      for (let i = 0; i < 8 && next < packet.length; i++) {
        const byte = packet[next++];
        size += (byte & 0x7f) * 2 ** (7 * i);
        if ((byte & 0x80) === 0) break;
      }
    }
    const end = next + size;
    if (size < 0 || end > packet.length) return null;
    if (obu_type === OBU_SEQUENCE_HEADER && hasSize) {
      return { whole: packet.subarray(at, end), payload: packet.subarray(next, end) };
    }
    at = end;
  }
  return null;
}

/** sequence_header_obu(), clause 5.5.1, up to color_config(). */
function readSequenceHeader(r: BitReader): SequenceHeader {
  const seq_profile = r.u(3);
  r.u(1); // still_picture
  const reduced_still_picture_header = r.u(1);
  const level = { seq_level_idx_0: 0, seq_tier_0: 0 };
  if (reduced_still_picture_header === 1) level.seq_level_idx_0 = r.u(5);
  else readOperatingPoints(r, level);
  const frame_width_bits = r.u(4) + 1;
  const frame_height_bits = r.u(4) + 1;
  r.u(frame_width_bits); // max_frame_width_minus_1
  r.u(frame_height_bits); // max_frame_height_minus_1
  if (reduced_still_picture_header === 0 && r.u(1) === 1) r.u(7); // frame_id_numbers_present_flag
  r.u(3); // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  if (reduced_still_picture_header === 0) skipTools(r);
  r.u(3); // enable_superres, enable_cdef, enable_restoration
  return { seq_profile, ...level, ...readColorConfig(r, seq_profile) };
}

/** From timing_info_present_flag to the last operating point. */
function readOperatingPoints(
  r: BitReader,
  level: { seq_level_idx_0: number; seq_tier_0: number },
): void {
  let buffer_delay_length = 0;
  if (r.u(1) === 1) {
    r.u(32); // num_units_in_display_tick
    r.u(32); // time_scale
    if (r.u(1) === 1) r.ue(); // equal_picture_interval: num_ticks_per_picture_minus_1, uvlc()
    if (r.u(1) === 1) {
      // decoder_model_info()
      buffer_delay_length = r.u(5) + 1;
      r.u(32); // num_units_in_decoding_tick
      r.u(10); // buffer_removal_time_length_minus_1, frame_presentation_time_length_minus_1
    }
  }
  const initial_display_delay_present_flag = r.u(1);
  const operating_points = r.u(5) + 1;
  for (let i = 0; i < operating_points; i++) {
    r.u(12); // operating_point_idc
    const seq_level_idx = r.u(5);
    const seq_tier = seq_level_idx > 7 ? r.u(1) : 0;
    if (i === 0) Object.assign(level, { seq_level_idx_0: seq_level_idx, seq_tier_0: seq_tier });
    if (buffer_delay_length > 0 && r.u(1) === 1) {
      r.u(buffer_delay_length); // decoder_buffer_delay
      r.u(buffer_delay_length); // encoder_buffer_delay
      r.u(1); // low_delay_mode_flag
    }
    if (initial_display_delay_present_flag === 1 && r.u(1) === 1) r.u(4);
  }
}

/** From enable_interintra_compound to order_hint_bits_minus_1. */
function skipTools(r: BitReader): void {
  r.u(4); // enable_interintra_compound, enable_masked_compound, enable_warped_motion, enable_dual_filter
  const enable_order_hint = r.u(1);
  if (enable_order_hint === 1) r.u(2); // enable_jnt_comp, enable_ref_frame_mvs
  const SELECT_SCREEN_CONTENT_TOOLS = 2;
  const tools = r.u(1) === 1 ? SELECT_SCREEN_CONTENT_TOOLS : r.u(1);
  if (tools > 0 && r.u(1) === 0) r.u(1); // seq_choose_integer_mv, seq_force_integer_mv
  if (enable_order_hint === 1) r.u(3); // order_hint_bits_minus_1
}

/** color_config(), clause 5.5.2. */
function readColorConfig(
  r: BitReader,
  seq_profile: number,
): Omit<SequenceHeader, 'seq_profile' | 'seq_level_idx_0' | 'seq_tier_0'> {
  const high_bitdepth = r.u(1);
  const twelve_bit = seq_profile === 2 && high_bitdepth === 1 ? r.u(1) : 0;
  const mono_chrome = seq_profile === 1 ? 0 : r.u(1);
  const isDescribed = r.u(1) === 1;
  const color_primaries = isDescribed ? r.u(8) : 2;
  const transfer_characteristics = isDescribed ? r.u(8) : 2;
  const matrix_coefficients = isDescribed ? r.u(8) : 2;
  const depth = { high_bitdepth, twelve_bit, mono_chrome };
  const chroma = (subsampling_x: number, subsampling_y: number, chroma_sample_position = 0) => ({
    ...depth,
    ...{ subsampling_x, subsampling_y, chroma_sample_position },
  });
  const isSrgb =
    color_primaries === 1 && transfer_characteristics === 13 && matrix_coefficients === 0;
  if (mono_chrome === 0 && isSrgb) return chroma(0, 0);
  r.u(1); // color_range
  if (mono_chrome === 1) return chroma(1, 1);
  if (seq_profile === 1) return chroma(0, 0);
  if (seq_profile === 0) return chroma(1, 1, r.u(2));
  if (twelve_bit === 0) return chroma(1, 0);
  const subsampling_x = r.u(1);
  const subsampling_y = subsampling_x === 1 ? r.u(1) : 0;
  return chroma(subsampling_x, subsampling_y, subsampling_y === 1 ? r.u(2) : 0);
}
