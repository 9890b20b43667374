/**
 * Motion vectors in a trace are those that ffmpeg's decoder exports of the stream (`-flags2 +export_mvs`). The ffmpeg program does not print them;
 * a script asks its library for them.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type H264Options, TraceInspector } from '../../../../src/codecs/h264/index.ts';
import { byteStreamOf, codePictures } from '../../../support/h264.ts';
import { endTrace, traceRows } from '../../../support/trace.ts';
import { drawScene } from './content.ts';

const SCRIPT = fileURLToPath(new URL('../../../oracles/export_mvs.py', import.meta.url));
const [WIDTH, HEIGHT, COUNT] = [96, 80, 8];

/** A vector: list, width and height of the block, its center, and the vector in quarter samples. */
type Exported = readonly [number, number, number, number, number, number, number];

/** What the script says of a stream, picture by picture in display order; null where there is no such library. */
function exported(stream: Uint8Array): Exported[][] | null {
  const { status, stdout } = spawnSync('python3', [SCRIPT], {
    input: stream,
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  if (status !== 0) return null;
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exported[]);
}

const canAsk = exported(new Uint8Array(0)) !== null;

const CASES: [string, Partial<H264Options>][] = [
  ['baseline', { profile: 'baseline' }],
  ['several references', { profile: 'baseline', preset: 'slow', refs: 3 }],
  ['B pictures', { profile: 'main', bframes: 2, cabac: true }],
  ['temporal direct', { profile: 'high', bframes: 3, direct: 'temporal' }],
];

describe.skipIf(!canAsk)('vectors in a trace', () => {
  it.each(CASES)('are those that ffmpeg exports (%s)', (_name, options) => {
    const scene = drawScene({ content: 'mixture', seed: 5, dx: 3, dy: -2 }, WIDTH, HEIGHT, COUNT);
    const inspect = new TraceInspector({ codec: 'h264' });
    const size = { width: WIDTH, height: HEIGHT, frameRate: [25, 1] as [number, number] };
    const coded = codePictures({ ...size, qp: 24, ...options, inspect }, scene);
    const trace = endTrace(inspect);
    const own = new Map<string, string>();
    const parts = traceRows(trace, 'motion').filter((row) => row.void === 0);
    const shown = new Map(
      traceRows(trace, 'picture')
        .filter((row) => row.void === 0)
        .map(({ picture, pts }) => [picture, pts]),
    );
    for (const { picture, macroblock, block, width, height, list, mvX, mvY } of parts) {
      const left = 16 * (macroblock % (WIDTH / 16)) + 4 * (block & 3);
      const top = 16 * Math.floor(macroblock / (WIDTH / 16)) + 4 * (block >> 2);
      for (let y = top; y < top + height; y += 4) {
        for (let x = left; x < left + width; x += 4) {
          own.set(`${shown.get(picture)} ${list} ${x} ${y}`, `${mvX} ${mvY}`);
        }
      }
    }
    const pictures = exported(byteStreamOf(coded))!;
    expect(pictures.length).toBe(COUNT);
    let compared = 0;
    for (const [pts, vectors] of pictures.entries()) {
      for (const [list, w, h, x, y, mvX, mvY] of vectors) {
        const at = `${x - w / 2} ${y - h / 2}`;
        const place = `${pts} ${list} ${at}`;
        // Of macroblocks with direct parts it tells both lists, and zeros of the one that a part does not use.
        const isUnused = (mvX | mvY) === 0 && own.has(`${pts} ${1 - list} ${at}`);
        if (isUnused && !own.has(place)) continue;
        expect(`${place}: ${own.get(place)}`).toBe(`${place}: ${mvX} ${mvY}`);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });
});
