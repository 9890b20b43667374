/** Looking into files: trees of named fields with byte ranges; and into encoders: traces of what they did. */
export { formatTree, formatValue } from './format-tree.ts';
export type { ColumnArray, ColumnType, TableDescription, TraceHead } from './trace-format.ts';
export {
  openTrace,
  readTrace,
  type Trace,
  type TraceColumns,
  type TraceFile,
  type TraceGroup,
  type TraceSource,
} from './trace-reader.ts';
export { type TablesOf, TraceTable, TraceWriter } from './trace-writer.ts';
export {
  hexText,
  TREE_DEFAULTS,
  type TreeField,
  type TreeNode,
  type TreeOptions,
  type TreeTable,
  type TreeValue,
  tableOf,
  walkTree,
} from './tree.ts';
export { TREE_TABLES, traceTree } from './tree-trace.ts';
