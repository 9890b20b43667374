/** The two smallest NAL units: access unit delimiter (clause 7.3.2.4) and filler data (clause 7.3.2.7). */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { rbspTrailingBits } from './nal.ts';
import { SliceType } from './slice-header.ts';

/** primary_pic_type of Table 7-5 for a picture that has only slices of `sliceType` and of types that come before it there. */
export function primaryPicType(sliceType: number): number {
  return sliceType === SliceType.I ? 0 : sliceType === SliceType.P ? 1 : 2;
}

/** Writes access_unit_delimiter_rbsp( ), clause 7.3.2.4. The writer must be byte aligned; it is again afterwards. */
export function writeAccessUnitDelimiter(w: SyntaxWriter, primary_pic_type: number): void {
  w.u('primary_pic_type', 3, primary_pic_type);
  rbspTrailingBits(w);
}

/** Bytes of a filler data NAL unit beyond its ff_bytes: length field (4), header and trailing bits. */
export const FILLER_OVERHEAD_BYTES = 6;

/** Writes filler_data_rbsp( ), clause 7.3.2.7, of `count` ff_bytes. Byte aligned before and after. */
export function writeFillerData(w: SyntaxWriter, count: number): void {
  for (let i = 0; i < count; i++) w.u('ff_byte', 8, 0xff);
  rbspTrailingBits(w);
}
