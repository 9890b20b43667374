/** Where a trace that is read in parts comes from. */

/** Asks for bytes of a trace: at most `length` of them from `at` on, fewer only at its end. */
export interface Wanted {
  readonly at: number;
  readonly length: number;
}

/** What `openTrace` reads from: a `ByteSource` of known size. */
export interface TraceSource {
  readonly size: number;
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Most bytes that are read ahead. */
const WINDOW_BYTES = 4096;

/** Reads ahead a little: what is wanted next often lies just behind. */
export class ReadWindow {
  private readonly source: TraceSource;
  private start = 0;
  private bytes = new Uint8Array(0);

  constructor(source: TraceSource) {
    this.source = source;
  }

  async read({ at, length }: Wanted): Promise<Uint8Array> {
    const from = at - this.start;
    if (from < 0 || from + length > this.bytes.length) {
      const bytes = await this.source.read(at, Math.max(length, WINDOW_BYTES));
      if (length > WINDOW_BYTES) return bytes;
      this.start = at;
      this.bytes = bytes as Uint8Array<ArrayBuffer>;
    }
    return this.bytes.subarray(at - this.start, at - this.start + length);
  }
}
