/**
 * Draws the curves of docs/sound.md from the code itself: `npm run docs:sound`. The response of the resampler is that of the whole converter, from
 * impulses at every phase; those of the filters are from their coefficients.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COLORS, drawChart, type Panel, type Series } from '../bench/plot.ts';
import { type Biquad, designBiquad } from '../src/dsp/biquad.ts';
import { kWeighting } from '../src/dsp/loudness.ts';
import { FADE_CURVES, fadeGain } from '../src/filters/audio/fade-curves.ts';
import { resample } from '../src/filters/audio/resample/index.ts';

const FOLDER = fileURLToPath(new URL('../docs/sound', import.meta.url));

/** Decibels of the converter from `from` to `to` Hz at parts of the lower half rate. */
function converterResponse(from: number, to: number, places: readonly number[]): number[] {
  const divisor = gcd(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const spacing = 601;
  const input = new Float64Array((down + 1) * spacing);
  const impulses = Array.from({ length: down }, (_, i) => (i + 1) * spacing - (spacing >> 1));
  for (const place of impulses) input[place] = 1;
  const [output] = resample([input], { from, to });
  const reach = Math.floor(spacing * up * 0.48);
  const nyquist = Math.min(from, to) / 2;
  return places.map((place) => {
    const turns = (place * nyquist) / (from * up);
    let re = 0;
    let im = 0;
    for (const impulse of impulses) {
      const first = Math.max(0, Math.ceil((impulse * up - reach) / down));
      const last = Math.min(output!.length - 1, Math.floor((impulse * up + reach) / down));
      for (let m = first; m <= last; m++) {
        const angle = 2 * Math.PI * turns * (m * down - impulse * up);
        re += output![m]! * Math.cos(angle);
        im += output![m]! * Math.sin(angle);
      }
    }
    return 20 * Math.log10(Math.hypot(re, im) / up);
  });
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

const steps = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

function resamplerPanels(): Panel[] {
  const pairs = [
    [44100, 48000, COLORS.blue],
    [48000, 44100, COLORS.orange],
  ] as const;
  const seriesOver = (places: readonly number[]): Series[] =>
    pairs.map(([from, to, color]) => ({
      name: `${from} to ${to} Hz`,
      color,
      points: converterResponse(from, to, places).map((y, i) => ({ x: places[i]!, y })),
    }));
  const common = {
    xLabel: 'frequency / lower half rate',
    yLabel: 'gain, dB',
    xScale: 'linear',
  } as const;
  return [
    { title: 'All', ...common, series: seriesOver(steps(0, 1.6, 81)) },
    { title: 'From pass band to stop band', ...common, series: seriesOver(steps(0.88, 1.02, 71)) },
  ];
}

function response({ b0, b1, b2, a1, a2 }: Biquad, turns: number): number {
  const [c1, s1] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
  const [c2, s2] = [Math.cos(4 * Math.PI * turns), Math.sin(4 * Math.PI * turns)];
  const top = Math.hypot(b0 + b1 * c1 + b2 * c2, b1 * s1 + b2 * s2);
  return 20 * Math.log10(top / Math.hypot(1 + a1 * c1 + a2 * c2, a1 * s1 + a2 * s2));
}

function filterPanels(): Panel[] {
  const rate = 48000;
  const frequencies = steps(Math.log10(20), Math.log10(20000), 121).map((x) => 10 ** x);
  const line = (name: string, color: string, filters: readonly Biquad[]): Series => ({
    name,
    color,
    points: frequencies.map((x) => ({
      x,
      y: Math.max(
        -40,
        filters.reduce((sum, filter) => sum + response(filter, x / rate), 0),
      ),
    })),
  });
  const design = { sampleRate: rate, widthType: 'q' } as const;
  const common = { xLabel: 'Hz', yLabel: 'gain, dB', xScale: 'log' } as const;
  return [
    {
      title: 'Filters of second order',
      ...common,
      series: [
        line('highpass=f=200', COLORS.blue, [
          designBiquad({ ...design, kind: 'highpass', frequency: 200, width: Math.SQRT1_2 }),
        ]),
        line('lowpass=f=5000', COLORS.orange, [
          designBiquad({ ...design, kind: 'lowpass', frequency: 5000, width: Math.SQRT1_2 }),
        ]),
        line('bandpass=f=1000:w=1', COLORS.green, [
          designBiquad({ ...design, kind: 'bandpass', frequency: 1000, width: 1 }),
        ]),
        line('equalizer=f=1000:w=2:g=9', COLORS.purple, [
          designBiquad({ ...design, kind: 'peak', frequency: 1000, width: 2, gain: 9 }),
        ]),
      ],
    },
    {
      title: 'K-weighting of BS.1770',
      ...common,
      series: [line('both stages', COLORS.gray, kWeighting(rate))],
    },
  ];
}

function fadePanels(): Panel[] {
  const colors = Object.values(COLORS);
  const names = Object.keys(FADE_CURVES).filter((name) => name !== 'nofade');
  const groups = [names.slice(0, 6), names.slice(6, 12), names.slice(12)];
  return groups.map((group) => ({
    title: group.join(', '),
    xLabel: 'part of the fade',
    yLabel: 'gain',
    xScale: 'linear',
    series: group.map((name, i) => ({
      name,
      color: colors[i % colors.length]!,
      ...(i >= colors.length && { dash: '4 3' }),
      points: steps(0, 1, 101).map((x) => ({ x, y: fadeGain(FADE_CURVES[name]!, x * 1000, 1000) })),
    })),
  }));
}

mkdirSync(FOLDER, { recursive: true });
const write = (name: string, svg: string) => writeFileSync(join(FOLDER, name), svg);
write('resampler.svg', drawChart('Response of aresample', resamplerPanels(), 2));
write('filters.svg', drawChart('Responses at 48 kHz', filterPanels(), 2));
for (const [i, panel] of fadePanels().entries()) {
  write(`fades-${i + 1}.svg`, drawChart('Curves of afade and acrossfade', [panel]));
}
