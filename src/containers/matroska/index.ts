/** Matroska and WebM: writer and reader. */

export type { Problem } from '../../base/problems.ts';
export { inspectMatroska } from './inspect.ts';
export { isEbml } from './is-ebml.ts';
export type { MatroskaOptions } from './options.ts';
export { type MatroskaReader, type MatroskaReadOptions, openMatroska } from './reader.ts';
export type { MatroskaDescription } from './segment-description.ts';
export { createMatroskaWriter } from './writer.ts';
