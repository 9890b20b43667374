/**
 * Kind "exact durations thrown away", at the end of sound: a last frame that is short itself has no padding, and neither has one that
 * seems short because times were rounded.
 */
import { describe, expect, it } from 'vitest';
import { MemorySink, remux } from '../../../src/index.ts';
import { boxesOf, words } from '../../fuzz/box-tree.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { AUDIO, changedBoxes, mp4Of, readFile } from './files.ts';

/** Samples of a tone of half a second, coded by ffmpeg into Matroska. */
function tone(codec: string): Uint8Array {
  const source = ['-f', 'lavfi', '-i', 'sine=440:sample_rate=44100:duration=0.5'];
  return runFfmpeg([...source, '-c:a', codec, '-f', 'matroska', 'pipe:1']);
}

describe('kind 6: the last frame of sound', () => {
  it.each(['flac', 'alac'])('%s says itself that it is short: no padding', async (codec) => {
    const file = new MemorySink();
    await remux(tone(codec), file, { format: 'mp4' });
    const { packets } = await readFile(file.toBytes());
    const last = packets[0]!.at(-1)!;
    expect(packets[0]!.reduce((sum, { duration }) => sum + duration, 0)).toBe(22_050);
    expect(last.duration).toBeLessThan(packets[0]![0]!.duration);
    expect(last.discardPadding).toBeUndefined();
  });

  it('AAC whose times were rounded to milliseconds has none; where the others are exact, it has', async () => {
    const plain = await mp4Of([AUDIO]);
    const count = (await readFile(plain)).packets[0]!.length;
    const withRows = (...rows: number[]) =>
      changedBoxes(plain, (boxes) => {
        boxesOf(boxes, 'trak')[0]!.children = boxesOf(boxes, 'trak')[0]!.children.filter(
          ({ type }) => type !== 'edts',
        );
        boxesOf(boxes, 'stts')[0]!.bytes = words(0, rows.length / 2, ...rows);
      });
    const rounded = await readFile(withRows(count - 2, 1024, 1, 1058, 1, 1005));
    expect(rounded.packets[0]!.at(-1)!.discardPadding).toBeUndefined();
    const exact = await readFile(withRows(count - 1, 1024, 1, 1000));
    expect(exact.packets[0]!.at(-1)!.discardPadding).toBe(24);
  });
});
