/**
 * Deflate, zlib and gzip: RFC 1951, 1950, 1952. Read `standard/symbols.ts`, `standard/block-decoder.ts` for the way back, then
 * `encoder/levels.ts`, `encoder/lazy-blocks.ts`, `encoder/optimal-blocks.ts` for the way there.
 */
export { type DeflateAtOnceOptions, deflate, gzip, zlib } from './deflate.ts';
export { type DeflateOptions, Deflater } from './deflater.ts';
export type { DeflateBlock, DeflateInspector } from './encoder/inspector.ts';
export { DEFLATE_FORMATS, type DeflateFormat, type GzipHeader } from './formats.ts';
export { gunzip, type InflateAtOnceOptions, inflate, unzlib } from './inflate.ts';
export { type Emit, type InflateOptions, Inflater } from './inflater.ts';
export { DeflateStream, InflateStream, type StreamFormat } from './streams.ts';
export { DeflateTrace } from './trace.ts';
export { DEFLATE_TABLES } from './trace-tables.ts';
export { watchStream } from './watch-stream.ts';
