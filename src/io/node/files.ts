/** Files by their paths, for platforms that have them: what `#files` of package.json is in Node, Bun and Deno. */
export { listFolder } from './list-folder.ts';
export { openPathSink } from './path-sink.ts';
export { openPathSource } from './path-source.ts';
export { openTemporaryFile } from './temporary-file.ts';
