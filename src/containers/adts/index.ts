/** ADTS: AAC frames that each say what they are. Read `frame-search.ts` first. */
export { hasAdtsFrames, id3Length, isAdts } from './frame-search.ts';
export { type AdtsReader, type AdtsReadOptions, openAdts } from './reader.ts';
export { type AdtsOptions, createAdtsWriter } from './writer.ts';
