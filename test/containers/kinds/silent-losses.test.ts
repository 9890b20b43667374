/** Changes to one number of an MP4 file that cost packets: each is said, or what it hides is read. */
import { describe, expect, it } from 'vitest';
import { boxesOf, setWord, type TreeBox, wordAt } from '../../fuzz/box-tree.ts';
import { AUDIO, changedBoxes, mp4Of, readFile, VIDEO } from './files.ts';

const WHOLE = await mp4Of();
const FRAGMENTED = await mp4Of([VIDEO, AUDIO], true);
const countsOf = ({ packets }: Awaited<ReturnType<typeof readFile>>) =>
  packets.map(({ length }) => length);
const COUNTS = countsOf(await readFile(WHOLE));
const FRAGMENT_COUNTS = countsOf(await readFile(FRAGMENTED));

async function changed(file: Uint8Array, change: (boxes: TreeBox[]) => void) {
  return readFile(changedBoxes(file, change));
}

/** Where the header of a box on the top level begins, by type and place among those. */
function topLevel(bytes: Uint8Array, type: string, index: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let left = index;
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
    const found = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (found === type && left-- === 0) return at;
  }
  throw new Error(`no ${type}`);
}

function withSize(bytes: Uint8Array, at: number, sizeOf: (size: number) => number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(at, sizeOf(view.getUint32(at)));
  return copy;
}

describe('kind 21: tables of moov', () => {
  it('an edit that begins behind the media', async () => {
    const { packets, problems } = await changed(WHOLE, (boxes) => {
      setWord(boxesOf(boxes, 'elst')[0]!, 12, 0x7fffffff);
    });
    expect(packets.some(({ length }) => length === 0)).toBe(true);
    expect(problems.join()).toMatch(/track \d: an edit from tick 2147483647 on shows nothing/);
  });

  it('a sample of no bytes', async () => {
    const read = await changed(WHOLE, (boxes) => setWord(boxesOf(boxes, 'stsz')[0]!, 16, 0));
    expect(read.problems.join()).toContain('track 1: samples of no bytes are left out');
  });

  it('a size, and a place, that the file does not have', async () => {
    for (const [type, at] of [
      ['stsz', 16],
      ['stco', 8],
    ] as const) {
      const read = await changed(WHOLE, (boxes) => {
        setWord(boxesOf(boxes, type)[0]!, at, 0x7fffffff);
      });
      expect(countsOf(read)[0]).toBeLessThan(COUNTS[0]!);
      expect(read.problems.join()).toMatch(/track 1: .* samples are not in the file/);
    }
  });
});

describe('kind 21: fragments', () => {
  it.each([
    ['one byte less', (size: number) => size - 1],
    ['twice as long', (size: number) => 2 * size],
    ['without a size', () => 0],
  ] as const)('mdat %s: what follows is read, or said', async (_, sizeOf) => {
    const at = topLevel(FRAGMENTED, 'mdat', 0);
    const read = await readFile(withSize(FRAGMENTED, at, sizeOf));
    expect(read.problems.length).toBeGreaterThan(0);
    if (sizeOf(100) !== 99) expect(countsOf(read)).toEqual(FRAGMENT_COUNTS);
  });

  it('moof without a size takes the rest of the file, which is said', async () => {
    const at = topLevel(FRAGMENTED, 'moof', 1);
    const { problems } = await readFile(withSize(FRAGMENTED, at, () => 0));
    expect(problems.join()).toContain('moof has no size: it takes the rest of the file');
  });

  it('a sample of no bytes', async () => {
    const read = await changed(FRAGMENTED, (boxes) => {
      const trun = boxesOf(boxes, 'trun')[0]!;
      const flags = wordAt(trun, 0) & 0xffffff;
      let at = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0) + (flags & 0x100 ? 4 : 0);
      if ((flags & 0x200) === 0) at = -1;
      if (at >= 0) setWord(trun, at, 0);
    });
    const lost = FRAGMENT_COUNTS[0]! - countsOf(read)[0]!;
    if (lost > 0) expect(read.problems.join()).toContain('samples of no bytes are left out');
  });
});
