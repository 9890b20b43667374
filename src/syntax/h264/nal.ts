/**
 * NAL units, clauses 7.3.1 and 7.4.1: a header byte, then the raw byte sequence payload (RBSP) with an
 * emulation_prevention_three_byte wherever three bytes would otherwise look like a start code. A canonical packet
 * (docs/packets.md) is a run of them, each behind a 4-byte length.
 */

import type { BitWriter } from '../../bits/bit-writer.ts';
import type { ByteWriter } from '../../bits/byte-writer.ts';

/** nal_unit_type, Table 7-1: the types that this library writes or looks at. */
export const NalUnitType = {
  /** Coded slice of a non-IDR picture. */
  NON_IDR_SLICE: 1,
  /** Slice data partition A: its slice header, and the macroblock types and vectors. */
  PARTITION_A: 2,
  /** Slice data partition B: residual of intra macroblocks. */
  PARTITION_B: 3,
  /** Slice data partition C: residual of inter macroblocks. */
  PARTITION_C: 4,
  /** Coded slice of an IDR picture. */
  IDR_SLICE: 5,
  /** Supplemental enhancement information (sei.ts). */
  SEI: 6,
  /** Sequence parameter set (sps.ts). */
  SPS: 7,
  /** Picture parameter set (pps.ts). */
  PPS: 8,
  /** Access unit delimiter (aud.ts). */
  AUD: 9,
  /** End of sequence: the next picture is an IDR picture; its RBSP is empty. */
  END_OF_SEQUENCE: 10,
  /** End of stream; its RBSP is empty. */
  END_OF_STREAM: 11,
  /** Filler data (aud.ts). */
  FILLER: 12,
  /** Sequence parameter set extension. */
  SPS_EXTENSION: 13,
  /** Prefix of a base layer slice, the first of the types 14..18 that open an access unit. */
  PREFIX: 14,
  /** The last of those types; reserved. */
  RESERVED_18: 18,
  /** Slice of an auxiliary picture (alpha). */
  AUXILIARY_SLICE: 19,
} as const;

/** The two elements of a NAL unit header that the syntax inside depends on. */
export interface NalUnitHeader {
  /** 0 for what no other picture refers to; otherwise 1..3. Never 0 for SPS, PPS and IDR slices, clause 7.4.1. */
  readonly nal_ref_idc: number;
  /** Table 7-1. */
  readonly nal_unit_type: number;
}

/**
 * Appends nal_unit( ) of clause 7.3.1 behind its length in four bytes, big endian.
 * @param nal_ref_idc 0..3
 * @param nal_unit_type 1..13 (the header is one byte: no extension follows)
 * @param rbsp payload with its trailing bits; read only
 * @returns number of bytes appended, the length field included
 */
export function writeNalUnit(
  out: ByteWriter,
  nal_ref_idc: number,
  nal_unit_type: number,
  rbsp: Uint8Array,
): number {
  const start = out.position;
  out.u32(0);
  appendNalUnit(out, nal_ref_idc, nal_unit_type, rbsp);
  const written = out.position - start;
  out.patchU32(start, written - 4);
  return written;
}

/**
 * Appends nal_unit( ) of clause 7.3.1 alone, as decoder configuration records hold it; arguments as in `writeNalUnit`.
 *
 * The text asks of every byte whether two zeros precede it. Here a byte above 3 settles three triples at once: it is not
 * the last of one, and it is no zero of the two that follow. So on coded data about every third byte is looked at.
 */
export function appendNalUnit(
  out: ByteWriter,
  nal_ref_idc: number,
  nal_unit_type: number,
  rbsp: Uint8Array,
): void {
  // forbidden_zero_bit, nal_ref_idc, nal_unit_type
  out.u8((nal_ref_idc << 5) | nal_unit_type);
  const length = rbsp.length;
  let runStart = 0;
  let i = 2;
  while (i < length) {
    if (rbsp[i] > 3) {
      i += 3;
    } else if (rbsp[i - 1] === 0 && rbsp[i - 2] === 0) {
      out.append(rbsp.subarray(runStart, i));
      out.u8(EMULATION_PREVENTION_THREE_BYTE);
      runStart = i;
      i += 2;
    } else {
      i++;
    }
  }
  out.append(rbsp.subarray(runStart));
  // The last byte of a NAL unit shall not be 0 (clause 7.4.1.1: after cabac_zero_words).
  if (length > 0 && rbsp[length - 1] === 0) out.u8(EMULATION_PREVENTION_THREE_BYTE);
}

const EMULATION_PREVENTION_THREE_BYTE = 3;

/** nal_unit_type of the NAL unit whose first byte this is, clause 7.3.1. */
export function nalUnitType(firstByte: number): number {
  return firstByte & 31;
}

/** Both elements of the header of a NAL unit, from its first byte, clause 7.3.1. */
export function nalUnitHeader(firstByte: number): NalUnitHeader {
  return { nal_ref_idc: (firstByte >> 5) & 3, nal_unit_type: firstByte & 31 };
}

/**
 * The RBSP of a NAL unit without its header byte: emulation_prevention_three_byte taken out, clause 7.3.1.
 * @param maxBytes bytes of the NAL unit that are looked at
 */
export function rbspOf(nalUnit: Uint8Array, maxBytes = nalUnit.length): Uint8Array {
  const length = Math.min(nalUnit.length, maxBytes);
  const out = new Uint8Array(Math.max(0, length - 1));
  let at = 0;
  let zeros = 0;
  for (let i = 1; i < length; i++) {
    const byte = nalUnit[i]!;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    out[at++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.subarray(0, at);
}

/** Keeps count of the size that a NAL unit will have, emulation prevention and all, while its RBSP grows in a bit writer. */
export class NalUnitSize {
  private scanned = 0;
  private zeros = 0;
  private emulationPreventionBytes = 0;

  /** Starts with an empty RBSP. */
  reset(): void {
    this.scanned = 0;
    this.zeros = 0;
    this.emulationPreventionBytes = 0;
  }

  /**
   * Bytes that the NAL unit takes at most (header byte included) if after `moreBits` bits the RBSP ends. Exact for the bytes
   * that are settled; of the few that are not, each other one is taken to need emulation prevention.
   */
  bound(bits: BitWriter, moreBits: number): number {
    const settled = bits.settledBytes;
    for (; this.scanned < settled; this.scanned++) {
      const byte = bits.byteAt(this.scanned);
      if (this.zeros >= 2 && byte <= 3) {
        this.emulationPreventionBytes++;
        this.zeros = 0;
      }
      this.zeros = byte === 0 ? this.zeros + 1 : 0;
    }
    const open = (bits.bitPosition - 8 * settled + moreBits + 1 + 7) >> 3;
    return 1 + settled + this.emulationPreventionBytes + open + ((open + 1) >> 1);
  }
}
