/** The coded picture buffer of Annex C: bits arrive at a rate, pictures take theirs out at their times of decoding. */
import { svg } from '../dom.ts';
import { extremesOf } from '../extremes.ts';
import { say } from '../names.ts';
import type { PictureRecord, Recording } from '../recording.ts';

/** A channel and the buffer of a decoder. */
export interface Channel {
  /** Bits a second. */
  readonly rate: number;
  /** Bits that the buffer holds; null for as many as are needed. */
  readonly size: number | null;
}

/** A buffer over time. */
export interface BufferModel extends Channel {
  /** Seconds from the first bit to the first picture. */
  readonly delay: number;
  /** Bits that the buffer holds, or must hold. */
  readonly size: number;
  /** Seconds and bits, points for each picture: as the buffer is full, before it is taken out, and after; below zero where bits are missing. */
  readonly points: readonly (readonly [seconds: number, bits: number])[];
  /** Pictures, in coding order, whose bits are not all there at their time. */
  readonly late: readonly PictureRecord[];
}

/** Part of a buffer of given size that is filled before the first picture is taken out; it is the encoder's default too. */
const FULLNESS = 0.9;

/** Seconds of decoding after the first picture, and the bits of each picture. */
function scheduleOf({ pictures, tickRate }: Recording): { seconds: number[]; bits: number[] } {
  const first = pictures[0].dts;
  const seconds = pictures.map(({ dts }) => (dts - first) / tickRate);
  return { seconds, bits: pictures.map(({ bytes }) => 8 * bytes) };
}

/** Bits a second in the mean. */
export function meanRate(recording: Recording): number {
  const { seconds, bits } = scheduleOf(recording);
  const total = bits.reduce((sum, value) => sum + value, 0);
  const count = seconds.length;
  const span = count < 2 ? 1 / recording.frameRate : (seconds[count - 1] * count) / (count - 1);
  return Math.max(1, total / span);
}

/** The least delay with which no picture is late, where arrival never stops (clause C.1.2 with constant delay). */
function leastDelay(seconds: readonly number[], bits: readonly number[], rate: number): number {
  let taken = 0;
  let delay = 0;
  for (const [i, value] of bits.entries()) {
    taken += value;
    delay = Math.max(delay, taken / rate - seconds[i]);
  }
  return delay;
}

/**
 * The buffer of a stream that comes through a channel. Of no given size, the first picture waits so long that none is late, and arrival
 * does not stop before the last bit. One of a given size is filled to nine tenths first, and arrival stops while it is full.
 */
export function bufferOf(recording: Recording, { rate, size: given }: Channel): BufferModel {
  const { pictures } = recording;
  const { seconds, bits } = scheduleOf(recording);
  const total = bits.reduce((sum, value) => sum + value, 0);
  const delay =
    given === null ? leastDelay(seconds, bits, rate) : Math.min(FULLNESS * given, total) / rate;
  const points: [number, number][] = [[0, 0]];
  const late: PictureRecord[] = [];
  let [time, held, left, size] = [0, 0, total, given ?? 0];
  for (const [i, value] of bits.entries()) {
    const until = delay + seconds[i];
    const free = given === null ? left : given - held;
    const arrived = Math.min(left, free, rate * (until - time));
    held += arrived;
    left -= arrived;
    // Full before its time comes.
    if (given !== null && left > 0 && held >= given) points.push([time + arrived / rate, held]);
    time = until;
    if (given === null) size = Math.max(size, held);
    // Less than a bit is rounding.
    if (held < value - 1) late.push(pictures[i]);
    points.push([time, held], [time, held - value]);
    held -= value;
  }
  return { rate, delay, size, points, late };
}

/** Draws a buffer: time to the right, bits up; below zero, what is missing. */
export function drawBuffer({ points, size, delay, late }: BufferModel, width: number): SVGElement {
  const [left, top, height] = [76, 12, 150];
  const end = points[points.length - 1][0];
  const least = Math.min(0, extremesOf(points.map(([, bits]) => bits)).least);
  const x = (seconds: number): number => left + ((width - left - 12) * seconds) / end;
  const y = (bits: number): number => top + height * (1 - (bits - least) / (size - least));
  const line = points
    .map(([seconds, bits]) => `${x(seconds).toFixed(1)},${y(bits).toFixed(1)}`)
    .join(' ');
  const marks = [...(late.length > 0 ? [least] : []), 0, 0.5 * size, size].flatMap((bits) => [
    svg('line', { x1: left, x2: width - 12, y1: y(bits), y2: y(bits), class: 'grid' }),
    svg('text', { x: left - 8, y: y(bits) + 4, class: 'left' }, `${say(bits / 1000)} kbit`),
  ]);
  const isMissing = ([, bits]: readonly [number, number]): boolean => bits < -1;
  return svg(
    'svg',
    {
      width,
      height: top + height + 26,
      viewBox: `0 0 ${width} ${top + height + 26}`,
      role: 'img',
      'aria-label': 'Bits in the buffer over time',
    },
    ...marks,
    svg('rect', { x: x(0), y: top, width: x(delay) - x(0), height, class: 'waiting' }),
    svg('polygon', { points: `${x(0)},${y(0)} ${line} ${x(end)},${y(0)}`, class: 'area' }),
    svg('polyline', { points: line, class: 'level' }),
    ...points
      .filter(isMissing)
      .map(([seconds, bits]) =>
        svg('circle', { cx: x(seconds), cy: y(bits), r: 4, class: 'late' }),
      ),
    svg('text', { x: x(delay / 2), y: top + height + 18 }, 'waiting'),
    svg('text', { x: x(end), y: top + height + 18, class: 'left' }, `${say(end, 2)} s`),
  );
}
