/**
 * AVCDecoderConfigurationRecord (`avcC`), NALFF clause 5.3.3.1: the parameter sets of an H.264 stream and the size of the
 * length fields before its NAL units. Encoder and containers share it. The canonical record says four bytes; records that say less are turned into it.
 */
import { ConfigError, FormatError } from '../base/errors.ts';
import { ByteWriter } from './byte-writer.ts';

/** The fields of the record. Parameter sets are NAL units without start code or length. */
export interface AvcRecord {
  readonly AVCProfileIndication: number;
  readonly profile_compatibility: number;
  readonly AVCLevelIndication: number;
  /** Bytes of the length before each NAL unit: 1, 2 or 4. */
  readonly lengthSize: number;
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
  /** What follows the picture parameter sets: chroma format, bit depths, SPS extensions; may be empty. */
  readonly extension: Uint8Array;
}

/** Chroma format and bit depths that the record repeats from the SPS for the High profiles. */
export interface AvcHighFields {
  readonly chroma_format_idc: number;
  readonly bit_depth_luma_minus8: number;
  readonly bit_depth_chroma_minus8: number;
}

const MIN_RECORD_BYTES = 7;
const MAX_SPS = 31;
const MAX_PPS = 255;
const MAX_SET_BYTES = 0xffff;
const HIGH_PROFILES = [100, 110, 122, 144];

/** Reads a record; views into `record`. Throws `FormatError` with the offset within the record. */
export function readAvcRecord(record: Uint8Array): AvcRecord {
  if (record.length < MIN_RECORD_BYTES || record[0] !== 1) {
    throw new FormatError('avcC', 'configurationVersion is not 1, or too short', 0);
  }
  let at = 5;
  const readSets = (count: number): Uint8Array[] => {
    const sets: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const length = at + 2 <= record.length ? (record[at] << 8) | record[at + 1] : -1;
      if (length < 0 || at + 2 + length > record.length) {
        throw new FormatError('avcC', 'a parameter set does not fit in the record', at);
      }
      sets.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    return sets;
  };
  const sps = readSets(record[at++] & 31);
  const pps = at < record.length ? readSets(record[at++]) : [];
  return {
    AVCProfileIndication: record[1],
    profile_compatibility: record[2],
    AVCLevelIndication: record[3],
    lengthSize: (record[4] & 3) + 1,
    sps,
    pps,
    extension: record.subarray(at),
  };
}

/**
 * Writes a canonical record (4-byte lengths) for parameter sets that share profile and level with the first SPS.
 * @param high for the High profiles: the fields that the record repeats; without it they are left out
 */
export function writeAvcRecord(
  sps: readonly Uint8Array[],
  pps: readonly Uint8Array[],
  high?: AvcHighFields,
): Uint8Array {
  const first = sps[0];
  if (first === undefined || first.length < 4 || sps.length > MAX_SPS || pps.length > MAX_PPS) {
    throw new ConfigError(
      'avcC',
      `got ${sps.length} SPS and ${pps.length} PPS, allowed 1..31, 0..255`,
    );
  }
  const w = new ByteWriter();
  const writeSets = (sets: readonly Uint8Array[]): void => {
    for (const set of sets) {
      if (set.length > MAX_SET_BYTES) {
        throw new ConfigError('avcC', `parameter set of ${set.length} bytes, allowed are 65535`);
      }
      w.u16(set.length);
      w.append(set);
    }
  };
  w.u8(1); // configurationVersion
  w.u8(first[1]); // AVCProfileIndication
  w.u8(first[2]); // profile_compatibility
  w.u8(first[3]); // AVCLevelIndication
  w.u8(0b11111100 | 3); // reserved, lengthSizeMinusOne
  w.u8(0b11100000 | sps.length); // reserved, numOfSequenceParameterSets
  writeSets(sps);
  w.u8(pps.length); // numOfPictureParameterSets
  writeSets(pps);
  if (high !== undefined && HIGH_PROFILES.includes(first[1])) {
    w.u8(0b11111100 | high.chroma_format_idc);
    w.u8(0b11111000 | high.bit_depth_luma_minus8);
    w.u8(0b11111000 | high.bit_depth_chroma_minus8);
    w.u8(0); // numOfSequenceParameterSetExt
  }
  return w.toBytes();
}

/** `packet` with its NAL lengths of `lengthSize` bytes written in four. A last unit that is cut off is left out. */
export function widenNalLengths(packet: Uint8Array, lengthSize: number): Uint8Array {
  const w = new ByteWriter();
  for (let at = 0; at + lengthSize <= packet.length; ) {
    let length = 0;
    for (let i = 0; i < lengthSize; i++) length = length * 256 + packet[at + i];
    at += lengthSize;
    if (at + length > packet.length) break;
    w.u32(length);
    w.append(packet.subarray(at, at + length));
    at += length;
  }
  return w.toBytes();
}
