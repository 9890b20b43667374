/** Bytes that come in pieces and end as one array, without ever being held twice. */

/** Memory is taken in pieces of twice as many bytes each time, up to the larger number. */
const FIRST_PIECE = 1 << 12;
const LARGEST_PIECE = 1 << 19;
/** Bytes that are held in plain memory, which is faster to take: they may be held twice. */
const PLAIN_BYTES = 1 << 20;

/** An `ArrayBuffer` that can become shorter (ECMAScript 2024), which the library's types do not know yet. */
interface ResizableBuffer extends ArrayBuffer {
  readonly resizable?: boolean;
  resize?(length: number): void;
}
const ResizableBuffer = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => ResizableBuffer;

/**
 * Copies what is appended, and joins it at the end. Memory of pieces is given back as they are joined, where the engine has buffers that
 * can become shorter; elsewhere when the engine sees fit.
 */
export class JoinedBytes {
  private readonly full: Uint8Array[] = [];
  private last: Uint8Array = new Uint8Array(0);
  private lastLength = 0;
  private fullLength = 0;

  /** Bytes that have been appended. */
  get length(): number {
    return this.fullLength + this.lastLength;
  }

  /** Adds bytes; they are read before this returns. */
  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.lastLength === this.last.length) this.begin(bytes.length - at);
      const count = Math.min(bytes.length - at, this.last.length - this.lastLength);
      this.last.set(count < bytes.length ? bytes.subarray(at, at + count) : bytes, this.lastLength);
      this.lastLength += count;
      at += count;
    }
  }

  private begin(wanted: number): void {
    if (this.lastLength > 0) this.full.push(this.last);
    this.fullLength += this.lastLength;
    this.lastLength = 0;
    const size = Math.min(LARGEST_PIECE, Math.max(FIRST_PIECE, wanted, 2 * this.last.length));
    this.last = new Uint8Array(
      this.fullLength < PLAIN_BYTES
        ? new ArrayBuffer(size)
        : new ResizableBuffer(size, { maxByteLength: size }),
    );
  }

  /** Moves all bytes to position `at` of `out`; nothing is left here. */
  moveTo(out: Uint8Array, at: number): void {
    let to = at;
    this.full.push(this.last.subarray(0, this.lastLength));
    for (const piece of this.full) {
      out.set(piece, to);
      to += piece.length;
      giveBack(piece);
    }
    this.clear();
  }

  /** All bytes as one array; nothing is left here. */
  join(): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(this.length);
    this.moveTo(joined, 0);
    return joined;
  }

  /** Forgets all bytes. */
  discard(): void {
    this.full.push(this.last);
    for (const piece of this.full) giveBack(piece);
    this.clear();
  }

  private clear(): void {
    this.full.length = 0;
    this.last = new Uint8Array(0);
    this.lastLength = 0;
    this.fullLength = 0;
  }
}

function giveBack(piece: Uint8Array): void {
  const buffer: ResizableBuffer = piece.buffer as ArrayBuffer;
  if (buffer.resizable === true) buffer.resize!(0);
}
