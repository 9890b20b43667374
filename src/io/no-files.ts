/**
 * What stands for `node/files.ts` on platforms without files: pages, edge workers. package.json says which of the two `#files`
 * is, by the conditions `node`, `bun`, `deno` and `default`, so that a bundle for a page holds nothing of Node. It has no function
 * and imports nothing: open.ts says that there are no files.
 */

/** Tells this module from the other. */
export const HAS_FILES = false;
