/** Bytes in pieces come out in order, once, and the memory of pieces is given back. */
import { describe, expect, test } from 'vitest';
import { JoinedBytes } from '../../src/base/joined-bytes.ts';

/** Bytes that tell their place. */
function numbered(length: number, from: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) * 37 + ((from + i) >> 8));
}

describe('joined bytes', () => {
  test.each([[0], [1], [4096], [4097], [3_000_000]])('%i bytes come out as they came', (total) => {
    const bytes = new JoinedBytes();
    for (let at = 0, size = 1; at < total; at += size, size = (size * 5 + 3) % 300_007) {
      size = Math.min(size, total - at);
      bytes.append(numbered(size, at));
      expect(bytes.length).toBe(at + size);
    }
    const joined = bytes.join();
    expect(Buffer.compare(joined, numbered(total, 0))).toBe(0);
    expect(joined.byteLength).toBe(joined.buffer.byteLength);
  });

  test('the result is an array like any other', () => {
    const bytes = new JoinedBytes();
    bytes.append(numbered(5_000_000, 0));
    expect((bytes.join().buffer as { resizable?: boolean }).resizable ?? false).toBe(false);
  });

  test('what was moved or discarded is gone, and more may follow', () => {
    const bytes = new JoinedBytes();
    bytes.append(numbered(3_000_000, 0));
    bytes.discard();
    expect(bytes.length).toBe(0);
    bytes.append(numbered(10, 5));
    const out = new Uint8Array(20);
    bytes.moveTo(out, 4);
    expect(out.subarray(4, 14)).toEqual(numbered(10, 5));
    expect(out[14]).toBe(0);
    expect(bytes.join().length).toBe(0);
  });

  test('without buffers that can become shorter the bytes are the same', () => {
    const resize = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'resizable');
    if (resize === undefined) return;
    Object.defineProperty(ArrayBuffer.prototype, 'resizable', { ...resize, get: () => undefined });
    try {
      const bytes = new JoinedBytes();
      bytes.append(numbered(3_000_000, 0));
      expect(Buffer.compare(bytes.join(), numbered(3_000_000, 0))).toBe(0);
    } finally {
      Object.defineProperty(ArrayBuffer.prototype, 'resizable', resize);
    }
  });
});
