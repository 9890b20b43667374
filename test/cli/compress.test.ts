/** `vitrine compress` and `vitrine decompress` as a user runs them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-compress-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const text = Buffer.from('deflate '.repeat(50_000));

async function vitrine(args: readonly string[], input: Uint8Array = new Uint8Array(0)) {
  const chunks: Uint8Array[] = [];
  let errors = '';
  const output = {
    input: (async function* () {
      yield input;
    })(),
    line: (line: string) => void chunks.push(Buffer.from(`${line}\n`)),
    bytes: async (bytes: Uint8Array) => void chunks.push(bytes),
    finish: async () => {},
    note: (line: string) => {
      errors += line;
    },
    showsProgress: false,
    progress: () => {},
  };
  const status = await runProgram(args, output);
  return { status, stdout: Buffer.concat(chunks), errors };
}

describe('vitrine compress', () => {
  it('makes files that others read, in the format of their extension', async () => {
    writeFileSync(at('a.txt'), text);
    for (const [name, back] of [
      ['a.gz', zlib.gunzipSync],
      ['a.zz', zlib.inflateSync],
      ['a.deflate', zlib.inflateRawSync],
    ] as const) {
      const run = await vitrine(['compress', at('a.txt'), '-o', at(name), '--level', '9']);
      expect(run.status).toBe(0);
      expect(Buffer.compare(back(readFileSync(at(name))), text)).toBe(0);
      expect((await vitrine(['decompress', at(name), '-o', at('b.txt'), '--json'])).status).toBe(0);
      expect(Buffer.compare(readFileSync(at('b.txt')), text)).toBe(0);
    }
  });

  it('names its output, and goes from standard input to standard output', async () => {
    writeFileSync(at('c.txt'), text);
    expect((await vitrine(['compress', at('c.txt')])).status).toBe(0);
    rmSync(at('c.txt'));
    expect((await vitrine(['decompress', at('c.txt.gz')])).status).toBe(0);
    expect(Buffer.compare(readFileSync(at('c.txt')), text)).toBe(0);
    const packed = await vitrine(['compress', '-'], text);
    expect(Buffer.compare(zlib.gunzipSync(packed.stdout), text)).toBe(0);
    expect(Buffer.compare((await vitrine(['decompress', '-'], packed.stdout)).stdout, text)).toBe(
      0,
    );
  });

  it('says what is wrong, and leaves nothing', async () => {
    writeFileSync(at('d.gz'), zlib.gzipSync(text).subarray(0, 100));
    const run = await vitrine(['decompress', at('d.gz')]);
    expect(run.status).toBe(1);
    expect(run.errors).toMatch(/ends too early/);
    expect(existsSync(at('d'))).toBe(false);
    writeFileSync(at('e.gz'), zlib.gzipSync(text));
    expect((await vitrine(['decompress', at('e.gz'), '--max-bytes', '1000'])).errors).toMatch(
      /1000/,
    );
    expect((await vitrine(['compress', at('e.gz'), '--level', '14'])).status).toBe(1);
  });
});
