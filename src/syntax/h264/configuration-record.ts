/**
 * AVCDecoderConfigurationRecord (`avcC`), NALFF clause 5.3.3.1: the parameter sets of an H.264 stream and the size of the
 * length fields before its NAL units, as MP4 and Matroska carry them. The canonical record says four bytes; records that say
 * less are turned into it.
 */
import { ConfigError } from '../../base/errors.ts';
import type { BitSyntax, Draft } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';
import { SyntaxWriter } from '../../bits/syntax-writer.ts';
import { NalUnitType, nalUnitType } from './nal.ts';
import { hasRecordExtension } from './profiles.ts';
import type { SequenceParameterSet } from './sps.ts';

/** The fields of the record. Parameter sets are NAL units without start code or length. */
export interface AvcRecord {
  readonly AVCProfileIndication: number;
  readonly profile_compatibility: number;
  readonly AVCLevelIndication: number;
  /** Bytes of the length before each NAL unit: 1, 2 or 4. */
  readonly lengthSize: number;
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
  /** Behind the picture parameter sets: chroma format, bit depths, SPS extensions; may be empty. */
  readonly extension: Uint8Array;
}

/** Chroma format and bit depths that the record repeats from the SPS for the High profiles, NALFF clause 5.3.3.1.2. */
export type AvcHighFields = Pick<
  SequenceParameterSet,
  'chroma_format_idc' | 'bit_depth_luma_minus8' | 'bit_depth_chroma_minus8'
>;

/** Bytes of the length in front of each NAL unit of a packet (docs/packets.md). */
export const NAL_LENGTH_SIZE = 4;

const MIN_RECORD_BYTES = 7;
const MAX_SPS = 31;
const MAX_PPS = 255;
const MAX_SET_BYTES = 0xffff;
const NO_BYTES = new Uint8Array(0);

const EMPTY_RECORD: AvcRecord = {
  AVCProfileIndication: 0,
  profile_compatibility: 0,
  AVCLevelIndication: 0,
  lengthSize: NAL_LENGTH_SIZE,
  sps: [],
  pps: [],
  extension: NO_BYTES,
};

/** Reads a record, NALFF clause 5.3.3.1; views into `record`. Throws `FormatError` with the offset within the record. */
export function readAvcRecord(record: Uint8Array): AvcRecord {
  const r = new SyntaxReader(record, 'avcC');
  if (record.length < MIN_RECORD_BYTES) throw r.fault('configurationVersion', 'too short');
  const out: Draft<AvcRecord> = { ...EMPTY_RECORD };
  describeAvcRecord(r, out);
  return out;
}

/**
 * Writes a canonical record (4-byte lengths), NALFF clause 5.3.3.1, for parameter sets that share profile and level with the
 * first SPS. Throws `ConfigError` for too few or too many sets, and for NAL units of other types.
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
  for (const set of [...sps, ...pps]) {
    if (set.length > MAX_SET_BYTES) {
      throw new ConfigError('avcC', `parameter set of ${set.length} bytes, allowed are 65535`);
    }
  }
  const w = new SyntaxWriter();
  const hasExtension = high !== undefined && hasRecordExtension(first[1]!);
  describeAvcRecord(w, {
    AVCProfileIndication: first[1]!,
    profile_compatibility: first[2]!,
    AVCLevelIndication: first[3]!,
    lengthSize: NAL_LENGTH_SIZE,
    sps,
    pps,
    extension: hasExtension ? recordExtension(high) : NO_BYTES,
  });
  return w.bits.toBytes();
}

/** The record of one sequence parameter set and its picture parameter sets that this library made, whole NAL units, NALFF clause 5.3.3.1. */
export function avcDecoderConfigurationRecord(
  spsNal: Uint8Array,
  ppsNals: readonly Uint8Array[],
  high: AvcHighFields,
): Uint8Array {
  checkNalUnit('spsNal', spsNal, NalUnitType.SPS, 4);
  for (const ppsNal of ppsNals) checkNalUnit('ppsNal', ppsNal, NalUnitType.PPS, 2);
  return writeAvcRecord([spsNal], ppsNals, high);
}

function checkNalUnit(where: string, nal: Uint8Array, type: number, minLength: number): void {
  if (nal.length < minLength || nal.length > MAX_SET_BYTES || nalUnitType(nal[0]!) !== type) {
    throw new ConfigError(
      `h264.configurationRecord.${where}`,
      `got ${nal.length} bytes of nal_unit_type ${nalUnitType(nal[0]!)}, allowed ${minLength}..65535 of type ${type}`,
    );
  }
}

/**
 * AVCDecoderConfigurationRecord, NALFF clause 5.3.3.1.1: writes `record`, or fills it from what is read. A record may end
 * behind its sequence parameter sets.
 */
function describeAvcRecord(s: BitSyntax, record: Draft<AvcRecord>): void {
  if (s.u('configurationVersion', 8, 1) !== 1) throw s.fault('configurationVersion', 'is not 1');
  record.AVCProfileIndication = s.u('AVCProfileIndication', 8, record.AVCProfileIndication);
  record.profile_compatibility = s.u('profile_compatibility', 8, record.profile_compatibility);
  record.AVCLevelIndication = s.u('AVCLevelIndication', 8, record.AVCLevelIndication);
  s.u('reserved', 6, 0b111111);
  record.lengthSize = s.u('lengthSizeMinusOne', 2, record.lengthSize - 1) + 1;
  s.u('reserved', 3, 0b111);
  const spsCount = s.u('numOfSequenceParameterSets', 5, record.sps.length);
  record.sps = parameterSets(s, 'sequenceParameterSet', spsCount, record.sps);
  if (s.bitsLeft > 0) {
    const ppsCount = s.u('numOfPictureParameterSets', 8, record.pps.length);
    record.pps = parameterSets(s, 'pictureParameterSet', ppsCount, record.pps);
  }
  const rest = s.isReading ? s.bitsLeft >> 3 : record.extension.length;
  record.extension = s.bytes('extension', rest, record.extension);
}

/** The rest of the record in High profiles, without sequence parameter set extensions, NALFF clause 5.3.3.1.1. */
function recordExtension(high: AvcHighFields): Uint8Array {
  const w = new SyntaxWriter();
  w.u('reserved', 6, 0b111111);
  w.u('chroma_format', 2, high.chroma_format_idc);
  w.u('reserved', 5, 0b11111);
  w.u('bit_depth_luma_minus8', 3, high.bit_depth_luma_minus8);
  w.u('reserved', 5, 0b11111);
  w.u('bit_depth_chroma_minus8', 3, high.bit_depth_chroma_minus8);
  w.u('numOfSequenceParameterSetExt', 8, 0);
  return w.bits.toBytes();
}

function parameterSets(
  s: BitSyntax,
  name: string,
  count: number,
  sets: readonly Uint8Array[],
): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const length = s.u(`${name}Length`, 16, sets[i]?.length ?? 0);
    out.push(s.bytes(`${name}NALUnit`, length, sets[i] ?? NO_BYTES));
  }
  return out;
}
