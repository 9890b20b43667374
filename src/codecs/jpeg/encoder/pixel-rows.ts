/** Rows of pixels in the kernels' memory: on their background where they are transparent, the last pixel repeated to whole MCUs (T.81 clause A.2.4). */
import type { Frame } from '../standard/frame.ts';

/** How pixels lie in memory: interleaved samples of 8 bits. Four channels are red, green, blue and alpha. */
export type PixelChannels = 1 | 3 | 4;

/** What pixels are, and where they go. */
export interface PixelLayout {
  readonly frame: Frame;
  readonly channels: PixelChannels;
  /** Red, green and blue behind what is transparent. */
  readonly background: readonly number[];
}

/** Pixels of a row with those that fill the last MCU. */
export function paddedWidth(frame: Frame): number {
  return 8 * frame.maxH * frame.mcusWide;
}

/** Copies the row at `from` to `at`, as wide as `paddedWidth` says. */
export function loadPixelRow(
  { frame, channels, background }: PixelLayout,
  source: Uint8Array,
  from: number,
  bytes: Uint8Array,
  at: number,
): void {
  const length = frame.width * channels;
  bytes.set(source.subarray(from, from + length), at);
  if (channels === 4) blend(bytes, at, length, background);
  const end = at + paddedWidth(frame) * channels;
  for (let to = at + length; to < end; to++) bytes[to] = bytes[to - channels]!;
}

function blend(
  bytes: Uint8Array,
  from: number,
  length: number,
  background: readonly number[],
): void {
  for (let at = from; at < from + length; at += 4) {
    const alpha = bytes[at + 3]!;
    if (alpha === 255) continue;
    for (let c = 0; c < 3; c++) {
      const behind = background[c]!;
      bytes[at + c] = Math.round(behind + ((bytes[at + c]! - behind) * alpha) / 255);
    }
  }
}
