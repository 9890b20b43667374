/** Splits a byte stream into NAL units, H.264 clause B.1: start codes taken off, zeros behind a unit dropped. */
import { type ByteSource, joinBytes } from '../../base/byte-stream.ts';
import { FormatError } from '../../base/errors.ts';
import type { Budget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import { findStartCode } from '../../syntax/h264/byte-stream.ts';

/** Bytes in which the first start code must lie. */
const SEARCH_BYTES = 1 << 20;
/** Bytes read at once: more would make a run of the smallest units take megabytes of objects. */
const WINDOW_BYTES = 1 << 16;

/** A NAL unit and where its first byte lies in the source. The bytes are the receiver's. */
export interface NalUnit {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/**
 * All NAL units of a stream, those that were read together in one run. What stands before the first start code, where a
 * stream was cut, is passed over and noted. Throws `FormatError` if there is no start code in the first MiB.
 */
export async function* scanNalUnits(
  source: ByteSource,
  budget: Budget,
  problems: Problem[],
): AsyncGenerator<readonly NalUnit[]> {
  for (let position = await findFirst(source, problems); ; ) {
    const bytes = await source.read(position, WINDOW_BYTES);
    const run: NalUnit[] = [];
    const taken = takeUnits(bytes, position, run);
    position += taken;
    if (taken === 0) {
      const unit = await readLong(source, budget, position);
      pushUnit(run, unit.bytes, position);
      if (run.length > 0) yield run;
      if (unit.isLast) return;
      position += unit.bytes.length + 3;
    } else if (run.length > 0) yield run;
  }
}

/** Where the first unit begins. */
async function findFirst(source: ByteSource, problems: Problem[]): Promise<number> {
  const start = await source.read(0, SEARCH_BYTES);
  const first = findStartCode(start, 0);
  if (first < 0) throw new FormatError('h264', 'no start code at the beginning (clause B.1)', 0);
  let junk = first;
  while (junk > 0 && start[junk - 1] === 0) junk--;
  if (junk > 0) report(problems, 0, `${junk} bytes before the first start code were skipped`);
  return first + 3;
}

/** Appends copies of the units in `bytes` that a start code follows; returns where the next one begins, 0 if none ends. */
function takeUnits(bytes: Uint8Array, position: number, run: NalUnit[]): number {
  let from = 0;
  for (let end = findStartCode(bytes, 0); end >= 0; end = findStartCode(bytes, from)) {
    pushUnit(run, bytes.subarray(from, end), position + from);
    from = end + 3;
  }
  return from;
}

/** Appends a copy of a unit without the zeros behind it, unless it is nothing but zeros. */
function pushUnit(run: NalUnit[], bytes: Uint8Array, offset: number): void {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  if (length > 0) run.push({ bytes: new Uint8Array(bytes.subarray(0, length)), offset });
}

/** The unit that begins at `from` and is longer than a window, or the last. Read once: a stream does not go back. */
async function readLong(
  source: ByteSource,
  budget: Budget,
  from: number,
): Promise<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  const parts: Uint8Array[] = [];
  for (let length = 0; ; ) {
    const bytes = await source.read(from + length, WINDOW_BYTES);
    const found = findStartCode(bytes, 0);
    const isLast = found < 0 && bytes.length < WINDOW_BYTES;
    // A start code may lie across the end of the window.
    const count = found >= 0 ? found : isLast ? bytes.length : bytes.length - 2;
    budget.requireReadable('a NAL unit', length + count, from);
    parts.push(new Uint8Array(bytes.subarray(0, count)));
    if (found >= 0 || isLast) return { bytes: joinBytes(parts), isLast };
    length += count;
  }
}
