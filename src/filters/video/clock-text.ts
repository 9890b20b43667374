/**
 * Dates and times as text, by the conversions of strftime (POSIX.1-2017, "strftime", in the POSIX locale). All times are UTC, and count from
 * a given moment instead of the clock of the machine: the same graph must give the same pictures.
 */
import type { OptionDefinition, OptionValues } from '../definition/options.ts';

/** The option that says when the stream begins. */
export const BASETIME: OptionDefinition = {
  name: 'basetime',
  kind: 'number',
  default: '0',
  min: Number.MIN_SAFE_INTEGER,
  max: Number.MAX_SAFE_INTEGER,
  namedOnly: true,
  description: 'time of day where times are 0, in microseconds since 1970',
};

/** Seconds since 1970 at a time of the stream. */
export function clockOf(options: OptionValues, t: number): number {
  return options.number('basetime') / 1e6 + (Number.isNaN(t) ? 0 : t);
}

/** The format where none is given. */
export const CLOCK_FORMAT = '%Y-%m-%d %H:%M:%S';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
// biome-ignore format: a table
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

const pad = (value: number, width = 2, fill = '0'): string => String(value).padStart(width, fill);
const hour12 = (d: Date): number => d.getUTCHours() % 12 || 12;
const DAY = 86_400_000;

/** Days since the first of January. */
const dayOfYear = (d: Date): number =>
  Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / DAY);

/** Week of the year, from the first day numbered `first` (Sunday is 0) on; days before it are in week 0. */
const weekFrom = (d: Date, first: number): number =>
  Math.floor((dayOfYear(d) + 7 - ((d.getUTCDay() + 7 - first) % 7)) / 7);

/** Year and week of ISO 8601: that of the Thursday of the same week. */
function isoWeek(d: Date): readonly [year: number, week: number] {
  const thursday = new Date(d.getTime() + (4 - (d.getUTCDay() || 7)) * DAY);
  return [thursday.getUTCFullYear(), 1 + Math.floor(dayOfYear(thursday) / 7)];
}

/** Table: letter => text. */
// biome-ignore format: a table
const CONVERSIONS: Readonly<Record<string, (d: Date) => string>> = {
  a: (d) => DAYS[d.getUTCDay()]!.slice(0, 3),
  A: (d) => DAYS[d.getUTCDay()]!,
  b: (d) => MONTHS[d.getUTCMonth()]!.slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()]!,
  c: (d) => formatTime('%a %b %e %H:%M:%S %Y', d),
  C: (d) => pad(Math.floor(d.getUTCFullYear() / 100)),
  d: (d) => pad(d.getUTCDate()),
  D: (d) => formatTime('%m/%d/%y', d),
  e: (d) => pad(d.getUTCDate(), 2, ' '),
  F: (d) => formatTime('%Y-%m-%d', d),
  g: (d) => pad(isoWeek(d)[0] % 100),
  G: (d) => String(isoWeek(d)[0]),
  h: (d) => formatTime('%b', d),
  H: (d) => pad(d.getUTCHours()),
  I: (d) => pad(hour12(d)),
  j: (d) => pad(dayOfYear(d) + 1, 3),
  k: (d) => pad(d.getUTCHours(), 2, ' '),
  l: (d) => pad(hour12(d), 2, ' '),
  m: (d) => pad(d.getUTCMonth() + 1),
  M: (d) => pad(d.getUTCMinutes()),
  n: () => '\n',
  p: (d) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  r: (d) => formatTime('%I:%M:%S %p', d),
  R: (d) => formatTime('%H:%M', d),
  s: (d) => String(Math.floor(d.getTime() / 1000)),
  S: (d) => pad(d.getUTCSeconds()),
  t: () => '\t',
  T: (d) => formatTime('%H:%M:%S', d),
  u: (d) => String(d.getUTCDay() || 7),
  U: (d) => pad(weekFrom(d, 0)),
  V: (d) => pad(isoWeek(d)[1]),
  w: (d) => String(d.getUTCDay()),
  W: (d) => pad(weekFrom(d, 1)),
  x: (d) => formatTime('%m/%d/%y', d),
  X: (d) => formatTime('%H:%M:%S', d),
  y: (d) => pad(d.getUTCFullYear() % 100),
  Y: (d) => String(d.getUTCFullYear()),
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
};

function formatTime(format: string, date: Date): string {
  return format.replace(/%[EO]?([a-zA-Z%])/g, (whole, letter: string) =>
    Object.hasOwn(CONVERSIONS, letter) ? CONVERSIONS[letter]!(date) : whole,
  );
}

/** Seconds since 1970 by a format of strftime; times that no date has are those of 1970. */
export function clockText(seconds: number, format: string): string {
  const date = new Date(Math.floor(seconds) * 1000);
  return formatTime(format, Number.isNaN(date.getTime()) ? new Date(0) : date);
}
