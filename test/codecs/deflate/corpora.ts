/** Bytes of many kinds for the tests of deflate, made from a seed: nothing here comes from a file. */

/** Xorshift generator of integers below 2^32. */
export function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const WORDS =
  'the of and to in is that for it as was with be by on not he his but at are this'.split(' ');

function text(length: number, seed: number): Uint8Array {
  const next = generator(seed);
  let out = '';
  while (out.length < length)
    out += `${WORDS[(next() >>> 8) % WORDS.length]}${next() % 9 === 0 ? '.\n' : ' '}`;
  return new TextEncoder().encode(out.slice(0, length));
}

function json(length: number, seed: number): Uint8Array {
  const next = generator(seed);
  let out = '[';
  while (out.length < length) {
    out += `{"id":${next() % 100000},"name":"${WORDS[next() % WORDS.length]}","x":${(next() % 1000) / 10},"ok":${next() % 2 === 0}},`;
  }
  return new TextEncoder().encode(out.slice(0, length));
}

/** Differences of a smooth picture of three bytes a pixel. */
function rows(length: number, seed: number): Uint8Array {
  const next = generator(seed);
  return Uint8Array.from(
    { length },
    (_, i) => ((next() % 7) + (next() % 7) + ((i >> 10) & 3) - 6) & 255,
  );
}

function noise(length: number, seed: number): Uint8Array {
  const next = generator(seed);
  return Uint8Array.from({ length }, () => next() >>> 13);
}

/** Runs of all lengths, and matches at the longest distances. */
function runs(length: number, seed: number): Uint8Array {
  const next = generator(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const run = 1 + (next() % 700);
    if (next() % 3 === 0 && at > 32768) {
      const from = at - 32768 + (next() % 3);
      for (let i = 0; i < run && at + i < length; i++) bytes[at + i] = bytes[from + i]!;
    } else {
      bytes.fill(next() >>> 9, at, at + run);
    }
    at += run;
  }
  return bytes;
}

/** Parts of all kinds, one after another. */
function mixed(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const kinds = [text, json, rows, noise, runs];
  const part = Math.max(1, Math.ceil(length / 11));
  for (let at = 0, k = 0; at < length; at += part, k++) {
    bytes.set(kinds[k % kinds.length]!(Math.min(part, length - at), seed + k), at);
  }
  return bytes;
}

/** A kind of bytes: `make(length, seed)`. */
export const KINDS = { text, json, rows, noise, runs, mixed } as const;

/** Lengths around where something begins: matches, windows, stored blocks. */
export const LENGTHS = [
  0, 1, 2, 3, 4, 5, 257, 258, 259, 262, 263, 1000, 32767, 32768, 32769, 65535, 65536, 70000,
];
