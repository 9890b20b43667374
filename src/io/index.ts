/** Sinks and sources of bytes. */
export { hasWildcards, type NumberPattern, numberPattern, wildcardTest } from './file-pattern.ts';
export { MemorySink } from './memory-sink.ts';
export { BlobSource, MemorySource } from './memory-source.ts';
export {
  type Destination,
  listFolder,
  type Origin,
  openSink,
  openSource,
  writeWhole,
} from './open.ts';
export { openPictureSink, type PictureSink, type PictureSinkOptions } from './picture-sink.ts';
export { type SpillOptions, SpillSource, type SpillStore } from './spill-source.ts';
export { StoredSink } from './stored-sink.ts';
export { StreamSink } from './stream-sink.ts';
export { type ByteStream, StreamSource } from './stream-source.ts';
