/**
 * Does the time of an H.264 encode grow in proportion to its pixels, and to its frames? Sizes from 320x180 to 1920x1080
 * at a fixed number of frames, and lengths from 60 to 600 frames at a fixed size, each timed in one process after a
 * warm-up. Writes `linear.json` and `linear.svg`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createH264Encoder, type Preset } from '../src/codecs/h264/index.ts';
import { COLORS, drawChart, type Panel } from './plot.ts';
import { formatTable, median } from './table.ts';
import { createSyntheticClip } from './video/synthetic.ts';

const { values: flags } = parseArgs({
  options: {
    preset: { type: 'string', default: 'veryfast' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});

const SIZES = [
  [320, 180],
  [480, 270],
  [640, 360],
  [960, 540],
  [1280, 720],
  [1600, 900],
  [1920, 1080],
] as const;
const FRAMES_PER_SIZE = 30;
const LENGTHS = [60, 120, 240, 360, 480, 600];
const LENGTH_SIZE = [320, 180] as const;

/** Processor seconds in `encode` and `flush`; making the pictures is not counted. */
function timeEncode(width: number, height: number, frames: number): number {
  const picture = createSyntheticClip(width, height);
  const encoder = createH264Encoder({
    width,
    height,
    frameRate: [30, 1],
    qp: 27,
    gopSize: 250,
    preset: flags.preset as Preset,
  });
  let microseconds = 0;
  const timed = (work: () => void) => {
    const before = process.cpuUsage();
    work();
    const spent = process.cpuUsage(before);
    microseconds += spent.user + spent.system;
  };
  for (let n = 0; n < frames; n++) {
    const frame = picture(n);
    timed(() => encoder.encode(frame));
  }
  timed(() => encoder.flush());
  return microseconds / 1e6;
}

/** What the best straight line through the origin leaves unexplained: the largest relative deviation of a point. */
function deviation(points: readonly { x: number; y: number }[]): number {
  const slope =
    points.reduce((sum, p) => sum + p.x * p.y, 0) / points.reduce((sum, p) => sum + p.x * p.x, 0);
  return Math.max(...points.map((p) => Math.abs(p.y / (slope * p.x) - 1)));
}

const rounds = Number(flags.rounds);
timeEncode(320, 180, 120);
timeEncode(640, 360, 60);
const times = <T>(items: readonly T[], run: (item: T) => number) => {
  const seconds = items.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, item] of items.entries()) seconds[i]!.push(run(item));
  }
  return seconds.map(median);
};
const bySize = times(SIZES, ([width, height]) => timeEncode(width, height, FRAMES_PER_SIZE)).map(
  (seconds, i) => ({
    x: (SIZES[i]![0] * SIZES[i]![1]) / 1e6,
    y: (1000 * seconds) / FRAMES_PER_SIZE,
  }),
);
const byLength = times(LENGTHS, (frames) => timeEncode(...LENGTH_SIZE, frames)).map(
  (seconds, i) => ({ x: LENGTHS[i]!, y: seconds }),
);

console.log(
  formatTable([
    ['size', 'ms per frame', 'ms per megapixel'],
    ...bySize.map((p, i) => [SIZES[i]!.join('x'), p.y.toFixed(2), (p.y / p.x).toFixed(1)]),
  ]),
);
console.log(`largest deviation from a straight line: ${(100 * deviation(bySize)).toFixed(1)} %\n`);
console.log(
  formatTable([
    ['frames', 'seconds', 'ms per frame'],
    ...byLength.map((p) => [String(p.x), p.y.toFixed(3), ((1000 * p.y) / p.x).toFixed(2)]),
  ]),
);
console.log(`largest deviation from a straight line: ${(100 * deviation(byLength)).toFixed(1)} %`);

const panel = (title: string, xLabel: string, yLabel: string, points: typeof bySize): Panel => ({
  title,
  xLabel,
  yLabel,
  xScale: 'linear',
  series: [
    { name: `H.264 ${flags.preset}`, points: [{ x: 0, y: 0 }, ...points], color: COLORS.blue },
  ],
});
mkdirSync(flags.out, { recursive: true });
writeFileSync(
  `${flags.out}/linear.svg`,
  drawChart(
    'Encoding time against pixels, and against frames',
    [
      panel('320x180 to 1920x1080', 'megapixels', 'ms per frame', bySize),
      panel('60 to 600 frames of 320x180', 'frames', 'seconds', byLength),
    ],
    2,
  ),
);
writeFileSync(
  `${flags.out}/linear.json`,
  `${JSON.stringify({ preset: flags.preset, bySize, byLength }, null, 1)}\n`,
);
