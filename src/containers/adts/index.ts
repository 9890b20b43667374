/** ADTS: AAC frames that each say what they are. Read `header.ts` first. */
export { type AdtsReader, isAdts, openAdts } from './reader.ts';
export { type AdtsOptions, createAdtsWriter } from './writer.ts';
