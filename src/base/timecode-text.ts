/** Timecode as text and as a count of frames (SMPTE ST 12-1). */
import type { Rational } from './rational.ts';

/** Hours, minutes, seconds and frames; `;` or `.` before the frames where numbers are dropped. */
const TEXT = /^(\d{1,2}):([0-5]\d):([0-5]\d)([:;.])(\d{1,3})$/;

/** Frame numbers that are dropped at the start of each minute but every tenth: 2 of 30, 4 of 60. */
function droppedOf(framesPerSecond: number): number {
  return Math.round(framesPerSecond / 15);
}

/** The text of frame number `frame`; a negative one is before midnight. */
export function timecodeText(frame: number, framesPerSecond: number, isDropFrame: boolean): string {
  const day = 24 * 3600 * framesPerSecond;
  let count = frame;
  if (isDropFrame) {
    const dropped = droppedOf(framesPerSecond);
    const minute = 60 * framesPerSecond - dropped;
    const tenMinutes = 10 * minute + dropped;
    const tens = Math.floor(count / tenMinutes);
    const rest = count - tens * tenMinutes;
    count += 9 * dropped * tens + dropped * Math.max(0, Math.floor((rest - dropped) / minute));
  }
  count = ((count % day) + day) % day;
  const seconds = Math.floor(count / framesPerSecond);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const digits = (value: number): string => String(value).padStart(2, '0');
  const last = digits(count % framesPerSecond);
  return `${parts.map(digits).join(':')}${isDropFrame ? ';' : ':'}${last}`;
}

/** Frame number and kind of count of a text; null for what is no timecode at that rate. */
export function parseTimecode(
  text: string,
  framesPerSecond: number,
): { readonly frame: number; readonly isDropFrame: boolean } | null {
  const match = TEXT.exec(text.trim());
  if (match === null) return null;
  const [hours, minutes, seconds] = match.slice(1, 4).map(Number) as [number, number, number];
  const frames = Number(match[5]);
  const isDropFrame = match[4] !== ':';
  if (frames >= framesPerSecond || (isDropFrame && framesPerSecond % 30 !== 0)) return null;
  const allMinutes = 60 * hours + minutes;
  const count = (60 * allMinutes + seconds) * framesPerSecond + frames;
  if (!isDropFrame) return { frame: count, isDropFrame };
  const dropped = droppedOf(framesPerSecond) * (allMinutes - Math.floor(allMinutes / 10));
  return { frame: count - dropped, isDropFrame };
}

/** Pictures of exact rates may lie this far before a time and still begin there, in pictures. */
const ROUNDING = 1e-3;

/**
 * The timecode of the first picture that is not before `seconds`, of pictures whose first has `text`; null for what is no timecode at
 * that rate.
 * @param to their rate, if it is another one then
 */
export function timecodeAfter(
  text: string,
  seconds: number,
  from: Rational,
  to: Rational = from,
): string | null {
  const [before, after] = [from, to].map(([num, den]) => Math.round(num / den)) as [number, number];
  const parsed = parseTimecode(text, before);
  if (parsed === null || after < 1) return null;
  const { frame, isDropFrame } = parsed;
  const later = frame + Math.ceil((seconds * from[0]) / from[1] - ROUNDING);
  if (after === before) return timecodeText(later, before, isDropFrame);
  // At another rate the same second is meant; numbers are dropped at multiples of 30 only.
  const clock = parseTimecode(timecodeText(later, before, isDropFrame).replace(';', ':'), before)!;
  return timecodeText(Math.round((clock.frame * after) / before), after, false);
}
