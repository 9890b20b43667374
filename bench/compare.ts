/**
 * `npm run bench:compare`: two encoders, or two settings of one, over clips and presets: BD-rates by clip and in the mean, by PSNR,
 * SSIM or VMAF, and processor time of whole processes. Prints tables.
 *
 * --suites a,b        what is compared (high-qp; see bench/compare/suites.ts; "all")
 * --clips a,b         clips whose names contain a or b (all shared ones); "made" for those made by bench/compare/made-clips.ts
 * --presets a,b       presets (veryfast,medium)
 * --frames N          at most so many frames of each clip (all)
 * --points a,b        quantizers or qualities (those of the suite)
 * --measures a,b      psnr, ssim, vmaf (those of the suite)
 * --options JSON      more options for our encoder, on the test's side
 * --anchor JSON       compares ours with these options against ours with `--options`, at the suite's points
 * --x264 a=b:c=d      more parameters for libx264
 * --out FILE          writes all points as JSON
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadMadeClips } from './compare/made-clips.ts';
import { measureQuality, type Quality } from './compare/quality.ts';
import { type Measured, reportSuite } from './compare/report.ts';
import { type Measure, type Side, SUITES, type Suite } from './compare/suites.ts';
import { bundledFile, encodeWhole, x264Version } from './compare/whole-process.ts';
import { CACHE, type Clip, loadClips } from './video/clips.ts';

const { values: flags } = parseArgs({
  options: {
    suites: { type: 'string', default: 'high-qp' },
    clips: { type: 'string', default: '' },
    presets: { type: 'string', default: 'veryfast,medium' },
    frames: { type: 'string', default: 'all' },
    points: { type: 'string', default: '' },
    measures: { type: 'string', default: '' },
    options: { type: 'string', default: '{}' },
    anchor: { type: 'string' },
    x264: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});

const list = (flag: string) => flag.split(',').filter((item) => item !== '');
const KEPT = `${CACHE}compare-peers.json`;
const OUTPUT = `${CACHE}compare-${process.pid}.h264`;

/** A point of a curve with the processor seconds of the process that made it. */
type Point = Quality & { readonly cpuSeconds: number };

function readKept(): Record<string, Point> {
  return existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : {};
}

/** Measures one point; what libx264 gave is kept, its time too, which is compared only roughly then. */
function measurePoint(suite: Suite, side: Side, clip: Clip, preset: string, point: number): Point {
  const key = JSON.stringify([x264Version(), side, clip.name, clip.numFrames, preset, point]);
  const kept = side.encoder === 'libx264' ? readKept()[key] : undefined;
  if (kept !== undefined && suite.measures.every((measure) => kept[measure] !== undefined)) {
    return kept;
  }
  const cpuSeconds = encodeWhole(side, { clip, preset, point, output: OUTPUT });
  const measured = { ...measureQuality(OUTPUT, clip, suite.measures), cpuSeconds };
  if (side.encoder === 'libx264') {
    const part = `${KEPT}.${process.pid}`;
    writeFileSync(part, JSON.stringify({ ...readKept(), [key]: { ...kept, ...measured } }));
    renameSync(part, KEPT);
  }
  return measured;
}

function withFlags(suite: Suite): Suite {
  const more = JSON.parse(flags.options);
  const extend = (side: Side): Side =>
    side.encoder === 'vitrine'
      ? { ...side, options: { ...side.options, ...more } }
      : {
          ...side,
          args: [...side.args, ...(flags.x264 === '' ? [] : ['-x264-params', flags.x264])],
        };
  const own = suite.test.encoder === 'vitrine' ? suite.test.options : {};
  const anchor: Side =
    flags.anchor === undefined
      ? suite.anchor.encoder === 'libx264'
        ? extend(suite.anchor)
        : suite.anchor
      : { encoder: 'vitrine', options: { ...own, ...JSON.parse(flags.anchor) } };
  return {
    ...suite,
    anchor,
    test: extend(suite.test),
    points: flags.points === '' ? suite.points : list(flags.points).map(Number),
    measures: flags.measures === '' ? suite.measures : (list(flags.measures) as Measure[]),
  };
}

function clipsOf(suite: Suite): Clip[] {
  const wanted = flags.clips === '' ? suite.clips : list(flags.clips);
  const maxFrames = flags.frames === 'all' ? Infinity : Number(flags.frames);
  const shared = wanted.filter((part) => !part.startsWith('made'));
  const made = loadMadeClips(wanted, maxFrames);
  return [
    ...(wanted.length > 0 && shared.length === 0 ? [] : loadClips(shared, maxFrames)),
    ...made,
  ];
}

function runSuite(suite: Suite): Measured[] {
  const results: Measured[] = [];
  for (const clip of clipsOf(suite)) {
    for (const preset of list(flags.presets)) {
      const anchor: Point[] = [];
      const test: Point[] = [];
      for (const point of suite.points) {
        anchor.push(measurePoint(suite, suite.anchor, clip, preset, point));
        test.push(measurePoint(suite, suite.test, clip, preset, point));
      }
      results.push({ clip: clip.name, preset, anchor, test });
      process.stderr.write(`${suite.name} ${clip.name} ${preset}\n`);
    }
  }
  return results;
}

mkdirSync(CACHE, { recursive: true });
const chosen = SUITES.filter(
  ({ name }) => flags.suites === 'all' || list(flags.suites).includes(name),
);
if (chosen.length === 0) throw new Error(`no suite is called ${flags.suites}`);
const all: Record<string, readonly Measured[]> = {};
try {
  for (const suite of chosen.map(withFlags)) {
    const results = runSuite(suite);
    all[suite.name] = results;
    console.log(`\n${reportSuite(suite, results)}`);
  }
} finally {
  for (const path of [OUTPUT, bundledFile()]) if (path !== null) rmSync(path, { force: true });
}
if (flags.out !== undefined) writeFileSync(flags.out, `${JSON.stringify(all, null, 1)}\n`);
