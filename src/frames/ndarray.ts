/**
 * Arrays of any number of dimensions, as views: a typed array, a shape, and how many elements lie from one index to the
 * next along each axis. The structure is all that the library asks for, so arrays of other packages can be given too.
 */
import { ConfigError } from '../base/errors.ts';
import type { SampleArray } from './frame.ts';

/** What every function here takes as an array. */
export interface NdArray<T extends SampleArray = SampleArray> {
  readonly data: T;
  readonly shape: readonly number[];
  /** Elements (not bytes) from one index to the next along each axis; negative if flipped. Default: row-major, dense. */
  readonly strides?: readonly number[];
  /** Index in `data` of the element whose indexes are all 0. Default 0. */
  readonly offset?: number;
}

/** Strides of a dense array, last axis fastest. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Number of elements of an array with this shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A view with methods that make other views of the same memory; nothing here copies but `toDense`. */
export class ArrayView<T extends SampleArray = SampleArray> implements NdArray<T> {
  readonly data: T;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;

  constructor(data: T, shape: readonly number[], strides: readonly number[], offset: number) {
    this.data = data;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  /** Indexes `start..end - 1` of the first axis, by the rules of `Array.prototype.slice`. */
  slice(start?: number, end?: number): ArrayView<T> {
    return this.crop(0, start, end);
  }

  /** What lies at `index` of the first axis, without that axis; negative counts from the end. */
  at(index: number): ArrayView<T> {
    const extent = this.requireAxis('at', 0);
    const position = index < 0 ? extent + index : index;
    if (!Number.isInteger(position) || position < 0 || position >= extent) {
      throw new ConfigError(
        'ndarray.at.index',
        `got ${index}, allowed are ${-extent}..${extent - 1}`,
      );
    }
    const offset = this.offset + position * this.strides[0]!;
    return new ArrayView(this.data, this.shape.slice(1), this.strides.slice(1), offset);
  }

  /** Indexes `start..end - 1` of `axis`, by the rules of `Array.prototype.slice`. */
  crop(axis: number, start = 0, end = Number.POSITIVE_INFINITY): ArrayView<T> {
    const extent = this.requireAxis('crop', axis);
    const first = sliceBound('ndarray.crop.start', start, extent);
    const last = sliceBound('ndarray.crop.end', end, extent);
    const shape = this.shape.with(axis, Math.max(0, last - first));
    return new ArrayView(this.data, shape, this.strides, this.offset + first * this.strides[axis]!);
  }

  /** Every `count`-th index of `axis`, from index 0 on. */
  step(axis: number, count: number): ArrayView<T> {
    const extent = this.requireAxis('step', axis);
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new ConfigError('ndarray.step.count', `got ${count}, allowed are integers from 1 on`);
    }
    const shape = this.shape.with(axis, Math.ceil(extent / count));
    const strides = this.strides.with(axis, this.strides[axis]! * count);
    return new ArrayView(this.data, shape, strides, this.offset);
  }

  /** `axis` in reverse order: `flip(1)` of (N, H, W, 3) turns pictures upside down. */
  flip(axis: number): ArrayView<T> {
    const extent = this.requireAxis('flip', axis);
    const stride = this.strides[axis]!;
    const offset = this.offset + Math.max(0, extent - 1) * stride;
    return new ArrayView(this.data, this.shape, this.strides.with(axis, -stride), offset);
  }

  /** The axes in another order: `transpose([1, 0])`. */
  transpose(axes: readonly number[]): ArrayView<T> {
    if (axes.length !== this.shape.length || new Set(axes).size !== axes.length) {
      throw new ConfigError('ndarray.transpose', `got [${axes}], needed is each axis once`);
    }
    for (const axis of axes) this.requireAxis('transpose', axis);
    const shape = axes.map((axis) => this.shape[axis]!);
    const strides = axes.map((axis) => this.strides[axis]!);
    return new ArrayView(this.data, shape, strides, this.offset);
  }

  /** The elements in row-major order, in memory of their own. */
  toDense(): T {
    return copyDense(this);
  }

  private requireAxis(method: string, axis: number): number {
    const extent = this.shape[axis];
    if (extent === undefined) {
      throw new ConfigError(
        `ndarray.${method}.axis`,
        `got ${axis}, allowed are integers 0..${this.shape.length - 1}`,
      );
    }
    return extent;
  }
}

/**
 * A view of `data` with `shape`; dense unless `strides` are given.
 * Throws `ConfigError` if a dense shape does not fill `data`, or a strided one reaches outside of it.
 */
export function ndarray<T extends SampleArray>(
  data: T,
  shape: readonly number[],
  layout: { readonly strides?: readonly number[]; readonly offset?: number } = {},
): ArrayView<T> {
  const view = requireNdArray('ndarray', { data, shape, ...layout });
  if (layout.strides === undefined && layout.offset === undefined) {
    const count = elementCount(shape);
    if (count !== data.length) {
      throw new ConfigError(
        'ndarray.shape',
        `(${shape.join(', ')}) has ${count} elements, but data has ${data.length}`,
      );
    }
  }
  return view;
}

/** Checks an array that somebody handed in and fills in its defaults; throws `ConfigError` naming `where`. */
export function requireNdArray<T extends SampleArray>(
  where: string,
  array: NdArray<T>,
): ArrayView<T> {
  if (typeof array !== 'object' || array === null || !ArrayBuffer.isView(array.data)) {
    throw new ConfigError(where, 'needed is { data: a typed array, shape, strides?, offset? }');
  }
  if (elementType(array.data) === undefined) {
    throw new ConfigError(`${where}.data`, 'needed is a typed array of numbers or bigints');
  }
  requireIndexes(`${where}.shape`, array.shape, 0);
  const strides = array.strides ?? denseStrides(array.shape);
  requireIndexes(`${where}.strides`, strides, Number.MIN_SAFE_INTEGER);
  if (strides.length !== array.shape.length) {
    throw new ConfigError(
      `${where}.strides`,
      `got ${strides.length}, shape has ${array.shape.length}`,
    );
  }
  const offset = array.offset ?? 0;
  let first = offset;
  let last = offset;
  for (let axis = 0; axis < strides.length; axis++) {
    const reach = (array.shape[axis]! - 1) * strides[axis]!;
    if (reach < 0) first += reach;
    else last += reach;
  }
  const isEmpty = array.shape.includes(0);
  if (!Number.isSafeInteger(offset) || (!isEmpty && (first < 0 || last >= array.data.length))) {
    throw new ConfigError(
      where,
      `shape (${array.shape.join(', ')}), strides (${strides.join(', ')}) and offset ${offset} reach elements ${first}..${last}, but data has ${array.data.length}`,
    );
  }
  return array instanceof ArrayView
    ? array
    : new ArrayView(array.data, [...array.shape], [...strides], offset);
}

/** Typed arrays that can hold samples. Subclasses, such as Node's Buffer, count as what they extend. */
const ELEMENT_TYPES: readonly (new (length: number) => SampleArray)[] = [
  ...[Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
];

/** The typed array type of `data`; undefined if it can hold no samples (DataView). */
function elementType(data: ArrayBufferView): (new (length: number) => SampleArray) | undefined {
  return ELEMENT_TYPES.find((type) => data instanceof type);
}

function requireIndexes(where: string, values: readonly number[], min: number): void {
  if (!Array.isArray(values) || !values.every((v) => Number.isSafeInteger(v) && v >= min)) {
    throw new ConfigError(where, `got ${String(values)}, needed is an array of integers`);
  }
}

function sliceBound(where: string, bound: number, extent: number): number {
  if (Number.isNaN(bound)) throw new ConfigError(where, 'got NaN, allowed are integers');
  const whole = Math.trunc(bound);
  return whole < 0 ? Math.max(0, extent + whole) : Math.min(whole, extent);
}

/** Copies a view into a new typed array of the same kind, row-major. */
function copyDense<T extends SampleArray>(view: ArrayView<T>): T {
  const { data, shape, strides } = view;
  const out = new (elementType(data)!)(elementCount(shape)) as T;
  if (out.length === 0) return out;
  const rank = shape.length;
  const rowLength = rank === 0 ? 1 : shape[rank - 1]!;
  const rowStride = rank === 0 ? 1 : strides[rank - 1]!;
  const index = new Array<number>(rank).fill(0);
  let at = view.offset;
  for (let to = 0; to < out.length; to += rowLength) {
    if (rowStride === 1) out.set(data.subarray(at, at + rowLength) as never, to);
    else for (let i = 0; i < rowLength; i++) out[to + i] = data[at + i * rowStride]!;
    for (let axis = rank - 2; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
