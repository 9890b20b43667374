/** The tree of a file as tables of a trace (docs/inspection.md): boxes, elements and chunks, and their fields. */
import { formatValue } from './format-tree.ts';
import type { TableDescription } from './trace-format.ts';
import type { TraceWriter } from './trace-writer.ts';
import type { TreeNode } from './tree.ts';

/** Characters of a value that are kept: a name in a trace has at most 1024 bytes, and a character up to three. */
const MAX_VALUE = 300;

/** Tables by name. */
export const TREE_TABLES = [
  {
    name: 'node',
    columns: [
      ['node', 'u32'],
      ['parent', 'i32'],
      ['name', 'u32'],
      ['first', 'f64'],
      ['bytes', 'f64'],
      ['clause', 'u32'],
      ['problem', 'u32'],
    ],
  },
  {
    name: 'field',
    columns: [
      ['node', 'u32'],
      ['name', 'u32'],
      ['value', 'u32'],
      ['first', 'f64'],
      ['bytes', 'f64'],
    ],
  },
] as const satisfies readonly TableDescription[];

/** Adds the nodes of a file with all that is below them; `writer` has the tables `TREE_TABLES`. */
export function traceTree(writer: TraceWriter, nodes: readonly TreeNode[]): void {
  const tables = writer.tables(TREE_TABLES);
  const name = (text: string): number => writer.nameIndex(text.slice(0, MAX_VALUE));
  let count = 0;
  const add = (node: TreeNode, parent: number): void => {
    const own = count++;
    const texts = [name(node.clause), name(node.problem ?? '')] as const;
    const place = [node.start, node.end - node.start] as const;
    tables.node.add(own, parent, name(node.name), ...place, ...texts);
    for (const field of node.fields) {
      const size = field.end - field.start;
      tables.field.add(own, name(field.name), name(formatValue(field.value)), field.start, size);
    }
    for (const child of node.children) add(child, own);
  };
  for (const node of nodes) add(node, -1);
}
