/**
 * Copies large files from MP4 to Matroska and back, beside `ffmpeg -c copy` and mediabunny: `npm run bench:remux`, or with
 * `-- --megabytes 200 --rounds 1` for a look. Two kinds of file: a film with large packets, and a small picture with small
 * ones (of a quarter of the size), where the cost is in the packet and not in its bytes. The libraries follow one another within a round; figures are
 * medians over the rounds. Each copy is compared with ffmpeg's, packet by packet. Writes `remux.json`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ffmpegPath } from '../test/support/ffmpeg.ts';
import { formatTable, median } from './table.ts';

const { values: flags } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '2048' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
    out: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});

/** What copying one file took. */
interface RemuxRun {
  /** Processor seconds, user and system. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly peakHeapMiB: number;
  readonly peakRssMiB: number;
}

/** The heap that our copy must do with, in MiB; more would end the process. */
const HEAP_MIB = 64;

const SECONDS = 20;
// biome-ignore format: one line per kind
const CLIPS = [
  { name: 'film', picture: 'testsrc2=s=1280x720:r=30,noise=alls=12:allf=t', rate: '5M', sound: '128k', share: 1 },
  { name: 'small', picture: 'testsrc2=s=320x180:r=30', rate: '250k', sound: '96k', share: 0.25 },
];
const PAIRS = [
  ['mp4', 'mkv'],
  ['mkv', 'mp4'],
] as const;

const QUIET = ['-v', 'error', '-y'];

function ffmpeg(...args: string[]): string {
  const run = spawnSync(ffmpegPath(), args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  if (run.status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${run.stderr}`);
  return run.stderr + run.stdout;
}

/** A file of about the asked size in both containers. */
function makeFiles(folder: string, clip: (typeof CLIPS)[number]): void {
  const once = join(folder, 'once.mkv');
  const { picture, rate, sound, share } = clip;
  ffmpeg(
    ...[...QUIET, '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'anoisesrc=r=48000:a=0.3'],
    ...['-t', `${SECONDS}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '60'],
    ...['-pix_fmt', 'yuv420p', '-b:v', rate, '-c:a', 'aac', '-b:a', sound, '-ac', '2', once],
  );
  const loops = Math.ceil((Number(flags.megabytes) * share * 2 ** 20) / statSync(once).size) - 1;
  const matroska = join(folder, 'from.mkv');
  ffmpeg(...QUIET, '-stream_loop', `${loops}`, '-i', once, '-c', 'copy', matroska);
  ffmpeg(...QUIET, '-i', matroska, '-map', '0', '-c', 'copy', join(folder, 'from.mp4'));
  // ffmpeg orders the packets in its own way; from its MP4 both files have the same order.
  ffmpeg(...QUIET, '-i', join(folder, 'from.mp4'), '-map', '0', '-c', 'copy', matroska);
}

/** One hash for each stream, over the bytes of all its packets. */
function packetsHash(path: string): string {
  const args = [...QUIET, '-i', path, '-map', '0', '-c', 'copy', '-f', 'streamhash', '-hash'];
  return execFileSync(ffmpegPath(), [...args, 'md5', '-']).toString();
}

function runFfmpeg(from: string, to: string): RemuxRun {
  const said = ffmpeg('-v', 'info', '-benchmark', '-y', '-i', from, '-map', '0', '-c', 'copy', to);
  const [, user, system, real] = /utime=([\d.]+)s stime=([\d.]+)s rtime=([\d.]+)s/.exec(said)!;
  return {
    cpuSeconds: Number(user) + Number(system),
    seconds: Number(real),
    peakHeapMiB: Number.NaN,
    peakRssMiB: Number.NaN,
  };
}

function runChild(name: string, from: string, to: string): RemuxRun {
  const child = fileURLToPath(new URL('./remux-child.mjs', import.meta.url));
  const heap = name === 'vitrine' ? [`--max-old-space-size=${HEAP_MIB}`] : [];
  const args = [...heap, child, name, from, to];
  return JSON.parse(execFileSync(process.execPath, args).toString()) as RemuxRun;
}

const hasMediabunny = existsSync(new URL('./node_modules/mediabunny', import.meta.url));
const PEERS = ['ffmpeg', 'vitrine', ...(hasMediabunny ? ['mediabunny'] : [])];

/** Median figures of one library in one job. */
interface Figures extends RemuxRun {
  readonly peer: string;
  /** Our speed by processor time and by the clock, in parts of the peer's. */
  readonly oursToItsCpu: number;
  readonly oursToItsClock: number;
}

/** One kind of file, one direction. */
interface Job {
  readonly clip: string;
  readonly pair: string;
  readonly megabytes: number;
  readonly isSame: boolean;
  readonly peers: readonly Figures[];
}

function measure(clip: string, folder: string, fromKind: string, toKind: string): Job {
  const from = join(folder, `from.${fromKind}`);
  const runs = new Map<string, RemuxRun[]>(PEERS.map((peer) => [peer, []]));
  const hashes = new Map<string, string>();
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const peer of round % 2 === 0 ? PEERS : PEERS.toReversed()) {
      const to = join(folder, `${peer}.${toKind}`);
      runs.get(peer)!.push(peer === 'ffmpeg' ? runFfmpeg(from, to) : runChild(peer, from, to));
      if (round === 0 && peer !== 'mediabunny') hashes.set(peer, packetsHash(to));
      rmSync(to);
    }
  }
  const ours = runs.get('vitrine')!;
  const peers = PEERS.map((peer): Figures => {
    const its = runs.get(peer)!;
    const of = (key: keyof RemuxRun) => median(its.map((run) => run[key]));
    return {
      peer,
      cpuSeconds: of('cpuSeconds'),
      seconds: of('seconds'),
      peakHeapMiB: of('peakHeapMiB'),
      peakRssMiB: of('peakRssMiB'),
      oursToItsCpu: median(its.map((run, i) => run.cpuSeconds / ours[i]!.cpuSeconds)),
      oursToItsClock: median(its.map((run, i) => run.seconds / ours[i]!.seconds)),
    };
  });
  return {
    clip,
    pair: `${fromKind} to ${toKind}`,
    megabytes: Math.round(statSync(from).size / 2 ** 20),
    isSame: hashes.get('ffmpeg') === hashes.get('vitrine'),
    peers,
  };
}

function report(jobs: readonly Job[]): void {
  const rows = [['file', 'by', 'CPU s', 'clock s', 'our speed, CPU', 'clock', 'heap MiB']];
  for (const { clip, pair, megabytes, isSame, peers } of jobs) {
    for (const each of peers) {
      const isOurs = each.peer === 'vitrine';
      rows.push([
        `${clip} ${pair}, ${megabytes} MiB${isSame ? '' : ', NOT the same packets'}`,
        each.peer,
        each.cpuSeconds.toFixed(2),
        each.seconds.toFixed(2),
        isOurs ? '' : `${each.oursToItsCpu.toFixed(2)} x`,
        isOurs ? '' : `${each.oursToItsClock.toFixed(2)} x`,
        Number.isNaN(each.peakHeapMiB) ? '' : `${each.peakHeapMiB}`,
      ]);
    }
  }
  console.log(formatTable(rows));
}

// The copies are made by what is published, not through a loader that compiles as it goes.
execFileSync(process.execPath, [fileURLToPath(new URL('../tools/build.mjs', import.meta.url))]);
const folder = mkdtempSync(join(flags.folder, 'remux-'));
try {
  const jobs: Job[] = [];
  for (const clip of CLIPS) {
    makeFiles(folder, clip);
    for (const [from, to] of PAIRS) jobs.push(measure(clip.name, folder, from, to));
  }
  report(jobs);
  mkdirSync(flags.out, { recursive: true });
  const machine = { cpu: cpus()[0]?.model ?? '', node: process.version, rounds: flags.rounds };
  writeFileSync(join(flags.out, 'remux.json'), `${JSON.stringify({ machine, jobs }, null, 2)}\n`);
  process.exitCode = jobs.every(({ isSame }) => isSame) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
