/** The parts of a file as a tree, whatever its kind. */
import type { ByteSource } from '../base/byte-stream.ts';
import { Budget } from '../base/limits.ts';
import { inspectJpeg } from '../codecs/jpeg/index.ts';
import { isJpeg } from '../codecs/jpeg/standard/describe.ts';
import { isPng } from '../codecs/png/describe.ts';
import { inspectPng } from '../codecs/png/index.ts';
import { inspectMp4, isMp4 } from '../containers/isobmff/index.ts';
import { inspectMatroska, isEbml } from '../containers/matroska/index.ts';
import { inspectWav, isWav } from '../containers/riff/index.ts';
import type { TreeNode, TreeOptions } from '../inspect/tree.ts';
import { readWhole } from '../pipeline/image-file.ts';

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
  const isPicture = isPng(start) || isJpeg(start);
  if (isPicture) {
    const file = await readWhole(source, new Budget('file', source, options.limits));
    return isPng(start) ? inspectPng(file, options) : inspectJpeg(file, options);
  }
  const reader = READERS.find(({ knows }) => knows(start));
  return reader === undefined ? null : reader.inspect(source, options);
}
