/**
 * Fuzzes the demuxer with every reader, and the inspector of Matroska, at length:
 * `npx tsx tools/fuzz.ts COUNT SEED FILE…`. Prints the seed of every input that does not end in a FormatError or a salvaged
 * result, the slowest input, and the most memory that was in use. Exits 1 if there was a failure.
 */
import { readFileSync } from 'node:fs';
import { isEbml } from '../src/containers/matroska/index.ts';
import { fuzzDemuxer, fuzzMatroska, matroskaStructure } from '../test/fuzz/matroska.ts';
import { mutate } from '../test/fuzz/mutate.ts';

/** Formats other than Matroska: most of what is structure stands at the start. */
const HOT_BYTES = 4096;

async function main(): Promise<void> {
  const [countText = '10000', seedText = '1', ...paths] = process.argv.slice(2);
  const [count, seed] = [Number(countText), Number(seedText)];
  if (paths.length === 0) {
    console.error('usage: fuzz COUNT SEED FILE…');
    process.exit(1);
  }
  const files = await Promise.all(
    paths.map(async (path) => {
      const bytes = new Uint8Array(readFileSync(path));
      const isMatroska = isEbml(bytes);
      const ranges = isMatroska
        ? await matroskaStructure(bytes)
        : [[0, Math.min(HOT_BYTES, bytes.length)] as [number, number]];
      return { path, bytes, ranges, fuzz: isMatroska ? fuzzMatroska : fuzzDemuxer };
    }),
  );
  const totals = { opened: 0, failures: 0, packets: 0, slowestMs: 0, slowestSeed: 0, peakBytes: 0 };
  for (let i = 0; i < count; i++) {
    const { path, bytes, ranges, fuzz } = files[i % files.length]!;
    const started = performance.now();
    try {
      const outcome = await fuzz(mutate(bytes, seed + i, ranges));
      if (outcome.opened) totals.opened++;
      totals.packets += outcome.packets;
    } catch (error) {
      totals.failures++;
      console.log(`${path} seed ${seed + i}:`, error);
    }
    const ms = performance.now() - started;
    if (ms > totals.slowestMs) {
      totals.slowestMs = ms;
      totals.slowestSeed = seed + i;
    }
    if (i % 256 === 0) totals.peakBytes = Math.max(totals.peakBytes, process.memoryUsage().rss);
  }
  const { opened, failures, packets, slowestMs, slowestSeed, peakBytes } = totals;
  const slowest = `slowest ${Math.round(slowestMs)} ms (seed ${slowestSeed})`;
  const memory = `at most ${Math.round(peakBytes / 2 ** 20)} MiB in use`;
  console.log(
    `${count} inputs, ${opened} opened, ${packets} packets, ${failures} failures, ${slowest}, ${memory}`,
  );
  process.exit(failures > 0 ? 1 : 0);
}

await main();
