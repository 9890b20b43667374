/**
 * Sound filters against ffmpeg, with the same graph on the same sound: what only moves, selects or copies samples must be equal, what
 * computes may differ in the last bit. And a law for all of them: how the sound is cut into frames changes no sample.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FilterGraph, FilterGraphError } from '../../../src/filters/index.ts';
import { type AudioFrames, createReferenceAudioFrame, ndarray } from '../../../src/frames/index.ts';
import {
  graphText,
  largestDifference,
  makeSound,
  runFfmpegGraph,
  runGraph,
  type Sound,
  signalToNoise,
} from './sounds.ts';

const SEED = 20261201;
const long = makeSound(44100);
const short = makeSound(30000, { seed: 5 });
const CURVES = [
  ...['tri', 'qsin', 'esin', 'hsin', 'log', 'ipar', 'qua', 'cub', 'squ', 'cbr', 'par', 'exp'],
  ...['iqsin', 'ihsin', 'dese', 'desi', 'losi', 'sinc', 'isinc', 'nofade'],
];

/** Graphs whose samples are ffmpeg's. */
const EXACT: readonly (readonly [filters: string, sounds: readonly Sound[]])[] = [
  ['volume=0.5', [long]],
  ['volume=-6dB', [long]],
  ['volume=6dB:precision=fixed', [long]],
  ['volume=precision=double:volume=0.3', [long]],
  [`volume='if(lt(t,0.4),1,0.25)':eval=frame`, [long]],
  ['atrim=start=0.1:duration=0.01', [long]],
  ['atrim=start=0.05:start_sample=1025:end=0.1:end_sample=4411', [long]],
  ['atrim=start_sample=26:end_sample=80', [long]],
  ['atrim=end=0.7', [long]],
  ['atrim=start=0.5,asetpts=PTS-STARTPTS', [long]],
  ['apad=pad_len=1024', [long]],
  ['apad=whole_dur=1.3', [long]],
  ['asetnsamples=n=1234:p=0', [long]],
  ['asetnsamples=1000', [long]],
  ['asetpts=PTS+44100', [long]],
  ['pan=2c|FL<FL+0.5*FC+0.6*BL+0.6*SL|FR<FR+0.5*FC+0.6*BR+0.6*SR', [long]],
  ['pan=mono|c0=0.5*c0+0.5*c1', [long]],
  ['pan=stereo|c0=c0-c2|c1=c1-c2', [long]],
  ['pan=stereo|c0=0.7*c0-0.61*c1|c1=0.3*c1', [long]],
  ['pan=5.1|c0=c1|c1=c0|c2=0.3*c0+0.4*c1', [long]],
  ['channelmap=map=FR|FL:channel_layout=stereo', [long]],
  ['channelsplit[a][b];[b][a]join=inputs=2:channel_layout=stereo', [long]],
  ['[in0][in1]join=map=0.FL-FR|1.1-FL', [short, makeSound(30000, { seed: 6 })]],
  ['[in0][in1]amerge=inputs=2', [long, short]],
  ['adelay=1500|0|500', [long]],
  ['adelay=42:all=1', [long]],
  ['adelay=700S|1s', [long]],
  ['adelay=42|50,volume=0.5+0.5*sin(9*t):eval=frame', [short]],
  ['pan=stereo|c0=1.9*c0+0.5*c1|c1<2*c1-3*c0', [makeSound(30000, { sampleFmt: 'u8' })]],
  ['pan=stereo|c0<c0-c1|c1<2*c1-3*c0', [short]],
  ['highpass=f=200', [long]],
  ['highpass=f=1000:p=1', [long]],
  ['lowpass=f=3000', [long]],
  ['lowpass=f=300:p=1', [long]],
  ['bandpass=f=1000:width_type=q:w=1', [long]],
  ['bandpass=f=1000:csg=1:t=h:w=300', [long]],
  ['bass=g=6', [long]],
  ['treble=g=-4', [long]],
  ['lowshelf=g=6:f=300', [long]],
  ['highshelf=g=-4:t=s:w=0.7', [long]],
  ['equalizer=f=1000:t=h:width=200:g=-10', [long]],
  ['equalizer=f=1000:t=o:w=1:g=2,equalizer=f=100:t=k:w=0.1:g=-5', [long]],
  ['highpass=f=500:mix=0.6:c=FL:n=1', [long]],
  ['highpass=f=500:r=f32', [long]],
  ['anullsrc=r=48000:cl=4:d=0.5', []],
  ['aevalsrc=0.2*random(0):d=0.5', []],
];

/** Graphs that compute: decibels of ffmpeg's samples over the difference from ours. */
const NEAR: readonly (readonly [filters: string, sounds: readonly Sound[], least: number])[] = [
  ['pan=stereo|c0=1.3*c0-1.61*c1|c1=2.3*c1', [long], 90],
  ['[in0][in1]amix=inputs=2', [long, short], 130],
  ['[in0][in1]amix=duration=first', [long, short], 130],
  ['[in0][in1]amix=duration=shortest:weights=1 0.3', [long, short], 140],
  ['[in0][in1]amix=normalize=0:weights=0.5 -0.3', [long, short], 140],
  ['[in0][in1]amix=dropout_transition=0.2', [long, short], 130],
  ...CURVES.map((curve) => [`afade=t=in:ss=0:d=1:curve=${curve}`, [long], 95] as const),
  ['afade=t=out:st=0.4:d=0.5:curve=log', [long], 95],
  ['[in0][in1]acrossfade=d=0.4:c1=log:c2=exp', [long, short], 95],
  ['[in0][in1]acrossfade=ns=9000:o=0', [long, short], 95],
  ['aecho=0.8:0.88:60:0.4', [long], 90],
  ['aecho=0.8:0.9:300|500:0.3|0.25', [long], 90],
  ['aformat=sample_fmts=fltp,aecho=1:1:20:1', [short], 120],
  ['sine=d=1', [], 75],
  ['sine=220:4:d=2', [], 75],
  ['aevalsrc=0.4*sin(2*PI*440*t)|0.3*sin(2*PI*660*t):d=1', [], 300],
];

describe('the same as ffmpeg', () => {
  test.each(EXACT)('%s', (filters, sounds) => {
    const { result } = runGraph(sounds, filters);
    expect(largestDifference(result.samples, runFfmpegGraph(sounds, filters, result))).toBe(0);
  });

  test.each(NEAR)('%s, nearly', (filters, sounds, least) => {
    const { result } = runGraph(sounds, filters);
    const expected = runFfmpegGraph(sounds, filters, result);
    if (largestDifference(result.samples, expected) === 0) return;
    expect(signalToNoise(result.samples, expected)).toBeGreaterThan(least);
  });

  test('in other formats and numbers of channels', () => {
    const filters = fc.constantFrom(
      ...[
        'volume=1.7:precision=fixed',
        'atrim=start_sample=100:end_sample=900',
        'apad=whole_len=2000',
      ],
      ...[
        'pan=stereo|c0=0.9*c0-0.2*c1|c1=c1',
        'adelay=3|5',
        'lowpass=f=2000:r=f64',
        'asetnsamples=333',
      ],
    );
    const format = fc.constantFrom('u8', 's16', 's32', 'flt', 'dbl');
    fc.assert(
      fc.property(filters, format, fc.integer({ min: 2, max: 6 }), (text, sampleFmt, channels) => {
        const layout = ['', '', 'stereo', '2.1', '4.0', '5.0', '5.1'][channels]!;
        const sound = makeSound(1500, {
          sampleFmt: sampleFmt as 's16',
          channels,
          layout,
          seed: channels,
        });
        const { result } = runGraph([sound], text);
        const expected = runFfmpegGraph([sound], text, result);
        // ffmpeg mixes integers of 32 bits as floats, and rounds doubles on the way to formats it has no filter in.
        if (sampleFmt !== 's16' && sampleFmt !== 'flt') {
          expect(
            signalToNoise(result.samples, expected, sampleFmt === 'u8' ? 128 : 0),
          ).toBeGreaterThan(30);
        } else {
          expect(largestDifference(result.samples, expected)).toBe(0);
        }
      }),
      { seed: SEED, numRuns: 15 },
    );
  });
});

test('how sound is cut into frames changes no sample', () => {
  const graphs = [...EXACT, ...NEAR].filter(([filters]) => !filters.includes('eval=frame'));
  fc.assert(
    fc.property(
      fc.constantFrom(...graphs),
      fc.integer({ min: 1, max: 9000 }),
      fc.constantFrom('s16', 'flt', 'dbl'),
      ([filters, sounds], chunk, sampleFmt) => {
        // Gains of amix move from frame to frame.
        if (filters.includes('amix') && !filters.includes('shortest')) return;
        const inputs = sounds.map((_, i) =>
          makeSound(12000, { sampleFmt: sampleFmt as 's16', seed: i }),
        );
        const before = inputs.map(({ data }) => data.slice());
        const whole = runGraph(inputs, filters, 12000).result;
        const cut = runGraph(inputs, filters, Math.max(chunk, 40)).result;
        expect(largestDifference(cut.samples, whole.samples)).toBe(0);
        // A filter never writes into what it is given.
        for (const [i, { data }] of inputs.entries()) {
          expect(largestDifference(data as Int16Array, before[i] as Int16Array)).toBe(0);
        }
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});

test('times go on without gaps', () => {
  for (const filters of [
    'asetnsamples=700',
    'adelay=9|4',
    'aecho',
    'apad=pad_len=5000',
    'lowpass',
  ]) {
    const { result } = runGraph([makeSound(5000)], filters);
    const steps = new Set(result.pts.slice(1, -1).map((pts, i) => pts - result.pts[i]!));
    expect(result.pts[0], filters).toBe(0);
    if (filters.startsWith('asetn')) expect([...steps]).toEqual([700]);
  }
});

test('silence is found where it is', () => {
  const sound = makeSound(60000);
  const { graph, result } = runGraph([sound], 'silencedetect=n=-50dB:d=0.05');
  expect(largestDifference(result.samples, sound.data)).toBe(0);
  const starts = graph.reports.map(({ values }) => values).filter((v) => 'silence_start' in v);
  const ends = graph.reports.map(({ values }) => values).filter((v) => 'silence_end' in v);
  // makeSound pauses from sample 16001 to 19999 of every 20000.
  expect(starts.map((v) => Math.round(Number(v.silence_start) * 44100))).toEqual([
    16001, 36001, 56001,
  ]);
  expect(ends.map((v) => Math.round(Number(v.silence_end) * 44100))).toEqual([20000, 40000, 60000]);
  expect(graph.reports[0]!.text).toBe('silence_start: 0.362834');
});

test('noise has its color, and the same seed gives the same', () => {
  const spectrum = (color: string) => {
    const { result } = runGraph([], `anoisesrc=c=${color}:d=2:r=48000:seed=7`);
    const filtered = (f: number) => {
      const sound = { sampleFmt: 'dbl', sampleRate: 48000, layout: 'mono', channels: 1 } as const;
      const data = result.samples as Float64Array;
      const filters = `bandpass=f=${f}:t=q:w=1.4,bandpass=f=${f}:t=q:w=1.4`;
      const band = runGraph([{ ...sound, data }], filters).result.samples;
      return (band as Float64Array).reduce((sum, value) => sum + value * value, 0);
    };
    // Power of two bands three octaves apart, in dB an octave; an octave of white noise has twice the power of the one below.
    return (10 * Math.log10(filtered(4000) / filtered(500))) / 3 - 3;
  };
  expect(spectrum('white')).toBeCloseTo(0, 0);
  expect(spectrum('pink')).toBeCloseTo(-3, 0);
  expect(spectrum('brown')).toBeCloseTo(-6, 0);
  expect(spectrum('blue')).toBeCloseTo(3, 0);
  expect(spectrum('violet')).toBeCloseTo(6, 0);
  const take = (seed: number) => runGraph([], `anoisesrc=seed=${seed}:d=0.1`).result.samples;
  expect(largestDifference(take(3), take(3))).toBe(0);
  expect(largestDifference(take(3), take(4))).toBeGreaterThan(0.5);
});

test('what cannot be is refused at its column', () => {
  const prefix = graphText([makeSound(1)], '').indexOf(',') + 1;
  for (const [filters, at] of [
    ['highpass=f=-5', 11],
    ['highpass=f=30000', 11],
    ['equalizer=f=1000:t=zz:w=1', 19],
    ['asetnsamples=0', 13],
    ['pan=stereo|c0+c1', 13],
    ['pan=stereo|c0=c1*2', 16],
    ['pan=stereo|c9=c1', 11],
    ['channelmap=map=9', 15],
    ['pan=nolayout|c0=c0', 4],
    ['silencedetect=n=quiet', 16],
    ['adelay=5|x', 9],
    ['aecho=0.5:0.5:30|-1:0.3|0.2', 17],
    ['afade=curve=bogus', 12],
    ['volume=1+', 7],
    ['apad=pad_len=3:whole_len=9', 25],
    ['channelsplit=channels=FL+XX', 25],
  ] as const) {
    let thrown: unknown;
    try {
      runGraph([makeSound(1)], filters);
    } catch (error) {
      thrown = error;
    }
    expect(thrown, filters).toBeInstanceOf(FilterGraphError);
    expect((thrown as FilterGraphError).column - 1 - prefix, filters).toBe(at);
  }
});

test('no graph can ask for more memory than there is', () => {
  for (const filters of [
    'adelay=1e9',
    'adelay=999999999999S',
    'asetnsamples=2147483647',
    '[in0][in1]acrossfade=ns=200000000',
    'showspectrum=s=30000x30000',
  ]) {
    const sounds = filters.startsWith('[') ? [makeSound(1), makeSound(1)] : [makeSound(1)];
    expect(() => runGraph(sounds, filters), filters).toThrow(FilterGraphError);
  }
});

describe('silence without an end', () => {
  const source = (key: string) =>
    `abuffer@${key}=sample_rate=8000:sample_fmt=u8:channel_layout=mono`;
  const silence = (samples: number) =>
    createReferenceAudioFrame({
      array: ndarray(new Uint8Array(samples), [samples, 1]),
      sampleFmt: 'u8',
      sampleRate: 8000,
      pts: 0,
    });

  test.each([
    'amix=duration=shortest',
    'amix=duration=first',
    'amerge',
    'join=inputs=2:channel_layout=stereo',
  ])('%s ends with the other input', (filter) => {
    const graph = new FilterGraph(
      `${source('a')},apad[p];${source('b')}[b];[b][p]${filter},abuffersink`,
    );
    graph.addFrames(silence(4000), { key: 'abuffer@a' });
    graph.addFrames(silence(16000), { key: 'abuffer@b' });
    graph.flush();
    const frames = graph.getFrames() as AudioFrames;
    expect([...frames].reduce((sum, { numSamples }) => sum + numSamples, 0)).toBe(16000);
    expect(graph.isEnded()).toBe(true);
  });

  test('is refused where all of it is asked for', () => {
    const graph = new FilterGraph(`${source('a')},apad=packet_size=1000000,abuffersink`);
    graph.addFrames(silence(10));
    graph.flush();
    expect((graph.getFrames({ limit: 3 }) as AudioFrames).numFrames).toBe(2_000_010);
    expect(() => graph.getFrames()).toThrow(/ask for a number/);
  });
});
