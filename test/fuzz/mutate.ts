/** Damages bytes as broken disks, cut transfers and people with bad intent do. Same seed, same damage. */

/** Numbers that look random, from a seed: a 32-bit xorshift. Values are 0..2^32-1. */
export function randomNumbers(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** 32-bit values at which counts and sizes go wrong. */
const EXTREMES = [0, 1, 2, 7, 8, 9, 16, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x10000];

/**
 * A damaged copy of `bytes`: flipped bytes, extreme 32-bit values, a cut at the end, a piece that is copied elsewhere
 * (so that structures contain themselves), or a piece taken out. Damage falls mostly into `hotRanges` where those are
 * given: the parts of a file that are structure, not payload.
 */
export function mutate(
  bytes: Uint8Array,
  seed: number,
  hotRanges: readonly (readonly [start: number, end: number])[] = [],
): Uint8Array {
  const random = randomNumbers(seed);
  let copy = bytes.slice();
  const place = (): number => {
    if (hotRanges.length > 0 && random() % 8 !== 0) {
      const [start, end] = hotRanges[random() % hotRanges.length];
      return start + (random() % Math.max(1, end - start));
    }
    return random() % Math.max(1, copy.length);
  };
  for (let count = 1 + (random() % 4); count > 0; count--) {
    const at = place();
    switch (random() % 6) {
      case 0:
      case 1:
        copy[at] ^= 1 << (random() % 8);
        break;
      case 2:
        copy[at] = random();
        break;
      case 3: {
        const value = EXTREMES[random() % EXTREMES.length];
        const aligned = Math.max(0, Math.min(at, copy.length - 4));
        if (copy.length >= 4) new DataView(copy.buffer).setUint32(aligned, value);
        break;
      }
      case 4: {
        const length = random() % 512;
        copy.copyWithin(at, place(), place() + length);
        break;
      }
      default:
        if (random() % 2 === 0) copy = copy.slice(0, at);
        else {
          const length = random() % 64;
          copy.copyWithin(at, Math.min(copy.length, at + length));
          copy = copy.slice(0, Math.max(1, copy.length - length));
        }
    }
  }
  return copy;
}
