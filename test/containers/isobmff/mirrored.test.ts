/** Pictures that are mirrored: copies to MP4 and QuickTime keep it, others say that they do not; attachments likewise. */
import { describe, expect, it } from 'vitest';
import { MemorySink, remux } from '../../../src/index.ts';
import { boxesOf, parseBoxes, setWord, wordAt } from '../../fuzz/box-tree.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { changedBoxes, mp4Of, readFile, VIDEO } from '../kinds/files.ts';

/** Where `tkhd` of version 0 has its matrix, behind the box's header. */
const MATRIX_OFFSET = 40;
const ONE = 0x10000;

/** A file of one picture track whose matrix turns and mirrors so. */
async function fileWith(a: number, b: number, c: number, d: number): Promise<Uint8Array> {
  return changedBoxes(await mp4Of([VIDEO]), (boxes) => {
    for (const box of boxesOf(boxes, 'tkhd')) {
      for (const [i, value] of [a, b, 0, c, d].entries()) {
        setWord(box, MATRIX_OFFSET + 4 * i, (value * ONE) >>> 0);
      }
    }
  });
}

type Matrix = readonly [a: number, b: number, c: number, d: number];

/** Matrix of quarter turns after a mirror => what they are: clockwise turns of the picture mirrored left to right. */
const MATRICES: readonly (readonly [matrix: Matrix, rotation: number])[] = [
  [[-1, 0, 0, 1], 0],
  [[0, -1, -1, 0], 90],
  [[1, 0, 0, -1], 180],
  [[0, 1, 1, 0], 270],
];

describe('a mirrored picture', () => {
  it.each(MATRICES)('is the same in copies: matrix %j', async (matrix, rotation) => {
    const file = await fileWith(...matrix);
    for (const format of ['mp4', 'mov']) {
      const sink = new MemorySink();
      const { problems } = await remux(file, sink, { format });
      expect(problems).toEqual([]);
      const [stream] = (await readFile(sink.toBytes())).streams;
      expect(stream).toMatchObject({ rotation, isMirrored: true });
    }
  });

  it('is said where it has no place', async () => {
    const { problems } = await remux(await fileWith(-1, 0, 0, 1), new MemorySink(), {
      format: 'matroska',
    });
    expect(problems.map(({ message }) => message).join()).toMatch(/mirrored has no place/);
  });

  it.skipIf(!hasMedia)('of a real file stays', async () => {
    const path = mediaPath('containers/h264_aac_rotated_reflected.mp4');
    const sink = new MemorySink();
    await remux(path, sink, { format: 'mp4' });
    const { streams } = await readFile(sink.toBytes());
    const video = streams.find(({ kind }) => kind === 'video');
    expect(video).toMatchObject({ rotation: 270, isMirrored: true });
  });
});

describe('the matrix of a copy', () => {
  it.each(MATRICES)('moves the picture back into view: %j', async (matrix) => {
    const sink = new MemorySink();
    await remux(await fileWith(...matrix), sink, { format: 'mp4' });
    const [tkhd] = boxesOf(parseBoxes(sink.toBytes()), 'tkhd');
    const words = Array.from({ length: 11 }, (_, i) => wordAt(tkhd!, MATRIX_OFFSET + 4 * i) | 0);
    const [a, b, , c, d, , x, y, , width, height] = words as [number, ...number[]] & number[];
    expect([a, b, c, d]).toEqual(matrix.map((value) => value * ONE));
    const corners = [0, width!].flatMap((p) => [0, height!].map((q) => [p, q] as const));
    const xs = corners.map(([p, q]) => (a * p + c! * q) / ONE + x!);
    const ys = corners.map(([p, q]) => (b! * p + d! * q) / ONE + y!);
    expect([Math.min(...xs), Math.min(...ys)]).toEqual([0, 0]);
  });
});
