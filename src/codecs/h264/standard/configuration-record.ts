/** AVCDecoderConfigurationRecord, NALFF clause 5.3.3.1: the parameter sets as MP4 and Matroska carry them. */
import { ConfigError } from '../../../base/errors.ts';
import { writeAvcRecord } from '../../../bits/avc-record.ts';
import { NalUnitType } from './nal.ts';

/** Bytes of the length in front of each NAL unit of a packet (docs/packets.md). */
export const NAL_LENGTH_SIZE = 4;

/**
 * The record of NALFF clause 5.3.3.1 for one sequence and one picture parameter set, 4:2:0 and 8 bits, with 4-byte
 * lengths.
 * @param spsNal whole NAL unit with header and emulation prevention, without length
 * @param ppsNal likewise
 */
export function avcDecoderConfigurationRecord(spsNal: Uint8Array, ppsNal: Uint8Array): Uint8Array {
  checkNalUnit('spsNal', spsNal, NalUnitType.SPS, 4);
  checkNalUnit('ppsNal', ppsNal, NalUnitType.PPS, 2);
  return writeAvcRecord([spsNal], [ppsNal], YUV420_8_BIT);
}

/** What the record repeats from the sequence parameter set of the High profiles: 4:2:0, 8 bits. */
const YUV420_8_BIT = {
  chroma_format_idc: 1,
  bit_depth_luma_minus8: 0,
  bit_depth_chroma_minus8: 0,
};

function checkNalUnit(where: string, nal: Uint8Array, type: number, minLength: number): void {
  if (nal.length < minLength || nal.length > 0xffff || (nal[0] & 31) !== type) {
    throw new ConfigError(
      `h264.configurationRecord.${where}`,
      `got ${nal.length} bytes of nal_unit_type ${nal[0] & 31}, allowed ${minLength}..65535 of type ${type}`,
    );
  }
}
