/** PngSuite (Willem van Schaik): valid files decode exactly as ffmpeg decodes them, broken ones are refused with chunk and offset. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePng, encodePng, pngToRgba8, pngToRgba16 } from 'vitrine/png';
import { FormatError } from '../../../src/base/errors.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';

const files = hasMedia
  ? readdirSync(mediaPath('images/pngsuite')).filter((name) => name.endsWith('.png'))
  : [];
const read = (name: string) => new Uint8Array(readFileSync(mediaPath(`images/pngsuite/${name}`)));
/** Lets the runner report while a test goes on. */
const breathe = () => new Promise((resolve) => setImmediate(resolve));
/** ffmpeg does not look at tRNS of gray below 8 bits. */
const FFMPEG_IS_WRONG = ['tbbn0g04.png'];

describe.skipIf(!hasMedia)('PngSuite', () => {
  it('valid files are what ffmpeg makes of them', async () => {
    for (const name of files.filter(
      (file) => !file.startsWith('x') && !FFMPEG_IS_WRONG.includes(file),
    )) {
      await breathe();
      const image = decodePng(read(name));
      const isDeep = image.bitDepth === 16;
      const path = mediaPath(`images/pngsuite/${name}`);
      const pixFmt = isDeep ? 'rgba64le' : 'rgba';
      const args = ['-i', path, '-f', 'rawvideo', '-pix_fmt', pixFmt, '-'];
      const expected = runFfmpeg(args, undefined, { allowWarnings: true });
      const pixels = isDeep ? pngToRgba16(image) : pngToRgba8(image);
      expect(Buffer.compare(new Uint8Array(pixels.buffer), expected), name).toBe(0);
    }
  });

  it('are the same after they were written again', () => {
    for (const name of files.filter((file) => !file.startsWith('x'))) {
      const image = decodePng(read(name));
      const again = decodePng(
        encodePng(image, { effort: 'fast', reduce: false, interlaced: image.interlaced }),
      );
      const { data: _, paletteAlpha: __, palette: _a, ...rest } = again;
      const { data: ___, paletteAlpha: ____, palette: _b, ...original } = image;
      expect(rest).toEqual(original);
      expect(Buffer.compare(pngToRgba8(again), pngToRgba8(image)), name).toBe(0);
    }
  });

  it.each(files.filter((name) => name.startsWith('x')))(
    '%s is refused with chunk and offset',
    (name) => {
      try {
        decodePng(read(name));
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        expect((error as FormatError).where).toMatch(/^png\.(signature|[A-Z]{4})/);
        expect((error as FormatError).offset).toBeGreaterThanOrEqual(0);
      }
    },
  );
});
