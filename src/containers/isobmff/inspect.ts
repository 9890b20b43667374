/**
 * The tree of a file's boxes with every field by its name: the same descriptions that write and read the boxes, with
 * somebody watching. Never throws for the contents of a file: a fault is told at the box where it is.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import { MediaError } from '../../base/errors.ts';
import { Budget } from '../../base/limits.ts';
import { SourceWindow } from '../../base/source-window.ts';
import {
  hexText,
  shortText,
  TREE_DEFAULTS,
  TreeBudget,
  type TreeField,
  type TreeNode,
  type TreeOptions,
  type TreeValue,
  tableOf,
} from '../../inspect/tree.ts';
import {
  type BoxView,
  boxesIn,
  type FieldValue,
  type FileBytes,
  fourccAt,
  readFields,
} from './box-reader.ts';
import { av1C, avcC, dac3, dOps, hvcC, vpcC } from './boxes-codecs.ts';
import {
  audioSampleEntry,
  btrt,
  codecRecord,
  colr,
  esds,
  pasp,
  visualSampleEntry,
} from './boxes-entries.ts';
import { mehd, mfhd, mfro, sidx, tfdt, tfhd, tfra, trex, trun } from './boxes-fragments.ts';
import { chpl, data, freeFormName, gmin, keys, meta } from './boxes-metadata.ts';
import {
  dref,
  elng,
  elst,
  ftyp,
  hdlr,
  mdhd,
  mvhd,
  nmhd,
  opaque,
  PLAIN_CONTAINERS,
  smhd,
  sthd,
  styp,
  tkhd,
  trackReference,
  url,
  vmhd,
} from './boxes-movie.ts';
import {
  chan,
  chnl,
  clap,
  ftab,
  fullCodecRecord,
  pcmC,
  plainSampleEntry,
  tx3g,
  vttC,
} from './boxes-other-entries.ts';
import {
  co64,
  cslg,
  ctts,
  sbgp,
  sdtp,
  sgpd,
  stco,
  stsc,
  stsd,
  stss,
  stsz,
  stts,
  stz2,
} from './boxes-samples.ts';
import { quickTimeText, textMediaInformation } from './chapter-track.ts';
import { clli, mdcv } from './picture-boxes.ts';
import type { BoxDescription } from './syntax.ts';
import { loadBox, mayWalkOn, topLevelBox } from './top-level.ts';
import { kind } from './track-kinds.ts';

/** Deeper than any real file nests; keeps a file of nothing but nested headers from exhausting the stack. */
const MAX_DEPTH = 24;
/** Boxes shown of one file; later ones are left out with a remark. */
const MAX_NODES = 100_000;

/** Fields shown of one box. */
const MAX_FIELDS = 4096;

type AnyBox = BoxDescription<object>;

/** All descriptions by type. Types that mean different things in different places are chosen in `describe`. */
const DESCRIPTIONS: ReadonlyMap<string, AnyBox> = /* @__PURE__ */ new Map(
  (
    [
      ...[ftyp, styp, mvhd, tkhd, mdhd, hdlr, elng, vmhd, smhd, nmhd, sthd, dref, url, elst],
      ...[stsd, stts, ctts, cslg, stss, sdtp, stsz, stz2, stsc, stco, co64, sbgp, sgpd],
      ...[mehd, trex, mfhd, tfhd, trun, tfdt, tfra, mfro, sidx],
      ...[btrt, chan, chnl, clap, colr, esds, ftab, pasp, pcmC, vttC],
      ...[av1C, avcC, dac3, dOps, hvcC, vpcC, meta, keys, data, chpl, gmin, clli, mdcv, kind],
    ] as unknown as AnyBox[]
  ).map((description) => [description.type, description]),
);

const MEDIA_ENTRIES: Readonly<Record<string, AnyBox>> = {
  vide: visualSampleEntry as unknown as AnyBox,
  soun: audioSampleEntry as unknown as AnyBox,
};

/** Box types that hold boxes without fields of their own, besides `PLAIN_CONTAINERS`. */
const OTHER_CONTAINERS = ['gmhd', 'vttc'];

/** The file, the options and the budget, on the way down the tree. */
interface Place {
  readonly file: FileBytes;
  readonly options: Required<TreeOptions>;
  readonly budget: TreeBudget;
}

/**
 * Makes the tree of a file: the top-level boxes, media data without its contents. Reads all of the file except `mdat`.
 * Throws only what the source throws.
 */
export async function inspectMp4(
  source: ByteSource,
  options: TreeOptions = {},
): Promise<TreeNode[]> {
  const window = new SourceWindow(source);
  const resolved = { ...TREE_DEFAULTS, ...options };
  const memory = new Budget('mp4', source, options.limits);
  const budget = new TreeBudget(MAX_NODES, memory.limits);
  const nodes: TreeNode[] = [];
  let position = 0;
  for (let count = 0; mayWalkOn(count, position) && !budget.isFull; count++) {
    const box = await topLevelBox(window, position);
    if (box === null) break;
    if (box.type === 'mdat') {
      const end = Math.min(box.end, window.size);
      const headerBytes = await window.copy(box.position, box.headerBytes);
      const file = { bytes: headerBytes, fileOffset: box.position };
      const view = { type: 'mdat', start: 0, dataStart: box.headerBytes, end: headerBytes.length };
      const fields = headerFields(file, view);
      const place = { name: 'mdat', start: position, end, clause: 'ISOBMFF 8.1.1' };
      budget.addNode();
      nodes.push({ ...place, fields, children: [], ...cutProblem(box.end, window.size) });
    } else {
      try {
        const [file, view] = await loadBox(window, memory, box);
        const node = inspectBox({ file, options: resolved, budget }, view, [], 0);
        nodes.push({ ...node, ...cutProblem(box.end, window.size) });
        memory.release(file.bytes.length);
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
        const place = { name: box.type, start: position, end: box.end, clause: '' };
        nodes.push({ ...place, fields: [], children: [], problem: error.message });
      }
    }
    position = box.end;
    if (position >= window.size) break;
  }
  if (budget.isFull) {
    const rest = { name: '', start: position, end: position, clause: '', fields: [], children: [] };
    nodes.push({ ...rest, problem: budget.remark });
  }
  return nodes;
}

function cutProblem(end: number, size: number): { problem?: string } {
  return Number.isFinite(end) && end > size
    ? { problem: `reaches to ${end}, the file ends at ${size}` }
    : {};
}

/** The fields that every box begins with. */
function headerFields({ bytes, fileOffset }: FileBytes, box: BoxView): TreeField[] {
  const at = fileOffset + box.start;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(box.start);
  const fields: TreeField[] = [
    { name: 'size', value: size, start: at, end: at + 4 },
    { name: 'type', value: fourccAt(bytes, box.start + 4), start: at + 4, end: at + 8 },
  ];
  let next = 8;
  if (size === 1) {
    const large = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(box.start + 8);
    fields.push({ name: 'largesize', value: Number(large), start: at + 8, end: at + 16 });
    next = 16;
  }
  if (box.type === 'uuid') {
    const usertype = hexText(bytes.subarray(box.start + next, box.dataStart), 16);
    fields.push({ name: 'usertype', value: usertype, start: at + next, end: at + next + 16 });
  }
  return fields;
}

/** How to read `box`, given the types of the boxes around it, innermost last; null if nothing is known of it. */
function describe(
  place: Place,
  box: BoxView,
  parents: readonly string[],
  handler: string,
): AnyBox | null {
  const parent = parents.at(-1) ?? '';
  if (parent === 'stsd') {
    if (box.type === 'tx3g') return tx3g as unknown as AnyBox;
    if (box.type === 'text') return quickTimeText as unknown as AnyBox;
    return MEDIA_ENTRIES[handler] ?? (plainSampleEntry as unknown as AnyBox);
  }
  if (parent === 'gmhd' && box.type === 'text') return textMediaInformation as unknown as AnyBox;
  if (parent === 'tref') return trackReference as unknown as AnyBox;
  if (parent === '----') {
    return (box.type === 'data' ? data : freeFormName) as unknown as AnyBox;
  }
  if (box.type === 'alac' || box.type === 'dfLa') return fullCodecRecord as unknown as AnyBox;
  if (box.type === 'meta') {
    // QuickTime's has no version and flags: its first child stands where they would.
    const isQuickTime = fourccAt(place.file.bytes, box.dataStart + 4) === 'hdlr';
    return isQuickTime ? null : (meta as unknown as AnyBox);
  }
  return DESCRIPTIONS.get(box.type) ?? null;
}

function isPlainContainer(box: BoxView, parents: readonly string[]): boolean {
  return (
    Object.hasOwn(PLAIN_CONTAINERS, box.type) ||
    OTHER_CONTAINERS.includes(box.type) ||
    parents.at(-1) === 'ilst' ||
    box.type === 'meta'
  );
}

/** The end of the fields that a description covers, and what follows them. */
interface DescribedFields {
  /** Where the boxes within begin, or what nothing describes. */
  readonly restStart: number;
  readonly hasChildren: boolean;
  readonly problem?: string;
}

/** Adds the fields of a box to `fields`, with its description watched. */
function readDescribed(
  { file, options }: Place,
  box: BoxView,
  description: AnyBox,
  fields: TreeField[],
): DescribedFields {
  const watcher = (
    name: string,
    value: FieldValue,
    start: number,
    end: number,
    columns: number,
  ): void => {
    if (fields.length >= MAX_FIELDS) return;
    fields.push({ name, value: treeValue(name, value, columns, options), start, end });
  };
  try {
    const { childrenStart } = readFields(description, file, box, watcher);
    return { restStart: childrenStart, hasChildren: description.hasChildren ?? false };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return { restStart: box.end, hasChildren: false, problem: error.message };
  }
}

function clauseOf(box: BoxView, description: AnyBox | null): string {
  if (description !== null && description !== (codecRecord as unknown as AnyBox)) {
    return description.clause;
  }
  return PLAIN_CONTAINERS[box.type] ?? (box.type === opaque.type ? opaque.clause : '');
}

function inspectBox(
  place: Place,
  box: BoxView,
  parents: readonly string[],
  depth: number,
  handler = '',
): TreeNode {
  const { file, options, budget } = place;
  budget.addNode();
  const fields = headerFields(file, box);
  const description = describe(place, box, parents, handler);
  const { restStart, hasChildren, problem }: DescribedFields =
    description === null
      ? { restStart: box.dataStart, hasChildren: isPlainContainer(box, parents) }
      : readDescribed(place, box, description, fields);
  for (const field of fields) budget.addField(field);
  let children: TreeNode[] = [];
  if (hasChildren && depth < MAX_DEPTH) {
    children = inspectChildren(place, { ...box, dataStart: restStart }, parents, depth, handler);
  }
  const last = children.at(-1);
  const dataStart = last === undefined ? restStart : last.end - file.fileOffset;
  if (dataStart < box.end && problem === undefined) {
    // Bytes that no description covers: contents nobody knows, or padding.
    const rest = file.bytes.subarray(dataStart, box.end);
    const value = hexText(rest, options.maxBytes);
    const end = file.fileOffset + box.end;
    fields.push({ name: 'data', value, start: file.fileOffset + dataStart, end });
  }
  return {
    name: box.type,
    start: file.fileOffset + box.start,
    end: file.fileOffset + box.end,
    clause: clauseOf(box, description),
    fields,
    children,
    ...(problem === undefined ? {} : { problem }),
  };
}

function inspectChildren(
  place: Place,
  box: BoxView,
  parents: readonly string[],
  depth: number,
  handler: string,
): TreeNode[] {
  const children: TreeNode[] = [];
  const path = [...parents, box.type];
  let currentHandler = handler;
  for (const child of boxesIn(place.file.bytes, box.dataStart, box.end)) {
    if (place.budget.isFull) break;
    const node = inspectBox(place, child, path, depth + 1, currentHandler);
    children.push(node);
    // The handler of the media decides how its sample entries are read; it comes before them.
    if (box.type === 'mdia' && child.type === 'hdlr') {
      const field = node.fields.find(({ name }) => name === 'handler_type');
      if (typeof field?.value === 'string') currentHandler = field.value;
    }
  }
  return children;
}

function treeValue(
  name: string,
  value: FieldValue,
  columns: number,
  { maxRows, maxBytes }: Required<TreeOptions>,
): TreeValue {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return shortText(value);
  if (value instanceof Uint8Array) return hexText(value, maxBytes);
  return tableOf(columns > 1 ? name.split(',') : [name], value, maxRows);
}
