/** What goes wrong with MP4 files, by kind: each changes the tree of boxes as writers, cuts and attackers do. */
import { boxesOf, cloneBox, leaf, setWord, type TreeBox, wordAt, words } from './box-tree.ts';

/** Changes a tree in place; `random` gives 32-bit numbers. */
export type BoxKind = (boxes: TreeBox[], random: () => number) => void;

function pick<T>(list: readonly T[], random: () => number): T | undefined {
  return list[random() % Math.max(1, list.length)];
}

/** The list that a box of `type` is in, and its place there. */
function siblings(
  boxes: TreeBox[],
  type: string,
  random: () => number,
): { readonly list: TreeBox[]; readonly at: number } | null {
  const places: { list: TreeBox[]; at: number }[] = [];
  const walk = (list: TreeBox[]): void => {
    for (const [at, box] of list.entries()) {
      if (box.type === type) places.push({ list, at });
      walk(box.children);
    }
  };
  walk(boxes);
  return pick(places, random) ?? null;
}

function copyOf(boxes: TreeBox[], type: string, count: number, random: () => number): void {
  const place = siblings(boxes, type, random);
  if (place === null) return;
  const original = place.list[place.at]!;
  const copies = Array.from({ length: count }, () => cloneBox(original));
  place.list.splice(place.at, 0, ...copies);
}

function remove(boxes: TreeBox[], type: string, random: () => number): void {
  const place = siblings(boxes, type, random);
  if (place !== null) place.list.splice(place.at, 1);
}

const TABLES = ['stts', 'ctts', 'stsc', 'stsz', 'stco', 'stss', 'elst', 'trun', 'tfhd', 'tfdt'];
const HOSTILE = [0, 1, 0x7fffffff, 0x80000000, 0xffffff00, 0xffffffff, 0x10000];

/** A word of a table, behind version, flags and count. */
function hostileWord(type: string): BoxKind {
  return (boxes, random) => {
    const box = pick(boxesOf(boxes, type), random);
    if (box === undefined || box.bytes.length < 8) return;
    const at = 4 + 4 * (random() % Math.max(1, (box.bytes.length >> 2) - 1));
    setWord(box, at, pick(HOSTILE, random)!);
  };
}

/** Table: kind => how a file gets it. */
export const MP4_KINDS: Readonly<Record<string, BoxKind>> = {
  'times that go back: edits repeated': (boxes, random) => {
    const elst = pick(boxesOf(boxes, 'elst'), random);
    const trak = pick(boxesOf(boxes, 'trak'), random);
    const count = 2 + (random() % 40);
    const rows = Array.from({ length: count }, () => [random() % 5000, random() % 5000, 0x10000]);
    const table = leaf('elst', words(0, count, ...rows.flat()));
    if (elst !== undefined) elst.bytes = table.bytes;
    else trak?.children.unshift({ type: 'edts', bytes: new Uint8Array(0), children: [table] });
  },
  'metadata with keys: counts, sizes and values that lie': (boxes, random) => {
    const parent = pick([...boxesOf(boxes, 'moov'), ...boxesOf(boxes, 'trak')], random);
    const type = pick([1, 2, 13, 21, 23, 24, 67, 78, 99], random)!;
    const mdta = 0x6d647461;
    const size = pick([8, 12, ...HOSTILE], random)!;
    const value = words(type, 0, ...Array.from({ length: random() % 4 }, random));
    const items = Array.from({ length: random() % 4 }, (_, i) => {
      const data = leaf('data', value);
      return { type: `\0\0\0${String.fromCharCode(i)}`, bytes: words(), children: [data] };
    });
    const keys = leaf('keys', words(0, pick([1, 2, ...HOSTILE], random)!, size, mdta, 0x612e622e));
    const hdlr = leaf('hdlr', words(0, 0, mdta, 0, 0, 0, 0));
    const ilst = { type: 'ilst', bytes: words(), children: items };
    const bytes = random() % 2 === 0 ? words() : words(0);
    parent?.children.push({ type: 'meta', bytes, children: [hdlr, keys, ilst] });
  },
  'times that go back: tfdt anew': (boxes, random) => {
    const tfdt = pick(boxesOf(boxes, 'tfdt'), random);
    if (tfdt === undefined) return;
    for (let at = 4; at < tfdt.bytes.length; at += 4) setWord(tfdt, at, 0);
  },
  'times that go back: a fragment twice': (boxes, random) =>
    copyOf(boxes, 'moof', 1 + (random() % 3), random),
  'changing configuration: more sample descriptions': (boxes, random) => {
    const stsd = pick(boxesOf(boxes, 'stsd'), random);
    if (stsd === undefined) return;
    for (let i = random() % 4; i >= 0; i--) {
      const entry = pick(stsd.children, random);
      if (entry === undefined) return;
      const copy = cloneBox(entry);
      const record = copy.children[0];
      if (record !== undefined && random() % 2 === 0) setWord(record, random() % 16, random());
      if (random() % 4 === 0) copy.type = pick(['avc1', 'mp4a', 'hvc1', 'text', 'Opus'], random)!;
      stsd.children.push(copy);
    }
    setWord(stsd, 4, stsd.children.length);
    const stsc = pick(boxesOf(boxes, 'stsc'), random);
    if (stsc !== undefined) setWord(stsc, 16, 1 + (random() % 5));
    for (const trex of boxesOf(boxes, 'trex')) setWord(trex, 8, 1 + (random() % 3));
  },
  'configuration in band: an empty record': (boxes, random) => {
    const avcC = pick(boxesOf(boxes, 'avcC'), random);
    if (avcC !== undefined) avcC.bytes = Uint8Array.of(1, 66, 0, 10, 0xff, 0xe0, 0);
  },
  'input partly read: negative deltas': (boxes, random) => {
    const stts = pick(boxesOf(boxes, 'stts'), random);
    if (stts === undefined) return;
    const rows = Array.from({ length: 1 + (random() % 9) }, () => [1 + (random() % 9), -random()]);
    stts.bytes = words(0, rows.length, ...rows.flat());
  },
  'input partly read: no mvex': (boxes, random) => remove(boxes, 'mvex', random),
  'claims: an empty stss': (boxes, random) => {
    const stbl = pick(boxesOf(boxes, 'stbl'), random);
    if (stbl === undefined) return;
    stbl.children = stbl.children.filter(({ type }) => type !== 'stss');
    stbl.children.push(leaf('stss', words(0, 0)));
  },
  'claims: empty samples': (boxes, random) => {
    const stsz = pick(boxesOf(boxes, 'stsz'), random);
    if (stsz === undefined) return;
    for (let i = random() % 20; i >= 0; i--) {
      setWord(stsz, 12 + 4 * (random() % Math.max(1, (stsz.bytes.length >> 2) - 3)), 0);
    }
  },
  'no budget: many tracks over the same bytes': (boxes, random) =>
    copyOf(boxes, 'trak', random() % 8 === 0 ? 400 : 20, random),
  'no budget: one sample size': (boxes, random) => {
    const stsz = pick(boxesOf(boxes, 'stsz'), random);
    const stsc = pick(boxesOf(boxes, 'stsc'), random);
    if (stsz === undefined || stsc === undefined) return;
    stsz.bytes = words(0, pick([0, 1, 2, 100], random)!, pick([1e6, 0xffffffff], random)!);
    setWord(stsc, 12, 0xffffffff);
  },
  'no budget: chunks in one place': (boxes, random) => {
    const stco = pick(boxesOf(boxes, 'stco'), random);
    if (stco === undefined) return;
    const place = wordAt(stco, 8);
    const count = random() % 2000;
    stco.bytes = words(0, count, ...new Array(count).fill(place));
  },
  'no budget: runs that point back': (boxes, random) => {
    const trun = pick(boxesOf(boxes, 'trun'), random);
    if (trun === undefined) return;
    setWord(trun, 4, pick([1e5, 1e7, 0xffffffff], random)!);
    setWord(trun, 8, -random() % 5000);
  },
  'no budget: runs without rows': (boxes, random) => {
    const traf = pick(boxesOf(boxes, 'traf'), random);
    if (traf === undefined) return;
    const tfhd = traf.children.find(({ type }) => type === 'tfhd');
    if (tfhd !== undefined) tfhd.bytes = words(0x020038, wordAt(tfhd, 4), 1, 1 + (random() % 9), 0);
    const run = leaf('trun', words(1, random() % 1e7, 0));
    traf.children.push(...Array.from({ length: random() % 50 }, () => cloneBox(run)));
  },
  'no budget: deep boxes': (boxes, random) => {
    const place = siblings(boxes, pick(['moov', 'trak', 'udta', 'stbl'], random)!, random);
    if (place === null) return;
    let box = place.list[place.at]!;
    for (let i = random() % 300; i > 0; i--) {
      box = { type: box.type, bytes: new Uint8Array(0), children: [box] };
    }
    place.list[place.at] = box;
  },
  'reads that a file chooses: huge samples': (boxes, random) => {
    const stsz = pick(boxesOf(boxes, 'stsz'), random);
    if (stsz !== undefined) setWord(stsz, 12 + 4 * (random() % 8), pick(HOSTILE, random)!);
  },
  'untyped errors: fractional and endless rates': (boxes, random) => {
    const entry = pick(boxesOf(boxes, 'stsd'), random)?.children[0];
    if (entry === undefined) return;
    const rate = pick([47952.05, 44100.5, 0, -1, Number.NaN, 1e300, 0.1, 2 ** 40], random)!;
    const fields = new Uint8Array(64);
    const view = new DataView(fields.buffer);
    view.setUint16(6, 1);
    view.setUint16(8, 2); // version 2 of QuickTime
    view.setUint32(28, 72);
    view.setFloat64(32, rate);
    view.setUint32(40, pick([1, 2, 6, 0, 0xffffffff], random)!);
    view.setUint32(48, pick([8, 16, 24, 0, 0xffffffff], random)!);
    view.setUint32(52, random());
    entry.type = 'lpcm';
    entry.bytes = fields;
    entry.children = [];
  },
  'silent loss: a last sample that straddles the edit': (boxes, random) => {
    const elst = pick(boxesOf(boxes, 'elst'), random);
    if (elst !== undefined) setWord(elst, 12, random() % 100_000);
  },
  'a box taken out': (boxes, random) =>
    remove(boxes, pick([...TABLES, 'stsd', 'mdhd', 'hdlr', 'trex', 'traf'], random)!, random),
  'a box twice': (boxes, random) =>
    copyOf(boxes, pick([...TABLES, 'stsd', 'mdhd', 'traf', 'mvex', 'moov'], random)!, 1, random),
  'a table of another track': (boxes, random) => {
    const type = pick(TABLES, random)!;
    const [from, to] = [pick(boxesOf(boxes, type), random), pick(boxesOf(boxes, type), random)];
    if (from !== undefined && to !== undefined) to.bytes = from.bytes.slice();
  },
  ...Object.fromEntries(TABLES.map((type) => [`hostile words in ${type}`, hostileWord(type)])),
};
