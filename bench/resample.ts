/**
 * `aresample` beside libsoxr at the same quality: `npm run bench:resample`, or with `-- --seconds 20 --rounds 1` for a look. Both get the same
 * sound as floats; what is measured is processor time, ours around `addFrames` and `getFrames`, that of libsoxr (28 bits) as ffmpeg
 * reports it (`-benchmark`), less that of the same run with `anull`. Programs alternate within a round; figures are medians. Writes `resample.json`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resample } from '../src/filters/audio/resample/index.ts';
import { FilterGraph } from '../src/filters/index.ts';
import { createReferenceAudioFrame, ndarray } from '../src/frames/index.ts';
import { ffmpegPath } from '../test/support/ffmpeg.ts';
import { formatTable, median } from './table.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    rounds: { type: 'string', default: '7' },
    out: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});
const SECONDS = Number(flags.seconds);
const RATIOS = [
  [44100, 48000],
  [48000, 44100],
  [96000, 44100],
  [16000, 48000],
  [48000, 47952],
] as const;
const CHUNK = 4096;

const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-resample-'));

function noise(rate: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: 2 * SECONDS * rate }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 33;
  });
}

/** Processor seconds of a graph. */
function graphSeconds(data: Float32Array, from: number, to: number): number {
  const source = `abuffer=sample_rate=${from}:sample_fmt=flt:channel_layout=stereo`;
  const graph = new FilterGraph(`${source},aresample=${to},abuffersink`);
  const length = data.length / 2;
  const before = process.cpuUsage();
  for (let at = 0; at < length; at += CHUNK) {
    const count = Math.min(CHUNK, length - at);
    const array = ndarray(data.subarray(2 * at, 2 * (at + count)), [count, 2]);
    graph.addFrames(
      createReferenceAudioFrame({ array, sampleFmt: 'flt', sampleRate: from, pts: at }),
    );
    graph.getFrames();
  }
  graph.flush();
  graph.getFrames();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Processor seconds of the resampler alone, over doubles. */
function aloneSeconds(
  channels: readonly Float64Array[],
  from: number,
  to: number,
  vectorKernels: boolean,
) {
  const before = process.cpuUsage();
  resample(channels, { from, to, vectorKernels });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Processor seconds of ffmpeg with that filter. */
function ffmpegSeconds(path: string, from: number, filter: string): number {
  const input = ['-f', 'f32le', '-ar', `${from}`, '-ac', '2', '-i', path];
  const args = ['-hide_banner', '-benchmark', '-threads', '1', ...input, '-af', filter];
  const run = spawnSync(ffmpegPath(), [...args, '-c:a', 'pcm_f32le', '-f', 'null', '-']);
  const times = /utime=([\d.]+)s stime=([\d.]+)s/.exec(run.stderr.toString());
  if (times === null)
    throw new Error(`ffmpeg with ${filter}: ${run.stderr.toString().slice(-300)}`);
  return Number(times[1]) + Number(times[2]);
}

const rows = RATIOS.map(([from, to]) => {
  const data = noise(from);
  const path = join(folder, `${from}.f32`);
  writeFileSync(path, new Uint8Array(data.buffer));
  const channels = [0, 1].map((c) =>
    Float64Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + c]!),
  );
  const seconds = {
    graph: [] as number[],
    alone: [] as number[],
    plain: [] as number[],
    soxr: [] as number[],
  };
  const ratios: number[] = [];
  graphSeconds(data.subarray(0, 2 * from), from, to);
  for (let round = 0; round < Number(flags.rounds); round++) {
    const soxr =
      ffmpegSeconds(path, from, `aresample=${to}:resampler=soxr:precision=28`) -
      ffmpegSeconds(path, from, 'anull');
    const graph = graphSeconds(data, from, to);
    seconds.soxr.push(soxr);
    seconds.graph.push(graph);
    seconds.alone.push(aloneSeconds(channels, from, to, true));
    seconds.plain.push(aloneSeconds(channels, from, to, false));
    ratios.push(soxr / graph);
  }
  const speed = (values: readonly number[]) => SECONDS / median(values);
  return {
    from,
    to,
    graph: speed(seconds.graph),
    alone: speed(seconds.alone),
    plain: speed(seconds.plain),
    soxr: speed(seconds.soxr),
    ofSoxr: median(ratios),
  };
});
rmSync(folder, { recursive: true });

console.log(
  formatTable([
    ['Hz', 'aresample', 'alone', 'without vectors', 'libsoxr, 28 bits', 'aresample / libsoxr'],
    ...rows.map(({ from, to, graph, alone, plain, soxr, ofSoxr }) => [
      `${from} to ${to}`,
      ...[graph, alone, plain, soxr].map((times) => `${times.toFixed(0)} ×`),
      ofSoxr.toFixed(2),
    ]),
  ]),
);
mkdirSync(flags.out, { recursive: true });
writeFileSync(`${flags.out}/resample.json`, `${JSON.stringify(rows, null, 1)}\n`);
