/** `aformat` and `aresample`: formats, rates and channels, alone and where negotiation puts them, against ffmpeg. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChannelLayout } from '../../../src/filters/definition/channel-layout.ts';
import { FilterGraph, FilterGraphError } from '../../../src/filters/index.ts';
import { type AudioFrames, createReferenceAudioFrame, ndarray } from '../../../src/frames/index.ts';
import {
  graphText,
  largestDifference,
  makeSound,
  runFfmpegGraph,
  runGraph,
  signalToNoise,
} from './sounds.ts';

const LAYOUTS = ['mono', 'stereo', '2.1', '4.0', 'quad', '5.0', '5.1', '5.1(side)', '6.1', '7.1'];

describe('other channels', () => {
  test('are mixed as ffmpeg mixes them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LAYOUTS), fc.constantFrom(...LAYOUTS), (layout, to) => {
        const channels = parseChannelLayout(layout)!.numChannels;
        const sound = makeSound(300, { sampleFmt: 'dbl', layout, channels });
        const filters = `aformat=channel_layouts=${to}`;
        const { result } = runGraph([sound], filters);
        const expected = runFfmpegGraph([sound], filters, result);
        expect(largestDifference(result.samples, expected)).toBeLessThan(1e-6);
      }),
      { seed: 775, numRuns: 12 },
    );
  });

  test('do not clip where samples are integers', () => {
    const sound = makeSound(3000, { layout: '5.1', channels: 6 });
    const { result } = runGraph([sound], 'aformat=channel_layouts=stereo');
    const expected = runFfmpegGraph([sound], 'aformat=channel_layouts=stereo', result);
    expect(largestDifference(result.samples, expected)).toBeLessThanOrEqual(1);
  });

  test('have the levels that are asked for', () => {
    const sound = makeSound(500, { sampleFmt: 'dbl', layout: '5.1', channels: 6 });
    const filters = 'aresample=44100:clev=0.5:slev=0.3:lfe_mix_level=0.2,aformat=cl=stereo';
    const { result } = runGraph([sound], filters);
    const expected = runFfmpegGraph([sound], filters, result);
    expect(largestDifference(result.samples, expected)).toBeLessThan(1e-6);
  });
});

describe('other rates', () => {
  test('keep the length of the ratio and the times', () => {
    const sound = makeSound(44100, { sampleFmt: 'flt' });
    const { result, graph } = runGraph([sound], 'aresample=48000');
    expect(result.samples.length).toBe(2 * 48000);
    expect(graph.outputLink().timeBase).toEqual([1, 48000]);
    expect(result.pts[0]).toBe(0);
    // Back again it is the sound itself, but for what lies above 0.91 of the half rate.
    const back = runGraph(
      [{ ...sound, sampleRate: 48000, data: result.samples as Float32Array }],
      'aresample=44100',
    );
    expect(signalToNoise(back.result.samples, sound.data)).toBeGreaterThan(20);
  });

  test('begin anew where the times of the input do', () => {
    const graph = new FilterGraph(graphText([makeSound(1)], 'aresample=22050'));
    for (const pts of [1000, 6000, 50000]) {
      const array = ndarray(new Int16Array(10000), [5000, 2]);
      graph.addFrames(
        createReferenceAudioFrame({ array, sampleFmt: 's16', sampleRate: 44100, pts }),
      );
    }
    graph.flush();
    const out = graph.getFrames() as AudioFrames;
    expect(out.numFrames).toBe(7500);
    let end = out.frames[0]!.pts;
    const starts = [...out].filter(({ pts, numSamples }) => {
      const follows = pts === end;
      end = pts + numSamples;
      return !follows;
    });
    expect(out.frames[0]!.pts).toBe(500);
    expect(starts.map(({ pts }) => pts)).toEqual([25000]);
  });

  test('fill gaps and drop overlaps where async asks for it', () => {
    const graph = new FilterGraph(graphText([makeSound(1)], 'aresample=async=1'));
    const add = (pts: number, value: number) => {
      const array = ndarray(new Int16Array(20000).fill(value), [10000, 2]);
      graph.addFrames(
        createReferenceAudioFrame({ array, sampleFmt: 's16', sampleRate: 44100, pts }),
      );
    };
    add(0, 1);
    add(30000, 2);
    add(34000, 3);
    graph.flush();
    const out = graph.getFrames() as AudioFrames;
    const levels = [...out].map(({ numSamples, pts, planes }) => {
      const { data, offset } = planes[0]!;
      return [pts, numSamples, Number(data[offset])];
    });
    expect(levels).toEqual([
      [0, 10000, 1],
      [10000, 20000, 0],
      [30000, 10000, 2],
      [40000, 4000, 3],
    ]);
  });

  test('mix before or after, whichever has fewer channels', () => {
    const sound = makeSound(9000, { sampleFmt: 'dbl' });
    for (const [filters, apart] of [
      ['aresample=48000:ocl=mono', 'aformat=channel_layouts=mono,aresample=48000'],
      ['aresample=48000:ocl=5.1', 'aresample=48000,aformat=channel_layouts=5.1'],
    ] as const) {
      const one = runGraph([sound], filters).result;
      const two = runGraph([sound], apart).result;
      expect(largestDifference(one.samples, two.samples)).toBeLessThan(1e-6);
    }
  });
});

describe('other sample formats', () => {
  test('are what ffmpeg makes of them, but for the rounding of halves', () => {
    for (const sampleFmt of ['u8', 's16', 's32', 'flt', 'dbl'] as const) {
      const sound = makeSound(2000, { sampleFmt });
      for (const to of ['u8', 's16', 's32', 'flt', 'dbl']) {
        const filters = `aformat=sample_fmts=${to}`;
        const { result } = runGraph([sound], filters);
        const expected = runFfmpegGraph([sound], filters, result);
        const step = result.sampleFmt.startsWith('s') || to === 'u8' ? 1 : 1e-7;
        expect(
          largestDifference(result.samples, expected),
          `${sampleFmt} to ${to}`,
        ).toBeLessThanOrEqual(to === 's32' ? 256 : step);
      }
    }
  });

  test('a filter takes the first format that loses least', () => {
    const { result, graph } = runGraph([makeSound(10)], 'aformat=sample_fmts=u8|s32p:cl=stereo');
    expect(result.sampleFmt).toBe('s32p');
    expect(graph.conversions).toHaveLength(1);
  });
});

test('what cannot be read is refused with its column', () => {
  for (const [filters, at] of [
    ['aformat=sample_fmts=s16|f32', 24],
    ['aformat=r=44100|0', 16],
    ['aformat=cl=stereo|bogus', 18],
    ['aresample=-1', 10],
    ['aresample=48000:quality=9', 16],
  ] as const) {
    const prefix = graphText([makeSound(1)], '').indexOf(',') + 1;
    let thrown: unknown;
    try {
      runGraph([makeSound(1)], filters);
    } catch (error) {
      thrown = error;
    }
    expect(thrown, filters).toBeInstanceOf(FilterGraphError);
    expect((thrown as FilterGraphError).column, filters).toBe(prefix + at + 1);
  }
});
