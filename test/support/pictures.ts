/** Pictures for tests of image files, and what ffmpeg makes of such files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArrayView, ndarray, type PixFmt, pixFmtInfo } from '../../src/frames/index.ts';
import { runFfmpeg } from './ffmpeg.ts';

/** A picture of a format that has all samples of a pixel together: noise, or steps that repeat and so compress. */
export function madePicture(
  pixFmt: PixFmt,
  width: number,
  height: number,
  kind: 'noise' | 'steps' = 'noise',
): ArrayView {
  const { samplesPerPixel, bytesPerSample, bitDepth } = pixFmtInfo(pixFmt);
  const channels = samplesPerPixel[0]!;
  const count = width * height * channels;
  const data = bytesPerSample === 1 ? new Uint8Array(count) : new Uint16Array(count);
  let state = 1 + width + 31 * height + 7 * channels;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const value = kind === 'noise' ? state >>> 8 : 3 * (i >> 4);
    data[i] = value & (2 ** bitDepth - 1);
  }
  return ndarray(data, channels === 1 ? [height, width] : [height, width, channels]);
}

/** The bytes of the samples of an array without gaps, as they lie in memory. */
export function bytesOf({ data }: { readonly data: ArrayBufferView }): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A file, by its extension, and the format in which ffmpeg shall give its picture. */
export interface PictureFile {
  readonly bytes: Uint8Array;
  readonly extension: string;
  readonly pixFmt: string;
}

/** How many files one run of ffmpeg reads: starting it costs more than reading them. */
const FILES_A_RUN = 40;

/** What ffmpeg reads of each file, as raw samples. */
export function readByFfmpeg(files: readonly PictureFile[]): Uint8Array[] {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-pictures-'));
  try {
    const results: Uint8Array[] = [];
    for (let from = 0; from < files.length; from += FILES_A_RUN) {
      const part = files.slice(from, from + FILES_A_RUN);
      const inputs = part.flatMap(({ bytes, extension }, i) => {
        const path = join(folder, `${i}.${extension}`);
        writeFileSync(path, bytes);
        return ['-i', path];
      });
      const outputs = part.flatMap(({ pixFmt }, i) => [
        ...['-map', `${i}:v`, '-f', 'rawvideo', '-pix_fmt', pixFmt],
        join(folder, `${i}.out`),
      ]);
      runFfmpeg(['-y', '-v', 'error', ...inputs, ...outputs]);
      part.forEach((_, i) => {
        results.push(new Uint8Array(readFileSync(join(folder, `${i}.out`))));
      });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
