/** The two smallest NAL units: access unit delimiter (clause 7.3.2.4) and filler data (clause 7.3.2.7). */
import type { BitSyntax } from '../../bits/bit-syntax.ts';
import { SliceType } from './slice-header.ts';

/** primary_pic_type of Table 7-5 for a picture that has only slices of `sliceType` and of types that come before it there. */
export function primaryPicType(sliceType: number): number {
  return sliceType === SliceType.I ? 0 : sliceType === SliceType.P ? 1 : 2;
}

/** access_unit_delimiter_rbsp( ), clause 7.3.2.4: writes or reads primary_pic_type, and returns it. */
export function accessUnitDelimiter(s: BitSyntax, primary_pic_type: number): number {
  const value = s.u('primary_pic_type', 3, primary_pic_type);
  s.trailingBits();
  return value;
}

/** Bytes of a filler data NAL unit beyond its ff_bytes: length field (4), header and trailing bits. */
export const FILLER_OVERHEAD_BYTES = 6;

/** filler_data_rbsp( ), clause 7.3.2.7, of `count` ff_bytes. */
export function fillerData(s: BitSyntax, count: number): void {
  for (let i = 0; i < count; i++) s.u('ff_byte', 8, 0xff);
  s.trailingBits();
}
