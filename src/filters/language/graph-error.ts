/** The error of a filter graph: what is wrong, where in its text, and what to try. */
import { ConfigError } from '../../base/errors.ts';

/** A graph cannot be read or set up. The message names the column; `hint` says what to try, if anything is known. */
export class FilterGraphError extends ConfigError {
  /** Column in the text of the graph, counted from 1; -1 if the trouble has no place. */
  readonly column: number;
  /** A hint on what to try, or an empty string. */
  readonly hint: string;

  /** @param index position in the text, counted from 0, or -1 */
  constructor(where: string, detail: string, index: number, hint = '') {
    const place = index >= 0 ? ` (column ${index + 1})` : '';
    super(where, `${detail}${place}${hint === '' ? '' : `; ${hint}`}`);
    this.column = index >= 0 ? index + 1 : -1;
    this.hint = hint;
  }
}

/** The one of `names` that differs from `name` by the fewest edits, if they are few enough to be a slip; else undefined. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, removals, replacements and swaps of neighbors that make `a` of `b` (Damerau 1964, restricted form). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, before[j - 2]! + 1);
      }
      next.push(value);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
