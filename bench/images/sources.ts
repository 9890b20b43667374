/**
 * The shared pictures as the anchors of `../shared/reference/jpeg-anchors.json` were measured on them: 8 bits, on white, gray as gray; of
 * those over 1.2 megapixels the 1024x768 in the middle.
 */
import { readdirSync } from 'node:fs';
import { probeFile, runFfmpeg } from '../../test/support/ffmpeg.ts';
import { mediaPath } from '../../test/support/media.ts';

/** A picture with interleaved samples. */
export interface SourcePicture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

const LARGE = 1_200_000;
const CROP = { width: 1024, height: 768 };

/** The pictures whose names contain `filter`. */
export function loadPictures(filter: string): SourcePicture[] {
  return readdirSync(mediaPath('images'))
    .filter((file) => file.endsWith('.png') && file.includes(filter))
    .sort()
    .map((file) => loadPicture(file.slice(0, -4), mediaPath(`images/${file}`)));
}

/** Any picture that ffmpeg reads, under a name. */
export function loadPicture(name: string, path: string): SourcePicture {
  const { width, height, pix_fmt } = probeFile(path).streams[0];
  const isGray = String(pix_fmt).startsWith('gray');
  const format = isGray ? 'gray' : 'rgba';
  const samples = runFfmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', format, '-'], undefined, {
    allowWarnings: true,
  });
  const isLarge = width * height > LARGE;
  const x0 = isLarge ? (width - CROP.width) >> 1 : 0;
  const y0 = isLarge ? (height - CROP.height) >> 1 : 0;
  const size = isLarge ? CROP : { width, height };
  const channels = isGray ? 1 : 3;
  const data = new Uint8Array(size.width * size.height * channels);
  const step = isGray ? 1 : 4;
  for (let y = 0, to = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const at = ((y0 + y) * width + x0 + x) * step;
      const alpha = isGray ? 1 : samples[at + 3]! / 255;
      for (let c = 0; c < channels; c++)
        data[to++] = Math.round(255 + (samples[at + c]! - 255) * alpha);
    }
  }
  return { name, ...size, channels, data };
}
