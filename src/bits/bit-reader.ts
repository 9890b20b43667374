/** Reads bits, most significant first; every read past the end is a `FormatError` with the byte offset. */
import { FormatError } from '../base/errors.ts';

/** A position in a run of bytes that moves forward bit by bit. The bytes are not copied. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private readonly where: string;
  /** Offset of `bytes[0]` in the file, for error messages. */
  private readonly fileOffset: number;
  private position = 0;

  constructor(bytes: Uint8Array, where: string, fileOffset = 0) {
    this.bytes = bytes;
    this.where = where;
    this.fileOffset = fileOffset;
  }

  get bitPosition(): number {
    return this.position;
  }

  get bitsLeft(): number {
    return this.bytes.length * 8 - this.position;
  }

  /** u(n): `count` bits, 0..32, as an unsigned number. */
  u(count: number): number {
    if (count > this.bitsLeft) {
      throw new FormatError(
        this.where,
        `${count} bits wanted, ${this.bitsLeft} left`,
        this.fileOffset + (this.position >> 3),
      );
    }
    let value = 0;
    for (let left = count; left > 0; ) {
      const offset = this.position & 7;
      const take = Math.min(8 - offset, left);
      const bits = (this.bytes[this.position >> 3] >> (8 - offset - take)) & ((1 << take) - 1);
      value = value * 2 ** take + bits;
      this.position += take;
      left -= take;
    }
    return value;
  }

  /** ue(v): unsigned Exp-Golomb, H.264 clause 9.1. */
  ue(): number {
    let leadingZeroBits = 0;
    while (this.u(1) === 0) {
      leadingZeroBits++;
      if (leadingZeroBits > 32) {
        throw new FormatError(
          this.where,
          'Exp-Golomb code longer than 32 leading zeros (H.264 clause 9.1)',
          this.fileOffset + (this.position >> 3),
        );
      }
    }
    return 2 ** leadingZeroBits - 1 + this.u(leadingZeroBits);
  }

  /** se(v): signed Exp-Golomb, H.264 clause 9.1.1. */
  se(): number {
    const codeNum = this.ue();
    return codeNum & 1 ? (codeNum + 1) / 2 : 0 - codeNum / 2;
  }

  skip(count: number): void {
    this.position += count;
  }

  alignByte(): void {
    this.position = (this.position + 7) & ~7;
  }
}
