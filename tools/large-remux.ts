/**
 * Remuxes a file of gigabytes under a small heap and times it beside `ffmpeg -c copy`:
 * `npx tsx tools/large-remux.ts CLIP [MEGABYTES] [FROM] [TO]`. The large file is CLIP repeated (by ffmpeg) in a FROM container
 * (mkv, mp4), the result a TO container. Prints one JSON object a pair; exits 1 if the copy does not hold the same packets.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remux } from '../src/index.ts';
import { ffmpegPath } from '../test/support/ffmpeg.ts';

const HEAP_MEGABYTES = 64;
const RUN_FLAG = '--run';

/** What the child with the small heap prints. */
interface Run {
  readonly seconds: number;
  readonly packets: number;
  readonly peakHeapMiB: number;
  readonly peakRssMiB: number;
}

async function child(from: string, to: string): Promise<void> {
  let peakHeap = 0;
  const timer = setInterval(() => {
    peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed);
  }, 50);
  const started = performance.now();
  const { packets } = await remux(from, to);
  const seconds = (performance.now() - started) / 1000;
  clearInterval(timer);
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  const run: Run = {
    seconds: Math.round(seconds * 100) / 100,
    packets,
    peakHeapMiB: mebibytes(peakHeap),
    peakRssMiB: mebibytes(process.resourceUsage().maxRSS * 1024),
  };
  console.log(JSON.stringify(run));
}

/** md5 of all packets of a file. */
function packetsMd5(path: string): string {
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    '0',
    '-c',
    'copy',
    '-f',
    'streamhash',
    '-hash',
    'md5',
  ];
  return execFileSync(ffmpegPath(), [...args, '-'], { maxBuffer: 1 << 20 }).toString();
}

function main(): void {
  const [clip, megabytes = '2048', fromKind = 'mkv', toKind = 'mp4'] = process.argv.slice(2);
  if (clip === undefined) {
    console.error('usage: large-remux CLIP [MEGABYTES] [FROM] [TO]');
    process.exit(1);
  }
  const folder = mkdtempSync(join(tmpdir(), 'large-'));
  try {
    const from = join(folder, `from.${fromKind}`);
    const to = join(folder, `to.${toKind}`);
    const loops = Math.ceil((Number(megabytes) * 2 ** 20) / statSync(clip).size);
    const quiet = ['-v', 'error', '-y'];
    spawnSync(ffmpegPath(), [...quiet, '-stream_loop', `${loops}`, '-i', clip, '-c', 'copy', from]);
    const started = performance.now();
    spawnSync(ffmpegPath(), [...quiet, '-i', from, '-map', '0', '-c', 'copy', to]);
    const ffmpegSeconds = Math.round((performance.now() - started) / 10) / 100;
    const expected = packetsMd5(to);
    const heap = `--max-old-space-size=${HEAP_MEGABYTES}`;
    const args = [heap, '--import', 'tsx', process.argv[1]!, RUN_FLAG, from, to];
    const run = JSON.parse(execFileSync(process.execPath, args).toString()) as Run;
    const isSame = packetsMd5(to) === expected;
    const megabytesRead = Math.round(statSync(from).size / 2 ** 20);
    console.log(
      JSON.stringify({
        pair: `${fromKind} to ${toKind}`,
        megabytesRead,
        ...run,
        ffmpegSeconds,
        isSame,
      }),
    );
    process.exitCode = isSame ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[2] === RUN_FLAG) await child(process.argv[3]!, process.argv[4]!);
else main();
