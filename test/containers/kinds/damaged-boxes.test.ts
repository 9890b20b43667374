/** Damage to one box of an MP4 file: what is whole is read, and what is lost is said; sound files stay without problems. */
import { describe, expect, it } from 'vitest';
import {
  boxesOf,
  concat,
  leaf,
  setWord,
  type TreeBox,
  wordAt,
  words,
} from '../../fuzz/box-tree.ts';
import { AUDIO, changedBoxes, mp4Of, readFile, VIDEO } from './files.ts';

const WHOLE = await mp4Of();
const FRAGMENTED = await mp4Of([VIDEO, AUDIO], true);
const COUNTS = (await readFile(WHOLE)).packets.map(({ length }) => length);
/** The second track. */
const LAST = 1;

/** Where the header of the `index`th box of `type` begins, behind the media data. */
function boxAt(bytes: Uint8Array, type: string, index: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let at = text.lastIndexOf('moov') - 1;
  for (let i = 0; i <= index; i++) at = text.indexOf(type, at + 1);
  return at - 4;
}

function withBytes(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

const countsOf = ({ packets }: Awaited<ReturnType<typeof readFile>>) =>
  packets.map(({ length }) => length);

describe('kind 7: one box of an MP4 file is damaged', () => {
  it('sound files have no problems', async () => {
    for (const file of [WHOLE, FRAGMENTED]) expect((await readFile(file)).problems).toEqual([]);
  });

  const TRACK_BOXES = ['trak', 'tkhd', 'mdia', 'mdhd', 'minf', 'stbl', 'stsd'];
  it.each(TRACK_BOXES)('another type of %s: a track is lost, which is said', async (type) => {
    const file = changedBoxes(WHOLE, (boxes) => {
      boxesOf(boxes, type)[LAST]!.type = 'xxxx';
    });
    const { streams, problems } = await readFile(file);
    expect(streams.map(({ codec }) => codec)).toEqual(['h264']);
    expect(problems.join()).toMatch(/a track is left out: it has no|xxxx has the boxes of a trak/);
  });

  it('another type of hdlr, another handler, media elsewhere', async () => {
    const changes: readonly ((boxes: TreeBox[]) => void)[] = [
      (boxes) => {
        boxesOf(boxes, 'mdia')[LAST]!.children.find(({ type }) => type === 'hdlr')!.type = 'xxxx';
      },
      (boxes) => {
        const mdia = boxesOf(boxes, 'mdia')[LAST]!;
        setWord(mdia.children.find(({ type }) => type === 'hdlr')!, 8, 0x736f756e ^ 1);
      },
      (boxes) => {
        const dref = boxesOf(boxes, 'dinf')[LAST]!.children[0]!;
        setWord(dref, 16, 0);
      },
    ];
    for (const change of changes) {
      const { streams, problems } = await readFile(changedBoxes(WHOLE, change));
      expect(streams.length).toBe(1);
      expect(problems).toEqual([expect.stringMatching(/^a track is left out: it/)]);
    }
  });

  it('tracks of kinds that are not read are no damage', async () => {
    const file = changedBoxes(WHOLE, (boxes) => {
      const mdia = boxesOf(boxes, 'mdia')[LAST]!;
      setWord(mdia.children.find(({ type }) => type === 'hdlr')!, 8, 0x6d657461);
      boxesOf(boxes, 'smhd')[0]!.type = 'nmhd';
    });
    const { streams, problems } = await readFile(file);
    expect(streams.length).toBe(1);
    expect(problems).toEqual([]);
  });

  it.each(['stts', 'stsc', 'stsz', 'stco'])('another type of %s is said', async (type) => {
    const file = changedBoxes(WHOLE, (boxes) => {
      boxesOf(boxes, type)[LAST]!.type = 'xxxx';
    });
    const read = await readFile(file);
    expect(read.problems.join()).toMatch(/track 2: sizes for \d+ samples and (times|chunks) for/);
    expect(countsOf(read)[0]).toBe(COUNTS[0]);
    // Times can be made up, places and sizes cannot.
    if (type === 'stts') expect(countsOf(read)).toEqual(COUNTS);
  });

  const SIZED = [
    ...['trak', 'tkhd', 'edts', 'mdia', 'mdhd', 'minf', 'stbl', 'stsd', 'stts', 'stsc', 'stsz'],
    ...['stco', 'ctts', 'stss', 'mvhd', 'hdlr'],
  ];
  it.each(SIZED)('another size of %s: everything is read, and it is said', async (type) => {
    const file = changedBoxes(WHOLE, (boxes) => {
      const stbl = boxesOf(boxes, 'stbl')[0]!;
      if (boxesOf(boxes, 'ctts').length > 0) return;
      stbl.children.splice(2, 0, leaf('ctts', words(0, 2, 1, 0, COUNTS[0]! - 1, 0)));
    });
    const at = boxAt(file, type, 0);
    const size = new DataView(file.buffer).getUint32(at);
    for (const damaged of [
      withBytes(file, at, 0x7f),
      withBytes(file, at + 3, (size & 255) ^ 4),
      withBytes(file, at, 0, 0, 0, 3),
    ]) {
      const read = await readFile(damaged);
      expect(read.problems.join()).toMatch(/has a size of \d+ bytes where \d+ are left for it/);
      expect(countsOf(read)).toEqual(COUNTS);
    }
  });

  it.each(['stts', 'stsc', 'stsz', 'stco', 'stss'])('too small a count in %s', async (type) => {
    for (const divisor of [2, Number.POSITIVE_INFINITY]) {
      const file = changedBoxes(WHOLE, (boxes) => {
        const box = boxesOf(boxes, type)[0]!;
        const at = type === 'stsz' ? 8 : 4;
        setWord(box, at, Math.floor(wordAt(box, at) / divisor));
      });
      const read = await readFile(file);
      expect(read.problems.join()).toMatch(new RegExp(`${type} says \\d+ rows and has \\d+`));
      expect(countsOf(read)).toEqual(COUNTS);
    }
  });

  it('one size for all in an stsz that has a size for each', async () => {
    const file = changedBoxes(WHOLE, (boxes) => setWord(boxesOf(boxes, 'stsz')[0]!, 4, 1000));
    const read = await readFile(file);
    expect(read.problems).toEqual([expect.stringMatching(/^stsz says one size for all samples/)]);
    expect(countsOf(read)).toEqual(COUNTS);
  });

  it('zeros behind the rows of a table are no damage', async () => {
    const file = changedBoxes(WHOLE, (boxes) => {
      for (const type of ['stts', 'stsc', 'stsz', 'stco']) {
        for (const box of boxesOf(boxes, type)) box.bytes = concat([box.bytes, new Uint8Array(24)]);
      }
    });
    const read = await readFile(file);
    expect(read.problems).toEqual([]);
    expect(countsOf(read)).toEqual(COUNTS);
  });

  it('space, private boxes and the end of a list in QuickTime are no damage', async () => {
    const file = changedBoxes(WHOLE, (boxes) => {
      for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl']) {
        for (const box of boxesOf(boxes, type)) {
          box.children.unshift(leaf('free', new Uint8Array(9)), leaf('Abc!', words(1, 2)));
          box.children.push(leaf('uuid', new Uint8Array(20).fill(7)), leaf('skip', words()));
        }
      }
      for (const udta of boxesOf(boxes, 'udta')) udta.bytes = concat([udta.bytes, words(0)]);
    });
    const read = await readFile(file);
    expect(read.problems).toEqual([]);
    expect(countsOf(read)).toEqual(COUNTS);
  });

  it('tables that have fewer samples than others are said', async () => {
    const file = changedBoxes(WHOLE, (boxes) => {
      const stsz = boxesOf(boxes, 'stsz')[LAST]!;
      const half = wordAt(stsz, 8) >> 1;
      setWord(stsz, 8, half);
      stsz.bytes = stsz.bytes.slice(0, 12 + 4 * half);
    });
    const { problems } = await readFile(file);
    expect(problems.join()).toMatch(/track 2: sizes for \d+ samples and times for/);
  });
});

describe('fragments whose samples are lost', () => {
  it('a traf of another type', async () => {
    const file = changedBoxes(FRAGMENTED, (boxes) => {
      boxesOf(boxes, 'traf')[LAST]!.type = 'free';
    });
    const read = await readFile(file);
    expect(read.problems).toContain('free has the boxes of a traf; it is left unread');
  });

  it('a traf of a track that moov does not have, said once', async () => {
    const file = changedBoxes(FRAGMENTED, (boxes) => {
      for (const tfhd of boxesOf(boxes, 'tfhd')) {
        if (wordAt(tfhd, 4) === 2) setWord(tfhd, 4, 77);
      }
    });
    const read = await readFile(file);
    expect(read.problems).toEqual(['moov has no track 77; its fragments are left out']);
    expect(countsOf(read)).toEqual([COUNTS[0], 0]);
  });

  it('a traf without tfhd', async () => {
    const file = changedBoxes(FRAGMENTED, (boxes) => {
      boxesOf(boxes, 'tfhd')[0]!.type = 'xxxx';
    });
    expect((await readFile(file)).problems).toContain('a traf has no tfhd; it is left out');
  });

  it('a moof or a trun of another type, too small a count of a trun', async () => {
    const changed = (change: (boxes: TreeBox[]) => void) =>
      readFile(changedBoxes(FRAGMENTED, change));
    const moof = await changed((boxes) => {
      boxesOf(boxes, 'moof')[0]!.type = 'free';
    });
    expect(moof.problems).toEqual(['free has, or is, a part of a moof; it is left unread']);
    const trun = await changed((boxes) => {
      boxesOf(boxes, 'trun')[0]!.type = 'xxxx';
    });
    expect(trun.problems).toEqual(["a traf has no trun, but a box 'xxxx'"]);
    const count = await changed((boxes) => {
      setWord(boxesOf(boxes, 'trun')[0]!, 4, 1);
    });
    expect(count.problems.join()).toMatch(/^trun says 1 rows and has \d+; all of them are read$/);
    expect(countsOf(count)).toEqual(COUNTS);
  });

  it('another size of a trun', async () => {
    const file = FRAGMENTED.slice();
    const text = Buffer.from(file).toString('latin1');
    file[text.indexOf('trun', text.indexOf('moof')) - 4] = 0x7f;
    const read = await readFile(file);
    expect(read.problems.join()).toMatch(/trun has a size of/);
    expect(countsOf(read)).toEqual(COUNTS);
  });
});

describe('gaps in time', () => {
  it('a delta of 2^31 ticks or more is a gap, one just below 2^32 goes back', async () => {
    for (const gap of [2 ** 31, 3_000_000_000, 2 ** 32 - 2 ** 28 - 1]) {
      const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
        boxesOf(boxes, 'stts')[0]!.bytes = words(0, 3, 9, 1000, 1, gap, 20, 1000);
      });
      const { packets, problems } = await readFile(file);
      expect(problems).toEqual([]);
      expect(packets[0]![10]!.dts - packets[0]![9]!.dts).toBe(gap);
    }
  });

  it('where the media lasts so long, each delta is a gap', async () => {
    const gap = 2 ** 32 - 2;
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      boxesOf(boxes, 'stts')[0]!.bytes = words(0, 3, 9, 1000, 1, gap, 20, 1000);
      const length = gap + 29_000;
      const fields = [0x01000000, 0, 0, 0, 0, 30_000, 1, length - 2 ** 32, 0x55c40000];
      boxesOf(boxes, 'mdhd')[0]!.bytes = words(...fields);
    });
    const { packets, problems } = await readFile(file);
    expect(problems).toEqual([]);
    expect(packets[0]![10]!.dts - packets[0]![9]!.dts).toBe(gap);
  });
});
