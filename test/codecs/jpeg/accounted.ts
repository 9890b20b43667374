/** What a trace of a JPEG file accounts for. */
import { expect } from 'vitest';
import type { Trace } from '../../../src/inspect/index.ts';
import { sum, traceRows } from '../../support/trace.ts';

/** Bits of all that a trace has of the file. */
export function accounted(trace: Trace): number {
  const scans = traceRows(trace, 'jpeg_scan');
  const blocks = traceRows(trace, 'jpeg_block');
  expect(sum(scans.map(({ bits }) => bits))).toBe(sum(blocks.map(({ bits }) => bits)));
  const heads = scans.map(({ headBytes, bits, padding }) => 8 * headBytes + bits + padding);
  return sum(heads) + 8 * sum(traceRows(trace, 'jpeg_part').map(({ bytes }) => bytes));
}
