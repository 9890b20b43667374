/** Stereo, spherical and interlaced pictures and Dolby Vision between MP4 and Matroska, by ffprobe. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MemorySink, remux } from '../../../src/index.ts';
import { boxesOf } from '../../fuzz/box-tree.ts';
import { probeFile } from '../../support/ffmpeg.ts';
import { AUDIO, changedBoxes, mp4Of, readFile, VIDEO } from '../kinds/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'facts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BASE = await mp4Of([VIDEO, AUDIO]);
const text = (value: string) => [...value].map((char) => char.charCodeAt(0));
const box = (type: string, ...content: number[]) => [
  ...[0, 0, (content.length + 8) >> 8, (content.length + 8) & 255],
  ...text(type),
  ...content,
];

/** A file with a box more in the entry of its pictures. */
function withBox(type: string, content: number[]): Uint8Array {
  return changedBoxes(BASE, (boxes) => {
    const [entry] = boxesOf(boxes, 'avc1');
    entry!.children.push({ type, bytes: Uint8Array.from(content), children: [] });
  });
}

/** What ffprobe says of the pictures. */
function judged(bytes: Uint8Array, extension: string) {
  const path = join(folder, `file.${extension}`);
  writeFileSync(path, bytes);
  const [{ field_order, side_data_list = [] }] = probeFile(path).streams;
  return { field_order, side_data_list };
}

async function copy(bytes: Uint8Array, format: string) {
  const sink = new MemorySink();
  const { problems } = await remux(bytes, sink, { format });
  return { bytes: sink.toBytes(), problems: problems.map(({ message }) => message) };
}

const turn = (degrees: number) => [(degrees >> 8) & 255, degrees & 255, 0, 0];
const pose = box('prhd', 0, 0, 0, 0, ...turn(45), ...turn(-30), ...turn(0));
const sphere = (...projection: number[]) => [
  ...box('svhd', 0, 0, 0, 0, 0),
  ...box('proj', ...pose, ...projection),
];
const DOLBY = [1, 0, 0x10, 0x0d, 0x40, ...Array.from({ length: 19 }, () => 0)];

describe('from MP4 to Matroska and back', () => {
  it.each([
    ['side by side', 'st3d', [0, 0, 0, 0, 2]],
    ['top and bottom', 'st3d', [0, 0, 0, 0, 1]],
    ['a sphere', 'sv3d', sphere(...box('equi', ...new Array(20).fill(0)))],
    ['a cube', 'sv3d', sphere(...box('cbmp', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))],
    ['Dolby Vision', 'dvcC', DOLBY],
    ['progressive', 'fiel', [1, 0]],
    ['top field first', 'fiel', [2, 1]],
    ['bottom field first', 'fiel', [2, 6]],
    ['bottom field shown first', 'fiel', [2, 9]],
  ] as const)('%s', async (_, type, content) => {
    const file = withBox(type, [...content]);
    const wanted = judged(file, 'mov');
    if (content[0] !== 1 || type !== 'fiel') expect(wanted).not.toEqual(judged(BASE, 'mov'));
    const matroska = await copy(file, 'matroska');
    expect(matroska.problems).toEqual([]);
    expect(judged(matroska.bytes, 'mkv')).toEqual(wanted);
    const again = await copy(matroska.bytes, 'mov');
    expect(again.problems).toEqual([]);
    expect(judged(again.bytes, 'mov')).toEqual(wanted);
    const boxes = (await readFile(again.bytes)).streams[0]!.carriedBoxes!;
    expect(boxes.map((found) => found.type)).toEqual([type]);
  });

  it('what only MP4 has is said', async () => {
    const { problems } = await copy(withBox('vexu', [1, 2, 3]), 'matroska');
    expect(problems).toEqual([expect.stringMatching(/box 'vexu' .* no place in Matroska/)]);
  });
});
