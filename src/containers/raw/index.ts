/** Files without structure, or nearly so: raw pictures, raw sound, y4m. */
export { rawPictureBytes } from './picture-layout.ts';
export { RAW_AUDIO_FORMATS, type RawAudioFormat } from './raw-formats.ts';
export {
  openRawAudio,
  openRawVideo,
  type RawAudioReaderOptions,
  type RawVideoReaderOptions,
  type Truncated,
} from './raw-reader.ts';
export { createRawAudioWriter, createRawVideoWriter, type RawOptions } from './raw-writer.ts';
export {
  createY4mWriter,
  isY4m,
  openY4m,
  type Y4mOptions,
  type Y4mReaderOptions,
} from './y4m.ts';
export { type ChromaSite, Y4M_PIX_FMTS } from './y4m-header.ts';
