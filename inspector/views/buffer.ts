/** The coded picture buffer of Annex C: bits arrive at a rate, pictures take theirs out at their times of decoding. */
import { svg } from '../dom.ts';
import { say } from '../names.ts';
import type { Recording } from '../recording.ts';

/** A buffer over time. */
export interface BufferModel {
  /** Bits a second of the channel. */
  readonly rate: number;
  /** Seconds from the first bit to the first picture: the least with which none comes too late. */
  readonly delay: number;
  /** Bits that the buffer must hold. */
  readonly size: number;
  /** Seconds and bits, two points for each picture: before it is taken out, and after. */
  readonly points: readonly (readonly [seconds: number, bits: number])[];
}

/**
 * The buffer of a stream that comes at `times` its mean rate. The initial delay is the least with which no picture is late (clause
 * C.1.2 with constant delay); arrival does not stop before the last bit.
 */
export function bufferOf({ pictures, frameRate }: Recording, times: number): BufferModel {
  const first = pictures[0].dts;
  const seconds = pictures.map(({ dts }) => (dts - first) / frameRate);
  const bits = pictures.map(({ bytes }) => 8 * bytes);
  const total = bits.reduce((sum, value) => sum + value, 0);
  const span =
    seconds.length < 2
      ? 1 / frameRate
      : seconds[seconds.length - 1] * (seconds.length / (seconds.length - 1));
  const rate = Math.max(1, (times * total) / span);
  let taken = 0;
  let delay = 0;
  for (const [i, value] of bits.entries()) {
    taken += value;
    delay = Math.max(delay, taken / rate - seconds[i]);
  }
  const points: [number, number][] = [[0, 0]];
  taken = 0;
  let size = 0;
  for (const [i, value] of bits.entries()) {
    const time = delay + seconds[i];
    const held = Math.min(total, rate * time) - taken;
    size = Math.max(size, held);
    points.push([time, held], [time, held - value]);
    taken += value;
  }
  return { rate, delay, size, points };
}

/** Draws a buffer: time to the right, bits up. */
export function drawBuffer({ points, size, delay }: BufferModel, width: number): SVGElement {
  const [left, top, height] = [56, 12, 150];
  const end = points[points.length - 1][0];
  const x = (seconds: number): number => left + ((width - left - 12) * seconds) / end;
  const y = (bits: number): number => top + height * (1 - bits / size);
  const line = points
    .map(([seconds, bits]) => `${x(seconds).toFixed(1)},${y(bits).toFixed(1)}`)
    .join(' ');
  const marks = [0, 0.5, 1].flatMap((part) => [
    svg('line', {
      x1: left,
      x2: width - 12,
      y1: y(part * size),
      y2: y(part * size),
      class: 'grid',
    }),
    svg(
      'text',
      { x: left - 8, y: y(part * size) + 4, class: 'left' },
      `${say((part * size) / 1000)} kbit`,
    ),
  ]);
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
    svg('text', { x: x(delay / 2), y: top + height + 18 }, 'waiting'),
    svg('text', { x: x(end), y: top + height + 18, class: 'left' }, `${say(end, 2)} s`),
  );
}
