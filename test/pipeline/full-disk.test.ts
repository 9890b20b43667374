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

test.skipIf(!existsSync('/bin/bash') || !existsSync('/proc/self/fd'))('a full disk', () => {
  const path = join(folder, 'out.wav');
  writeFileSync(path, 'the old file');
  const program = fileURLToPath(new URL('./full-disk-program.ts', import.meta.url));
  const command = `ulimit -f ${LIMIT_KIB}; exec "$0" --import tsx "$1" "$2"`;
  const run = spawnSync('/bin/bash', ['-c', command, process.execPath, program, path], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  expect(run.stderr.toString()).not.toMatch(/Error/);
  const report = JSON.parse(run.stdout.toString());
  expect(report.name).toBe('IoError');
  expect(report.error).toMatch(/muxer.write: the destination failed: EFBIG.*the file was given up/);
  expect(report.written).toBeGreaterThan(100_000);
  expect(report.leaked).toBe(0);
  expect(readdirSync(folder)).toEqual(['out.wav']);
  expect(readFileSync(path, 'utf8')).toBe('the old file');
});
