/** MP4, M4A and QuickTime files: ISO base media file format, ISO/IEC 14496-12. */

export { createMp4Writer } from './create-writer.ts';
export { inspectMp4 } from './inspect.ts';
export { isMp4 } from './is-mp4.ts';
export type { FragmentOptions, Mp4Options } from './options.ts';
export { createPlainMp4Writer } from './plain-writer.ts';
export { type Mp4Reader, type Mp4ReadOptions, openMp4 } from './reader.ts';
export type { Mp4TrackInfo } from './track-reader.ts';
export { createSmallMp4Writer } from './writer.ts';
