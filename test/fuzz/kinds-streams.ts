/** What goes wrong with files that have no tree: ADTS, H.264 byte streams, WAV, y4m. */
import { concat } from './box-tree.ts';

/** A changed copy of a file; `random` gives 32-bit numbers. */
export type StreamKind = (bytes: Uint8Array, random: () => number) => Uint8Array;

/** An ID3v2 tag with `length` bytes of text. */
export function id3Tag(length: number): Uint8Array {
  const tag = new Uint8Array(10 + length);
  tag.set([0x49, 0x44, 0x33, 4, 0, 0]);
  for (let i = 0; i < 4; i++) tag[6 + i] = (length >> (7 * (3 - i))) & 0x7f;
  return tag;
}

/** Table: kind => how a file gets it. */
export const STREAM_KINDS: Readonly<Record<string, StreamKind>> = {
  'probes: tags in front': (bytes, random) => {
    const tags = Array.from({ length: 1 + (random() % 3) }, () => id3Tag(random() % 3000));
    return concat([...tags, bytes]);
  },
  'probes: half a frame in front': (bytes, random) => bytes.slice(random() % 900),
  'input partly read: a piece is missing': (bytes, random) => {
    const at = random() % bytes.length;
    return concat([bytes.subarray(0, at), bytes.subarray(at + (random() % 3000))]);
  },
  'input partly read: tags between': (bytes, random) => {
    const at = random() % bytes.length;
    return concat([bytes.subarray(0, at), id3Tag(random() % 200), bytes.subarray(at)]);
  },
  'changing configuration: other headers': (bytes, random) => {
    const copy = bytes.slice();
    const from = random() % copy.length;
    const byte = random() & 0x3c;
    for (let at = copy.indexOf(0xff, from); at >= 0; at = copy.indexOf(0xff, at + 1)) {
      if ((copy[at + 1]! & 0xf6) === 0xf0 && at + 2 < copy.length) copy[at + 2]! ^= byte;
    }
    return copy;
  },
  'reads that a file chooses: headers': (bytes, random) => {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    const at = random() % Math.max(1, Math.min(96, copy.length - 4));
    view.setUint32(at, [0xffffffff, 0x7fffffff, 0x7ffff000, 0, 0xffff][random() % 5]!);
    return copy;
  },
  'no budget: nothing but start codes': (bytes, random) => {
    const codes = new Uint8Array(4 * (random() % 20_000));
    for (let at = 0; at < codes.length; at += 4)
      codes.set([0, 0, 1, [6, 9, 0x67][random() % 3]!], at);
    const place = random() % bytes.length;
    return concat([bytes.subarray(0, place), codes, bytes.subarray(place)]);
  },
  twice: (bytes) => concat([bytes, bytes]),
  cut: (bytes, random) => bytes.slice(0, random() % bytes.length),
};
