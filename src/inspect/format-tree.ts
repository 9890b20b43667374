/** A tree as lines of text for a terminal. */
import type { TreeNode, TreeTable, TreeValue } from './tree.ts';

const INDENT = '  ';

/**
 * One line per node (name, byte range, clause) and, below it, one per field (name, value). Tables show their rows in
 * brackets. No line ends with a newline.
 */
export function formatTree(nodes: readonly TreeNode[]): string[] {
  return [...treeLines(nodes)];
}

/** The same, line by line. */
export function* treeLines(nodes: readonly TreeNode[], indent = ''): Generator<string> {
  for (const node of nodes) {
    const size = node.end - node.start;
    const clause = node.clause === '' ? '' : `  (${node.clause})`;
    const problem = node.problem === undefined ? '' : `  ! ${printable(node.problem)}`;
    yield `${indent}${printable(node.name)} @${node.start} +${size}${clause}${problem}`;
    for (const field of node.fields) {
      yield `${indent}${INDENT}${field.name} = ${formatValue(field.value)}`;
    }
    yield* treeLines(node.children, indent + INDENT);
  }
}

/** A value in one line: text in quotes, tables by their rows. */
export function formatValue(value: TreeValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `'${printable(value)}'`;
  return formatTable(value);
}

function formatTable({ columns, rowCount, rows }: TreeTable): string {
  const shown = rows.map((row) => (columns.length === 1 ? String(row[0]) : `(${row.join(' ')})`));
  const rest = rowCount > rows.length ? ` … ${rowCount - rows.length} more` : '';
  return `[${shown.join(' ')}${rest}]`;
}

/** `text` without control characters: a file must not be able to move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
