/** A file that cannot grow any more: a typed error, no file left, no handle left. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'full-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `ulimit -f` counts in KiB here: 3 MB hold 7 seconds of this sound. */
const LIMIT_KIB = 3000;

const canRun = existsSync('/bin/bash') && existsSync('/proc/self/fd');

/** Runs a program of this folder with files of at most `kib`; gives the object that it prints. */
function runLimited(name: string, path: string, kib: number) {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const command = `ulimit -f ${kib}; exec "$0" --import tsx "$1" "$2"`;
  const run = spawnSync('/bin/bash', ['-c', command, process.execPath, program, path], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    // tsx would keep what it compiles in files that are too large here.
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  expect(run.stderr.toString()).not.toMatch(/Error/);
  return JSON.parse(run.stdout.toString());
}

test.skipIf(!canRun)(
  'pictures of a full disk: those that were whole stay, no part of another',
  () => {
    const pictures = mkdtempSync(join(folder, 'pictures-'));
    writeFileSync(join(pictures, 'alone.bmp'), 'the old file');
    expect(runLimited('./full-disk-pictures-program.ts', pictures, 4)).toEqual([
      expect.stringMatching(/^IoError: muxer.write: the destination failed: EFBIG/),
      expect.stringMatching(/^IoError: saveImage: the destination failed: EFBIG/),
    ]);
    expect(readdirSync(pictures).sort()).toEqual(['1.png', '2.png', 'alone.bmp']);
    expect(readFileSync(join(pictures, 'alone.bmp'), 'utf8')).toBe('the old file');
    rmSync(pictures, { recursive: true });
  },
);

test.skipIf(!canRun)('a full disk', () => {
  const path = join(folder, 'out.wav');
  writeFileSync(path, 'the old file');
  const report = runLimited('./full-disk-program.ts', path, LIMIT_KIB);
  expect(report.name).toBe('IoError');
  expect(report.error).toMatch(/muxer.write: the destination failed: EFBIG.*the file was given up/);
  expect(report.written).toBeGreaterThan(100_000);
  expect(report.leaked).toBe(0);
  expect(readdirSync(folder)).toEqual(['out.wav']);
  expect(readFileSync(path, 'utf8')).toBe('the old file');
});
