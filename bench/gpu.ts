/**
 * What full search ahead of the encoder gains and costs: `npm run bench:gpu -- [--clips NAMES] [--frames N] [--presets NAMES]
 * [--backends-only]`. For each
 * preset: BD-rate by luma PSNR of `analysis: 'full-search'` against the encoder's own search at four quantizers, and the ratio of
 * the processor times of whole processes, the search in TypeScript. Then the time that each backend that is there (`npm ci --prefix
 * test/gpu`) takes to search a picture of the last clip, upload and read-back included: the analysis of the encoder, 8x8 blocks of the halved
 * picture within 16 samples, and 16x16 blocks of the picture within 32. Writes `gpu.json`. `--backends-only` leaves out the encodes, and writes
 * `gpu-backends.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FrameKernels, SamplePlane } from '../src/gpu/frame-kernels.ts';
import { type GpuMode, gpuKernels, PlainFrameKernels } from '../src/gpu/index.ts';
import { loadGpuJs, offerWebGpu } from '../test/gpu/backends/load-gpu-js.ts';
import { POINT } from './compare/suites.ts';
import { encodeWhole } from './compare/whole-process.ts';
import { bdRate } from './quality/bd-rate.ts';
import { formatTable, mean, median, percent } from './table.ts';
import { CACHE, type Clip, frameBytes, loadClips, readClip } from './video/clips.ts';
import { measureStream } from './video/measure.ts';

const { values: flags } = parseArgs({
  options: {
    clips: { type: 'string', default: '' },
    frames: { type: 'string', default: '60' },
    presets: { type: 'string', default: 'superfast,medium,slow' },
    'backends-only': { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});

const QUANTIZERS = [22, 27, 32, 37];
const OUTPUT = `${CACHE}gpu-${process.pid}.h264`;
/** Pictures that a backend analyzes for its time, after as many that do not count. */
const TIMED = 4;

/** Rate, quality and processor seconds over the quantizers. */
function curveOf(clip: Clip, preset: string, analysis: 'hexagon' | 'full-search') {
  const source = readClip(clip);
  let seconds = 0;
  const options = { qp: POINT, gopSize: 250, analysis };
  const points = QUANTIZERS.map((point) => {
    const job = { clip, preset, point, output: OUTPUT };
    seconds += encodeWhole({ encoder: 'vitrine', options }, job);
    const { bits, psnr } = measureStream(OUTPUT, clip, source);
    return { rate: bits, psnr };
  });
  return { points, seconds };
}

/** What full search changes for each clip at a preset. */
function compareSearches(clips: readonly Clip[], preset: string) {
  return clips.map((clip) => {
    const own = curveOf(clip, preset, 'hexagon');
    const full = curveOf(clip, preset, 'full-search');
    const rate = bdRate(own.points, full.points);
    console.error(`${clip.name} ${preset}: ${percent(rate)}`);
    return { clip: clip.name, rate, time: full.seconds / own.seconds };
  });
}

/** Pictures of a clip, cut to whole macroblocks. */
function lumaPlanes(clip: Clip, count: number): readonly SamplePlane[] {
  const [width, height] = [clip.width & ~15, clip.height & ~15];
  const source = readClip(clip);
  return Array.from({ length: count }, (_, n) => {
    const samples = new Uint8Array(width * height);
    const at = (n % clip.numFrames) * frameBytes(clip);
    for (let y = 0; y < height; y++) {
      const from = at + y * clip.width;
      samples.set(source.subarray(from, from + width), y * width);
    }
    return { samples, width, height };
  });
}

/** Milliseconds that `ask` takes of a picture and the one before: the median of the second half. */
async function timeOf(
  planes: readonly SamplePlane[],
  ask: (now: SamplePlane, before: SamplePlane) => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (const [n, plane] of planes.entries()) {
    const before = performance.now();
    await ask(plane, planes[Math.max(0, n - 1)]!);
    if (2 * n >= planes.length) times.push(performance.now() - before);
  }
  return median(times);
}

/** What a backend takes for a picture, in milliseconds. */
async function timeKernels(kernels: FrameKernels, clip: Clip) {
  const planes = lumaPlanes(clip, 2 * TIMED);
  const analysis = kernels.openAnalysis();
  const analyze = await timeOf(planes, (now) => analysis.analyze(now));
  await analysis.close();
  const search = await timeOf(planes.slice(0, 4), (now, before) =>
    kernels.searchBlocks(now, before, 16, 32),
  );
  return { analyze, search };
}

/** Times of all backends that are there; the first is TypeScript. */
async function timeBackends(clip: Clip) {
  const plain = new PlainFrameKernels();
  const rows = [{ backend: 'TypeScript', device: '', ...(await timeKernels(plain, clip)) }];
  const library = loadGpuJs();
  if (library === null) {
    console.log('gpu.js is not there: npm ci --prefix test/gpu');
    return rows;
  }
  const adapter = await offerWebGpu(library);
  const wanted: readonly { readonly mode: GpuMode; readonly wgsl?: boolean }[] = [
    { mode: 'cpu' },
    { mode: 'webasm' },
    ...(adapter === null ? [] : [{ mode: 'webgpu', wgsl: false } as const]),
    ...(adapter === null ? [] : [{ mode: 'webgpu', wgsl: true } as const]),
  ];
  for (const options of wanted) {
    const { kernels, fallbackReason } = await gpuKernels(library, options);
    if (fallbackReason !== null) {
      console.log(`${options.mode}: ${fallbackReason}`);
      continue;
    }
    const device = options.mode === 'webgpu' ? (adapter ?? '') : '';
    rows.push({ backend: kernels.backend, device, ...(await timeKernels(kernels, clip)) });
    await kernels.close();
  }
  return rows;
}

mkdirSync(flags.out, { recursive: true });
const clips = loadClips(flags.clips.split(',').filter(Boolean), Number(flags.frames));
const isBrief = flags['backends-only'];
const searches = isBrief
  ? []
  : flags.presets.split(',').map((preset) => ({ preset, clips: compareSearches(clips, preset) }));
if (!isBrief) {
  console.log(
    formatTable([
      ['full search', 'BD-rate', 'worst', 'best', 'time'],
      ...searches.map(({ preset, clips: rows }) => {
        const rates = rows.map(({ rate }) => rate);
        const time = `${mean(rows.map((row) => row.time)).toFixed(2)}x`;
        return [preset, mean(rates), Math.max(...rates), Math.min(...rates), time].map((cell) =>
          typeof cell === 'number' ? percent(cell) : cell,
        );
      }),
    ]),
  );
}
const last = clips.at(-1)!;
const backends = await timeBackends(last);
console.log(
  formatTable([
    [`a picture of ${last.width}x${last.height}`, 'device', 'analysis, ms', 'search, ms'],
    ...backends.map(({ backend, device, analyze, search }) => {
      return [backend, device || 'processor', analyze.toFixed(1), search.toFixed(1)];
    }),
  ]),
);
const found = { size: [last.width, last.height], backends };
const results = isBrief ? found : { frames: Number(flags.frames), searches, ...found };
const name = isBrief ? 'gpu-backends' : 'gpu';
writeFileSync(`${flags.out}/${name}.json`, `${JSON.stringify(results, null, 1)}\n`);
process.exit(0);
