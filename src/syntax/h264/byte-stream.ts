/**
 * NAL units in a row, and the two ways to tell them apart: lengths before them, as packets and NALFF have it, and the start
 * codes of Annex B. A start code is 00 00 01; within a NAL unit those bytes cannot stand, since
 * emulation_prevention_three_byte keeps them apart (clause 7.4.1).
 */
import { ConfigError } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { NAL_LENGTH_SIZE } from './configuration-record.ts';
import { NalUnitType, nalUnitType } from './nal.ts';

/**
 * Views of the NAL units of a canonical packet, NALFF clause 5.3.4.2 with lengths of four bytes. Units without bytes are
 * left out.
 * @param broken makes the error to be thrown if the unit at byte `at` does not fit the packet
 */
export function splitLengthPrefixed(
  packet: Uint8Array,
  broken: (length: number, at: number) => Error,
): Uint8Array[] {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const units: Uint8Array[] = [];
  for (let at = 0; at < packet.length; ) {
    const start = at + NAL_LENGTH_SIZE;
    const length = start <= packet.length ? view.getUint32(at) : 0;
    if (start > packet.length || start + length > packet.length) throw broken(length, at);
    if (length > 0) units.push(packet.subarray(start, start + length));
    at = start + length;
  }
  return units;
}

/** The packet in canonical form (4-byte lengths) with these NAL units, NALFF clause 5.3.4.2. */
export function joinLengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const total = units.reduce((sum, unit) => sum + NAL_LENGTH_SIZE + unit.length, 0);
  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  let at = 0;
  for (const unit of units) {
    view.setUint32(at, unit.length);
    out.set(unit, at + NAL_LENGTH_SIZE);
    at += NAL_LENGTH_SIZE + unit.length;
  }
  return out;
}

/**
 * `packet` with its NAL lengths of `lengthSize` bytes written in four, NALFF clause 5.3.4.2. A last unit that is cut off is
 * left out.
 */
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

/**
 * byte_stream_nal_unit for each unit, clause B.1.1. The zero_byte stands before the first unit of the access unit and
 * before parameter sets, where clause B.1.2 asks for it.
 */
export function joinWithStartCodes(units: readonly Uint8Array[]): Uint8Array {
  const hasZeroByte = (unit: Uint8Array, index: number): boolean =>
    index === 0 || isParameterSet(unit);
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

/** Whether a NAL unit is a sequence or picture parameter set, clause 7.4.1. */
export function isParameterSet(unit: Uint8Array): boolean {
  const type = nalUnitType(unit[0]!);
  return type === NalUnitType.SPS || type === NalUnitType.PPS;
}

/**
 * A canonical access unit as Annex B bytes, with the parameter sets before it if it has an IDR picture and brings none
 * itself. An access unit delimiter stays first (clause 7.4.1.2.3). Throws `ConfigError` naming `where` if its lengths do
 * not fit it, or if it has no NAL unit.
 * @param parameterSets sequence and picture parameter sets, in this order
 */
export function accessUnitToAnnexB(
  where: string,
  packet: Uint8Array,
  parameterSets: readonly Uint8Array[],
): Uint8Array {
  const broken = (length: number, at: number): ConfigError => {
    const found = `no NAL unit of ${length} bytes at byte ${at} of ${packet.length}`;
    return new ConfigError(where, `${found}; needed are 4-byte lengths`);
  };
  const units = splitLengthPrefixed(packet, broken);
  if (units.length === 0) throw broken(0, 0);
  const types = units.map((unit) => nalUnitType(unit[0]!));
  if (types.includes(NalUnitType.IDR_SLICE) && !types.includes(NalUnitType.SPS)) {
    units.splice(types[0] === NalUnitType.AUD ? 1 : 0, 0, ...parameterSets);
  }
  return joinWithStartCodes(units);
}

/** Position of the next 00 00 01 (clause B.1.1) in `bytes` from `from` on; -1 if there is none. */
export function findStartCode(bytes: Uint8Array, from: number): number {
  // The third byte of a start code is 1: every other byte is left behind by native search.
  for (let at = bytes.indexOf(1, from + 2); at >= 0; at = bytes.indexOf(1, at + 1)) {
    if (bytes[at - 1] === 0 && bytes[at - 2] === 0) return at - 2;
  }
  return -1;
}
