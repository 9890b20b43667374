/** Curves of rate and distortion: bits a second on a scale of octaves to the right, PSNR up. */
import { svg } from '../dom.ts';
import { say } from '../names.ts';

/** One encode. */
export interface Point {
  readonly qp: number;
  /** Bits a second. */
  readonly rate: number;
  /** Decibels. */
  readonly psnr: number;
}

const HEIGHT = 330;
const [LEFT, TOP, RIGHT, BOTTOM] = [46, 14, 16, 40];

/** Even marks in a range, about five of them. */
function marksOf(low: number, high: number): number[] {
  const step = [0.5, 1, 2, 5, 10].find((size) => (high - low) / size <= 6) ?? 20;
  const marks: number[] = [];
  for (let mark = Math.ceil(low / step) * step; mark <= high; mark += step) marks.push(mark);
  return marks;
}

/** Draws curves with their names; the point at each `chosen` QP is marked. */
export function drawChart(
  curves: readonly (readonly Point[])[],
  names: readonly string[],
  chosen: readonly number[],
  space: number,
): SVGElement {
  const width = Math.max(280, space - 22);
  const all = curves.flat();
  const size = { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img' };
  const label = `Curves of ${names.join(' and ')}; the numbers can be saved below`;
  const legend = names.flatMap((name, i) => [
    svg('circle', { cx: width - 150, cy: HEIGHT - 84 + 20 * i, r: 5, class: `dot-${i}` }),
    svg('text', { x: width - 138, y: HEIGHT - 80 + 20 * i, class: 'start' }, name),
  ]);
  if (all.length === 0) {
    return svg(
      'svg',
      { ...size, 'aria-label': label },
      svg('text', { x: width / 2, y: HEIGHT / 2 }, 'encoding …'),
      ...legend,
    );
  }
  const rates = all.map(({ rate }) => Math.log2(rate));
  const [low, high] = [Math.min(...rates) - 0.2, Math.max(...rates) + 0.2];
  const psnrs = all.map(({ psnr }) => psnr);
  const [least, most] = [Math.min(...psnrs) - 0.6, Math.max(...psnrs) + 0.6];
  const x = (rate: number): number =>
    LEFT + ((width - LEFT - RIGHT) * (Math.log2(rate) - low)) / (high - low);
  const y = (psnr: number): number =>
    TOP + (HEIGHT - TOP - BOTTOM) * (1 - (psnr - least) / (most - least));
  const grid = [
    ...marksOf(least, most).flatMap((mark) => [
      svg('line', { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark), class: 'grid' }),
      svg('text', { x: LEFT - 7, y: y(mark) + 4, class: 'left' }, mark),
    ]),
    ...octaves(low, high).flatMap((rate) => [
      svg('line', { x1: x(rate), x2: x(rate), y1: TOP, y2: HEIGHT - BOTTOM, class: 'grid' }),
      svg('text', { x: x(rate), y: HEIGHT - BOTTOM + 17 }, say(rate / 1000, rate < 10_000 ? 1 : 0)),
    ]),
    svg('text', { x: width - RIGHT, y: HEIGHT - 6, class: 'left' }, 'kbit/s'),
    svg('text', { x: LEFT - 40, y: 12, class: 'start' }, 'dB'),
  ];
  const lines = curves.flatMap((points, i) => {
    const sorted = [...points].sort((a, b) => a.rate - b.rate);
    const line = sorted
      .map(({ rate, psnr }) => `${x(rate).toFixed(1)},${y(psnr).toFixed(1)}`)
      .join(' ');
    const near = nearest(sorted, chosen[i]);
    const dots = sorted.map((point) => {
      const place = { cx: x(point.rate), cy: y(point.psnr), r: point === near ? 7 : 4 };
      return svg(
        'circle',
        { ...place, class: `dot-${i}` },
        svg('title', {}, told(names[i], point)),
      );
    });
    return [svg('polyline', { points: line, class: `curve-${i}` }), ...dots];
  });
  return svg('svg', { ...size, 'aria-label': label }, ...grid, ...lines, ...legend);
}

/** The point whose QP is nearest to `qp`; null of none. */
function nearest(points: readonly Point[], qp: number): Point | null {
  return points.reduce<Point | null>(
    (best, point) =>
      best === null || Math.abs(point.qp - qp) < Math.abs(best.qp - qp) ? point : best,
    null,
  );
}

function told(name: string, { qp, rate, psnr }: Point): string {
  return `${name}, QP ${qp}: ${say(rate / 1000, 1)} kbit/s, ${say(psnr, 2)} dB`;
}

function octaves(low: number, high: number): number[] {
  const out: number[] = [];
  for (let power = Math.ceil(low - Math.log2(1000)); power <= high - Math.log2(1000); power++)
    out.push(1000 * 2 ** power);
  return out;
}
