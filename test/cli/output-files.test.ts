/** Files that commands write: side files replace no input and no other output, all are asked for, and all appear together. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { encodePng } from '../../src/codecs/png/index.ts';
import { quietOutput } from '../support/quiet-output.ts';

const made = mkdtempSync(join(tmpdir(), 'vitrine-made-'));
const isBuilt = existsSync(fileURLToPath(new URL('../../dist/inspector.html', import.meta.url)));
let folder = '';
const at = (name: string) => join(folder, name);
const INPUTS = ['a.mp4', 'y.y4m', 'x.png', 'f-01.png', 't.gz'] as const;

/** Runs a line in which names are those of `folder`: `remux a.mp4 b.mkv`. */
async function vitrine(line: string, ask?: (question: string) => Promise<string>) {
  const isName = /^[\w%*-]+\.\w+$/;
  const args = line.split(' ').map((word) => (isName.test(word) ? at(word) : word));
  const notes: string[] = [];
  const status = await runProgram(args, {
    ...quietOutput(notes),
    ...(ask === undefined ? {} : { ask }),
  });
  return { status, notes };
}

beforeAll(async () => {
  folder = made;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(32 * 32 * 1.5, 90)]);
  const head = Buffer.from('YUV4MPEG2 W32 H32 F25:1 C420jpeg\n');
  writeFileSync(at('y.y4m'), Buffer.concat([head, frame, frame, frame]));
  const data = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => i >> 4);
  const picture = { width: 32, height: 32, colorType: 2 as const, bitDepth: 8 as const, data };
  for (const name of ['x.png', 'f-01.png']) {
    writeFileSync(at(name), encodePng(picture, { effort: 'fast' }));
  }
  await vitrine('encode y.y4m a.mp4');
  await vitrine('compress y.y4m -o t.gz');
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-outputs-'));
  for (const name of INPUTS) writeFileSync(at(name), readFileSync(join(made, name)));
  return () => rmSync(folder, { recursive: true });
});

afterAll(() => rmSync(made, { recursive: true }));

/** Expects that a line fails with one note, and that the folder is as it was. */
async function expectRefused(line: string, note: RegExp, before = snapshot()): Promise<void> {
  const { status, notes } = await vitrine(line);
  expect({ status, notes }).toEqual({ status: 1, notes: [expect.stringMatching(note)] });
  expect(snapshot()).toEqual(before);
}

function snapshot(): Record<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((each) => !each.isDirectory());
  return Object.fromEntries(
    files.map(({ name }) => [
      name,
      existsSync(at(name)) ? readFileSync(at(name)).toString('base64') : '',
    ]),
  );
}

describe('a side file', () => {
  test.each([
    'probe a.mp4 --trace a.mp4',
    'probe a.mp4 -y --trace a.mp4',
    'remux a.mp4 n.mkv --trace a.mp4',
    'encode y.y4m e.mp4 --trace y.y4m',
    'encode y.y4m pl.mp4 --pass 1 --pass-log y.y4m --bitrate-video 100k',
    'optimize x.png --trace x.png',
    'compress y.y4m --trace y.y4m',
    'decompress t.gz -o t.txt --trace t.gz',
    'encode f-%02d.png f.mp4 --trace f-01.png',
    'encode f-*.png f.mp4 --trace f-01.png',
    ...(isBuilt ? ['inspect a.mp4 -o a.mp4'] : []),
  ])('is no input: %s', (line) => expectRefused(line, /is an input of this command/));

  test.each([
    'remux a.mp4 t.mkv --trace t.mkv',
    'encode y.y4m e.mp4 --trace e.mp4',
    'encode y.y4m e.mp4 --pass 1 --pass-log e.mp4 --bitrate-video 100k',
    'encode y.y4m o-%03d.png --trace o-002.png',
    'compress y.y4m -o y.gz --trace y.gz',
    'decompress t.gz -o t.txt --trace t.txt',
  ])('is not the output: %s', (line) => expectRefused(line, /is the output of this command/));

  test('is no other side file', () =>
    expectRefused(
      'encode y.y4m e.mp4 --pass 1 --bitrate-video 100k --pass-log l.json --trace l.json',
      /--trace: .* is the file of --pass-log/,
    ));

  test('is known by any of its names', async () => {
    linkSync(at('a.mp4'), at('hard.mp4'));
    symlinkSync('a.mp4', at('soft.mp4'));
    symlinkSync('later.mkv', at('dangling.mkv'));
    mkdirSync(at('deep'));
    for (const name of ['hard.mp4', 'soft.mp4']) {
      await expectRefused(`remux a.mp4 n.mkv --trace ${name}`, /is an input/);
    }
    await expectRefused('remux a.mp4 later.mkv --trace dangling.mkv', /is the output/);
    const around = `${folder}/deep/../later.mkv`;
    await expectRefused(`remux a.mp4 later.mkv --trace ${around}`, /is the output/);
    await expectRefused(`remux a.mp4 later.mkv --trace -`, /--trace: got -/);
  });

  test('may be a device beside an output that is one', async () => {
    expect((await vitrine('probe a.mp4 --trace /dev/null')).status).toBe(0);
    expect((await vitrine('compress y.y4m -o /dev/null --trace /dev/null')).status).toBe(0);
  });
});

describe('an existing file', () => {
  const LINES = [
    'remux a.mp4 n.mkv --trace there.bin',
    'encode y.y4m n.mp4 --trace there.bin',
    'encode y.y4m n.mp4 --pass 1 --pass-log there.bin --bitrate-video 100k',
    'probe a.mp4 --trace there.bin',
    'optimize x.png --trace there.bin',
    'compress y.y4m -o there.bin',
    'compress y.y4m -o n.gz --trace there.bin',
    'decompress t.gz -o there.bin',
    ...(isBuilt ? ['inspect a.mp4 -o there.bin'] : []),
  ];

  test.each(LINES)('is kept with -n, asked for, and replaced with -y: %s', async (line) => {
    writeFileSync(at('there.bin'), 'precious');
    await expectRefused(`${line} -n`, /there\.bin: exists; -y replaces it/);
    const asked: string[] = [];
    const before = snapshot();
    const answered = await vitrine(line, async (question) => {
      asked.push(question);
      return 'n';
    });
    expect(answered.status).toBe(1);
    expect(asked).toEqual([expect.stringMatching(/there\.bin exists/)]);
    expect(snapshot()).toEqual(before);
    expect(await vitrine(`${line} -y`)).toEqual({ status: 0, notes: [] });
    expect(readFileSync(at('there.bin'), 'utf8')).not.toBe('precious');
  });
});

describe('the files of a sequence', () => {
  test('replace no picture that is still to be read', async () => {
    await expectRefused('encode f-%02d.png f-%02d.png --start-number 2 -y', /--output: .*an input/);
    await expectRefused('encode f-*.png f-%02d.png -y', /--output: .*an input/);
    await expectRefused('encode f-01.png f-%02d.png -y', /--output: .*an input/);
    await expectRefused('encode f-%02d.png f-01.png --update -y', /--output: .*an input/);
    expect((await vitrine('encode f-%02d.png f-%03d.png')).status).toBe(0);
  });

  test('are kept with -n, also behind the first', async () => {
    writeFileSync(at('o-3.png'), 'precious');
    await expectRefused('encode y.y4m o-%d.png -n', /o-3\.png: exists/);
    expect((await vitrine('encode y.y4m o-%d.png -n --start-number 4')).status).toBe(0);
  });

  test('are not meant by a percent sign in the name of another kind of file', async () => {
    writeFileSync(at('v%d.mkv'), 'precious');
    writeFileSync(at('v1.mp4'), 'precious');
    await expectRefused('remux a.mp4 v%d.mkv -n', /v%d\.mkv: exists/);
    expect((await vitrine('encode y.y4m v%d.mp4 -n --trace v2.mp4')).status).toBe(0);
  });
});

describe.skipIf(!existsSync('/dev/full'))('a disk that is full', () => {
  test.each([
    'remux a.mp4 n.mkv --trace /dev/full',
    'encode y.y4m n.mp4 --trace /dev/full',
    'encode y.y4m n.mp4 --pass 1 --pass-log /dev/full --bitrate-video 100k',
    'probe a.mp4 --trace /dev/full',
    'optimize x.png --trace /dev/full',
    'compress y.y4m -o n.gz --trace /dev/full',
    'compress y.y4m -o /dev/full --trace n.trace',
    'decompress t.gz -o /dev/full',
    'encode y.y4m /dev/full --format mp4 --trace n.trace',
    ...(isBuilt ? ['inspect a.mp4 -o /dev/full'] : []),
  ])('is told in one line, and nothing is made: %s', (line) =>
    expectRefused(line, /^vitrine: \/dev\/full: cannot be written: ENOSPC[^\n]*$/),
  );
});

describe('two passes', () => {
  test('are of H.264', async () => {
    await expectRefused('encode x.png o.png --pass 1 --bitrate-video 100k', /--pass: .* is png/);
    await expectRefused('encode y.y4m o.wav --pass 1', /--pass: .* is none/);
    await expectRefused('encode y.y4m o.mkv --codec-video png --pass 2', /--pass: .* is png/);
  });

  test('do not replace their log by the result', async () => {
    const line = 'encode y.y4m l.mp4 --format mp4 --bitrate-video 100k --pass-log l.mp4';
    writeFileSync(at('l.mp4'), '{}');
    await expectRefused(`${line} --pass 2 -y`, /--pass-log: .* is the output/);
  });
});
