/** Programs that do the same, by turns: each in rounds, one after another, so that what else the machine does meets all alike. */

/** What a run made, and the least processor time of its rounds, user and system, in milliseconds. */
export interface Turn {
  readonly bytes: number;
  readonly ms: number;
}

/** A way to do it: gives how many bytes came out. */
export type Run = () => number | Promise<number>;

/** Runs all by turns, every second round backwards; one round before is not timed, so that engines have compiled their code. */
export async function takeTurns(
  runs: Readonly<Record<string, Run>>,
  rounds: number,
): Promise<Record<string, Turn>> {
  const names = Object.keys(runs);
  const bytes: Record<string, number> = {};
  const least: Record<string, number> = {};
  for (const name of names) bytes[name] = await runs[name]!();
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const before = process.cpuUsage();
      await runs[name]!();
      const { user, system } = process.cpuUsage(before);
      least[name] = Math.min(least[name] ?? Number.POSITIVE_INFINITY, (user + system) / 1000);
    }
  }
  return Object.fromEntries(names.map((name) => [name, { bytes: bytes[name]!, ms: least[name]! }]));
}
