/** Kind 20: files as a careful program writes them. What was there keeps its mode, owner and names; what was left behind goes. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { openSink, openSource } from '../../src/io/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const root = fileURLToPath(new URL('../..', import.meta.url));
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';

let serial = 0;
/** A new folder of its own. */
function place(): string {
  const path = join(folder, String(serial++));
  mkdirSync(path);
  return path;
}

async function write(path: string, text: string): Promise<void> {
  const sink = await openSink('test', path);
  await sink.write(Buffer.from(text));
  await sink.close();
}

/** Source of a program that writes `path` and does `last` with the sink. */
const program = (path: string, last: string) => `
  import { openSink } from ${JSON.stringify(join(root, 'src/io/index.ts'))};
  const sink = await openSink('test', ${JSON.stringify(path)});
  await sink.write(Buffer.from('new'));
  await sink.flush();
  ${last}`;

/** Runs such a program to its end, if root as another user. */
function run(path: string, last: string, uid?: number) {
  const args = ['--import', 'tsx', '--input-type=module', '-e', program(path, last)];
  const user = uid === undefined ? {} : { uid, gid: uid };
  return spawnSync(process.execPath, args, { cwd: root, ...user });
}

describe('a file that is replaced (kind 20)', () => {
  test('keeps its mode', async () => {
    const path = join(place(), 'a');
    writeFileSync(path, 'old');
    for (const mode of [0o600, 0o640, 0o666, 0o755]) {
      chmodSync(path, mode);
      await write(path, String(mode));
      expect(statSync(path).mode & 0o7777).toBe(mode);
      expect(readFileSync(path, 'utf8')).toBe(String(mode));
    }
  });

  test('is not readable by others while it grows, if the older one is not', async () => {
    const here = place();
    writeFileSync(join(here, 'a'), 'old', { mode: 0o600 });
    const sink = await openSink('test', join(here, 'a'));
    const part = readdirSync(here).find((name) => name.endsWith('.part'))!;
    expect(statSync(join(here, part)).mode & 0o777).toBe(0o600);
    await sink.abort();
  });

  test.skipIf(!isRoot)('keeps its owner', async () => {
    const path = join(place(), 'a');
    writeFileSync(path, 'old');
    chownSync(path, 1234, 1235);
    await write(path, 'new');
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
  });

  test('keeps its other names (hard links)', async () => {
    const here = place();
    writeFileSync(join(here, 'a'), 'a much longer old text');
    linkSync(join(here, 'a'), join(here, 'b'));
    await write(join(here, 'a'), 'new');
    expect(readFileSync(join(here, 'b'), 'utf8')).toBe('new');
    expect(readdirSync(here).sort()).toEqual(['a', 'b']);
  });

  test('may be one that a dangling symbolic link names', async () => {
    const here = place();
    mkdirSync(join(here, 'there'));
    symlinkSync('there/second', join(here, 'first'));
    symlinkSync('target', join(here, 'there/second'));
    await write(join(here, 'first'), 'new');
    expect(lstatSync(join(here, 'first')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(here, 'there/target'), 'utf8')).toBe('new');
    expect(readdirSync(join(here, 'there')).sort()).toEqual(['second', 'target']);
    symlinkSync('loop', join(here, 'loop'));
    await expect(openSink('test', join(here, 'loop'))).rejects.toThrow(/symbolic links|ELOOP/);
  });

  test.skipIf(!isRoot || !isLinux)('may lie in a folder that takes no new files', () => {
    const here = place();
    chmodSync(folder, 0o755);
    const path = join(here, 'a');
    writeFileSync(path, 'a much longer old text');
    chownSync(path, 65534, 65534);
    chmodSync(here, 0o555);
    const aborted = run(path, 'await sink.abort();', 65534);
    expect(aborted.stderr.toString()).toBe('');
    expect(readFileSync(path, 'utf8')).toBe('a much longer old text');
    expect(run(path, 'await sink.close();', 65534).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(here)).toEqual(['a']);
    const refused = run(join(here, 'other'), '', 65534);
    expect(refused.stderr.toString()).toMatch(/ConfigError.*cannot write .*other.*EACCES/);
  });

  test.skipIf(!isRoot || !isLinux)('and that may not be written is refused', () => {
    const here = place();
    chmodSync(here, 0o777);
    writeFileSync(join(here, 'a'), 'old', { mode: 0o444 });
    const refused = run(join(here, 'a'), 'await sink.close();', 65534);
    expect(refused.stderr.toString()).toMatch(/ConfigError.*cannot write .*EACCES/);
    expect(readFileSync(join(here, 'a'), 'utf8')).toBe('old');
  });
});

describe('a file in progress (kind 20)', () => {
  test('of a process that was killed is removed by the next one that writes the same', async () => {
    const here = place();
    const path = join(here, 'a');
    run(path, 'process.kill(process.pid, "SIGKILL");');
    expect(readdirSync(here)).toEqual([expect.stringMatching(/^a\..*\.part$/)]);
    await write(path, 'new');
    expect(readdirSync(here)).toEqual(['a']);
  });

  test('of a process that lives stays, and so does what only looks like one', async () => {
    const here = place();
    const path = join(here, 'a');
    const foreign = ['a.part', 'a.1-0.part', 'b.000000-000000-000000-1-1-0000000000.part'];
    for (const name of foreign) writeFileSync(join(here, name), '');
    const args = ['--import', 'tsx', '--input-type=module', '-e'];
    const wait = 'console.log("open"); setInterval(() => {}, 1000);';
    const other = spawn(process.execPath, [...args, program(path, wait)], { cwd: root });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const first = await openSink('test', path);
    const second = await openSink('test', path);
    expect(readdirSync(here).length).toBe(foreign.length + 3);
    await first.close();
    await second.abort();
    expect(readdirSync(here).length).toBe(foreign.length + 2);
    other.kill('SIGKILL');
  });

  test('that somebody removes is put back', async () => {
    const here = place();
    const sink = await openSink('test', join(here, 'a'));
    await sink.write(Buffer.from('new'));
    for (const name of readdirSync(here)) unlinkSync(join(here, name));
    await sink.close();
    expect(readFileSync(join(here, 'a'), 'utf8')).toBe('new');
    expect(readdirSync(here)).toEqual(['a']);
  });

  test('has room for its own name behind the longest one', async () => {
    const here = place();
    const path = join(here, `${'ä'.repeat(125)}.mp4`);
    await write(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('goes where the path led when it was opened', async () => {
    const here = place();
    const before = process.cwd();
    try {
      process.chdir(here);
      const sink = await openSink('test', 'a');
      process.chdir(folder);
      await sink.close();
      expect(existsSync(join(here, 'a'))).toBe(true);
    } finally {
      process.chdir(before);
    }
  });
});

describe.skipIf(!isLinux)('a named pipe (kind 20)', () => {
  test('is read by the process that opened it, once', async () => {
    const pipe = join(place(), 'pipe');
    spawnSync('mkfifo', [pipe]);
    const bytes = 'x'.repeat(300_000);
    writeFileSync(`${pipe}.txt`, bytes);
    const shell = spawn('sh', ['-c', 'cat "$0.txt" > "$0"', pipe]);
    const ended = new Promise((resolve) => shell.once('exit', resolve));
    const source = await openSource('test', pipe);
    let total = 0;
    for (let part = await source.read(0, 1000); part.length > 0; ) {
      total += part.length;
      part = await source.read(total, 100_000);
    }
    expect(total).toBe(bytes.length);
    expect(await ended).toBe(0);
    await source.close();
  });

  test('is written as it is', async () => {
    const pipe = join(place(), 'pipe');
    spawnSync('mkfifo', [pipe]);
    const shell = spawn('cat', [pipe]);
    let text = '';
    shell.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const ended = new Promise((resolve) => shell.stdout.once('end', resolve));
    await write(pipe, 'through the pipe');
    await ended;
    expect(text).toBe('through the pipe');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test('and /dev/stdout goes to the file that the shell opened', () => {
    const here = place();
    const args = ['--import', 'tsx', '--input-type=module', '-e'];
    const code = program('/dev/stdout', 'await sink.close();');
    const command = `echo first > "$0"; exec "$@" >> "$0"`;
    const shell = [join(here, 'a'), process.execPath, ...args, code];
    const { status } = spawnSync('sh', ['-c', command, ...shell], { cwd: root });
    expect(status).toBe(0);
    expect(readFileSync(join(here, 'a'), 'utf8')).toBe('first\nnew');
    expect(readdirSync(here)).toEqual(['a']);
  });
});
