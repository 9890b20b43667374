/**
 * The byte stream of H.264 Annex B and back: NAL units behind start codes instead of lengths. A start code is 00 00 01;
 * within a NAL unit those bytes cannot stand, since emulation_prevention_three_byte keeps them apart (clause 7.4.1).
 */
import { ConfigError } from '../../base/errors.ts';

/** nal_unit_type values that matter to containers, H.264 table 7-1. */
export const NAL = { IDR: 5, SEI: 6, SPS: 7, PPS: 8, AUD: 9 } as const;

/** nal_unit_type of the NAL unit whose first byte this is, H.264 clause 7.3.1. */
export function nalUnitType(firstByte: number): number {
  return firstByte & 31;
}

/** Views of the NAL units of a canonical packet (4-byte lengths). Throws `ConfigError` naming `where` if they do not fit it. */
export function splitLengthPrefixed(where: string, packet: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let at = 0;
  while (at < packet.length) {
    const start = at + 4;
    const length =
      start <= packet.length
        ? packet[at]! * 0x1000000 +
          ((packet[at + 1]! << 16) | (packet[at + 2]! << 8) | packet[at + 3]!)
        : 0;
    if (length === 0 || start + length > packet.length) {
      throw new ConfigError(
        where,
        `no NAL unit of ${length} bytes at byte ${at} of ${packet.length}; needed are 4-byte lengths`,
      );
    }
    units.push(packet.subarray(start, start + length));
    at = start + length;
  }
  return units;
}

/** The packet in canonical form (4-byte lengths) with these NAL units. */
export function joinLengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(units.reduce((sum, unit) => sum + 4 + unit.length, 0));
  let at = 0;
  for (const unit of units) {
    out[at] = unit.length >>> 24;
    out[at + 1] = unit.length >>> 16;
    out[at + 2] = unit.length >>> 8;
    out[at + 3] = unit.length;
    out.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return out;
}

/**
 * byte_stream_nal_unit for each unit, H.264 clause B.1.1. The zero_byte stands before the first unit of the access unit
 * and before parameter sets, where clause B.1.2 asks for it.
 */
export function joinWithStartCodes(units: readonly Uint8Array[]): Uint8Array {
  const hasZeroByte = (unit: Uint8Array, index: number): boolean => {
    const type = nalUnitType(unit[0]!);
    return index === 0 || type === NAL.SPS || type === NAL.PPS;
  };
  let length = 0;
  for (const [i, unit] of units.entries()) length += unit.length + (hasZeroByte(unit, i) ? 4 : 3);
  const out = new Uint8Array(length);
  let at = 0;
  for (const [i, unit] of units.entries()) {
    at += hasZeroByte(unit, i) ? 3 : 2;
    out[at] = 1;
    out.set(unit, at + 1);
    at += 1 + unit.length;
  }
  return out;
}

/**
 * A canonical access unit as Annex B bytes, with the parameter sets before it if it has an IDR picture and brings none
 * itself. An access unit delimiter stays first (H.264 clause 7.4.1.2.3).
 * @param parameterSets sequence and picture parameter sets, in this order
 */
export function accessUnitToAnnexB(
  where: string,
  packet: Uint8Array,
  parameterSets: readonly Uint8Array[],
): Uint8Array {
  const units = splitLengthPrefixed(where, packet);
  const types = units.map((unit) => nalUnitType(unit[0]!));
  if (types.includes(NAL.IDR) && !types.includes(NAL.SPS)) {
    units.splice(types[0] === NAL.AUD ? 1 : 0, 0, ...parameterSets);
  }
  return joinWithStartCodes(units);
}

/** Position of the next 00 00 01 in `bytes` from `from` on; -1 if there is none. */
export function findStartCode(bytes: Uint8Array, from: number): number {
  // The third byte of a start code is 1: every other byte is left behind by native search.
  for (let at = bytes.indexOf(1, from + 2); at >= 0; at = bytes.indexOf(1, at + 1)) {
    if (bytes[at - 1] === 0 && bytes[at - 2] === 0) return at - 2;
  }
  return -1;
}
