/** Looking into files: trees of named fields with byte ranges. */
export { formatTree, formatValue } from './format-tree.ts';
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
