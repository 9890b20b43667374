/** WAV files: RIFF/WAVE and RF64. Read `wave-format.ts`, then `writer.ts` and `reader.ts`. */
export type { WavTags } from './info-tags.ts';
export { inspectWav } from './inspect.ts';
export { isWav, openWav, type WavReader, type WavReaderOptions } from './reader.ts';
export { createWavWriter, type WavOptions } from './writer.ts';
