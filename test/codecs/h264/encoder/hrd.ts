/**
 * The hypothetical reference decoder's coded picture buffer, Annex C, computed from what a stream says alone: an independent
 * check of rate control. Times are seconds; every access unit's arrival and removal is computed by clauses C.1.1 and C.1.2.
 */

/** What the stream says of one access unit. */
export interface AccessUnit {
  readonly bits: number;
  /** Clock ticks since the last buffering period's first picture, of picture timing messages. */
  readonly cpb_removal_delay: number;
  /** Given where a buffering period starts. */
  readonly bufferingPeriod?: {
    readonly initial_cpb_removal_delay: number;
    readonly initial_cpb_removal_delay_offset: number;
  };
}

/** The schedule, from hrd_parameters( ) and the VUI. */
export interface Schedule {
  readonly bitRate: number;
  readonly cpbSize: number;
  readonly cbr: boolean;
  /** num_units_in_tick / time_scale. */
  readonly tick: number;
}

/** Seconds that doubles may be off. */
const EPSILON = 1e-9;

/** Everything that breaks Annex C, as lines of text; empty if the stream conforms. */
export function checkBuffer(units: readonly AccessUnit[], schedule: Schedule): string[] {
  const { bitRate, cpbSize, cbr, tick } = schedule;
  const problems: string[] = [];
  const arrivalStart: number[] = [];
  const arrivalEnd: number[] = [];
  const removal: number[] = [];
  let periodRemoval = 0;
  let delaySum = -1;
  let period = units[0].bufferingPeriod;
  if (period === undefined) return ['the first access unit has no buffering period'];
  for (const [n, unit] of units.entries()) {
    const starts = unit.bufferingPeriod !== undefined;
    if (unit.bufferingPeriod !== undefined) period = unit.bufferingPeriod;
    const delay = period.initial_cpb_removal_delay / 90000;
    const both = period.initial_cpb_removal_delay + period.initial_cpb_removal_delay_offset;
    if (delaySum >= 0 && both !== delaySum)
      problems.push(`unit ${n}: delay and offset sum to ${both}`);
    delaySum = both;
    if (delay > cpbSize / bitRate + EPSILON) problems.push(`unit ${n}: delay above the buffer's`);
    const removed = n === 0 ? delay : periodRemoval + tick * unit.cpb_removal_delay;
    if (starts) periodRemoval = removed;
    const earliest = removed - (starts ? delay : both / 90000);
    const before = n === 0 ? 0 : arrivalEnd[n - 1];
    const start = n === 0 || cbr ? before : Math.max(before, earliest);
    const end = start + unit.bits / bitRate;
    if (starts && n > 0) {
      // Clause C.3: the delay written agrees with the time since the unit before had arrived.
      const gap = 90000 * (removed - before);
      const written = period.initial_cpb_removal_delay;
      if (written > Math.ceil(gap + 1e-3))
        problems.push(`unit ${n}: delay ${written} above ${gap}`);
      if (cbr && written < Math.floor(gap - 1e-3)) {
        problems.push(`unit ${n}: delay ${written} below ${gap}`);
      }
    }
    if (end > removed + EPSILON) {
      problems.push(`unit ${n}: underflow, ${Math.round((end - removed) * bitRate)} bits too late`);
    }
    arrivalStart.push(start);
    arrivalEnd.push(end);
    removal.push(removed);
  }
  // Just before each removal the buffer is fullest.
  let first = 0;
  for (const [n, time] of removal.entries()) {
    let fullness = 0;
    for (let i = n; i < units.length && arrivalStart[i] < time; i++) {
      fullness += Math.min(units[i].bits, (time - arrivalStart[i]) * bitRate);
    }
    first = Math.max(first, fullness);
    if (fullness > cpbSize + 1e-3) {
      problems.push(`unit ${n}: overflow by ${Math.round(fullness - cpbSize)} bits`);
    }
  }
  return problems;
}
