/** Kinds 8 and 15: every command treats pipes, full disks, signals and damaged inputs in one way. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { encodePng } from '../../src/codecs/png/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pipes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const COMMAND = [process.execPath, '--import', 'tsx', join(root, 'src/cli/main.ts')];
const RATE = 8000;

/** A WAV file of `samples` samples whose header says `size` bytes. */
function wav(samples: number, size = samples * 2, riffSize = size + 36): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  header.writeUInt32LE(riffSize >>> 0, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(size, 40);
  const sound = Buffer.alloc(samples * 2);
  for (let i = 0; i < samples; i++) sound.writeInt16LE(Math.round(9000 * Math.sin(i / 5)), i * 2);
  return Buffer.concat([header, sound]);
}

/** Pictures of 16x16, the last of them cut by `missing` bytes. */
function y4m(pictures: number, missing = 0): Buffer {
  const parts = [Buffer.from('YUV4MPEG2 W16 H16 F25:1 C420jpeg\n')];
  for (let i = 0; i < pictures; i++) parts.push(Buffer.from('FRAME\n'), Buffer.alloc(384, i * 9));
  const whole = Buffer.concat(parts);
  return whole.subarray(0, whole.length - missing);
}

interface Said {
  readonly status: number;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly bytes: Buffer;
}

/** Runs a command in this process, with `input` coming through a pipe. */
async function run(args: readonly string[], input: Uint8Array = Buffer.alloc(0)): Promise<Said> {
  const lines: string[] = [];
  const notes: string[] = [];
  const chunks: Uint8Array[] = [];
  const status = await runProgram(args, {
    line: (text) => void lines.push(text),
    note: (text) => void notes.push(text),
    bytes: async (bytes) => void chunks.push(bytes),
    finish: async () => {},
    showsProgress: false,
    progress: () => {},
    input: (async function* () {
      for (let from = 0; from < input.length; from += 777) yield input.subarray(from, from + 777);
    })(),
  });
  return { status, lines, notes, bytes: Buffer.concat(chunks) };
}

describe('sizes that programs write into pipes (kind 8)', () => {
  test.each([
    ['SoX', 0x7ffff000, 0x7ffff024],
    ['arecord', 0x80000000, 0x80000024],
    ['arecord, whole frames', 0x7ffffff0, 0x80000014],
    ['ffmpeg', 0xffffffff, 0xffffffff],
    ['32 bits less a header', 0xffffffff - 44, 0xffffffff],
    ['nobody', 0, 0],
  ])('of %s mean: to the end', async (_, size, riffSize) => {
    for (const strict of [[], ['--strict']]) {
      const input = wav(RATE / 2, size, riffSize);
      const { status, notes } = await run(['encode', '-', '-o', at('a.wav'), ...strict], input);
      expect({ status, notes }).toEqual({ status: 0, notes: [] });
      expect(readFileSync(at('a.wav')).readUInt32LE(4)).toBe(readFileSync(at('a.wav')).length - 8);
    }
    const { lines } = await run(['probe', '-', '--json'], wav(RATE / 2, size, riffSize));
    expect(JSON.parse(lines[0]!).streams[0].durationTicks).toBe(RATE / 2);
  });
});

describe('an input that is cut (kind 8)', () => {
  const sound = wav(4000, 10_000);
  test.each([
    ['WAV', 'a.m4a', sound, /^vitrine: -: wav\.data: .*byte 10044.*\(byte offset 8044\)$/],
    ['y4m in a picture', 'a.mp4', y4m(5, 100), /^vitrine: -: y4m\.frame: picture 4 has 284 of 384/],
    [
      'y4m in a line',
      'a.mkv',
      y4m(5, 387),
      /^vitrine: -: y4m: the file ends inside the word FRAME/,
    ],
  ])('%s: the file is finished, and the cut is told', async (_, name, input, message) => {
    const { status, notes, lines } = await run(['encode', '-', '-o', at(name)], input);
    expect(status).toBe(0);
    expect(notes.length).toBe(1);
    expect(notes[0]).toMatch(message);
    expect(lines.length).toBe(1);
    const probed = JSON.parse((await run(['probe', at(name), '--json'])).lines[0]!);
    expect(probed.streams[0].durationSeconds).toBeCloseTo(name === 'a.m4a' ? 0.5 : 0.16, 2);
    expect(probed.problems).toEqual([]);
  });

  test.each(['encode', 'remux'])(
    'is an error of %s with --strict; the older file stays',
    async (name) => {
      writeFileSync(at('old.wav'), 'the old file');
      const { status, notes } = await run([name, '-', '-o', at('old.wav'), '--strict'], sound);
      expect(status).toBe(1);
      expect(notes.length).toBe(1);
      expect(readFileSync(at('old.wav'), 'utf8')).toBe('the old file');
      expect(readdirSync(folder).filter((each) => each.endsWith('.part'))).toEqual([]);
    },
  );

  test('is told by remux and probe too', async () => {
    const copy = await run(['remux', '-', '-o', at('copy.mkv')], sound);
    expect(copy.status).toBe(0);
    expect(copy.notes).toEqual([expect.stringMatching(/byte offset 8044/)]);
    const probe = await run(['probe', '-', '--json'], sound);
    expect(probe.notes.length).toBe(1);
    expect(JSON.parse(probe.lines[0]!).problems.length).toBe(1);
    expect((await run(['probe', '-', '--strict'], sound)).status).toBe(1);
  });
});

describe('standard output (kind 15)', () => {
  test.each([
    ['encode', 'wav'],
    ['encode', 'mov'],
    ['remux', 'wav'],
    ['remux', 'matroska'],
  ])('of %s takes a %s file', async (name, format) => {
    const { status, bytes, notes, lines } = await run(
      [name, '-', '-o', '-', '--format', format],
      wav(4000),
    );
    expect({ status, notes, lines }).toEqual({ status: 0, notes: [], lines: [] });
    const probed = JSON.parse((await run(['probe', '-', '--json'], bytes)).lines[0]!);
    expect(probed.streams[0].durationTicks * 8).toBeGreaterThanOrEqual(4000);
    expect(existsSync('-')).toBe(false);
  });

  test.each(['encode', 'remux'])('of %s does not go with --json', async (name) => {
    const { status, notes } = await run(
      [name, '-', '-o', '-', '--format', 'wav', '--json'],
      wav(10),
    );
    expect(status).toBe(1);
    expect(notes[0]).toMatch(/--json: goes to stdout/);
  });

  test.skipIf(!existsSync('/dev/full'))('that is full is an error, for bytes and for text', () => {
    writeFileSync(at('in.wav'), wav(RATE));
    for (const args of [
      `encode ${at('in.wav')} -o - --format wav`,
      `remux ${at('in.wav')} -o - --format wav`,
      'codecs',
    ]) {
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', `"$@" ${args} > /dev/full`, 'sh', ...COMMAND],
        { cwd: root },
      );
      expect(status).toBe(1);
      expect(stderr.toString()).toMatch(/^vitrine: .*ENOSPC.*\n$/);
    }
  });

  test('that nobody reads to the end is no error for text', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', '"$@" encode --help | head -1; exit $PIPESTATUS', 'sh', ...COMMAND],
      { cwd: root },
    );
    expect([status, stderr.toString()]).toEqual([0, '']);
  });
});

describe('a signal (kinds 1 and 15)', () => {
  test.each([
    ['SIGINT', 'encode'],
    ['SIGTERM', 'encode'],
    ['SIGHUP', 'remux'],
    ['SIGTERM', 'remux'],
  ] as const)(
    '%s ends %s: nothing is left, and the older file stays',
    async (signal, name) => {
      const here = join(folder, `${signal}-${name}`);
      mkdirSync(here);
      const path = join(here, 'out.wav');
      writeFileSync(path, 'the old file');
      const [command, ...args] = COMMAND;
      const child = spawn(command!, [...args, name, '-', '-o', path], {
        cwd: root,
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      const ended = new Promise<NodeJS.Signals | null>((resolve) => {
        child.once('exit', (_, by) => resolve(by));
      });
      child.stdin.on('error', () => {});
      child.stdin.write(wav(4 * RATE, 0x7ffff000));
      while (readdirSync(here).length < 2) await sleep(10);
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(readdirSync(here)).toEqual(['out.wav']);
      expect(readFileSync(path, 'utf8')).toBe('the old file');
    },
    20_000,
  );

  test.each([
    ['optimize', []],
    ['encode', ['-o', 'out.png', '--compression-level', '9']],
  ] as const)(
    'ends %s at once while it codes a picture (kind 18)',
    async (name, args) => {
      const here = join(folder, `still-${name}`);
      mkdirSync(here);
      const [width, height] = [3000, 2000];
      // Twenty seconds of work, all of it synchronous.
      const data = new Uint8Array(3 * width * height);
      for (let i = 0; i < data.length; i++) data[i] = ((i * i) >> 7) ^ (i >> 3);
      const image = { width, height, colorType: 2 as const, bitDepth: 8 as const, data };
      writeFileSync(join(here, 'in.png'), encodePng(image, { effort: 'fast', reduce: false }));
      const [command, ...own] = COMMAND;
      const paths = args.map((arg) => (arg === 'out.png' ? join(here, arg) : arg));
      const child = spawn(command!, [...own, name, join(here, 'in.png'), ...paths], {
        cwd: root,
        stdio: 'ignore',
      });
      const ended = new Promise<NodeJS.Signals | null>((done) => {
        child.once('exit', (_, by) => done(by));
      });
      await sleep(4000);
      const killed = performance.now();
      child.kill('SIGINT');
      expect(await ended).toBe('SIGINT');
      expect(performance.now() - killed).toBeLessThan(2000);
      expect(readdirSync(here)).toEqual(['in.png']);
    },
    30_000,
  );
});
