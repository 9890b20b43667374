/** The encoder: what independent decoders make of its files, whole and in rows, and its refusals. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeJpeg,
  encodeJpeg,
  encodeJpegPlanes,
  type JpegEncodeOptions,
  JpegEncoder,
  optimizeJpeg,
  readJpegInfo,
} from 'vitrine/jpeg';
import { ConfigError, StateError } from '../../../src/base/errors.ts';
import { Ssimulacra2 } from '../../../src/codecs/jpeg/encoder/ssimulacra2.ts';
import { ffmpegPath, runFfmpeg } from '../../support/ffmpeg.ts';
import { KINDS, makePicture } from './pictures.ts';
import { differenceOf, parsePnm, readVector, VECTOR_NAMES } from './vectors.ts';

const hasDjpeg = spawnSync('djpeg', ['-version']).error === undefined;
if (!hasDjpeg) console.warn('djpeg is not installed: files are judged by ffmpeg alone');

/** What an independent decoder makes of a file, without a warning: djpeg if it is there, else ffmpeg. */
function independentlyDecoded(file: Uint8Array, channels: number) {
  if (!hasDjpeg) {
    const format = channels === 1 ? 'pgm' : 'ppm';
    return parsePnm(runFfmpeg(['-i', '-', '-f', 'image2pipe', '-c:v', format, '-'], file));
  }
  const run = spawnSync('djpeg', ['-pnm'], { input: file, maxBuffer: 1 << 28 });
  expect(run.stderr.toString()).toBe('');
  expect(run.status).toBe(0);
  return parsePnm(run.stdout);
}

const optionsOf = fc.record({
  quality: fc.integer({ min: 1, max: 100 }),
  effort: fc.constantFrom('default', 'default', 'best', 'fast'),
  subsampling: fc.constantFrom('4:4:4', '4:2:2', '4:4:0', '4:2:0', 'auto'),
  scans: fc.constantFrom('smallest', 'progressive', 'baseline'),
  restartInterval: fc.constantFrom(0, 0, 1, 7),
}) as fc.Arbitrary<JpegEncodeOptions>;

describe('encodeJpeg', () => {
  it('writes files that djpeg decodes as we do, whatever the size and the options', () => {
    const settings = fc.record({
      width: fc.integer({ min: 1, max: 100 }),
      height: fc.integer({ min: 1, max: 100 }),
      channels: fc.constantFrom(1 as const, 3 as const, 4 as const),
      kind: fc.constantFrom(...KINDS),
      seed: fc.nat(1000),
      options: optionsOf,
    });
    const property = fc.property(settings, ({ width, height, channels, kind, seed, options }) => {
      const data = makePicture(kind, width, height, channels, seed);
      const isFast = options.effort === 'fast';
      const asked = isFast ? { ...options, scans: 'baseline' as const } : options;
      const file = encodeJpeg({ width, height, data, channels }, asked);
      const plain = encodeJpeg(
        { width, height, data, channels },
        { ...asked, vectorKernels: false },
      );
      expect(file).toEqual(plain);
      expect(optimizeJpeg(file)).toEqual(optimizeJpeg(file, { vectorKernels: false }));
      const own = decodeJpeg(file);
      const other = independentlyDecoded(file, own.channels);
      expect([other.width, other.height]).toEqual([width, height]);
      // djpeg repeats chroma that is one or two samples wide, where we interpolate.
      if (width > 4) expect(differenceOf(own.data, other.data).largest).toBeLessThanOrEqual(3);
    });
    fc.assert(property, { numRuns: 120, seed: 7 });
  });

  it('writes files that ffmpeg takes without a warning', () => {
    for (const subsampling of ['4:4:4', '4:2:0', '4:2:2', '4:4:0'] as const) {
      for (const scans of ['progressive', 'baseline'] as const) {
        const data = makePicture('noise', 75, 53, 3, 5);
        const file = encodeJpeg({ width: 75, height: 53, data }, { subsampling, scans });
        const args = ['-v', 'warning', '-i', '-', '-f', 'rawvideo', '-'];
        const run = spawnSync(ffmpegPath(), args, { input: file });
        // ffmpeg 5.1 misses EOI in small files at times, also in those of cjpeg, and not at the next run.
        const messages = run.stderr.toString().replace(/.*EOI missing, emulating\n/, '');
        expect(messages).toBe('');
        expect(run.stdout.length).toBeGreaterThan(75 * 53);
      }
    }
  });

  it('comes near to the picture at quality 100, and takes fewer bytes at lower ones', () => {
    for (const kind of KINDS) {
      const data = makePicture(kind, 64, 48, 3, 3);
      const sizes = [100, 90, 75, 50, 25, 5].map((quality) => {
        const file = encodeJpeg({ width: 64, height: 48, data }, { quality, subsampling: '4:4:4' });
        if (quality === 100)
          expect(differenceOf(decodeJpeg(file).data, data).mean).toBeLessThan(0.7);
        return file.length;
      });
      // Where there is next to nothing to code, a byte of a table may go the other way.
      for (let i = 1; i < sizes.length; i++) expect(sizes[i]! - sizes[i - 1]!).toBeLessThan(4);
    }
  });

  it('gives the same bytes for rows as they come', () => {
    const [width, height] = [123, 77];
    const data = makePicture('smooth', width, height, 3, 9);
    const encoder = new JpegEncoder({ width, height, channels: 3, quality: 60 });
    for (let y = 0; y < height; y += 5) {
      encoder.writeRows(data.subarray(y * width * 3, Math.min(height, y + 5) * width * 3));
    }
    expect(encoder.finish()).toEqual(encodeJpeg({ width, height, data }, { quality: 60 }));
  });

  it('puts transparent pixels on the background', () => {
    const data = new Uint8Array(16 * 16 * 4);
    const file = encodeJpeg(
      { width: 16, height: 16, data },
      { background: [200, 100, 50], quality: 95 },
    );
    const { data: decoded } = decodeJpeg(file);
    for (const [i, expected] of [200, 100, 50].entries()) {
      expect(Math.abs(decoded[i]! - expected)).toBeLessThanOrEqual(2);
    }
  });

  it('meets a size, and a score of SSIMULACRA2', () => {
    const [width, height] = [96, 80];
    const data = makePicture('smooth', width, height, 3, 2);
    const image = { width, height, data, channels: 3 } as const;
    for (const bytes of [900, 1500, 4000]) {
      const { length } = encodeJpeg(image, { target: { bytes } });
      expect(length).toBeLessThanOrEqual(bytes);
      expect(length).toBeGreaterThan(0.8 * bytes);
    }
    expect(() => encodeJpeg(image, { target: { bytes: 100 } })).toThrow(
      /the picture takes \d+ at quality 1/,
    );
    expect(() => encodeJpeg(image, { target: { bytes: 1000 }, quality: 5 })).toThrow(ConfigError);
    const measure = new Ssimulacra2(image);
    const scores = [60, 75, 90].map((ssimulacra2) => {
      const { data: decoded } = decodeJpeg(encodeJpeg(image, { target: { ssimulacra2 } }));
      return measure.score({ ...image, data: decoded }) - ssimulacra2;
    });
    for (const excess of scores) {
      expect(excess).toBeGreaterThanOrEqual(0);
      expect(excess).toBeLessThan(5);
    }
  });

  it('carries metadata', () => {
    const icc = new Uint8Array(150_000).map((_, i) => i * 7);
    const metadata = {
      density: { unit: 'inch', x: 300, y: 300 },
      exif: Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0),
      icc,
      xmp: new TextEncoder().encode('<x:xmpmeta/>'),
      comments: [new TextEncoder().encode('a comment')],
    } as const;
    const file = encodeJpeg({ width: 8, height: 8, data: new Uint8Array(64) }, { metadata });
    expect(readJpegInfo(file).metadata).toEqual(metadata);
    expect(readJpegInfo(optimizeJpeg(file)).metadata).toEqual(metadata);
    expect(readJpegInfo(optimizeJpeg(file, { metadata: 'color' })).metadata).toEqual({
      density: metadata.density,
      icc,
    });
  });
});

describe('encodeJpegPlanes', () => {
  it('codes the samples of video, stretched to full range', () => {
    const [width, height] = [50, 34];
    const plane = (w: number, h: number, value: number) => ({
      data: new Uint8Array(w * h).fill(value),
      stride: w,
    });
    const planes = [plane(50, 34, 235), plane(25, 17, 240), plane(25, 17, 128)];
    const image = { width, height, planes, subsampling: '4:2:0', range: 'limited' } as const;
    const { data } = decodeJpeg(encodeJpegPlanes(image, { quality: 95 }));
    // Y 255, Cb 255 (127.5 above the middle), Cr 128: B is cut at 255, G = 255 - 0.344 * 127.
    expect([...data.subarray(0, 3)].map((v, i) => Math.abs(v - [255, 211, 255][i]!) <= 3)).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('optimizeJpeg', () => {
  it.each(VECTOR_NAMES)('%s becomes smaller, with the same pixels', (name) => {
    const file = readVector(`${name}.jpg`);
    for (const scans of ['smallest', 'progressive', 'baseline'] as const) {
      const optimized = optimizeJpeg(file, { scans });
      if (scans === 'smallest') expect(optimized.length).toBeLessThan(file.length);
      expect(decodeJpeg(optimized).data).toEqual(decodeJpeg(file).data);
      if (scans !== 'smallest') {
        expect(readJpegInfo(optimized).isProgressive).toBe(scans === 'progressive');
      }
    }
  });

  it.skipIf(!hasDjpeg).each(VECTOR_NAMES)('%s takes at most what jpegtran makes of it', (name) => {
    const file = readVector(`${name}.jpg`);
    const args = ['-copy', 'all', '-optimize', '-progressive'];
    const other = spawnSync('jpegtran', args, { input: file }).stdout;
    expect(optimizeJpeg(file).length).toBeLessThanOrEqual(other.length);
  });
});

describe('refusals', () => {
  const image = { width: 4, height: 4, data: new Uint8Array(48) };

  it('names the option that is wrong', () => {
    expect(() => encodeJpeg(image, { quality: 0 })).toThrow(
      /quality: got 0, allowed are numbers 1..100/,
    );
    expect(() => encodeJpeg(image, { quality: 101 })).toThrow(ConfigError);
    expect(() => encodeJpeg({ ...image, width: 5 })).toThrow(/jpeg.image/);
    expect(() => encodeJpeg({ ...image, width: 70000 })).toThrow(/allowed are integers 1..65535/);
    expect(() => encodeJpeg(image, { qualty: 3 } as never)).toThrow(/unknown option/);
    expect(() => encodeJpeg(image, { effort: 'fast', scans: 'progressive' })).toThrow(ConfigError);
    expect(() => encodeJpeg(image, { subsampling: '4:1:1' as never })).toThrow(ConfigError);
    expect(() => encodeJpeg(image, { metadata: { exif: new Uint8Array(70000) } })).toThrow(
      /do not fit/,
    );
  });

  it('asks for all rows, once', () => {
    const encoder = new JpegEncoder({ width: 4, height: 4, channels: 3 });
    expect(() => encoder.finish()).toThrow(StateError);
    expect(() => encoder.writeRows(new Uint8Array(13))).toThrow(ConfigError);
    encoder.writeRows(image.data);
    encoder.finish();
    expect(() => encoder.finish()).toThrow(StateError);
  });
});
