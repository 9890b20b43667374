/** Frames that are decoded each time their samples are asked for: an animation of many takes no more memory than its file and one frame. */
import type { FrameControl, PngFrame } from './animation.ts';
import { PixelStream } from './pixel-stream.ts';
import { readChunks } from './standard/chunks.ts';
import type { PngHeader } from './standard/header.ts';
import type { Samples } from './standard/samples.ts';

/** Where the pixels of a frame lie: from its first fdAT chunk to before `end`. */
export interface FramePlace {
  readonly start: number;
  end: number;
}

/**
 * The frame of `control` in `file`, whose chunks were checked. Its `data` throws `FormatError` if the pixels are broken, or if
 * `check` does.
 * @param header that of the picture
 */
export function laterFrame(
  file: Uint8Array,
  { start, end }: FramePlace,
  header: PngHeader,
  control: FrameControl,
  check: (data: Samples) => void,
): PngFrame {
  const { width, height } = control;
  return {
    ...control,
    get data() {
      const stream = new PixelStream({ ...header, width, height });
      for (const { type, data, offset } of readChunks(file, start)) {
        if (offset >= end) break;
        if (type === 'fdAT') stream.push(data.subarray(4), type, offset);
      }
      const samples = stream.finish('fdAT');
      check(samples);
      return samples;
    },
  };
}
