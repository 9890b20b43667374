/** Arrays that lie in one memory, so that kernels can be told where by their byte offsets. */

/** Hands out arrays of a buffer, one after another. */
export class Arena {
  private readonly buffer: ArrayBuffer;
  private position = 0;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
  }

  /** `count` words. */
  words(count: number): Int32Array {
    const array = new Int32Array(this.buffer, this.position, count);
    this.position += 4 * count;
    return array;
  }

  /** `count` bytes; what follows begins at a whole word. */
  bytes(count: number): Uint8Array {
    const array = new Uint8Array(this.buffer, this.position, count);
    this.position += wordBytes(count);
    return array;
  }
}

/** Bytes that `count` bytes take in an arena. */
export function wordBytes(count: number): number {
  return (count + 3) & ~3;
}
