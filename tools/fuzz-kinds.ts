/**
 * Fuzzes reading and copying by kinds (test/fuzz/kinds.ts) at length: `npx tsx tools/fuzz-kinds.ts COUNT SEED FILE…`. Prints the
 * seed and the kinds of every input that does not end in a typed error or a salvaged result, how often each kind was tried, the
 * slowest input, and the most memory that was in use. Exits 1 if there was a failure.
 */
import { readFileSync } from 'node:fs';
import { fuzzKinds, withKinds } from '../test/fuzz/kinds.ts';

async function main(): Promise<void> {
  const [countText = '10000', seedText = '1', ...paths] = process.argv.slice(2);
  const [count, seed] = [Number(countText), Number(seedText)];
  if (paths.length === 0) {
    console.error('usage: fuzz-kinds COUNT SEED FILE…');
    process.exit(1);
  }
  const files = paths.map((path) => new Uint8Array(readFileSync(path)));
  const tried = new Map<string, number>();
  const totals = { opened: 0, failures: 0, packets: 0, withProblems: 0 };
  let slowest = { ms: 0, seed: 0 };
  let peakBytes = 0;
  for (let i = 0; i < count; i++) {
    const { bytes, kinds } = withKinds(files[i % files.length]!, seed + i);
    for (const kind of kinds) tried.set(kind, (tried.get(kind) ?? 0) + 1);
    const started = performance.now();
    try {
      const { opened, packets, problems } = await fuzzKinds(bytes);
      if (opened) totals.opened++;
      if (problems > 0) totals.withProblems++;
      totals.packets += packets;
    } catch (error) {
      totals.failures++;
      console.log(`${paths[i % files.length]} seed ${seed + i} (${kinds.join('; ')}):`, error);
    }
    const ms = performance.now() - started;
    if (ms > slowest.ms) slowest = { ms, seed: seed + i };
    if (i % 64 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }
  for (const [kind, times] of [...tried].sort()) console.log(`${times} times ${kind}`);
  const { opened, failures, packets, withProblems } = totals;
  console.log(
    `${count} inputs, ${opened} opened, ${withProblems} with problems, ${packets} packets, ${failures} failures, slowest ${Math.round(slowest.ms)} ms (seed ${slowest.seed}), at most ${Math.round(peakBytes / 2 ** 20)} MiB in use`,
  );
  process.exit(failures > 0 ? 1 : 0);
}

await main();
