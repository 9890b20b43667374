/** Time codes of `drawtext`: hours, minutes, seconds and frames as SMPTE 12M counts them, with drop frame at 29.97 and 59.94 per second. */
import type { OptionDefinition, OptionValues } from '../definition/options.ts';

/** The options of time codes. */
export const TIMECODE_OPTIONS: readonly OptionDefinition[] = [
  {
    name: 'timecode',
    kind: 'string',
    default: '',
    namedOnly: true,
    description: 'time code of the first picture, hh:mm:ss:ff, with ; before ff for drop frame',
  },
  {
    name: 'tc24hmax',
    kind: 'boolean',
    default: '0',
    namedOnly: true,
    description: 'whether a time code begins anew after 24 hours',
  },
  {
    name: 'timecode_rate',
    aliases: ['rate', 'r'],
    kind: 'rate',
    namedOnly: true,
    description: 'frames per second of the time code',
  },
];

const SYNTAX = /^(\d+):(\d+):(\d+)([:;.])(\d+)$/;
const two = (value: number): string => String(value).padStart(2, '0');

/** The time code of each picture by its number; nothing where none is asked for. */
export function timecodeOf(options: OptionValues): (n: number) => string {
  const text = options.text('timecode');
  if (text === '') return () => '';
  const match = SYNTAX.exec(text);
  if (match === null) {
    throw options.error('timecode', `got ${JSON.stringify(text)}, allowed is hh:mm:ss:ff`);
  }
  const given = options.pair('timecode_rate');
  if (given === undefined) throw options.filterError('timecode needs timecode_rate');
  const rate = Math.round(given[0] / given[1]);
  const isDrop = match[4] !== ':';
  if (isDrop && rate !== 30 && rate !== 60) {
    throw options.error('timecode', `drop frame is for 30 and 60 per second, got ${rate}`);
  }
  const [hours, minutes, seconds, frames] = [1, 2, 3, 5].map((i) => Number(match[i]));
  const wholeMinutes = hours! * 60 + minutes!;
  const skipped = wholeMinutes - Math.floor(wholeMinutes / 10);
  const start =
    (wholeMinutes * 60 + seconds!) * rate + frames! - (isDrop ? skippedOf(rate) * skipped : 0);
  const separator = isDrop ? ';' : ':';
  return (n) => {
    const count = isDrop ? withSkipped(start + n, rate) : start + n;
    const inSeconds = Math.floor(count / rate);
    const hour = Math.floor(inSeconds / 3600);
    const shown = options.boolean('tc24hmax') ? hour % 24 : hour;
    const parts = [shown, Math.floor(inSeconds / 60) % 60, inSeconds % 60].map(two);
    return `${parts.join(':')}${separator}${two(count % rate)}`;
  };
}

/** Numbers that each minute but every tenth leaves out. */
const skippedOf = (rate: number): number => rate / 15;

/** The number that a frame has where numbers are left out: two at 30 per second in each minute but every tenth. */
function withSkipped(frame: number, rate: number): number {
  const skip = skippedOf(rate);
  const inMinute = rate * 60 - skip;
  const inTen = rate * 600 - 9 * skip;
  const tens = Math.floor(frame / inTen);
  const rest = frame % inTen;
  const minutes = rest < rate * 60 ? 0 : 1 + Math.floor((rest - rate * 60) / inMinute);
  return frame + skip * (9 * tens + minutes);
}
