/**
 * `npm run bench:h264`: our H.264 encoder beside libx264, h264-mp4-encoder and ffmpeg.wasm, in one run, on real clips:
 * bits at equal luma PSNR as BD-rate, and processor time in one thread. Prints tables; writes JSON and SVG.
 *
 * --clips a,b         clips whose names contain a or b (all)
 * --presets a,b       presets (ultrafast,superfast,veryfast,medium,slower)
 * --qps a,b           quantizers (22,27,32,37)
 * --peers a,b         of x264, hme, wasm; "none" for none (all that are installed)
 * --speeds a,b        speeds of h264-mp4-encoder (0,5,10)
 * --speed-qps a,b     quantizers to time (all that are measured)
 * --peers-only        leaves ours out, to fill the store of the peers' results
 * --frames N          at most so many frames of each clip (all)
 * --gop N             largest distance between key frames (250)
 * --rounds N          timed rounds, 0 for no times (3)
 * --speed-clips a,b   clips to time (those of 1280x720, or else the largest chosen)
 * --baseline FILE     prints the BD-rate change of our encoder against the curves of an earlier run
 * --options JSON      more options for our encoder, such as '{"refs":1}'
 * --out DIR           where results go (bench/results; out/bench when clips, QPs or frames are cut down)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchEncoder } from './peers/encoder.ts';
import { createLibx264 } from './peers/libx264.ts';
import { createInProcess } from './peers/process.ts';
import { loadClips } from './video/clips.ts';
import { drawRateDistortion, drawSpeed } from './video/h264-plots.ts';
import { reportBars, reportBaseline, reportBdRates, reportSpeed } from './video/h264-report.ts';
import type { BenchRun } from './video/results.ts';
import { measureCurves, measureTimes, type Plan, removeOutput } from './video/run.ts';

const { values: flags } = parseArgs({
  options: {
    clips: { type: 'string', default: '' },
    presets: { type: 'string', default: 'ultrafast,superfast,veryfast,medium,slower' },
    qps: { type: 'string', default: '22,27,32,37' },
    peers: { type: 'string', default: 'x264,hme,wasm' },
    speeds: { type: 'string', default: '0,5,10' },
    frames: { type: 'string', default: 'all' },
    gop: { type: 'string', default: '250' },
    rounds: { type: 'string', default: '3' },
    'speed-clips': { type: 'string', default: '' },
    'speed-qps': { type: 'string', default: '' },
    'peers-only': { type: 'boolean', default: false },
    baseline: { type: 'string' },
    options: { type: 'string' },
    out: { type: 'string' },
  },
});

const list = (flag: string) => flag.split(',').filter((item) => item !== '' && item !== 'none');
if (flags.options !== undefined) process.env.VITRINE_BENCH_OPTIONS = flags.options;

/** Version of a package in bench/package.json, or `null` if it is not installed. */
function installedVersion(name: string): string | null {
  const path = fileURLToPath(new URL(`./node_modules/${name}/package.json`, import.meta.url));
  return existsSync(path) ? createRequire(path)(path).version : null;
}

function chooseEncoders(): Plan['encoders'] {
  const presets = list(flags.presets);
  const peers = list(flags.peers);
  const chosen: { encoder: BenchEncoder; presets: readonly string[]; curves: boolean }[] = [];
  if (!flags['peers-only']) {
    const encoder = createInProcess('vitrine', 'working tree');
    chosen.push({ encoder, presets, curves: true });
  }
  if (peers.includes('x264')) {
    chosen.push({ encoder: createLibx264(false), presets, curves: false });
    chosen.push({ encoder: createLibx264(true), presets, curves: true });
  }
  const wasm = installedVersion('@ffmpeg/core');
  const hme = installedVersion('h264-mp4-encoder');
  if (peers.includes('wasm') && wasm !== null) {
    chosen.push({ encoder: createInProcess('ffmpeg-wasm', wasm), presets, curves: true });
  }
  if (peers.includes('hme') && hme !== null) {
    const encoder = createInProcess('h264-mp4-encoder', hme);
    chosen.push({ encoder, presets: list(flags.speeds), curves: true });
  }
  if ((wasm === null && peers.includes('wasm')) || (hme === null && peers.includes('hme'))) {
    console.error('some peers are not installed: npm ci --prefix bench');
  }
  return chosen;
}

const isWhole =
  !flags['peers-only'] &&
  flags.clips === '' &&
  flags.frames === 'all' &&
  flags.qps === '22,27,32,37';
const out =
  flags.out ?? fileURLToPath(new URL(isWhole ? './results' : '../out/bench', import.meta.url));
const plan: Plan = {
  clips: loadClips(list(flags.clips), flags.frames === 'all' ? Infinity : Number(flags.frames)),
  qps: list(flags.qps).map(Number),
  gop: Number(flags.gop),
  rounds: Number(flags.rounds),
  speedClips: list(flags['speed-clips']),
  speedQps: list(flags['speed-qps'] || flags.qps).map(Number),
  encoders: chooseEncoders(),
};

const settings = {
  qps: plan.qps,
  gop: plan.gop,
  frames: flags.frames,
  rounds: plan.rounds,
  processor: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  encoders: plan.encoders.map(({ encoder }) => `${encoder.label}: ${encoder.version}`),
  ...(flags.options === undefined ? {} : { options: JSON.parse(flags.options) }),
};
const run: BenchRun = {
  settings,
  curves: await measureCurves(plan),
  timings: plan.rounds > 0 ? await measureTimes(plan) : [],
};
for (const { encoder } of plan.encoders) encoder.close();
removeOutput();

mkdirSync(out, { recursive: true });
writeFileSync(`${out}/h264.json`, `${JSON.stringify(run, null, 1)}\n`);
for (const preset of list(flags.presets)) {
  writeFileSync(`${out}/h264-rd-${preset}.svg`, drawRateDistortion(run, preset));
}
const speed = run.timings.length > 0 ? drawSpeed(run) : '';
if (speed !== '') writeFileSync(`${out}/h264-speed.svg`, speed);

console.log(`\n${reportBdRates(run)}`);
if (run.timings.length > 0) console.log(`\n${reportSpeed(run)}`);
console.log(`\n${reportBars(run)}`);
if (flags.baseline !== undefined) {
  const before = JSON.parse(readFileSync(flags.baseline, 'utf8')) as BenchRun;
  console.log(`\n${reportBaseline(before, run)}`);
}
