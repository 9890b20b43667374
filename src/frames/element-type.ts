/**
 * Each format has one typed array type, so that kernels see one type. A caller's array of the same width (Int8Array as
 * gray, Int16Array as gray16) is seen through a view of that type; nothing is copied.
 */
import { ConfigError } from '../base/errors.ts';
import type { SampleArray } from './frame.ts';
import type { PixFmtInfo } from './pixel-format.ts';
import type { SampleFmtInfo, SampleKind } from './sample-format.ts';

/** Elements of a picture plane. */
export type PictureArray = Uint8Array | Uint16Array;

const SAMPLE_ARRAYS = {
  u8: Uint8Array,
  s16: Int16Array,
  s32: Int32Array,
  s64: BigInt64Array,
  flt: Float32Array,
  dbl: Float64Array,
} as const;

/** Whether `data` is of the type that planes of a picture format have. */
export function isPictureArray(data: unknown, info: PixFmtInfo): boolean {
  return info.bytesPerSample === 1
    ? data instanceof Uint8Array || data instanceof Uint8ClampedArray
    : data instanceof Uint16Array;
}

/** Whether `data` is of the type that planes of a sample format have. */
export function isSampleArray(data: unknown, info: SampleFmtInfo): boolean {
  return data instanceof SAMPLE_ARRAYS[info.kind];
}

/** A new array of `length` samples of `kind`, all zero. */
export function newSampleArray(kind: SampleKind, length: number): SampleArray {
  return new SAMPLE_ARRAYS[kind](length);
}

/** A new array of `length` elements for a picture of this format, all zero. */
export function newPictureArray(info: PixFmtInfo, length: number): PictureArray {
  return info.bytesPerSample === 1 ? new Uint8Array(length) : new Uint16Array(length);
}

/** `data` as elements of a picture format; throws `ConfigError` naming `where` if the width is another. */
export function asPictureArray(where: string, data: SampleArray, info: PixFmtInfo): PictureArray {
  if (data.BYTES_PER_ELEMENT !== info.bytesPerSample || isFloatArray(data)) {
    throw new ConfigError(
      where,
      `got ${typeName(data)}, but ${info.name} has integers of ${info.bytesPerSample * 8} bits`,
    );
  }
  if (data instanceof Uint8Array || data instanceof Uint16Array) return data;
  return info.bytesPerSample === 1
    ? new Uint8Array(data.buffer, data.byteOffset, data.length)
    : new Uint16Array(data.buffer, data.byteOffset, data.length);
}

/** `data` as elements of a sample format; throws `ConfigError` naming `where` if width or kind is another. */
export function asSampleArray(where: string, data: SampleArray, info: SampleFmtInfo): SampleArray {
  if (data.BYTES_PER_ELEMENT !== info.bytesPerSample || isFloatArray(data) !== info.isFloat) {
    throw new ConfigError(
      where,
      `got ${typeName(data)}, but ${info.name} has ${info.isFloat ? 'floats' : 'integers'} of ${info.bytesPerSample * 8} bits`,
    );
  }
  const type = SAMPLE_ARRAYS[info.kind];
  if (data instanceof type) return data;
  return new type(data.buffer as ArrayBuffer, data.byteOffset, data.length);
}

function isFloatArray(data: SampleArray): boolean {
  return data instanceof Float32Array || data instanceof Float64Array;
}

function typeName(data: SampleArray): string {
  return Object.prototype.toString.call(data).slice('[object '.length, -1);
}
