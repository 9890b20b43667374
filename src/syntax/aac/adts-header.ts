/** The header of an ADTS frame: adts_fixed_header and adts_variable_header, AAC clauses 1.A.2.2.1 and 1.A.2.2.2. */
import type { BitSyntax, Draft } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';
import { SyntaxWriter } from '../../bits/syntax-writer.ts';
import type { AudioSpecificConfig } from './audio-specific-config.ts';
import { PLAIN_AUDIO_CONFIG } from './audio-specific-config.ts';
import { SAMPLING_FREQUENCIES } from './sampling-frequency.ts';

/** Bytes of the header without adts_error_check. */
export const HEADER_BYTES = 7;
/** Bytes of crc_check. */
export const CRC_BYTES = 2;
/** aac_frame_length has 13 bits. */
export const MAX_FRAME_BYTES = 8191;
/** adts_buffer_fullness that says "variable bit rate". */
const VARIABLE_RATE = 0x7ff;

/** The fields of a header. */
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

const EMPTY_HEADER: AdtsHeader = {
  protection_absent: 1,
  profile_ObjectType: 1,
  sampling_frequency_index: 0,
  channel_configuration: 0,
  aac_frame_length: 0,
  number_of_raw_data_blocks_in_frame: 0,
};

/** The seven bytes of a header, AAC clause 1.A.2.2, at the start of `out`. */
export function writeAdtsHeader(header: AdtsHeader, out: Uint8Array): void {
  const w = new SyntaxWriter();
  adtsHeader(w, { ...header });
  out.set(w.bits.view());
}

/** Reads a header from at least seven bytes, AAC clause 1.A.2.2; null if they are none, or no frame that could be. */
export function readAdtsHeader(bytes: Uint8Array): AdtsHeader | null {
  // Most bytes that are looked at, on a search for a frame, are no syncword.
  if (bytes.length < HEADER_BYTES || bytes[0] !== 0xff) return null;
  const header: Draft<AdtsHeader> = { ...EMPTY_HEADER };
  if (!adtsHeader(new SyntaxReader(bytes, 'adts.header'), header)) return null;
  const smallest = HEADER_BYTES + (header.protection_absent === 0 ? CRC_BYTES : 0);
  if (header.sampling_frequency_index >= SAMPLING_FREQUENCIES.length) return null;
  return header.aac_frame_length <= smallest ? null : header;
}

/**
 * aac_frame_length of the header at `at`; 0 where `readAdtsHeader` finds none. For searches: junk may look like a header at every
 * other byte, and reading each field by field would take a minute for 100 MB.
 */
export function adtsFrameLengthAt(bytes: Uint8Array, at: number): number {
  if (at + HEADER_BYTES > bytes.length || bytes[at] !== 0xff) return 0;
  const second = bytes[at + 1]!;
  // The rest of the syncword, ID, layer 0, protection_absent.
  if ((second & 0xf6) !== 0xf0) return 0;
  if (((bytes[at + 2]! >> 2) & 15) >= SAMPLING_FREQUENCIES.length) return 0;
  const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
  return length > HEADER_BYTES + ((second & 1) === 0 ? CRC_BYTES : 0) ? length : 0;
}

/** The fields of the header at `at` by which `isSameStream` compares, as one number. */
export function adtsStreamAt(bytes: Uint8Array, at: number): number {
  // Without private_bit, which stands between them.
  return ((bytes[at + 2]! & 0xfd) << 2) | (bytes[at + 3]! >> 6);
}

/** adts_fixed_header and adts_variable_header: writes `header`, or fills it. False if the bytes read are no header. */
function adtsHeader(s: BitSyntax, header: Draft<AdtsHeader>): boolean {
  if (s.u('syncword', 12, 0xfff) !== 0xfff) return false;
  s.flag('ID', 0); // MPEG-4
  if (s.u('layer', 2, 0) !== 0) return false;
  header.protection_absent = s.flag('protection_absent', header.protection_absent);
  header.profile_ObjectType = s.u('profile_ObjectType', 2, header.profile_ObjectType);
  header.sampling_frequency_index = s.u(
    'sampling_frequency_index',
    4,
    header.sampling_frequency_index,
  );
  s.flag('private_bit', 0);
  header.channel_configuration = s.u('channel_configuration', 3, header.channel_configuration);
  s.flag('original_copy', 0);
  s.flag('home', 0);
  s.flag('copyright_identification_bit', 0);
  s.flag('copyright_identification_start', 0);
  header.aac_frame_length = s.u('aac_frame_length', 13, header.aac_frame_length);
  s.u('adts_buffer_fullness', 11, VARIABLE_RATE);
  header.number_of_raw_data_blocks_in_frame = s.u(
    'number_of_raw_data_blocks_in_frame',
    2,
    header.number_of_raw_data_blocks_in_frame,
  );
  return true;
}

/** Whether two headers are of one stream: their adts_fixed_header is the same, AAC clause 1.A.2.2.1. */
export function isSameStream(a: AdtsHeader, b: AdtsHeader): boolean {
  return (
    a.profile_ObjectType === b.profile_ObjectType &&
    a.sampling_frequency_index === b.sampling_frequency_index &&
    a.channel_configuration === b.channel_configuration
  );
}

/** AudioSpecificConfig with the fields of a header, AAC clause 1.6.2.1; channels of configuration 0 are left open. */
export function configOfHeader(header: AdtsHeader): AudioSpecificConfig {
  return {
    ...PLAIN_AUDIO_CONFIG,
    audioObjectType: header.profile_ObjectType + 1,
    samplingFrequency: SAMPLING_FREQUENCIES[header.sampling_frequency_index]!,
    channelConfiguration: header.channel_configuration,
  };
}
