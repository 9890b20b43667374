/** Tells an inspector of NAL units: their length field, header, elements and emulation prevention, so that all bits are counted. */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { H264Inspector } from './inspector.ts';

/** Bits of the length field and of the header of a NAL unit. */
const LENGTH_BITS = 32;
const HEADER_BITS = 8;

const UNIT = 'h264.nal_unit';

/** The inspection of the units that one syntax writer writes, one after the other. */
export class UnitInspection {
  private readonly inspector: H264Inspector;
  private readonly syntax: SyntaxWriter;
  /** Bits of the RBSP that were told of. */
  private told = 0;
  private marked = 0;
  /** Where elements are that come without a header's path: macroblocks. */
  isSliceData = false;

  /** Watches `syntax` from now on. */
  constructor(inspector: H264Inspector, syntax: SyntaxWriter) {
    this.inspector = inspector;
    this.syntax = syntax;
    syntax.trace = (name, descriptor, value, position, length) => {
      const where = this.isSliceData ? 'h264.slice_data' : syntax.where;
      inspector.element(where, name, descriptor, value, position, length);
      this.told += length;
    };
  }

  /** A unit begins, with nothing in its RBSP. */
  begin(nal_unit_type: number, nal_ref_idc: number): void {
    this.inspector.unit(nal_unit_type, nal_ref_idc);
    this.told = 0;
    this.isSliceData = false;
  }

  /** Tells that the bits up to `bitPosition` that were not told of yet are those of an element: the rest of an arithmetic code. */
  private catchUp(name: string, bitPosition: number): void {
    const length = bitPosition - this.told;
    if (length === 0) return;
    this.inspector.element('h264.slice_data', name, 'ae', 0, this.told, length);
    this.told = bitPosition;
  }

  /** Notes what was told before a macroblock that may be taken back. */
  mark(): void {
    this.marked = this.told;
  }

  /** The macroblock since `mark` was taken back, with its bits. */
  rewind(): void {
    this.told = this.marked;
  }

  /** The unit is written, in `bytes` bytes with its length field. */
  end(nal_unit_type: number, nal_ref_idc: number, bytes: number): void {
    const { inspector } = this;
    const rbspBits = this.syntax.bits.bitPosition;
    this.catchUp('slice_data_end', rbspBits);
    const size = bytes - LENGTH_BITS / 8;
    const first = -HEADER_BITS - LENGTH_BITS;
    inspector.element(UNIT, 'nal_unit_length', 'u', size, first, LENGTH_BITS);
    inspector.element(UNIT, 'forbidden_zero_bit', 'u', 0, -HEADER_BITS, 1);
    inspector.element(UNIT, 'nal_ref_idc', 'u', nal_ref_idc, 1 - HEADER_BITS, 2);
    inspector.element(UNIT, 'nal_unit_type', 'u', nal_unit_type, 3 - HEADER_BITS, 5);
    const added = size - 1 - rbspBits / 8;
    if (added > 0) {
      const name = 'emulation_prevention_three_byte';
      inspector.element(UNIT, name, 'u', added, rbspBits, 8 * added);
    }
    inspector.unitEnd(bytes);
  }
}
