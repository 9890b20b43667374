/** The header of an ADTS frame: adts_fixed_header and adts_variable_header, AAC clauses 1.A.2.2.1 and 1.A.2.2.2. */
import { BitReader } from '../../bits/bit-reader.ts';

/** Bytes of the header without adts_error_check. */
export const HEADER_BYTES = 7;
/** aac_frame_length has 13 bits. */
export const MAX_FRAME_BYTES = 8191;
/** adts_buffer_fullness that says "variable bit rate". */
const VARIABLE_RATE = 0x7ff;

/** What a header says. */
export interface AdtsHeader {
  readonly protection_absent: number;
  /** AudioObjectType of MPEG-4, less 1: 1 is AAC-LC. */
  readonly profile_ObjectType: number;
  readonly sampling_frequency_index: number;
  readonly channel_configuration: number;
  /** Bytes of the whole frame, header included. */
  readonly aac_frame_length: number;
  /** Number of raw_data_blocks, less 1. */
  readonly number_of_raw_data_blocks_in_frame: number;
}

/** The seven bytes of a header, AAC clause 1.A.2.2, for a frame of one raw_data_block. */
export function writeAdtsHeader(header: AdtsHeader, out: Uint8Array): void {
  const length = header.aac_frame_length;
  out[0] = 0xff; // syncword, first 8 of 12 bits
  out[1] = 0xf0 | header.protection_absent; // syncword, ID 0 (MPEG-4), layer 0
  out[2] =
    (header.profile_ObjectType << 6) |
    (header.sampling_frequency_index << 2) | // then private_bit 0
    (header.channel_configuration >> 2);
  // original_copy, home, copyright_identification_bit and _start are 0.
  out[3] = ((header.channel_configuration & 3) << 6) | (length >> 11);
  out[4] = length >> 3;
  out[5] = ((length & 7) << 5) | (VARIABLE_RATE >> 6);
  out[6] = ((VARIABLE_RATE & 63) << 2) | header.number_of_raw_data_blocks_in_frame;
}

/** Reads a header from at least seven bytes, AAC clause 1.A.2.2; null if they are none, or no frame that could be. */
export function readAdtsHeader(bytes: Uint8Array): AdtsHeader | null {
  if (bytes.length < HEADER_BYTES) return null;
  const r = new BitReader(bytes, 'adts.header');
  if (r.u(12) !== 0xfff) return null; // syncword
  r.u(1); // ID
  if (r.u(2) !== 0) return null; // layer
  const protection_absent = r.u(1);
  const profile_ObjectType = r.u(2);
  const sampling_frequency_index = r.u(4);
  r.u(1); // private_bit
  const channel_configuration = r.u(3);
  r.u(4); // original_copy, home, copyright_identification_bit, copyright_identification_start
  const aac_frame_length = r.u(13);
  r.u(11); // adts_buffer_fullness
  const number_of_raw_data_blocks_in_frame = r.u(2);
  const smallest = HEADER_BYTES + (protection_absent === 0 ? 2 : 0);
  if (sampling_frequency_index > 12 || aac_frame_length <= smallest) return null;
  return {
    protection_absent,
    profile_ObjectType,
    sampling_frequency_index,
    channel_configuration,
    aac_frame_length,
    number_of_raw_data_blocks_in_frame,
  };
}

/** Whether two headers are of one stream: what adts_fixed_header says does not change within it, AAC clause 1.A.2.2.1. */
export function isSameStream(a: AdtsHeader, b: AdtsHeader): boolean {
  return (
    a.profile_ObjectType === b.profile_ObjectType &&
    a.sampling_frequency_index === b.sampling_frequency_index &&
    a.channel_configuration === b.channel_configuration
  );
}
