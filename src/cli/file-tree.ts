/** The parts of a file as a tree, whatever its kind. */
import type { ByteSource } from '../base/byte-stream.ts';
import { inspectMp4, isMp4 } from '../containers/isobmff/index.ts';
import { inspectMatroska, isEbml } from '../containers/matroska/index.ts';
import { inspectWav, isWav } from '../containers/riff/index.ts';
import type { TreeNode, TreeOptions } from '../inspect/tree.ts';

/** The readers of trees, by kind of file. */
const READERS = [
  { knows: isMp4, inspect: inspectMp4 },
  { knows: isEbml, inspect: inspectMatroska },
  { knows: isWav, inspect: inspectWav },
] as const;

/** The tree of a file; null where it is of no kind that has one. */
export async function treeOf(
  source: ByteSource,
  options: TreeOptions = {},
): Promise<TreeNode[] | null> {
  const start = (await source.read(0, 64)).slice();
  const reader = READERS.find(({ knows }) => knows(start));
  return reader === undefined ? null : reader.inspect(source, options);
}
