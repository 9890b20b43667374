/** What the levels have in common: they turn bytes of a window into blocks. */

/** How far bytes are to be coded: as far as is useful, up to a flush point, or to the end of the stream. */
export type Until = 'more' | 'flush' | 'last';

/** Makes blocks from the bytes of a window, and writes them to a sink. */
export interface BlockMaker {
  /** Bytes that fit into the window; those of a dictionary are among them. */
  readonly capacity: number;
  /** Takes bytes, at most as many as there is room for: `capacity` less what `room` says is used. */
  append(bytes: Uint8Array): void;
  /** Bytes for which there is room. */
  readonly room: number;
  /** Makes bytes that were appended, and nothing before them, known without coding them. */
  skipDictionary(): void;
  /** Codes what was appended; afterwards there is room for more. */
  work(until: Until): void;
}
