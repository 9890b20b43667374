/**
 * One description of a header, three uses. A description lists the syntax elements in the order of the standard's syntax
 * table, one line an element; each call names an element and returns its value. Behind the interface stands a writer
 * (syntax-writer.ts), which writes the value it was handed, or a reader (syntax-reader.ts), which ignores that value and
 * returns the stream's. Either one tells a trace, if there is one, of every element: that is the inspector.
 */

/** Told of every element when tracing is on: its name, its descriptor, its value, and the bits it took. */
export type SyntaxTrace = (
  name: string,
  descriptor: 'u' | 'ue' | 'se' | 'te' | 'ae' | 'ce' | 'b' | 'me',
  value: number,
  bitPosition: number,
  bitLength: number,
) => void;

/** A one-bit syntax element. */
export type Flag = 0 | 1;

/** A record while a description fills it in. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Where the elements of a header go to or come from. Descriptors as in H.264 clause 7.2. */
export interface BitSyntax {
  /** Whether values come from a stream. */
  readonly isReading: boolean;
  /** Path of what is described, such as `h264.sps`, for messages; a description sets it before its first element. */
  where: string;
  /** Number of bits written or read so far. */
  readonly bitPosition: number;
  /** Bits that are left to read; infinitely many when writing. */
  readonly bitsLeft: number;
  /** u(1). */
  flag(name: string, value: number): Flag;
  /** u(n) and f(n): `count` bits, 1..32, unsigned, most significant first. */
  u(name: string, count: number, value: number): number;
  /** ue(v), H.264 clause 9.1. */
  ue(name: string, value: number): number;
  /** se(v), H.264 clause 9.1.1. */
  se(name: string, value: number): number;
  /** ue(v) of at most `max`; anything else is a `fault`. */
  ueMax(name: string, value: number, max: number): number;
  /** se(v) within `min..max`; anything else is a `fault`. */
  seWithin(name: string, value: number, min: number, max: number): number;
  /** `length` bytes when reading, as a view; the whole of `value` when writing. The position is byte aligned. */
  bytes(name: string, length: number, value: Uint8Array): Uint8Array;
  /** Zero bits up to the next byte boundary, one element for each. */
  alignZero(name: string): void;
  /** rbsp_trailing_bits( ) of H.264 clause 7.3.2.11. The reader takes what is there, and does without. */
  trailingBits(): void;
  /** more_rbsp_data( ) of H.264 clause 7.2 when reading; `hasMore`, what the writer has to say, when writing. */
  moreData(hasMore: boolean): boolean;
  /** The error for `element`: a `FormatError` with its offset when reading, a `ConfigError` when writing. */
  fault(element: string, detail: string): Error;
}
