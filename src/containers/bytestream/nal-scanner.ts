/** Splits a byte stream into NAL units, H.264 clause B.1: start codes taken off, zeros behind a unit dropped. */
import type { ByteSource } from '../../base/byte-stream.ts';
import { FormatError } from '../../base/errors.ts';
import type { Budget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import { findStartCode } from '../../syntax/h264/byte-stream.ts';

/** Bytes read at once. */
const WINDOW_BYTES = 1 << 20;

/** A NAL unit and where its first byte lies in the source. The bytes are the receiver's. */
export interface NalUnit {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/**
 * All NAL units of a stream. What stands before the first start code, where a stream was cut, is passed over and noted.
 * Throws `FormatError` if there is no start code in the first MiB.
 */
export async function* scanNalUnits(
  source: ByteSource,
  budget: Budget,
  problems: Problem[],
): AsyncGenerator<NalUnit> {
  const start = await source.read(0, WINDOW_BYTES);
  const first = findStartCode(start, 0);
  if (first < 0) throw new FormatError('h264', 'no start code at the beginning (clause B.1)', 0);
  let junk = first;
  while (junk > 0 && start[junk - 1] === 0) junk--;
  if (junk > 0) report(problems, 0, `${junk} bytes before the first start code were skipped`);
  let position = first + 3;
  for (;;) {
    const end = await findEnd(source, budget, position);
    budget.requireReadable('a NAL unit', end.position - position, position);
    const bytes = await source.read(position, end.position - position);
    let length = bytes.length;
    while (length > 0 && bytes[length - 1] === 0) length--;
    if (length > 0) yield { bytes: new Uint8Array(bytes.subarray(0, length)), offset: position };
    if (end.isLast) return;
    position = end.position + 3;
  }
}

/** Where the next start code begins, or the end of the source. */
async function findEnd(
  source: ByteSource,
  budget: Budget,
  from: number,
): Promise<{ position: number; isLast: boolean }> {
  let searched = from;
  for (;;) {
    const bytes = await source.read(searched, WINDOW_BYTES);
    const found = findStartCode(bytes, 0);
    if (found >= 0) return { position: searched + found, isLast: false };
    if (bytes.length < WINDOW_BYTES) return { position: searched + bytes.length, isLast: true };
    // A start code may lie across the end of the window.
    searched += bytes.length - 2;
    budget.requireReadable('a NAL unit', searched - from, from);
  }
}
