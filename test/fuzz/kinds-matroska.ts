/** What goes wrong with Matroska files, by kind: each changes the tree of elements. */
import { deflateSync } from 'node:zlib';
import type { ElementName } from '../../src/containers/matroska/element-table.ts';
import { concat } from './box-tree.ts';
import {
  cloneElement,
  element,
  elementsOf,
  master,
  type TreeElement,
  uint,
} from './element-tree.ts';

/** Changes a tree in place; `random` gives 32-bit numbers. */
export type ElementKind = (elements: TreeElement[], random: () => number) => void;

function pick<T>(list: readonly T[], random: () => number): T | undefined {
  return list[random() % Math.max(1, list.length)];
}

function segmentOf(elements: readonly TreeElement[]): TreeElement[] {
  return elementsOf(elements, 'Segment')[0]?.children ?? [];
}

function ofName(
  elements: readonly TreeElement[],
  name: ElementName,
  random: () => number,
): TreeElement | undefined {
  return pick(elementsOf(elements, name), random);
}

/** So many copies of an element, each of its own: what changes one later must not change all. */
function copies(count: number, original: TreeElement): TreeElement[] {
  return Array.from({ length: count }, () => cloneElement(original));
}

/** Puts a child before the others of its parent, in place of those of its name. */
function setChild(parent: TreeElement | undefined, child: TreeElement): void {
  if (parent === undefined || parent.children === null) return;
  parent.children = [child, ...parent.children.filter(({ id }) => id !== child.id)];
}

function compression(algo: number, settings: Uint8Array, order: number): TreeElement {
  return master(
    'ContentEncoding',
    uint('ContentEncodingOrder', order),
    uint('ContentEncodingScope', 1),
    master(
      'ContentCompression',
      uint('ContentCompAlgo', algo),
      element('ContentCompSettings', settings),
    ),
  );
}

/** A block of `count` frames, with the lacing that its flags say. */
function laced(number: number, flags: number, count: number, frames: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(0x80 | number, 0, 0, flags, count - 1), frames]);
}

/** Table: kind => how a file gets it. */
export const MATROSKA_KINDS: Readonly<Record<string, ElementKind>> = {
  'times that go back: a cluster anew': (elements, random) => {
    const timestamp = ofName(elements, 'Timestamp', random);
    if (timestamp !== undefined) timestamp.data = Uint8Array.of(random() % 3);
  },
  'times that go back: a cluster twice': (elements, random) => {
    const cluster = ofName(elements, 'Cluster', random);
    const segment = segmentOf(elements);
    if (cluster !== undefined) segment.splice(random() % segment.length, 0, cloneElement(cluster));
  },
  'changing configuration: joined documents': (elements, random) => {
    const copies = elements.map(cloneElement);
    const config = ofName(copies, 'CodecPrivate', random);
    if (config !== undefined && random() % 2 === 0) config.data[random() % 32] ^= random();
    const scale = ofName(copies, 'TimestampScale', random);
    if (scale !== undefined && random() % 3 === 0) scale.data = uint('Void', random()).data;
    if (random() % 2 === 0) elements.push(...copies);
    else segmentOf(elements).push(...copies);
  },
  'configuration in band: no CodecPrivate': (elements, random) => {
    const entry = ofName(elements, 'TrackEntry', random);
    if (entry !== undefined) setChild(entry, element('CodecPrivate', new Uint8Array(0)));
    const codec = ofName(elements, 'CodecID', random);
    const ids = ['V_MPEG4/ISO/AVC', 'V_AV1', 'A_AAC', 'A_OPUS', 'V_MS/VFW/FOURCC'];
    if (codec !== undefined) codec.data = new TextEncoder().encode(pick(ids, random)!);
  },
  'exact durations: laces': (elements, random) => {
    const cluster = ofName(elements, 'Cluster', random);
    const flags = pick([0x82, 0x84, 0x86, 0x02], random)!;
    const count = 1 + (random() % 256);
    const frames = Uint8Array.from({ length: random() % 600 }, () => random());
    cluster?.children?.push(
      element('SimpleBlock', laced(1 + (random() % 2), flags, count, frames)),
    );
  },
  'claims: empty blocks': (elements, random) => {
    const cluster = ofName(elements, 'Cluster', random);
    for (let i = random() % 50; i >= 0; i--) {
      cluster?.children?.push(element('SimpleBlock', Uint8Array.of(0x81, 0, random() % 9, 0x80)));
    }
  },
  'silent loss: additions to blocks': (elements, random) => {
    const cluster = ofName(elements, 'Cluster', random);
    const more = master(
      'BlockMore',
      element('BlockAdditional', new Uint8Array(random() % 3 === 0 ? 0 : random() % 300)),
      uint('BlockAddID', random() % 6),
    );
    const additions = master('BlockAdditions', ...copies(random() % 100, more));
    if (random() % 4 === 0) additions.children!.push(element('Void', new Uint8Array(1)));
    const frame = new Uint8Array(random() % 8);
    const block = concat([Uint8Array.of(0x81 + (random() % 2), 0, random() % 9, 0), frame]);
    const group = master('BlockGroup', element('Block', block), additions);
    cluster?.children?.push(...copies(random() % 60, group));
    const entry = ofName(elements, 'TrackEntry', random);
    if (random() % 2 === 0) setChild(entry, uint('MaxBlockAdditionID', random() % 6));
  },
  'claims: no key frames': (elements) => {
    for (const block of elementsOf(elements, 'SimpleBlock')) block.data[3] &= 0x7f;
  },
  'no budget: empty laces': (elements, random) => {
    const cluster = ofName(elements, 'Cluster', random);
    const block = element('SimpleBlock', laced(1, 0x84, 256, new Uint8Array(0)));
    cluster?.children?.push(...copies(random() % 500, block));
  },
  'no budget: header stripping': (elements, random) => {
    const prefix = new Uint8Array(random() % 100_000);
    const encodings = Array.from({ length: 1 + (random() % 3) }, (_, i) =>
      compression(3, prefix, i),
    );
    setChild(ofName(elements, 'TrackEntry', random), master('ContentEncodings', ...encodings));
  },
  'no budget: zlib in zlib': (elements, random) => {
    const depth = 1 + (random() % 3);
    const encodings = Array.from({ length: depth }, (_, i) => compression(0, new Uint8Array(0), i));
    setChild(ofName(elements, 'TrackEntry', random), master('ContentEncodings', ...encodings));
    let data: Uint8Array = new Uint8Array(random() % 200_000);
    for (let i = 0; i < depth; i++) data = new Uint8Array(deflateSync(data));
    const block = element('SimpleBlock', concat([Uint8Array.of(0x81, 0, 0, 0x80), data]));
    ofName(elements, 'Cluster', random)?.children?.push(...copies(40, block));
  },
  'no budget: many tracks': (elements, random) => {
    const tracks = ofName(elements, 'Tracks', random);
    const entry = ofName(elements, 'TrackEntry', random);
    if (tracks === undefined || entry === undefined) return;
    for (let i = random() % 400; i > 0; i--) {
      const copy = cloneElement(entry);
      setChild(copy, uint('TrackNumber', 1 + (random() % 400)));
      tracks.children!.push(copy);
    }
  },
  'no budget: deep chapters': (elements, random) => {
    let atom = master('ChapterAtom', uint('ChapterTimeStart', 1));
    for (let i = random() % 300; i > 0; i--) atom = master('ChapterAtom', atom);
    segmentOf(elements).splice(1, 0, master('Chapters', master('EditionEntry', atom)));
  },
  'no budget: small elements': (elements, random) => {
    const parent = pick(
      [...elementsOf(elements, 'Info'), ...elementsOf(elements, 'TrackEntry')],
      random,
    );
    const small = element('Void', new Uint8Array(0));
    const language = element('Language', new Uint8Array(0));
    parent?.children?.push(...copies(random() % 3000, random() % 2 === 0 ? small : language));
  },
  'reads that a file chooses: huge blocks': (elements, random) => {
    const block = ofName(elements, 'SimpleBlock', random);
    if (block !== undefined) block.data = concat([block.data, new Uint8Array(random() % 3e6)]);
  },
  'untyped errors: rates': (elements, random) => {
    const rate = ofName(elements, 'SamplingFrequency', random);
    if (rate === undefined) return;
    rate.data = new Uint8Array(8);
    const values = [47952.05, 0, -1, Number.NaN, 1e300, 0.1, Number.POSITIVE_INFINITY];
    new DataView(rate.data.buffer).setFloat64(0, pick(values, random)!);
  },
  'silent loss: a broken configuration': (elements, random) => {
    const config = ofName(elements, 'CodecPrivate', random);
    if (config !== undefined) config.data = Uint8Array.from({ length: random() % 64 }, () => 7);
  },
  'sizes that are not known': (elements, random) => {
    const open = pick(
      [...elementsOf(elements, 'Segment'), ...elementsOf(elements, 'Cluster')],
      random,
    );
    if (open !== undefined) open.isOpen = true;
  },
  'pictures of QuickTime: a CodecPrivate that is none': (elements, random) => {
    const entry = ofName(elements, 'TrackEntry', random);
    const ids = ['V_PRORES', 'V_FFV1', 'V_QUICKTIME', 'V_MS/VFW/FOURCC'];
    const lengths = [0, 3, 4, 8, 40, 85, 86, 94, 200];
    const bytes = new Uint8Array(pick(lengths, random)!).fill(random() & 0x7f);
    if (random() % 2 === 0)
      bytes.set(new TextEncoder().encode('apcnapch').subarray(0, bytes.length));
    setChild(entry, element('CodecPrivate', bytes));
    setChild(entry, element('CodecID', new TextEncoder().encode(pick(ids, random)!)));
  },
  'an element taken out': (elements, random) => {
    const parents = ['Segment', 'Cluster', 'TrackEntry', 'Info', 'Tracks'] as const;
    const parent = ofName(elements, pick(parents, random)!, random);
    parent?.children?.splice(random() % Math.max(1, parent.children.length), 1);
  },
  'hostile numbers': (elements, random) => {
    const names = [
      ...(['Timestamp', 'TimestampScale', 'BlockDuration', 'DefaultDuration'] as const),
      ...(['CodecDelay', 'DiscardPadding', 'TrackNumber', 'PixelWidth', 'Channels'] as const),
    ];
    const number = ofName(elements, pick(names, random)!, random);
    const values = [0, 1, 0x7fff_ffff, 2 ** 32, 2 ** 53, 2 ** 62];
    if (number !== undefined) number.data = uint('Void', pick(values, random)!).data;
  },
};
