/** Charts: round ticks, data inside the frame, text escaped. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawChart, linearTicks, logTicks } from '../../bench/plot.ts';
import { formatTable, median, percent } from '../../bench/table.ts';

describe('ticks', () => {
  it('are round numbers', () => {
    expect(linearTicks(-3, 21)).toEqual([0, 5, 10, 15, 20]);
    expect(linearTicks(0.9, 2.1)).toEqual([1, 1.2, 1.4, 1.6, 1.8, 2]);
    expect(logTicks(8, 300)).toEqual([10, 20, 50, 100, 200]);
    expect(logTicks(1, 1e5)).toEqual([1, 10, 100, 1e3, 1e4, 1e5]);
  });

  it('are few and within the range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, span) => {
          const ticks = linearTicks(low, low + span);
          expect(ticks.length).toBeGreaterThanOrEqual(3);
          expect(ticks.length).toBeLessThanOrEqual(10);
        },
      ),
    );
  });
});

describe('drawChart', () => {
  it('places every point inside its panel and escapes text', () => {
    const series = [
      {
        name: 'a < b & c',
        color: '#000000',
        points: [
          { x: 10, y: -5 },
          { x: 1000, y: 30, label: 'end' },
        ],
      },
    ];
    const svg = drawChart(
      'Title',
      [{ title: 'one', xLabel: 'x', yLabel: 'y', xScale: 'log', series }],
      1,
      { width: 400, height: 300 },
    );
    expect(svg).toContain('a &lt; b &amp; c');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const points = /<polyline points="([^"]+)"/
      .exec(svg)![1]!
      .split(' ')
      .map((pair) => pair.split(',').map(Number));
    expect(points).toHaveLength(2);
    for (const [x, y] of points) {
      expect(x).toBeGreaterThan(56);
      expect(x).toBeLessThan(384);
      expect(y).toBeGreaterThan(34);
      expect(y).toBeLessThan(254);
    }
    expect(points[0]![1]!).toBeGreaterThan(points[1]![1]!);
  });

  it('draws a chart of one value, and of none', () => {
    const panel = {
      title: '',
      xLabel: '',
      yLabel: '',
      xScale: 'linear',
      series: [{ name: 'a', color: 'red', points: [{ x: 3, y: 3 }] }],
    } as const;
    expect(drawChart('', [panel])).not.toMatch(/NaN|Infinity/);
    expect(drawChart('', [{ ...panel, series: [] }])).not.toMatch(/NaN|Infinity/);
  });
});

describe('figures for people', () => {
  it('align and round', () => {
    expect(
      formatTable([
        ['a', 'b'],
        ['long', '12'],
      ]),
    ).toBe('a      b\n----  --\nlong  12');
    expect([percent(3.14), percent(-0.25), percent(Number.NaN)]).toEqual(['+3.1 %', '-0.3 %', '–']);
    expect([median([3, 1, 2]), median([4, 1])]).toEqual([2, 2.5]);
  });
});
