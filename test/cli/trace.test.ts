/** `--trace` of every command: the output is the same, and the trace has what the command is about. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { encodePng } from '../../src/codecs/png/index.ts';
import { readTrace, type Trace } from '../../src/inspect/index.ts';
import { sum, traceRows } from '../support/trace.ts';

let folder = '';
const at = (name: string) => join(folder, name);

/** Runs `vitrine`; gives what it says on standard error. */
async function vitrine(...args: string[]): Promise<{ status: number; said: string }> {
  let said = '';
  const status = await runProgram(args, {
    input: (async function* () {})(),
    line: () => {},
    bytes: async () => {},
    finish: async () => {},
    note: (text) => {
      said += text;
    },
    showsProgress: false,
    progress: () => {},
  });
  return { status, said };
}

/** Runs a command with and without a trace; both outputs have to be the same. */
async function traced(name: string, output: string, ...args: string[]): Promise<Trace> {
  const plain = await vitrine(...args, '-o', at(`plain-${output}`));
  const watched = await vitrine(...args, '-o', at(output), '--trace', at(`${name}.trace`));
  expect([plain, watched]).toEqual([
    { status: 0, said: '' },
    { status: 0, said: '' },
  ]);
  expect(readFileSync(at(output))).toEqual(readFileSync(at(`plain-${output}`)));
  return readTrace(readFileSync(at(`${name}.trace`)));
}

/** Bytes of the outermost parts of a file. */
const treeBytes = (trace: Trace) =>
  sum(traceRows(trace, 'node').map(({ parent, bytes }) => (parent < 0 ? bytes : 0)));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-trace-'));
  const width = 48;
  const data = Uint8Array.from({ length: 3 * width * width }, (_, i) => (i * i) >> 5);
  const picture = { width, height: width, colorType: 2 as const, bitDepth: 8 as const, data };
  writeFileSync(at('in.png'), encodePng(picture, { effort: 'fast' }));
  const header = `YUV4MPEG2 W32 H32 F25:1 C420jpeg\n`;
  const frames = Array.from({ length: 4 }, (_, n) =>
    Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(32 * 32 * 1.5, 30 * n + 20)]),
  );
  writeFileSync(at('in.y4m'), Buffer.concat([Buffer.from(header), ...frames]));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('encode: pictures, filters, and the boxes of the file', async () => {
  const buffer = ['--vbv-maxrate', '300k', '--vbv-bufsize', '60k'];
  const trace = await traced(
    'film',
    'film.mp4',
    'encode',
    at('in.y4m'),
    '--vf',
    'hflip,fps=50',
    ...buffer,
  );
  expect(trace.tables.macroblock.rowCount).toBeGreaterThan(0);
  const formats = traceRows(trace, 'link').map(({ format }) => trace.names[format]);
  expect(new Set(formats)).toEqual(new Set(['yuv420p']));
  expect(treeBytes(trace)).toBe(readFileSync(at('film.mp4')).length);
  const fields = traceRows(trace, 'field').map(({ name }) => trace.names[name]);
  expect(fields).toContain('timescale');
  // Filters are told before the encoder is there; the head waits for it.
  const times = { timeBaseNum: 1, timeBaseDen: 50, vbvMaxRate: 300_000, vbvBufferSize: 60_000 };
  expect(trace.about).toMatchObject({ command: 'encode', codec: 'h264', ...times });
});

test('encode: PNG and JPEG', async () => {
  const png = await traced('png', 'out.png', 'encode', at('in.png'));
  expect(sum(png.tables.png_chunk.columns.bytes)).toBe(readFileSync(at('out.png')).length);
  const jpeg = await traced('jpeg', 'out.jpg', 'encode', at('in.png'), '--quality', '70');
  expect(jpeg.tables.jpeg_level.rowCount).toBeGreaterThan(100);
});

test('compress and decompress tell the same symbols', async () => {
  const there = await traced('gz', 'out.gz', 'compress', at('in.y4m'), '--level', '9');
  const back = await traced('back', 'back.y4m', 'decompress', at('out.gz'));
  expect(readFileSync(at('back.y4m'))).toEqual(readFileSync(at('in.y4m')));
  expect(back.tables.deflate_token).toEqual(there.tables.deflate_token);
});

test('remux and probe: the tree of the file', async () => {
  const trace = await traced('copy', 'copy.mkv', 'remux', at('film.mp4'));
  expect(treeBytes(trace)).toBe(readFileSync(at('copy.mkv')).length);
  expect(await vitrine('probe', at('copy.mkv'), '--trace', at('probe.trace'))).toEqual({
    status: 0,
    said: '',
  });
  const png = await vitrine('probe', at('in.png'), '--trace', at('png-probe.trace'));
  expect(png).toEqual({ status: 0, said: '' });
  const rows = readTrace(readFileSync(at('png-probe.trace'))).tables.png_row;
  expect(rows.rowCount).toBe(48);
  const probed = readTrace(readFileSync(at('probe.trace')));
  expect(probed.tables.node).toEqual(trace.tables.node);
});

test('probe: pictures as they are, whoever wrote them', async () => {
  expect(await vitrine('encode', at('in.png'), '-o', at('in.jpg'))).toEqual({
    status: 0,
    said: '',
  });
  for (const [name, table] of [
    ['in.png', 'png_row'],
    ['in.jpg', 'jpeg_block'],
  ] as const) {
    const path = at(`probe-${name}.trace`);
    await vitrine('probe', at(name), '--trace', path);
    const trace = readTrace(readFileSync(path));
    expect(traceRows(trace, table).length).toBeGreaterThan(20);
    expect(treeBytes(trace)).toBe(readFileSync(at(name)).length);
  }
});

test('optimize: rows and tokens of what is written, or would be', async () => {
  const before = readFileSync(at('in.png'));
  const args = ['optimize', at('in.png'), '--effort', 'default', '--dry-run'];
  expect((await vitrine(...args, '--trace', at('optimize.trace'))).status).toBe(0);
  expect(readFileSync(at('in.png'))).toEqual(before);
  const trace = readTrace(readFileSync(at('optimize.trace')));
  expect(trace.tables.png_row.rowCount).toBe(48);
  const several = await vitrine('optimize', at('in.png'), at('out.png'), '--trace', at('no.trace'));
  expect(several.said).toMatch(/--trace: is for one file; there are 2/);
  expect(readdirSync(folder)).not.toContain('no.trace');
});

test.each([
  ['encode', '--trace'],
  ['remux', '--trace'],
  ['encode', '--pass', '1', '--bitrate-video', '90k', '--pass-log'],
])('%s says which option named the file that cannot be written', async (command, ...options) => {
  const input = command === 'remux' ? at('film.mp4') : at('in.y4m');
  const file = at('nowhere/file');
  const { status, said } = await vitrine(command, input, '-o', at('no.mp4'), ...options, file);
  expect(status).toBe(1);
  expect(said).toContain(`${options.at(-1)}: cannot write ${file}`);
});
