/**
 * Memory is flat: once an encoder is warm, coding pictures neither keeps memory nor makes much garbage. Bounds, not times:
 * the collector is called, so that what is left is what is held.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../../src/base/packet.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { frameOf } from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const WIDTH = 320;
const HEIGHT = 240;

/** The engine's collector, if it can be had. */
function findCollector(): (() => void) | null {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  return found as (() => void) | null;
}

const collect = findCollector();
if (collect === null) console.warn('no way to call the garbage collector: memory is not tested');

/** Bytes held by objects and by array buffers. */
function heldBytes(): number {
  collect?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe.skipIf(collect === null)('memory of an encoder', () => {
  it.each([
    ['constant QP', { preset: 'ultrafast', qp: 30 }],
    ['constant QP, several references', { preset: 'veryfast', refs: 3, qp: 36 }],
    ['bit rate with lookahead', { preset: 'superfast', bitRate: 300_000, lookahead: 5 }],
  ] as [string, Partial<H264Options>][])('stays as it is with %s', (_, options) => {
    const scene = { content: 'texture', seed: 2, dx: 2, dy: 1 } as const;
    const frames = drawScene(scene, WIDTH, HEIGHT, 4).map((data) =>
      frameOf(data, WIDTH, HEIGHT, 0),
    );
    const encoder = createH264Encoder({
      width: WIDTH,
      height: HEIGHT,
      frameRate: [30, 1],
      gopSize: 20,
      ...options,
    });
    let pts = 0;
    let bytes = 0;
    const encodeOne = (): void => {
      const at = pts % 6;
      const packets: Packet[] = encoder.encode({ ...frames[at < 4 ? at : 6 - at], pts: pts++ });
      for (const packet of packets) bytes += packet.data.length;
    };
    while (pts < 40) encodeOne();
    const before = heldBytes();
    const from = pts;
    let garbage = 0;
    for (; pts < from + 100; ) {
      const used = process.memoryUsage().heapUsed;
      encodeOne();
      // Where the collector ran by itself the difference is negative, and says nothing.
      garbage += Math.max(0, process.memoryUsage().heapUsed - used);
    }
    const growth = heldBytes() - before;
    expect(bytes).toBeGreaterThan(0);
    expect(growth).toBeLessThan(1e6);
    // Views of the source's rows, packets: about 55 kB. An object for each 4x4 block would add more than twice that.
    expect(garbage / 100).toBeLessThan(120e3);
  });
});
