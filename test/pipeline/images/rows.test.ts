/** Pictures by rows: each codec gives the samples that `decode` gives, and writes what the codec writes of a whole picture. */
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../../src/codecs/png/index.ts';
import { encodeTiff } from '../../../src/codecs/tiff/index.ts';
import type { PictureRows, RasterRows } from '../../../src/frames/picture-rows.ts';
import { frameOfRaster, type Raster, rasterOfFrame } from '../../../src/frames/raster.ts';
import { encodeImage, ndarray } from '../../../src/index.ts';
import { MemorySink } from '../../../src/io/index.ts';
import { videoEncodeConfig } from '../../../src/pipeline/encode-config.ts';
import { IMAGE_CODECS } from '../../../src/pipeline/everything/registry.ts';
import type { ImageCodec } from '../../../src/pipeline/image-codec.ts';
import { rowsPixFmt, transcodeRows } from '../../../src/pipeline/transcode-rows.ts';
import { videoRequest } from '../../../src/pipeline/video-encoder.ts';

const LIMITS = { maxPixels: 2 ** 26 };

const codecOf = (name: string): ImageCodec => IMAGE_CODECS.find((codec) => codec.name === name)!;

/** A picture that is neither flat nor noise, the same at each call. */
function picture(width: number, height: number, channels: 1 | 2 | 3 | 4, isDeep = false): Raster {
  const data = new (isDeep ? Uint16Array : Uint8Array)(width * height * channels);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    data[i] = (i * 3 + (state >> 28)) * (isDeep ? 97 : 1);
  }
  return { width, height, channels, data };
}

/** Compares without a list of what differs, which takes long. */
function expectEqual(a: RasterRows, b: RasterRows): void {
  expect(a.constructor.name).toBe(b.constructor.name);
  expect(a.length).toBe(b.length);
  expect(a.findIndex((sample, i) => sample !== b[i])).toBe(-1);
}

function join(rows: PictureRows): { samples: RasterRows; bands: number } {
  const samples = new (rows.isDeep ? Uint16Array : Uint8Array)(
    rows.width * rows.height * rows.channels,
  );
  let bands = 0;
  let at = 0;
  const take = (band: RasterRows) => {
    bands++;
    samples.set(band, at);
    at += band.length;
  };
  while (rows.advance(take));
  expect(at).toBe(samples.length);
  return { samples, bands };
}

function expectSame(codec: ImageCodec, file: Uint8Array): number {
  const rows = codec.openRows!(file, LIMITS)!;
  const { frame, metadata } = codec.decode(file, LIMITS, false);
  const whole = rasterOfFrame(frame);
  expect([rows.width, rows.height, rows.channels]).toEqual([
    whole.width,
    whole.height,
    whole.channels,
  ]);
  expect(rows.metadata).toEqual(metadata);
  expect(rowsPixFmt(rows)).toBe(frame.pixFmt);
  const { samples, bands } = join(rows);
  expectEqual(samples, whole.data);
  return bands;
}

async function fileOf(raster: Raster, format: string, options: object = {}): Promise<Uint8Array> {
  const { width, height, channels, data } = raster;
  const shape = channels === 1 ? [height, width] : [height, width, channels];
  return await encodeImage(ndarray(data, shape), { format, ...options });
}

describe('rows that are read', () => {
  it.each([
    ['mjpeg', 'jpg', 3, false],
    ['mjpeg', 'jpg', 1, false],
    ['png', 'png', 4, false],
    ['png', 'png', 3, true],
    ['png', 'png', 2, false],
    ['bmp', 'bmp', 3, false],
    ['bmp', 'bmp', 4, false],
    ['bmp', 'bmp', 1, false],
    ['ppm', 'ppm', 3, true],
    ['pgm', 'pgm', 1, false],
    ['pam', 'pam', 4, true],
    ['qoi', 'qoi', 3, false],
    ['qoi', 'qoi', 4, false],
    ['tiff', 'tiff', 3, false],
    ['tiff', 'tiff', 4, true],
  ] as const)(
    '%s (%s) of %i channels, deep %s, are those of decode',
    async (name, format, channels, isDeep) => {
      const file = await fileOf(picture(301, 1001, channels, isDeep), format);
      expect(expectSame(codecOf(name), file)).toBeGreaterThan(1);
      expectSame(codecOf(name), await fileOf(picture(1, 1, channels, isDeep), format));
      expectSame(codecOf(name), await fileOf(picture(70001 % 4001, 2, channels, isDeep), format));
    },
  );

  it('of PNG palettes and transparent colors become RGB and RGBA', () => {
    const { data } = picture(203, 401, 1);
    const indexes = (data as Uint8Array).map((value) => value & 3);
    const palette = Uint8Array.of(1, 2, 3, 40, 50, 60, 7, 80, 9, 200, 100, 50);
    const image = { width: 203, height: 401, colorType: 3, bitDepth: 2, palette } as const;
    const options = { reduce: false } as const;
    for (const more of [{}, { paletteAlpha: Uint8Array.of(0, 128) }]) {
      expectSame(codecOf('png'), encodePng({ ...image, ...more, data: indexes }, options));
    }
    const gray = { width: 203, height: 401, colorType: 0, bitDepth: 4, transparent: [3] } as const;
    const nibbles = (data as Uint8Array).map((value) => value & 15);
    expectSame(codecOf('png'), encodePng({ ...gray, data: nibbles }, options));
  });

  it('cannot be had of interlaced PNG, plain Netpbm', () => {
    const { data } = picture(20, 20, 1);
    const png = encodePng(
      { width: 20, height: 20, colorType: 0, bitDepth: 8, data: data as Uint8Array },
      { interlaced: true },
    );
    expect(codecOf('png').openRows!(png, LIMITS)).toBeNull();
    const plain = new TextEncoder().encode('P2 2 2 9\n1 2 3 4\n');
    expect(codecOf('pgm').openRows!(plain, LIMITS)).toBeNull();
  });

  it('of a TIFF file in one strip are read where it is not compressed', () => {
    const file = encodeTiff(picture(301, 701, 3), { compression: 'none' });
    const view = new DataView(file.buffer);
    const directory = view.getUint32(4, true);
    const count = view.getUint16(directory, true);
    // All strips lie one behind the other: one field less each, and they are one.
    for (let at = directory + 2; at < directory + 2 + 12 * count; at += 12) {
      const tag = view.getUint16(at, true);
      if (tag === 278) view.setUint32(at + 8, 701, true);
      if (tag !== 273 && tag !== 279) continue;
      view.setUint32(at + 4, 1, true);
      view.setUint32(at + 8, tag === 273 ? 8 : 301 * 701 * 3, true);
    }
    expect(expectSame(codecOf('tiff'), file)).toBeGreaterThan(1);
  });

  it('end in the error of decode where the file does, after those before', async () => {
    const file = await fileOf(picture(301, 1401, 3), 'png');
    const cut = file.subarray(0, file.length >> 1);
    expect(() => codecOf('png').openRows!(cut, LIMITS)).toThrow(/beyond the file|before IEND/);
    const jpeg = await fileOf(picture(301, 1401, 3), 'qoi');
    const rows = codecOf('qoi').openRows!(jpeg.subarray(0, jpeg.length >> 1), LIMITS)!;
    expect(() => join(rows)).toThrow(/cut off/);
  });

  it('respect the limits', async () => {
    for (const [name, format] of [
      ['mjpeg', 'jpg'],
      ['png', 'png'],
      ['bmp', 'bmp'],
      ['ppm', 'ppm'],
      ['qoi', 'qoi'],
      ['tiff', 'tiff'],
    ]) {
      const file = await fileOf(picture(40, 40, 3), format!);
      expect(() => codecOf(name!).openRows!(file, { maxPixels: 1599 }), name).toThrow(
        /maxPixels|1599/,
      );
    }
  });
});

describe('rows that are written', () => {
  const options = { jpg: { scans: 'smallest' } } as const;

  it.each([
    ['mjpeg', 'jpg', 3, false],
    ['mjpeg', 'jpg', 4, false],
    ['png', 'png', 4, false],
    ['png', 'png', 1, true],
    ['bmp', 'bmp', 3, false],
    ['bmp', 'bmp', 2, false],
    ['ppm', 'ppm', 3, true],
    ['pam', 'pam', 2, false],
    ['qoi', 'qoi', 4, false],
    ['tiff', 'tiff', 3, false],
    ['tiff', 'tiff', 2, true],
  ] as const)(
    'as %s (%s) of %i channels, deep %s, are the picture',
    async (name, format, channels, isDeep) => {
      const codec = codecOf(name);
      const raster = picture(301, 701, channels, isDeep);
      const source = codecOf('pam').openRows!(await fileOf(raster, 'pam'), LIMITS)!;
      const config = videoEncodeConfig({
        width: 301,
        height: 701,
        pixFmt: rowsPixFmt(source),
        frameRate: 1,
      });
      const own = format === 'jpg' ? options.jpg : {};
      const request = videoRequest(config, own, codec.pixFmts);
      const sink = new MemorySink();
      await transcodeRows(source, codec.openRowWriter(request)!, request, sink);
      await sink.close();
      const written = sink.toBytes();
      const whole = await fileOf(raster, format);
      // PNG tries more on a whole picture, and BMP begins at its lowest row.
      if (name !== 'png' && name !== 'bmp') expectEqual(written, whole);
      const [a, b] = [written, whole].map((file) =>
        rasterOfFrame(codec.decode(file, LIMITS, false).frame),
      );
      expectEqual(a!.data, b!.data);
      expect(a!.channels).toBe(b!.channels);
    },
  );

  it('are converted as frames are', async () => {
    const raster = picture(130, 90, 4, true);
    const source = codecOf('pam').openRows!(await fileOf(raster, 'pam'), LIMITS)!;
    const codec = codecOf('qoi');
    const config = videoEncodeConfig({
      width: 130,
      height: 90,
      pixFmt: rowsPixFmt(source),
      frameRate: 1,
    });
    const request = videoRequest(config, {}, codec.pixFmts);
    const sink = new MemorySink();
    await transcodeRows(source, codec.openRowWriter(request)!, request, sink);
    const whole = await encodeImage(frameOfRaster(raster), { format: 'qoi' });
    expectEqual(sink.toBytes(), whole);
  });

  it('are refused for what needs the whole picture', () => {
    const config = videoEncodeConfig({ width: 9, height: 9, pixFmt: 'rgb24', frameRate: 1 });
    const png = videoRequest(config, { interlaced: true }, codecOf('png').pixFmts);
    expect(codecOf('png').openRowWriter(png)).toBeNull();
    const jpeg = videoRequest(config, { target: { bytes: 999 } }, codecOf('mjpeg').pixFmts);
    expect(codecOf('mjpeg').openRowWriter(jpeg)).toBeNull();
  });
});
