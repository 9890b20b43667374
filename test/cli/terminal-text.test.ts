/** Kind 23: text from files reaches no terminal as it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { terminalLine } from '../../src/cli/terminal-text.ts';
import { MemorySink, Muxer } from '../../src/index.ts';

/** What no terminal shall get: control characters, and marks that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not go out
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const EVIL = '\x1b]0;owned\x07\x1b[2J\x9b31m\u202Egpj.exe\u2066\x7f\nvitrine: all is well\r\u2028x';

describe('a line of text (kind 23)', () => {
  test('shows what must not be obeyed', () => {
    expect(terminalLine('\x1b[2J')).toBe('\\u001b[2J');
    expect(terminalLine('a\nb\tc')).toBe('a\\u000ab\\u0009c');
    expect(terminalLine('\u202Egpj.exe')).toBe('\\u202egpj.exe');
    expect(terminalLine('\u{e0041}')).toBe('\\udb40\\udc41');
    expect(terminalLine('\ud800x')).toBe('\\ud800x');
  });

  test('leaves text of every script as it is', () => {
    for (const text of ['Fünf 日本語 עברית العربية', '👩‍👩‍👧 🏳️‍🌈', 'क्‍ष a\u0301 – “quoted” …']) {
      expect(terminalLine(text)).toBe(text);
    }
  });

  test('of JSON means the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        const line = terminalLine(JSON.stringify({ title: a + EVIL, [b]: 1 }));
        expect(line).not.toMatch(UNFIT);
        expect(JSON.parse(line)).toEqual({ title: a + EVIL, [b]: 1 });
      }),
      { seed: 23 },
    );
  });
});

/** All that `vitrine` writes for these arguments with `input` on stdin. */
async function said(args: readonly string[], input: Uint8Array): Promise<string> {
  let text = '';
  const write = (line: string) => {
    text += `${line}\0`;
  };
  await runProgram(args, {
    ...{ line: write, note: write, showsProgress: false, progress: write, bytes: async () => {} },
    finish: async () => {},
    input: (async function* () {
      yield input;
    })(),
  });
  return text;
}

/** A file whose texts are all hostile. */
async function hostileFile(format: string): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format });
  muxer.addRemuxStream({
    ...{ kind: 'audio', codec: 'pcm_s16le', timeBase: [1, 8000], config: new Uint8Array(0) },
    ...{ sampleRate: 8000, numChannels: 1, channelMask: 4, sampleFmt: 's16', frameSize: 0 },
    ...{ priming: 0, title: EVIL },
  });
  const options = format === 'wav' ? { tags: { title: EVIL } } : { metadata: { title: EVIL } };
  await muxer.open(options);
  const packets = [{ data: new Uint8Array(400), pts: 0, dts: 0, duration: 200, isKey: true }];
  await muxer.write(0, { kind: 'audio', timeBase: [1, 8000], packets });
  await muxer.close();
  return sink.toBytes();
}

describe.each(['matroska', 'mov', 'wav'])(
  'commands about a hostile %s file (kind 23)',
  (format) => {
    test.each([
      ['probe', '-'],
      ['probe', '-', '--json'],
      ['probe', '-', '--boxes'],
      ['remux', '-', '-o', `/nonexistent/${EVIL}.mkv`],
      ['remux', '-', '-o', `${EVIL}.nope`],
      ['encode', '-', '-o', 'a.mp4', '--crf', EVIL],
      [EVIL],
    ])('%s %s %s', async (...args) => {
      const text = await said(args, await hostileFile(format));
      expect(text.length).toBeGreaterThan(10);
      for (const line of text.split('\0')) expect(line).not.toMatch(UNFIT);
    });
  },
);

test('values of broken headers (kind 23)', async () => {
  const files = [
    `YUV4MPEG2 W16 H16 F25:1 C${EVIL}`,
    `YUV4MPEG2 W16 H16 F25:1 I${EVIL}\n`,
    `YUV4MPEG2 ${EVIL}\n`,
    `RIFF${EVIL}`,
    `\0\0\0\x18ftyp${EVIL}`,
  ];
  for (const file of files) {
    const text = await said(['probe', '-'], Buffer.from(file, 'latin1'));
    for (const line of text.split('\0')) expect(line).not.toMatch(UNFIT);
  }
});
