/**
 * Monochrome (4:0:0) as a tool. Choice: inside the encoder such pictures have chroma of 128 throughout, which every prediction keeps, so
 * that no residual of it is ever coded; only the syntax knows that it is not there.
 */
import { ConfigError } from '../../../base/errors.ts';
import type { VideoFrame } from '../../../frames/frame.ts';
import type { CodeNums } from '../standard/cavlc-sinks.ts';
import { MONOCHROME_CODE_NUMS } from '../standard/monochrome.ts';
import type { EncoderMemory, SourcePicture } from './memory.ts';
import { checkPlane, copyPlane } from './source.ts';

/** The sample value that intra prediction without neighbors gives (clause 8.3.4.1). */
const NO_CHROMA = 128;

/** Monochrome pictures as a tool of an encoder (profile-tools.ts). */
export interface Monochrome {
  /** Copies the luma of a frame to a source picture, as `loadSourcePicture` does. */
  load(memory: EncoderMemory, target: SourcePicture, frame: VideoFrame): void;
  readonly codeNums: CodeNums;
}

function load(memory: EncoderMemory, target: SourcePicture, frame: VideoFrame): void {
  const { pixFmt, width, height } = frame;
  if (pixFmt !== 'gray' && pixFmt !== 'yuv420p' && pixFmt !== 'yuvj420p') {
    throw new ConfigError(
      'h264.encode.frame.pixFmt',
      `got ${pixFmt}, with monochrome allowed are gray, yuv420p, yuvj420p`,
    );
  }
  const { layout, sourceLumaStride, sourceChromaStride, bytes } = memory;
  const codedHeight = 16 * layout.heightInMbs;
  const [y] = frame.planes;
  checkPlane(0, y, width, height);
  copyPlane(bytes, target.luma, sourceLumaStride, codedHeight, y, width, height);
  const size = (sourceChromaStride * codedHeight) / 2;
  bytes.fill(NO_CHROMA, target.cb, target.cb + size);
  bytes.fill(NO_CHROMA, target.cr, target.cr + size);
}

/** The tool. */
export const MONOCHROME: Monochrome = { load, codeNums: MONOCHROME_CODE_NUMS };
