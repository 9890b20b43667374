/** Titles of QuickTime files in the encodings of the Macintosh: each is read, or its loss is said. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../src/base/utf8.ts';
import { quickTimeText } from '../../../src/containers/isobmff/macintosh-text.ts';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { boxesOf } from '../../fuzz/box-tree.ts';
import { probeFile } from '../../support/ffmpeg.ts';
import { AUDIO, changedBoxes, mp4Of, VIDEO } from '../kinds/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'texts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The content of a text box: each of its texts with size and language. */
function texts(...all: readonly (readonly [bytes: Uint8Array, language: number])[]): Uint8Array {
  return Uint8Array.from(
    all.flatMap(([bytes, language]) => {
      return [bytes.length >> 8, bytes.length & 255, language >> 8, language & 255, ...bytes];
    }),
  );
}

const FILE = await mp4Of([VIDEO, AUDIO]);

/** A file with `content` as its title, as QuickTime has it. */
function withTitle(content: Uint8Array): Uint8Array {
  return changedBoxes(FILE, (boxes) => {
    const moov = boxesOf(boxes, 'moov')[0]!;
    const title = { type: '\u00a9nam', bytes: content, children: [] };
    moov.children.push({ type: 'udta', bytes: new Uint8Array(0), children: [title] });
  });
}

const E_ACUTE = Uint8Array.of(0x43, 0x61, 0x66, 0x8e); // Café

describe('texts of the Macintosh', () => {
  it('MacRoman is that of the web platform', () => {
    const bytes = Uint8Array.from({ length: 128 }, (_, i) => 128 + i);
    expect(quickTimeText(bytes, 0)).toBe(new TextDecoder('macintosh').decode(bytes));
  });

  it('a title stays in copies, and is what ffprobe reads', async () => {
    const file = withTitle(texts([E_ACUTE, 1]));
    const path = join(folder, 'title.mov');
    writeFileSync(path, file);
    expect(probeFile(path).format.tags.title).toBe('Café');
    for (const format of ['mp4', 'mov', 'matroska']) {
      const sink = new MemorySink();
      const { problems } = await remux(file, sink, { format });
      expect(problems).toEqual([]);
      const { about } = (await Demuxer.open(sink.toBytes())).reader;
      expect(about?.metadata.title).toBe('Café');
    }
  });

  it.each([
    ['UTF-8, language in letters', encodeUtf8('Žluťoučký'), 0x0e45, 'Žluťoučký'],
    ['UTF-8, though the language is one of the Macintosh', encodeUtf8('日本'), 11, '日本'],
    ['UTF-16', Uint8Array.of(0xfe, 0xff, 0x65, 0xe5), 0x2a0e, '日'],
    ['no language', E_ACUTE, 0x7fff, 'Café'],
  ] as const)('%s', (_, bytes, language, text) => {
    expect(quickTimeText(bytes, language)).toBe(text);
  });

  it('of several the first that can be read is taken, and a title that cannot be is said', async () => {
    const shiftJis = Uint8Array.of(0x93, 0xfa, 0x96, 0x7b);
    const both = await Demuxer.open(withTitle(texts([shiftJis, 11], [E_ACUTE, 0])));
    expect(both.reader.about?.metadata.title).toBe('Café');
    expect(both.problems).toEqual([]);
    const none = await Demuxer.open(withTitle(texts([shiftJis, 11])));
    expect(none.reader.about?.metadata.title).toBeUndefined();
    expect(none.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/title is in an encoding of the Macintosh \(language 11\)/),
    ]);
  });
});
