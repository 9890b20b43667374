/** AVCDecoderConfigurationRecord, NALFF clause 5.3.3.1: the parameter sets as MP4 and Matroska carry them. */
import { ConfigError } from '../../../base/errors.ts';
import { ByteWriter } from '../../../bits/byte-writer.ts';
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
  const w = new ByteWriter();
  const AVCProfileIndication = spsNal[1];
  w.u8(1); // configurationVersion
  w.u8(AVCProfileIndication);
  w.u8(spsNal[2]); // profile_compatibility: the constraint_set flags
  w.u8(spsNal[3]); // AVCLevelIndication
  w.u8(0b11111100 | (NAL_LENGTH_SIZE - 1)); // reserved, lengthSizeMinusOne
  w.u8(0b11100000 | 1); // reserved, numOfSequenceParameterSets
  w.u16(spsNal.length); // sequenceParameterSetLength
  w.append(spsNal);
  w.u8(1); // numOfPictureParameterSets
  w.u16(ppsNal.length); // pictureParameterSetLength
  w.append(ppsNal);
  // Baseline, Main and Extended profile end here.
  if (AVCProfileIndication !== 66 && AVCProfileIndication !== 77 && AVCProfileIndication !== 88) {
    w.u8(0b11111100 | 1); // reserved, chroma_format
    w.u8(0b11111000); // reserved, bit_depth_luma_minus8
    w.u8(0b11111000); // reserved, bit_depth_chroma_minus8
    w.u8(0); // numOfSequenceParameterSetExt
  }
  return w.toBytes();
}

function checkNalUnit(where: string, nal: Uint8Array, type: number, minLength: number): void {
  if (nal.length < minLength || nal.length > 0xffff || (nal[0] & 31) !== type) {
    throw new ConfigError(
      `h264.configurationRecord.${where}`,
      `got ${nal.length} bytes of nal_unit_type ${nal[0] & 31}, allowed ${minLength}..65535 of type ${type}`,
    );
  }
}
