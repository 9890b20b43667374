/**
 * Fuzzes the MP4 reader and inspector at length: `npx tsx tools/fuzz-mp4.ts [count] [seed] [files…]`. Prints the seed of
 * every input that does not end in a FormatError or a salvaged result, the slowest input, and the most memory that was
 * in use. Exits 1 if there was a failure.
 */
import { readFileSync } from 'node:fs';
import { fuzzMp4, structureRanges } from '../test/fuzz/mp4.ts';
import { mutate } from '../test/fuzz/mutate.ts';

async function main(): Promise<void> {
  const [countText = '10000', seedText = '1', ...paths] = process.argv.slice(2);
  const count = Number(countText);
  const seed = Number(seedText);
  if (paths.length === 0) {
    console.error('usage: fuzz-mp4 COUNT SEED FILE…');
    process.exit(1);
  }
  const files = paths.map((path) => new Uint8Array(readFileSync(path)));
  const ranges = await Promise.all(files.map((bytes) => structureRanges(bytes)));
  let failures = 0;
  let opened = 0;
  let slowestMs = 0;
  let slowestSeed = 0;
  let peakBytes = 0;
  for (let i = 0; i < count; i++) {
    const index = i % files.length;
    const started = performance.now();
    try {
      if ((await fuzzMp4(mutate(files[index], seed + i, ranges[index]))).opened) opened++;
    } catch (error) {
      failures++;
      console.log(`${paths[index]} seed ${seed + i}:`, error);
    }
    const ms = performance.now() - started;
    if (ms > slowestMs) {
      slowestMs = ms;
      slowestSeed = seed + i;
    }
    if (i % 256 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }
  const megabytes = Math.round(peakBytes / 2 ** 20);
  console.log(
    `${count} inputs, ${opened} opened, ${failures} failures, slowest ${Math.round(slowestMs)} ms (seed ${slowestSeed}), at most ${megabytes} MiB in use`,
  );
  process.exit(failures > 0 ? 1 : 0);
}

await main();
