/** `vitrine inspect`: the page with a file in it, and no way out of its place for what the file is called. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Output } from '../../src/cli/command.ts';
import { runProgram } from '../../src/cli/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const isBuilt = existsSync(fileURLToPath(new URL('../../dist/inspector.html', import.meta.url)));

async function run(...args: string[]): Promise<{ status: number; notes: string[] }> {
  const notes: string[] = [];
  const output: Output = {
    input: (async function* () {})(),
    line: () => {},
    bytes: async () => {},
    finish: async () => {},
    note: (text) => notes.push(text),
    showsProgress: false,
    progress: () => {},
  };
  return { status: await runProgram(['inspect', ...args], output), notes };
}

describe.skipIf(!isBuilt)('vitrine inspect', () => {
  it('writes one HTML file that holds the file', async () => {
    const name = join(folder, 'a"b<i>.bin');
    const bytes = Buffer.from('</script><b>no</b>');
    writeFileSync(name, bytes);
    const report = join(folder, 'report.html');
    expect(await run(name, '-o', report)).toEqual({ status: 0, notes: [] });
    const page = readFileSync(report, 'utf8');
    expect(page).toContain('data-name="a&quot;b&lt;i&gt;.bin"');
    expect(page).toContain(`>${bytes.toString('base64')}</script>`);
    expect(page).not.toContain('<b>no</b>');
  });

  it('says what is wrong', async () => {
    expect((await run(join(folder, 'none'), '-o', join(folder, 'x.html'))).notes[0]).toContain(
      'cannot be read',
    );
    expect((await run('a', 'b')).notes[0]).toContain('allowed is one');
    expect((await run('--port', '99999')).notes[0]).toContain('port');
  });
});
