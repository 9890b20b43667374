/** Sinks and sources of bytes. */
export { MemorySink } from './memory-sink.ts';
export { BlobSource, MemorySource } from './memory-source.ts';
export { type Destination, type Origin, openSink, openSource } from './open.ts';
export { type SpillOptions, SpillSource, type SpillStore } from './spill-source.ts';
export { StreamSink } from './stream-sink.ts';
export { type ByteStream, StreamSource } from './stream-source.ts';
