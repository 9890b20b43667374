/**
 * How long the kernels of the H.264 encoder take, each beside other ways to do the same (kernels/cases.ts). Medians of
 * tinybench over several rounds, all ways in turn, since other work on the machine weighs on all alike. Writes `kernels.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench } from 'tinybench';
import { kernelGroups } from './kernels/cases.ts';
import { formatTable, median } from './table.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    out: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});

const rows: { group: string; way: string; nanoseconds: number; ratio: number }[] = [];
for (const group of kernelGroups()) {
  const results = group.cases.map((way) => way.run());
  if (new Set(results).size > 1) {
    throw new Error(`${group.name}: the ways give ${results.join(', ')}`);
  }
  const times = group.cases.map((): number[] => []);
  let checksum = 0;
  for (let round = 0; round < Number(flags.rounds); round++) {
    const bench = new Bench({ time: 200, warmupTime: 100 });
    for (const way of group.cases) {
      bench.add(way.name, () => {
        checksum += way.run();
      });
    }
    await bench.run();
    for (const [i, task] of bench.tasks.entries()) {
      const { result } = task;
      if (result.state !== 'completed') throw new Error(`${task.name} did not run`);
      times[i]!.push((1e6 * result.latency.p50) / group.calls);
    }
  }
  if (Number.isNaN(checksum)) throw new Error(`${group.name}: no numbers`);
  for (const [i, way] of group.cases.entries()) {
    const ratios = times[i]!.map((time, round) => time / times[0]![round]!);
    rows.push({
      group: group.name,
      way: way.name,
      nanoseconds: median(times[i]!),
      ratio: median(ratios),
    });
  }
}

console.log(
  formatTable([
    ['kernel', 'way', 'ns', 'of the first'],
    ...rows.map((row) => [row.group, row.way, row.nanoseconds.toFixed(1), row.ratio.toFixed(2)]),
  ]),
);
mkdirSync(flags.out, { recursive: true });
writeFileSync(`${flags.out}/kernels.json`, `${JSON.stringify(rows, null, 1)}\n`);
