/**
 * Filters from sound to picture: sizes, formats, numbers and times of pictures as in ffmpeg, and what is drawn by the place where it must be.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Spectrum, WINDOW_NAMES, windowValues } from '../../../src/filters/audio/spectrum.ts';
import { FilterGraph } from '../../../src/filters/index.ts';
import {
  createReferenceAudioFrame,
  ndarray,
  type VideoFrame,
  type VideoFrames,
} from '../../../src/frames/index.ts';
import { plainDft } from '../../reference/dft.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { graphText, makeSound, randomNumbers, type Sound } from './sounds.ts';

const SEED = 25;

function draw(sound: Sound, filters: string, chunk = 1024) {
  const graph = new FilterGraph(graphText([sound], filters).replace('abuffersink', 'buffersink'));
  const { channels, data, sampleFmt, sampleRate } = sound;
  const length = data.length / channels;
  for (let at = 0; at < length; at += chunk) {
    const count = Math.min(chunk, length - at);
    const array = ndarray(data.subarray(at * channels, (at + count) * channels), [count, channels]);
    graph.addFrames(createReferenceAudioFrame({ array, sampleFmt, sampleRate, pts: at }));
  }
  graph.flush();
  const frames = graph.getFrames() as VideoFrames;
  return { frames, timeBase: graph.outputLink().timeBase };
}

/** Sizes and times of ffmpeg's pictures, in seconds. */
function ffmpegTimes(sound: Sound, filters: string) {
  const { data, sampleRate, layout } = sound;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const input = ['-f', 's16le', '-ar', `${sampleRate}`, '-channel_layout', layout, '-i', '-'];
  const output = ['-f', 'framecrc', '-vsync', 'passthrough', '-enc_time_base', '-1', '-'];
  const text = Buffer.from(
    runFfmpeg([...input, '-filter_complex', filters, ...output], bytes, { allowWarnings: true }),
  ).toString();
  const [, num, den] = /#tb 0: (\d+)\/(\d+)/.exec(text)!;
  const lines = text.split('\n').filter((line) => /^0,/.test(line));
  const times = lines.map((line) => (Number(line.split(',')[2]) * Number(num)) / Number(den));
  const size = /#dimensions 0: (\d+)x(\d+)/.exec(text)!;
  return { times, width: Number(size[1]), height: Number(size[2]) };
}

const GRAPHS = [
  'showwaves',
  'showwaves=s=320x120:mode=cline:r=30',
  'showwaves=n=20:split_channels=1:scale=log:draw=full',
  'showwavespic=split_channels=1:s=300x200',
  'showspectrum=s=320x120',
  'showspectrum=s=200x90:mode=separate:overlap=0.5:slide=fullframe:color=rainbow',
  'showspectrum=s=200x90:fps=10:fscale=log:color=cividis:win_func=parzen',
  'showspectrum=s=200x90:start=200:stop=2000:slide=scroll:fps=60',
  'showfreqs',
  'showfreqs=s=200x101:win_size=1024:overlap=0.25:mode=dot:cmode=separate',
  'avectorscope=s=200x200',
  'avectorscope=m=polar:r=30000/1001:draw=line',
];

describe('pictures come when ffmpeg’s do', () => {
  const sound = makeSound(30000);
  test.each(GRAPHS)('%s', (filters) => {
    const { frames, timeBase } = draw(sound, filters);
    const expected = ffmpegTimes(sound, filters);
    expect([frames.width, frames.height]).toEqual([expected.width, expected.height]);
    const times = frames.getPts().map((pts) => (pts * timeBase[0]) / timeBase[1]);
    expect(times.length).toBe(expected.times.length);
    for (const [i, time] of times.entries()) expect(time).toBeCloseTo(expected.times[i]!, 4);
  });
});

test('how sound is cut into frames changes no pixel', () => {
  const sound = makeSound(9000);
  fc.assert(
    fc.property(fc.constantFrom(...GRAPHS), fc.integer({ min: 1, max: 4000 }), (filters, chunk) => {
      const whole = draw(sound, filters, 9000).frames;
      const cut = draw(sound, filters, Math.max(50, chunk)).frames;
      expect(cut.getPts()).toEqual(whole.getPts());
      cut.frames.forEach((frame, i) => {
        frame.planes.forEach((plane, p) => {
          const expected = whole.frames[i]!.planes[p]!.data as Uint8Array;
          expect(Buffer.compare(plane.data as Uint8Array, expected)).toBe(0);
        });
      });
    }),
    { seed: SEED, numRuns: 10 },
  );
});

function stereo(length: number, of: (i: number) => readonly [number, number]): Sound {
  const data = new Float64Array(2 * length);
  for (let i = 0; i < length; i++) data.set(of(i), 2 * i);
  return { sampleFmt: 'dbl', sampleRate: 48000, layout: 'stereo', channels: 2, data };
}

/** Sum of the colors of a pixel of an RGBA picture. */
function brightness({ planes, width }: VideoFrame, x: number, y: number): number {
  const data = planes[0]!.data as Uint8Array;
  const at = 4 * (y * width + x);
  return data[at]! + data[at + 1]! + data[at + 2]!;
}

describe('what is drawn', () => {
  test('waves are as high as the samples', () => {
    const sound = stereo(48000, () => [0.5, 0.5]);
    const { frames } = draw(sound, 'showwaves=s=100x200:draw=full');
    for (let y = 0; y < 200; y++) expect(brightness(frames.frames[3]!, 50, y) > 0).toBe(y === 50);
    const line = draw(sound, 'showwaves=s=100x200:mode=line:draw=full').frames.frames[3]!;
    for (let y = 0; y < 200; y++) expect(brightness(line, 50, y) > 0).toBe(y >= 50 && y <= 100);
  });

  test('the picture of a whole sound shows where it is loud, however long it is', () => {
    for (const length of [700, 48000, 200000]) {
      const sound = stereo(length, (i) => (i < length / 2 ? [0.1, 0.1] : [0.8, 0.8]));
      const [frame] = draw(sound, 'showwavespic=s=200x100:filter=peak').frames.frames;
      const heightAt = (x: number) =>
        Array.from({ length: 100 }, (_, y) => brightness(frame!, x, y)).filter((b) => b > 0).length;
      expect(heightAt(50)).toBe(10);
      expect(heightAt(150)).toBe(80);
    }
  });

  test('a tone is a line at its frequency', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 110 }), fc.boolean(), (bin, scrolls) => {
        const frequency = (bin * 24000) / 128;
        const sound = stereo(9000, (i) => {
          const value = 0.5 * Math.sin((2 * Math.PI * frequency * i) / 48000);
          return [value, value];
        });
        const slide = scrolls ? 'scroll' : 'replace';
        const { frames } = draw(sound, `showspectrum=s=64x128:color=intensity:slide=${slide}`);
        const frame = frames.frames.at(-3)!;
        const column = scrolls ? 63 : frames.numFrames - 3;
        const luma = frame.planes[0]!;
        const levels = Array.from(
          { length: 128 },
          (_, y) => (luma.data as Uint8Array)[luma.offset + y * luma.stride + column]!,
        );
        expect(levels[127 - bin]).toBeGreaterThan(150);
        expect(levels.filter((level) => level > 40).length).toBeLessThan(8);
      }),
      { seed: SEED, numRuns: 10 },
    );
  });

  test('the spectrum of a tone has its peak at its frequency, as high as its decibels', () => {
    const sound = stereo(9600, (i) => {
      const value = 0.1 * Math.sin((2 * Math.PI * 12000 * i) / 48000);
      return [value, value];
    });
    const { frames } = draw(sound, 'showfreqs=s=256x121:win_size=512:mode=bar');
    const frame = frames.frames[3]!;
    const heightAt = (x: number) =>
      Array.from({ length: 121 }, (_, y) => brightness(frame, x, y)).filter((b) => b > 0).length;
    // -20 dB of 120 dB from bottom to top.
    expect(heightAt(128)).toBe(101);
    expect(heightAt(60)).toBeLessThan(40);
  });

  test('mono stands upright in the vector scope, one channel leans', () => {
    const center = stereo(1920, (i) => [i / 1920, i / 1920]);
    const frame = draw(center, 'avectorscope=s=100x100').frames.frames[0]!;
    for (let y = 0; y < 50; y++) expect(brightness(frame, 50, y)).toBeGreaterThan(0);
    expect(brightness(frame, 20, 20)).toBe(0);
    const left = stereo(1920, (i) => [i / 1920, 0]);
    const leaning = draw(left, 'avectorscope=s=100x100').frames.frames[0]!;
    expect(brightness(leaning, 30, 30)).toBeGreaterThan(0);
    expect(brightness(leaning, 70, 30)).toBe(0);
  });
});

test('spectra of any length are the DFT', () => {
  for (const length of [16, 30, 62, 97, 202, 960]) {
    const next = randomNumbers(length);
    const input = Float64Array.from({ length }, next);
    const output = new Float64Array(2 * length);
    new Spectrum(length).transform(input, output, length);
    const { re, im } = plainDft(input, new Float64Array(length));
    for (let k = 0; k < length; k++) {
      expect(output[2 * k]).toBeCloseTo(re[k]!, 9);
      expect(output[2 * k + 1]).toBeCloseTo(im[k]!, 9);
    }
  }
});

test('windows are symmetric, and 1 at most', () => {
  for (const name of WINDOW_NAMES) {
    const values = windowValues(name, 65);
    for (let i = 0; i < 65; i++) {
      expect(values[i]).toBeCloseTo(values[64 - i]!, 12);
      expect(values[i]).toBeLessThanOrEqual(1.0001);
    }
    expect(values[32]).toBeCloseTo(1, 2);
  }
});
