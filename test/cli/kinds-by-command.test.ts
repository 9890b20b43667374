/**
 * Kinds 1, 7, 8, 11, 20, 21 and 23, command by command and container by container: what holds for one holds for all of them.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { encodeImage, ndarray } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-kinds-'));
const outputs = join(folder, 'out');
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const out = (name: string) => join(outputs, name);

/** Runs the program; `printed` is all that a terminal would get. */
async function vitrine(args: readonly string[], input: Uint8Array = new Uint8Array(0)) {
  const lines: string[] = [];
  const notes: string[] = [];
  const progress: string[] = [];
  const bytes: Uint8Array[] = [];
  const status = await runProgram(args, {
    input: (async function* () {
      for (let i = 0; i < input.length; i += 1000) yield input.subarray(i, i + 1000);
    })(),
    line: (text) => void lines.push(text),
    note: (text) => void notes.push(text),
    bytes: async (piece) => void bytes.push(piece.slice()),
    finish: async () => {},
    showsProgress: true,
    progress: (text) => void progress.push(text),
  });
  const printed = [...lines, ...notes, ...progress].join('\n');
  return { status, notes, lines, printed, bytes: Buffer.concat(bytes) };
}

/** A WAV file of noise: `dataSize` is what its header says of the samples. */
function wav(samples: number, dataSize = 2 * samples, riffSize = 36 + dataSize): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples);
  const view = new DataView(bytes.buffer);
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  put(0, 'RIFF');
  view.setUint32(4, riffSize, true);
  put(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint32(20, 0x10001, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 16000, true);
  view.setUint32(32, 0x100002, true);
  put(36, 'data');
  view.setUint32(40, dataSize, true);
  for (let i = 0; i < samples; i++) view.setInt16(44 + 2 * i, ((i * 7919) % 4001) - 2000, true);
  return bytes;
}

const FAST_START = ['--movflags', 'faststart'];

/** Kinds of files that say of themselves when they are cut; byte streams of H.264 have nothing to say it by. */
const CONTAINERS = ['mp4', 'live.mp4', 'mov', 'm4a', 'mkv', 'wav', 'aac', 'y4m'];

beforeAll(async () => {
  const y4m = [Buffer.from('YUV4MPEG2 W32 H32 F25:1 C420\n')];
  for (let i = 0; i < 50; i++) {
    const samples = new Uint8Array(1536).map((_, at) => (at * (i + 3) * 31) >> 3);
    y4m.push(Buffer.from('FRAME\n'), Buffer.from(samples));
  }
  writeFileSync(at('in.y4m'), Buffer.concat(y4m));
  writeFileSync(at('in.wav'), wav(16000));
  const [v, a] = [at('in.y4m'), at('in.wav')];
  const fast = ['--preset', 'ultrafast'];
  for (const args of [
    ...['mp4', 'mov', 'mkv'].map((name) => [
      v,
      a,
      at(`in.${name}`),
      ...fast,
      '--gop',
      '5',
      ...(name === 'mkv' ? [] : FAST_START),
    ]),
    [v, a, at('in.live.mp4'), ...fast, '--gop', '5', '--movflags', 'fragmented'],
    [a, at('in.m4a'), ...FAST_START],
    [a, at('in.aac')],
    [v, at('in.h264'), ...fast],
  ]) {
    expect((await vitrine(['encode', ...args])).status, args.join(' ')).toBe(0);
  }
  const picture = ndarray(
    new Uint8Array(64 * 64 * 3).map((_, i) => i * 7),
    [64, 64, 3],
  );
  for (const format of ['png', 'jpg', 'tif', 'bmp', 'qoi', 'ppm']) {
    writeFileSync(at(`in.${format}`), await encodeImage(picture, { format }));
  }
});

beforeEach(() => {
  rmSync(outputs, { recursive: true, force: true });
  mkdirSync(outputs);
});

/** Table: command that reads media => its arguments, and whether it writes a file. */
const READING: readonly (readonly [string, (input: string, kind: string) => string[], boolean])[] =
  [
    ['probe', (input) => ['probe', input], false],
    ['remux', (input, kind) => ['remux', input, out(`made.${kind}`)], true],
    [
      'encode',
      (input, kind) => [
        'encode',
        input,
        out(`made.${kind}`),
        '--codec-video',
        'copy',
        '--codec-audio',
        'copy',
      ],
      true,
    ],
  ];

const PICTURES = ['png', 'jpg', 'tif', 'bmp', 'qoi', 'ppm'];

const start = (name: string, share: number): Uint8Array => {
  const bytes = readFileSync(at(name));
  return bytes.subarray(0, Math.floor(bytes.length * share));
};

describe('kind 7: input that is partly read is said to be', () => {
  const cases = CONTAINERS.flatMap((kind) => READING.map(([command]) => [command, kind] as const));
  test.each(cases)('%s, cut %s', async (command, kind) => {
    const [, argsFor, writes] = READING.find(([name]) => name === command)!;
    const cut = at(`cut.${kind}`);
    writeFileSync(cut, start(`in.${kind}`, 0.8));
    const args = argsFor(cut, kind);
    const strict = await vitrine([...args, '--strict']);
    expect(strict.status).toBe(1);
    expect(readdirSync(outputs)).toEqual([]);
    const run = await vitrine(args);
    expect(run.status, run.printed).toBe(0);
    expect(run.notes.filter((note) => note.includes('byte offset')).length).toBeGreaterThan(0);
    expect(readdirSync(outputs)).toEqual(writes ? [`made.${kind}`] : []);
  });

  test.each(PICTURES)('encode, cut %s: an error, and nothing is made', async (kind) => {
    const cut = at(`cut.${kind}`);
    writeFileSync(cut, start(`in.${kind}`, 0.8));
    const run = await vitrine(['encode', cut, out('made.png')]);
    const isSaid = run.status === 1 || run.notes.length > 0;
    expect(isSaid, kind).toBe(true);
    expect(readdirSync(outputs)).toEqual(run.status === 1 ? [] : ['made.png']);
  });
});

/** Table: command => arguments that fail on broken input, and the name of the output. */
const FAILING: readonly (readonly [string, string, (input: string) => string[]])[] = [
  ['remux', 'old.mkv', (input) => ['remux', input, out('old.mkv'), '-y']],
  ['encode', 'old.mp4', (input) => ['encode', input, out('old.mp4'), '-y']],
  ['encode of a picture', 'old.png', (input) => ['encode', input, out('old.png'), '-y']],
  [
    'encode with sound copied',
    'old.m4a',
    (input) => ['encode', input, out('old.m4a'), '-y', '--codec-audio', 'copy'],
  ],
  ['decompress', 'old.txt', (input) => ['decompress', input, '-o', out('old.txt'), '-y']],
  ['inspect', 'old.html', (input) => ['inspect', `${input}.none`, '-o', out('old.html'), '-y']],
];

describe('kinds 1 and 21: the older file stays', () => {
  test.each(FAILING)('%s', async (_, name, argsFor) => {
    const broken = at('broken');
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(5000).fill(7),
      start('in.mp4', 0.3),
      start('in.m4a', 0.02),
      start('in.png', 0.5),
      wav(0),
      gzipSync(Buffer.alloc(70000, 'abc')).subarray(0, 60),
    ]) {
      writeFileSync(broken, bytes);
      writeFileSync(out(name), 'the older file');
      const { status } = await vitrine(argsFor(broken));
      if (status === 0) continue;
      expect(readFileSync(out(name), 'utf8')).toBe('the older file');
      expect(readdirSync(outputs)).toEqual([name]);
    }
    writeFileSync(broken, new Uint8Array(5000).fill(7));
    writeFileSync(out(name), 'the older file');
    expect((await vitrine(argsFor(broken))).status).not.toBe(0);
  });

  test.each(['png', 'jpg'])('optimize of a cut %s', async (kind) => {
    const bytes = start(`in.${kind}`, 0.5);
    writeFileSync(out(`old.${kind}`), bytes);
    await vitrine(['optimize', out(`old.${kind}`)]);
    expect(readFileSync(out(`old.${kind}`))).toEqual(Buffer.from(bytes));
    expect(readdirSync(outputs)).toEqual([`old.${kind}`]);
  });
});

describe('kind 8: sizes that programs write to pipes mean "to the end"', () => {
  const sizes = [0, 0x7fff_f000, 0x7fff_f024, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
  const commands = [
    ['probe', '-'],
    ['remux', '-', '-o', '-', '--format', 'wav'],
    ['encode', '-', '-o', '-', '--format', 'wav'],
  ] as const;
  const cases = commands.flatMap((args) => sizes.map((size) => [args[0], size, args] as const));
  test.each(cases)('%s, %i', async (_, size, args) => {
    const run = await vitrine(args, wav(16000, size, size === 0 ? 0 : 0xffff_ffff));
    expect(run.status, run.printed).toBe(0);
    expect(run.notes.filter((note) => note.includes('byte offset'))).toEqual([]);
    if (args[0] === 'probe') expect(run.printed).toMatch(/2\.000 s/);
    else expect(run.bytes.subarray(-32000)).toEqual(Buffer.from(wav(16000).subarray(44)));
  });
});

describe('kind 11: ADTS behind tags, and from the middle of a frame', () => {
  const cases = READING.flatMap(([command]) =>
    ['path', 'pipe'].map((way) => [command, way] as const),
  );
  test.each(cases)('%s of a %s', async (command, way) => {
    const [, argsFor] = READING.find(([name]) => name === command)!;
    const adts = readFileSync(at('in.aac'));
    const tag = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 0, ...new Array(128).fill(0)]);
    for (const bytes of [Buffer.concat([tag, adts]), adts.subarray(20)]) {
      writeFileSync(at('segment.aac'), bytes);
      const input = way === 'path' ? at('segment.aac') : '-';
      const run = await vitrine(
        [...argsFor(input, 'm4a'), ...(command === 'probe' ? [] : ['-y'])],
        bytes,
      );
      expect(run.status, run.printed).toBe(0);
      expect(run.printed).toMatch(/aac|copied/);
    }
  });
});

describe('kind 20: the file that is replaced keeps its mode', () => {
  const cases: readonly (readonly [string, string, () => string[]])[] = [
    ['remux', 'made.mkv', () => ['remux', at('in.mp4'), out('made.mkv'), '-y']],
    ['encode', 'made.m4a', () => ['encode', at('in.wav'), out('made.m4a'), '-y']],
    ...PICTURES.map((kind): readonly [string, string, () => string[]] => {
      return [
        `encode to ${kind}`,
        `made.${kind}`,
        () => ['encode', at('in.png'), out(`made.${kind}`), '-y'],
      ];
    }),
    [
      'encode with a trace',
      'made.trace',
      () => ['encode', at('in.wav'), out('made.m4a'), '-y', '--trace', out('made.trace')],
    ],
    ['compress', 'made.gz', () => ['compress', at('in.y4m'), '-o', out('made.gz'), '-y']],
    ['decompress', 'made.y4m', () => ['decompress', at('in.y4m.gz'), '-o', out('made.y4m'), '-y']],
    ['optimize', 'made.png', () => ['optimize', out('made.png')]],
  ];
  test.each(cases)('%s', async (_, name, argsFor) => {
    writeFileSync(at('in.y4m.gz'), gzipSync(readFileSync(at('in.y4m'))));
    const older =
      name === 'made.png'
        ? await encodeImage(ndarray(new Uint8Array(64 * 64), [64, 64]), {
            format: 'png',
            effort: 'fast',
          })
        : 'old';
    writeFileSync(out(name), older);
    chmodSync(out(name), 0o604);
    const run = await vitrine(argsFor());
    expect(run.status, run.printed).toBe(0);
    expect(statSync(out(name)).mode & 0o777).toBe(0o604);
  });
});

describe('kind 23: nothing that a terminal obeys is printed', () => {
  const hostile = 'a\u001b[2J\u001b]0;owned\u0007b\u202ec\u009b31md\u2066e\u200f\r\u0008';
  /** The classes of what must not go out: controls but the end of a line, and marks of direction. */
  const obeyed = /(?!\n)\p{Cc}|\p{Bidi_Control}/u;
  const names = CONTAINERS.flatMap((kind) => {
    return [...READING.map(([command]) => command), 'inspect'].map(
      (command) => [command, kind] as const,
    );
  });
  test.each(names)('%s of a %s with such a name, whole, cut and missing', async (command, kind) => {
    const path = out(`${hostile}.${kind}`);
    const argsFor = READING.find(([name]) => name === command)?.[1];
    const args = argsFor?.(path, kind) ?? ['inspect', path, '-o', out('made.html'), '-y'];
    for (const share of [1, 0.7, null]) {
      if (share !== null) writeFileSync(path, start(`in.${kind}`, share));
      else rmSync(path);
      const { printed } = await vitrine(
        command === 'probe' || command === 'inspect' ? args : [...args, '-y'],
      );
      expect(obeyed.exec(printed), printed).toBeNull();
      if (command !== 'inspect' || share === null) expect(printed).not.toBe('');
    }
  });

  test.each(['encode', 'optimize', 'compress', 'decompress'])(
    '%s of files with such names',
    async (command) => {
      const path = out(`${hostile}.png`);
      for (const bytes of [start('in.png', 1), start('in.png', 0.5), null]) {
        if (bytes !== null) writeFileSync(path, bytes);
        else rmSync(path);
        const to = command === 'optimize' ? [] : ['-o', out(`${hostile}.out.png`), '-y'];
        const { printed } = await vitrine([command, path, ...to]);
        expect(obeyed.exec(printed), printed).toBeNull();
      }
    },
  );

  test('options and values that nobody knows', async () => {
    for (const args of [
      [hostile],
      ['remux', `--${hostile}`],
      ['remux', at('in.mp4'), out('made.mkv'), '--format', hostile],
      ['encode', at('in.y4m'), out('made.mp4'), '--vf', hostile],
      ['encode', at('in.y4m'), out('made.mp4'), '--h264', `${hostile}=1`],
      ['encode', at('in.y4m'), out('made.mp4'), '--codec-video', hostile],
      ['encode', at('in.y4m'), out(`made.${hostile}`)],
      ['probe', at('in.mp4'), '--limits', `${hostile}=1`],
      ['filters', hostile],
    ]) {
      const { status, printed } = await vitrine(args);
      expect(status, args.join(' ')).not.toBe(0);
      expect(obeyed.exec(printed), printed).toBeNull();
    }
  });
});
