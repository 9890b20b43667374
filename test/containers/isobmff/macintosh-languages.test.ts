/** Languages that QuickTime files give as numbers of the Macintosh. */
import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../src/containers/isobmff/macintosh-languages.ts';
import { MemorySink, remux } from '../../../src/index.ts';
import { boxesOf, setWord } from '../../fuzz/box-tree.ts';
import { AUDIO, changedBoxes, mp4Of, readFile, VIDEO } from '../kinds/files.ts';

/** Where `mdhd` of version 0 has its language, behind the box's header. */
const LANGUAGE_OFFSET = 20;

/** The letters that the field of `mdhd` with this value is read as. */
function letters(field: number): string {
  return String.fromCharCode(...[10, 5, 0].map((shift) => 0x60 + ((field >> shift) & 31)));
}

describe('languages of the Macintosh', () => {
  // biome-ignore format: pairs
  const NUMBERS = [
    [0, 'eng'], [1, 'fra'], [2, 'deu'], [11, 'jpn'], [19, 'zho'], [29, 'sme'], [39, 'slk'], [49, 'aze'], [59, 'pus'],
    [69, 'guj'], [79, 'lao'], [89, 'swa'], [94, 'epo'], [128, 'cym'], [130, 'cat'], [138, 'jav'],
  ] as const;
  it('are read by their numbers', () => {
    for (const [number, language] of NUMBERS) expect(languageOf(letters(number))).toBe(language);
  });

  it('are none where the number is of none, or says so', () => {
    for (const number of [95, 127, 139, 0x3ff, 0x7fff]) {
      expect(languageOf(letters(number))).toBeUndefined();
    }
    expect(languageOf('deu')).toBe('deu');
  });

  it('stay in copies to every container', async () => {
    const file = changedBoxes(await mp4Of([VIDEO, AUDIO]), (boxes) => {
      for (const [i, box] of boxesOf(boxes, 'mdhd').entries()) {
        setWord(box, LANGUAGE_OFFSET, (i + 1) << 16);
      }
    });
    for (const format of ['mp4', 'mov', 'matroska']) {
      const sink = new MemorySink();
      await remux(file, sink, { format });
      const { streams } = await readFile(sink.toBytes());
      expect(streams.map(({ language }) => language)).toEqual(['fra', 'deu']);
    }
  });
});
