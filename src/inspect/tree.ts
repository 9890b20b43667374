/**
 * What a file is made of, as a tree: boxes, chunks or elements, each with its place in the file and its fields by the
 * names of the standard. Readers of containers make it; `vitrine probe --boxes` and the inspector show it.
 */
import type { LimitOptions, Limits } from '../base/limits.ts';

/** A table in a field: rows of integers under named columns. */
export interface TreeTable {
  readonly columns: readonly string[];
  /** Rows in the file; `rows` may hold fewer, from the first on. */
  readonly rowCount: number;
  readonly rows: readonly (readonly number[])[];
}

/** What a field holds. Bytes are given as hexadecimal text, cut where they are long. */
export type TreeValue = number | string | TreeTable;

/** One field, at the bytes `start..end` of the file. Fields of less than a byte share theirs. */
export interface TreeField {
  readonly name: string;
  readonly value: TreeValue;
  readonly start: number;
  readonly end: number;
}

/** One box, chunk or element, at the bytes `start..end` of the file, header and children with it. */
export interface TreeNode {
  /** Type or name as the file or the standard has it: `moov`, `fmt `, `Cluster`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Standard and clause that define it; empty if it is not known. */
  readonly clause: string;
  readonly fields: readonly TreeField[];
  readonly children: readonly TreeNode[];
  /** What is wrong with it; absent if nothing is. */
  readonly problem?: string;
}

/** How much of a file a tree shows. */
export interface TreeOptions {
  /** Rows of each table that are kept. Default 64. */
  readonly maxRows?: number;
  /** Bytes of each field of bytes that are kept. Default 32. */
  readonly maxBytes?: number;
  /** What the file may cost. */
  readonly limits?: LimitOptions;
}

/** `TreeOptions` with defaults. */
export const TREE_DEFAULTS: Required<TreeOptions> = { maxRows: 64, maxBytes: 32, limits: {} };

/** `bytes` as hexadecimal text, at most `maxBytes` of them, with `…` where more follow. */
export function hexText(bytes: Uint8Array, maxBytes: number): string {
  let text = '';
  for (const byte of bytes.subarray(0, maxBytes)) text += byte.toString(16).padStart(2, '0');
  return bytes.length > maxBytes ? `${text}…` : text;
}

/** The rows of a table that lies row after row in `values`, at most `maxRows` of them. */
export function tableOf(
  columns: readonly string[],
  values: Uint32Array | Float64Array,
  maxRows: number,
): TreeTable {
  const width = columns.length;
  const rowCount = Math.floor(values.length / width);
  const rows: number[][] = [];
  for (let i = 0; i < Math.min(rowCount, maxRows); i++) {
    rows.push(Array.from(values.subarray(i * width, (i + 1) * width)));
  }
  return { columns, rowCount, rows };
}

/** Characters of a text that are kept. */
const MAX_TEXT = 4096;

/** `text`, cut where it is long: a copy, so that the rest is not kept. */
export function shortText(text: string): string {
  return text.length > MAX_TEXT ? `${[...text.slice(0, MAX_TEXT)].join('')}…` : text;
}

/** Memory that a node, a field and a row of a table take beside what they hold. */
const NODE_BYTES = 256;
const FIELD_BYTES = 96;
const ROW_BYTES = 64;

/** Part of `limits.maxDescriptionBytes` that a tree may take: who shows it makes texts of it. */
const SHARE = 3;

/** What the tree of one file may take: small elements take many times their size when they are shown. */
export class TreeBudget {
  private readonly maxNodes: number;
  private readonly maxBytes: number;
  private nodes = 0;
  private bytes = 0;

  constructor(maxNodes: number, { maxDescriptionBytes }: Limits) {
    this.maxNodes = maxNodes;
    this.maxBytes = Math.floor(maxDescriptionBytes / SHARE);
  }

  /** Whether nothing more should be added. */
  get isFull(): boolean {
    return this.nodes >= this.maxNodes || this.bytes > this.maxBytes;
  }

  /** What a node says where the tree ends early. */
  get remark(): string {
    const most =
      this.nodes >= this.maxNodes
        ? `has more than ${this.maxNodes} nodes and fields`
        : `takes more than ${this.maxBytes} bytes, a third of limits.maxDescriptionBytes`;
    return `the tree ${most}; the rest is left out`;
  }

  /** Counts a node, without its fields. */
  addNode(): void {
    this.nodes++;
    this.bytes += NODE_BYTES;
  }

  /** Counts a field. */
  addField({ value }: TreeField): void {
    this.bytes += FIELD_BYTES;
    if (typeof value === 'string') this.bytes += 2 * value.length;
    else if (typeof value !== 'number') {
      this.bytes += value.rows.length * (ROW_BYTES + 8 * value.columns.length);
    }
  }
}

/** Every node of `nodes` and below, parents first. */
export function* walkTree(nodes: readonly TreeNode[]): Generator<TreeNode> {
  for (const node of nodes) {
    yield node;
    yield* walkTree(node.children);
  }
}
