/** `loudnorm`, `ebur128`, `dynaudnorm`, `atempo`, and the limiter: by what they promise, and against ffmpeg where it has one answer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PeakLimiter } from '../../../src/filters/audio/peak-limiter.ts';
import {
  largestDifference,
  makeSound,
  randomNumbers,
  runFfmpegGraph,
  runGraph,
  type Sound,
  signalToNoise,
} from './sounds.ts';

const SEED = 128;

/** Stretches of a 1 kHz tone in stereo: seconds and dB FS of each. */
function tones(parts: readonly (readonly [seconds: number, level: number])[], rate = 48000): Sound {
  const total = parts.reduce((sum, [seconds]) => sum + Math.round(seconds * rate), 0);
  const data = new Float64Array(2 * total);
  let i = 0;
  for (const [seconds, level] of parts) {
    const end = i + Math.round(seconds * rate);
    for (; i < end; i++) {
      const value = 10 ** (level / 20) * Math.sin((2 * Math.PI * 1000 * i) / rate);
      data[2 * i] = value;
      data[2 * i + 1] = value;
    }
  }
  return { sampleFmt: 'dbl', sampleRate: rate, layout: 'stereo', channels: 2, data };
}

const reportOf = (sound: Sound, filters: string) =>
  runGraph([sound], filters).graph.reports.at(-1)!.values as Record<string, number> & {
    normalization_type: string;
  };

describe('ebur128', () => {
  test('reports the loudness of EBU 3341-3 and passes the sound', () => {
    const sound = tones([
      [10, -36],
      [20, -23],
      [10, -36],
    ]);
    const { graph, result } = runGraph([sound], 'ebur128=peak=true+sample', 4096);
    expect(largestDifference(result.samples, sound.data)).toBe(0);
    expect(graph.reports).toHaveLength(1);
    const values = graph.reports[0]!.values as Record<string, number>;
    expect(Math.abs(values.integrated! + 23)).toBeLessThan(0.1);
    expect(Math.abs(values.range! - 13)).toBeLessThan(0.2);
    expect(Math.abs(values.truePeak! + 23)).toBeLessThan(0.1);
    expect(Math.abs(values.samplePeak! + 23)).toBeLessThan(0.05);
    expect(Math.abs(values.momentaryMax! + 23)).toBeLessThan(0.1);
  });

  test('reports every 100 ms where it is asked to', () => {
    const { graph } = runGraph([tones([[1, -20]])], 'ebur128=metadata=1', 700);
    const times = graph.reports.slice(0, -1).map(({ values }) => Number(values.t));
    expect(times.map((t) => Math.round(t * 1000))).toEqual(
      Array.from({ length: 10 }, (_, i) => 100 * (i + 1)),
    );
  });

  test('hears mono from two loudspeakers where it is asked to', () => {
    const stereo = tones([[1, -20]]);
    const mono: Sound = {
      ...stereo,
      layout: 'mono',
      channels: 1,
      data: (stereo.data as Float64Array).filter((_, i) => i % 2 === 0),
    };
    const one = reportOf(mono, 'ebur128').integrated!;
    expect(reportOf(mono, 'ebur128=dualmono=1').integrated!).toBeCloseTo(one + 3.01, 2);
    expect(reportOf(stereo, 'ebur128').integrated!).toBeCloseTo(one + 3.01, 2);
  });
});

describe('loudnorm', () => {
  test('brings steady sound to the target in one pass', () => {
    for (const [level, target] of [
      [-23, -16],
      [-40, -24],
      [-10, -20],
    ] as const) {
      const values = reportOf(tones([[6, level]]), `loudnorm=I=${target}:TP=-1`);
      expect(values.normalization_type).toBe('dynamic');
      expect(Math.abs(values.input_i! - level)).toBeLessThan(0.1);
      expect(Math.abs(values.output_i! - target)).toBeLessThan(0.1);
    }
  });

  test('brings any sound to the target in two passes, by one gain', () => {
    const sound = tones([
      [4, -30],
      [4, -22],
      [4, -26],
    ]);
    const first = reportOf(sound, 'loudnorm=print_format=json');
    const measured = ['i', 'tp', 'lra', 'thresh'].map((name) => {
      const option = name === 'thresh' ? 'thresh' : name.toUpperCase();
      return `measured_${option}=${first[`input_${name}`]!.toFixed(2)}`;
    });
    const { graph, result } = runGraph([sound], `loudnorm=I=-18:LRA=20:${measured.join(':')}`);
    const values = graph.reports.at(-1)!.values as Record<string, number>;
    expect(values.normalization_type).toBe('linear');
    expect(result.sampleRate).toBe(48000);
    expect(Math.abs(values.output_i! + 18)).toBeLessThan(0.1);
    expect(values.target_offset).toBeCloseTo(-18 - values.output_i!, 6);
    const gain = Number(result.samples[2 * 5001]) / Number(sound.data[2 * 5001]);
    const gains = Array.from({ length: 50 }, (_, i) => 2 * (1111 + 9001 * i)).map(
      (at) => Number(result.samples[at]) / Number(sound.data[at]),
    );
    for (const other of gains) if (Number.isFinite(other)) expect(other).toBeCloseTo(gain, 9);
  });

  test('keeps the true peak, the length and the times', () => {
    const next = randomNumbers(7);
    const sound = tones([[5, -30]]);
    const data = sound.data as Float64Array;
    for (let i = 100000; i < 130000; i++) data[i] += 0.7 * next();
    const { graph, result } = runGraph([sound], 'loudnorm=I=-10:TP=-3:LRA=20');
    expect(result.samples.length).toBe(4 * data.length);
    expect(result.sampleRate).toBe(192000);
    const peak = (result.samples as Float64Array).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(peak).toBeLessThanOrEqual(10 ** (-3 / 20) + 1e-9);
    expect(Number(graph.reports.at(-1)!.values.output_tp)).toBeLessThanOrEqual(-2.99);
    expect(result.pts[0]).toBe(0);
  });

  test('bounds the range', () => {
    const sound = tones([
      [8, -32],
      [8, -15],
      [8, -32],
      [8, -15],
    ]);
    const values = reportOf(sound, 'loudnorm=I=-20:LRA=5:TP=-1');
    expect(values.input_lra!).toBeGreaterThan(16);
    expect(values.output_lra!).toBeLessThan(9);
    expect(Math.abs(values.output_i! + 20)).toBeLessThan(1.5);
  });

  test('takes sound that is shorter than its windows, and silence', () => {
    for (const seconds of [0.01, 0.15, 1]) {
      const { result } = runGraph([tones([[seconds, -20]])], 'loudnorm');
      expect(result.samples.length).toBe(2 * 192000 * seconds);
    }
    const silent = { ...tones([[2, -20]]), data: new Float64Array(2 * 96000) };
    const { result } = runGraph([silent], 'loudnorm');
    expect((result.samples as Float64Array).every((value) => value === 0)).toBe(true);
  });
});

test('no sample passes the limiter, and what is low enough stays as it is', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0.05, max: 1, noNaN: true }), (seed, ceiling) => {
      const next = randomNumbers(seed);
      const limiter = new PeakLimiter(ceiling, 8000, 2);
      const length = 6000;
      const input = [0, 1].map(() =>
        Float64Array.from({ length }, (_, i) => (i % 2500 < 500 ? 3 * next() : ceiling * next())),
      );
      const output = input.map((samples) => samples.slice());
      for (let at = 0; at < length; at += 500) {
        limiter.run(
          output.map((samples) => samples.subarray(at, at + 500)),
          500,
        );
      }
      for (const samples of output) {
        for (const value of samples) expect(Math.abs(value)).toBeLessThanOrEqual(ceiling + 1e-12);
      }
      const quiet = new PeakLimiter(3.1, 8000, 1);
      const same = input[0]!.slice();
      quiet.run([same], length);
      expect([...same.subarray(quiet.delay)]).toEqual([
        ...input[0]!.subarray(0, length - quiet.delay),
      ]);
    }),
    { seed: SEED, numRuns: 20 },
  );
});

describe('dynaudnorm', () => {
  test('is near to what ffmpeg makes', () => {
    const sound = makeSound(44100 * 6, { sampleFmt: 'dbl' });
    for (const filters of [
      'dynaudnorm=f=100:g=15',
      'dynaudnorm=f=200:g=7:p=0.5:m=4',
      'dynaudnorm=g=5:n=0',
      'dynaudnorm=f=100:g=5:m=2:compress=1.5',
      'dynaudnorm=f=100:g=5:channels=FR:n=0',
    ]) {
      const { result } = runGraph([sound], filters);
      const expected = runFfmpegGraph([sound], filters, result);
      expect(signalToNoise(result.samples, expected), filters).toBeGreaterThan(30);
    }
  });

  test('brings quiet sound to the peak', () => {
    const next = randomNumbers(3);
    const data = Float64Array.from({ length: 80000 }, (_, i) => (i < 40000 ? 0.1 : 0.3) * next());
    const sound: Sound = { sampleFmt: 'dbl', sampleRate: 8000, layout: 'mono', channels: 1, data };
    const { result } = runGraph([sound], 'dynaudnorm=f=100:g=5:b=1:m=100');
    const peakOf = (from: number, to: number) =>
      (result.samples as Float64Array)
        .subarray(from, to)
        .reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(peakOf(5000, 35000)).toBeCloseTo(0.95, 1);
    expect(peakOf(45000, 75000)).toBeCloseTo(0.95, 1);
    // From frame to frame gains go in a straight line, which may begin above what a louder frame takes.
    expect(peakOf(0, 80000)).toBeLessThan(1);
  });
});

describe('atempo', () => {
  test('keeps the pitch and changes the length', () => {
    const rate = 16000;
    const data = Float64Array.from({ length: 2 * rate }, (_, i) =>
      Math.sin((2 * Math.PI * 440 * i) / rate),
    );
    const sound: Sound = { sampleFmt: 'dbl', sampleRate: rate, layout: 'mono', channels: 1, data };
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 4, noNaN: true }), (tempo) => {
        const samples = runGraph([sound], `atempo=${tempo}`, 1000).result.samples as Float64Array;
        expect(Math.abs(samples.length - data.length / tempo)).toBeLessThanOrEqual(1);
        // A tone that goes on smoothly crosses 0 as often in each second as before.
        const middle = samples.subarray(samples.length >> 2, (3 * samples.length) >> 2);
        let crossings = 0;
        for (let i = 1; i < middle.length; i++) {
          if (middle[i - 1]! < 0 !== middle[i]! < 0) crossings++;
        }
        const frequency = (crossings * rate) / (2 * middle.length);
        expect(Math.abs(frequency - 440)).toBeLessThan(4);
        const highest = middle.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        expect(highest).toBeGreaterThan(0.97);
        expect(highest).toBeLessThan(1.03);
      }),
      { seed: SEED, numRuns: 8 },
    );
  });

  test('of 1 changes nothing, and the pieces of the input do not matter', () => {
    const sound = makeSound(30000, { sampleFmt: 'dbl' });
    const same = runGraph([sound], 'atempo=1').result;
    expect(largestDifference(same.samples, sound.data)).toBeLessThan(1e-12);
    const whole = runGraph([sound], 'atempo=1.37', 30000).result;
    const cut = runGraph([sound], 'atempo=1.37', 333).result;
    expect(largestDifference(cut.samples, whole.samples)).toBe(0);
  });
});
